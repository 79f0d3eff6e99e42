"""Which class stands behind which port."""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from hybrid_sync.adapters import tzdb
from hybrid_sync.adapters.sql import (
    SqlStore,
    engine_state,
    maintenance,
    queue_address,
    upgrade_queue,
)
from hybrid_sync.adapters.webex import wanted_scopes
from hybrid_sync.domain import heartbeat
from hybrid_sync.http_client import Observe
from hybrid_sync.http_client.transport import nobody
from hybrid_sync.ports import Check, Checkable, Clock
from hybrid_sync.settings import Settings
from hybrid_sync.sync.adopting import Adopting
from hybrid_sync.sync.attendance import AttendanceStep
from hybrid_sync.sync.attendance_book import AttendanceBook
from hybrid_sync.sync.attendance_choices import AttendanceChoices
from hybrid_sync.sync.chores import Chore, Chores
from hybrid_sync.sync.converge import Converge
from hybrid_sync.sync.door import Door
from hybrid_sync.sync.invitations import InvitationStep
from hybrid_sync.sync.joining import Joining
from hybrid_sync.sync.loop import Loop, Pace, Step
from hybrid_sync.sync.meeting_staff import MeetingStaffStep
from hybrid_sync.sync.meetings import MeetingStep
from hybrid_sync.sync.organising import Organising
from hybrid_sync.sync.own_page import OwnPage
from hybrid_sync.sync.privacy import PrivacyDesk
from hybrid_sync.sync.public_calendar import PublicCalendar
from hybrid_sync.sync.registrants import RegistrantStep
from hybrid_sync.sync.restored import AfterRestore
from hybrid_sync.sync.sign_in import SignInWatch
from hybrid_sync.sync.sources import SourceStep
from hybrid_sync.sync.taking_in import TakingIn
from hybrid_sync.wiring.app import App
from hybrid_sync.wiring.attendance import attendance_rules
from hybrid_sync.wiring.caldav import publishing
from hybrid_sync.wiring.letters import invitation_writer, letter_sender, own_page_links
from hybrid_sync.wiring.mail import certifying, follow_up_steps, reminder_step
from hybrid_sync.wiring.mailbox import mailbox_parts
from hybrid_sync.wiring.meetings import by_hand, meeting_policy
from hybrid_sync.wiring.moment import owner_name
from hybrid_sync.wiring.post import outgoing_post
from hybrid_sync.wiring.privacy import erase_step, privacy_check, retention_chores, retention_of
from hybrid_sync.wiring.providers import (
    join_link_in_mail,
    join_links,
    link_kind,
    webex_parts,
)
from hybrid_sync.wiring.sign_in import sign_in_chores
from hybrid_sync.wiring.staff import staff_parts
from hybrid_sync.wiring.store import stored
from hybrid_sync.wiring.webhooks import webhook_chores, webhook_hints, webhook_keeper
from hybrid_sync.wiring.zone_rules import zone_rule_check

log = logging.getLogger(__name__)


def build(
    settings: Settings,
    *,
    at: datetime | None = None,
    clock: Clock | None = None,
    observe: Observe = nobody,
    chance: Callable[[], float] = random.random,
    create_database: bool = False,
) -> App:
    """Wire everything that `settings` name. Talks to nobody yet, and opens the database only.

    `at` makes it act as if it were then (refused unless every provider is on this machine); `clock` is for tests.
    `observe` is called round every outside call. `chance` (0..1) spreads repeats. `create_database` makes or upgrades the database first.
    Raises SettingsError. What is missing for a provider is said when that provider is first needed.
    """
    kept = stored(settings, at=at, clock=clock, create_database=create_database)
    now, store = kept.clock, kept.store
    owner = owner_name()
    if create_database and settings.engine.kind == "procrastinate":
        upgrade_queue(store.engine)
    webex = webex_parts(settings, now, observe, store, owner, chance)
    watch = SignInWatch(store, webex.sign_in.facts)
    keeper = webhook_keeper(settings, webex.api, store, now)
    mailer = outgoing_post(settings, now, observe, store, chance)
    links, own_links = join_links(settings), own_page_links(settings)
    attendance = AttendanceStep(
        store,
        webex.reports,
        pull_after=settings.attendance.pull_after,
        check_report=settings.attendance.check_report,
    )
    book = AttendanceBook(store, attendance_rules(settings))
    retention = retention_of(settings, store, now, book.of, partial(maintenance.purge_audit, store.engine))
    certificates = certifying(settings, store, now, book.of)
    invitations = InvitationStep(
        store,
        mailer,
        invitation_writer(settings, own_links),
        join_link_in_mail(settings, links),
        sender=letter_sender(settings).address,
        link_kind=link_kind(settings),
    )
    steps: list[Step] = [
        MeetingStep(store, webex.conference, meeting_policy(settings), by_hand(settings)),
        RegistrantStep(
            store,
            webex.registrants,
            new_id=_new_id,
            direct=settings.webex.direct_registrants,
            language=settings.service.language,
        ),
        SourceStep(store, webex.sources),
        MeetingStaffStep(store, webex.staff, settings.webex.cohosts),
        invitations,
        reminder_step(settings, store, mailer, links, own_links),
        attendance,
        *follow_up_steps(settings, store, mailer, book.of, certificates),
    ]
    checkers: list[Checkable] = [webex.check, mailer]
    transports = [webex.transport]
    staff_chores: tuple[Chore, ...] = ()
    if settings.graph.enabled:
        staff = staff_parts(settings, store, now, observe)
        transports.append(staff.transport)
        steps.insert(2, staff.step)
        checkers.append(staff.check)
        staff_chores = staff.chores
    published = publishing(settings, store, now, observe)
    if published is not None:
        step, collection, transport = published
        steps.append(step)
        checkers.append(collection)
        transports.append(transport)
    mailbox = mailbox_parts(settings, store, now, observe)
    checkers += mailbox.checks
    transports += mailbox.transports
    # Last: what the other steps take back outside comes before what is forgotten here.
    steps.append(erase_step(settings, store, webex.registrants, webex.staff, attendance_rules(settings)))
    lease = timedelta(seconds=settings.engine.lease_seconds)
    loop = Loop(
        store,
        tuple(steps),
        now,
        Pace(chance=chance, look_again=settings.engine.look_again),
        settle=timedelta(seconds=settings.engine.settle_seconds),
        first=AfterRestore(store, steps),
    )

    def checks() -> Sequence[Check]:
        found = [tzdb.check(), zone_rule_check(settings.service.time_zone, now())]
        found += maintenance.check(store.engine)
        found.append(privacy_check(store))
        for checker in checkers:
            found += checker.check()
        return found

    def close() -> None:
        mailer.close()
        for transport in transports:
            transport.close()
        store.close()

    return App(
        settings=settings,
        clock=now,
        zone_data=tzdb.tzdata_version(),
        owner=owner,
        store=store,
        loop=loop,
        converge=Converge(loop, owner, lease),
        desk=Organising(store, now, _new_id),
        taking_in=TakingIn(store, now),
        door=Door(store, now),
        adopting=Adopting(store, webex.conference, now, owner=owner, lease=lease),
        joining=Joining(store, webex.conference, now),
        links=links,
        own_links=own_links,
        own_page=OwnPage(store, now),
        attendance=attendance,
        attendance_book=book,
        attendance_choices=AttendanceChoices(store, book, now),
        privacy=PrivacyDesk(store, now),
        retention=retention,
        certificates=certificates,
        webhooks=keeper,
        public_calendar=PublicCalendar(store, now, settings.web.keep_cancelled),
        hints=webhook_hints(settings, store, now),
        chores=Chores(
            store,
            now,
            (
                Chore(heartbeat.CHORE, heartbeat.EVERY, lambda at: None),
                Chore(
                    "time zone data",
                    timedelta(days=1),
                    lambda at: _note_moved(store, settings.service.time_zone, at),
                ),
                *webhook_chores(settings, keeper),
                *sign_in_chores(watch),
                *staff_chores,
                *mailbox.chores,
                *retention_chores(retention),
            ),
        ),
        chance=chance,
        queue_address=lambda: queue_address(store.engine),
        engine_state=lambda: engine_state(store.engine, now()),
        sign_in=webex.sign_in,
        sign_in_watch=watch,
        webex_scopes=lambda acting: wanted_scopes(acting=acting),
        webex_check=webex.check,
        invitation_for=lambda event, person: invitations.preview(event, person, now()),
        checks=checks,
        close=close,
    )


def _new_id() -> str:
    return uuid.uuid4().hex


def _note_moved(store: SqlStore, zone: str, at: datetime) -> None:
    """After an update of the zone data: coming events whose instant moved are looked at at once (P3).

    A rule that will not hold is told every day, because invitations then come in UTC.
    """
    rule = zone_rule_check(zone, at)
    if not rule.ok:
        log.warning("%s", rule.detail, extra={"action": "chore"})
    moved = store.recompute_utc(at)
    if moved:
        log.warning("new time zone data moved %s", ", ".join(moved), extra={"action": "chore"})

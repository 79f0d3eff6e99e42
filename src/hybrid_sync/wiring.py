"""The one place that knows which class stands behind which port, and the only one that reads clock and chance."""

from __future__ import annotations

import os
import random
import secrets
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from hybrid_sync.adapters import tzdb
from hybrid_sync.adapters.graph import GraphApi, GraphCalendar, GraphCheck, MsalToken
from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.adapters.pages import HttpsPages
from hybrid_sync.adapters.sql import maintenance, open_engine, open_store, upgrade
from hybrid_sync.adapters.webex import (
    RefreshedToken,
    WebexApi,
    WebexCheck,
    WebexConference,
    WebexRegistrants,
    WebexReports,
)
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import SettingsError
from hybrid_sync.http_client import FixedToken, Observe, TokenSource, Transport
from hybrid_sync.http_client.transport import nobody
from hybrid_sync.ports import Check, Checkable, Clock, MeetingRecord, Pages, Store
from hybrid_sync.render import invitation
from hybrid_sync.render.join_links import JoinLinks
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.staff_entry import staff_entry_text
from hybrid_sync.settings import Settings
from hybrid_sync.sync.attendance import AttendanceStep
from hybrid_sync.sync.converge import Converge
from hybrid_sync.sync.invitations import InvitationStep
from hybrid_sync.sync.joining import Joining
from hybrid_sync.sync.loop import Loop, Pace, Step
from hybrid_sync.sync.meetings import MeetingStep
from hybrid_sync.sync.organising import Organising
from hybrid_sync.sync.registrants import RegistrantStep
from hybrid_sync.sync.staff_calendar import StaffCalendarStep


@dataclass(frozen=True)
class App:
    """Everything wired together. `close` lets go of connections."""

    settings: Settings
    clock: Clock
    owner: str
    store: Store
    loop: Loop
    converge: Converge
    desk: Organising
    joining: Joining
    links: JoinLinks
    pages: Pages
    attendance: AttendanceStep
    chance: Callable[[], float]
    """Gives 0..1, for spreading repeats."""
    invitation_for: Callable[[Event, Registrant], bytes]
    """The very message that a person would be sent (or was sent last), for `invitation show`."""
    checks: Callable[[], Sequence[Check]]
    close: Callable[[], None]


@dataclass(frozen=True)
class Database:
    """What `hybrid-sync db` does."""

    upgrade: Callable[[], str]
    """Bring the schema to the newest revision and return its name."""
    check: Callable[[], Sequence[Check]]
    backup: Callable[[Path], None]


def clock_at(at: datetime | None) -> Clock:
    """The present; or, with `at`, a clock that stands there now and runs on (rehearsals and tests)."""
    if at is None:
        return lambda: datetime.now(UTC)
    started = datetime.now(UTC)
    return lambda: at + (datetime.now(UTC) - started)


def owner_name() -> str:
    """Who holds a lease: machine, process, and a mark against reused process numbers."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def build(
    settings: Settings,
    *,
    at: datetime | None = None,
    clock: Clock | None = None,
    observe: Observe = nobody,
    create_database: bool = False,
) -> App:
    """Wire everything that `settings` name. Talks to nobody yet, and opens the database only.

    `at` makes it act as if it were then (refused unless every provider is on this machine); `clock` is for tests.
    `observe` is called round every outside call. `create_database` makes or upgrades the database first.
    Raises SettingsError. What is missing for a provider is said when that provider is first needed.
    """
    if at is not None and not settings.is_rehearsal:
        raise SettingsError("--at is for rehearsals: it is refused while a provider's address is a real one")
    tzdb.prefer_pinned_tzdata()
    now = clock or clock_at(at)
    owner = owner_name()
    store = open_store(settings.store.url, clock=now, tzdata=tzdb.tzdata_version(), create=create_database)
    webex = _webex(settings, now, observe)
    mailer = _mailer(settings, observe)
    links = _links(settings)
    compose = partial(
        invitation.compose,
        sender=Mailbox(settings.mail.from_name or settings.service.name, settings.mail.from_address),
        public_url=None,
    )
    attendance = AttendanceStep(store, webex.reports, pull_after=settings.attendance.pull_after)
    invitations = InvitationStep(
        store,
        mailer,
        compose,
        _join_link(settings, links),
        message_domain=settings.mail.from_address.rpartition("@")[2] or "localhost",
    )
    steps: list[Step] = [
        MeetingStep(store, webex.conference),
        RegistrantStep(store, webex.registrants),
        invitations,
        attendance,
    ]
    checkers: list[Checkable] = [webex.check, mailer]
    transports = [webex.transport]
    if settings.graph.enabled:
        calendar, calendar_check, transport = _staff_calendar(settings, now, observe)
        transports.append(transport)
        steps.insert(
            2,
            StaffCalendarStep(
                store,
                calendar,
                staff_entry_text,
                attendees=settings.graph.attendees,
                room=settings.graph.room_mailbox,
            ),
        )
        checkers.append(calendar_check)
    lease = timedelta(seconds=settings.engine.lease_seconds)
    loop = Loop(
        store,
        tuple(steps),
        now,
        Pace(chance=random.random, look_again=settings.engine.look_again),
        settle=timedelta(seconds=settings.engine.settle_seconds),
    )

    def checks() -> Sequence[Check]:
        found = [tzdb.check(), *maintenance.check(store.engine)]
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
        owner=owner,
        store=store,
        loop=loop,
        converge=Converge(loop, owner, lease),
        desk=Organising(store, now, lambda: uuid.uuid4().hex),
        joining=Joining(store, webex.conference, now),
        links=links,
        pages=web_pages(),
        attendance=attendance,
        chance=random.random,
        invitation_for=lambda event, person: invitations.preview(event, person, now()),
        checks=checks,
        close=close,
    )


def web_pages() -> Pages:
    """Fetches event pages; needs neither settings nor a database."""
    return HttpsPages(sleep=time.sleep)


def database(settings: Settings) -> Database:
    """The database alone, whatever state it is in."""
    engine = open_engine(settings.store.url)
    tzdb.prefer_pinned_tzdata()
    return Database(
        upgrade=lambda: upgrade(engine),
        check=lambda: [tzdb.check(), *maintenance.check(engine)],
        backup=lambda path: maintenance.backup(engine, path),
    )


@dataclass(frozen=True)
class _Webex:
    conference: WebexConference
    registrants: WebexRegistrants
    reports: WebexReports
    check: WebexCheck
    transport: Transport


def _webex(settings: Settings, clock: Clock, observe: Observe) -> _Webex:
    webex = settings.webex
    if webex.kind == "webinar":
        raise SettingsError("[webex] kind: webinars come with a later release; today it is 'meeting'")
    transport = Transport(
        "webex",
        origins=[webex.base_url],
        sleep=time.sleep,
        requests_per_minute=webex.requests_per_minute,
        observe=observe,
    )
    api = WebexApi(
        transport, token=_webex_token(settings, transport, clock), clock=clock, base_url=webex.base_url
    )
    margin = timedelta(minutes=settings.attendance.margin_minutes)
    return _Webex(
        WebexConference(api, host_email=webex.host_email, site_url=webex.site_url),
        WebexRegistrants(api, host_email=webex.host_email),
        WebexReports(api, host_email=webex.host_email, margin=margin),
        WebexCheck(api, host_email=webex.host_email),
        transport,
    )


def _webex_token(settings: Settings, transport: Transport, clock: Clock) -> TokenSource:
    webex = settings.webex
    if webex.access_token is not None:
        return FixedToken(webex.access_token.get_secret_value())
    if webex.client_id and webex.client_secret and webex.refresh_token:
        return RefreshedToken(
            transport,
            client_id=webex.client_id,
            client_secret=webex.client_secret.get_secret_value(),
            refresh_token=webex.refresh_token.get_secret_value(),
            clock=clock,
            base_url=webex.base_url,
        )
    return _NoToken("[webex] needs access_token, or client_id, client_secret and refresh_token")


class _NoToken:
    """Says what is missing in the settings at the first call that needs it."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def __call__(self) -> str:
        raise SettingsError(self._problem)

    def rejected(self, token: str) -> bool:
        return False


class _NoLinks(JoinLinks):
    """Says what is missing in the settings when a join link is first needed."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def __repr__(self) -> str:
        return "_NoLinks()"

    def token(self, person: Registrant) -> str:
        raise SettingsError(self._problem)

    def link(self, person: Registrant) -> str:
        raise SettingsError(self._problem)

    def read(self, token: str) -> tuple[str, int]:
        raise SettingsError(self._problem)


FEWEST_SECRET_CHARACTERS = 32


def _links(settings: Settings) -> JoinLinks:
    secret = _revealed(settings.web.secret) or ""
    if not settings.service.base_url or len(secret) < FEWEST_SECRET_CHARACTERS:
        return _NoLinks(
            "personal join links need [service] base_url and a [web] secret of at least "
            f'{FEWEST_SECRET_CHARACTERS} characters; without a public address set [webex] join_links = "shared"'
        )
    return JoinLinks(settings.service.base_url, secret)


def _join_link(
    settings: Settings, links: JoinLinks
) -> Callable[[Registrant, MeetingRecord | None], str | None]:
    """How a person's mail names the way in (design.md 7)."""
    match settings.webex.join_links:
        case "redirect":
            return lambda person, record: links.link(person)
        case "shared":
            return lambda person, record: record.web_link if record else None
        case _:
            raise SettingsError(
                "[webex] join_links: 'webex-mail' comes with a later release; today it is 'redirect' or 'shared'"
            )


def _mailer(settings: Settings, observe: Observe) -> SmtpMailer:
    mail = settings.mail
    if mail.transport == "graph" or mail.auth == "xoauth2":
        raise SettingsError("[mail] Graph sendMail and XOAUTH2 come with a later release; today it is SMTP")
    return SmtpMailer(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        username=mail.username,
        password=_revealed(mail.password),
        from_address=mail.from_address,
        messages_per_minute=mail.messages_per_minute,
        observe=observe,
    )


def _staff_calendar(
    settings: Settings, clock: Clock, observe: Observe
) -> tuple[GraphCalendar, GraphCheck, Transport]:
    graph = settings.graph
    if not graph.mailbox:
        raise SettingsError("[graph] mailbox is missing: whose calendar holds the staff entry?")
    transport = Transport("graph", origins=[graph.base_url], sleep=time.sleep, observe=observe)
    api = GraphApi(transport, token=_graph_token(settings, observe), clock=clock, base_url=graph.base_url)
    return GraphCalendar(api, mailbox=graph.mailbox), GraphCheck(api, mailbox=graph.mailbox), transport


def _graph_token(settings: Settings, observe: Observe) -> TokenSource:
    graph = settings.graph
    if graph.access_token is not None:
        return FixedToken(graph.access_token.get_secret_value())
    if not (graph.tenant_id and graph.client_id and (graph.client_secret or graph.certificate)):
        return _NoToken(
            "[graph] needs tenant_id, client_id and client_secret (or certificate); or set enabled = false"
        )
    transport = Transport("graph", origins=[graph.authority], sleep=time.sleep, observe=observe)
    return MsalToken(
        transport,
        tenant_id=graph.tenant_id,
        client_id=graph.client_id,
        client_secret=_revealed(graph.client_secret),
        certificate=None if graph.client_secret else _revealed(graph.certificate),
        authority=graph.authority,
    )


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None

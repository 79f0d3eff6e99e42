"""Reminders, the mail after the event and certificates, as the settings describe them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.certificates import Certificate
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.follow_up import WantedFollowUp
from hybrid_sync.domain.reminders import PlainMail
from hybrid_sync.ports import Clock, Mailer, Store
from hybrid_sync.render.certificate import certificate_pdf
from hybrid_sync.render.join_links import JoinLinks, OwnLinks
from hybrid_sync.render.reminder import compose_follow_up, compose_reminder
from hybrid_sync.settings import Settings
from hybrid_sync.sync.certificates import Certifying
from hybrid_sync.sync.follow_up import FollowUpStep
from hybrid_sync.sync.loop import Step
from hybrid_sync.sync.reminders import ReminderStep
from hybrid_sync.wiring.letters import letter_sender, own_page_of
from hybrid_sync.wiring.providers import join_link_in_mail, link_kind, signs_links


def reminder_step(
    settings: Settings, store: Store, mailer: Mailer, links: JoinLinks, own_links: OwnLinks
) -> Step:
    sender = letter_sender(settings)

    def compose(mail: PlainMail, *, stamp: datetime, message_id: str) -> bytes:
        own_page = own_page_of(settings, own_links, mail.person)
        return compose_reminder(mail, stamp=stamp, message_id=message_id, sender=sender, own_page=own_page)

    return ReminderStep(
        store,
        mailer,
        compose,
        join_link_in_mail(settings, links),
        before=settings.mail.reminders,
        sender=sender.address,
        link_kind=link_kind(settings),
    )


def follow_up_steps(
    settings: Settings,
    store: Store,
    mailer: Mailer,
    attendance_of: Callable[[str], Attendance],
    certifying: Certifying,
) -> list[Step]:
    """One step, or none where no mail after the event is wanted."""
    if not settings.mail.follow_up:
        return []
    sender = letter_sender(settings)

    def compose(
        mail: WantedFollowUp, *, stamp: datetime, message_id: str, certificate: bytes | None
    ) -> bytes:
        return compose_follow_up(
            mail, stamp=stamp, message_id=message_id, sender=sender, certificate=certificate
        )

    step = FollowUpStep(
        store,
        mailer,
        compose,
        attendance_of,
        after=settings.mail.follow_up_after,
        pull_after=settings.attendance.pull_after,
        sender=sender.address,
        certifying=certifying if settings.attendance.certificates else None,
    )
    return [step]


def certifying(
    settings: Settings, store: Store, clock: Clock, attendance_of: Callable[[str], Attendance]
) -> Certifying:
    """Without a public address and a secret there are no codes, and issuing says so."""
    own = settings.attendance
    signs = signs_links(settings)

    def pdf_of(event: Event, certificate: Certificate) -> bytes:
        base_url = settings.service.base_url or ""
        return certificate_pdf(event, certificate, base_url=base_url, service=settings.service.name)

    return Certifying(
        store,
        clock,
        attendance_of,
        pdf_of,
        least=timedelta(minutes=own.certificate_minutes or own.present_minutes),
        secret=signs[1][0] if signs else None,
    )

"""Attendance -> certificates in the store. One transaction each; nothing is pushed from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.certificates import Certificate, Issue, plan_certificates, shown_code, typed_code
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.errors import InputError, NotFound, SettingsError
from hybrid_sync.ports import AuditLine, Clock, Store, Transaction

Begin = Callable[[], AbstractContextManager[Transaction]]


class Certifying:
    """Issues, finds and withdraws certificates.

    `attendance_of` gives an event's attendance, `least` is how long somebody must have been there, `secret` makes the
    codes (None: there is no web part, and nothing could be verified). `pdf_of` draws one.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        attendance_of: Callable[[str], Attendance],
        pdf_of: Callable[[Event, Certificate], bytes],
        *,
        least: timedelta,
        secret: str | None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._attendance_of = attendance_of
        self._pdf_of = pdf_of
        self._least = least
        self._secret = secret

    def issue(
        self, event_id: str, *, again: bool = False, begin: Begin | None = None, actor: str = "organiser"
    ) -> Issue:
        """Bring the certificates in line with what is known of attendance now.

        `again` makes withdrawn ones valid of people who reach the minutes. `begin` opens the transaction of a worker
        that holds the event's lease. Raises NotFound, SettingsError without a secret, InputError for an event that is
        not over or is cancelled.
        """
        if self._secret is None:
            raise SettingsError(
                "certificates need [web] secret (at least 32 characters) and [service] base_url: their codes are "
                "made with the one, and verified at the other"
            )
        now = self._clock()
        with self._store.read() as tx:
            event = tx.events.get(event_id)
        _refuse(event, over=event.ends is not None and now >= event.ends.instant)
        attendance = self._attendance_of(event_id)
        with (begin or self._store.begin)() as tx:
            issue = plan_certificates(
                attendance, tx.certificates.of(event_id), self._least, self._secret, now, again=again
            )
            if issue.to_write:
                tx.certificates.put(issue.to_write)
                told = f"{len(issue.new)} new, {len(issue.changed)} changed, {len(issue.withdrawn)} withdrawn"
                tx.audit.add(AuditLine(now, event_id, actor, "certificates.issue", event_id, told))
        return issue

    def of(self, event_id: str) -> Mapping[str, Certificate]:
        """By registrant id. Raises NotFound for an event that is not there."""
        with self._store.read() as tx:
            tx.events.get(event_id)
            return tx.certificates.of(event_id)

    def find(self, text: str) -> tuple[Certificate, Event]:
        """The certificate of a code as somebody typed it, and its event. Raises NotFound."""
        code = typed_code(text)
        with self._store.read() as tx:
            certificate = tx.certificates.get(code) if code else None
            if certificate is None:
                raise NotFound("no certificate has that code")
            return certificate, tx.events.get(certificate.event_id)

    def withdraw(self, text: str, *, actor: str = "organiser") -> Certificate:
        """Its page says from now on that it does not hold. Raises NotFound; one that is withdrawn already is fine."""
        certificate, event = self.find(text)
        if not certificate.valid:
            return certificate
        now = self._clock()
        after = replace(certificate, withdrawn_at=now)
        with self._store.begin() as tx:
            tx.certificates.put([after])
            code = shown_code(after.code)
            tx.audit.add(AuditLine(now, event.id, actor, "certificates.withdraw", code, "by hand"))
        return after

    def pdf(self, event: Event, certificate: Certificate) -> bytes:
        """The document. Raises SettingsError where what draws it is not installed."""
        return self._pdf_of(event, certificate)


def _refuse(event: Event, *, over: bool) -> None:
    if event.state is EventState.CANCELLED:
        raise InputError(f"event {event.id} is cancelled: nobody can have been there")
    if not over:
        raise InputError(f"event {event.id} is not over: certificates come after it")

"""Messages to be judged, written by the service's own renderer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hybrid_sync.domain.invitations import WantedMessage, facts_for
from hybrid_sync.domain.ledger import Method, invitation_uid
from hybrid_sync.domain.people import Registrant
from hybrid_sync.render.invitation import Mailbox, compose
from tests.builders import an_event
from tests.judges.readers import calendar_mail

SENDER = Mailbox("Events desk", "events@example.eu")
STAMP = datetime(2027, 5, 3, 7, 30, 15, tzinfo=UTC)


def a_mail(
    starts: str,
    ends: str,
    zone: str = "Europe/Brussels",
    method: Method = Method.REQUEST,
    sequence: int = 0,
    person: Registrant | None = None,
    **changes: Any,
) -> bytes:
    """One message about an event at these wall times."""
    event = an_event(starts, ends, zone=zone, **changes)
    person = person or Registrant("r-1", event.id, "zoe@example.org", "Zoë", "Müller")
    link = "https://events.example.eu/join/WyJyLTEiLDFd.c2ln"
    kind = {Method.REQUEST: "mail.invitation", Method.CANCEL: "mail.cancellation"}[method]
    wanted = WantedMessage(
        person=person,
        uid=invitation_uid(event.id, person.id, 1),
        incarnation=1,
        sequence=sequence,
        method=method,
        facts=facts_for(event, person, link),
        kind=kind,
        email=person.email,
    )
    message_id = f"<{wanted.uid}.{sequence}@example.eu>"
    return compose(
        event,
        wanted,
        stamp=STAMP,
        message_id=message_id,
        sender=SENDER,
        public_url="https://example.eu/e",
        own_page="https://example.eu/my/id.signature",
    )


def an_object(starts: str, ends: str, **options: Any) -> bytes:
    return calendar_mail(a_mail(starts, ends, **options)).ics

"""Who registered for an event, and how they mean to come."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    ROOM = "room"
    ONLINE = "online"


class RegistrantStatus(StrEnum):
    PENDING = "pending"
    """Waits for the organiser's word."""
    APPROVED = "approved"
    """Has a place: is invited, and online is registered in Webex."""
    WAITLISTED = "waitlisted"
    """The room is full; moves up when a place is free."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Registrant:
    """A person registered for one event.

    `email` is kept as the person wrote it; `key` is what we compare. `last_name` may be empty (people with one
    name). `incarnation` rises when somebody withdrawn registers again or the address changes, so that calendars
    see a new object (calendar.md G31-32). `link_generation` rises when the join link is revoked.
    """

    id: str
    event_id: str
    email: str
    first_name: str
    last_name: str = ""
    organisation: str | None = None
    language: str = "en"
    mode: Mode = Mode.ONLINE
    status: RegistrantStatus = RegistrantStatus.APPROVED
    registered_at: datetime | None = None
    incarnation: int = 1
    link_generation: int = 1

    @property
    def key(self) -> str:
        return email_key(self.email)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_coming(self) -> bool:
        return self.status is RegistrantStatus.APPROVED

    @property
    def is_erased(self) -> bool:
        """Nobody any more: kept for the figures of a past event, never written to."""
        return is_erased_address(self.email)


@dataclass(frozen=True)
class NewPerson:
    """What a list, a form or an organiser says of somebody."""

    email: str
    first_name: str
    last_name: str = ""
    organisation: str | None = None
    language: str | None = None
    mode: Mode | None = None


def new_registrant(
    event_id: str, told: NewPerson, new_id: str, status: RegistrantStatus, now: datetime
) -> Registrant:
    """Somebody who is not known yet."""
    return Registrant(
        id=new_id,
        event_id=event_id,
        email=told.email.strip(),
        first_name=told.first_name,
        last_name=told.last_name,
        organisation=told.organisation,
        language=told.language or "en",
        mode=told.mode or Mode.ONLINE,
        status=status,
        registered_at=now,
    )


def known_registrant(told: NewPerson, before: Registrant, status: RegistrantStatus) -> Registrant:
    """What is known of somebody after they were told of again; who withdrew is back, as a new incarnation."""
    again = before.status is RegistrantStatus.WITHDRAWN
    return replace(
        before,
        first_name=told.first_name,
        last_name=told.last_name,
        organisation=told.organisation or before.organisation,
        language=told.language or before.language,
        mode=told.mode or before.mode,
        status=status if again else before.status,
        incarnation=before.incarnation + 1 if again else before.incarnation,
        link_generation=before.link_generation + 1 if again else before.link_generation,
    )


def email_key(email: str) -> str:
    """What two spellings of one address have in common: no outer blanks, lower case (webex.md 2.2)."""
    return email.strip().casefold()


ERASED_NAME = "(erased)"
ERASED_DOMAIN = "erased.invalid"
"""No name under "invalid" exists (RFC 6761 6.4): what is addressed there reaches nobody."""


def is_erased_address(email: str) -> bool:
    """Whether the address is a pseudonym (domain.retention)."""
    return email.endswith("@" + ERASED_DOMAIN)


# RFC 5321 4.5.3.1 gives 64 octets for the local part and 254 for the whole path. Quoted local parts are legal
# but no registration form or Webex takes them, so a plain shape is asked for.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)


def is_email_address(text: str) -> bool:
    """Whether mail can be sent there at all (shape only)."""
    return len(text) <= 254 and len(text.partition("@")[0]) <= 64 and _ADDRESS.fullmatch(text) is not None

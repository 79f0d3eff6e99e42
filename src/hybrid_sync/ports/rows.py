"""What the store keeps, as values. All instants are aware datetimes in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hybrid_sync.domain.staff_calendar import NOTHING_WRITTEN, Written


@dataclass(frozen=True)
class Lease:
    """The right to work on one event until `until`. `fence` rises with every claim: an old holder writes nothing."""

    event_id: str
    owner: str
    fence: int
    until: datetime


@dataclass(frozen=True)
class WorkRow:
    """When an event is due and how its last pass went. `due_at` None means that nothing is due by itself.

    `waits` says until when a step must leave its system alone, because that system asked for it (Retry-After).
    """

    event_id: str
    due_at: datetime | None
    attempts: int = 0
    last_error: str | None = None
    leased_until: datetime | None = None
    waits: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Intent:
    """What is about to be done outside, written before it is done.

    `state`: pending (its fate is unknown), done, withdrawn (certainly not done, may be tried again), failed (refused). `attempts` counts the calls sent.
    """

    op_key: str
    event_id: str
    kind: str
    request_hash: str
    state: str
    attempts: int
    sent_at: datetime | None
    remote_id: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class MeetingRecord:
    """What we know of an event's meeting. `password` and `web_link` are secrets: never logged."""

    event_id: str
    meeting_id: str
    tag: str
    incarnation: int
    number: str | None
    web_link: str | None
    password: str | None
    state: str
    """made, cancelled, lost (somebody deleted it outside) or replaced (given up for a new one)."""
    kind: str = "meeting"
    """meeting or webinar, as it was made: neither becomes the other."""
    registration: bool = True
    """False for a webinar whose registrants have links of their own instead."""
    host_email: str | None = None
    """Who hosted it when it was made; None when nobody told."""
    ignored: tuple[str, ...] = ()
    """Wishes that were sent and not taken over (domain.meetings.not_taken): not sent again."""
    written: str = ""
    """Fingerprint of the wish that was last sent or found fulfilled."""
    recreations: int = 0
    recreated_at: datetime | None = None
    """How often, and when last, it was made anew after somebody had deleted it."""
    missing_since: datetime | None = None
    """Since when it is not to be found."""

    def __repr__(self) -> str:
        return f"MeetingRecord({self.event_id!r}, {self.meeting_id!r}, {self.state!r})"


@dataclass(frozen=True)
class SourceRecord:
    """A registrant's own way into a webinar without registration. `link` lets that person in: never logged."""

    event_id: str
    registrant_id: str
    meeting_id: str
    source_id: str
    link: str

    def __repr__(self) -> str:
        return f"SourceRecord({self.event_id!r}, {self.registrant_id!r})"


@dataclass(frozen=True)
class StaffRecord:
    """Somebody whom we made a co-host or panelist, by e-mail key."""

    event_id: str
    email_key: str
    meeting_id: str
    invitee_id: str

    def __repr__(self) -> str:
        return f"StaffRecord({self.event_id!r}, {self.invitee_id!r})"


@dataclass(frozen=True)
class Refusal:
    """A change that the calendar refused, by its fingerprint, with the calendar's own words."""

    change: str
    words: str


@dataclass(frozen=True)
class EntryRecord:
    """What we know of an event's staff calendar entry, and of our last write to it."""

    event_id: str
    entry_id: str
    incarnation: int
    state: str
    """made or cancelled."""
    room_answer: str | None = None
    """What the room mailbox answered, in the calendar's own word; None while there is no room or no answer."""
    written: Written = NOTHING_WRITTEN
    refused: Refusal | None = None
    """The same call is not sent at every look. None once a write has gone through."""


@dataclass(frozen=True)
class Attention:
    """A thing that a person must decide. `key` is unique within the event, so that it is said once."""

    event_id: str
    key: str
    message: str
    opened_at: datetime
    settled_at: datetime | None = None


RECORD_CHANGES = ("event.import", "event.edit", "event.publish", "event.reschedule", "event.cancel")
"""What audit lines call the things that a person does to an event's record."""


@dataclass(frozen=True)
class AuditLine:
    """What was done, by whom, when. `request_id` is the provider's."""

    at: datetime
    event_id: str
    actor: str
    what: str
    target: str
    detail: str
    request_id: str | None = None


@dataclass(frozen=True)
class PullRecord:
    """One look at the meeting's attendance."""

    event_id: str
    at: datetime
    instances: tuple[str, ...]
    rows: int
    added: int
    digest: str = ""
    """Of everything that was told: two pulls that agree have the same. "" for pulls of before this was kept."""
    notes: tuple[str, ...] = ()
    """What is not certain about it, in words for staff."""

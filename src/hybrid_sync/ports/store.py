"""The registration store as sync sees it: one small room per noun, one transaction round them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from hybrid_sync.domain.attendance import Segment
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.ledger import Message, MessageState
from hybrid_sync.domain.people import Registrant
from hybrid_sync.ports.audit import Audit
from hybrid_sync.ports.certificates import Certificates
from hybrid_sync.ports.entrances import MeetingStaffRows, Sources
from hybrid_sync.ports.figures import Figures
from hybrid_sync.ports.housekeeping import Chores, Deliveries, Home
from hybrid_sync.ports.imports import Imports, Mappings
from hybrid_sync.ports.known import Entries, Intents, Meetings, Registrations, Restores
from hybrid_sync.ports.mailbox import BounceRows, MailboxRows, ReplyRows
from hybrid_sync.ports.matching import Aliases, Matches
from hybrid_sync.ports.privacy import Privacy, Tombstones
from hybrid_sync.ports.publishing import PublishedRows
from hybrid_sync.ports.rows import Attention, Lease, PullRecord
from hybrid_sync.ports.sign_in import Locks, Tokens
from hybrid_sync.ports.work import Work


class Events(Protocol):
    def get(self, event_id: str) -> Event:
        """The event; raises NotFound."""
        ...

    def all(self) -> Sequence[Event]:
        """All events by start."""
        ...

    def ending_since(self, moment: datetime) -> Sequence[Event]:
        """Those whose end is known and is then or later, by start."""
        ...

    def save(self, event: Event) -> None:
        """Insert or replace, with UTC derived from the wall time and the tzdata version noted."""
        ...


class People(Protocol):
    def get(self, registrant_id: str) -> Registrant:
        """The registrant; raises NotFound."""
        ...

    def of(self, event_id: str) -> Sequence[Registrant]:
        """Everybody ever registered for the event, in order of registration."""
        ...

    def find(self, event_id: str, email: str) -> Registrant | None:
        """The registrant with that address, compared by e-mail key."""
        ...

    def save(self, people: Sequence[Registrant]) -> int:
        """Insert or change; returns how many rows really changed."""
        ...


class Messages(Protocol):
    """The ledger of mails. One row per UID, SEQUENCE and method; bytes are written once."""

    def latest(self, event_id: str) -> Mapping[str, Message]:
        """Everybody's newest message with a calendar object, by registrant id, without bytes."""
        ...

    def of(self, event_id: str, registrant_id: str | None = None) -> Sequence[Message]:
        """Every message of the event, or of this one person of it, oldest first, without bytes."""
        ...

    def by_uid(self, uid: str) -> Sequence[Message]:
        """Every message of that UID, oldest first, without bytes."""
        ...

    def by_message_id(self, message_id: str) -> Message | None:
        """The message with that Message-ID, without bytes."""
        ...

    def pending(self, event_id: str) -> Sequence[Message]:
        """Messages in state PENDING or SENDING, without bytes, cancellations first, then oldest first."""
        ...

    def bytes_of(self, message: Message) -> bytes:
        """The bytes of this very message; raises NotFound when it is not in the ledger."""
        ...

    def newest_bytes(self, registrant_id: str) -> bytes:
        """The bytes of that person's newest message with a calendar object; raises NotFound when there is none."""
        ...

    def add(self, message: Message) -> None:
        """Write down a new message; raises ValueError if that UID, SEQUENCE and method are there already."""
        ...

    def mark(self, message: Message, state: MessageState, at: datetime, detail: str) -> None:
        """Note what became of it."""
        ...


class AttendanceRows(Protocol):
    def upsert(self, segments: Sequence[Segment]) -> int:
        """Store raw stays by key; returns how many were new or changed."""
        ...

    def of(self, event_id: str) -> Sequence[Segment]: ...
    def remove(self, event_id: str, key: str) -> bool:
        """Take back one room check-in; False when there is none of that key. What was pulled or imported stays."""
        ...

    def record_pull(self, pull: PullRecord) -> None: ...
    def pulls(self, event_id: str) -> Sequence[PullRecord]: ...


class Attentions(Protocol):
    def open(self, event_id: str, key: str, message: str, at: datetime) -> None:
        """Put it before a person; the same key again changes the words only."""
        ...

    def settle(self, event_id: str, key: str, at: datetime) -> None:
        """It is no longer so; unknown keys are fine."""
        ...

    def unsettled(self, event_id: str | None = None) -> Sequence[Attention]: ...


class Transaction(Protocol):
    """The rooms of the store within one transaction."""

    @property
    def events(self) -> Events: ...
    @property
    def people(self) -> People: ...
    @property
    def meetings(self) -> Meetings: ...
    @property
    def registrations(self) -> Registrations: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def meeting_staff(self) -> MeetingStaffRows: ...
    @property
    def entries(self) -> Entries: ...
    @property
    def published(self) -> PublishedRows: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def replies(self) -> ReplyRows: ...
    @property
    def bounces(self) -> BounceRows: ...
    @property
    def mailboxes(self) -> MailboxRows: ...
    @property
    def intents(self) -> Intents: ...
    @property
    def restores(self) -> Restores: ...
    @property
    def home(self) -> Home: ...
    @property
    def work(self) -> Work: ...
    @property
    def attendance(self) -> AttendanceRows: ...
    @property
    def matches(self) -> Matches: ...
    @property
    def aliases(self) -> Aliases: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def mappings(self) -> Mappings: ...
    @property
    def certificates(self) -> Certificates: ...
    @property
    def attentions(self) -> Attentions: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def locks(self) -> Locks: ...
    @property
    def chores(self) -> Chores: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def privacy(self) -> Privacy: ...
    @property
    def tombstones(self) -> Tombstones: ...
    @property
    def figures(self) -> Figures: ...


class Store(Protocol):
    """The registration store: one truth, in one database."""

    def begin(
        self, lease: Lease | None = None, now: datetime | None = None
    ) -> AbstractContextManager[Transaction]:
        """One write transaction, committed on leaving, rolled back on any exception.

        With `lease`, its fence is checked first and the lease renewed from `now`; raises LostLease when it has passed
        to somebody else, so that a worker that slept writes nothing.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """One consistent look; nothing is written."""
        ...

"""What sync needs from the outside systems, one sentence per method.

All instants are aware datetimes in UTC. Methods that talk raise the ProviderError kinds of errors.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hybrid_sync.domain.attendance import Run, Segment
from hybrid_sync.domain.attendance_told import ReportedStay
from hybrid_sync.domain.meetings import Meeting, MeetingSpec
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.domain.staff_calendar import Entry, EntryChanges, EntrySpec
from hybrid_sync.errors import ProviderError

Clock = Callable[[], datetime]
"""Gives the present instant, aware, in UTC."""


class Conference(Protocol):
    """The system that holds the meeting."""

    def adjust(self, wanted: MeetingSpec) -> MeetingSpec:
        """The nearest thing this system can hold, so that no difference is planned for ever."""
        ...

    def find(self, tag: str, known_id: str | None, around: tuple[datetime, datetime]) -> Meeting | None:
        """The meeting with that id, else the one carrying our tag within `around`; None when neither is there."""
        ...

    def twins(
        self, tags: Sequence[str], known_id: str, around: tuple[datetime, datetime]
    ) -> Sequence[Meeting]:
        """Other meetings than the known one that carry one of our tags."""
        ...

    def create(self, wanted: MeetingSpec) -> Meeting:
        """Make the meeting without mailing anybody; never repeated by the transport."""
        ...

    def update(self, seen: Meeting, wanted: MeetingSpec, names: Sequence[str] | None = None) -> Meeting:
        """Send the fields of `names` (None: whatever differs), without mailing anybody; TryLater while it runs."""
        ...

    def open_registration(self, seen: Meeting) -> Meeting:
        """Switch registration on again; whoever was registered before may be lost."""
        ...

    def cancel(self, seen: Meeting) -> None:
        """Delete the meeting without mailing anybody; one that is gone already is fine."""
        ...


class JoinLinks(Protocol):
    """Gets people into a meeting."""

    def join_url(
        self, meeting_id: str, email: str, name: str, password: str | None, *, webinar: bool = False
    ) -> str:
        """A short-lived URL that lets this one person in; ask for it at the click, never before."""
        ...


@dataclass(frozen=True)
class Added:
    """What came of registering a batch: registrations and errors, both by e-mail key.

    An error may also be TryLater or OutcomeUnknown, where the outside broke off in the middle of the batch.
    """

    registered: Mapping[str, MeetingRegistrant]
    refused: Mapping[str, ProviderError] = field(default_factory=dict)

    @property
    def ids(self) -> dict[str, str]:
        return {key: registrant.id for key, registrant in self.registered.items()}


class MeetingRegistrants(Protocol):
    """The meeting's own list of registered people."""

    batch_size: int

    def listed(self, meeting_id: str, known: Sequence[str] = ()) -> Sequence[MeetingRegistrant]:
        """Everybody on the list, all pages; at least whoever of the `known` addresses is there."""
        ...

    def add(self, meeting_id: str, people: Sequence[Registrant]) -> Added:
        """Register at most `batch_size` people, whom the caller did not see on the list; who is there is fine."""
        ...

    def approve(
        self, meeting_id: str, registrants: Sequence[MeetingRegistrant]
    ) -> Mapping[str, ProviderError]:
        """Let pending people in, at most `batch_size`; the refusals, by e-mail key."""
        ...

    def reject(
        self, meeting_id: str, registrants: Sequence[MeetingRegistrant]
    ) -> Mapping[str, ProviderError]:
        """Turn pending people down without mailing them, at most `batch_size`; the refusals, by e-mail key."""
        ...

    def remove(
        self, meeting_id: str, registrants: Sequence[MeetingRegistrant]
    ) -> Mapping[str, ProviderError]:
        """Take people off the list without mailing them; who is gone already is fine. The refusals, by e-mail key."""
        ...


@dataclass(frozen=True)
class AttendancePull:
    """What the meeting tells of who was there.

    `instances` are the ids of its ended runs that count; none = not held. `segments` are the stays in those. `runs` are
    all that were seen, with those that were set aside. `site` is where it was held, "" when nobody told.
    """

    instances: tuple[str, ...]
    segments: tuple[Segment, ...]
    runs: tuple[Run, ...] = ()
    site: str = ""


class Reports(Protocol):
    """Attendance as the meeting system recorded it."""

    def pull(
        self, event_id: str, meeting_id: str, window: tuple[datetime, datetime], *, webinar: bool = False
    ) -> AttendancePull:
        """All stays in all ended instances of the meeting that touch `window`, each instance by its own id."""
        ...

    def attendees(self, runs: Sequence[Run], site: str) -> Sequence[ReportedStay]:
        """The second account of the same runs, complete a day after their end; raises Refused where it is not to be had."""
        ...


class StaffCalendar(Protocol):
    """The calendar of the mailbox that runs the event."""

    def adjust(self, wanted: EntrySpec) -> EntrySpec:
        """The nearest thing this calendar can hold."""
        ...

    def find(self, key: str, known_id: str | None) -> Entry | None:
        """The entry with that id, else the one carrying our key; None when neither is there."""
        ...

    def create(self, wanted: EntrySpec) -> Entry:
        """Make the entry, marked with its key; never repeated by the transport."""
        ...

    def look_at(self, entry_ids: Sequence[str]) -> Mapping[str, Entry | ProviderError]:
        """Many entries in few calls, by id; an error for each that could not be read, Gone for one not there."""
        ...

    def update(self, seen: Entry, wanted: EntrySpec, changes: EntryChanges) -> Entry | None:
        """Send `changes` and nothing else, because it mails people; None when the entry was changed or deleted since."""
        ...

    def cancel(self, seen: Entry, comment: str) -> None:
        """Cancel the entry; one that is gone already is fine."""
        ...


class Mailer(Protocol):
    """Sends finished messages."""

    def send(self, mime: bytes, recipient: str, *, urgent: bool = False) -> str:
        """Hand over these very bytes for one recipient and return the server's receipt.

        A part of the minute's allowance is kept for what is `urgent`: a cancellation, or what starts soon.
        Raises Refused for an address that will not work, TryLater when nothing was taken (`only_this` when it is
        this recipient alone that must wait), OutcomeUnknown when the connection broke after the message was sent,
        SignInExpired when we may not send at all.
        """
        ...


@dataclass(frozen=True)
class Page:
    """A fetched web page: raw bytes, media type without parameters, the address after redirects."""

    data: bytes
    media_type: str
    url: str


class Pages(Protocol):
    """Fetches published event pages."""

    def fetch(self, url: str) -> Page:
        """The page at an https address; raises InputError for private addresses, sizes above the limit, time-outs."""
        ...


@dataclass(frozen=True)
class Check:
    """One line of `doctor`: `ok` None means that it could not be told. `advice` says what to do when it is not ok."""

    what: str
    ok: bool | None
    detail: str
    advice: str = ""


class Checkable(Protocol):
    """Something that can say whether it would work."""

    def check(self) -> Sequence[Check]:
        """Try what can be tried without changing anything."""
        ...


class Engine(Protocol):
    """Who calls `reconcile` and when."""

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        """Work until told to stop, or for `stop_after`.

        Returns the ids of events whose passes were still running when the time for a clean end was over.
        """
        ...

    def heartbeat(self) -> datetime:
        """When the engine last looked for work (UTC); a machine that watches it restarts it when this grows old."""
        ...

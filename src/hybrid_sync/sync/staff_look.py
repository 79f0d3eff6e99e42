"""Both sides of one event's staff entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.staff_calendar import (
    NOTHING_WRITTEN,
    Entry,
    EntrySpec,
    Written,
    entry_key,
    wanted_entry,
)
from hybrid_sync.domain.staff_calendar_plan import Edited
from hybrid_sync.ports import EntryRecord, Intent, StaffCalendar, Store
from hybrid_sync.sync.once import still_open
from hybrid_sync.sync.staff_watch import Glances


def made_key(event_id: str, incarnation: int) -> str:
    """The intent of the entry's creation."""
    return f"graph.calendar.create:{event_id}:{incarnation}"


@dataclass(frozen=True)
class StaffPolicy:
    """Who is on every entry, and what becomes of what somebody changed in it by hand.

    `attendees` are addresses of staff, `room` is the room mailbox; `speakers` invites speakers and moderators with an
    address, too.
    """

    attendees: tuple[str, ...] = ()
    room: str | None = None
    speakers: bool = False
    edited: Edited = "repair"


@dataclass(frozen=True)
class Look:
    """Both sides of one event's staff entry. `incarnation` is of the entry that is, or would be, there."""

    record: EntryRecord | None
    incarnation: int
    wanted: EntrySpec | None
    seen: Entry | None
    written: Written = NOTHING_WRITTEN
    idle: bool = False
    """Nothing was looked at: the event is over, or should have no entry and has none."""
    lost: Intent | None = None
    """A creation whose answer was lost: it may have made an entry that we do not know of."""
    lent: bool = False
    """`seen` is of a moment ago."""

    @property
    def live(self) -> EntryRecord | None:
        return self.record if self.record is not None and self.record.state == "made" else None

    @property
    def gone(self) -> bool:
        """We made one, and it is not there any more."""
        return self.live is not None and self.seen is None and not self.idle


class Looking:
    """Looks at both sides. `glances` lends what was seen in one go a moment ago."""

    def __init__(
        self,
        store: Store,
        calendar: StaffCalendar,
        body_of: Callable[[Event], str],
        policy: StaffPolicy,
        glances: Glances | None,
    ) -> None:
        self._store = store
        self._calendar = calendar
        self._body_of = body_of
        self._policy = policy
        self._glances = glances

    def __call__(self, event: Event, now: datetime, *, lent: bool = False) -> Look:
        """One look at the store and at the outside; reading calls only, and none where a glance will do (`lent`)."""
        with self._store.read() as tx:
            record = tx.entries.get(event.id)
            live = record is not None and record.state == "made"
            incarnation = 1 if record is None else record.incarnation if live else record.incarnation + 1
            lost = still_open(tx.intents.get(made_key(event.id, incarnation)))
        # What was written to an entry that is not there any more says nothing of the next one.
        written = record.written if record is not None and live else NOTHING_WRITTEN
        over = event.ends is None or now >= event.ends.instant
        policy = self._policy
        wanted = wanted_entry(
            event,
            policy.attendees,
            policy.room,
            self._body_of(event),
            incarnation,
            speakers=policy.speakers,
        )
        if over or (wanted is None and not live and lost is None):
            return Look(record, incarnation, None, None, written, idle=True, lost=lost)
        known = record.entry_id if record is not None and live else None
        glance = self._lent(known, now) if lent and known else None
        seen = glance
        if seen is None:
            seen = self._calendar.find(entry_key(event.id, incarnation), known)
        if seen is not None and seen.cancelled:
            seen = None
        adjusted = self._calendar.adjust(wanted) if wanted else None
        return Look(record, incarnation, adjusted, seen, written, lost=lost, lent=glance is not None)

    def forget(self, entry_id: str) -> None:
        """The entry is about to change."""
        if self._glances:
            self._glances.drop(entry_id)

    def _lent(self, entry_id: str, now: datetime) -> Entry | None:
        return self._glances.take(entry_id, now) if self._glances else None

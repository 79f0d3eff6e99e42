"""The desk at the door: check-ins one by one or as a list, each person once, and taken back when it was a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hybrid_sync.domain.desk import check_days, hint, since_when, touching, walk_in_of, who_is
from hybrid_sync.domain.door import AtDoor, checked_in, found, stays_of
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.localtime import local_of
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.presence import Segment
from hybrid_sync.errors import InputError, NotFound
from hybrid_sync.intake.attendance_door import DoorReading, DoorRow
from hybrid_sync.intake.refused_rows import RefusedRow
from hybrid_sync.ports import AuditLine, Clock, ImportRecord, Store, Transaction


@dataclass(frozen=True)
class CheckIn:
    """One check-in as it stands now. `changed` is False when all of it was known."""

    who: AtDoor
    stay: Segment
    changed: bool


@dataclass(frozen=True)
class DoorList:
    """What came of a list. `assumed` people were told without a time: counted from the event's start to its end."""

    taken: int
    added: int
    refused: tuple[RefusedRow, ...]
    walk_ins: int = 0
    assumed: int = 0


class Door:
    """`actor` names who did it in the audit trail."""

    def __init__(self, store: Store, clock: Clock, *, actor: str = "organiser") -> None:
        self._store = store
        self._clock = clock
        self._actor = actor

    def check_in(
        self,
        event_id: str,
        who: str,
        at: datetime | None = None,
        left: datetime | None = None,
        *,
        walk_in: bool = False,
    ) -> CheckIn:
        """Note that `who` (code, address or full name) is in the room since `at` (now), and until `left` if told.

        Twice is once. With `left` alone the stay that is open ends. Raises InputError when `who` fits two people, or
        nobody and it is no `walk_in`, and for instants outside the event's own days; NotFound for an unknown event.
        """
        now = self._clock()
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            person = who_is(tx.people.of(event_id), who, walk_in)
            before = stays_of(person, tx.attendance.of(event_id))
            since = at or since_when(before, left) or now.replace(microsecond=0)
            check_days(event, since, left, told=at is not None or left is not None)
            try:
                stay = checked_in(event_id, person, before, since, left)
            except ValueError:
                raise InputError(f"{person.name}: the leaving time is before the time of coming in") from None
            if stay is None:
                return CheckIn(person, touching(before, since), changed=False)
            tx.attendance.upsert([stay])
            self._note(tx, event_id, "checkin", _target(person), _span(event, stay), now)
        return CheckIn(person, stay, changed=True)

    def undo(self, event_id: str, who: str) -> CheckIn:
        """Take back the last check-in of `who`. Raises NotFound when there is none, InputError as `check_in` does."""
        now = self._clock()
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            stays = tx.attendance.of(event_id)
            registered = tx.people.of(event_id)
            person = who_is(registered, who, walk_in=True)
            before = stays_of(person, stays)
            if not before and person.person is not None:
                # Somebody taken as a walk-in who was registered since.
                person = walk_in_of(who, who if "@" in who else "")
                before = stays_of(person, stays)
            if not before:
                raise NotFound(f"'{who}' is not checked in at event {event_id}" + hint(registered, who))
            last = before[-1]
            tx.attendance.remove(event_id, last.key)
            self._note(tx, event_id, "checkin.undo", _target(person), _span(event, last), now)
        return CheckIn(person, last, changed=True)

    def take_list(
        self,
        event_id: str,
        reading: DoorReading,
        sha256: str,
        *,
        mapping: Mapping[str, str] | None = None,
        walk_in: bool = False,
        dry_run: bool = False,
    ) -> DoorList:
        """Check in everybody of a list, in one transaction; rows that fit nobody, or two people, are refused.

        With `walk_in` those whom nobody registered are walk-ins. `dry_run` writes nothing.
        """
        now = self._clock()
        with self._store.read() if dry_run else self._store.begin() as tx:
            event = tx.events.get(event_id)
            desk = _Desk(event, tx.people.of(event_id), tx.attendance.of(event_id), reading.file, walk_in)
            for row in reading.rows:
                desk.take(row)
            result = desk.result(reading.refused)
            if not dry_run:
                added = tx.attendance.upsert(desk.written)
                record = ImportRecord(
                    event_id, sha256, "door", reading.file, "door", reading.zone, result.taken, added, now
                )
                tx.imports.put(record)
                if mapping:
                    tx.mappings.put(event_id, "door", mapping, now)
                detail = f"{result.taken} people, {added} new or changed, {len(result.refused)} rows refused"
                self._note(tx, event_id, "checkin.list", reading.file, detail, now)
        return result

    def _note(
        self, tx: Transaction, event_id: str, what: str, target: str, detail: str, now: datetime
    ) -> None:
        tx.audit.add(AuditLine(now, event_id, self._actor, what, target, detail))
        tx.work.wake(event_id, now)


class _Desk:
    """Takes the rows of one list; a stay may be told in several rows."""

    def __init__(
        self, event: Event, people: Sequence[Registrant], stays: Sequence[Segment], file: str, walk_in: bool
    ) -> None:
        self._event, self._people, self._file, self._walk_in = event, people, file, walk_in
        self._before: dict[str, list[Segment]] = {}
        self._stays = [stay for stay in stays if stay.source == "room"]
        self._written: dict[str, Segment] = {}
        self._refused: list[RefusedRow] = []
        self._taken = self._walk_ins = self._assumed = 0

    @property
    def written(self) -> list[Segment]:
        return list(self._written.values())

    def take(self, row: DoorRow) -> None:
        try:
            who = self._person(row)
            since = row.at or self._event.starts.instant
            check_days(self._event, since, row.left, told=True)
        except InputError as no:
            self._refused.append(RefusedRow(self._file, row.line, "row", str(no)))
            return
        self._taken += 1
        self._walk_ins += who.person is None
        self._assumed += row.at is None
        before = self._before.get(who.key)
        if before is None:
            before = self._before[who.key] = stays_of(who, self._stays)
        stay = checked_in(self._event.id, who, before, since, row.left, assumed=row.at is None)
        if stay is not None:
            before[:] = sorted(
                [other for other in before if other.key != stay.key] + [stay],
                key=lambda one: (one.joined is None, one.joined, one.key),
            )
            self._written[stay.key] = stay

    def _person(self, row: DoorRow) -> AtDoor:
        """By the first of code, address and name that fits; a code or an address that fits nobody is refused."""
        for who in (row.code, row.email):
            if who:
                known = found(self._people, who)
                if known or not (self._walk_in and row.email == who):
                    return who_is(self._people, who, walk_in=False)
        if row.email:
            return walk_in_of(row.name or row.email, row.email)
        return who_is(self._people, row.name, self._walk_in)

    def result(self, refused: Sequence[RefusedRow]) -> DoorList:
        everything = sorted([*refused, *self._refused], key=lambda row: row.line)
        return DoorList(self._taken, len(self._written), tuple(everything), self._walk_ins, self._assumed)


def _target(who: AtDoor) -> str:
    return who.person.id if who.person else who.key.rpartition("|")[2]


def _span(event: Event, stay: Segment) -> str:
    def local(moment: datetime | None) -> str:
        return f"{local_of(moment, event.time_zone).wall:%H:%M}" if moment else "?"

    return f"{local(stay.joined)} to {local(stay.left)}" if stay.left else f"since {local(stay.joined)}"

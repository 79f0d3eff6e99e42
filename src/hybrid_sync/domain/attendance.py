"""Attendance measured in presence: the union of a person's stays, clipped to the event (P6), and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance_pulls import pulls_due
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.matching import (
    NO_EVIDENCE,
    RANK,
    Evidence,
    Kind,
    Participant,
    participants,
    real_email,
)
from hybrid_sync.domain.people import Mode, Registrant
from hybrid_sync.domain.presence import (
    ROOM,
    AttendanceRules,
    Counted,
    Interval,
    Segment,
    Times,
    capped,
    clip,
    counted,
    length,
    union,
)
from hybrid_sync.domain.suggestions import Suggester, Suggestion

__all__ = [
    "Attendance",
    "AttendanceRules",
    "Interval",
    "Presence",
    "Run",
    "Segment",
    "Suggestion",
    "attendance",
    "clip",
    "length",
    "pulls_due",
    "real_email",
    "union",
]

USUAL = AttendanceRules()
_NO_TIME = timedelta(0)


@dataclass(frozen=True)
class Presence:
    """One person's attendance. `online` and `room` may overlap; `total` counts an overlap once.

    Time in the margins counts, because events begin early and overrun, but none of the three figures is above the
    event's own length: `share` is `total` as a part of that length, in 0..1. `intervals` hold all of the time, margins
    included; the two other lists part it by where the person was.

    `person` is None for somebody who matches no registrant; then `name` is what they called themselves. A walk-in's
    `person` is one whose registration does not stand (withdrawn, rejected, waiting). `key` names them in `attendance
    match`. `matched_by` says what told who they are: "code", "link", "address", "alias" or "choice" (domain.matching);
    "" for nobody known. `verdict` is "present", "partly", "walk-in" (there without a standing registration) or
    "unknown".
    """

    name: str
    email: str | None
    person: Registrant | None
    total: timedelta
    online: timedelta
    room: timedelta
    share: float
    first: datetime | None
    last: datetime | None
    verdict: str
    intervals: tuple[Interval, ...] = ()
    online_intervals: tuple[Interval, ...] = ()
    room_intervals: tuple[Interval, ...] = ()
    key: str = ""
    matched_by: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Run:
    """One run of the meeting, as it was seen. `counted` is False for a rehearsal, `why` then says so."""

    id: str
    started: datetime | None
    ended: datetime | None
    counted: bool = True
    why: str = ""


@dataclass(frozen=True)
class Attendance:
    """Everything that a report needs. `window` is the event's planned time (UTC); margins are already applied.

    `present` are approved registrants who were there. `no_shows` are those who were not; `unrecorded` are people
    registered for a room in which nobody was checked in: whether they came is not known.
    `walk_ins` came without a standing registration: checked in at the door, settled as such by a person, or withdrawn
    and there all the same. `unmatched` are those of whom nobody has decided yet.
    `staff` are names of those who ran the meeting; registrants among them who were not in the room are in `ran_it`,
    and are counted neither as registered nor as missing.
    `room_systems` are the devices of the room itself, which count as nobody. `held` is False when the meeting
    was never started.
    """

    event: Event
    window: Interval
    present: tuple[Presence, ...]
    no_shows: tuple[Registrant, ...]
    unmatched: tuple[Presence, ...]
    staff: tuple[str, ...]
    doubts: tuple[str, ...]
    instances: tuple[str, ...]
    pulled_at: datetime | None
    unrecorded: tuple[Registrant, ...] = ()
    walk_ins: tuple[Presence, ...] = ()
    room_systems: tuple[str, ...] = ()
    held: bool = True
    ran_it: tuple[Registrant, ...] = ()

    @property
    def registered(self) -> int:
        return len(self.no_shows) + len(self.unrecorded) + sum(1 for row in self.present if row.person)


def attendance(
    event: Event,
    people: Sequence[Registrant],
    segments: Sequence[Segment],
    rules: AttendanceRules = USUAL,
    evidence: Evidence = NO_EVIDENCE,
    *,
    pulled_at: datetime | None = None,
    notes: Iterable[str] = (),
    held: bool = True,
) -> Attendance:
    """Who was there and for how long.

    The rules of time are domain.presence.Times, those of who is who domain.matching. `notes` are doubts of those who
    gathered the stays. The order of `segments` changes nothing, nor does a row that comes twice.
    Raises ValueError for an event without an end.
    """
    if event.ends is None:
        raise ValueError(f"event {event.id} has no end")
    window = (event.starts.instant, event.ends.instant)
    doubts: set[str] = set()
    wide = (window[0] - rules.margin, window[1] + rules.margin)
    times = Times(segments, wide, doubts.add)
    found = participants(people, segments, rules, evidence)
    ran = {one.person.id for one in found if one.kind is Kind.STAFF and one.person}
    persons: dict[str, list[Participant]] = {}
    others: list[Participant] = []
    for one in found:
        if one.kind is Kind.ROOM_SYSTEM:
            continue
        if one.person is not None and (one.kind is Kind.STAFF or (one.person.id in ran and not one.chosen)):
            # Whoever ran the meeting is no part of its audience, but counts where they sat in the room.
            one = replace(one, stays=tuple(stay for stay in one.stays if stay.source == ROOM))
        if one.person is not None:
            persons.setdefault(one.person.id, []).append(one)
        elif one.kind is Kind.GUEST:
            others.append(one)
    groups = (*persons.values(), *([one] for one in others))
    counts = [(row, group) for group in groups if (row := _presence(event, group, times, rules, doubts.add))]
    seen = {row.person.id for row, _ in counts if row.person and row.online_intervals}
    suggester = Suggester(people, seen, evidence.clicks)
    rows = [row if row.matched_by else _suggested(row, group, suggester) for row, group in counts]
    came = {row.person.id for row in rows if row.person}
    missing = [person for person in people if person.is_coming and person.id not in came]
    ran_it = [person for person in missing if person.id in ran]
    missing = [person for person in missing if person.id not in ran]
    checked_in = any(segment.source == ROOM for segment in segments)
    return Attendance(
        event=event,
        window=window,
        present=_by_name(row for row in rows if row.verdict in ("present", "partly")),
        no_shows=tuple(person for person in missing if checked_in or person.mode is not Mode.ROOM),
        unmatched=_by_name(row for row in rows if row.verdict == "unknown"),
        staff=_names(one for one in found if one.kind is Kind.STAFF),
        doubts=(*dict.fromkeys(notes), *sorted(doubts)),
        instances=tuple(sorted({segment.instance_id for segment in segments})),
        pulled_at=pulled_at,
        unrecorded=tuple(person for person in missing if not checked_in and person.mode is Mode.ROOM),
        walk_ins=_by_name(row for row in rows if row.verdict == "walk-in"),
        room_systems=_names(one for one in found if one.kind is Kind.ROOM_SYSTEM),
        held=held,
        ran_it=tuple(ran_it),
    )


def _presence(
    event: Event,
    group: Sequence[Participant],
    times: Times,
    rules: AttendanceRules,
    doubt: Callable[[str], None],
) -> Presence | None:
    """What the participants who are one person come to; None when none of their time counts."""
    best = min(group, key=lambda one: (RANK[one.how], one.key))
    person = best.person
    name = person.name if person else best.name
    stays = best.stays if len(group) == 1 else [stay for one in group for stay in one.stays]
    time = counted(stays, times)
    if not time.both:
        if any(stay.source == ROOM for stay in stays):
            doubt(f"{name}: checked in at the door, but not within the time of the event, and not counted")
        return None
    most = max(event.duration, _NO_TIME)
    total = capped(time.both, most)
    return Presence(
        name=name,
        email=person.email if person else best.email,
        person=person,
        total=total,
        online=capped(time.online, most),
        room=capped(time.room, most),
        share=total / most if most else 0.0,
        first=time.both[0][0],
        last=time.both[-1][1],
        verdict=_verdict(best, time, total >= rules.present_from),
        intervals=time.both,
        online_intervals=time.online,
        room_intervals=time.room,
        key=best.key,
        matched_by=best.how,
    )


def _verdict(one: Participant, time: Counted, long_enough: bool) -> str:
    if one.person is not None and one.person.is_coming:
        return "present" if long_enough else "partly"
    # Whoever stands in the room is there, registered or not; online, only a person can say that nobody knows them.
    return "walk-in" if one.person is not None or one.chosen or time.room else "unknown"


def _suggested(row: Presence, group: Sequence[Participant], suggester: Suggester) -> Presence:
    """With suggestions, because nothing and nobody has told who it is."""
    joins = [stay.joined for one in group for stay in one.stays if stay.joined and stay.source != ROOM]
    return replace(row, suggestions=suggester.of(row.name, row.email, joins))


def _by_name(rows: Iterable[Presence]) -> tuple[Presence, ...]:
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.key)))


def _names(found: Iterable[Participant]) -> tuple[str, ...]:
    return tuple(sorted({stay.display_name for one in found for stay in one.stays}))

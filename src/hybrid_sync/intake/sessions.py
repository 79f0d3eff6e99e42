"""Several sessions on one page: each is an event of its own, and none of them is *the* event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from hybrid_sync.intake.moments import Moment, Role, without
from hybrid_sync.intake.words import names_a_session


@dataclass(frozen=True)
class Session:
    """One of several parts that a page announces. Times are wall times; what the page leaves out is None."""

    date: date | None
    time_start: time | None
    time_end: time | None
    title: str = ""

    def __str__(self) -> str:
        day = f"{self.date} " if self.date else ""
        start = f"{self.time_start:%H:%M}" if self.time_start else "no time"
        end = f"-{self.time_end:%H:%M}" if self.time_end else ""
        return f"{day}{start}{end}"


def dated_sessions(group: Sequence[Moment]) -> tuple[Session, ...]:
    """One session for each day and time that the moments of a page name; empty when there is only one."""
    found: list[Session] = []
    for moment in group:
        if moment.date is None or moment.date.is_range or not moment.date.has_year:
            continue
        for day in moment.date.dates():
            found += [Session(day, t.since, t.till, _title(moment)) for t in moment.main_times]
    kept = _apart(found)
    return kept if len(kept) > 1 else ()


def undated_sessions(moments: Iterable[Moment]) -> tuple[Session, ...]:
    """The sessions that lines without a date name: "Morning session in French (10:00 to 11:30)"."""
    found = [
        Session(None, moment.times[0].since, moment.times[0].till, _title(moment))
        for moment in moments
        if moment.date is None
        and moment.role in (Role.EVENT, Role.DEADLINE)
        and len(moment.times) == 1
        and moment.times[0].till
        and names_a_session(moment.text)
    ]
    kept = _apart(found)
    return kept if len(kept) > 1 else ()


def _apart(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """The sessions that do not overlap one before them: the same time told twice is one session."""
    kept: list[Session] = []
    for session in sessions:
        if all(session.date != other.date or _disjoint(session, other) for other in kept):
            kept.append(session)
    return tuple(sorted(kept, key=lambda s: (s.date or date.min, s.time_start or time.min)))


def _disjoint(one: Session, other: Session) -> bool:
    if not (one.time_start and one.time_end and other.time_start and other.time_end):
        return False
    return one.time_end <= other.time_start or other.time_end <= one.time_start


def _title(moment: Moment) -> str:
    """What the sentence says besides date and time."""
    rest = without(moment.text, (*([moment.date] if moment.date else []), *moment.times))
    text = re.sub(r"\(\s*(?:from|de|von)?\s*\)", " ", rest)
    return re.sub(r"\s+", " ", text).strip(" :,;|-–")

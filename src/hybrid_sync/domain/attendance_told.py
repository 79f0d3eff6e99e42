"""What a pull told, held against what was told before and against the attendee report; in words for staff.

The words hold addresses and names: they stand in the store and in the report, never in a log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hybrid_sync.domain.attendance import Run, Segment, real_email
from hybrid_sync.domain.events import Event

TOLERANCE = timedelta(minutes=2)
"""By how much times may differ: the report counts in whole minutes."""

MOST_NAMED = 10
"""Of a difference that touches more people, the first ones are named and the others counted."""


@dataclass(frozen=True)
class ReportedStay:
    """One line of the attendee report: no more of it than the comparison needs. Instants are UTC."""

    instance_id: str
    email: str
    joined: datetime | None
    left: datetime | None


def fingerprint(segments: Iterable[Segment], runs: Iterable[Run]) -> str:
    """Equal for two pulls that told the same, in whatever order."""
    told = [sorted(json.dumps(astuple(one), default=str) for one in group) for group in (segments, runs)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def about_runs(runs: Iterable[Run], event: Event) -> list[str]:
    """What was set aside: "a run from 13:02 to 13:20 was a rehearsal and is not counted"."""
    return [
        f"a run from {_clock(run.started, event)} to {_clock(run.ended, event)} {run.why} and is not counted"
        for run in runs
        if not run.counted
    ]


def about_vanished(
    before: Iterable[Segment], now: Iterable[Segment], instances: Collection[str]
) -> list[str]:
    """Who was told of by an earlier pull and is not any more. Their stays are kept: they are raw facts.

    `instances` are the runs in which to look; room check-ins and imported files are no matter of a pull. A stay that
    stood for a participant until the devices were told has not vanished with it.
    """
    there = {_participant(stay) for stay in now}
    gone = {
        stay.display_name if real_email(stay.email) is None else stay.email
        for stay in before
        if stay.source == "webex" and stay.instance_id in instances and _participant(stay) not in there
    }
    if not gone:
        return []
    return [
        f"an earlier pull named {_count(gone)} whom this one does not; their stays are kept: {_named(gone)}"
    ]


def about_report(segments: Iterable[Segment], report: Iterable[ReportedStay], event: Event) -> list[str]:
    """Where the list of participants and the attendee report differ, person by person and run by run.

    People are compared by their real addresses: a name proves nothing, and invented addresses differ from one list
    to the other. Of somebody's stays in a run only the first arrival and the last departure are compared, because it
    is not known whether the report has a line for each device.
    """
    listed, reported = _by_person(segments), _by_person(report)
    notes = []
    for names, lacks, mine, other in (
        ("the attendee report", "the list of participants", reported, listed),
        ("the list of participants", "the attendee report", listed, reported),
    ):
        missing = {email for _, email in mine.keys() - other.keys()}
        if missing:
            notes.append(f"{names} names {_count(missing)} whom {lacks} does not have: {_named(missing)}")
    differing = {
        key: (listed[key], reported[key])
        for key in sorted(listed.keys() & reported.keys())
        if any(_differ(one, two) for one, two in zip(listed[key], reported[key], strict=True))
    }
    for (_, email), (one, two) in list(differing.items())[:MOST_NAMED]:
        notes.append(
            f"{email} was there from {_span(one, event)} by the list of participants, from {_span(two, event)} by the "
            "attendee report"
        )
    if len(differing) > MOST_NAMED:
        notes.append(f"the times of {len(differing) - MOST_NAMED} more people differ in the same way")
    return notes


_Times = tuple[datetime | None, datetime | None]


def _by_person(stays: Iterable[Segment] | Iterable[ReportedStay]) -> Mapping[tuple[str, str], _Times]:
    """First arrival and last departure by run and address; a departure that is not told makes the last one unknown."""
    grouped: dict[tuple[str, str], list[Segment | ReportedStay]] = {}
    for stay in stays:
        email = real_email(stay.email)
        if email is not None:
            grouped.setdefault((stay.instance_id, email), []).append(stay)
    return {key: (_first(stays), _last(stays)) for key, stays in grouped.items()}


def _first(stays: Sequence[Segment | ReportedStay]) -> datetime | None:
    return min((stay.joined for stay in stays if stay.joined), default=None)


def _last(stays: Sequence[Segment | ReportedStay]) -> datetime | None:
    told = [stay.left for stay in stays if stay.left]
    return max(told) if len(told) == len(stays) else None


def _differ(one: datetime | None, two: datetime | None) -> bool:
    if one is None or two is None:
        return one is not two
    return abs(one - two) > TOLERANCE


def _participant(stay: Segment) -> str:
    return stay.key.rpartition("|")[0]


def _count(people: Collection[str]) -> str:
    return "1 person" if len(people) == 1 else f"{len(people)} people"


def _named(people: Collection[str]) -> str:
    more = f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else ""
    return ", ".join(sorted(people)[:MOST_NAMED]) + more


def _span(times: _Times, event: Event) -> str:
    return f"{_clock(times[0], event)} to {_clock(times[1], event)}"


def _clock(moment: datetime | None, event: Event) -> str:
    """On the event's clock; with the day when it is another one, with the clock's name when that has changed."""
    if moment is None:
        return "an unknown time"
    local = moment.astimezone(ZoneInfo(event.time_zone))
    day = "" if local.date() == event.starts.date else f"{local:%Y-%m-%d} "
    name = "" if f"{local:%Z}" == event.starts.abbreviation else f" {local:%Z}"
    return f"{day}{local:%H:%M}{name}"

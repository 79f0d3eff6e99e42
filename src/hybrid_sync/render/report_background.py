"""What an attendance report tells besides the attendance itself, and the report without names."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.domain.people import Registrant
from hybrid_sync.render.report_curve import everybody
from hybrid_sync.render.report_doubts import nameless
from hybrid_sync.render.report_figures import registrants

SMALLEST = 5
"""People that an organisation or a language must have among the registrants to be told without names."""


@dataclass(frozen=True)
class Background:
    """How a report came to be.

    `applied` counts everybody who ever registered, whatever became of it; None when that is not known.
    `present_minutes` is from when on somebody counts as present, `margin_minutes` how long before and after the planned
    time stays are counted. `nameless` is True for a report without names; then `withheld` counts the remarks that were
    left out because they may name somebody.
    """

    applied: int | None = None
    present_minutes: int | None = None
    margin_minutes: int | None = None
    nameless: bool = False
    withheld: int = 0


def without_names(
    report: Attendance, background: Background, secret: str, smallest: int = SMALLEST
) -> tuple[Attendance, Background]:
    """The same report with "P001", "P002" ... for people, so that every form of it is without names.

    Gone are names, addresses, registrant ids, what people called themselves, suggestions, speakers and the description
    of the event, and organisations and languages that fewer than `smallest` registrants have. Hosts and devices of the
    room are numbered. The numbers follow a hash that is keyed with `secret`: they say nothing of the alphabet, are the
    same in each form and each later pull, and mean nobody outside this event. Registrants come first, so that a late
    guest does not shift them.

    This is a pseudonymised report, not an anonymous one (GDPR art. 4(5)): whoever knows when somebody came may still
    find their line.
    """
    kept = _Kept(registrants(report), smallest)
    numbers = _numbers(report, secret)

    def person(one: Registrant) -> Registrant:
        name = numbers[f"id {one.id}"]
        return replace(
            one,
            id=name,
            email="",
            first_name=name,
            last_name="",
            organisation=kept.organisation(one),
            language=kept.language(one),
            registered_at=None,
        )

    def presence(row: Presence) -> Presence:
        known = person(row.person) if row.person else None
        name = known.name if known else numbers[_mark(row)]
        return replace(row, name=name, email=None, person=known, key="", suggestions=())

    doubts, withheld = nameless(report.doubts)
    return (
        replace(
            report,
            event=replace(report.event, speakers=(), moderators=(), description="", warnings=()),
            present=_ordered(presence(row) for row in report.present),
            no_shows=tuple(sorted(map(person, report.no_shows), key=lambda one: one.id)),
            unrecorded=tuple(sorted(map(person, report.unrecorded), key=lambda one: one.id)),
            walk_ins=_ordered(presence(row) for row in report.walk_ins),
            unmatched=_ordered(presence(row) for row in report.unmatched),
            staff=tuple(f"H{number}" for number, _ in enumerate(report.staff, 1)),
            room_systems=tuple(f"R{number}" for number, _ in enumerate(report.room_systems, 1)),
            # Names of imported files may name people; ids of runs are of no use to a reader.
            instances=tuple(f"#{number}" for number, _ in enumerate(report.instances, 1)),
            doubts=doubts,
            ran_it=tuple(sorted(map(person, report.ran_it), key=lambda one: one.id)),
        ),
        replace(background, nameless=True, withheld=withheld),
    )


class _Kept:
    """Which organisations and languages enough registrants have."""

    def __init__(self, people: Iterable[Registrant], smallest: int) -> None:
        self._smallest = smallest
        everyone = tuple(people)
        self._organisations = Counter(_written(one) for one in everyone)
        self._languages = Counter(one.language for one in everyone)

    def organisation(self, one: Registrant) -> str | None:
        return one.organisation if self._organisations[_written(one)] >= self._smallest else None

    def language(self, one: Registrant) -> str:
        return one.language if self._languages[one.language] >= self._smallest else ""


def _written(one: Registrant) -> str:
    return " ".join((one.organisation or "").casefold().split())


def _numbers(report: Attendance, secret: str) -> Mapping[str, str]:
    """P001 ... by what marks a person."""
    rows = everybody(report)
    known = {f"id {one.id}" for one in registrants(report)}
    known |= {f"id {row.person.id}" for row in rows if row.person} | {f"id {one.id}" for one in report.ran_it}
    others = {_mark(row) for row in rows if not row.person}

    def place(mark: str) -> bytes:
        return hmac.digest(secret.encode(), f"{report.event.id}\n{mark}".encode(), sha256)

    ordered = [*sorted(known, key=place), *sorted(others, key=place)]
    digits = max(3, len(str(len(ordered))))
    return {mark: f"P{number:0{digits}d}" for number, mark in enumerate(ordered, 1)}


def _mark(row: Presence) -> str:
    """What tells somebody unknown from others; two who share all of it are one number and two lines."""
    return f"seen {row.key}\n{row.name}\n{row.email}\n{row.first}"


def _ordered(rows: Iterable[Presence]) -> tuple[Presence, ...]:
    return tuple(sorted(rows, key=lambda row: row.name))

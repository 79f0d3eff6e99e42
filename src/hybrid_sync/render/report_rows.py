"""The tables of an attendance report as words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.domain.people import Registrant
from hybrid_sync.render.report_doubts import reason
from hybrid_sync.render.report_figures import Group, groupings, local, minutes, percent
from hybrid_sync.render.report_words import Say
from hybrid_sync.render.text import one_line
from hybrid_sync.render.times import locale_of

CHUNK = 100
"""Rows between two places that a long table can be entered at."""


@dataclass(frozen=True)
class Row:
    """One line of a people table. Lengths are in minutes, times on the event's clock."""

    name: str
    organisation: str = ""
    registered_for: str = ""
    stay: str = ""
    online: str = ""
    room: str = ""
    share: str = ""
    first: str = ""
    last: str = ""
    tag: str = ""
    may_be: str = ""


@dataclass(frozen=True)
class Chunk:
    """Some rows in a row. `label` names the first and the last of them, `anchor` is unique in the page."""

    anchor: str
    label: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class People:
    count: int
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True)
class GroupTable:
    """The figures by one thing: its rows with their words."""

    caption: str
    column: str
    rows: tuple[tuple[str, Group], ...]


def seen(anchor: str, rows: Iterable[Presence], report: Attendance, say: Say) -> People:
    """A table of people who were there."""
    return _chunked(anchor, [_presence(row, report, say) for row in rows])


def absent(anchor: str, people: Iterable[Registrant], say: Say) -> People:
    """A table of people who were not seen, by name."""
    return _chunked(
        anchor,
        [
            Row(_name(person.name, say), one_line(person.organisation or ""), say.value(person.mode.value))
            for person in sorted(people, key=lambda person: person.name.casefold())
        ],
    )


def group_tables(report: Attendance, say: Say, nameless: bool) -> list[GroupTable]:
    """By mode, organisation and language; without those that have one group only and say nothing."""
    titles = {
        "mode": (say("By how they registered to come"), say("Mode")),
        "organisation": (say("By organisation"), say("Organisation")),
        "language": (say("By language"), say("Language")),
    }
    none = say("not told, or too few") if nameless else say("not told")
    tables: list[GroupTable] = []
    for found in groupings(report):
        if len(found.groups) < 2:
            continue
        rows = [(_group(found.by, group, say) or none, group) for group in found.groups]
        if found.rest:
            rows.append((say.count("and {count} more", "and {count} more", found.rest.folded), found.rest))
        tables.append(GroupTable(*titles[found.by], tuple(rows)))
    return tables


def language_name(code: str, say: Say) -> str:
    """ "French" for "fr", in the reader's language; the code where nobody has a name for it."""
    name = Locale.parse(locale_of(say.language)).languages.get(code, code)
    return str(name)


def clock(instant: datetime | None, report: Attendance) -> str:
    return f"{local(instant, report):%H:%M}" if instant else ""


def _group(by: str, group: Group, say: Say) -> str:
    if by == "mode":
        return say.value(group.value)
    if by == "language" and group.value:
        return language_name(group.value, say)
    return one_line(group.value, 100)


def _presence(row: Presence, report: Attendance, say: Say) -> Row:
    person = row.person
    return Row(
        name=_name(row.name, say),
        organisation=one_line(person.organisation or "") if person else "",
        registered_for=say.value(person.mode.value) if person else "",
        stay=_minutes(row.total),
        online=_minutes(row.online),
        room=_minutes(row.room),
        share=say.share(percent(row.share)),
        first=clock(row.first, report),
        last=clock(row.last, report),
        tag=say.value("partly") if row.verdict == "partly" else "",
        may_be="; ".join(
            f"{_name(one.person.name, say)} ({reason(one.why, say)})" for one in row.suggestions[:3]
        ),
    )


def _name(name: str, say: Say) -> str:
    return one_line(name) or say("(no name)")


def _minutes(stay: timedelta) -> str:
    if not stay:
        return "–"
    return str(minutes(stay)) if stay >= timedelta(minutes=1) else "< 1"


def _chunked(anchor: str, rows: list[Row]) -> People:
    """In pieces of `CHUNK` when there are more than two of them, else in one."""
    size = CHUNK if len(rows) > 2 * CHUNK else max(len(rows), 1)
    return People(
        len(rows),
        tuple(
            Chunk(f"{anchor}-{start // size + 1}", _label(rows[start : start + size]), rows[start : start + size])
            for start in range(0, len(rows), size)
        ),
    )  # fmt: skip


def _label(rows: Sequence[Row]) -> str:
    first, last = (row.name.split(" ")[0][:8] for row in (rows[0], rows[-1]))
    return first if first == last else f"{first} – {last}"

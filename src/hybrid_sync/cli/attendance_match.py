"""`hybrid-sync attendance match`: who somebody was, where neither link nor address told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.session import opened
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.domain.attendance import Attendance, Presence
    from hybrid_sync.domain.matching import Participant
    from hybrid_sync.sync.attendance_choices import AttendanceChoices, Chosen

_DECIDED = ("choice", "alias")


def match(
    ctx: typer.Context,
    event: EventId,
    who: Annotated[
        str | None,
        typer.Argument(
            metavar="[WHO]", help="Whom you mean: a code of the list, an address, or a whole name."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="EMAIL", help="They are the registrant with this address."),
    ] = None,
    walk_in: Annotated[bool, typer.Option("--walk-in", help="They are nobody who registered.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Forget what was decided about them.")] = False,
    everybody: Annotated[
        bool, typer.Option("--all", help="List everybody, those too whom an address or a link told.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List who is not known yet, with suggestions; or decide about one of them. Names alone never decide."""
    asked = sum((to is not None, walk_in, undo))
    if who is None and asked:
        raise InputError(f"say whom you mean: a code that hybrid-sync attendance match {event} shows")
    if who is not None and (asked != 1 or everybody):
        raise InputError("say one thing about them: --to EMAIL, --walk-in or --undo")
    with opened(ctx) as service:
        if who is None:
            report, found = service.attendance_book.both(event)
            rows = list(_rows(report, found, everybody))
        else:
            chosen = _decide(service.attendance_choices, event, who, to, undo)
    if who is not None:
        _told(event, chosen, undo, as_json)
    elif as_json:
        output.data({"event": event, "participants": rows})
    else:
        _list(event, rows)


def _decide(choices: AttendanceChoices, event: str, who: str, to: str | None, undo: bool) -> Chosen:
    if undo:
        return choices.undo(event, who)
    return choices.walk_in(event, who) if to is None else choices.match(event, who, to)


def _told(event: str, chosen: Chosen, undo: bool, as_json: bool) -> None:
    name, person, alias = chosen.participant.name, chosen.person, chosen.alias
    done = "undone" if undo else "matched" if person else "walk-in"
    if as_json:
        output.data(
            {
                "event": event,
                "name": name,
                "outcome": done,
                "registrant": person.email if person and not undo else None,
                "alias": alias,
            }
        )
    if done == "undone":
        output.say(f"{event}: what was decided about {name} is forgotten")
    elif done == "walk-in":
        output.say(f"{event}: {name} counts as a walk-in, registered by nobody")
    elif person:
        output.say(f"{event}: {name} is {person.name} <{person.email}>")
    if alias and done == "matched" and person:
        output.say(
            f"{alias} is remembered: at later events too it stands for {person.email} (--undo forgets it)"
        )
    elif alias:
        output.say(f"{alias} is not remembered for other events any more")


def _rows(report: Attendance, found: list[Participant], everybody: bool) -> Iterator[dict[str, Any]]:
    """What is open first, by minutes; then what was decided; then, when asked for, all others."""
    from hybrid_sync.domain.participant_codes import codes

    short = codes(found)
    counted: dict[str, Presence] = {}
    for row in (*report.present, *report.walk_ins, *report.unmatched):
        counted[row.person.id if row.person else row.key] = row
    listed = [(one, counted.get(one.person.id if one.person else one.key)) for one in found]
    rows = [_row(one, row, short) for one, row in listed]
    rows = [row for row in rows if everybody or row["open"] or row["matched_by"] in _DECIDED]
    rows.sort(
        key=lambda row: (not row["open"], row["matched_by"] not in _DECIDED, -row["seconds"], row["code"])
    )
    yield from rows


def _row(one: Participant, row: Presence | None, short: Mapping[str, str]) -> dict[str, Any]:
    from hybrid_sync.domain.matching import Kind

    guest = one.kind is Kind.GUEST
    return {
        "code": short[one.key],
        "name": one.name,
        "email": one.email,
        "open": guest and not one.how and row is not None,
        "verdict": row.verdict if guest and row else "not counted" if guest else one.kind.value,
        "seconds": round(row.total.total_seconds()) if row else 0,
        "matched_by": one.how,
        "registrant": one.person.email if one.person else None,
        "suggestions": [
            {"email": two.person.email, "name": two.person.name, "why": two.why}
            for two in (row.suggestions if row else ())
        ],
    }


def _list(event: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        output.table(
            ["code", "name", "address", "minutes", "verdict", "who"],
            [
                [
                    row["code"],
                    row["name"],
                    row["email"] or "",
                    str(round(row["seconds"] / 60)),
                    row["verdict"],
                    _who(row),
                ]
                for row in rows
            ],
        )
    still = sum(row["open"] for row in rows)
    if still:
        output.say(
            f"{event}: {output.count(still, 'person', 'people')} to decide about: "
            f"hybrid-sync attendance match {event} CODE --to EMAIL (or --walk-in)"
        )
    else:
        output.say(f"{event}: nobody is left to decide about")


def _who(row: dict[str, Any]) -> str:
    if row["matched_by"]:
        return f"{row['registrant'] or 'nobody registered'} (by {row['matched_by']})"
    return "\n".join(f"{one['email']}? {one['why']}" for one in row["suggestions"]) or (
        "?" if row["open"] else ""
    )

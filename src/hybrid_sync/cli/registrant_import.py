"""`hybrid-sync registrants import`: each row is taken, or refused with line, field and reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import mappings, output, reading
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.errors import WRONG_INPUT
from hybrid_sync.cli.refusals import ERASED, row_json, tell_rows
from hybrid_sync.cli.session import opened, options
from hybrid_sync.domain.people import Mode, email_key

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.intake.registrant_lists import ListReading
    from hybrid_sync.sync.organising import NewPerson, Registered


def import_(
    ctx: typer.Context,
    event: EventId,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV or XLSX (EUSurvey too) with a line of column names; '-' for standard input.",
        ),
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column holds a field (email, first_name, last_name, name, organisation, language, mode); "
            "give it once for each. It is kept for the event's next list.",
        ),
    ] = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="Leave new people to be approved one by one.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a list of registrants. Nobody is removed by it, and somebody who withdrew stays withdrawn.

    Rows that cannot be taken are named with line, field and reason, and the others are taken all the same;
    the exit code is 2 only when no row could be taken.
    """
    from hybrid_sync.intake.registrant_lists import read_registrants
    from hybrid_sync.intake.sources import MAX_LIST_BYTES
    from hybrid_sync.sync.taking_in import REGISTRANTS

    content, name = reading.file_or_stdin(file, MAX_LIST_BYTES)
    mapping = mappings.told(column)
    with opened(ctx) as service:
        with service.store.read() as tx:
            found = tx.events.get(event)
            known = {person.key for person in tx.people.of(event)}
        remembered = {} if mapping else service.taking_in.mapping(event, REGISTRANTS)
        listed = read_registrants(content, name, mapping, remembered)
        people = _people(listed, found, known, service.settings.service.languages[0])
        done = service.desk.register(event, people, approve=not pending)
        if mapping and listed.rows:
            service.taking_in.remember(event, REGISTRANTS, mapping)
    listed = _without(listed, {email_key(email) for email in done.erased})
    tell_rows(listed.refused, options(ctx).verbose, output.problem)
    tell_rows(listed.notes, options(ctx).verbose, output.doubt)
    if as_json:
        output.data(_json(event, listed, done))
    output.say(listed.summary)
    columns = mappings.words(mapping if listed.rows else {}, remembered)
    if columns:
        output.say(columns)
    output.say(
        f"{len(done.new)} new, {len(done.changed)} changed, {done.unchanged} unchanged"
        + (f", {len(done.gone)} withdrew earlier and were left withdrawn" if done.gone else "")
    )
    if not listed.rows:
        raise typer.Exit(WRONG_INPUT)


def _without(listed: ListReading, erased: set[str]) -> ListReading:
    """The list with the rows of people who were erased among those that are refused."""
    from hybrid_sync.intake.refused_rows import RefusedRow

    refused = [
        RefusedRow(listed.file, row.line, "email", ERASED)
        for row in listed.rows
        if email_key(row.email) in erased
    ]
    return replace(
        listed,
        rows=tuple(row for row in listed.rows if email_key(row.email) not in erased),
        refused=tuple(sorted([*listed.refused, *refused], key=lambda row: row.line)),
    )


def _people(listed: ListReading, event: Event, known: set[str], language: str) -> list[NewPerson]:
    """What the list says. What it has no column for is left as it is known; new people get the event's defaults."""
    from hybrid_sync.sync.organising import NewPerson

    says_mode = "mode" in listed.columns
    usual = Mode.ONLINE if event.online else Mode.ROOM
    people = []
    for row in listed.rows:
        new = email_key(row.email) not in known
        mode = row.mode if says_mode else usual if new else None
        people.append(
            NewPerson(
                email=row.email,
                first_name=row.first_name,
                last_name=row.last_name,
                organisation=row.organisation,
                language=row.language or (language if new else None),
                mode=mode,
            )
        )
    return people


def _json(event: str, listed: ListReading, done: Registered) -> dict[str, Any]:
    return {
        "event": event,
        "file": listed.file,
        "columns": listed.columns,
        "taken": len(listed.rows),
        "new": len(done.new),
        "changed": len(done.changed),
        "unchanged": done.unchanged,
        "left_withdrawn": [person.email for person in done.gone],
        "refused": [row_json(row) for row in listed.refused],
        "notes": [row_json(row) for row in listed.notes],
    }

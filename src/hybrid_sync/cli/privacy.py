"""`hybrid-sync privacy`: what is held about somebody, erase it, and let go of what has been kept long enough."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import output, reading
from hybrid_sync.cli.arguments import Email, Json
from hybrid_sync.cli.errors import NEEDS_ATTENTION, NOT_YET, group
from hybrid_sync.cli.session import opened
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.sync.privacy import Asked
    from hybrid_sync.sync.retention import Purged

app = group("Personal data: show it, erase it, let go of it when its time is over.")


@app.command()
def export(
    ctx: typer.Context,
    email: Email,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write the JSON there, readable by you only; '-' for standard output.",
        ),
    ] = None,
) -> None:
    """Everything held about an address, over all events, as one JSON file to hand to that person.

    Without --out only what there is is counted. Left out are the bytes of mails, and links that let somebody in.
    """
    from hybrid_sync.render.privacy_export import privacy_bytes, privacy_json

    with opened(ctx) as service:
        addresses, held, erased = service.privacy.export(email)
        document = privacy_json(email.strip(), addresses, held, erased, service.clock())
    for name, part in document["parts"].items():
        if part["rows"]:
            output.say(f"{len(part['rows']):>6}  {name}: {part['what']}")
    if not any(part["rows"] for part in document["parts"].values()):
        output.say(
            "nothing is held about this address"
            + ("; its owner was erased" if document["erased_before"] else "")
        )
    if out == "-":
        output.raw(privacy_bytes(document))
    elif out is not None:
        reading.write_file(Path(out), privacy_bytes(document), private=True)
        output.say(f"written to {out}; it holds personal data")


@app.command()
def erase(
    ctx: typer.Context,
    email: Email,
    reason: Annotated[
        str, typer.Option("--reason", metavar="WORDS", help="Why, for the audit trail; name nobody in it.")
    ] = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Do not wait: erase here even where Webex or the mail server cannot be reached, and take a speaker out "
            "of the programme of an event to come.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Erase somebody everywhere: from coming events they are withdrawn and told so first, then nothing names them.

    The worker does it, event by event; hybrid-sync sync does it now. They cannot be brought back by reading an old
    list again. Figures of past events stay what they were. Exit code 3: they are a speaker or moderator of an event to
    come, and a person has to take them out of its programme first.
    """
    if "@" in reason:
        raise InputError("--reason is kept in the audit trail for long: name nobody, and no address, in it")
    with opened(ctx) as service:
        asked = service.privacy.erase(email, reason.strip(), force=force)
    if as_json:
        output.data(_asked_json(asked))
    if asked.earlier:
        output.say("they were erased before; what has come in since goes too")
    if not asked.events:
        output.say("nothing is held about this address that could be erased; it will not be taken from lists")
    for event_id in asked.events:
        words = (
            "withdrawn, and erased when they have been told" if event_id in asked.coming else "to be erased"
        )
        output.say(f"{event_id}: {words} (hybrid-sync sync {event_id})")
    if len(asked.addresses) > 1:
        output.say(
            f"{output.count(len(asked.addresses) - 1, 'other address', 'other addresses')} of theirs with it"
        )
    output.say(f"kept as proof, without the address: {asked.mark}")
    for event_id in asked.speaks_at:
        output.doubt(
            f"{event_id}: its programme names them, and it is still to come: hybrid-sync event edit {event_id} "
            f"--remove-speaker {shlex.quote(email.strip())} takes them out; privacy erase --force does not wait for that"
        )
    if asked.speaks_at:
        raise typer.Exit(NEEDS_ATTENTION)


@app.command()
def purge(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Json = False,
) -> None:
    """Let go of everything that [retention] says has been kept long enough. The worker does so once a day.

    Exit code 4: Webex could not be reached for somebody; the worker goes on trying.
    """
    left: list[str] = []
    with opened(ctx) as service, output.working("letting go"):
        purged = service.retention.purge(dry_run=dry_run)
        for event_id in () if dry_run else purged.events:
            if not service.converge.event(event_id).converged:
                left.append(event_id)
    if as_json:
        output.data(_purged_json(purged, dry_run, left))
    _say_purged(purged, "would go" if dry_run else "gone")
    for event_id in left:
        output.doubt(f"{event_id}: not yet, see hybrid-sync plan {event_id}")
    if left:
        raise typer.Exit(NOT_YET)


def _say_purged(purged: Purged, what: str) -> None:
    if purged.nothing:
        output.say("nothing has been kept too long")
        return
    if purged.events:
        output.say(
            f"{what}: the people of {output.count(len(purged.events), 'event')}: {', '.join(purged.events)}"
        )
    for event_id, count in purged.stays.items():
        output.say(f"{what}: {output.count(count, 'stay')} at {event_id}; the figures stay, in one sentence")
    if purged.programmes:
        told = output.count(len(purged.programmes), "programme")
        output.say(f"{what}: the speakers' names of {told}: {', '.join(purged.programmes)}")
    for name, count in purged.lines.items():
        if count:
            output.say(f"{what}: {count} {name}")


def _asked_json(asked: Asked) -> dict[str, Any]:
    return {
        "proof": asked.mark,
        "events": list(asked.events),
        "coming": list(asked.coming),
        "speaks_at": list(asked.speaks_at),
        "erased_before": asked.earlier,
    }


def _purged_json(purged: Purged, dry_run: bool, left: list[str]) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "events": list(purged.events),
        "stays": dict(purged.stays),
        "programmes": list(purged.programmes),
        "lines": dict(purged.lines),
        "not_yet": left,
    }

"""`hybrid-sync certificates`: issue, list, show and withdraw certificates of attendance."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import output, reading
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.session import opened
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.domain.certificates import Certificate
    from hybrid_sync.domain.events import Event
    from hybrid_sync.wiring import App

app = group("Certificates of attendance, each with a code that is verified on the service's own page.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The certificate's code, hyphens or not.")]


@app.command()
def issue(
    ctx: typer.Context,
    event: EventId,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write a PDF for each valid certificate there."),
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Make withdrawn ones valid again of people who reach the minutes."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring certificates in line with attendance: for whoever reached the minutes, in the room or online.

    Run again after a correction it changes minutes, and withdraws from whoever is below the minutes now. A person has
    the same code for an event every time.
    """
    with opened(ctx) as service:
        with service.store.read() as tx:
            found = tx.events.get(event)
        issued = service.certificates.issue(event, again=again)
        if out is not None:
            with output.working("drawing certificates"):
                written = _write(service, found, issued.valid, out)
    if as_json:
        output.data(
            {
                "event": event,
                "new": [_json(one) for one in issued.new],
                "changed": [_json(one) for one in issued.changed],
                "unchanged": [_json(one) for one in issued.unchanged],
                "withdrawn": [_json(one) for one in issued.withdrawn],
                "stay_withdrawn": [_json(one) for one in issued.standing],
            }
        )
    told = f"{len(issued.new)} new, {len(issued.changed)} changed, {len(issued.unchanged)} as before"
    output.say(f"{event}: {output.count(len(issued.valid), 'certificate')} ({told})")
    for one in issued.withdrawn:
        output.doubt(f"withdrawn, no longer enough minutes: {one.name}")
    for one in issued.standing:
        output.doubt(f"stays withdrawn, though there are enough minutes (--again makes it valid): {one.name}")
    if out is not None:
        output.say(f"{output.count(written, 'PDF')} written to {out}; they hold personal data")


@app.command("list")
def list_(ctx: typer.Context, event: EventId, as_json: Json = False) -> None:
    """Every certificate of the event, withdrawn ones too."""
    with opened(ctx) as service:
        found = list(service.certificates.of(event).values())
        with service.store.read() as tx:
            zone = tx.events.get(event).time_zone
    if as_json:
        output.data([_json(one) for one in found])
        return
    output.table(
        ("code", "name", "minutes", "issued", "state"),
        [
            (shown(one), one.name, str(one.minutes), output.moment(one.issued_at, zone), _state(one))
            for one in found
        ],
    )


@app.command()
def show(
    ctx: typer.Context,
    code: Code,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the certificate as PDF there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What a code stands for."""
    with opened(ctx) as service:
        certificate, event = service.certificates.find(code)
        if out is not None:
            if not certificate.valid:
                raise InputError("this certificate was withdrawn, so no PDF of it is made")
            reading.write_file(out, service.certificates.pdf(event, certificate))
    if as_json:
        output.data(_json(certificate))
        return
    output.table(
        ("certificate", shown(certificate)),
        [
            ("state", _state(certificate)),
            ("name", certificate.name),
            ("event", f"{event.id}: {event.title}"),
            ("when", output.span(event.starts, event.ends)),
            ("minutes", str(certificate.minutes)),
            ("issued", output.moment(certificate.issued_at, event.time_zone)),
            ("withdrawn", output.moment(certificate.withdrawn_at, event.time_zone)),
        ],
    )


@app.command()
def withdraw(ctx: typer.Context, code: Code, as_json: Json = False) -> None:
    """Take a certificate back: its page says so from now on, and `issue` leaves it so."""
    with opened(ctx) as service:
        certificate = service.certificates.withdraw(code)
    if as_json:
        output.data(_json(certificate))
    output.say(f"{shown(certificate)} is withdrawn: {certificate.name}, event {certificate.event_id}")


def _write(service: App, event: Event, certificates: Iterable[Certificate], folder: Path) -> int:
    """A PDF for each; one that is there from an earlier issue is replaced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror or error}") from error
    written = 0
    for one in certificates:
        reading.write_file(folder / file_name(one), service.certificates.pdf(event, one))
        written += 1
    return written


def file_name(certificate: Certificate) -> str:
    """ "zoe-muller-40b6k.pdf": the name in plain letters, and enough of the code to tell two of one name apart."""
    plain = unicodedata.normalize("NFKD", certificate.name.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
    return f"{words or 'certificate'}-{certificate.code[:5].lower()}.pdf"


def shown(certificate: Certificate) -> str:
    from hybrid_sync.domain.certificates import shown_code

    return shown_code(certificate.code)


def _state(certificate: Certificate) -> str:
    return "valid" if certificate.valid else "withdrawn"


def _json(certificate: Certificate) -> dict[str, Any]:
    from hybrid_sync.render.event_json import utc_text

    return {
        "code": shown(certificate),
        "event": certificate.event_id,
        "registrant_id": certificate.registrant_id,
        "name": certificate.name,
        "minutes": certificate.minutes,
        "language": certificate.language,
        "state": _state(certificate),
        "issued": utc_text(certificate.issued_at),
        "withdrawn": utc_text(certificate.withdrawn_at) if certificate.withdrawn_at else None,
    }

"""`hybrid-sync registrants`: import, add, list, approve, reject, withdraw, switch, link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import output, reading
from hybrid_sync.cli.arguments import Email, EventId, Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.refusals import ERASED
from hybrid_sync.cli.registrant_import import import_
from hybrid_sync.cli.registrant_link import link
from hybrid_sync.cli.session import opened
from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.wiring import App

app = group("Who is registered, and how they come.")
app.command("import")(import_)
app.command("link")(link)


@app.command()
def add(
    ctx: typer.Context,
    event: EventId,
    email: Email,
    first_name: Annotated[str, typer.Option(help="First name, or the only one.")],
    last_name: Annotated[str, typer.Option(help="Last name; may be left out.")] = "",
    organisation: Annotated[str | None, typer.Option(help="Where they work; may be left out.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of their mails (en, fr).")] = None,
    mode: Annotated[Mode | None, typer.Option(help="How they come: room or online.")] = None,
    pending: Annotated[bool, typer.Option("--pending", help="Leave it to be approved.")] = False,
    after_erasure: Annotated[
        bool,
        typer.Option(
            "--after-erasure", help="They were erased at their request, and now ask to be registered."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Register one person, or change what is known of them. Somebody who withdrew is back with this."""
    from hybrid_sync.intake.characters import one_line
    from hybrid_sync.sync.organising import NewPerson

    with opened(ctx) as service:
        with service.store.read() as tx:
            found = tx.events.get(event)
            known = tx.people.find(event, email)
        spoken = reading.language(language, "--language")
        person = NewPerson(
            email=email.strip(),
            first_name=one_line(first_name),
            last_name=one_line(last_name),
            organisation=one_line(organisation or "") or None,
            language=spoken or (None if known else service.settings.service.languages[0]),
            mode=mode or (None if known else Mode.ONLINE if found.online else Mode.ROOM),
        )
        done = service.desk.register(
            event, [person], approve=not pending, again=True, after_erasure=after_erasure
        )
        if done.erased:
            raise InputError(f"{email.strip()} {ERASED}")
        with service.store.read() as tx:
            now = tx.people.find(event, email)
    word = "registered" if done.new else "changed" if done.changed else "registered already; nothing changed"
    if now is not None:
        _told(now, word, as_json)


@app.command("list")
def list_(
    ctx: typer.Context,
    event: EventId,
    as_json: Json = False,
    with_links: Annotated[
        bool,
        typer.Option("--with-links", help="Show the personal join links, which are secrets of these people."),
    ] = False,
) -> None:
    """Everybody who was ever registered for the event, in order of registration."""
    with opened(ctx) as service:
        with service.store.read() as tx:
            tx.events.get(event)
            people = list(tx.people.of(event))
        links = {person.id: _link(service, person) for person in people} if with_links else {}
    codes = {person.id: door_code(person.id) for person in people if person.mode is Mode.ROOM}
    if as_json:
        output.data(
            [
                _json(person, links.get(person.id))
                | ({"door_code": codes[person.id]} if person.id in codes else {})
                for person in people
            ]
        )
        return
    columns = ["e-mail", "name", "organisation", "mode", "status", "language"]
    columns += [*(["door code"] if codes else []), *(["link"] if links else [])]
    output.table(
        columns,
        [
            [
                person.email,
                person.name,
                person.organisation or "",
                person.mode.value,
                person.status.value,
                person.language,
                *([codes.get(person.id, "")] if codes else []),
                *([links[person.id] or ""] if links else []),
            ]
            for person in people
        ],
    )


def _link(service: App, person: Registrant) -> str | None:
    """The join link of somebody who has one of ours: an approved person who comes online."""
    if service.settings.webex.join_links != "redirect":
        return None
    return service.links.link(person) if person.is_coming and person.mode is Mode.ONLINE else None


def _json(person: Registrant, link: str | None) -> dict[str, Any]:
    from hybrid_sync.render.event_json import registrant_json

    return registrant_json(person, link)


@app.command()
def approve(ctx: typer.Context, event: EventId, email: Email, as_json: Json = False) -> None:
    """Give somebody a place: they are invited at the next sync."""
    _set_status(ctx, event, email, RegistrantStatus.APPROVED, as_json)


@app.command()
def reject(ctx: typer.Context, event: EventId, email: Email, as_json: Json = False) -> None:
    """Refuse somebody a place; an invitation that was sent is cancelled."""
    _set_status(ctx, event, email, RegistrantStatus.REJECTED, as_json)


@app.command()
def withdraw(ctx: typer.Context, event: EventId, email: Email, as_json: Json = False) -> None:
    """Note that somebody does not come: their registration in Webex ends, their calendar entry is cancelled."""
    _set_status(ctx, event, email, RegistrantStatus.WITHDRAWN, as_json)


def _set_status(ctx: typer.Context, event: str, email: str, status: RegistrantStatus, as_json: bool) -> None:
    with opened(ctx) as service:
        _told(service.desk.set_status(event, email, status), "noted", as_json)


@app.command()
def switch(
    ctx: typer.Context,
    event: EventId,
    email: Email,
    mode: Annotated[Mode, typer.Argument(help="How they come from now on.")],
    as_json: Json = False,
) -> None:
    """Move somebody between room and online; their invitation changes with it."""
    with opened(ctx) as service:
        _told(service.desk.switch(event, email, mode), "noted", as_json)


@app.command()
def readdress(
    ctx: typer.Context,
    event: EventId,
    email: Email,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The address that is right.")],
    as_json: Json = False,
) -> None:
    """Give somebody another address: the entry at the old one is cancelled, the new one is invited."""
    with opened(ctx) as service:
        _told(service.desk.readdress(event, email, new), "noted", as_json)


def _told(person: Registrant, what: str, as_json: bool) -> None:
    if as_json:
        output.data(_json(person, None))
    output.say(f"{person.email} is {person.status.value}, {person.mode.value} ({what})")

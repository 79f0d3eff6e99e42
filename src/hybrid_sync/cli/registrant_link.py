"""`hybrid-sync registrants link`: one person's own way into the meeting, shown or replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Email, EventId, Json
from hybrid_sync.cli.session import opened
from hybrid_sync.domain.people import Mode, Registrant
from hybrid_sync.errors import InputError, NotFound

if TYPE_CHECKING:
    from hybrid_sync.wiring import App


def link(
    ctx: typer.Context,
    event: EventId,
    email: Email,
    show: Annotated[
        bool, typer.Option("--show", help="Print the link itself, which is a secret of this person.")
    ] = False,
    revoke: Annotated[
        bool,
        typer.Option("--revoke", help="End the link; the next sync mails the person another one."),
    ] = False,
    as_json: Json = False,
) -> None:
    """The personal join link of one registrant: how it stands, the link itself, or a new one instead of it."""
    with opened(ctx) as service:
        _refuse_other_links(service)
        person = service.desk.revoke_link(event, email) if revoke else _holder(service, event, email)
        address = service.links.link(person) if show else None
    if as_json:
        output.data(_json(person, address))
    elif address:
        output.result(address)
    if address:
        output.say(f"this link lets one person in as {person.email}: do not pass it on")
    elif revoke:
        output.say(
            f"the link of {person.email} is revoked; the next sync mails them link number {person.link_generation}"
        )
    else:
        output.say(f"{person.email} has join link number {person.link_generation}; --show prints it")


def _refuse_other_links(service: App) -> None:
    """Raise InputError where the links that people are mailed are not ours to show or to revoke."""
    kind = service.settings.webex.join_links
    if kind != "redirect":
        whose = "the meeting's own, the same for everybody" if kind == "shared" else "mailed by Webex alone"
        raise InputError(f'with [webex] join_links = "{kind}" nobody has a link of ours: it is {whose}')


def _holder(service: App, event_id: str, email: str) -> Registrant:
    with service.store.read() as tx:
        tx.events.get(event_id)
        person = tx.people.find(event_id, email)
    if person is None:
        raise NotFound(f"nobody with the address {email} is registered for event {event_id}")
    if not person.is_coming or person.mode is not Mode.ONLINE:
        how = person.mode.value if person.is_coming else person.status.value
        raise InputError(f"{person.email} has no join link ({how})")
    return person


def _json(person: Registrant, address: str | None) -> dict[str, Any]:
    shown = {"join_link": address} if address else {}
    return {"email": person.email, "generation": person.link_generation, **shown}

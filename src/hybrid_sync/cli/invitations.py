"""`hybrid-sync invitation`: what a person would be sent, and what everybody has been told."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Email, EventId, Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.session import opened
from hybrid_sync.errors import NotFound

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.domain.invitations import Message
    from hybrid_sync.domain.people import Registrant
    from hybrid_sync.wiring import App

app = group("The personal invitations: one mail with a calendar object for each registrant.")

_JOIN = re.compile(r"(/join/)[^\s\"'<>)]+")
_HIDDEN = "***"


@app.command()
def show(
    ctx: typer.Context,
    event: EventId,
    email: Email,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="The whole message as it goes out, with the personal join link in it."),
    ] = False,
    with_links: Annotated[bool, typer.Option("--with-links", help="Show the personal join link.")] = False,
) -> None:
    """The message that this person would be sent now; if there is nothing new to say, the one sent last."""
    with opened(ctx) as service:
        found, person, hidden = _found(service, event, email)
        content = service.invitation_for(found, person)
    if raw:
        output.say("this message holds the personal join link of one person: do not pass it on")
        output.raw(content)
        return
    text = readable(content)
    output.result(text if with_links else without_links(text, hidden))


def _found(service: App, event_id: str, email: str) -> tuple[Event, Registrant, list[str]]:
    """Event and person, and what lets people into the meeting."""
    with service.store.read() as tx:
        event = tx.events.get(event_id)
        person = tx.people.find(event_id, email)
        meeting = tx.meetings.get(event_id)
    if person is None:
        raise NotFound(f"nobody with the address {email} is registered for event {event_id}")
    secrets = [meeting.web_link, meeting.password] if meeting else []
    return event, person, [secret for secret in secrets if secret]


def readable(content: bytes) -> str:
    """The message as a person reads it: who, what, and its plain text."""
    message = message_from_bytes(content, policy=policy.default)
    lines = [f"{name}: {message[name]}" for name in ("From", "To", "Date", "Subject") if message[name]]
    body = message.get_body(("plain",))
    if body is not None:
        lines += ["", body.get_content().strip()]
    return "\n".join(lines)


def without_links(text: str, secrets: list[str]) -> str:
    """`text` with everything that lets somebody in taken out of it."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return _JOIN.sub(rf"\1{_HIDDEN}", text)


@app.command("list")
def list_(ctx: typer.Context, event: EventId, as_json: Json = False) -> None:
    """The ledger: every message of the event, oldest first, and what became of it."""
    with opened(ctx) as service, service.store.read() as tx:
        zone = tx.events.get(event).time_zone
        messages = list(tx.messages.of(event))
    if as_json:
        output.data([_json(message) for message in messages])
        return
    output.table(
        ("written", "to", "what", "sequence", "state", "tells"),
        [
            (
                output.moment(message.stamp, zone),
                message.email,
                message.kind,
                str(message.sequence),
                message.state.value,
                f"{message.facts.starts[:16].replace('T', ' ')}, {message.facts.mode}",
            )
            for message in messages
        ],
    )


def _json(message: Message) -> dict[str, Any]:
    """A row of the ledger, without the join link and without the bytes."""
    from hybrid_sync.render.event_json import utc_text

    facts = message.facts
    return {
        "registrant_id": message.registrant_id,
        "email": message.email,
        "kind": message.kind,
        "method": message.method.value,
        "uid": message.uid,
        "sequence": message.sequence,
        "state": message.state.value,
        "written": utc_text(message.stamp),
        "message_id": message.message_id,
        "tells": {
            "title": facts.title,
            "starts": facts.starts,
            "ends": facts.ends,
            "place": facts.place,
            "mode": facts.mode,
            "language": facts.language,
        },
    }

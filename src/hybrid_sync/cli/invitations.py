"""`hybrid-sync invitation`: what a person would be sent, and what everybody has been told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.answers import answers, resend
from hybrid_sync.cli.arguments import Email, EventId, Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.reading import write_file
from hybrid_sync.cli.session import opened, opened_store
from hybrid_sync.errors import NotFound

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.domain.people import Registrant
    from hybrid_sync.wiring import App

app = group("The personal invitations: one mail with a calendar object for each registrant.")

app.command()(answers)
app.command()(resend)

_PERSONAL = re.compile(r"(/(?:join|my)/)[^\s\"'<>)]+")
_HIDDEN = "***"


@app.command()
def show(
    ctx: typer.Context,
    event: EventId,
    email: Email,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="The whole message as it goes out, with the personal links in it."),
    ] = False,
    eml: Annotated[
        Path | None,
        typer.Option(
            "--eml", metavar="FILE", help="Write the whole message to a file that a mail program opens."
        ),
    ] = None,
    with_links: Annotated[bool, typer.Option("--with-links", help="Show the personal links.")] = False,
) -> None:
    """The message that this person would be sent now; if there is nothing new to say, the one sent last."""
    with opened(ctx) as service:
        found, person, hidden = _found(service, event, email)
        content = service.invitation_for(found, person)
    if raw or eml:
        output.say("this message holds the personal links of one person: do not pass it on")
    if eml:
        write_file(eml, content, private=True)
        output.say(f"wrote {eml}")
    if raw:
        output.raw(content)
    if raw or eml:
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
    from email import message_from_bytes, policy

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
    return _PERSONAL.sub(rf"\1{_HIDDEN}", text)


@app.command("list")
def list_(
    ctx: typer.Context,
    event: EventId,
    email: Annotated[
        str | None,
        typer.Argument(metavar="EMAIL", help="One registrant: exactly what this person has been told."),
    ] = None,
    as_json: Json = False,
) -> None:
    """The ledger: every message of the event, or to one person, oldest first, and what became of it."""
    from hybrid_sync.cli import ledger

    with opened_store(ctx) as kept, kept.store.read() as tx:
        zone = tx.events.get(event).time_zone
        person = tx.people.find(event, email) if email else None
        messages = list(tx.messages.of(event, person.id if person else None))
    if email and person is None:
        # An address that somebody had before: it was written to, although nobody is registered with it now.
        messages = [message for message in messages if message.email.casefold() == email.strip().casefold()]
        if not messages:
            raise NotFound(f"nobody with the address {email} is registered for event {event}")
    if as_json:
        output.data(ledger.as_json(messages))
    elif email:
        output.result(ledger.told(messages, zone) or "nothing has been written yet")
    else:
        output.table(ledger.COLUMNS, ledger.rows(messages, zone))

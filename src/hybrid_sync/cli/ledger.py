"""The ledger of mails as a table, as JSON, and as the story of what one person has been told. Never with a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hybrid_sync.cli import output
from hybrid_sync.domain.invitations import Facts, LinkKind
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.people import Mode
from hybrid_sync.render.changes import change_lines
from hybrid_sync.render.event_json import utc_text
from hybrid_sync.render.letter import when_lines
from hybrid_sync.render.translations import SOURCE, words_in

COLUMNS = ("written", "to", "what", "purpose", "sequence", "state", "tells")

_LINKS = {
    LinkKind.PERSONAL.value: "with their own link",
    LinkKind.SHARED.value: "with the meeting's link",
    LinkKind.MAILED.value: "with a link that Webex mails",
}
_FATES = {
    MessageState.PENDING: "not sent yet",
    MessageState.SENDING: "handed to the mail server, answer not seen: it goes out again",
    MessageState.SENT: "sent",
    MessageState.SUPERSEDED: "never sent: a newer one says it better",
    MessageState.REFUSED: "refused by the mail server",
}


def rows(messages: Sequence[Message], zone: str) -> list[tuple[str, ...]]:
    """One row for each message, under `COLUMNS`."""
    return [
        (
            output.moment(message.stamp, zone),
            message.email,
            message.kind,
            message.purpose or "",
            str(message.sequence),
            message.state.value,
            f"{message.facts.starts[:16].replace('T', ' ')}, {message.facts.mode}",
        )
        for message in messages
    ]


def told(messages: Sequence[Message], zone: str) -> str:
    """What each message said, one after the other: all that it told, and, for an update, what was new in it."""
    before: dict[str, Facts] = {}
    blocks: list[str] = []
    for message in messages:
        what = message.purpose or f"{message.kind}, sequence {message.sequence}"
        head = f"{output.moment(message.stamp, zone)}  to {message.email}: {what}: {_FATES[message.state]}"
        blocks.append("\n".join([head, *(f"    {line}" for line in _said(message, before.get(message.uid)))]))
        if message.method is Method.REQUEST:
            before[message.uid] = message.facts
    return "\n\n".join(blocks)


def as_json(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Rows of the ledger, without links and without bytes."""
    return [_row(message) for message in messages]


def _said(message: Message, before: Facts | None) -> Iterator[str]:
    facts, words = message.facts, words_in(SOURCE)
    yield f"takes out of the calendar: {facts.title}" if message.method is Method.CANCEL else facts.title
    yield "; ".join(when_lines(facts, words))
    yield f"{_way(facts)}; written in {words_in(facts.language).code}"
    if message.method is Method.REQUEST and before is not None:
        yield from (f"new: {line}" for line in change_lines(before, facts, words))


def _way(facts: Facts) -> str:
    if facts.mode == Mode.ROOM.value:
        return f"room: {facts.place or '(no place told)'}"
    return f"online, {_LINKS.get(facts.link_kind, facts.link_kind)}"


def _row(message: Message) -> dict[str, Any]:
    facts = message.facts
    return {
        "registrant_id": message.registrant_id,
        "email": message.email,
        "kind": message.kind,
        "purpose": message.purpose,
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
            "starts_utc": facts.starts_utc,
            "ends_utc": facts.ends_utc,
            "time_zone": facts.zone,
            "place": facts.place,
            "mode": facts.mode,
            "link_kind": facts.link_kind if facts.mode == Mode.ONLINE.value else None,
            "language": facts.language,
        },
    }

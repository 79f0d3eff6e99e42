"""What each registrant should have in their calendar, and the next message that brings it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.facts import Facts, LinkKind, facts_for, what_changed
from hybrid_sync.domain.ledger import (
    History,
    Message,
    MessageState,
    Method,
    invitation_uid,
    opens,
)
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Hold

__all__ = [
    "Facts",
    "LinkKind",
    "WantedMessage",
    "facts_for",
    "outdated",
    "plan_invitations",
    "what_changed",
]


@dataclass(frozen=True)
class WantedMessage:
    """The next message for one person: everything but its stamp, Message-ID and bytes."""

    person: Registrant
    uid: str
    incarnation: int
    sequence: int
    method: Method
    facts: Facts
    kind: str
    email: str
    before: Facts | None = None

    @property
    def purpose(self) -> str | None:
        return None


NOBODY: Mapping[str, int] = {}
"""Nobody is told again."""

EVERYBODY = "*"


def _believed_from(told_from: Mapping[str, int], registrant_id: str) -> int:
    return max(told_from.get(EVERYBODY, 0), told_from.get(registrant_id, 0))


def outdated(
    history: History,
    facts: Mapping[str, Facts],
    people: Sequence[Registrant],
    told_from: Mapping[str, int] = NOBODY,
) -> list[Message]:
    """Requests that never left us and say what is no longer so, or to an address that is no longer the person's.

    They are superseded, not sent. `facts` is what each coming person should know now, by registrant id. Those below
    `told_from` (domain.restored) would be told again at once.
    """
    addresses = {person.id: person.email for person in people}
    return [
        message
        for registrant_id, messages in history.items()
        for message in messages
        if message.state is MessageState.PENDING
        and message.method is Method.REQUEST
        and (
            registrant_id not in facts
            or facts[registrant_id].digest != message.facts.digest
            or message.sequence < _believed_from(told_from, registrant_id)
            or addresses[registrant_id] != message.email
        )
    ]


def plan_invitations(
    event: Event,
    people: Sequence[Registrant],
    history: History,
    facts: Mapping[str, Facts],
    not_ready: Mapping[str, str],
    now: datetime,
    *,
    floor: int = 0,
    told_from: Mapping[str, int] = NOBODY,
) -> list[Change]:
    """The messages that bring every person's calendar in line, cancellations first.

    `facts` is what each coming person should know, by registrant id; who is not in it should have no entry.
    `not_ready` says for whom an invitation must wait and why (no meeting yet, say). Nobody is written to once the
    event is over. After a restore no SEQUENCE is below `floor`, and who was told last below `told_from` is told again
    (domain.restored).
    """
    if event.ends is None or now >= event.ends.instant:
        return []
    changes: list[Change] = []
    gone = {id(message) for message in outdated(history, facts, people, told_from)}
    for person in people:
        if person.is_erased:
            continue
        rows = history.get(person.id, ())
        live = [row for row in rows if row.state is not MessageState.SUPERSEDED and id(row) not in gone]
        last = live[-1] if live else None
        change = _next_message(
            event, person, rows, last, facts.get(person.id), _believed_from(told_from, person.id)
        )
        if change is None:
            continue
        change = replace(change, wanted=replace(change.wanted, sequence=max(change.wanted.sequence, floor)))
        waits = not_ready.get(person.id) if change.kind == "mail.invitation" else None
        changes.append(Hold(change.kind, change.target, waits, change.wanted) if waits else change)
    order = {"mail.cancellation": 0, "mail.update": 1, "mail.invitation": 2}
    return sorted(changes, key=lambda change: order[change.kind])


def _next_message(
    event: Event,
    person: Registrant,
    rows: Sequence[Message],
    last: Message | None,
    facts: Facts | None,
    told_from: int,
) -> Change | None:
    """One person's next message; `last` is the newest that is, or may be, in their calendar or on its way.

    last message        | comes | =
    --------------------+-------+--------------------------------------------------------
    none, or cancelled  | yes   | invitation; a new UID after a cancellation (calendar.md G32)
    none, or cancelled  | no    | nothing
    request             | no    | cancellation of that UID to the address it went to
    request, old address| yes   | cancellation of the old UID; the invitation follows at the next look
    request, refused    | yes   | nothing until a person mends the address; then an invitation to the new one
    request, same facts | yes   | nothing (one of unknown fate goes out again); below `told_from` an update all the same
    request, new facts  | yes   | update, SEQUENCE + 1
    """
    if last is None or last.method is Method.CANCEL:
        if facts is None:
            return None
        incarnation = person.incarnation if last is None else max(person.incarnation, last.incarnation + 1)
        return _message(
            "mail.invitation", "has not been invited yet", event, person, rows, incarnation, facts
        )
    readdressed = last.incarnation != person.incarnation and last.email != person.email
    never_arrived = last.state is MessageState.REFUSED and opens(last, rows)
    if never_arrived and readdressed and facts is not None:
        reason = "the address changed"
        return _message("mail.invitation", reason, event, person, rows, person.incarnation, facts)
    if last.state is MessageState.REFUSED and not readdressed and (facts is not None or never_arrived):
        return None
    if facts is None:
        return _cancellation(_why_cancelled(event, person), event, person, rows, last)
    if readdressed:
        return _cancellation("the address changed", event, person, rows, last)
    same = last.facts.digest == facts.digest
    if same and last.sequence >= told_from:
        return None
    reason = (
        "may have been told something else before the restore" if same else what_changed(last.facts, facts)
    )
    return _message("mail.update", reason, event, person, rows, last.incarnation, facts, last)


def _message(
    kind: str,
    reason: str,
    event: Event,
    person: Registrant,
    rows: Sequence[Message],
    incarnation: int,
    facts: Facts,
    last: Message | None = None,
) -> Change:
    cancels = kind == "mail.cancellation"
    uid = last.uid if last else invitation_uid(event.id, person.id, incarnation)
    wanted = WantedMessage(
        person=person,
        uid=uid,
        incarnation=incarnation,
        # Above everything that was ever written for this UID, superseded rows too: a client ignores equal numbers.
        sequence=max((row.sequence for row in rows if row.uid == uid), default=-1) + 1,
        method=Method.CANCEL if cancels else Method.REQUEST,
        facts=facts,
        kind=kind,
        email=last.email if last and cancels else person.email,
        before=last.facts if last else None,
    )
    return Change(kind, person.key, reason, wanted=wanted, seen=last)


def _cancellation(
    reason: str, event: Event, person: Registrant, rows: Sequence[Message], last: Message
) -> Change:
    return _message("mail.cancellation", reason, event, person, rows, last.incarnation, last.facts, last)


def _why_cancelled(event: Event, person: Registrant) -> str:
    if event.state is EventState.CANCELLED:
        return "the event is cancelled"
    return f"is {person.status.value}"

"""When registrants are reminded of an event, and who.

A reminder belongs to one start: a moved event has other moments, and what was not sent for the old start is not sent
any more. All arithmetic is on instants, so "24 h before" is 24 real hours over a change night too (calendar.md C).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.facts import Facts
from hybrid_sync.domain.ledger import History, Message, MessageState, Method
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Hold

KIND = "mail.reminder"

LATEST = timedelta(hours=2)
"""A reminder whose moment passed longer ago than this (or than half its distance to the start) is not written any more."""

TO_GET_THROUGH = timedelta(hours=1)
"""What was written down in time has at least so long to get out: a mail server that takes 25 a minute takes 1,500."""

UNSENT = (MessageState.PENDING, MessageState.SENDING)


@dataclass(frozen=True)
class PlainMail:
    """A mail without calendar object that is to be written: everything but its stamp, Message-ID and bytes.

    `facts` are those of the invitation that the person has. `reply_to` is that invitation's Message-ID, so that mail
    programs show both in one thread.
    """

    person: Registrant
    uid: str
    incarnation: int
    sequence: int
    facts: Facts
    kind: str
    purpose: str
    email: str
    reply_to: str

    @property
    def method(self) -> Method:
        return Method.NONE


@dataclass(frozen=True)
class Moment:
    """A reminder of one start, by how long `before` it. Instants are UTC."""

    before: timedelta
    at: datetime

    @property
    def purpose(self) -> str:
        return f"reminder {_short(self.before)}"

    @property
    def write_until(self) -> datetime:
        """After this it is late: whoever has none by then gets none."""
        return self.at + min(self.before / 2, LATEST)

    @property
    def send_until(self) -> datetime:
        """After this one that is still unsent stays so."""
        return self.at + max(self.before / 2, min(self.before, TO_GET_THROUGH))


def moments(event: Event, before: Sequence[timedelta]) -> list[Moment]:
    """The reminders of the event's present start, earliest first."""
    start = event.starts.instant
    distances = sorted({one for one in before if one > timedelta(0)}, reverse=True)
    return [Moment(distance, start - distance) for distance in distances]


def current(event: Event, before: Sequence[timedelta], now: datetime) -> Moment | None:
    """The moment that passed last; None before the first, and once the event has begun.

    Of several that are overdue only the nearest to the start makes sense.
    """
    if now >= event.starts.instant:
        return None
    return next((moment for moment in reversed(moments(event, before)) if moment.at <= now), None)


def invitation_of(rows: Sequence[Message]) -> Message | None:
    """The invitation or update that the person has in hand; None when their newest word is another, or on its way."""
    newest = next(
        (
            row
            for row in reversed(rows)
            if row.method is not Method.NONE and row.state is not MessageState.SUPERSEDED
        ),
        None,
    )
    sent = newest is not None and newest.method is Method.REQUEST and newest.state is MessageState.SENT
    return newest if sent else None


def mail_uid(*parts: object) -> str:
    """What a mail without calendar object is filed under: the same for ever, without personal data."""
    return str(uuid5(NAMESPACE_URL, "/".join(("hybrid-sync/mail", *map(str, parts)))))


def plan_reminders(
    event: Event,
    people: Sequence[Registrant],
    history: History,
    facts: Mapping[str, Facts],
    before: Sequence[timedelta],
    now: datetime,
) -> list[Change]:
    """Reminders to be written now, and when the next ones will be due.

    `facts` is what each coming person should know, by registrant id; who is not in it is reminded of nothing. Who has
    not been told just that yet is reminded once they have, and who was told after the moment not at all: that mail
    said it all.
    """
    changes: list[Change] = []
    moment = current(event, before, now)
    if moment is not None and now <= moment.write_until:
        for person in people:
            rows = history.get(person.id, ())
            change = _next(event, person, rows, facts.get(person.id), moment)
            if change is not None:
                changes.append(change)
    if facts:
        who = f"{len(facts)} {'person' if len(facts) == 1 else 'people'}"
        changes += [
            Hold(KIND, event.id, f"{who}, {_short(ahead.before)} before the start", until=ahead.at)
            for ahead in moments(event, before)
            if ahead.at > now
        ]
    return changes


def unfit_reminders(
    event: Event,
    people: Sequence[Registrant],
    history: History,
    facts: Mapping[str, Facts],
    before: Sequence[timedelta],
    now: datetime,
) -> list[Message]:
    """Unsent reminders that are not to go out any more: late, for another start, or no longer true."""
    moment = current(event, before, now)
    by_id = {person.id: person for person in people}
    return [
        row
        for registrant_id, rows in history.items()
        for row in rows
        if row.kind == KIND
        and row.state in UNSENT
        and not _fits(event, row, by_id.get(registrant_id), rows, facts.get(registrant_id), moment, now)
    ]


def _next(
    event: Event, person: Registrant, rows: Sequence[Message], facts: Facts | None, moment: Moment
) -> Change | None:
    told = _told(person, rows, facts)
    if told is None or told.stamp > moment.at:
        return None
    uid = _uid(event, told, moment)
    earlier = [row for row in rows if row.uid == uid]
    if any(row.state is not MessageState.SUPERSEDED for row in earlier):
        return None
    wanted = PlainMail(
        person=person,
        uid=uid,
        incarnation=told.incarnation,
        sequence=max((row.sequence for row in earlier), default=-1) + 1,
        facts=told.facts,
        kind=KIND,
        purpose=moment.purpose,
        email=told.email,
        reply_to=told.message_id,
    )
    return Change(KIND, person.key, f"the event starts in {_short(moment.before)}", wanted=wanted)


def _fits(
    event: Event,
    row: Message,
    person: Registrant | None,
    rows: Sequence[Message],
    facts: Facts | None,
    moment: Moment | None,
    now: datetime,
) -> bool:
    told = _told(person, rows, facts) if person is not None else None
    return (
        told is not None
        and moment is not None
        and now < moment.send_until
        and row.uid == _uid(event, told, moment)
        and row.email == told.email
        and row.facts.digest == told.facts.digest
    )


def _told(person: Registrant, rows: Sequence[Message], facts: Facts | None) -> Message | None:
    """The invitation in hand, if it says what is so."""
    told = invitation_of(rows)
    right = (
        told is not None
        and facts is not None
        and told.facts.digest == facts.digest
        and told.email == person.email
    )
    return told if right else None


def _uid(event: Event, told: Message, moment: Moment) -> str:
    start = event.starts.instant.isoformat()
    return mail_uid(event.id, told.registrant_id, told.incarnation, moment.purpose, start)


def _short(length: timedelta) -> str:
    """ "24h", "90m", as the settings write it."""
    for unit, name in ((timedelta(hours=1), "h"), (timedelta(minutes=1), "m")):
        if length % unit == timedelta(0):
            return f"{length // unit}{name}"
    return f"{length // timedelta(seconds=1)}s"

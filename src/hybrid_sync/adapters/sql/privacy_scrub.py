"""Taking people out of one event's rows. One transaction holds all of it, so nobody is half erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from hybrid_sync.adapters.sql.attendance import stays_of_room, stays_online
from hybrid_sync.adapters.sql.privacy_records import scrub_record, scrub_roles
from hybrid_sync.adapters.sql.tables import (
    attentions,
    bounces,
    certificates,
    checkins,
    entries,
    intents,
    matches,
    messages,
    people,
    registrations,
    replies,
    segments,
    sources,
    work,
)
from hybrid_sync.domain.ledger import MessageState
from hybrid_sync.domain.people import ERASED_DOMAIN, ERASED_NAME, email_key
from hybrid_sync.domain.presence import Segment
from hybrid_sync.domain.retention import Veil, nameless, renamed

_WORDS = (
    (intents, "detail", "op_key"),
    (work, "last_error", "event_id"),
    (entries, "refused_words", "event_id"),
)
"""Words of others, and by which key a row is found."""

TEXTS = ((attentions, ("key", "message")), *((table, (column,)) for table, column, _ in _WORDS))
"""Columns in which an address may stand within somebody's words."""

_UNFINISHED = (MessageState.PENDING.value, MessageState.SENDING.value)


def holds(column: ColumnElement[Any], key: str) -> ColumnElement[bool]:
    """Whether the text names the address, in whatever case."""
    return func.lower(column).contains(key, autoescape=True)


class Scrub:
    """One event, one veil."""

    def __init__(self, connection: Connection, event_id: str, veil: Veil, now: datetime) -> None:
        self._connection = connection
        self._event_id = event_id
        self._veil = veil
        self._now = now

    def run(self) -> Mapping[str, int]:
        """Rows that were changed or deleted, by what they are; what there was none of is left out."""
        persons = self._persons()
        counts = {
            "messages": self._messages(persons),
            "attendance": self._stays(),
            "replies": self._gone(replies, self._of(replies.c.registrant_id, persons)),
            "bounces": self._gone(
                bounces, or_(self._of(bounces.c.registrant_id, persons), self._named(bounces.c.email_key))
            ),
            "registrations": self._gone(registrations, self._named(registrations.c.email_key)),
            "certificates": self._gone(certificates, self._of(certificates.c.registrant_id, persons)),
            "links": self._links(persons),
            "notes": self._texts(),
            # Roles first: whose they were is told by the record, too.
            "roles": scrub_roles(self._connection, self._event_id, self._veil),
            "parts of the record": scrub_record(self._connection, self._event_id, self._veil),
            "registrants": self._people(persons),
        }
        return {name: count for name, count in counts.items() if count}

    # --- who ---

    def _persons(self) -> dict[str, str]:
        """Pseudonym by registrant id. A second one of the same address, who came back and went again, gets a number."""
        rows = self._connection.execute(
            select(people.c.id, people.c.email_key)
            .where(people.c.event_id == self._event_id, ~people.c.email_key.endswith("@" + ERASED_DOMAIN))
            .order_by(people.c.arrival)
        ).all()
        taken = set(
            self._connection.execute(
                select(people.c.email_key).where(people.c.event_id == self._event_id)
            ).scalars()
        )
        found: dict[str, str] = {}
        for row in rows:
            name = self._veil.names.get(row.email_key)
            if name is None:
                continue
            local, _, domain = name.partition("@")
            number = 1
            while name in taken:
                number += 1
                name = f"{local}-{number}@{domain}"
            taken.add(name)
            found[row.id] = name
        return found

    def _of(self, column: ColumnElement[Any], persons: Iterable[str]) -> ColumnElement[bool]:
        return column.in_(list(persons)) if not self._veil.everybody else column.is_not(None)

    def _named(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        if self._veil.everybody:
            return column.is_not(None)
        return func.lower(column).in_(list(self._veil.names))

    def _gone(self, table: Table, which: ColumnElement[bool]) -> int:
        mine = and_(table.c.event_id == self._event_id, which)
        return self._connection.execute(delete(table).where(mine)).rowcount

    # --- what ---

    def _people(self, persons: Mapping[str, str]) -> int:
        """Old links end with the generation that they were made for."""
        if not persons:
            return 0
        change = (
            update(people)
            .where(people.c.id == bindparam("who"))
            .values(
                email=bindparam("name"),
                email_key=bindparam("name"),
                first_name=ERASED_NAME,
                last_name="",
                organisation=None,
                link_generation=people.c.link_generation + 1,
            )
        )
        self._connection.execute(change, [{"who": who, "name": name} for who, name in persons.items()])
        return len(persons)

    def _messages(self, persons: Mapping[str, str]) -> int:
        """Ids, numbers and what each was for stay, so that nothing is told twice; what was not sent is not sent."""
        rows = self._connection.execute(
            select(*(column for column in messages.c if column.name != "mime"))
            .where(messages.c.event_id == self._event_id)
            .where(or_(self._of(messages.c.registrant_id, persons), self._named(messages.c.email)))
            .where(
                or_(
                    func.length(messages.c.mime) > 0,
                    ~messages.c.email.endswith("@" + ERASED_DOMAIN),
                )
            )
        ).all()
        if not rows:
            return 0
        changes = []
        for row in rows:
            name = persons.get(row.registrant_id) or self._veil.names.get(email_key(row.email))
            unsent = row.state in _UNFINISHED
            changes.append(
                {
                    "row": row.id,
                    "name": name or f"erased@{ERASED_DOMAIN}",
                    "told": {**row.facts, "join_link": None},
                    "what": MessageState.SUPERSEDED.value if unsent else row.state,
                }
            )
        self._connection.execute(
            update(messages)
            .where(messages.c.id == bindparam("row"))
            .values(
                email=bindparam("name"),
                facts=bindparam("told", type_=messages.c.facts.type),
                mime=b"",
                state=bindparam("what"),
                detail=None,
            ),
            changes,
        )
        for row in rows:
            key = intents.c.op_key == f"mail.send:{row.message_id}"
            lost = (key, intents.c.state == "pending")
            self._connection.execute(update(intents).where(*lost).values(state="withdrawn"))
        return len(rows)

    def _stays(self) -> int:
        """Stays keep their times; decisions about them keep their meaning under the new keys."""
        keys: dict[str, str] = {}
        changed = 0
        for table, stays in (
            (segments, stays_online(self._connection, self._event_id)),
            (checkins, stays_of_room(self._connection, self._event_id)),
        ):
            for stay in stays:
                after = self._veil.over(stay)
                if after != stay:
                    changed += 1
                    keys |= {stay.key: after.key} if stay.key != after.key else {}
                    self._change_stay(table, stay, after)
        self._rename_matches(keys)
        return changed

    def _change_stay(self, table: Table, stay: Segment, after: Segment) -> None:
        names = {field.name for field in fields(Segment)} & {column.name for column in table.c} - {"event_id"}
        one = and_(table.c.event_id == self._event_id, table.c.key == stay.key)
        self._connection.execute(
            update(table).where(one).values({name: getattr(after, name) for name in names})
        )

    def _rename_matches(self, keys: Mapping[str, str]) -> None:
        """A participant's key is made of addresses and of keys of stays."""
        mine = matches.c.event_id == self._event_id
        rows = [dict(row) for row in self._connection.execute(select(matches).where(mine)).mappings()]
        after = {renamed(row["stay_key"], self._veil.names, keys): row for row in rows}
        if set(after) == {row["stay_key"] for row in rows}:
            return
        self._connection.execute(delete(matches).where(mine))
        self._connection.execute(insert(matches), [row | {"stay_key": key} for key, row in after.items()])

    def _links(self, persons: Mapping[str, str]) -> int:
        """The mark of a personal link tells whose stay it was; the link itself goes."""
        which = self._of(sources.c.registrant_id, persons)
        mine = and_(sources.c.event_id == self._event_id, which, sources.c.link != "")
        return self._connection.execute(update(sources).where(mine).values(link="")).rowcount

    def _texts(self) -> int:
        """Questions about them go, and words of others lose their address."""
        names = list(self._veil.names)
        if not names:
            return 0
        changed = 0
        for start in range(0, len(names), 100):
            some = names[start : start + 100]
            named = [holds(attentions.c[column], key) for column in ("key", "message") for key in some]
            changed += self._gone(attentions, or_(*named))
        for table, column, key in _WORDS:
            text = table.c[column]
            rows = self._connection.execute(
                select(table.c[key], text).where(table.c.event_id == self._event_id, text.contains("@"))
            ).all()
            for row in rows:
                after = nameless(row[1], lambda address: self._veil.names.get(email_key(address), address))
                if after != row[1]:
                    one = table.c[key] == row[0]
                    self._connection.execute(update(table).where(one).values({column: after}))
                    changed += 1
        return changed

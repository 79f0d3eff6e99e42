"""That an event holds nobody's data any more is noted, and whatever is written about its people takes the note back."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text, update
from tests.builders import NOW, a_person, a_stay, an_event

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.adapters.sql.privacy import STILL_HELD
from hybrid_sync.adapters.sql.tables import events, metadata, sources
from hybrid_sync.domain.answers import Answer, BounceRecord, ReplyRecord
from hybrid_sync.domain.certificates import Certificate
from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.facts import facts_for
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.retention import Veil
from hybrid_sync.ports import SourceRecord, StaffRecord, Transaction

ADA = "ada@example.org"
ENDED = an_event().ends.instant  # type: ignore[union-attr]
REVISION = importlib.import_module("hybrid_sync.adapters.sql.migrations.versions.0004_looked_through")


def a_message() -> Message:
    facts = facts_for(an_event(), a_person("ada"), "https://link.example")
    return Message(
        "id-ada", "water", ADA, "uid", 1, 0, Method.REQUEST, MessageState.PENDING, NOW, "<m@example.org>", facts,
        mime=b"bytes",
    )  # fmt: skip


WRITES: dict[str, Callable[[Transaction], Any]] = {
    "people": lambda tx: tx.people.save([a_person("ada")]),
    "messages": lambda tx: tx.messages.add(a_message()),
    "segments": lambda tx: tx.attendance.upsert([a_stay("ada", "08:00", "09:00")]),
    "checkins": lambda tx: tx.attendance.upsert([replace(a_stay("ada", "08:00", "09:00"), source="room")]),
    "sources": lambda tx: tx.sources.put(
        [SourceRecord("water", "id-ada", "m1", "hs1", "https://link.example")]
    ),
    "registrations": lambda tx: tx.registrations.put("water", {ADA: "r1"}),
    "certificates": lambda tx: tx.certificates.put(
        [Certificate("c1", "water", "id-ada", "Ada", 90, "en", NOW)]
    ),
    "replies": lambda tx: tx.replies.save(
        ReplyRecord("water", "id-ada", "uid", 0, Answer.ACCEPTED, NOW, NOW)
    ),
    "bounces": lambda tx: tx.bounces.save(
        BounceRecord("water", ADA, "<m@example.org>", "id-ada", "failed", "5.1.1", "unknown", NOW)
    ),
    "meeting_staff": lambda tx: tx.meeting_staff.put(StaffRecord("water", ADA, "m1", "i1")),
}


def noted(store: SqlStore) -> set[str]:
    """What is noted as gone from the event."""
    names = ("people_gone", "stays_gone", "names_gone")
    with store.engine.connect() as connection:
        row = connection.execute(
            select(*(events.c[name] for name in names)).where(events.c.id == "water")
        ).one()
    return {name for name, value in zip(names, row, strict=True) if value is not None}


def note(store: SqlStore) -> list[int]:
    with store.begin() as tx:
        return [tx.privacy.note_gone(what, ENDED, NOW) for what in ("people", "stays", "names")]


def test_an_event_that_holds_nothing_is_noted_once_and_not_before_it_is_over(store: SqlStore) -> None:
    with store.begin() as tx:
        assert tx.privacy.note_gone("people", NOW, NOW) == 0
    assert note(store) == [1, 1, 1]
    assert note(store) == [0, 0, 0]
    assert noted(store) == {"people_gone", "stays_gone", "names_gone"}


@pytest.mark.parametrize("table", list(WRITES))
def test_whatever_is_written_about_its_people_takes_the_note_back(store: SqlStore, table: str) -> None:
    assert note(store) == [1, 1, 1]
    with store.begin() as tx:
        WRITES[table](tx)
    assert noted(store) == {"names_gone"}
    with store.begin() as tx:
        assert list(tx.privacy.holding("people", ENDED)) == ["water"]
        assert tx.privacy.note_gone("people", ENDED, NOW) == 0
        veil = Veil({ADA: "erased-1@erased.invalid"}, lambda told: "0" * 32, everybody=True)
        tx.privacy.scrub("water", veil, NOW)
        assert list(tx.privacy.holding("people", ENDED)) == []
        assert tx.privacy.note_gone("people", ENDED, NOW) == 1


def test_a_row_that_was_there_and_is_changed_takes_it_back_as_well(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.sources.put([SourceRecord("water", "id-ada", "m1", "hs1", "")])
    assert note(store) == [1, 1, 1]
    with store.begin() as tx:
        WRITES["sources"](tx)
    assert noted(store) == {"names_gone"}


def test_another_speaker_in_the_record_takes_it_back_too(store: SqlStore) -> None:
    assert note(store) == [1, 1, 1]
    with store.begin() as tx:
        tx.events.save(an_event(speakers=(Speaker("Ana", email="ana@example.org"),)))
    assert noted(store) == {"stays_gone"}
    with store.read() as tx:
        assert list(tx.privacy.holding("people", ENDED)) == ["water"]
        # Not before its people: their roles are told by the addresses in the programme.
        assert list(tx.privacy.holding("names", ENDED)) == []
    assert note(store) == [0, 0, 0]
    with store.begin() as tx:
        tx.privacy.scrub("water", Veil({}, str, everybody=True), NOW)
    assert note(store) == [1, 0, 0]
    with store.begin() as tx:
        assert list(tx.privacy.holding("names", ENDED)) == ["water"]
        assert tx.privacy.drop_names("water") == 1
    assert note(store) == [1, 0, 1]


def test_a_note_about_one_event_stays_when_another_is_written_about(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.events.save(an_event(id="other"))
    assert note(store) == [2, 2, 2]
    with store.begin() as tx:
        tx.people.save([a_person("ada", event_id="other")])
    assert noted(store) == {"people_gone", "stays_gone", "names_gone"}


def test_the_triggers_are_on_every_table_that_retention_looks_at() -> None:
    assert set(REVISION.PERSONAL) == {table.name for table, _ in STILL_HELD} == set(WRITES)
    assert set(REVISION.PERSONAL) <= set(metadata.tables)


def waits_for_a_lock(store: SqlStore) -> None:
    """Until some other session of this database stands before a lock."""
    query = text(
        "SELECT count(*), pg_sleep(0.02) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with store.engine.connect() as connection:
        while not connection.execute(query).one()[0]:
            connection.rollback()


def test_who_writes_while_it_is_being_noted_waits_and_then_takes_it_back(pg_url: str) -> None:
    """PostgreSQL lets several write at once. A changed row asks for no lock of its event by itself: the trigger does."""
    store = open_store(pg_url, clock=lambda: NOW)
    with store.begin() as tx:
        tx.events.save(an_event())
        tx.sources.put([SourceRecord("water", "id-ada", "m1", "hs1", "")])

    def write() -> None:
        with store.engine.begin() as connection:
            connection.execute(update(sources).values(link="https://link.example"))

    writer = threading.Thread(target=write)
    with store.begin() as tx:
        assert tx.privacy.note_gone("people", ENDED, NOW) == 1
        writer.start()
        waits_for_a_lock(store)
    writer.join(30)
    assert not writer.is_alive()
    assert noted(store) == set()
    store.close()


def test_an_event_that_somebody_is_writing_about_is_left_for_the_next_time(pg_url: str) -> None:
    store = open_store(pg_url, clock=lambda: NOW)
    with store.begin() as tx:
        tx.events.save(an_event())
    with store.begin() as tx:
        WRITES["people"](tx)
        assert note(store) == [0, 0, 0]
    assert note(store) == [0, 1, 1]
    store.close()

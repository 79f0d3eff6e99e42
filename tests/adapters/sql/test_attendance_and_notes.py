"""The store contract: attendance, attentions, audit; and what a transaction promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.builders import NOW, a_stay, an_event, utc

from hybrid_sync.adapters.sql import SqlStore, purge_audit
from hybrid_sync.ports import Attention, AuditLine, PullRecord

LATER = NOW + timedelta(minutes=5)


def a_line(what: str = "meeting.create", **changes: Any) -> AuditLine:
    return replace(AuditLine(NOW, "water", "worker", what, "m1", "made", "ROUTERGW_1"), **changes)


def test_a_second_pull_of_the_same_stays_adds_nothing(store: SqlStore) -> None:
    online = a_stay("ada", "08:05", None)
    unknown = a_stay("bob", None, None)
    room = a_stay("cy", "08:00", "09:30", source="room", instance_id="", device="door")
    with store.begin() as tx:
        assert tx.attendance.upsert([unknown, room, online]) == 3
        assert tx.attendance.upsert([online, room, unknown]) == 0
        left = replace(online, left=utc("2027-06-09 09:00"))
        assert tx.attendance.upsert([left, room, unknown]) == 1
        assert tx.attendance.of("water") == [room, left, unknown]
        assert tx.attendance.of("other") == []


def test_every_look_at_the_attendance_is_remembered(store: SqlStore) -> None:
    first, second = PullRecord("water", NOW, (), 0, 0), PullRecord("water", LATER, ("i1", "i2"), 40, 40)
    with store.begin() as tx:
        tx.attendance.record_pull(first)
        tx.attendance.record_pull(second)
        assert tx.attendance.pulls("water") == [first, second]


def test_the_same_question_is_put_once_with_the_newest_words(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.attentions.open("water", "meeting.unknown", "it may exist twice", NOW)
        tx.attentions.open("water", "meeting.unknown", "it exists twice", LATER)
        tx.attentions.open("", "webex.sign_in", "the token has expired", LATER)
        water = Attention("water", "meeting.unknown", "it exists twice", NOW)
        assert tx.attentions.unsettled() == [
            water,
            Attention("", "webex.sign_in", "the token has expired", LATER),
        ]
        assert tx.attentions.unsettled("water") == [water]


def test_a_settled_question_is_gone_and_can_come_up_again(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.attentions.open("water", "k", "words", NOW)
        tx.attentions.settle("water", "k", NOW)
        tx.attentions.settle("water", "unknown", NOW)
        assert tx.attentions.unsettled() == []
        tx.attentions.open("water", "k", "again", LATER)
        assert tx.attentions.unsettled() == [Attention("water", "k", "again", LATER)]


def test_the_audit_log_keeps_the_order_of_writing(store: SqlStore) -> None:
    lines = [
        a_line("b"),
        a_line("a", at=NOW - timedelta(days=1), request_id=None),
        a_line("c", event_id="other"),
    ]
    with store.begin() as tx:
        for line in lines:
            tx.audit.add(line)
        assert tx.audit.of("water") == lines[:2]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_log_can_only_grow(store: SqlStore, statement: str) -> None:
    with store.begin() as tx:
        tx.audit.add(a_line())
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))
    with store.read() as tx:
        assert tx.audit.of("water") == [a_line()]


def test_old_audit_lines_go_when_the_retention_says_so_and_the_log_stays_guarded(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.audit.add(a_line("old", at=NOW - timedelta(days=400)))
        tx.audit.add(a_line("new"))
    assert purge_audit(store.engine, NOW - timedelta(days=365), NOW) == 1
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit"))
    with store.read() as tx:
        assert [line.what for line in tx.audit.of("water")] == ["new"]


def test_an_error_takes_back_the_whole_transaction(store: SqlStore) -> None:
    def write_and_fail() -> None:
        with store.begin() as tx:
            tx.events.save(an_event(id="second"))
            tx.audit.add(a_line())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with store.read() as tx:
        assert [event.id for event in tx.events.all()] == ["water"]
        assert tx.audit.of("water") == []


def test_who_only_looks_cannot_write(store: SqlStore) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), store.read() as tx:
        tx.audit.add(a_line())
    with store.begin() as tx:
        tx.audit.add(a_line())

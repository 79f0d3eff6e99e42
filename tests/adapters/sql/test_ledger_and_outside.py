"""The store contract: messages, meetings, staff entries, intents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from tests.builders import NOW

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.domain.invitations import EVERYBODY, Facts
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.restored import Restored
from hybrid_sync.domain.staff_calendar import Written
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import EntryRecord, Intent, MeetingRecord, Refusal

LATER = NOW + timedelta(minutes=5)


def a_message(who: str = "ada", sequence: int = 0, **changes: Any) -> Message:
    facts = Facts(
        title="Clean water for all",
        starts="2027-06-09T10:00:00+02:00",
        ends="2027-06-09T11:30:00+02:00",
        starts_utc="2027-06-09T08:00:00+00:00",
        ends_utc="2027-06-09T09:30:00+00:00",
        zone="Europe/Brussels",
        place="",
        mode="online",
        join_link="https://example.org/join/secret",
        language="en",
    )
    message = Message(
        registrant_id=f"id-{who}",
        event_id="water",
        email=f"{who}@example.org",
        uid=f"uid-{who}",
        incarnation=1,
        sequence=sequence,
        method=Method.REQUEST,
        state=MessageState.PENDING,
        stamp=NOW,
        message_id=f"<{who}.{sequence}@example.org>",
        facts=facts,
        mime=b"BEGIN:VCALENDAR\r\n\x00\xff",
    )
    return replace(message, **changes)


def without_bytes(*messages: Message) -> list[Message]:
    return [replace(message, mime=b"") for message in messages]


def test_the_ledger_gives_bytes_one_message_at_a_time(store: SqlStore) -> None:
    ada, bob = a_message("ada"), a_message("bob")
    with store.begin() as tx:
        tx.messages.add(ada)
        tx.messages.add(bob)
        assert tx.messages.of("water") == without_bytes(ada, bob)
        assert tx.messages.pending("water") == without_bytes(ada, bob)
        assert tx.messages.pending("other") == []
        [waiting, _] = tx.messages.pending("water")
        assert tx.messages.bytes_of(waiting) == ada.mime
        with pytest.raises(NotFound, match="not in the ledger"):
            tx.messages.bytes_of(a_message("ada", 7))


def test_each_persons_newest_message_is_the_one_written_last(store: SqlStore) -> None:
    first, update, fresh = (
        a_message("ada", 0),
        a_message("ada", 1),
        a_message("ada", 0, uid="uid-ada-2", incarnation=2),
    )
    other = a_message("bob")
    with store.begin() as tx:
        for message in (first, other, update, fresh):
            tx.messages.add(message)
        assert tx.messages.latest("water") == {
            "id-ada": replace(fresh, mime=b""),
            "id-bob": replace(other, mime=b""),
        }


def test_the_bytes_last_written_to_a_person_can_be_shown(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.messages.add(a_message("ada", 0))
        tx.messages.add(a_message("ada", 1, mime=b"newer"))
        tx.messages.add(a_message("bob", mime=b"other"))
        assert tx.messages.newest_bytes("id-ada") == b"newer"
        with pytest.raises(NotFound, match="'nobody'"):
            tx.messages.newest_bytes("nobody")


def test_cancellations_go_before_older_messages(store: SqlStore) -> None:
    ada, bob, cancelled = a_message("ada"), a_message("bob"), a_message("cy", 1, method=Method.CANCEL)
    with store.begin() as tx:
        for message in (ada, bob, cancelled):
            tx.messages.add(message)
        assert tx.messages.pending("water") == without_bytes(cancelled, ada, bob)


def test_a_message_of_unknown_fate_is_still_pending_and_a_sent_one_is_not(store: SqlStore) -> None:
    ada, bob, cy = a_message("ada"), a_message("bob"), a_message("cy")
    with store.begin() as tx:
        for message in (ada, bob, cy):
            tx.messages.add(message)
        tx.messages.mark(ada, MessageState.SENDING, NOW, "handed over")
        tx.messages.mark(bob, MessageState.SENT, NOW, "250 queued as 1")
        tx.messages.mark(cy, MessageState.SUPERSEDED, NOW, "")
        assert tx.messages.pending("water") == without_bytes(replace(ada, state=MessageState.SENDING))
        assert tx.messages.latest("water")["id-bob"].state is MessageState.SENT


def test_one_uid_sequence_and_method_is_written_down_once(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.messages.add(a_message())
        with pytest.raises(ValueError, match="in the ledger already"):
            tx.messages.add(a_message(email="other@example.org", mime=b"other"))
        tx.messages.add(a_message(method=Method.CANCEL))
        assert [message.method for message in tx.messages.of("water")] == [Method.REQUEST, Method.CANCEL]
        with pytest.raises(ValueError, match="not in the ledger"):
            tx.messages.mark(a_message("bob"), MessageState.SENT, NOW, "")


def test_a_database_error_shows_no_message_and_no_link(store: SqlStore) -> None:
    with pytest.raises(DBAPIError) as caught, store.begin() as tx:
        tx.messages.add(a_message(event_id=None, email="canary@example.org"))
    assert "canary" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_what_we_know_of_the_meeting_is_replaced_whole(store: SqlStore) -> None:
    record = MeetingRecord(
        "water", "m1", "hs.water", 1, "2712 3456", "https://example.webex.com/m1", "pass", "made"
    )
    with store.begin() as tx:
        assert tx.meetings.get("water") is None
        tx.meetings.save(record)
        assert tx.meetings.get("water") == record
        lost = replace(record, state="lost", number=None, password=None)
        tx.meetings.save(lost)
        assert tx.meetings.get("water") == lost


def test_what_we_know_of_the_staff_entry_is_replaced_whole(store: SqlStore) -> None:
    written = Written("digest", "wish", "stood", frozenset({"mark2", "mark1"}), 3)
    refused = Refusal("change", "the calendar's words")
    record = EntryRecord("water", "AAMk1", 1, "made", "accepted", written, refused)
    with store.begin() as tx:
        assert tx.entries.get("water") is None
        tx.entries.save(record)
        assert tx.entries.get("water") == record
        other = EntryRecord("water", "AAMk1", 2, "made")
        tx.entries.save(other)
        assert tx.entries.get("water") == other


def test_what_a_restore_left_open_is_replaced_whole(store: SqlStore) -> None:
    restored = Restored("water", NOW, 3_600_000, ("title=1", "starts=2"), {"id-ada": 3_600_000, EVERYBODY: 7})
    with store.begin() as tx:
        assert tx.restores.get("water") is None
        tx.restores.put(restored)
        assert tx.restores.get("water") == restored
        closed = replace(restored, before=(), told_from={})
        tx.restores.put(closed)
        assert tx.restores.get("water") == closed
        assert not closed.is_open


def test_pending_intents_are_found_longest_waiting_first(store: SqlStore) -> None:
    late = Intent("op1", "water", "meeting.create", "hash", "pending", 1, LATER)
    early = Intent("op2", "other", "calendar.create", "hash", "pending", 2, NOW, "id", "words")
    unsent = Intent("op3", "water", "meeting.update", "hash", "pending", 0, None)
    done = Intent("op4", "water", "meeting.create", "hash", "pending", 1, NOW)
    with store.begin() as tx:
        for intent in (unsent, late, early, done):
            tx.intents.put(intent)
        tx.intents.put(replace(done, state="done", remote_id="m1"))
        assert tx.intents.get("op4") == replace(done, state="done", remote_id="m1")
        assert tx.intents.get("op5") is None
        assert tx.intents.pending() == [early, late, unsent]
        assert tx.intents.pending("water") == [late, unsent]

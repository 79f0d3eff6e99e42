"""The rooms of what comes back to invitations and of what stands in calendar collections, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import NOW, a_person, an_event

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.domain.answers import Answer, BounceRecord, ReplyRecord
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import AuditLine
from hybrid_sync.ports.mailbox import MailboxPosition
from hybrid_sync.ports.publishing import PublishedRecord

REPLY = ReplyRecord("water", "id-ada", "uid-1", 2, Answer.ACCEPTED, NOW, NOW + timedelta(minutes=1))


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    with store.begin() as tx:
        tx.events.save(an_event())
        tx.events.save(an_event(id="schools"))
        tx.people.save([a_person()])
    return store


def test_a_person_has_one_answer_the_newest(filled: SqlStore) -> None:
    newer = replace(REPLY, answer=Answer.DECLINED, stamp=NOW + timedelta(hours=1))
    with filled.begin() as tx:
        tx.replies.save(REPLY)
        tx.replies.save(newer)
    with filled.read() as tx:
        assert tx.replies.of("water") == {"id-ada": newer}
        assert tx.replies.of("schools") == {}


def test_bounces_are_kept_one_for_each_mail(filled: SqlStore) -> None:
    first = BounceRecord("water", "ada@example.org", "<1@x>", "id-ada", "failed", "5.1.1", "unknown", NOW)
    second = replace(first, message_id="<2@x>", registrant_id=None, at=NOW + timedelta(hours=1))
    with filled.begin() as tx:
        for record in (second, first, first):
            tx.bounces.save(record)
    with filled.read() as tx:
        assert tx.bounces.of("water") == [first, second]


def test_a_mailbox_is_known_by_how_far_it_was_read(filled: SqlStore) -> None:
    position = MailboxPosition("box", "17", 2**40, None, NOW)
    with filled.begin() as tx:
        assert tx.mailboxes.get("box") is None
        tx.mailboxes.save(position)
        tx.mailboxes.save(replace(position, validity="18", last_uid=3, cursor="x"))
    with filled.read() as tx:
        assert tx.mailboxes.get("box") == replace(position, validity="18", last_uid=3, cursor="x")


def test_an_event_has_one_object_in_each_collection(filled: SqlStore) -> None:
    record = PublishedRecord("water", "https://one/", "a.ics", '"1"', "digest", "there", NOW)
    with filled.begin() as tx:
        tx.published.save(record)
        tx.published.save(replace(record, collection="https://two/", etag=None))
        tx.published.save(replace(record, state="gone"))
    with filled.read() as tx:
        assert tx.published.get("water", "https://one/") == replace(record, state="gone")
        assert tx.published.get("water", "https://two/") == replace(
            record, collection="https://two/", etag=None
        )
        assert tx.published.get("schools", "https://one/") is None


def test_nothing_is_kept_about_an_event_that_is_not_there(filled: SqlStore) -> None:
    with pytest.raises(NotFound), filled.begin() as tx:
        tx.replies.save(replace(REPLY, event_id="nothing"))


def test_the_last_change_of_each_record_is_told_and_other_lines_do_not_count(filled: SqlStore) -> None:
    def line(hours: int, event_id: str, what: str) -> AuditLine:
        return AuditLine(NOW + timedelta(hours=hours), event_id, "organiser", what, event_id, "")

    with filled.begin() as tx:
        for one in (
            line(1, "water", "event.import"),
            line(3, "water", "event.edit"),
            line(9, "water", "registrants.add"),
            line(2, "schools", "event.publish"),
        ):
            tx.audit.add(one)
    with filled.read() as tx:
        assert tx.audit.record_changes() == {
            "water": NOW + timedelta(hours=3),
            "schools": NOW + timedelta(hours=2),
        }
        assert tx.audit.record_changes("schools") == {"schools": NOW + timedelta(hours=2)}

"""The store contract: leases with fences, wake-ups, and workers that come late."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from tests.builders import NOW, an_event

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.errors import LostLease, NotFound
from hybrid_sync.ports import AuditLine, Lease, WorkRow

MINUTE = timedelta(minutes=1)
LINE = AuditLine(NOW, "water", "worker", "meeting.create", "m1", "made")


def claim(
    store: SqlStore, owner: str = "w1", after: timedelta = timedelta(0), limit: int = 10
) -> list[Lease]:
    with store.begin() as tx:
        return list(tx.work.claim(owner, NOW + after, MINUTE, limit))


def wake(store: SqlStore, after: timedelta = timedelta(0), event_id: str = "water") -> None:
    with store.begin() as tx:
        tx.work.wake(event_id, NOW + after)


def write_and_finish(store: SqlStore, lease: Lease) -> None:
    with store.begin() as tx:
        tx.audit.add(LINE)
        tx.work.finish(lease, None, None)


def row(store: SqlStore) -> WorkRow:
    with store.read() as tx:
        [found] = tx.work.rows()
        assert tx.work.get(found.event_id) == found
        return found


def test_an_event_is_due_at_its_earliest_wake_up(store: SqlStore) -> None:
    with store.read() as tx:
        assert tx.work.get("water") is None
    wake(store, 5 * MINUTE)
    wake(store, 2 * MINUTE)
    wake(store, 9 * MINUTE)
    assert row(store) == WorkRow("water", NOW + 2 * MINUTE)
    assert claim(store, after=2 * MINUTE - timedelta(milliseconds=1)) == []
    assert claim(store, after=2 * MINUTE) == [Lease("water", "w1", 1, NOW + 3 * MINUTE)]


def test_the_longest_due_events_are_claimed_first_and_no_more_than_asked_for(store: SqlStore) -> None:
    with store.begin() as tx:
        for number in range(5):
            tx.events.save(an_event(id=f"e{number}"))
            tx.work.wake(f"e{number}", NOW - number * MINUTE)
    assert [lease.event_id for lease in claim(store, limit=3)] == ["e4", "e3", "e2"]
    assert claim(store, limit=0) == []
    assert [lease.event_id for lease in claim(store, "w2", limit=3)] == ["e1", "e0"]


def test_an_event_in_work_is_not_given_to_a_second_worker(store: SqlStore) -> None:
    wake(store)
    assert claim(store)
    assert claim(store, "w2") == []
    with store.begin() as tx:
        assert tx.work.claim("w2", NOW, MINUTE, 1, "water") == []


def test_one_event_can_be_claimed_by_name_whether_due_or_not(store: SqlStore) -> None:
    with store.begin() as tx:
        [lease] = tx.work.claim("cli", NOW, MINUTE, 1, "water")
        tx.work.finish(lease, NOW + 60 * MINUTE, None)
        assert [lease.fence for lease in tx.work.claim("cli", NOW, MINUTE, 1, "water")] == [2]


def test_unknown_events_are_neither_woken_nor_claimed(store: SqlStore) -> None:
    with pytest.raises(NotFound, match="'nowhere'"):
        wake(store, event_id="nowhere")
    with pytest.raises(NotFound, match="'nowhere'"), store.begin() as tx:
        tx.work.claim("cli", NOW, MINUTE, 1, "nowhere")


def test_a_finished_event_is_due_again_when_told(store: SqlStore) -> None:
    wake(store)
    [lease] = claim(store)
    with store.begin(lease, NOW) as tx:
        tx.work.finish(lease, NOW + 5 * MINUTE, None)
    assert row(store) == WorkRow("water", NOW + 5 * MINUTE)


def test_a_finished_event_can_wait_for_ever(store: SqlStore) -> None:
    wake(store)
    [lease] = claim(store)
    with store.begin() as tx:
        tx.work.finish(lease, None, None)
    assert row(store) == WorkRow("water", None)
    assert claim(store, after=1000 * MINUTE) == []


def test_what_a_system_asked_for_is_remembered_until_it_is_told_anew(store: SqlStore) -> None:
    def finish(waits: dict[str, datetime] | None) -> Mapping[str, datetime]:
        with store.begin() as tx:
            [lease] = tx.work.claim("w1", NOW, MINUTE, 1, "water")
            tx.work.finish(lease, None, None, waits)
        return row(store).waits

    assert finish(None) == {}
    assert finish({"meetings": NOW + MINUTE, "invitations": NOW}) == {
        "meetings": NOW + MINUTE,
        "invitations": NOW,
    }
    assert finish(None) == {"meetings": NOW + MINUTE, "invitations": NOW}
    assert finish({}) == {}


def test_failures_are_counted_until_a_pass_goes_well(store: SqlStore) -> None:
    for failures in (1, 2):
        wake(store)
        [lease] = claim(store)
        with store.begin() as tx:
            tx.work.finish(lease, NOW, "webex: 500")
        assert row(store) == WorkRow("water", NOW, failures, "webex: 500")
    [lease] = claim(store)
    with store.begin() as tx:
        tx.work.finish(lease, NOW, None)
    assert row(store) == WorkRow("water", NOW)


def test_a_pass_that_never_came_back_counts_as_a_failure(store: SqlStore) -> None:
    wake(store)
    claim(store)
    assert row(store).attempts == 0
    [again] = claim(store, "w2", after=MINUTE)
    assert (again.fence, row(store).attempts) == (2, 1)


@pytest.mark.parametrize("due", [None, NOW + 60 * MINUTE])
def test_a_wake_up_during_the_work_is_not_lost(store: SqlStore, due: object) -> None:
    wake(store)
    [lease] = claim(store)
    wake(store, 3 * MINUTE)
    wake(store, 2 * MINUTE)
    with store.begin() as tx:
        tx.work.finish(lease, None if due is None else NOW + 60 * MINUTE, None)
    assert row(store).due_at == NOW + 2 * MINUTE
    [lease] = claim(store, after=2 * MINUTE)
    with store.begin() as tx:
        tx.work.finish(lease, NOW + 60 * MINUTE, None)
    assert row(store).due_at == NOW + 60 * MINUTE  # said once


def test_a_wake_up_that_was_served_by_the_next_worker_is_not_served_again(store: SqlStore) -> None:
    wake(store)
    claim(store)
    wake(store, MINUTE)
    [lease] = claim(store, "w2", after=2 * MINUTE)
    with store.begin() as tx:
        tx.work.finish(lease, NOW + 60 * MINUTE, None)
    assert row(store).due_at == NOW + 60 * MINUTE


def test_a_wake_up_later_than_the_next_look_changes_nothing(store: SqlStore) -> None:
    wake(store)
    [lease] = claim(store)
    wake(store, 9 * MINUTE)
    with store.begin() as tx:
        tx.work.finish(lease, NOW + 5 * MINUTE, None)
    assert row(store).due_at == NOW + 5 * MINUTE


def test_every_write_under_a_lease_renews_it(store: SqlStore) -> None:
    wake(store)
    [lease] = claim(store)
    with store.begin(lease, NOW + timedelta(seconds=50)) as tx:
        tx.audit.add(LINE)
    assert claim(store, "w2", after=timedelta(seconds=109)) == []
    assert len(claim(store, "w2", after=timedelta(seconds=110))) == 1


def test_a_worker_whose_lease_has_passed_to_another_writes_nothing(store: SqlStore) -> None:
    wake(store)
    [old] = claim(store)
    [new] = claim(store, "w2", after=2 * MINUTE)
    with pytest.raises(LostLease, match=r"lease of w1 \(fence 1\)"), store.begin(old, NOW) as tx:
        tx.audit.add(LINE)
    with pytest.raises(LostLease):
        write_and_finish(store, old)
    with store.begin(new, NOW + 2 * MINUTE) as tx:
        assert tx.audit.of("water") == []
        tx.work.finish(new, None, None)


def test_a_worker_that_claims_anew_what_it_had_left_cannot_use_its_old_lease(store: SqlStore) -> None:
    wake(store)
    [old] = claim(store)
    [new] = claim(store, after=2 * MINUTE)
    with pytest.raises(LostLease):
        write_and_finish(store, old)
    write_and_finish(store, new)


def test_a_lease_that_was_given_back_is_of_no_use(store: SqlStore) -> None:
    wake(store)
    [lease] = claim(store)
    with store.begin() as tx:
        tx.work.finish(lease, NOW, None)
    with pytest.raises(LostLease), store.begin(lease, NOW):
        pass
    with pytest.raises(LostLease), store.begin() as tx:
        tx.work.finish(lease, NOW, None)


def test_a_worker_late_but_not_replaced_goes_on(store: SqlStore) -> None:
    wake(store)
    [lease] = claim(store)
    with store.begin(lease, NOW + 10 * MINUTE) as tx:
        tx.audit.add(LINE)
    assert claim(store, "w2", after=10 * MINUTE) == []


def test_threads_that_claim_at_once_never_share_an_event(url: str) -> None:
    store = open_store(url)
    with store.begin() as tx:
        for number in range(60):
            tx.events.save(an_event(id=f"e{number}"))
            tx.work.wake(f"e{number}", NOW)

    def work(owner: str) -> list[str]:
        done = []
        while leases := claim(store, owner, limit=2):
            for lease in leases:
                with store.begin(lease, NOW) as tx:
                    tx.work.finish(lease, None, None)
                done.append(lease.event_id)
        return done

    with ThreadPoolExecutor(4) as pool:
        done = [event_id for part in pool.map(work, ["w1", "w2", "w3", "w4"]) for event_id in part]
    assert sorted(done) == sorted(f"e{number}" for number in range(60))
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM work WHERE fence <> 1").scalar_one() == 0
    store.close()

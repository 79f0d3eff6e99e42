"""The audit trail as a chain: what somebody does to a line by the back door is found, on both databases."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text
from tests.builders import NOW, a_person, an_event

from hybrid_sync.adapters.sql import SqlStore, open_store, purge_audit
from hybrid_sync.adapters.sql.audit_guard import lift_guard, set_guard
from hybrid_sync.domain.audit_chain import PURGE, Verdict, verify
from hybrid_sync.ports import AuditLine


def a_line(number: int = 0, days: int = 0) -> AuditLine:
    return AuditLine(
        NOW - timedelta(days=days), "water", "worker", "mail.invitation", f"person {number}", "sent", "r-1"
    )


def written(store: SqlStore, *lines: AuditLine) -> None:
    for line in lines:
        with store.begin() as tx:
            tx.audit.add(line)


def found(store: SqlStore, noted: str | None = None) -> Verdict:
    with store.read() as tx:
        return verify(tx.audit.kept(), noted)


def by_the_back_door(store: SqlStore, *statements: str) -> None:
    """As somebody who may write to the database and takes the guard off first."""
    with store.engine.begin() as connection:
        lift_guard(connection)
        for statement in statements:
            connection.execute(text(statement))
        set_guard(connection)


@pytest.fixture
def five(store: SqlStore) -> SqlStore:
    written(store, *(a_line(number) for number in range(1, 6)))
    return store


def test_a_trail_that_nobody_touched_is_whole(five: SqlStore) -> None:
    verdict = found(five)
    assert (verdict.lines, verdict.unchained, verdict.misfit, verdict.whole) == (5, 0, None, True)
    assert verdict.first != verdict.last


def test_the_chain_is_what_its_description_says(five: SqlStore) -> None:
    """Worked out once more by hand, so that the format cannot change without this being noticed."""
    before = ""
    with five.read() as tx:
        for line in tx.audit.kept():
            milliseconds = int(line.at.timestamp() * 1000)
            told = [before, milliseconds, "water", "worker", "mail.invitation", line.target, "sent", "r-1"]
            before = hashlib.sha256(json.dumps(told).encode()).hexdigest()
            assert line.chain == before


def test_lines_of_one_transaction_stand_in_their_order(store: SqlStore) -> None:
    with store.begin() as tx:
        for number in range(2500):
            tx.audit.add(a_line(number))
    with store.read() as tx:
        assert [line.target for line in tx.audit.of("water")] == [f"person {n}" for n in range(2500)]
    assert found(store).whole


SWAP = [
    "UPDATE audit SET id = 100 WHERE target = 'person 3'",
    "UPDATE audit SET id = 3 WHERE target = 'person 4'",
    "UPDATE audit SET id = 4 WHERE target = 'person 3'",
]
COPY = (
    "INSERT INTO audit (id, at, event_id, actor, what, target, detail, request_id, chain) "
    "SELECT 100, at, event_id, actor, what, target, detail, request_id, chain FROM audit WHERE id = 3"
)


@pytest.mark.parametrize(
    ("statements", "number"),
    [
        (["UPDATE audit SET detail = 'never sent' WHERE id = 3"], 3),
        (["UPDATE audit SET actor = 'nobody' WHERE id = 1"], 1),
        (["UPDATE audit SET at = at + 1 WHERE id = 5"], 5),
        (["UPDATE audit SET request_id = NULL WHERE id = 2"], 2),
        (["UPDATE audit SET target = '', detail = target || detail WHERE id = 2"], 2),
        (["UPDATE audit SET chain = NULL WHERE id = 4"], 4),
        (["DELETE FROM audit WHERE id = 3"], 4),
        (["DELETE FROM audit WHERE id = 1"], 2),
        ([COPY], 100),
        ([*SWAP], 3),
    ],
)
def test_the_first_line_that_does_not_fit_is_named(
    five: SqlStore, statements: list[str], number: int
) -> None:
    by_the_back_door(five, *statements)
    verdict = found(five)
    assert not verdict.whole
    assert verdict.misfit is not None
    assert verdict.misfit.number == number


def test_an_end_that_was_cut_off_shows_by_the_value_that_was_noted(five: SqlStore) -> None:
    noted = found(five).last
    assert noted is not None
    by_the_back_door(five, "DELETE FROM audit WHERE id = 5")
    assert found(five).whole  # nothing in the file itself tells
    assert found(five, noted).noted_found is False
    assert not found(five, noted).whole


def test_a_value_that_was_noted_is_found_after_the_trail_has_grown(five: SqlStore) -> None:
    noted = found(five).last
    assert noted is not None
    written(five, a_line(6))
    assert found(five, noted).whole


def test_lines_of_before_chains_were_kept_are_told(store: SqlStore) -> None:
    columns = "(at, event_id, actor, what, target, detail)"
    with store.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO audit {columns} VALUES (1, 'water', 'a', 'w', 't', 'd')"))
    assert found(store) == Verdict(1, 1, None, None, None, None)
    written(store, a_line(1), a_line(2))
    verdict = found(store)
    assert (verdict.lines, verdict.unchained, verdict.whole) == (3, 1, True)


def test_an_empty_trail_is_whole(store: SqlStore) -> None:
    assert found(store) == Verdict(0, 0, None, None, None, None)


# --- purging ---


def test_after_a_purge_the_rest_still_fits_and_the_purge_names_what_went(store: SqlStore) -> None:
    written(store, *(a_line(number, days=400 - number) for number in range(1, 4)), a_line(4), a_line(5))
    with store.read() as tx:
        third = [line.chain for line in tx.audit.kept()][2]
    assert purge_audit(store.engine, NOW - timedelta(days=365), NOW) == 3
    verdict = found(store)
    assert (verdict.lines, verdict.whole) == (3, True)
    with store.read() as tx:
        [*_, line] = tx.audit.kept()
    assert (line.what, line.target, line.actor) == (PURGE, third, "retention")
    assert "3 lines" in line.detail
    assert third is not None
    assert found(store, third).whole  # a value noted before the purge is still known


def test_a_purge_again_and_again_keeps_the_chain(store: SqlStore) -> None:
    for day in range(10):
        written(store, a_line(day, days=20 - day))
        purge_audit(store.engine, NOW - timedelta(days=18 - day), NOW - timedelta(days=19 - day))
        written(store, a_line(100 + day, days=20 - day))
        assert found(store).whole, day


def test_a_purge_of_everything_leaves_its_own_line_which_fits(store: SqlStore) -> None:
    written(store, a_line(1, days=9), a_line(2, days=8))
    noted = found(store).last
    assert purge_audit(store.engine, NOW, NOW) == 2
    assert found(store).lines == 1
    assert found(store, noted).whole
    written(store, a_line(3))
    assert found(store).whole


def test_a_purge_leaves_lines_of_a_clock_that_ran_ahead(store: SqlStore) -> None:
    written(store, a_line(1, days=400), a_line(2, days=-30), a_line(3, days=-40))
    assert purge_audit(store.engine, NOW - timedelta(days=365), NOW) == 1
    assert (found(store).lines, found(store).whole) == (3, True)
    assert purge_audit(store.engine, NOW - timedelta(days=365), NOW) == 0


def test_a_purge_with_nothing_to_do_writes_nothing(five: SqlStore) -> None:
    assert purge_audit(five.engine, NOW - timedelta(days=1), NOW) == 0
    assert found(five).lines == 5


def test_old_lines_of_before_chains_go_too(store: SqlStore) -> None:
    columns = "(at, event_id, actor, what, target, detail)"
    with store.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO audit {columns} VALUES (1, 'water', 'a', 'w', 't', 'd')"))
    written(store, a_line(1))
    assert purge_audit(store.engine, NOW - timedelta(days=1), NOW) == 1
    verdict = found(store)
    assert (verdict.lines, verdict.unchained, verdict.whole) == (2, 0, True)


def test_an_old_line_behind_a_younger_one_waits_and_no_hole_is_made(store: SqlStore) -> None:
    written(store, a_line(1, days=9), a_line(2, days=1), a_line(3, days=9))
    assert purge_audit(store.engine, NOW - timedelta(days=5), NOW) == 1
    assert found(store).whole
    with store.read() as tx:
        assert [line.target for line in tx.audit.of("water")] == ["person 2", "person 3"]


def test_a_line_of_a_clock_that_ran_ahead_does_not_keep_the_old_ones(store: SqlStore) -> None:
    written(store, a_line(1, days=-3000), a_line(2, days=9), a_line(3, days=1))
    assert purge_audit(store.engine, NOW - timedelta(days=5), NOW) == 2
    assert found(store).whole


def test_whoever_cuts_the_beginning_without_a_purge_is_found_out_after_a_purge_too(store: SqlStore) -> None:
    written(store, a_line(1, days=9), *(a_line(number) for number in range(2, 6)))
    purge_audit(store.engine, NOW - timedelta(days=5), NOW)
    assert found(store).whole
    by_the_back_door(store, "DELETE FROM audit WHERE id = 2")
    misfit = found(store).misfit
    assert misfit is not None
    assert misfit.number == 3


def test_the_guard_stands_again_after_a_purge(five: SqlStore) -> None:
    purge_audit(five.engine, NOW + timedelta(days=1), NOW + timedelta(days=1))

    def change(connection: Connection) -> None:
        connection.execute(text("UPDATE audit SET actor = 'x'"))

    with five.engine.connect() as connection, pytest.raises(Exception, match="append-only"):
        change(connection)


# --- several writers ---


def together(*runs: Callable[[], None]) -> None:
    """Each in a thread, all at once; what one of them raises is raised here."""
    trouble: list[BaseException] = []
    gate = threading.Barrier(len(runs))

    def one(run: Callable[[], None]) -> None:
        gate.wait()
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - raised below
            trouble.append(error)

    threads = [threading.Thread(target=one, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []


def test_writers_at_the_same_time_make_one_chain(url: str) -> None:
    stores = [open_store(url) for _ in range(4)]
    with stores[0].begin() as tx:
        tx.events.save(an_event())

    def writer(number: int) -> Callable[[], None]:
        def run() -> None:
            for line in range(25):
                written(stores[number], a_line(number * 100 + line))

        return run

    together(*(writer(number) for number in range(4)))
    verdict = found(stores[0])
    assert (verdict.lines, verdict.whole) == (100, True)
    for store in stores:
        store.close()


def test_writers_that_need_each_others_rows_do_not_wait_for_each_other(url: str) -> None:
    """Each notes first and changes a row that both want afterwards: locked at once, the trail would be a deadlock."""
    stores = [open_store(url) for _ in range(2)]
    with stores[0].begin() as tx:
        tx.events.save(an_event())
        tx.people.save([a_person("ada"), a_person("bob")])

    def writer(store: SqlStore, *names: str) -> Callable[[], None]:
        def run() -> None:
            for number in range(30):
                with store.begin() as tx:
                    tx.people.save([a_person(names[0], first_name=f"{names[0]} {number}")])
                    tx.audit.add(a_line(number))
                with store.begin() as tx:
                    tx.audit.add(a_line(number))
                    tx.people.save([a_person(names[0], first_name=f"again {names[1]} {number}")])

        return run

    together(writer(stores[0], "ada", "bob"), writer(stores[1], "ada", "bob"))
    verdict = found(stores[0])
    assert (verdict.lines, verdict.whole) == (120, True)
    for store in stores:
        store.close()


def test_a_purge_and_writers_at_the_same_time_keep_the_chain(url: str) -> None:
    stores = [open_store(url) for _ in range(3)]
    with stores[0].begin() as tx:
        tx.events.save(an_event())
    written(stores[0], *(a_line(number, days=9) for number in range(5)))

    def writer(store: SqlStore) -> Callable[[], None]:
        """Reads in the trail before it writes, as publishing does."""

        def run() -> None:
            for number in range(30):
                with store.begin() as tx:
                    tx.audit.record_changes()
                    tx.audit.add(a_line(number))

        return run

    def purge() -> None:
        for _ in range(5):
            purge_audit(stores[2].engine, NOW - timedelta(days=1), NOW)

    together(
        writer(stores[0]),
        writer(stores[1]),
        purge,
    )
    verdict = found(stores[0])
    assert (verdict.lines, verdict.whole) == (61, True)
    for store in stores:
        store.close()


def test_what_was_taken_back_left_no_gap(store: SqlStore) -> None:
    written(store, a_line(1))

    def write_and_fail() -> None:
        with store.begin() as tx:
            tx.audit.add(a_line(2))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    written(store, a_line(3))
    assert (found(store).lines, found(store).whole) == (2, True)


def test_what_is_not_committed_yet_is_read_in_the_same_transaction(store: SqlStore) -> None:
    written(store, a_line(1))
    with store.begin() as tx:
        tx.audit.add(a_line(2))
        tx.audit.add(AuditLine(NOW, "soil", "organiser", "event.edit", "soil", "title"))
        assert [line.target for line in tx.audit.of("water")] == ["person 1", "person 2"]
        assert tx.audit.record_changes("soil") == {"soil": NOW}
        assert tx.audit.record_changes("water") == {}
        assert len(tx.audit.since(NOW)) == 3
        assert tx.audit.since(NOW + timedelta(seconds=1)) == []

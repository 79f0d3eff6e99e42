"""A file becomes rows of the store in one piece, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.errors import NotFound
from hybrid_sync.intake.attendance_door import read_door
from hybrid_sync.intake.attendance_reading import AttendanceReading
from hybrid_sync.sync.door import Door
from hybrid_sync.sync.taking_in import TakingIn
from tests.builders import NOW, a_person, an_event
from tests.intake.attendance_kit import read

SHA = "ab" * 32


@pytest.fixture
def store() -> Iterator[SqlStore]:
    store = open_store("sqlite://", clock=lambda: NOW, create=True)
    with store.begin() as tx:
        tx.events.save(an_event())
        tx.people.save([a_person("ada")])
    yield store
    store.close()


@pytest.fixture
def long_file() -> AttendanceReading:
    """More rows than the store writes at once."""
    rows = "".join(f"p{number}@example.org,10:00,11:00\n" for number in range(2_500))
    return read("email,joined,left\n" + rows)


def test_a_file_is_noted_with_its_rows_and_the_event_is_woken(
    store: SqlStore, long_file: AttendanceReading
) -> None:
    done = TakingIn(store, lambda: NOW).attendance("water", long_file, SHA, {"email": "email"})
    assert (done.rows, done.added) == (2_500, 2_500)
    with store.read() as tx:
        (record,) = tx.imports.of("water")
        assert (record.sha256, record.kind, record.layout, record.zone, record.added) == (
            SHA, "attendance", "own", "Europe/Brussels", 2_500,
        )  # fmt: skip
        assert tx.mappings.get("water", "attendance") == {"email": "email"}
        (line,) = tx.audit.of("water")
        assert (line.actor, line.what, line.target) == ("organiser", "attendance.import", "file.csv")
        row = tx.work.get("water")
        assert row is not None
        assert row.due_at == NOW


def test_a_failure_at_the_last_row_leaves_nothing_of_the_file(
    store: SqlStore, long_file: AttendanceReading
) -> None:
    stray = replace(long_file.segments[-1], event_id="nowhere")
    broken = replace(long_file, segments=(*long_file.segments[:-1], stray))
    with pytest.raises(NotFound):
        TakingIn(store, lambda: NOW).attendance("water", broken, SHA, {"email": "email"})
    with store.read() as tx:
        assert tx.attendance.of("water") == []
        assert tx.imports.get("water", SHA) is None
        assert tx.mappings.get("water", "attendance") == {}
        assert tx.audit.of("water") == []
        assert tx.work.get("water") is None


def test_a_file_for_an_event_that_is_not_there_is_not_taken(
    store: SqlStore, long_file: AttendanceReading
) -> None:
    taking = TakingIn(store, lambda: NOW)
    with pytest.raises(NotFound):
        taking.attendance("nowhere", long_file, SHA)
    with pytest.raises(NotFound):
        taking.known("nowhere", SHA)


def test_a_door_list_is_one_piece_and_the_same_list_adds_nothing(store: SqlStore) -> None:
    data = b"name,in,out\nAda Example,10:00,10:30\nAda Example,10:45,11:00\nAda Example,10:20,10:40\n"
    door = Door(store, lambda: NOW)
    listed = read_door(data, "door.csv", an_event(), zone="Europe/Brussels")
    first = door.take_list("water", listed, SHA)
    assert (first.taken, first.added, first.refused) == (3, 2, ())
    with store.read() as tx:
        stays = tx.attendance.of("water")
        assert [(stay.source, stay.registrant_id) for stay in stays] == [("room", "id-ada")] * 2
        assert tx.imports.of("water")[0].kind == "door"
    again = door.take_list("water", listed, SHA)
    assert again.added == 0
    with store.read() as tx:
        assert tx.attendance.of("water") == stays

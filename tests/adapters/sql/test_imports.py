"""The store contract: imported files, remembered columns, and a check-in that is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import NOW, a_stay

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import ImportRecord

FILE = ImportRecord("water", "ab" * 32, "attendance", "report.csv", "webex", "Europe/Brussels", 40, 38, NOW)


def test_a_file_is_known_by_its_bytes_for_each_event_alone(store: SqlStore) -> None:
    other = replace(
        FILE, sha256="cd" * 32, kind="door", layout="door", zone=None, at=NOW + timedelta(hours=1)
    )
    with store.begin() as tx:
        assert tx.imports.get("water", FILE.sha256) is None
        tx.imports.put(other)
        tx.imports.put(FILE)
    with store.read() as tx:
        assert tx.imports.get("water", FILE.sha256) == FILE
        assert tx.imports.get("air", FILE.sha256) is None
        assert tx.imports.of("water") == [FILE, other]


def test_the_same_file_again_replaces_what_was_noted(store: SqlStore) -> None:
    again = replace(FILE, zone="UTC", added=0, at=NOW + timedelta(hours=1))
    with store.begin() as tx:
        tx.imports.put(FILE)
        tx.imports.put(again)
        assert tx.imports.of("water") == [again]


def test_an_import_belongs_to_an_event_that_is_there(store: SqlStore) -> None:
    with pytest.raises(NotFound), store.begin() as tx:
        tx.imports.put(replace(FILE, event_id="nothing"))


def test_columns_are_remembered_for_each_kind_of_file_and_replaced_whole(store: SqlStore) -> None:
    with store.begin() as tx:
        assert tx.mappings.get("water", "door") == {}
        tx.mappings.put("water", "door", {"code": "Kód", "joined": "Přišel"}, NOW)
        tx.mappings.put("water", "registrants", {"email": "E-mail"}, NOW)
        tx.mappings.put("water", "door", {"code": "Badge"}, NOW)
    with store.read() as tx:
        assert tx.mappings.get("water", "door") == {"code": "Badge"}
        assert tx.mappings.get("water", "registrants") == {"email": "E-mail"}
        assert tx.mappings.get("air", "door") == {}


def test_one_check_in_is_taken_back_and_nothing_else(store: SqlStore) -> None:
    online = a_stay("ada", "08:05", None)
    room = a_stay("ada", "08:00", "09:30", source="room", key="room|id-ada|1", registrant_id="id-ada")
    later = replace(room, key="room|id-ada|2")
    with store.begin() as tx:
        tx.attendance.upsert([online, room, later])
        assert tx.attendance.remove("water", room.key)
        assert not tx.attendance.remove("water", room.key)
        assert not tx.attendance.remove("water", online.key)
        assert not tx.attendance.remove("air", later.key)
        assert tx.attendance.of("water") == [later, online]

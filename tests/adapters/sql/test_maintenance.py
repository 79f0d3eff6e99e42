"""Backup and check, as an operator meets them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.builders import a_person, an_event

from hybrid_sync.adapters.sql import SqlStore, backup, check, head, open_engine, open_store
from hybrid_sync.errors import UserError
from hybrid_sync.ports import Check


def verdicts(checks: list[Check]) -> dict[str, bool | None]:
    return {line.what: line.ok for line in checks}


@pytest.fixture
def filled(sqlite_url: str) -> SqlStore:
    store = open_store(sqlite_url)
    with store.begin() as tx:
        tx.events.save(an_event())
        tx.people.save([a_person()])
    return store


def test_a_backup_can_be_opened_in_place_of_the_original(filled: SqlStore, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backup(filled.engine, copy)
    assert oct(copy.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db"]
    restored = open_store(f"sqlite:///{copy}")
    with restored.read() as tx:
        assert tx.events.all() == [an_event()]
        assert tx.people.of("water") == [a_person()]
    restored.close()
    filled.close()


def test_a_backup_taken_while_somebody_writes_holds_what_was_committed(
    filled: SqlStore, tmp_path: Path
) -> None:
    with filled.begin() as tx:
        tx.events.save(an_event(id="unfinished"))
        backup(filled.engine, tmp_path / "copy.db")
    restored = open_store(f"sqlite:///{tmp_path}/copy.db")
    with restored.read() as tx:
        assert [event.id for event in tx.events.all()] == ["water"]
    restored.close()
    filled.close()


def test_a_backup_overwrites_nothing(filled: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(UserError, match="there already"):
        backup(filled.engine, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"
    filled.close()


def test_a_backup_into_a_missing_folder_is_refused_in_words(filled: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file or directory"):
        backup(filled.engine, tmp_path / "nowhere" / "copy.db")
    filled.close()


def test_a_copy_that_is_not_sound_is_no_backup(filled: SqlStore, tmp_path: Path) -> None:
    filled.close()
    with sqlite3.connect(tmp_path / "hs.db") as raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, 'email_key TEXT NOT NULL', 'email_key INTEGER NOT NULL')"
        )
    raw.close()
    with pytest.raises(UserError, match="not sound"):
        backup(filled.engine, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))
    filled.close()


def test_postgresql_is_backed_up_with_its_own_tool(pg_url: str, tmp_path: Path) -> None:
    engine = open_engine(pg_url)
    with pytest.raises(UserError, match="pg_dump"):
        backup(engine, tmp_path / "copy.db")
    engine.dispose()


def test_a_healthy_database_passes_every_check(bare_store: SqlStore) -> None:
    checks = check(bare_store.engine)
    assert all(line.ok for line in checks), checks
    assert {"database schema", "database writable"} < set(verdicts(checks))
    sqlite = bare_store.engine.dialect.name == "sqlite"
    assert ("SQLite" in verdicts(checks)) == ("database integrity" in verdicts(checks)) == sqlite
    if sqlite:
        assert sqlite3.sqlite_version in " ".join(line.detail for line in checks)


def test_a_missing_database_is_reported_with_the_way_out(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/hs.db")
    assert check(engine) == [
        Check("database schema", False, "there is no database yet", "hybrid-sync db upgrade")
    ]
    assert list(tmp_path.iterdir()) == []


def test_an_old_schema_is_reported_with_the_way_out(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    detail = f"at 0000, this program works with {head()}"
    assert check(engine) == [Check("database schema", False, detail, "hybrid-sync db upgrade")]
    engine.dispose()


def test_a_server_that_is_down_is_reported() -> None:
    [line] = check(open_engine("postgresql://u:canary@localhost:1/d"))
    assert (line.what, line.ok) == ("database", False)
    assert "canary" not in line.detail


def test_rows_of_a_missing_event_are_reported(filled: SqlStore, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "hs.db") as raw:
        raw.execute("DELETE FROM events")
    raw.close()
    [line] = [line for line in check(filled.engine) if line.what == "database integrity"]
    assert (line.ok, line.detail) == (False, "1 rows belong to an event that is not there")
    filled.close()


def test_a_database_that_cannot_be_written_is_reported(filled: SqlStore) -> None:
    with filled.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no BEFORE UPDATE ON alembic_version BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    [line] = [line for line in check(filled.engine) if line.what == "database writable"]
    assert (line.ok, line.detail) == (False, "disk full")
    filled.close()

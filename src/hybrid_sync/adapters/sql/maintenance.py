"""What an operator does to the database: copy it, look whether it is well, let old audit lines go."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.exc import DBAPIError

from hybrid_sync.adapters.sql import schema
from hybrid_sync.adapters.sql.audit import append, lock_end
from hybrid_sync.adapters.sql.audit_guard import lift_guard, set_guard
from hybrid_sync.adapters.sql.engine import journal_mode, journal_mode_for, look, sqlite_file
from hybrid_sync.adapters.sql.home import is_copy
from hybrid_sync.adapters.sql.tables import audit
from hybrid_sync.domain.audit_chain import PURGE, START
from hybrid_sync.domain.restored import COPY
from hybrid_sync.errors import UserError
from hybrid_sync.ports import NO_EVENT, AuditLine, Check


def backup(engine: Engine, path: Path) -> None:
    """Copy a live SQLite database to `path`, readable by its owner only, and check the copy.

    Raises UserError for PostgreSQL, for a file that is there already and for a copy that is not sound; then nothing is
    left at `path`.
    """
    if engine.dialect.name != "sqlite":
        raise UserError("PostgreSQL has its own tool for this: use pg_dump --format=custom")
    if path.exists():
        raise UserError(f"{path} is there already; a backup overwrites nothing")
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(engine, unfinished)
        os.replace(unfinished, path)
    except OSError as error:
        raise UserError(f"cannot write the backup {path}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(engine: Engine, target: Path) -> None:
    """SQLite's online backup: a consistent copy, whoever writes meanwhile."""
    with closing(sqlite3.connect(target)) as copy:
        with engine.connect() as connection:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(copy)
        # One file that needs no company, whatever mode the source is in.
        copy.execute("PRAGMA journal_mode=DELETE").close()
        verdict = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    if verdict != ["ok"]:
        raise UserError(f"the copy is not sound, so there is no backup: {'; '.join(verdict[:3])}")
    _mark_as_copy(target)
    with open(target, "rb+") as written:
        os.fsync(written.fileno())


def _mark_as_copy(target: Path) -> None:
    """Whoever puts the copy back without `db restored` is reminded, and nothing is done with it before."""
    with closing(sqlite3.connect(target)) as copy, copy:
        if copy.execute("SELECT 1 FROM sqlite_schema WHERE name = 'home'").fetchone():
            copy.execute("UPDATE home SET copied = 1")
            return
        # Copied before the upgrade: revision 0005 finds the mark of earlier programs and takes it over.
        copy.execute(
            "INSERT OR REPLACE INTO intents (op_key, event_id, kind, request_hash, state, attempts) "
            "VALUES ('store.copied', '', 'store.copied', '', 'done', 0)"
        )


def check(engine: Engine) -> list[Check]:
    """Whether the database is there, fits this program, is sound and can be written. Changes nothing."""
    try:
        checks = [_schema(engine)]
        if checks[0].ok:
            checks += _sqlite(engine) if engine.dialect.name == "sqlite" else _postgresql(engine)
            checks += [*_put_back(engine), _writable(engine)]
    except DBAPIError as error:
        return [Check("database", False, f"cannot be reached: {error.orig}", "see [store] url")]
    return checks


def _schema(engine: Engine) -> Check:
    found = schema.current(engine)
    if found == schema.head():
        return Check("database schema", True, f"at {found}")
    return Check(
        "database schema",
        False,
        "there is no database yet"
        if found is None
        else f"at {found}, this program works with {schema.head()}",
        "hybrid-sync db upgrade",
    )


def _put_back(engine: Engine) -> Sequence[Check]:
    """A copy knows that it is one, until it is said that it was put back."""
    with look(engine) as connection:
        if not is_copy(connection):
            return []
    detail = f"this is {COPY}"
    return [
        Check("restored from a backup", None, detail, "hybrid-sync db restored, before the worker starts")
    ]


def _sqlite(engine: Engine) -> Sequence[Check]:
    mode = journal_mode(engine)
    version = sqlite3.sqlite_version_info
    wanted = journal_mode_for((version[0], version[1], version[2]))
    why = "" if wanted == "wal" else " (WAL can corrupt the file before SQLite 3.51.3, so it is not used)"
    with look(engine) as connection:
        wrong = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
        strays = len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
    if strays:
        wrong.append(f"{strays} rows belong to an event that is not there")
    return [
        *_private(engine),
        Check("SQLite", mode in (wanted, "memory"), f"{sqlite3.sqlite_version}, journal mode {mode}{why}"),
        Check(
            "database integrity",
            not wrong,
            "; ".join(wrong[:3]) or "sound",
            "stop the worker and go back to the last backup" if wrong else "",
        ),
    ]


def _private(engine: Engine) -> Sequence[Check]:
    """The file holds registrants' data and join links; it is made for its owner alone, and may have been opened since."""
    file = sqlite_file(engine.url)
    if file is None:
        return []
    mode = stat.S_IMODE(os.stat(file).st_mode)
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        advice = f"chmod o-rwx {file}"
        return [Check("database file", False, f"everybody on this machine may read it ({mode:o})", advice)]
    return [Check("database file", True, f"closed to others ({mode:o})")]


def _postgresql(engine: Engine) -> Sequence[Check]:
    with look(engine) as connection:
        version = connection.exec_driver_sql("SHOW server_version").scalar_one()
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    utf8 = encoding == "UTF8"
    advice = "" if utf8 else "names need UTF8: make the database with ENCODING 'UTF8'"
    return [Check("PostgreSQL", utf8, f"{version}, encoding {encoding}", advice)]


def _writable(engine: Engine) -> Check:
    """Write something and take it back."""
    with engine.connect() as connection, connection.begin() as transaction:
        try:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
        except DBAPIError as error:
            advice = "the file and its folder must belong to the user that runs hybrid-sync"
            return Check("database writable", False, str(error.orig), advice)
        finally:
            transaction.rollback()
    return Check("database writable", True, "yes")


def purge_audit(engine: Engine, before: datetime, now: datetime) -> int:
    """Delete audit lines older than `before` (UTC), as the retention settings ask; returns how many.

    Only from the beginning of the trail, and up to the first line that must stay: a chain with a hole could not be
    told from one that somebody cut. A line of a clock that ran ahead of `now` holds up nothing. What goes is named by
    a line of its own, from which the rest of the chain can still be verified (domain.audit_chain.PURGE).

    The only way past the guard that keeps the log append-only; it is lifted and set again in one transaction.
    """
    with engine.begin() as connection:
        lock_end(connection, "ACCESS EXCLUSIVE")
        stays = select(func.min(audit.c.id)).where(audit.c.at >= before, audit.c.at <= now)
        first = connection.execute(stays).scalar_one()
        # Up to the last old line at most: lines of a clock that ran ahead are no reason to go on after that.
        old = connection.execute(select(func.max(audit.c.id)).where(audit.c.at < before)).scalar_one()
        if old is None:
            return 0
        going = audit.c.id <= (old if first is None else min(old, first - 1))
        query = select(audit.c.chain).where(going).order_by(audit.c.id.desc()).limit(1)
        last = connection.execute(query).one_or_none()
        if last is None:
            return 0
        lift_guard(connection)
        deleted = connection.execute(delete(audit).where(going)).rowcount
        set_guard(connection)
        # Written to an empty trail it must follow on from what went, which it names itself.
        words = f"{deleted} lines of before {before:%Y-%m-%d %H:%M} UTC"
        line = AuditLine(now, NO_EVENT, "retention", PURGE, last.chain or START, words)
        left = connection.execute(select(func.count()).select_from(audit)).scalar_one()
        append(connection, [line], after=None if left else last.chain)
    return deleted

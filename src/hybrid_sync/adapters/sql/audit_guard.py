"""Triggers that keep the audit log append-only, whoever writes to the database.

The first revision sets them; `maintenance.purge_audit` lifts them within its own transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection

_WORDS = "the audit log is append-only"

_SQLITE_SET = tuple(
    f"CREATE TRIGGER audit_no_{verb} BEFORE {verb.upper()} ON audit "
    f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    for verb in ("update", "delete")
)
_SQLITE_LIFT = tuple(f"DROP TRIGGER audit_no_{verb}" for verb in ("update", "delete"))

_POSTGRESQL_SET = (
    f"""CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
)
_POSTGRESQL_LIFT = ("DROP TRIGGER audit_no_change ON audit", "DROP FUNCTION audit_refuse()")


def set_guard(connection: Connection) -> None:
    """Make UPDATE and DELETE of audit lines fail (and TRUNCATE, where there is one)."""
    _run(connection, _SQLITE_SET if connection.dialect.name == "sqlite" else _POSTGRESQL_SET)


def lift_guard(connection: Connection) -> None:
    """Undo `set_guard`; only ever within a transaction that sets it again."""
    _run(connection, _SQLITE_LIFT if connection.dialect.name == "sqlite" else _POSTGRESQL_LIFT)


def _run(connection: Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)

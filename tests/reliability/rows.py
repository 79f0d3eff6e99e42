"""Every row of a PostgreSQL database, to be put back: a copy of the database takes three times as long."""

from __future__ import annotations

import pickle

import psycopg
from sqlalchemy.engine import make_url

Kept = tuple[dict[str, bytes], list[tuple[str, int | None]]]
"""Table to its rows as COPY tells them; sequences and their last values."""

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"


class Rows:
    """Of the database at `url`. Its user must be a superuser, as that of `postgres_server` is: triggers must not run."""

    def __init__(self, url: str) -> None:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(address, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")

    def kept(self) -> bytes:
        with self._connection.transaction():
            return pickle.dumps(self._read())

    def put_back(self, kept: bytes) -> None:
        tables, sequences = pickle.loads(kept)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            now, _ = self._read()
            assert now.keys() == tables.keys()
            for table in (name for name in tables if tables[name] != now[name]):
                cursor.execute(f'DELETE FROM "{table}"')
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(tables[table])
            for sequence, last in sequences:
                cursor.execute(
                    "SELECT setval(%s::regclass, %s, %s)", (f'"{sequence}"', last or 1, last is not None)
                )

    def close(self) -> None:
        self._connection.close()

    def _read(self) -> Kept:
        with self._connection.cursor() as cursor:
            names = [str(name) for (name,) in cursor.execute(TABLES).fetchall()]
            tables = {}
            for name in names:
                with cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
                    tables[name] = b"".join(bytes(part) for part in copy)
            return tables, [(str(name), last) for name, last in cursor.execute(SEQUENCES).fetchall()]

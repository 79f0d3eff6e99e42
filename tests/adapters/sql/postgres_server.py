"""A real PostgreSQL for tests: Debian's binaries on a temporary directory, reached by a socket in it.

Set HYBRID_SYNC_TEST_PG_URL to use a server that is there already; its user must be allowed to create databases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url

from hybrid_sync.adapters.sql.engine import open_engine
from hybrid_sync.adapters.sql.home import settle

EMPTY = "template1"

_numbers = count(1)
_made: list[str] = []


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The address of a running server; skips the test, saying what to do, where there is none to be had."""
    given = os.environ.get("HYBRID_SYNC_TEST_PG_URL")
    if given:
        server = make_url(given).set(drivername="postgresql+psycopg")
        yield server
        for name in _made:
            _run_outside_transactions(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        return
    pytest.importorskip("psycopg", reason="pip install 'hybrid-sync[postgres]'")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql, or set HYBRID_SYNC_TEST_PG_URL")
    # Not pytest's tmp_path: the server's user may not enter it, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="hs-pg-"))
    data = folder / "data"
    user = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root
    if user:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=50"
    run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def new_database(server: URL, template: str = EMPTY, *, settled: bool = True) -> URL:
    """An empty database on that server, or a copy of `template` (nobody may be connected to it).

    A copy finds that it is one, and nothing is done outside with it. Tests copy because that is faster than making all
    tables anew, so the copy is told that it is at home where it is; not so with `settled` False.
    """
    name = f"hs_{os.getpid()}_{next(_numbers)}"
    _made.append(name)
    _run_outside_transactions(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    url = server.set(database=name)
    if template != EMPTY and settled:
        engine = open_engine(as_text(url))
        with engine.begin() as connection:
            settle(connection)
        engine.dispose()
    return url


def as_text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def unhurried(url: str) -> str:
    """The same database for what a test itself writes there: PostgreSQL shuts out a writer that pauses for 5 s, and on a
    busy machine a test may be left without a turn for so long. The processes that it starts have the real limit.
    """
    if not url.startswith("postgres"):
        return url
    return as_text(
        make_url(url).update_query_dict({"options": "-c idle_in_transaction_session_timeout=120s"})
    )


def _run_outside_transactions(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _binaries() -> Path | None:
    """The newest of Debian's versions, else whatever is in the path."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    found = str(debian[0]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None

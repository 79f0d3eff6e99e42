"""The database goes away in mid-run: the worker process goes on by itself when it is back, nothing lost or doubled."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import URL

from hybrid_sync.adapters.sql import open_store, upgrade_queue
from hybrid_sync.domain.localtime import local_time
from tests.adapters.sql.postgres_server import _binaries, as_text, new_database, postgres_server
from tests.builders import wall
from tests.engine.visitors import asked
from tests.reliability.test_workers import PATIENCE, Fleet, a_fleet, at_rest, judge, until
from tests.world import crowd, publish


def begun(fleet: Fleet) -> bool:
    """The first mails have gone out: the pass is under way and far from its end."""
    return len(fleet.world.sandbox.inbox) >= 3


def pg_ctl(server: URL, *arguments: str) -> None:
    folder, binaries = Path(str(server.query["host"])), _binaries()
    assert binaries is not None
    command = [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log"), "-w"]
    user = "postgres" if os.getuid() == 0 else None
    subprocess.run(
        [*command, *arguments], check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=PATIENCE
    )


def crash(server: URL) -> None:
    """Ended without a word to anybody."""
    pg_ctl(server, "-m", "immediate", "stop")


def start(server: URL) -> None:
    folder = Path(str(server.query["host"]))
    pg_ctl(server, "-o", f"-k {folder} -c listen_addresses='' -c max_connections=50", "start")


def test_a_lock_that_outlasts_the_busy_timeout_is_waited_out(tmp_path: Path) -> None:
    file = tmp_path / "fleet.db"
    with a_fleet(tmp_path / "night", f"sqlite:///{file}") as fleet:
        app = fleet.world.app()
        publish(app, *crowd(40))
        fleet.start()
        [worker] = fleet.running
        until(lambda: begun(fleet), fleet)
        lock = sqlite3.connect(file, isolation_level=None, timeout=PATIENCE)
        lock.execute("BEGIN IMMEDIATE")
        until(lambda: "the store does not answer" in fleet.log(), fleet)
        lock.execute("ROLLBACK")
        lock.close()
        until(lambda: at_rest(app), fleet)
        assert worker.poll() is None, fleet.log()
        assert len(fleet.world.mails()) == 40
        judge(fleet, {}, 34)


@pytest.mark.skipif("HYBRID_SYNC_TEST_PG_URL" in os.environ, reason="that server is not ours to restart")
@pytest.mark.parametrize("kind", [pytest.param("embedded", marks=pytest.mark.long), "procrastinate"])
def test_postgresql_ends_under_a_worker_and_a_web_process(tmp_path: Path, kind: str) -> None:
    with postgres_server() as server:
        url = as_text(new_database(server))
        with a_fleet(tmp_path / "night", url, kind) as fleet:
            app = fleet.world.app()
            if kind == "procrastinate":
                with closing(open_store(url)) as store:
                    upgrade_queue(store.engine)
            publish(app, *crowd(40))
            fleet.start("serve", "--web-only")
            until(lambda: "web: " in fleet.log(), fleet)
            [address] = re.findall(r"^web: (\S+)/$", fleet.log(), re.MULTILINE)
            with app.store.read() as tx:
                somebody = urlsplit(app.own_links.link(tx.people.of("water")[0])).path

            def answers(*expected: int) -> bool:
                return [asked(address, path) for path in ("/livez", "/readyz", somebody)] == [*expected]

            # Until: on a busy machine a page may take longer than people wait.
            until(lambda: answers(200, 200, 200), fleet)
            fleet.start()
            until(lambda: begun(fleet), fleet)
            crash(server)
            until(lambda: answers(200, 503, 500), fleet)
            until(lambda: "does not answer; trying again" in fleet.log(), fleet)
            start(server)
            app.close()  # the organiser's own process is another one, and begins anew
            app = fleet.world.app()
            app.desk.reschedule("water", local_time(wall("2027-06-10 10:00")))
            until(lambda: at_rest(app), fleet)
            until(lambda: answers(200, 200, 200), fleet)
            assert [process.poll() for process in fleet.running] == [None, None], fleet.log()
            judge(fleet, {}, 34)

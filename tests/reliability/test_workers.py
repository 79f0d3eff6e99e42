"""Real worker processes that are killed or frozen at any moment, on both databases.

The sandbox stands in this process, its clock runs, and workers come and go as an unlucky night would have it. Seeded,
but where a process is at that moment is chance; the test asks only what must be so in the end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.wiring import App
from tests.adapters.sql.postgres_server import as_text, new_database, postgres_server
from tests.builders import wall
from tests.cli.kit import environment
from tests.world import SECRET, World, crowd, online, publish, sync

LEASE = 5  # seconds; the shortest that the settings allow
PATIENCE = 180  # seconds until the workers that are left must have come to rest


@dataclass
class Fleet:
    """Workers on one database, as processes whose clock goes with the sandbox's."""

    world: World
    url: str
    folder: Path
    kind: str = "embedded"
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0
    frozen: int = 0

    def start(self, *words: str) -> None:
        """A worker, or another command that stands."""
        variables = environment(self.world.sandbox, self.folder) | {
            "HYBRID_SYNC_STORE__URL": self.url,
            "HYBRID_SYNC_ENGINE__KIND": self.kind,
            "HYBRID_SYNC_ENGINE__LEASE_SECONDS": str(LEASE),
            "HYBRID_SYNC_ENGINE__SETTLE_SECONDS": "2",
            "HYBRID_SYNC_WEB__SECRET": SECRET,
            # As tests.world has it: the judge compares what it would write with what the workers wrote.
            "HYBRID_SYNC_SERVICE__BASE_URL": "https://events.example.org",
            "HYBRID_SYNC_SERVICE__NAME": "InfoPoint",
            "HYBRID_SYNC_GRAPH__ROOM_MAILBOX": self.world.sandbox.room_mailbox,
            "HYBRID_SYNC_MAIL__FROM_ADDRESS": "events@example.org",
        }
        moment = self.world.sandbox.clock.now().isoformat()
        with (self.folder / "workers.log").open("ab") as log:
            self.running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "hybrid_sync", "--at", moment, *(words or ("worker",))],
                    env={**os.environ, **variables},
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                )
            )

    def kill(self, chance: Random) -> None:
        process = self.running.pop(chance.randrange(len(self.running)))
        process.kill()
        process.wait(timeout=PATIENCE)
        self.killed += 1

    def freeze(self, chance: Random, meanwhile: Callable[[], None]) -> None:
        """One stands still until its lease has ended and another has gone on; then it goes on as if nothing were.

        By a timer: if it holds SQLite's write lock just then, `meanwhile` waits for it.
        """
        process = chance.choice(self.running)
        process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE + 1)
        go_on = threading.Timer(3, process.send_signal, (signal.SIGCONT,))
        go_on.start()
        meanwhile()
        go_on.join()
        self.frozen += 1

    def end(self) -> None:
        for process in self.running:
            process.kill()  # a frozen one too
            process.wait(timeout=PATIENCE)
        self.running.clear()

    def log(self) -> str:
        return (self.folder / "workers.log").read_text()


@contextmanager
def a_fleet(folder: Path, url: str, kind: str = "embedded") -> Iterator[Fleet]:
    folder.mkdir(exist_ok=True)
    with World(folder, url=url) as world:
        fleet = Fleet(world, url, folder, kind)
        try:
            yield fleet
        finally:
            fleet.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/fleet.db"
        return
    with postgres_server() as server:
        yield as_text(new_database(server))


def at_rest(app: App) -> bool:
    """Whether nobody holds the event and nothing is under way or waits to be looked at soon."""
    with app.store.read() as tx:
        row = tx.work.get("water")
        pending = tx.intents.pending() or tx.messages.pending("water")
    assert row is not None
    now = app.clock()
    soon = row.due_at is not None and row.due_at < now + timedelta(minutes=5)
    held = row.leased_until is not None and row.leased_until > now
    return not (pending or soon or held or row.waits)


def until(true: Callable[[], bool], fleet: Fleet) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, fleet.log()[-6000:]
        time.sleep(0.1)


def a_night(fleet: Fleet, seed: int, rounds: int) -> dict[str, int]:
    """Organisers go on while workers are killed and frozen; what everybody must have been sent in the end."""
    chance = Random(seed)
    app = fleet.world.app()
    publish(app, *crowd(6))
    fleet.start()
    fleet.start()
    cancelled: dict[str, int] = {}
    for number in range(rounds):
        time.sleep(chance.uniform(0.5, 2.5))
        app.desk.reschedule("water", local_time(wall(f"2027-06-{9 + number % 15:02} 10:00")))
        app.desk.register("water", [online(f"late{number}")])
        if number < 5:
            app.desk.set_status("water", f"p00{number}@example.org", RegistrantStatus.WITHDRAWN)
            cancelled[f"p00{number}@example.org"] = 1
        time.sleep(chance.uniform(0, 0.4))
        if number % 3 == 2:
            fleet.freeze(chance, lambda: app.desk.edit("water", title=f"Clean water {seed}"))
        else:
            fleet.kill(chance)
            fleet.start()
    until(lambda: at_rest(app), fleet)
    return cancelled


def judge(fleet: Fleet, cancelled: dict[str, int], rounds: int) -> None:
    world = fleet.world
    fleet.end()
    app = world.app()
    with app.store.read() as tx:
        event, people = tx.events.get("water"), tx.people.of("water")
        assert tx.intents.pending() == []
        assert tx.attentions.unsettled("water") == []
    assert [(one.start, one.fields["title"]) for one in world.meetings()] == [
        (event.starts.instant, event.title)
    ]
    assert len(world.calendar_entries()) == 1
    assert world.registrant_emails() == {one.key: 1 for one in people if one.is_coming}
    mails = world.mails()
    # Moved before the invitation had left: the first mail is an update already. Withdrawn before it: no mail at all.
    assert {count for (_, kind), count in mails.items() if kind != "update"} <= {1}
    for one in people:
        told = mails[one.key, "invitation"] + mails[one.key, "update"]
        assert told >= 1 or not one.is_coming
        assert mails[one.key, "cancellation"] == (told > 0 and not one.is_coming)
    assert {address for (address, kind) in mails if kind == "cancellation"} <= set(cancelled)
    assert sum(one.is_coming for one in people) == 6 + rounds - len(cancelled)
    sequences = [(mail.uid, mail.sequence, mail.method, mail.message_id) for mail in world.sandbox.inbox]
    assert len({one[:3] for one in sequences}) == len(set(sequences)), "one version, two messages"
    before = len(world.sandbox.writes()), len(world.sandbox.inbox)
    world.sandbox.clock.advance(timedelta(seconds=LEASE + 1))
    assert sync(app).converged
    assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == before


@pytest.mark.long
def test_workers_that_are_killed_and_frozen_leave_one_of_everything(tmp_path: Path, url: str) -> None:
    with a_fleet(tmp_path / "night", url) as fleet:
        cancelled = a_night(fleet, seed=1, rounds=3)
        judge(fleet, cancelled, 3)
        assert (fleet.killed, fleet.frozen) == (2, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 6))
def test_a_long_night(tmp_path: Path, url: str, seed: int) -> None:
    with a_fleet(tmp_path / "night", url) as fleet:
        cancelled = a_night(fleet, seed, rounds=15)
        judge(fleet, cancelled, 15)
        print(f"{fleet.killed} killed, {fleet.frozen} frozen, {len(fleet.world.sandbox.calls)} calls")

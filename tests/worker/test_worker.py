"""The standing process: signals, systemd, exit codes. Engines here are stand-ins, except in the last test."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from hybrid_sync.worker import Notifier, run_worker

START = datetime(2027, 6, 9, 8, 0, tzinfo=UTC)
PATIENCE = 120
"""Seconds for what must come about; a busy machine may take its time."""


class Engine:
    """Waits for `stop`. `beat` is its heartbeat; `left` are the passes that it cannot end."""

    def __init__(self, stop: Event, left: tuple[str, ...] = ()) -> None:
        self.stop = stop
        self.left = left
        self.beat = START
        self.stop_after: timedelta | None = None

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        self.stop_after = stop_after
        self.stop.wait(PATIENCE if stop_after is None else stop_after.total_seconds())
        return self.left

    def heartbeat(self) -> datetime:
        return self.beat


class Ear:
    """The socket that systemd would hold."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.settimeout(PATIENCE)
        self.address = address

    def hears(self) -> str:
        return self._socket.recv(100).decode()

    def rest(self) -> list[str]:
        """Everything that has come and was not heard yet."""
        heard: list[str] = []
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                heard.append(self._socket.recv(100).decode())
        return heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    ear = Ear(str(tmp_path / "notify"))
    yield ear
    ear.close()


def run(engine: Engine, environ: dict[str, str] | None = None, **options: object) -> int:
    settings = {
        "stop": engine.stop,
        "clock": lambda: START,
        "poll": timedelta(seconds=5),
        "install_signals": False,
        "environ": environ or {},
    }
    return run_worker(engine, **(settings | options))  # type: ignore[arg-type]


def test_it_ends_by_itself_after_the_time_it_was_given() -> None:
    engine = Engine(Event())
    assert run(engine, stop_after=timedelta(milliseconds=10)) == 0
    assert engine.stop_after == timedelta(milliseconds=10)
    assert engine.stop.is_set()


def test_passes_that_did_not_end_in_time_make_the_exit_code_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert run(Engine(Event(), left=("water",)), stop_after=timedelta(0)) == 1
    assert "with 1 passes still running" in caplog.text


def test_one_line_is_logged_at_the_start_and_one_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    run(Engine(Event()), stop_after=timedelta(0))
    assert [record.action for record in caplog.records] == ["worker.start", "worker.end"]  # type: ignore[attr-defined]


def test_systemd_hears_ready_watchdog_and_stopping_in_that_order(ear: Ear) -> None:
    engine = Engine(Event())
    environ = {"NOTIFY_SOCKET": ear.address, "WATCHDOG_USEC": "60000", "WATCHDOG_PID": str(os.getpid())}
    thread = Thread(target=run, args=(engine, environ))
    thread.start()
    assert ear.hears() == "READY=1"
    assert ear.hears() == "WATCHDOG=1"
    engine.stop.set()
    thread.join(PATIENCE)
    assert ear.rest()[-1] == "STOPPING=1"


def test_an_engine_that_stands_still_is_not_vouched_for(ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine(Event())
    engine.beat = START - timedelta(seconds=31)
    environ = {"NOTIFY_SOCKET": ear.address, "WATCHDOG_USEC": "30000"}
    looks = count()

    def clock() -> datetime:
        if next(looks) == 5:
            engine.stop.set()
        return START

    run(engine, environ, clock=clock)
    assert ear.rest() == ["READY=1", "STOPPING=1"]
    assert caplog.text.count("the engine stands still") == 1


def test_a_watchdog_that_is_meant_for_another_process_is_left_alone(ear: Ear) -> None:
    environ = {"NOTIFY_SOCKET": ear.address, "WATCHDOG_USEC": "10000", "WATCHDOG_PID": "1"}
    run(Engine(Event()), environ, stop_after=timedelta(seconds=0.1))
    assert ear.rest() == ["READY=1", "STOPPING=1"]


def test_abstract_socket_addresses_are_understood() -> None:
    ear = Ear(f"@hybrid-sync-test-{os.getpid()}")
    Notifier({"NOTIFY_SOCKET": ear.address})("READY=1")
    assert ear.hears() == "READY=1"
    ear.close()


def test_a_deaf_systemd_is_said_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    environ = {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "30000"}
    assert run(Engine(Event()), environ, stop_after=timedelta(seconds=0.1)) == 0
    assert caplog.text.count("systemd does not hear us") == 1


def test_handlers_are_given_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    run(Engine(Event()), stop_after=timedelta(0), install_signals=True)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


PROCESS = """
    import logging, sys, time
    from datetime import UTC, datetime, timedelta
    from threading import Event
    from hybrid_sync.worker import run_worker

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    stop, grace = Event(), float(sys.argv[1])

    class Engine:
        def run(self, stop_after=None):
            print("running", flush=True)
            stop.wait()
            print("ending", flush=True)
            time.sleep(grace)
            return ()
        def heartbeat(self):
            return datetime.now(UTC)

    sys.exit(run_worker(Engine(), stop=stop, clock=lambda: datetime.now(UTC), poll=timedelta(seconds=1)))
"""


def start(grace: float, code: str = PROCESS, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code), str(grace), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environ,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    return process


def ended(process: subprocess.Popen[str]) -> str:
    """What it wrote to standard error until it ended. One that does not end says where its threads stand."""
    try:
        return process.communicate(timeout=PATIENCE)[1]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        pytest.fail(f"it did not end within {PATIENCE} s: {process.communicate()[1]}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_ends_cleanly(number: signal.Signals, ear: Ear) -> None:
    process = start(0.1, NOTIFY_SOCKET=ear.address)
    assert ear.hears() == "READY=1"
    process.send_signal(number)
    words = ended(process)
    assert process.returncode == 0
    assert f"{number.name}: finishing what is under way" in words
    assert "worker ended" in words
    assert ear.rest() == ["STOPPING=1"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_second_signal_ends_at_once(number: signal.Signals) -> None:
    process = start(600)
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    assert process.stdout.readline() == "ending\n"
    process.send_signal(number)
    ended(process)
    assert process.returncode == -number


ASIDE = """
    import os, signal, sys, time
    from datetime import UTC, datetime, timedelta
    from threading import Event, Thread, get_ident
    from hybrid_sync.worker import run_worker

    stop, how = Event(), sys.argv[2]
    out, _ = os.pipe()

    def signals():
        time.sleep(0.3)  # by then the main thread waits
        for _ in range(1 if how == "once" else 2):
            signal.pthread_kill(get_ident(), signal.SIGTERM)

    class Engine:
        def run(self, stop_after=None):
            print("running", flush=True)
            Thread(target=signals).start()
            if how == "once":
                stop.wait()
            else:
                os.read(out, 1)  # nothing ever comes, and no signal arrives in this thread
            return ()
        def heartbeat(self):
            return datetime.now(UTC)

    sys.exit(run_worker(Engine(), stop=stop, clock=lambda: datetime.now(UTC), poll=timedelta(seconds=1)))
"""


@pytest.mark.parametrize(("how", "code"), [("once", 0), ("twice", 128 + signal.SIGTERM)])
def test_a_signal_that_the_kernel_hands_to_another_thread_ends_it_too(how: str, code: int) -> None:
    """As it may after SIGSTOP and SIGCONT: the main thread is not woken, so that no Python handler runs."""
    process = start(0, ASIDE, how)
    ended(process)
    assert process.returncode == code


REAL = """
    import sys
    from datetime import UTC, datetime, timedelta
    from threading import Event
    from hybrid_sync.adapters.sql import open_store
    from hybrid_sync.engine.embedded import EmbeddedEngine
    from hybrid_sync.worker import run_worker

    stop, clock = Event(), lambda: datetime.now(UTC)
    engine = EmbeddedEngine(
        open_store("sqlite:///" + sys.argv[2], clock=clock, create=True), lambda lease: None, clock, owner="me",
        poll_seconds=0.2, concurrency=1, lease=timedelta(seconds=30), stop=stop, chance=lambda: 0.5,
    )
    print("running", flush=True)
    sys.exit(run_worker(engine, stop=stop, clock=clock, poll=timedelta(seconds=0.2)))
"""


def test_the_real_engine_ends_on_sigterm(tmp_path: Path, ear: Ear) -> None:
    process = start(0, REAL, str(tmp_path / "store.db"), NOTIFY_SOCKET=ear.address)
    assert ear.hears() == "READY=1"
    process.send_signal(signal.SIGTERM)
    words = ended(process)
    assert (process.returncode, words) == (0, "")

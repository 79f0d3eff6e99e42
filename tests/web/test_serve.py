"""The web beside the worker, over real sockets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import httpx
import pytest

from hybrid_sync.errors import SettingsError
from hybrid_sync.settings import Settings
from hybrid_sync.web.serve import Engine, refuse_open_door, serve
from tests.web.house import JOIN_URL, House

MakeHouse = Callable[..., House]
PATIENCE = 120
"""Seconds for what must come about; a busy machine may take its time."""


class Waits:
    """An engine of no work."""

    def __init__(self, stop: Event) -> None:
        self.stop = stop
        self.ran = False

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        self.ran = True
        self.stop.wait(PATIENCE)
        return ()

    def heartbeat(self) -> datetime:
        return datetime(2020, 1, 1, tzinfo=UTC)


def test_people_are_let_in_while_the_engine_runs_and_both_end_together(a_house: MakeHouse) -> None:
    house, stop = a_house(), Event()
    engine = Waits(stop)
    addresses: list[str] = []

    def run(running: Engine) -> int:
        assert running is engine
        with httpx.Client(base_url=addresses[0], timeout=PATIENCE) as client:
            assert client.get(house.path).status_code == 200
            answer = client.post(house.path)
            assert (answer.status_code, answer.headers["location"]) == (303, JOIN_URL)
            assert "server" not in answer.headers
            assert client.get("/livez").status_code == 503  # its heartbeat is years old
        stop.set()
        running.run()
        return 0

    assert serve(house.app, engine, run, stop=stop, host="127.0.0.1", port=0, ready=addresses.append) == 0
    assert engine.ran
    with pytest.raises(httpx.ConnectError):
        httpx.get(addresses[0])


def test_pages_are_served_without_a_worker_too(a_house: MakeHouse) -> None:
    house, stop = a_house(), Event()
    addresses: list[str] = []

    def run(standing: Engine) -> int:
        assert httpx.get(f"{addresses[0]}/livez", timeout=PATIENCE).json() == {"status": "ok"}
        assert standing.run(timedelta(milliseconds=1)) == ()
        assert standing.heartbeat() == house.clock()
        return 0

    assert serve(house.app, None, run, stop=stop, host="::1", port=0, ready=addresses.append) == 0
    assert addresses[0].startswith("http://[::1]:")


def test_the_workers_exit_code_is_handed_on_and_the_web_ends_when_it_fails(a_house: MakeHouse) -> None:
    house, stop = a_house(), Event()
    assert serve(house.app, Waits(stop), lambda engine: 1, stop=stop, host="127.0.0.1", port=0) == 1
    assert stop.is_set()

    def fails(engine: Engine) -> int:
        raise RuntimeError("no engine")

    with pytest.raises(RuntimeError):
        serve(house.app, Waits(stop), fails, stop=Event(), host="127.0.0.1", port=0)


def test_a_web_server_that_breaks_down_stops_the_worker(
    a_house: MakeHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise OSError("no more files")

    monkeypatch.setattr("hybrid_sync.web.serve._Server.run", breaks)
    house, stop = a_house(), Event()

    def run(engine: Engine) -> int:
        engine.run()
        return 0

    assert serve(house.app, Waits(stop), run, stop=stop, host="127.0.0.1", port=0) == 1
    assert "the web server broke down" in caplog.text


def test_a_port_in_use_is_told_in_one_sentence(a_house: MakeHouse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            SettingsError, match=f"cannot listen on 127.0.0.1 port {port}: Address already in use"
        ):
            serve(a_house().app, None, lambda engine: 0, stop=Event(), host="127.0.0.1", port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "events.example.org", ""])
def test_an_address_open_to_others_needs_a_long_secret(host: str) -> None:
    for secret in (None, "x" * 31):
        with pytest.raises(SettingsError, match="secret of at least 32 characters"):
            refuse_open_door(Settings.model_validate({"web": {"secret": secret}}), host)
    refuse_open_door(Settings.model_validate({"web": {"secret": "x" * 32}}), host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_needs_none(host: str) -> None:
    refuse_open_door(Settings(), host)


PROCESS = """
    import sys
    from datetime import timedelta
    from functools import partial
    from pathlib import Path
    from threading import Event
    from hybrid_sync.engine.embedded import EmbeddedEngine
    from hybrid_sync.web.serve import serve
    from hybrid_sync.wiring import clock_at
    from hybrid_sync.worker import run_worker
    from tests.web.house import build_house

    app, stop, clock = build_house(Path(sys.argv[1])).app, Event(), clock_at(None)
    app.clock = clock
    poll = timedelta(seconds=0.2)
    engine = EmbeddedEngine(
        app.store, lambda lease: None, clock, owner="me", poll_seconds=0.2, concurrency=1,
        lease=timedelta(seconds=30), stop=stop, chance=lambda: 0.5,
    )
    class Says:
        def run(self, stop_after=None):
            print("working", flush=True)
            return engine.run(stop_after)
        heartbeat = staticmethod(engine.heartbeat)

    run = partial(run_worker, stop=stop, clock=clock, poll=poll)
    say = partial(print, flush=True)
    sys.exit(serve(app, Says(), run, stop=stop, host="127.0.0.1", port=0, ready=say))
"""


def test_worker_and_web_in_one_process_end_on_sigterm(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROCESS), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert process.stdout.readline() == "working\n"
    for path in ("/livez", "/readyz"):
        assert httpx.get(address + path, timeout=PATIENCE).json() == {"status": "ok"}
    process.send_signal(signal.SIGTERM)
    _, words = process.communicate(timeout=PATIENCE)
    assert (process.returncode, words) == (0, "")

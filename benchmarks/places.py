"""The sandbox with the latencies of real services, and the service pointed at it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions
from hybrid_sync.settings import Settings
from hybrid_sync.sync.organising import NewPerson
from hybrid_sync.wiring import App, build

EVENT_ID = "water"
TITLE = "Clean water for all"
LEASE_SECONDS = 20
"""How long an event belongs to a worker that died; by default 180, and a killed run would mostly measure that."""
SECRET = "of-no-use-outside-benchmarks-0123456789"


@dataclass(frozen=True)
class Latency:
    """Seconds that each outside call takes: a Webex call, a Graph call, an SMTP connection with TLS and sign-in, a mail."""

    webex: float = 0.3
    graph: float = 0.2
    connect: float = 0.15
    mail: float = 0.08

    def of(self, calls: Counter[str]) -> float:
        """What these calls take one after another."""
        return sum(getattr(self, kind) * count for kind, count in calls.items())


NONE = Latency(0, 0, 0, 0)


class Places:
    """A sandbox in this process, a folder with the service's store, and what came to pass."""

    def __init__(self, folder: Path, latency: Latency = NONE, lease: float = LEASE_SECONDS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.latency = latency
        self.lease = lease
        self.sandbox = Sandbox(options=SandboxOptions())
        self.sandbox.start()
        rules = [
            ("*", "/v1/*", latency.webex),
            ("*", "/graph/*", latency.graph),
            # The sandbox keeps no call for a connection: its rule counts them, so there always is one.
            ("CONNECT", "*", latency.connect or 1e-9),
            ("DATA", "*", latency.mail),
        ]
        for method, path, seconds in rules:
            if seconds:
                self.sandbox.faults.add(
                    Fault(method=method, path=path, times=None, delay=seconds, delay_at="before")
                )
        self._apps: list[App] = []

    def close(self) -> None:
        for app in self._apps:
            app.close()
        self.sandbox.stop()

    @property
    def starts(self) -> datetime:
        """A month from now, at ten in Brussels."""
        day = datetime.now(UTC) + timedelta(days=30)  # noqa: TID251
        return datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Europe/Brussels"))

    def settings(self, url: str | None = None) -> dict[str, dict[str, Any]]:
        box = self.sandbox
        return {
            "service": {"base_url": "https://events.example.org"},
            "store": {"url": url or f"sqlite:///{self.folder}/store.db"},
            "engine": {"poll_seconds": 1, "lease_seconds": self.lease},
            "webex": {
                "base_url": box.webex_url,
                "access_token": box.webex_token,
                "requests_per_minute": 100_000,
            },
            "graph": {
                "enabled": True,
                "base_url": box.graph_url,
                "access_token": box.graph_token,
                "mailbox": box.mailbox,
                "room_mailbox": box.room_mailbox,
            },
            "mail": {
                "host": box.smtp_host,
                "port": box.smtp_port,
                "security": "none",
                "from_address": box.mailbox,
                "messages_per_minute": 100_000,
            },
            "web": {"secret": SECRET},
        }

    def app(self) -> App:
        """The service in this process."""
        app = build(Settings.model_validate(self.settings()), create_database=True)
        self._apps.append(app)
        return app

    def record(self, people: int) -> App:
        """The event and its people in the store, nothing published yet."""
        app = self.app()
        wall = self.starts.replace(tzinfo=None)
        app.desk.import_event(
            Event(
                EVENT_ID, TITLE, local_time(wall), local_time(wall + timedelta(minutes=90)), city="Brussels"
            )
        )
        app.desk.register(
            EVENT_ID, [NewPerson(row["email"], row["first_name"], row["last_name"]) for row in rows(people)]
        )
        return app

    # --- processes ---

    def worker(self) -> Process:
        """`hybrid-sync worker`, standing."""
        return Process(
            [sys.executable, "-m", "hybrid_sync", "worker"], self.folder, environment(self.settings())
        )

    def plain_script(self, people: int) -> Process:
        """The script of people today, on the same outside."""
        box, ends = self.sandbox, self.starts + timedelta(minutes=90)
        told = {
            "title": TITLE,
            "starts": self.starts.isoformat(),
            "ends": ends.isoformat(),
            "webex_url": box.webex_url,
            "webex_token": box.webex_token,
            "graph_url": box.graph_url,
            "graph_token": box.graph_token,
            "mailbox": box.mailbox,
            "room_mailbox": box.room_mailbox,
            "smtp_host": box.smtp_host,
            "smtp_port": box.smtp_port,
        }
        (self.folder / "places.json").write_text(json.dumps(told))
        with (self.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["email", "first_name", "last_name"])
            writer.writeheader()
            writer.writerows(rows(people))
        script = Path(__file__).with_name("plain_script.py")
        return Process(
            [sys.executable, str(script), "places.json", "people.csv"], self.folder, dict(os.environ)
        )

    # --- what came to pass ---

    def calls(self) -> Counter[str]:
        """Outside calls by kind: webex, graph, connect, mail."""
        found: Counter[str] = Counter()
        for call in self.sandbox.calls:
            kind = (
                "webex"
                if call.path.startswith("/v1/")
                else "graph"
                if call.path.startswith("/graph/")
                else "mail"
            )
            found[kind] += call.route != "smtp" or call.method == "DATA"
        found["connect"] = sum(
            rule["hits"] for rule in self.sandbox.faults.show() if rule["method"] == "CONNECT"
        )
        return found

    def webex_routes(self) -> Counter[str]:
        return Counter(
            f"{call.method} {call.route}" for call in self.sandbox.calls if call.path.startswith("/v1/")
        )

    def invited(self) -> Counter[str]:
        """Different invitations by recipient: a byte-identical copy of one UID and SEQUENCE is one entry in a calendar."""
        seen = {(mail.recipients[0], mail.uid, mail.sequence) for mail in self.sandbox.inbox}
        return Counter(recipient for recipient, _, _ in seen)


class Process:
    """A child whose time and highest memory are known."""

    def __init__(self, command: list[str], folder: Path, values: dict[str, str]) -> None:
        self._log = (folder / "process.log").open("ab")
        self._child = subprocess.Popen(command, stdout=self._log, stderr=self._log, cwd=folder, env=values)

    def running(self) -> bool:
        self._note_peak()
        return self._child.poll() is None

    def peak(self) -> float:
        """The highest resident size so far, in MB; 0 where the system does not tell (it is read from /proc)."""
        self._note_peak()
        return self._peak

    def _note_peak(self) -> None:
        try:
            status = Path(f"/proc/{self._child.pid}/status").read_text()
        except OSError:
            return
        found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
        if found:
            self._peak = int(found[0]) / 1024

    def kill(self) -> None:
        """As a power cut does it."""
        self._child.send_signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        self._child.send_signal(signal.SIGTERM)
        self.wait()

    def wait(self) -> None:
        self._child.wait()
        self._log.close()


def environment(settings: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The environment of a process with these settings and no others of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HYBRID_SYNC_")}
    return clean | {
        f"HYBRID_SYNC_{section}__{key}".upper(): str(value)
        for section, keys in settings.items()
        for key, value in keys.items()
    }


def rows(count: int) -> list[dict[str, str]]:
    return [
        {
            "email": f"person{number:05}@example.org",
            "first_name": f"First{number}",
            "last_name": f"Last{number}",
        }
        for number in range(count)
    ]


def until(done: Callable[[], bool], seconds: float, what: str) -> float:
    """Look until `done`; how long it took. Raises TimeoutError: a benchmark that hangs is a fault, not a figure."""
    began = time.perf_counter()
    while not done():
        if time.perf_counter() - began > seconds:
            raise TimeoutError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.02)  # noqa: TID251
    return time.perf_counter() - began


@contextmanager
def places(folder: Path, latency: Latency = NONE, lease: float = LEASE_SECONDS) -> Iterator[Places]:
    found = Places(folder, latency, lease)
    try:
        yield found
    finally:
        found.close()

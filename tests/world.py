"""The service over real sockets against the sandbox, with one clock for both and a store on disk."""

from __future__ import annotations

import copy
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.domain.people import Registrant
from hybrid_sync.sandbox import Sandbox, SandboxOptions
from hybrid_sync.settings import Settings
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.organising import NewPerson
from hybrid_sync.sync.outcome import Outcome
from hybrid_sync.wiring import App, build
from tests.adapters.sql.postgres_server import unhurried
from tests.builders import NOW, an_event

SECRET = "a-secret-of-more-than-thirty-two-characters"


def outside(**options: Any) -> SandboxOptions:
    """A sandbox whose room takes two events at once, as a room mailbox can be set to: tests of how events do not hold
    each other up have them at the same hour, and that a room declines has tests of its own.
    """
    return SandboxOptions(**{"room_double_booked": "accepted", **options})


@cache
def empty_database() -> bytes:
    """A SQLite file with today's schema and nothing in it. Making one takes a tenth of a second, and most tests need one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.db"
        open_store(f"sqlite:///{file}", create=True).close()
        return file.read_bytes()


@dataclass(frozen=True)
class Moment:
    """Everything that the outside and the store held at one time."""

    now: datetime
    outside: dict[str, Any]
    store: bytes


class World:
    """A sandbox, a store, and apps that come and go like processes. Time stands where the sandbox's clock stands."""

    def __init__(
        self, folder: Path, options: SandboxOptions | None = None, now: datetime = NOW, url: str | None = None
    ) -> None:
        self.sandbox = Sandbox(options=options or outside())
        self.url = url or f"sqlite:///{folder}/store.db"
        self.now = now
        self.apps: list[App] = []

    def __enter__(self) -> Self:
        self.sandbox.start()
        self.sandbox.clock.set(self.now)
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self.sandbox.stop()

    def settings(self, **sections: dict[str, Any]) -> Settings:
        data: dict[str, dict[str, Any]] = {
            "service": {"base_url": "https://events.example.org", "name": "InfoPoint"},
            "store": {"url": unhurried(self.url)},
            "engine": {"settle_seconds": 30, "lease_seconds": 60},
            "webex": {
                "base_url": self.sandbox.webex_url,
                "access_token": self.sandbox.webex_token,
                "requests_per_minute": 100_000,
            },
            "graph": {
                "enabled": True,
                "base_url": self.sandbox.graph_url,
                "access_token": self.sandbox.graph_token,
                "mailbox": self.sandbox.mailbox,
                "room_mailbox": self.sandbox.room_mailbox,
            },
            "mail": {
                "host": self.sandbox.smtp_host,
                "port": self.sandbox.smtp_port,
                "security": "none",
                "from_address": "events@example.org",
                "messages_per_minute": 100_000,
            },
            "web": {"secret": SECRET},
        }
        for section, keys in sections.items():
            data[section] = data.get(section, {}) | keys
        return Settings.model_validate(data)

    def app(self, settings: Settings | None = None, **options: Any) -> App:
        if self.url.startswith("sqlite:///") and not self._file.exists():
            self._file.touch(mode=0o600)
            self._file.write_bytes(empty_database())
        app = build(
            settings or self.settings(), clock=self.sandbox.clock.now, create_database=True, **options
        )
        self.apps.append(app)
        return app

    # --- going back ---

    def moment(self) -> Moment:
        """To go back to. Nothing may be at work, and without faults, which are not kept."""
        self._close()
        state = self.sandbox.state
        with state.lock:
            held = copy.deepcopy({name: value for name, value in vars(state).items() if name != "lock"})
        return Moment(self.sandbox.clock.now(), held, self._kept())

    def back_to(self, moment: Moment) -> None:
        """Everything is again as it was, also for those who hold the sandbox's state."""
        self._close()
        self._put_back(moment.store)
        with self.sandbox.state.lock:
            vars(self.sandbox.state).update(copy.deepcopy(moment.outside))
        self.sandbox.faults.clear()
        self.sandbox.clock.set(moment.now)

    def _kept(self) -> bytes:
        """The store, for `_put_back`. SQLite here; tests/sync/privacy_kit.py has PostgreSQL."""
        return self._file.read_bytes()

    def _put_back(self, store: bytes) -> None:
        self._file.write_bytes(store)
        for beside in ("-journal", "-wal", "-shm"):
            self._file.with_name(self._file.name + beside).unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        assert self.url.startswith("sqlite:///")
        return Path(self.url.removeprefix("sqlite:///"))

    def _close(self) -> None:
        for app in self.apps:
            app.close()
        self.apps.clear()

    # --- what the outside holds ---

    def meetings(self) -> list[Any]:
        return list(self.sandbox.state.meetings.values())

    def registrant_emails(self) -> Counter[str]:
        """Every registration in every meeting, by address."""
        return Counter(
            registrant.email.casefold()
            for meeting in self.meetings()
            for registrant in meeting.registrants.values()
        )

    def calendar_entries(self) -> list[Any]:
        return [event for event in self.sandbox.state.events.values() if not event.cancelled]

    def mails(self) -> Counter[tuple[str, str]]:
        """Different messages that arrived, by recipient and kind; a byte-identical copy counts once."""
        seen = {message.message_id: message for message in self.sandbox.inbox}
        return Counter((message.recipients[0], message.kind) for message in seen.values())


def publish(app: App, *people: NewPerson, **changes: Any) -> None:
    """The usual event with these people, published and due."""
    app.desk.import_event(an_event(**changes))
    app.desk.publish("water")
    if people:
        app.desk.register("water", people)


def online(name: str) -> NewPerson:
    return NewPerson(f"{name}@example.org", name.capitalize(), "Example")


def sync(app: App, **options: Any) -> Report:
    return app.converge.event("water", **options)


def news(report: Report) -> list[Outcome]:
    """What a pass did or found, without what is only due later."""
    return [outcome for outcome in report.outcomes if outcome.result != "scheduled"]


def person(app: App, name: str) -> Registrant:
    with app.store.read() as tx:
        found = tx.people.find("water", f"{name}@example.org")
    assert found is not None
    return found


def crowd(count: int) -> list[NewPerson]:
    """`count` people online: p000, p001, ..."""
    return [online(f"p{number:03}") for number in range(count)]


def until_calm(world: World, app: App, most: int = 8) -> Report:
    """Pass after pass, each when the last one said that it is due, until nothing is left to do."""
    for _ in range(most):
        report = sync(app)
        if report.converged:
            return report
        now = world.sandbox.clock.now()
        world.sandbox.clock.set(max(report.next_due or now, now) + timedelta(seconds=31))
    return report

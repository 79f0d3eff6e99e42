"""Death at every numbered point while somebody is erased, before the event, after it, and when everybody's time is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import URL

from hybrid_sync.adapters.sql.privacy import SqlPrivacy
from hybrid_sync.domain.events import Event, Speaker
from hybrid_sync.sync.erase import EraseStep
from tests.adapters.sql.postgres_server import postgres_server
from tests.builders import NOW, utc
from tests.sync.crash_kit import Life, failures, prepared
from tests.sync.privacy_kit import PostgresWorld, places
from tests.world import World, online, outside, publish, sync

ADA = "ada@example.org"
ANA = Speaker("Ana Lima", email="ana@example.org")
PHASES = ["coming", "past", "speaker", "all"]


class PrivateLife(Life):
    """What is asked for in each phase, and what must be true at the end of it."""

    def __init__(self, folder: Path, phase: str) -> None:
        super().__init__(folder, phase)
        self.world = World(folder, outside(series_kept_days=400))

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.world.app()
        publish(app, online("ada"), online("bob"), speakers=(ANA,))
        sync(app)
        if self.phase != "coming":
            self.happen()
            sync(app)
        if self.phase == "all":
            # Attendance comes to rest first.
            for day in ("2027-06-10 10:00", "2027-06-16 10:00"):
                self.world.sandbox.clock.set(utc(day))
                sync(app)
            # A day more than 180 days later; Webex still has the meeting.
            self.world.sandbox.clock.set(utc("2027-12-07 12:00"))
            assert app.retention.purge().events == ("water",)
        else:
            app.privacy.erase("ana@example.org" if self.phase == "speaker" else ADA)
        app.close()

    def _counts(self) -> list[str]:
        app = self.world.app()
        gone = {
            "speaker": ["ana@example.org", "Ana Lima"],
            # The published programme keeps its names.
            "all": [ADA, "Ada Ex", "bob@example.org", "ana@example.org"],
        }.get(self.phase, [ADA, "Ada Ex"])
        found = [f"still named in {place}" for place in places(app, *gone)]
        left = {"all": {}, "speaker": {ADA: 1, "bob@example.org": 1}}.get(self.phase, {"bob@example.org": 1})
        [meeting] = self.world.meetings()
        roles = [one.email for one in meeting.invitees.values()]
        if roles != ([] if self.phase in ("speaker", "all") else ["ana@example.org"]):
            found.append(f"with a role: {roles}")
        if self.world.registrant_emails() != left:
            found.append(f"registered: {self.world.registrant_emails()}")
        if self._by_kind("cancellation") != ({"ada": 1} if self.phase == "coming" else {}):
            found.append(f"cancelled: {self._by_kind('cancellation')}")
        with app.store.read() as tx:
            lines = [line for line in tx.audit.of("water") if line.what == "privacy.purge"]
            rows = len(tx.people.of("water"))
        if len(lines) != 1 or rows != 2:
            found.append(f"{len(lines)} lines of proof, {rows} rows")
        app.close()
        return found


class PostgresLife(PrivateLife):
    """The same with another store."""

    server: ClassVar[URL]

    def __init__(self, folder: Path, phase: str) -> None:
        super().__init__(folder, phase)
        self.world = PostgresWorld(folder, outside(series_kept_days=400), self.server)


@pytest.fixture(scope="module")
def postgres() -> Iterator[type[PostgresLife]]:
    with postgres_server() as server:
        PostgresLife.server = server
        yield PostgresLife


@pytest.mark.parametrize("phase", PHASES)
def test_wherever_it_dies_they_are_gone_outside_and_here_and_told_once(tmp_path: Path, phase: str) -> None:
    with prepared(tmp_path / "life", phase, PrivateLife) as run:
        trace, wrong = run(None)
        assert wrong == []
        removal = "DELETE /v1/meetingInvitees" if phase == "speaker" else "bulkDelete"
        assert any(removal in name for name in trace)
        assert failures(run, trace) == {}


@pytest.mark.parametrize(
    "every",
    [pytest.param(5, id="sample"), pytest.param(1, marks=pytest.mark.long, id="all")],
)
@pytest.mark.parametrize("phase", PHASES)
def test_on_postgresql_it_is_the_same(
    tmp_path: Path, phase: str, every: int, postgres: type[PostgresLife]
) -> None:
    with prepared(tmp_path / "life", phase, postgres) as run:
        trace, wrong = run(None)
        assert wrong == []
        # The first phase has by far the most points, most of them mails: half of its sample. Each begins elsewhere.
        step = 2 * every if phase == "coming" and every > 1 else every
        assert failures(run, trace, range(PHASES.index(phase) % step, len(trace), step)) == {}


def test_erasing_here_before_it_is_gone_outside_would_leave_them_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: rows first, and Webex keeps whoever was to go."""
    remove = EraseStep._remove_outside
    scrub = SqlPrivacy.scrub

    def first(self: EraseStep, event: Event, wish: object) -> None:
        with self._store.begin() as tx:
            scrub(tx.privacy, event.id, wish.veil, NOW)  # type: ignore[arg-type, attr-defined]
        remove(self, event, wish)  # type: ignore[arg-type]

    monkeypatch.setattr(EraseStep, "_remove_outside", first)
    with prepared(tmp_path / "life", "past", PrivateLife) as run:
        trace, wrong = run(None)
        assert wrong == []
        removal = next(
            number for number, name in enumerate(trace) if "before POST" in name and "bulkDelete" in name
        )
        _, wrong = run(removal)
    assert any(words.startswith("registered") for words in wrong)

"""Death at every numbered point while somebody is erased, before the event, after it, and when everybody's time is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybrid_sync.adapters.sql.privacy import SqlPrivacy
from hybrid_sync.sync.erase import EraseStep
from tests.builders import NOW, utc
from tests.sync.privacy_kit import places
from tests.sync.test_crash import Life, schedule
from tests.world import World, online, outside, publish, sync

ADA = "ada@example.org"
PHASES = ["coming", "past", "all"]


class PrivateLife(Life):
    """What is asked for in each phase, and what must be true at the end of it."""

    def __init__(self, folder: Path, phase: str) -> None:
        super().__init__(folder, phase)
        self.world = World(folder, outside(series_kept_days=400))

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.world.app()
        publish(app, online("ada"), online("bob"))
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
            assert app.privacy.purge().events == ("water",)
        else:
            app.privacy.erase(ADA)
        app.close()

    def _counts(self) -> list[str]:
        app = self.world.app()
        gone = [ADA, "Ada Ex", "bob@example.org"] if self.phase == "all" else [ADA, "Ada Ex"]
        found = [f"still named in {place}" for place in places(app, *gone)]
        left = {} if self.phase == "all" else {"bob@example.org": 1}
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


@pytest.mark.parametrize("phase", PHASES)
def test_wherever_it_dies_they_are_gone_outside_and_here_and_told_once(tmp_path: Path, phase: str) -> None:
    trace, wrong = schedule(tmp_path / "clean", phase, None, PrivateLife)
    assert wrong == []
    assert any("bulkDelete" in name for name in trace)
    failures = {}
    for number, name in enumerate(trace):
        _, wrong = schedule(tmp_path / f"{number}", phase, number, PrivateLife)
        if wrong:
            failures[f"{number:02} {name}"] = wrong
    assert failures == {}


def test_erasing_here_before_it_is_gone_outside_would_leave_them_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: rows first, and Webex keeps whoever was to go."""
    remove = EraseStep._remove_outside
    scrub = SqlPrivacy.scrub

    def first(self: EraseStep, event_id: str, wish: object) -> None:
        with self._store.begin() as tx:
            scrub(tx.privacy, event_id, wish.veil, NOW)  # type: ignore[arg-type, attr-defined]
        remove(self, event_id, wish)  # type: ignore[arg-type]

    monkeypatch.setattr(EraseStep, "_remove_outside", first)
    trace, wrong = schedule(tmp_path / "clean", "past", None, PrivateLife)
    assert wrong == []
    removal = next(
        number for number, name in enumerate(trace) if "before POST" in name and "bulkDelete" in name
    )
    _, wrong = schedule(tmp_path / "dead", "past", removal, PrivateLife)
    assert any(words.startswith("registered") for words in wrong)

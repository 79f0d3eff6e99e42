"""Death at every numbered point while people are added and approved, rejected, removed, readdressed, taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.settings import Settings
from tests.builders import NOW
from tests.sync.crash_kit import Life, failures, prepared
from tests.world import World, online, publish, sync

PHASES = ["adding", "deciding", "pulling", "readdressing"]


class WaitingWorld(World):
    """A meeting whose form keeps everybody waiting, and a service that takes strangers over."""

    def settings(self, **sections: dict[str, Any]) -> Settings:
        webex = {"auto_accept": False, "direct_registrants": "pull"} | sections.pop("webex", {})
        return super().settings(webex=webex, **sections)


class RegistrantLife(Life):
    """What is to be done in each phase, and what must stand in Webex at the end of it."""

    def __init__(self, folder: Path, phase: str) -> None:
        super().__init__(folder, phase)
        self.world = WaitingWorld(folder)

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.world.app()
        publish(app, online("ada"), online("bob"))
        sync(app)
        if self.phase == "adding":
            app.desk.register("water", [online("eve"), online("zoe")])
        elif self.phase == "deciding":
            app.desk.register("water", [online("eve"), online("zoe")], approve=False)
            for name in ("eve", "zoe"):
                self.by_hand(name, "pending")
            app.desk.set_status("water", "eve@example.org", RegistrantStatus.APPROVED)
            app.desk.set_status("water", "zoe@example.org", RegistrantStatus.REJECTED)
            app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
        elif self.phase == "readdressing":
            app.desk.readdress("water", "ada@example.org", "ana@example.org")
        else:
            self.by_hand("eve", "approved")
            self.by_hand("zoe", "pending")
        app.close()

    def by_hand(self, name: str, status: str) -> None:
        [meeting] = self.world.meetings()
        [known] = [one for one in meeting.registrants.values() if one.email == "bob@example.org"]
        data = known.data | {"email": f"{name}@example.org", "firstName": name}
        held = type(known)(f"hand-{name}", status, known.registered_at, data)
        meeting.registrants[held.id] = held
        meeting.by_email[held.email] = held.id

    def _counts(self) -> list[str]:
        expected = {"ada": "approved", "bob": "approved"}
        if self.phase == "adding":
            expected |= {"eve": "approved", "zoe": "approved"}
        elif self.phase == "deciding":
            expected = {"bob": "approved", "eve": "approved", "zoe": "rejected"}
        elif self.phase == "readdressing":
            expected = {"ana": "approved", "bob": "approved"}
        else:
            expected |= {"eve": "approved", "zoe": "pending"}
        [meeting] = self.world.meetings()
        there = {one.email.partition("@")[0]: one.status for one in meeting.registrants.values()}
        found = [] if there == expected else [f"registered: {there}"]
        if len(meeting.registrants) != len(expected):
            found.append(f"{len(meeting.registrants)} registrations")
        invited = {name: 1 for name, status in expected.items() if status == "approved"} | {"ada": 1}
        if self._by_kind("invitation") != invited:
            found.append(f"invited: {self._by_kind('invitation')}")
        leaves = self.phase in ("deciding", "readdressing")
        if self._by_kind("cancellation") != ({"ada": 1} if leaves else {}):
            found.append(f"cancelled: {self._by_kind('cancellation')}")
        if self._by_kind("update"):
            found.append(f"updated: {self._by_kind('update')}")
        if self.world.sandbox.state.webex_mails:
            found.append("Webex mailed somebody")
        if leaves:
            app = self.world.app()
            with app.store.read() as tx:
                known = {person.key for person in tx.people.of("water")}
                left = set(tx.registrations.of("water")) - known
            app.close()
            if left:
                found.append(f"kept of addresses that nobody has: {left}")
        return found


def about_registrants(trace: list[str]) -> int:
    """How many points there are until everything about registrants is done; mails have tests of their own."""
    last = max(number for number, name in enumerate(trace) if "/registrants" in name)
    return min(len(trace), last + 6)


@pytest.mark.parametrize("phase", PHASES)
def test_wherever_it_dies_everybody_stands_in_webex_once_and_as_they_should(
    tmp_path: Path, phase: str
) -> None:
    with prepared(tmp_path / "life", phase, RegistrantLife) as run:
        trace, wrong = run(None)
        assert wrong == []
        assert {"adding": 2, "deciding": 3, "pulling": 0, "readdressing": 2}[phase] <= sum(
            "after POST" in name for name in trace
        )
        # A new address is told to two mailboxes, so there its mails are part of it.
        points = len(trace) if phase == "readdressing" else about_registrants(trace)
        assert failures(run, trace, range(points)) == {}

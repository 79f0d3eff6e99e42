"""The staff entry changes in every way at once, and the process dies round each call to Graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hybrid_sync.domain.events import Speaker
from hybrid_sync.wiring import App
from tests.builders import NOW
from tests.sync.crash_kit import Life, changed, failures, prepared
from tests.world import online, publish, sync

GRACE, HEDY = (Speaker(name.capitalize(), email=f"{name}@example.org") for name in ("grace", "hedy"))


class StaffLife(Life):
    """As the phase "changing" has it, with one speaker who goes and one who comes."""

    def app(self, **options: Any) -> App:
        graph = {"attendees": ("desk@hybrid.example",), "speakers": True}
        return self.world.app(self.world.settings(graph=graph), **options)

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.app()
        publish(app, online("ada"), online("bob"), speakers=(GRACE,))
        sync(app)
        changed(app)
        app.desk.edit("water", speakers=(HEDY,))
        app.close()
        self.world.sandbox.state.graph_mails.clear()

    def wrong(self) -> list[str]:
        found = super().wrong()
        [entry] = self.world.calendar_entries()
        names = {one["emailAddress"]["address"].partition("@")[0] for one in entry.data["attendees"]}
        if names != {"desk", "hedy", "room"}:
            found.append(f"on the list: {sorted(names)}")
        told = [(mail.kind, mail.to.partition("@")[0]) for mail in self.world.sandbox.state.graph_mails]
        for kind, name in (("invitation", "hedy"), ("cancellation", "grace")):
            if told.count((kind, name)) != 1:
                found.append(f"{told.count((kind, name))} times {kind} to {name}")
        if told.count(("update", "desk")) != 1:
            found.append(f"{told.count(('update', 'desk'))} updates to the desk")
        return found


def test_wherever_it_dies_near_graph_everybody_is_told_once(tmp_path: Path) -> None:
    with prepared(tmp_path / "life", "changing", StaffLife) as run:
        trace, wrong = run(None)
        assert wrong == []
        near = [number for number, name in enumerate(trace) if "/graph/" in name]
        points = sorted({number + step for number in near for step in (-1, 0, 1)} & set(range(len(trace))))
        assert len(points) > 10
        assert failures(run, trace, points) == {}

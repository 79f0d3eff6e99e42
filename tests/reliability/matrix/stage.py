"""Where a row of the matrix plays: a world with many events, passes over them, and what the organiser reads of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from hybrid_sync.domain.attention import steps_of, way_out
from hybrid_sync.sandbox.faults import Faults
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.outcome import Outcome
from hybrid_sync.wiring import App
from tests.builders import an_event
from tests.dovecot_server import Imap
from tests.reliability.matrix.kinds import hasty
from tests.reliability.matrix.spoiling_lines import SpoilingLines
from tests.reliability.matrix.spoiling_proxy import SpoilingProxy
from tests.world import World, online

TROUBLE = ("later", "unknown", "attention", "refused")
PASSES_ASKED = 2
"""So many passes may ask before a person does what the words say."""
OTHER = "other"
"""The event beside, which must go on."""


@dataclass(frozen=True)
class Told:
    """What is read of one thing that went wrong: its line in `hybrid-sync sync` or the log, and the way out beside it."""

    result: str
    words: str
    way_out: str = ""
    key: str | None = None


@dataclass
class Stage:
    """A world, the app that works in it, and a hasty one that gives up on late answers."""

    world: World
    build: Callable[[], App]
    kinds: int
    proxy: SpoilingProxy | SpoilingLines | None = None
    """What stands before the server that is not the sandbox's."""
    mailbox: Imap | None = None
    """The real mailbox that comes with it."""
    asked: Counter[str] = field(default_factory=Counter)
    """For how many passes in a row a person was asked about an event."""

    @cached_property
    def app(self) -> App:
        return self.build()

    @cached_property
    def hasty(self) -> App:
        with hasty():
            return self.build()

    @property
    def now(self) -> datetime:
        return self.world.sandbox.clock.now()

    def make(
        self, event: str, *people: str, starts: str = "2027-06-09 10:00", ends: str = "2027-06-09 11:30"
    ) -> None:
        """An event with its people, published and not looked at yet."""
        self.app.desk.import_event(replace(an_event(starts, ends, title=event), id=event))
        if people:
            self.app.desk.register(event, [online(name) for name in people])
        self.app.desk.publish(event)

    def one_pass(self, event: str, app: App | None = None) -> Report:
        """A single pass, as a worker makes it."""
        app = app or self.app
        with app.store.begin() as tx:
            [lease] = tx.work.claim("worker", self.now, timedelta(seconds=60), 1, event)
        return app.loop.reconcile(lease)

    def quiet(self, event: str, most: int = 6) -> list[str]:
        """Pass after pass until one writes nothing; what is wrong if none does."""
        for _ in range(most):
            before = self.written()
            report = self.one_pass(event)
            if report.converged and self.written() == before:
                return []
        return [f"not converged: {trouble(report)}"]

    def written(self) -> tuple[int, int]:
        """Writing calls and mails so far."""
        others = self.proxy.writes if self.proxy else 0
        return len(self.world.sandbox.writes()) + others, len(self.world.sandbox.inbox)

    @property
    def faults(self) -> Faults:
        """The rules of whatever stands outside."""
        return self.proxy.faults if self.proxy else self.world.sandbox.faults

    def spoilt(self) -> int:
        """How many spoilt calls are through outside."""
        return self.proxy.spoilt if self.proxy else sum(call.fault for call in self.world.sandbox.calls)

    def wait_for(self, spoilt: int) -> None:
        """Until the outside is through with a call for which nobody waits any more."""
        for _ in range(6000):
            if self.spoilt() >= spoilt:
                return
            time.sleep(0.01)
        raise AssertionError("the spoilt call never ended")

    def read(self, report: Report) -> list[Told]:
        """What the organiser reads of that pass in `hybrid-sync sync` and `hybrid-sync attention`."""
        with self.app.store.read() as tx:
            asked = {one.key: one.message for one in tx.attentions.unsettled(report.event_id)}
        return [self._told(report, one, asked) for one in trouble(report)]

    def _told(self, report: Report, outcome: Outcome, asked: dict[str, str]) -> Told:
        line = f"{report.event_id} {outcome.kind} {outcome.target}: {outcome.detail}"
        again = report.next_due if report.next_due is not None and report.next_due > self.now else None
        out = f"looked at again {again:%Y-%m-%d %H:%M}" if again else ""
        if outcome.ask is not None:
            message = asked.get(outcome.ask, "")
            out = way_out(report.event_id, outcome.ask, message) if outcome.detail in message else "not asked"
        return Told(outcome.result, line, out, outcome.ask)

    def settle(self, event: str, report: Report) -> tuple[list[str], bool]:
        """The fault is over and time passes, as a worker lets it; what needs a person gets the command that the words name.

        What is wrong in the end, and whether a person was needed.
        """
        by_person = False
        for _ in range(14):
            before = self.written()
            if not report.converged and report.next_due is not None and not by_person:
                self.world.sandbox.clock.set(max(self.now, report.next_due) + timedelta(seconds=1))
            if report.needs_attention and (report.next_due is None or self.asked[event] >= PASSES_ASKED):
                by_person = True
                report = self._obey(event)
            else:
                self.asked[event] += report.needs_attention
                report = self.one_pass(event)
            if report.converged and self.written() == before:
                self.asked[event] = 0
                return [], by_person
        return [f"not converged: {trouble(report)}"], by_person

    def _obey(self, event: str) -> Report:
        """Type what stands under "settled by", where it is about trying again."""
        with self.app.store.read() as tx:
            questions = tx.attentions.unsettled(event)
        for one in questions:
            command = way_out(event, one.key, one.message)
            if command.startswith("hybrid-sync registrants readdress "):
                self.app.desk.readdress(event, command.split()[-2], f"new-{command.split()[-2]}")
                return self.one_pass(event)
            if command.startswith("hybrid-sync attention retry "):
                return self.app.converge.event(event, force=True, only=steps_of(one.key))
        return self.app.converge.event(event, force=any(one.key.startswith("unsafe") for one in questions))

    def other_goes_on(self, number: int) -> list[str]:
        """A change of another event goes out, in one pass."""
        self.app.desk.edit(OTHER, title=f"{OTHER}, edition {number}")
        report = self.one_pass(OTHER)
        done = {one.kind for one in report.outcomes if one.result == "done"}
        wrong = trouble(report) or not {"meeting.update"} <= done
        return [f"another event did not go on: {report.outcomes}"] if wrong else []


def trouble(report: Report) -> list[Outcome]:
    """What went wrong in a pass."""
    return [one for one in report.outcomes if one.result in TROUBLE]

"""reconcile(event): the only unit of work. Compare what should be with what is, close the difference, say when next.

Level-triggered: nothing depends on having seen a change happen, so a lost wake-up, a restart or a second run is
harmless (P2). Steps run in the order of the story; a step that fails does not stop the others, because each of them
waits by itself for what it needs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.plan import Change, Plan
from hybrid_sync.errors import ProviderError, SignInExpired, TryLater, UnsafePlan
from hybrid_sync.ports import Clock, Lease, Store, Transaction
from hybrid_sync.ports.at_work import working_on
from hybrid_sync.sync.outcome import SIGN_IN, Outcome, Pass

log = logging.getLogger(__name__)


class Step(Protocol):
    """One capability. `plan` only looks and decides; `run` looks, decides, acts and writes down."""

    @property
    def name(self) -> str: ...

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]: ...

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]: ...


@dataclass(frozen=True)
class Report:
    """What one pass did. `next_due` (UTC) is when the event is looked at again; None when nothing is due by itself."""

    event_id: str
    outcomes: tuple[Outcome, ...] = ()
    next_due: datetime | None = None

    @property
    def converged(self) -> bool:
        """Nothing is left to do now."""
        return all(outcome.settled or outcome.result == "scheduled" for outcome in self.outcomes)

    @property
    def needs_attention(self) -> bool:
        return any(outcome.result in ("attention", "refused") for outcome in self.outcomes)

    @property
    def wrote(self) -> bool:
        return any(outcome.wrote for outcome in self.outcomes)


@dataclass(frozen=True)
class Pace:
    """How soon an event is looked at again. `chance` gives 0..1, so that events do not march in step."""

    chance: Callable[[], float]
    look_again: timedelta = timedelta(minutes=15)
    """For a published event with nothing to do: drift is noticed within this time."""
    first_retry: timedelta = timedelta(seconds=5)
    longest_retry: timedelta = timedelta(minutes=15)

    def retry(self, attempts: int) -> timedelta:
        """Full jitter: anything up to the doubled wait (reliability.md, appendix E)."""
        most = min(self.longest_retry, self.first_retry * 2 ** min(attempts, 20))
        wait: timedelta = most * self.chance()
        return max(timedelta(seconds=1), wait)


@dataclass(frozen=True)
class Loop:
    """Reconciles events, each under its lease."""

    store: Store
    steps: Sequence[Step]
    clock: Clock
    pace: Pace
    settle: timedelta = field(default=timedelta(seconds=60))
    first: Step | None = None
    """Stands before the steps: while it says anything, they do nothing (sync/restored.py)."""

    def plan(self, event_id: str, *, force: bool = False) -> Plan:
        """What a pass would do now, and why. Only looks."""
        now = self.clock()
        with self.store.read() as tx:
            event = tx.events.get(event_id)
        shut = self.first.plan(event, now, force=force) if self.first is not None else ()
        if shut:
            return Plan(event_id, tuple(shut))
        changes = [change for step in self.steps for change in step.plan(event, now, force=force)]
        return Plan(event_id, tuple(changes))

    def reconcile(self, lease: Lease, *, force: bool = False, only: Collection[str] | None = None) -> Report:
        """One pass. Gives the lease back with the next due time; raises LostLease when it has passed on.

        `only` names the steps that `force` is meant for; None: all of them.
        """
        with working_on(lease):
            every = (*self.steps, self.first) if self.first is not None else self.steps
            return self._pass(lease, frozenset(step.name for step in every) if only is None else only, force)

    def _pass(self, lease: Lease, forced: Collection[str], force: bool) -> Report:
        with self.store.read() as tx:
            event = tx.events.get(lease.event_id)
            row = tx.work.get(lease.event_id)
        earlier = {} if row is None else row.waits
        waits: dict[str, datetime] = {}
        outcomes: list[Outcome] = []
        shut = False
        for step in (self.first, *self.steps) if self.first is not None else self.steps:
            by_force = force and step.name in forced
            work = Pass(self.store, lease, self.clock, by_force, self.settle)
            found = self._run(step, event, work, None if by_force else earlier.get(step.name))
            until = max((one.until for one in found if one.result == "later" and one.until), default=None)
            if until is not None:
                waits[step.name] = until
            outcomes += found
            if step is self.first and found:
                shut = True
                break
        report = Report(event.id, tuple(outcomes), self._next_due(event, outcomes))
        trouble = next((outcome for outcome in outcomes if outcome.result in ("later", "unknown")), None)
        with Pass(self.store, lease, self.clock).begin() as tx:
            self._keep_questions(tx, event, outcomes, settles=not shut)
            tx.work.finish(lease, report.next_due, trouble.detail if trouble else None, waits)
        self._say(report)
        return report

    def _run(self, step: Step, event: Event, work: Pass, waits: datetime | None) -> list[Outcome]:
        """One step; a fault of its own system is noted and ends this step only (P7).

        Until `waits` its system is left alone altogether: it said so itself, and a look is a call too.
        """
        if waits is not None and work.clock() < waits:
            words = f"asked to wait until {waits:%Y-%m-%d %H:%M:%S} UTC"
            return [Outcome(step.name, event.id, "later", words, waits)]
        try:
            return list(step.run(event, work))
        except UnsafePlan as error:
            return [Outcome(step.name, event.id, "attention", str(error), ask=f"unsafe:{step.name}")]
        except SignInExpired as error:
            return [Outcome(step.name, event.id, "attention", str(error), ask=SIGN_IN)]
        except ProviderError as error:
            after = error.after if isinstance(error, TryLater) else None
            until = work.clock() + timedelta(seconds=after) if after is not None else None
            return [Outcome(step.name, event.id, "later", str(error), until)]

    def _keep_questions(
        self, tx: Transaction, event: Event, outcomes: Sequence[Outcome], *, settles: bool
    ) -> None:
        """What was asked in this pass stays open; what was not asked any more has settled itself.

        While something could not be looked at, nothing is settled (`settles`): silence would prove nothing.
        """
        now = self.clock()
        asked = {outcome.ask: outcome.detail for outcome in outcomes if outcome.ask}
        for key, words in asked.items():
            tx.attentions.open(event.id, key, words, now)
        if not settles or any(outcome.result in ("later", "unknown") for outcome in outcomes):
            return
        for item in tx.attentions.unsettled(event.id):
            if item.key not in asked:
                tx.attentions.settle(event.id, item.key, now)

    def _next_due(self, event: Event, outcomes: Sequence[Outcome]) -> datetime | None:
        now = self.clock()
        moments = [outcome.until for outcome in outcomes if outcome.until is not None]
        if any(outcome.result in ("later", "unknown") and outcome.until is None for outcome in outcomes):
            with self.store.read() as tx:
                row = tx.work.get(event.id)
            moments.append(now + self.pace.retry(row.attempts if row else 0))
        to_come = event.ends is not None and now < event.ends.instant
        again = now + self.pace.look_again * (0.9 + 0.2 * self.pace.chance())
        if event.state is EventState.PUBLISHED and event.ends is not None and to_come:
            moments.append(min(again, event.ends.instant + timedelta(seconds=1)))
        elif any(one.ask == SIGN_IN or (one.ask and to_come) for one in outcomes):
            # Called off, or over: a question closes itself only if somebody looks, and a new sign-in wakes nobody.
            moments.append(again)
        return min(moments, default=None)

    def _say(self, report: Report) -> None:
        counts: dict[str, int] = {}
        for outcome in report.outcomes:
            if outcome.result == "scheduled":
                continue  # the same at every pass until it is due
            words = f"{outcome.kind} {outcome.result}"
            counts[words] = counts.get(words, 0) + 1
        if counts:
            summary = ", ".join(f"{words} x{count}" for words, count in sorted(counts.items()))
            log.info("event %s: %s", report.event_id, summary, extra={"action": "reconcile"})

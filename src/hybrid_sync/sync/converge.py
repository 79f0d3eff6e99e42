"""`hybrid-sync sync`: reconcile here and now, until nothing more is due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from hybrid_sync.errors import LostLease
from hybrid_sync.ports import Lease
from hybrid_sync.sync.loop import Loop, Report
from hybrid_sync.sync.outcome import Outcome

MOST_PASSES = 10
"""A pass that still finds something to do after so many has met something that moves by itself."""


@dataclass(frozen=True)
class Converge:
    """Runs passes over one event, or over all that are due, as `owner`."""

    loop: Loop
    owner: str
    lease: timedelta

    def event(self, event_id: str, *, force: bool = False, only: Collection[str] | None = None) -> Report:
        """Passes over one event until one of them changes nothing. Raises NotFound.

        `only` names the steps that `force` is meant for; None: all of them.
        """
        with self.loop.store.read() as tx:
            tx.events.get(event_id)
        outcomes: list[Outcome] = []
        report = Report(event_id)
        for _ in range(MOST_PASSES):
            with self.loop.store.begin() as tx:
                leases = tx.work.claim(self.owner, self.loop.clock(), self.lease, 1, event_id)
            if not leases:
                busy = Outcome("sync", event_id, "later", "another worker has this event in hand")
                return Report(event_id, (*outcomes, busy), report.next_due)
            report = self._pass(leases[0], force, only)
            outcomes = _merged(outcomes, report.outcomes)
            if not report.wrote or any(outcome.result in ("later", "unknown") for outcome in report.outcomes):
                break
        return replace(report, outcomes=tuple(outcomes))

    def _pass(self, lease: Lease, force: bool, only: Collection[str] | None) -> Report:
        """One pass. What it did not expect is raised, and the event is free again for whoever mends it."""
        try:
            return self.loop.reconcile(lease, force=force, only=only)
        except LostLease:
            raise
        except Exception as error:
            with self.loop.store.begin() as tx:
                tx.work.finish(lease, self.loop.clock() + self.loop.pace.longest_retry, str(error)[:500])
            raise

    def all_due(
        self,
        *,
        force: bool = False,
        ahead: timedelta = timedelta(0),
        failed: Callable[[str, Exception], None] | None = None,
    ) -> Sequence[Report]:
        """Every event that is due now, or within `ahead`, one after another, longest due first.

        What goes wrong with one event is told to `failed`, and the next has its turn (P7); without it, it is raised.
        """
        with self.loop.store.read() as tx:
            due = tx.work.all_due(self.loop.clock() + ahead)
        reports = []
        for event_id in due:
            try:
                reports.append(self.event(event_id, force=force))
            except Exception as error:
                if failed is None:
                    raise
                failed(event_id, error)
        return reports


def _merged(earlier: Sequence[Outcome], latest: Sequence[Outcome]) -> list[Outcome]:
    """What was done stays told; of the same thing only the newest word counts."""
    told = {(outcome.kind, outcome.target) for outcome in latest}
    return [outcome for outcome in earlier if (outcome.kind, outcome.target) not in told] + list(latest)

"""`hybrid-sync plan` and `hybrid-sync sync`: what would be done, and doing it until nothing is due now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Json, MaybeEventId
from hybrid_sync.cli.errors import NEEDS_ATTENTION, NOT_YET, report, words, worst
from hybrid_sync.cli.session import opened, options
from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.plan import Change, Expected, Hold, Plan

if TYPE_CHECKING:
    from hybrid_sync.sync.loop import Report
    from hybrid_sync.sync.outcome import Outcome
    from hybrid_sync.wiring import App

MOST_ALIKE = 10
"""Lines of one kind that a table shows; the rest is counted (all of them with -v or --json)."""

SAME_INSTANT = timedelta(minutes=1)

WAITING = ("held", "scheduled")


@dataclass(frozen=True)
class Fault:
    """What went wrong with one event of several."""

    event_id: str
    code: int
    words: str


def plan(ctx: typer.Context, event: MaybeEventId = None, as_json: Json = False) -> None:
    """Show what a sync would do now, and why. Asks the outside, changes nothing.

    With one EVENT, --json prints one object; without, a list with one object for each event that is not a draft.
    """
    verbose = options(ctx).verbose
    faults: list[Fault] = []
    with opened(ctx) as service, output.working("looking at both sides"):
        if event is not None:
            plans = [service.loop.plan(event)]
        else:
            plans = _plan_each(service, _noted(faults, verbose))
        drafts = _drafts(service, plans)
    if as_json:
        shown = [plan_json(one) for one in plans]
        failed = [{**plan_json(Plan(fault.event_id)), "error": fault.words} for fault in faults]
        output.data(shown[0] if event is not None else shown + failed)
    else:
        rows = [_plan_row(one.event_id, change) for one in plans for change in one.changes]
        _table(("event", "what", "whom", "why"), rows, verbose)
    for one in plans:
        output.say(_plan_summary(one, one.event_id in drafts))
    raise typer.Exit(worst([fault.code for fault in faults]))


def sync(
    ctx: typer.Context,
    event: MaybeEventId = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Go past the guard against improbable plans, and try refused calls again."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring everything outside in line, until nothing is due now.

    With one EVENT, --json prints one object; without, a list with one object for each event that was due.

    Exit code: 0 converged, 3 a person must decide (hybrid-sync attention), 4 waiting on the outside.
    """

    verbose = options(ctx).verbose
    faults: list[Fault] = []
    # With --at every command begins at that instant anew, and what the one before it made due may lie some seconds ahead.
    ahead = SAME_INSTANT if options(ctx).at else timedelta(0)
    with opened(ctx) as service, output.working("bringing both sides in line"):
        if event is not None:
            reports: Sequence[Report] = [service.converge.event(event, force=force)]
        else:
            reports = service.converge.all_due(force=force, ahead=ahead, failed=_noted(faults, verbose))
    if as_json:
        shown = [sync_json(one) for one in reports]
        failed = [_fault_json(fault) for fault in faults]
        output.data(shown[0] if event is not None else shown + failed)
    else:
        rows = [(one.event_id, *_outcome_row(outcome)) for one in reports for outcome in one.outcomes]
        _table(("event", "what", "whom", "outcome", "detail"), rows, verbose)
    for one in reports:
        output.say(_summary(one, service.settings.service.time_zone))
    if not reports and not faults:
        output.say("no event is due now")
    raise typer.Exit(worst([*(fault.code for fault in faults), *map(report_code, reports)]))


def show(report: Report, zone: str, *, as_json: bool, verbose: bool) -> int:
    """What one sync of one event came to; the exit code for it."""
    if as_json:
        output.data(sync_json(report))
    else:
        rows = [(report.event_id, *_outcome_row(outcome)) for outcome in report.outcomes]
        _table(("event", "what", "whom", "outcome", "detail"), rows, verbose)
    output.say(_summary(report, zone))
    return report_code(report)


def _noted(faults: list[Fault], verbose: bool) -> Callable[[str, Exception], None]:
    """Says a fault with one event, and keeps it for the answer; the others have their turn (P7)."""

    def note(event_id: str, error: Exception) -> None:
        code = report(error, verbose=verbose, about=f"{event_id}: ")
        faults.append(Fault(event_id, code, "; ".join(words(error))))

    return note


def _plan_each(service: App, failed: Callable[[str, Exception], None]) -> list[Plan]:
    """Of every event that is not a draft."""
    with service.store.read() as tx:
        event_ids = [event.id for event in tx.events.all() if event.state is not EventState.DRAFT]
    plans = []
    for event_id in event_ids:
        try:
            plans.append(service.loop.plan(event_id))
        except Exception as error:  # noqa: BLE001 - said there, and the next event has its turn
            failed(event_id, error)
    return plans


def _drafts(service: App, plans: Sequence[Plan]) -> set[str]:
    with service.store.read() as tx:
        return {one.event_id for one in plans if tx.events.get(one.event_id).state is EventState.DRAFT}


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan for machines; `held` waits, `expected` will be due once something else exists."""
    held = [change for change in plan.changes if isinstance(change, Hold)]
    expected = [change for change in plan.changes if isinstance(change, Expected)]
    return {
        "event": plan.event_id,
        "actions": [_change_json(change) for change in plan.actions],
        "held": [{**_change_json(change), "until": _utc(change.until)} for change in held],
        "expected": [{**_change_json(change), "count": change.count} for change in expected],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {"kind": change.kind, "target": change.target, "reason": change.reason}


def sync_json(report: Report) -> dict[str, Any]:
    """A report for machines; what only waits is in `held`."""
    return {
        "event": report.event_id,
        "converged": report.converged,
        "actions": [
            {"kind": one.kind, "target": one.target, "outcome": one.result, "detail": one.detail}
            for one in report.outcomes
            if one.result not in WAITING
        ],
        "held": [
            {"kind": one.kind, "target": one.target, "reason": one.detail, "until": _utc(one.until)}
            for one in report.outcomes
            if one.result in WAITING
        ],
        "next_due": _utc(report.next_due),
    }


def _fault_json(fault: Fault) -> dict[str, Any]:
    nothing: dict[str, Any] = {"actions": [], "held": [], "next_due": None}
    return {"event": fault.event_id, "converged": False, **nothing, "error": fault.words}


def _utc(instant: datetime | None) -> str | None:
    from hybrid_sync.render.event_json import utc_text

    return utc_text(instant) if instant else None


def report_code(report: Report) -> int:
    """The exit code for what a sync came to."""
    if report.needs_attention:
        return NEEDS_ATTENTION
    return 0 if report.converged else NOT_YET


def _summary(report: Report, zone: str) -> str:
    again = f"; looked at again {output.moment(report.next_due, zone)}" if report.next_due else ""
    if report.needs_attention:
        return f"{report.event_id}: a person must decide, see hybrid-sync attention{again}"
    if report.converged:
        return f"{report.event_id}: converged{again}"
    return f"{report.event_id}: not converged yet, waiting on the outside{again}"


def _plan_summary(plan: Plan, draft: bool) -> str:
    name = plan.event_id
    if draft:
        return f"{name} is a draft: hybrid-sync event publish {name} lets it be pushed"
    if not plan.actions:
        return f"{name}: nothing to do now"
    return f"{name}: {output.count(len(plan.actions), 'action')} to do"


def _plan_row(event_id: str, change: Change) -> tuple[str, ...]:
    if isinstance(change, Hold):
        return (event_id, f"({change.kind})", change.target, f"not now: {change.reason}")
    if isinstance(change, Expected):
        return (event_id, f"({change.kind})", change.target, f"later, {change.count}: {change.reason}")
    return (event_id, change.kind, change.target, change.reason)


def _outcome_row(outcome: Outcome) -> tuple[str, ...]:
    return (outcome.kind, outcome.target, outcome.result, outcome.detail)


def _table(columns: Sequence[str], rows: Sequence[tuple[str, ...]], verbose: bool) -> None:
    """The rows; of many that are alike (all but the target) the first ones, and how many there are more."""
    shown: list[tuple[str, ...]] = []
    alike: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        key = (*row[:2], *row[3:])
        alike[key] += 1
        if verbose or alike[key] <= MOST_ALIKE:
            shown.append(row)
    for key, number in alike.items():
        if not verbose and number > MOST_ALIKE:
            shown.append((*key[:2], f"… and {number - MOST_ALIKE} more", *key[2:]))
    if shown:
        output.table(columns, shown)

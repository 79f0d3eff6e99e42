"""`hybrid-sync status`: how everything stands, for a person: what is due, what failed, what needs a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Json, MaybeEventId
from hybrid_sync.cli.attention import question_json, question_row
from hybrid_sync.cli.errors import NEEDS_ATTENTION
from hybrid_sync.cli.session import opened
from hybrid_sync.domain.heartbeat import SILENT_AFTER, last_beat

if TYPE_CHECKING:
    from hybrid_sync.ports import Attention, SignInFacts, StoreFigures, WorkRow
    from hybrid_sync.wiring import App

MOST_SHOWN = 20
"""Events in a table; the rest is counted (all of them with --json)."""


@dataclass(frozen=True)
class Standing:
    """What one look found. `rows` are of events that are due, in hand, in trouble or looked at again."""

    now: datetime
    figures: StoreFigures
    rows: Sequence[WorkRow]
    questions: Sequence[Attention]
    sign_in: SignInFacts
    zone_data: str

    @property
    def beat(self) -> datetime | None:
        return last_beat(self.figures.chores, self.now)

    @property
    def alive(self) -> bool:
        """A worker did its chores lately, or has an event in hand."""
        return self.figures.leased > 0 or (self.beat is not None and self.now - self.beat <= SILENT_AFTER)

    @property
    def stuck(self) -> bool:
        """Something is due for longer than a worker that lives would leave it."""
        due = self.figures.oldest_due
        return not self.alive and due is not None and self.now - due > SILENT_AFTER

    @property
    def needs_attention(self) -> bool:
        return bool(self.questions) or self.stuck


def status(ctx: typer.Context, event: MaybeEventId = None, as_json: Json = False) -> None:
    """Say what is due, what failed and why, what needs a decision and by which command, and whether a worker lives.

    Asks nobody outside. Exit code 3 when something needs attention. A worker shows itself in the store every minute.
    """
    with opened(ctx) as service:
        standing = _look(service, event)
        zone = service.settings.service.time_zone
    if as_json:
        output.data(_json(standing))
    else:
        _show(standing, zone)
    if standing.needs_attention:
        raise typer.Exit(NEEDS_ATTENTION)


def _look(service: App, event: str | None) -> Standing:
    now = service.clock()
    with service.store.read() as tx:
        if event is None:
            rows = tx.work.awake()
        else:
            tx.events.get(event)
            row = tx.work.get(event)
            rows = [] if row is None else [row]
        questions = list(tx.attentions.unsettled(event))
        figures = tx.figures.at(now)
    return Standing(now, figures, rows, questions, service.sign_in.facts(), service.zone_data)


def _show(standing: Standing, zone: str) -> None:
    for name, words in _lines(standing, zone):
        output.result(f"{name:<18}{words}")
    if standing.rows:
        output.table(
            ("event", "looked at", "trouble"),
            [_row(row, standing.now, zone) for row in standing.rows[:MOST_SHOWN]],
        )
        if len(standing.rows) > MOST_SHOWN:
            output.say(f"… and {len(standing.rows) - MOST_SHOWN} more (--json shows all)")
    if standing.questions:
        output.table(
            ("event", "since", "key", "question", "settled by"),
            [question_row(question, zone) for question in standing.questions],
        )
    if standing.stuck:
        output.problem("events are due and no worker takes them: start one with hybrid-sync worker")
    output.say(
        f"{output.count(len(standing.questions), 'question')} open"
        if standing.questions
        else "nothing needs attention"
        if not standing.stuck
        else "something needs attention"
    )


def _lines(standing: Standing, zone: str) -> list[tuple[str, str]]:
    told = standing.figures
    states = ", ".join(f"{count} {state}" for state, count in sorted(told.events.items()))
    return [
        ("events", states or "none"),
        ("due now", f"{told.due}{_since(told.oldest_due, zone)}; in hand {told.leased}"),
        ("next look", output.moment(told.next_due, zone) or "nothing is due by itself"),
        ("worker", _worker(standing, zone)),
        (
            "mails",
            f"{told.mails} to be sent{_since(told.oldest_mail, zone)}; {told.refused_mails} refused",
        ),
        ("unknown calls", f"{told.unknown}{_since(told.oldest_unknown, zone)}"),
        (
            "attendance",
            f"{output.count(told.pulls, 'pull')}, the last {output.moment(told.last_pull, zone)}"
            if told.last_pull
            else "not pulled yet",
        ),
        ("Webex sign-in", _sign_in(standing.sign_in, zone)),
        ("schema", told.schema),
        ("time zone data", standing.zone_data),
    ]


def _worker(standing: Standing, zone: str) -> str:
    seen = f", last seen {output.moment(standing.beat, zone)}" if standing.beat else ""
    if standing.alive:
        return f"alive{seen}"
    return f"silent{seen}" if seen else "none was ever seen here"


def _since(moment: datetime | None, zone: str) -> str:
    return f" (since {output.moment(moment, zone)})" if moment else ""


def _sign_in(facts: SignInFacts, zone: str) -> str:
    if facts.problem is not None:
        return f"could not be renewed ({facts.problem}): hybrid-sync webex login"
    if facts.kind == "renewed" and facts.refresh_ends is not None:
        return f"renewed by itself, at the latest until {output.moment(facts.refresh_ends, zone)}"
    return {"fixed": "a token from the settings", "renewed": "renewed by itself"}.get(
        facts.kind, "none: hybrid-sync webex login"
    )


def _row(row: WorkRow, now: datetime, zone: str) -> tuple[str, str, str]:
    if row.leased_until is not None and row.leased_until > now:
        when = "now, in hand"
    elif row.due_at is not None and row.due_at <= now:
        when = f"due since {output.moment(row.due_at, zone)}"
    else:
        when = output.moment(row.due_at, zone) or "not by itself"
    trouble = row.last_error or ""
    tries = f" ({output.count(row.attempts, 'try', 'tries')})" if trouble and row.attempts else ""
    return row.event_id, when, f"{trouble}{tries}"


def _json(standing: Standing) -> dict[str, Any]:
    told, facts = standing.figures, standing.sign_in
    return {
        "at": _utc(standing.now),
        "needs_attention": standing.needs_attention,
        "events": [
            {
                "event": row.event_id,
                "due_at": _utc(row.due_at),
                "in_hand_until": _utc(row.leased_until),
                "attempts": row.attempts,
                "trouble": row.last_error,
                "waits": {step: _utc(until) for step, until in row.waits.items()},
            }
            for row in standing.rows
        ],
        "attention": [question_json(question) for question in standing.questions],
        "due": {"count": told.due, "since": _utc(told.oldest_due), "next": _utc(told.next_due)},
        "worker": {"alive": standing.alive, "last_seen": _utc(standing.beat), "in_hand": told.leased},
        "mails": {"pending": told.mails, "since": _utc(told.oldest_mail), "refused": told.refused_mails},
        "unknown_calls": {"count": told.unknown, "since": _utc(told.oldest_unknown)},
        "attendance": {"pulls": told.pulls, "last": _utc(told.last_pull)},
        "sign_in": {
            "kind": facts.kind,
            "access_ends": _utc(facts.access_ends),
            "renewal_ends": _utc(facts.refresh_ends),
            "problem": facts.problem,
        },
        "schema": told.schema,
        "time_zone_data": standing.zone_data,
    }


def _utc(moment: datetime | None) -> str | None:
    from hybrid_sync.render.event_json import utc_text

    return utc_text(moment) if moment else None

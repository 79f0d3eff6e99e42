"""/metrics for Prometheus: figures from the store at the moment of asking, due lag first.

Nothing is counted in this process: worker and web are often two, and what each counts for itself adds up to nothing.
No event is named and nobody's data is in it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hybrid_sync.domain.heartbeat import CHORE, last_beat
from hybrid_sync.ports import Clock, Store, StoreFigures

TEXT = "text/plain; version=0.0.4; charset=utf-8"

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Metrics:
    """The route. `who` is "local" (this machine, not through a proxy), "all" or "off".

    `heartbeat` is the engine's, None when no worker runs in this process.
    """

    def __init__(
        self, store: Store, clock: Clock, who: str, heartbeat: Callable[[], datetime] | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._who = who
        self._heartbeat = heartbeat

    def show(self, request: Request) -> Response:
        """404 for whoever may not read it: that there is something need not be known."""
        if self._who == "off" or (self._who == "local" and not _is_local(request)):
            raise HTTPException(404)
        now = self._clock()
        with self._store.read() as tx:
            figures = tx.figures.at(now)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Snapshot(figures, now, self._heartbeat() if self._heartbeat else None))
        return Response(
            generate_latest(registry), headers={"Content-Type": TEXT, "Cache-Control": "no-store"}
        )


def _is_local(request: Request) -> bool:
    """From this machine itself. What a proxy on this machine passes on comes from somewhere else."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class _Snapshot(Collector):
    """The figures of one moment, as gauges. An age of nothing is 0."""

    def __init__(self, figures: StoreFigures, now: datetime, beat: datetime | None) -> None:
        self._figures = figures
        self._now = now
        self._beat = beat

    def collect(self) -> Iterable[GaugeMetricFamily | InfoMetricFamily]:
        told = self._figures
        yield _gauge(
            "due_lag_seconds", "How long the longest waiting event is due.", self._age(told.oldest_due)
        )
        yield _gauge("events_due", "Events that are due and that nobody works on.", told.due)
        yield _gauge("events_leased", "Events that a worker has in hand.", told.leased)
        yield _gauge(
            "events_failing", "Events whose last pass ended in trouble and is repeated.", told.failing
        )
        yield self._by("events", "Events by state.", "state", told.events)
        yield _gauge("attention_open", "Questions that wait for a person.", told.questions)
        yield _gauge(
            "attention_oldest_seconds", "How long the oldest question waits.", self._age(told.oldest_question)
        )
        yield _gauge("intents_unknown", "Calls whose outcome is not known.", told.unknown)
        yield _gauge(
            "intents_oldest_seconds", "How long the oldest of them is open.", self._age(told.oldest_unknown)
        )
        yield _gauge("mails_pending", "Mails that are written down and not sent.", told.mails)
        yield _gauge(
            "mails_oldest_pending_seconds",
            "Since when the oldest is to be sent.",
            self._age(told.oldest_mail),
        )
        yield _gauge("mails_refused", "Mails that an address or server would not take.", told.refused_mails)
        yield _gauge("attendance_pulls", "Pulls of attendance that are on record.", told.pulls)
        if told.last_pull is not None:
            yield _gauge("attendance_last_pull_seconds", "Since the last pull.", self._age(told.last_pull))
        yield from self._chores()
        yield from self._sign_ins()
        yield _info("build", "Which program this is.", {"version": version("hybrid-sync")})
        yield _info("schema", "The database's schema.", {"revision": told.schema})

    def _chores(self) -> Iterator[GaugeMetricFamily]:
        overdue = {name: self._age(due) for name, due in self._figures.chores.items() if name != CHORE}
        yield self._by("chore_overdue_seconds", "How long each chore is overdue.", "chore", overdue)
        beat = self._beat or last_beat(self._figures.chores, self._now)
        if beat is not None:
            yield _gauge(
                "worker_heartbeat_age_seconds", "Since a worker last gave a sign of life.", self._age(beat)
            )

    def _sign_ins(self) -> Iterator[GaugeMetricFamily]:
        tokens = self._figures.sign_ins
        ends = {name: (one[0] - self._now).total_seconds() for name, one in tokens.items()}
        renewal = {name: (one[1] - self._now).total_seconds() for name, one in tokens.items() if one[1]}
        broken = {name: int(one[2]) for name, one in tokens.items()}
        yield self._by("token_expires_seconds", "Until the access token ends.", "system", ends)
        yield self._by("token_renewal_ends_seconds", "Until it can be renewed no more.", "system", renewal)
        yield self._by("token_renewal_failed", "1 when it could not be renewed.", "system", broken)

    def _age(self, moment: datetime | None) -> float:
        return 0.0 if moment is None else max(0.0, (self._now - moment).total_seconds())

    def _by(self, name: str, words: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
        family = GaugeMetricFamily(f"hybrid_sync_{name}", words, labels=[label])
        for key, value in sorted(values.items()):
            family.add_metric([key], value)
        return family


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"hybrid_sync_{name}", words, value=value)


def _info(name: str, words: str, labels: dict[str, str]) -> InfoMetricFamily:
    return InfoMetricFamily(f"hybrid_sync_{name}", words, value=labels)

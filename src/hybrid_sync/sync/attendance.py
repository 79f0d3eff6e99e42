"""The meeting's attendance -> the registration store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance import pulls_due
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.ports import AttendancePull, PullRecord, Reports, Store, Transaction
from hybrid_sync.sync.once import Outcome, Pass, act


class AttendanceStep:
    """Pulls raw stays after the event, several times, because leave times still change for hours (webex.md 3.1)."""

    name = "attendance"

    def __init__(self, store: Store, reports: Reports, *, pull_after: Sequence[timedelta]) -> None:
        self._store = store
        self._reports = reports
        self._pull_after = tuple(pull_after)

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        with self._store.read() as tx:
            record = tx.meetings.get(event.id)
            done = [pull.at for pull in tx.attendance.pulls(event.id)]
        if record is None or record.state != "made" or event.ends is None or now < event.ends.instant:
            return []
        due, ahead = pulls_due(event, done, self._pull_after, now)
        if due:
            reason = "the event is over" if not done else "attendance still changes for some days"
            return [Change("attendance.pull", event.id, reason, wanted=record)]
        if ahead is not None:
            return [Hold("attendance.pull", event.id, "pulled again then", until=ahead)]
        return []

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        return [
            Outcome(change.kind, change.target, "scheduled", change.reason, change.until)
            if isinstance(change, Hold)
            else self.pull(event, work, change)
            for change in self.plan(event, work.clock())
        ]

    def pull(self, event: Event, work: Pass, change: Change | None = None) -> Outcome:
        """Pull now, due or not (for `attendance pull EVENT`)."""
        if change is None:
            with self._store.read() as tx:
                record = tx.meetings.get(event.id)
            if record is None or event.ends is None:
                return Outcome("attendance.pull", event.id, "refused", "the event has no Webex meeting")
            change = Change("attendance.pull", event.id, "asked for", wanted=record)
        window = (event.starts.instant, event.ends.instant if event.ends else event.starts.instant)

        def keep(tx: Transaction, pull: AttendancePull) -> None:
            added = tx.attendance.upsert(pull.segments)
            rows = len(pull.segments)
            tx.attendance.record_pull(PullRecord(event.id, work.clock(), pull.instances, rows, added))

        return act(work, change, lambda: self._reports.pull(event.id, change.wanted.meeting_id, window), keep)

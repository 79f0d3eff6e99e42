"""The meeting's attendance -> the registration store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance_pulls import (
    COMPLETE_AFTER,
    LAST_LOOK,
    complete_from,
    enough,
    pulls_due,
    report_gone_at,
    was_held,
)
from hybrid_sync.domain.attendance_told import about_report, about_runs, about_vanished, fingerprint
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.domain.presence import ROOM
from hybrid_sync.errors import Gone, ProviderError, Refused
from hybrid_sync.ports import AttendancePull, MeetingRecord, PullRecord, Reports, Store
from hybrid_sync.sync.outcome import Outcome, Pass, failed, question

REFUSED_AGAIN = timedelta(hours=6)
"""When a refused pull is tried again, for NOT_HELD_ASKED after the end."""

NOT_HELD_ASKED = timedelta(days=14)
"""After the end: for how long the question stands why a meeting was never started."""


@dataclass(frozen=True)
class Asked(Hold):
    """A person must look; `topic` tells the questions apart. `until` is when it is not asked any more."""

    topic: str = ""


class AttendanceStep:
    """Pulls raw stays after the event, several times, until two pulls agree (domain.attendance_pulls).

    With `check_report` a pull of a day after the end or later is compared with Webex's attendee report; what differs is
    noted for staff, and both accounts are left as they are.
    """

    name = "attendance"

    def __init__(
        self, store: Store, reports: Reports, *, pull_after: Sequence[timedelta], check_report: bool = True
    ) -> None:
        self._store = store
        self._reports = reports
        self._pull_after = tuple(pull_after)
        self._check_report = check_report

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        record, pulls = self._known(event)
        if record is None or record.state != "made" or event.ends is None or now < event.ends.instant:
            return []
        due, ahead = pulls_due(event, pulls, self._pull_after, now, report=self._check_report)
        if due:
            reason = "the event is over" if not pulls else "attendance still changes for some days"
            return [Change("attendance.pull", event.id, reason, wanted=record)]
        held: list[Change] = []
        if ahead is not None:
            held.append(Hold("attendance.pull", event.id, "pulled again then", until=ahead))
        return [*held, *self._questions(event, pulls, now)]

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        outcomes = [
            self.pull(event, work, change) for change in self.plan(event, work.clock()) if change.acts
        ]
        if any(outcome.result != "done" for outcome in outcomes):
            return [self._again(event, outcome, work.clock()) for outcome in outcomes]
        # What comes next is said in the same pass: nobody would come back for it otherwise.
        return [*outcomes, *(_held(change) for change in self.plan(event, work.clock()) if not change.acts)]

    def _again(self, event: Event, outcome: Outcome, now: datetime) -> Outcome:
        """What was refused is tried again: an event that is over is not looked at for any other reason."""
        if outcome.ask is None or event.ends is None or now >= event.ends.instant + NOT_HELD_ASKED:
            return outcome
        return replace(outcome, until=now + REFUSED_AGAIN)

    def next_pull(self, event: Event, now: datetime) -> datetime | None:
        """When attendance is pulled next by itself; None when nothing is due any more."""
        changes = self.plan(event, now)
        if any(change.acts for change in changes):
            return now
        return next(
            (one.until for one in changes if isinstance(one, Hold) and not isinstance(one, Asked)), None
        )

    def pull(self, event: Event, work: Pass, change: Change | None = None) -> Outcome:
        """Pull now; without a change due or not (for `attendance pull EVENT`)."""
        asked_for = change is None
        if change is None:
            record, _ = self._known(event)
            if record is None or event.ends is None:
                return Outcome("attendance.pull", event.id, "refused", "the event has no Webex meeting")
            change = Change("attendance.pull", event.id, "asked for", wanted=record)
        window = (event.starts.instant, event.ends.instant if event.ends else event.starts.instant)
        meeting: MeetingRecord = change.wanted
        try:
            told = self._reports.pull(event.id, meeting.meeting_id, window, webinar=meeting.kind == "webinar")
        except ProviderError as error:
            return failed(work, change, error)
        early = self._too_early(event, told, work.clock())
        if early is not None and not asked_for:
            # Somebody ran late, and the report is not complete: what is known is kept, and it counts as no pull yet.
            self._keep(event, work, told)
            return Outcome(change.kind, change.target, "scheduled", "the meeting ended later", early)
        try:
            notes = self._compared(event, told, work.clock())
        except ProviderError as error:
            self._keep(event, work, told)
            return failed(work, change, error)
        self._keep(event, work, told, change, notes)
        return Outcome(change.kind, change.target, "done", change.reason)

    def _known(self, event: Event) -> tuple[MeetingRecord | None, Sequence[PullRecord]]:
        with self._store.read() as tx:
            return tx.meetings.get(event.id), tx.attendance.pulls(event.id)

    def _anybody_online(self, event: Event) -> bool:
        """Whether stays of an online meeting are known from elsewhere, a file say."""
        with self._store.read() as tx:
            return any(stay.source != ROOM for stay in tx.attendance.of(event.id))

    def _too_early(self, event: Event, told: AttendancePull, now: datetime) -> datetime | None:
        """When the report is complete, where a pull that should be compared with it comes before that."""
        really = complete_from(event, (run.ended for run in told.runs if run.counted))
        if not self._check_report or event.ends is None or really is None:
            return None
        return really if event.ends.instant + COMPLETE_AFTER <= now < really else None

    def _compared(self, event: Event, told: AttendancePull, now: datetime) -> list[str]:
        """Where the attendee report says otherwise, or why it could not be asked. Raises what will pass by itself."""
        counted = [run for run in told.runs if run.counted]
        complete = complete_from(event, (run.ended for run in counted))
        if not self._check_report or not counted or complete is None or event.ends is None:
            return []
        if now < complete:
            words = f"the attendee report is complete from {complete:%Y-%m-%d %H:%M} UTC on, so it was not compared"
            return [words] if now >= event.ends.instant + COMPLETE_AFTER else []
        try:
            report = self._reports.attendees(counted, told.site)
        except (Refused, Gone) as error:
            return [f"the attendee report could not be compared: {error.words}"]
        return about_report(told.segments, report, event)

    def _keep(
        self,
        event: Event,
        work: Pass,
        told: AttendancePull,
        change: Change | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        """The raw facts; with `change` also that this was a pull."""
        with work.begin() as tx:
            pulls = tx.attendance.pulls(event.id)
            earlier = tx.attendance.of(event.id) if pulls else ()
            added = tx.attendance.upsert(told.segments)
            if change is None:
                return
            known = {*told.instances, *(pulls[-1].instances if pulls else ())}
            said = (
                *about_runs(told.runs, event),
                *about_vanished(earlier, told.segments, known),
                *notes,
            )
            digest = fingerprint(told.segments, told.runs)
            tx.attendance.record_pull(
                PullRecord(event.id, work.clock(), told.instances, len(told.segments), added, digest, said)
            )
            work.audit(tx, change, change.reason)

    def _questions(self, event: Event, pulls: Sequence[PullRecord], now: datetime) -> list[Change]:
        if event.ends is None or event.state is not EventState.PUBLISHED or not event.online:
            return []
        end = event.ends.instant
        if was_held(pulls, event) is False and now < end + NOT_HELD_ASKED and not self._anybody_online(event):
            words = (
                "the meeting was not held: Webex shows no run of it a day after its end. If it took place elsewhere, "
                f"its attendance can be taken from a file (hybrid-sync attendance import {event.id} FILE); if it ran in "
                f"Webex all the same, hybrid-sync attendance pull {event.id} looks again"
            )
            return [Asked("attendance.pull", event.id, words, until=end + NOT_HELD_ASKED, topic="not held")]
        gone = report_gone_at(event)
        unsettled = was_held(pulls, event) and not enough(event, pulls)
        if self._check_report and unsettled and end + LAST_LOOK <= now < gone:
            words = (
                "no two pulls of the attendance agree, and Webex keeps the attendee report that could settle it "
                f"until {gone:%Y-%m-%d} only: hybrid-sync attendance pull {event.id}, or take the report from "
                "Webex as a file"
            )
            return [Asked("attendance.pull", event.id, words, until=gone, topic="unsettled")]
        return []


def _held(change: Change) -> Outcome:
    until = change.until if isinstance(change, Hold) else None
    if isinstance(change, Asked):
        ask = f"{question(change.kind, change.target)}:{change.topic}"
        return Outcome(change.kind, change.target, "attention", change.reason, until, ask)
    return Outcome(change.kind, change.target, "scheduled", change.reason, until)

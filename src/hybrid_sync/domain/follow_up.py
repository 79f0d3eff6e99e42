"""The one mail after an event: who gets it, when, and what it must wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.attendance_pulls import Pull, enough, was_held
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.facts import facts_for
from hybrid_sync.domain.ledger import History, Message, MessageState
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.domain.reminders import UNSENT, PlainMail, invitation_of, mail_uid

KIND = "mail.followup"
PURPOSE = "follow-up"

PATIENCE = timedelta(days=1)
"""So long after the last pull, attendance that will not settle is waited for no longer."""

OPEN_FOR = timedelta(days=14)
"""So long after that the mail may still go out, for a recording that is there late, say."""


@dataclass(frozen=True)
class WantedFollowUp(PlainMail):
    """`came`: the person was seen at the event; else nobody knows, or they were not there."""

    came: bool = False
    recording: str | None = None


@dataclass(frozen=True)
class Schedule:
    """When the mail after one event goes out. All instants are UTC.

    At `due` at the earliest; attendance that is not settled is waited for until `patience`; nothing is written after
    `closes`.
    """

    due: datetime
    patience: datetime
    closes: datetime


def schedule(ends: datetime, after: timedelta, pull_after: Sequence[timedelta]) -> Schedule:
    """`after` and `pull_after` are counted from the planned end."""
    due = ends + after
    patience = max(due, ends + max(pull_after, default=timedelta(0))) + PATIENCE
    return Schedule(due, patience, patience + OPEN_FOR)


def attendance_settled(event: Event, pulls: Sequence[Pull], pull_after: Sequence[timedelta]) -> bool:
    """Whether the figures will not change by themselves any more.

    Two pulls agree in a way that proves something, the meeting was not held, or the last planned pull was made.
    """
    if event.ends is None:
        return False
    last = event.ends.instant + max(pull_after, default=timedelta(0))
    return enough(event, pulls) or was_held(pulls, event) is False or any(pull.at >= last for pull in pulls)


def waits_for(event: Event, when: Schedule, *, known: bool, now: datetime) -> Hold | None:
    """Why the mail is not written yet; `known`: enough is known of who was there."""
    if now < when.due:
        return Hold(KIND, event.id, "after the event", until=when.due)
    if not known and now < when.patience:
        return Hold(KIND, event.id, "waits until attendance is settled", until=when.patience)
    return None


def plan_follow_ups(
    event: Event, people: Sequence[Registrant], history: History, attendance: Attendance
) -> list[Change]:
    """One mail for each person who was invited and still counts as coming.

    seen at the event         thanks, the recording if there is one
    not seen, or not recorded the recording, in words that fit both; nothing while there is no recording
    told already              nothing, whatever became known since: one mail only
    """
    came = {row.person.id for row in attendance.present if row.person is not None}
    changes = []
    for person in people:
        rows = history.get(person.id, ())
        was_there = person.id in came
        if not (was_there or event.recording_url):
            continue
        wanted = _wanted(event, person, rows, was_there)
        if wanted is not None:
            reason = "was there" if was_there else "there is a recording"
            changes.append(Change(KIND, person.key, reason, wanted=wanted))
    return changes


def unfit_follow_ups(
    event: Event, people: Mapping[str, Registrant], history: History, when: Schedule | None, now: datetime
) -> list[Message]:
    """Unsent ones that are not to go out any more. `people` by registrant id; `when` None: nobody gets one."""
    published = event.state is EventState.PUBLISHED and when is not None and now < when.closes
    return [
        row
        for registrant_id, rows in history.items()
        for row in rows
        if row.kind == KIND
        and row.state in UNSENT
        and not (published and _still_theirs(row, people.get(registrant_id)))
    ]


def _still_theirs(row: Message, person: Registrant | None) -> bool:
    return person is not None and person.is_coming and person.email == row.email


def _wanted(event: Event, person: Registrant, rows: Sequence[Message], came: bool) -> WantedFollowUp | None:
    told = invitation_of(rows)
    if told is None or not person.is_coming or person.is_erased:
        return None
    earlier = [row for row in rows if row.kind == KIND]
    if any(_counts(row, person) for row in earlier):
        return None
    return WantedFollowUp(
        person=person,
        # Not of the start: a start that is put right afterwards is no second event.
        uid=mail_uid(event.id, person.id, PURPOSE),
        incarnation=told.incarnation,
        sequence=max((row.sequence for row in earlier), default=-1) + 1,
        facts=facts_for(event, person, None),
        kind=KIND,
        purpose=PURPOSE,
        email=person.email,
        reply_to=told.message_id,
        came=came,
        recording=event.recording_url,
    )


def _counts(row: Message, person: Registrant) -> bool:
    """Whether this one is what the person gets. A refused one does until the address is put right."""
    if row.state is MessageState.REFUSED:
        return row.email == person.email
    return row.state is not MessageState.SUPERSEDED

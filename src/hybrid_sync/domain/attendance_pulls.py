"""When attendance is pulled, when that is enough, and whether the meeting was held at all.

Why not once (webex.md 3.1, 3.2, 4): a run is listed some 15 minutes after its end, leave times still come in for hours,
and the attendee report, which a pull is compared with, is complete a day after the end only and gone after ninety.
All instants are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol

from hybrid_sync.domain.events import Event

COMPLETE_AFTER = timedelta(hours=24)
"""After the end: everything is told, by Webex's own word about its attendee report (webex.md 3.2)."""

APART = timedelta(hours=1)
"""Two pulls in a row agree because nothing had time to change; that proves nothing."""

REPORT_KEPT = timedelta(days=90)
"""For how long Webex keeps its attendee report (webex.md 3.2)."""

LAST_LOOK = REPORT_KEPT - timedelta(days=7)
"""When attendance that never came to rest is pulled once more: a week is left for a person then."""


PURGED = "purged"
"""Stands for the fingerprint where stays were deleted after their time ([retention] attendance_days); the pull's notes
hold the figures of then."""


class Pull(Protocol):
    """What is kept of one look: when, the ids of the runs that count, and a fingerprint of everything told."""

    @property
    def at(self) -> datetime: ...
    @property
    def instances(self) -> tuple[str, ...]: ...
    @property
    def digest(self) -> str: ...


def pulls_due(
    event: Event, pulls: Sequence[Pull], after: Sequence[timedelta], now: datetime, *, report: bool = True
) -> tuple[bool, datetime | None]:
    """Whether attendance should be pulled now, and when next.

    `after` are the delays after the planned end; one pull makes up for all the moments that were missed before it.
    Nothing more is due once it is enough, or once it is certain that the meeting was not held. With `report` a pull
    that never agreed with another is repeated `LAST_LOOK` after the end, before the attendee report is gone.
    """
    if event.ends is None or enough(event, pulls) or was_held(pulls, event) is False:
        return (False, None)
    end = event.ends.instant
    delays = {*after, LAST_LOOK} if report and after else set(after)
    moments = sorted(end + delay for delay in delays)
    passed = [moment for moment in moments if moment <= now]
    ahead = next((moment for moment in moments if moment > now), None)
    due = bool(passed) and not any(pull.at >= passed[-1] for pull in pulls)
    return (due, ahead)


def enough(event: Event, pulls: Sequence[Pull]) -> bool:
    """Whether two pulls agree in a way that proves something.

    The newest one was made `COMPLETE_AFTER` the end at the earliest: two pulls after 20 minutes and 2 hours may well
    agree while leave times are still missing in both. It tells the same as the ones before it, back to one that is
    at least `APART` older. Pulls of before the end (the event was moved since) prove nothing.
    """
    told = _since_end(event, pulls)
    if event.ends is None or not told or told[-1].at < event.ends.instant + COMPLETE_AFTER:
        return False
    newest = told[-1]
    agreeing = list(takewhile(lambda pull: pull.digest == newest.digest, reversed(told)))
    return bool(newest.digest) and newest.at - agreeing[-1].at >= APART


def agreement(pulls: Sequence[Pull]) -> bool | None:
    """Whether the newest pull tells the same as the one before it; None when there is nothing to compare."""
    if len(pulls) < 2 or not pulls[-1].digest or not pulls[-2].digest:
        return None
    return pulls[-1].digest == pulls[-2].digest


def was_held(pulls: Sequence[Pull], event: Event) -> bool | None:
    """Whether the meeting took place: True as soon as a pull saw a run that counts, whatever later ones say.

    False when none did, and the newest was made `COMPLETE_AFTER` the planned end or later: an ended run is listed
    after a quarter of an hour, and a meeting cannot be longer than 24 hours. A rehearsal is no run that counts. None
    while it cannot be said: too early, never pulled, no end planned. So "never pulled" is not "not held": an event
    without a Webex meeting, or one whose attendance came from a file, has no pulls.
    """
    told = _since_end(event, pulls)
    if any(pull.instances for pull in told):
        return True
    if event.ends is None or not told or told[-1].at < event.ends.instant + COMPLETE_AFTER:
        return None
    return False


def complete_from(event: Event, ended: Iterable[datetime | None]) -> datetime | None:
    """From when on everything is told, by the planned end and by those at which the runs really ended."""
    if event.ends is None:
        return None
    return max([event.ends.instant, *(end for end in ended if end is not None)]) + COMPLETE_AFTER


def report_gone_at(event: Event) -> datetime:
    """When Webex's attendee report of the event cannot be read any more: it is asked for from the start on."""
    return event.starts.instant + REPORT_KEPT


def _since_end(event: Event, pulls: Sequence[Pull]) -> list[Pull]:
    return [pull for pull in pulls if event.ends is not None and pull.at >= event.ends.instant]

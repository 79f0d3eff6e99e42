"""After the database was put back from a backup: what of the outside may be newer than the record, and what is asked then.

The record of the backup is old. Where the outside differs from it, a person may have changed the record meanwhile, and
everybody outside may have been told so. No machine can tell that from a change made by hand in Webex, so that nothing is
put "right" before a person has said which of the two holds.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.invitations import EVERYBODY
from hybrid_sync.domain.localtime import LocalTime, local_of
from hybrid_sync.domain.meeting_plan import Ask
from hybrid_sync.domain.meetings import Meeting, to_change
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change
from hybrid_sync.domain.staff_calendar import Entry, entry_changes
from hybrid_sync.domain.staff_calendar_plan import AskStaff, EntryUpdate

COPY = (
    "a copy that was put back (or its server was upgraded), and nobody has said so: what is newer outside would be "
    "overwritten"
)
"""What a database is that does not find itself where it was written."""

SPARE = 100
"""How far a SEQUENCE is above all that the ledger of the backup knows, whatever the clock says."""

_SEQUENCES_FROM = datetime(2020, 1, 1, tzinfo=UTC)

_RECORD = ("title", "starts", "ends", "place", "description")

_TEXT = "text"

_WORDS = {"subject": "title", "location": "place", "agenda": "description", "body": _TEXT}
"""What the outside calls the fields of the record."""

_TOLD = frozenset({"title", "starts", "ends", "place"})
"""What people are told of an event: where it differs outside, they may have been told something else than the ledger says."""


@dataclass(frozen=True)
class Restored:
    """What is remembered of one event since a restore.

    `floor`: no SEQUENCE written after the restore is below it. `before` are marks of what the record said when it was
    put back, empty once the outside was looked at and is in line, or a person has spoken. `told_from` says, by registrant
    id or EVERYBODY, from which SEQUENCE on the ledger is believed: who was told last below it may have been told something
    else since, and is told again.
    """

    event_id: str
    at: datetime
    floor: int
    before: tuple[str, ...] = ()
    told_from: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return bool(self.before)


@dataclass(frozen=True)
class Doubt:
    """One thing outside that is not as the record says. `told`: who may have been told so, by registrant id or EVERYBODY."""

    words: str
    told: tuple[str, ...] = ()
    gone: bool = False


def sequence_floor(at: datetime, newest: int) -> int:
    """From which SEQUENCE on messages are numbered after a restore at `at`; `newest` is the highest in the ledger.

    Numbers sent between backup and restore are known to nobody. Minutes since 2020 are above them, because nobody is
    sent a message every minute, and rise from one restore of the same backup to the next. RFC 5546 2.1.4 asks for rising
    numbers, not for each of them; 31 bits last for four thousand years.
    """
    minutes = int((at - _SEQUENCES_FROM).total_seconds() // 60)
    return max(minutes, newest + SPARE)


def marks(event: Event) -> tuple[str, ...]:
    """What the record says, field by field, so that a person's change of it can be told later."""
    return tuple(f"{name}={_digest(getattr(event, name))}" for name in _RECORD)


def spoken(event: Event, before: Collection[str]) -> frozenset[str]:
    """The fields that a person has changed here since: there the record is their word."""
    return frozenset(name for name, mark in zip(_RECORD, marks(event), strict=True) if mark not in before)


def _digest(value: object) -> str:
    text = value.isoformat() if isinstance(value, LocalTime) else str(value)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def doubts(
    event: Event,
    changes: Iterable[Change],
    said: Collection[str],
    *,
    registered: Collection[str],
    ignored: Collection[str] = (),
    anew: bool = False,
) -> list[Doubt]:
    """What of `changes` would undo something outside that may be newer than the record.

    `said` are the fields that a person has changed here since, `registered` the e-mail keys of those whom we registered,
    `ignored` what Webex was told before and did not take over. `anew`: a person has asked for a new meeting.
    """
    found: list[Doubt] = []
    missing: list[Registrant] = []
    removed: list[str] = []
    for change in changes:
        if change.kind in ("meeting.create", "calendar.create"):
            if not anew:
                found.append(_gone(change))
        elif change.kind in ("meeting.update", "calendar.update"):
            names = [name for name in _differing(change, ignored) if not _settled(name, said)]
            if names:
                found.append(_differs(event, change, names))
        elif change.kind == "registrant.add" and change.acts and change.target in registered:
            missing.append(change.wanted)
        elif change.kind == "registrant.remove" and change.acts:
            removed.append(change.target)
        elif change.kind == "collection.publish" and change.seen is not None and not said:
            found.append(Doubt("the public calendar holds another version of it", (EVERYBODY,)))
    if missing:
        words = f"{len(missing)} who were registered in Webex are registered there no more, and come here"
        found.append(Doubt(words, tuple(person.id for person in missing)))
    if removed:
        found.append(Doubt(f"{len(removed)} are registered in Webex and do not come online here"))
    return found


def _differing(change: Change, ignored: Collection[str]) -> Sequence[str]:
    """The names of the record's fields in which the two sides of an update differ."""
    wanted, seen = change.wanted, change.seen
    if isinstance(change, (Ask, AskStaff)) and change.topic:
        return ()
    if isinstance(change, EntryUpdate):
        names: Sequence[str] = change.changes.fields
    elif isinstance(seen, Entry):
        names = entry_changes(wanted, seen).fields
    elif isinstance(seen, Meeting):
        names = to_change(wanted, seen, ignored)
    else:
        return ()
    # A lobby, say, comes from the settings, which no backup of the database puts back.
    return [word for word in (_WORDS.get(name, name) for name in names) if word in (*_RECORD, _TEXT)]


def _settled(name: str, said: Collection[str]) -> bool:
    """The text of a staff entry is made of all fields: whoever changed one of them has changed it."""
    return name in said or (name == _TEXT and bool(said))


def _gone(change: Change) -> Doubt:
    what = (
        "no meeting of it is in Webex"
        if change.kind == "meeting.create"
        else "no staff entry of it is in the calendar"
    )
    return Doubt(what, (EVERYBODY,), gone=True)


def _differs(event: Event, change: Change, names: Sequence[str]) -> Doubt:
    seen: Meeting | Entry = change.seen
    where, title = (
        ("in Webex the meeting", seen.title)
        if isinstance(seen, Meeting)
        else ("the staff entry", seen.subject)
    )
    parts: list[str] = []
    if "starts" in names or "ends" in names:
        stands = _span(*(local_of(moment, event.time_zone) for moment in (seen.starts, seen.ends)))
        parts.append(f"is at {stands} (record: {_span(event.starts, event.ends)})")
    if "title" in names:
        parts.append(f"is called “{title}” (record: “{event.title}”)")
    others = [name for name in names if name not in ("starts", "ends", "title")]
    if others:
        parts.append(f"has another {', '.join(others)}")
    return Doubt(f"{where} {' and '.join(parts)}", (EVERYBODY,) if _TOLD & set(names) else ())


def _span(starts: LocalTime, ends: LocalTime | None) -> str:
    """A time on the clock of its zone, with the zone's name of that day."""
    if ends is None:
        return f"{starts.wall:%Y-%m-%d %H:%M} {starts.abbreviation}"
    until = f"{ends.wall:%H:%M}" if ends.date == starts.date else f"{ends.wall:%Y-%m-%d %H:%M}"
    return f"{starts.wall:%Y-%m-%d %H:%M} to {until} {ends.abbreviation}"


def asked(event: Event, found: Sequence[Doubt], changes: Iterable[Change], *, made: bool) -> str:
    """The question, with both ways out. `made`: the record knows of a meeting."""
    stands = "; ".join(doubt.words for doubt in found)
    return (
        "the database was put back from a backup, and the outside may be newer than the record: "
        f"{stands}. Until it is decided nothing of this event is changed outside and none of its mails goes out. "
        f"{_newer(event, found, changes)}. {_older(event, found, made)}"
    )


def _newer(event: Event, found: Sequence[Doubt], changes: Iterable[Change]) -> str:
    """How to take over what stands outside."""
    if any(doubt.gone for doubt in found):
        return (
            f"If the event was cancelled since the backup: hybrid-sync event cancel {shlex.quote(event.id)}"
        )
    commands = _commands(event, changes)
    how = (
        " and ".join(commands)
        if commands
        else "change the record the same way (hybrid-sync event, hybrid-sync registrants)"
    )
    return f"If the outside is right: {how}; everybody is told"


def _commands(event: Event, changes: Iterable[Change]) -> list[str]:
    """What puts time and title of the record where the outside has them."""
    name = shlex.quote(event.id)
    for change in changes:
        seen = change.seen
        if change.kind not in ("meeting.update", "calendar.update") or not isinstance(seen, (Meeting, Entry)):
            continue
        names = _differing(change, ())
        commands: list[str] = []
        if "starts" in names or "ends" in names:
            starts, ends = (local_of(moment, event.time_zone) for moment in (seen.starts, seen.ends))
            commands.append(
                f"hybrid-sync event reschedule {name} --starts '{starts.wall:%Y-%m-%d %H:%M}' "
                f"--ends '{ends.wall:%Y-%m-%d %H:%M}'"
            )
        if "title" in names:
            title = seen.title if isinstance(seen, Meeting) else seen.subject
            commands.append(f"hybrid-sync event edit {name} --title {shlex.quote(title)}")
        if commands:
            return commands
    return []


def _older(event: Event, found: Sequence[Doubt], made: bool) -> str:
    """How to bring the outside back to the record."""
    name = shlex.quote(event.id)
    if made and any(doubt.gone for doubt in found):
        return f"If it takes place: hybrid-sync event publish {name} --anew makes what is missing, and everybody is told again"
    return (
        f"If the record is right: hybrid-sync sync {name} --force brings the outside back to it, and everybody is "
        "told again where they may have been told something else"
    )

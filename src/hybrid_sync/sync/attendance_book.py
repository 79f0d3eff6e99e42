"""The registration store -> one event's attendance, worked out anew from raw facts whenever it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hybrid_sync.domain.attendance import Attendance, attendance
from hybrid_sync.domain.attendance_pulls import PURGED, was_held
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.matching import Click, Evidence, Participant, participants
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.presence import AttendanceRules, Segment
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import PullRecord, Store, Transaction

# sync.joining notes both: the second where Webex gave the person no URL of their own and they typed who they are.
_CLICKS = frozenset({"join.click", "join.fallback"})


@dataclass(frozen=True)
class _Facts:
    event: Event
    people: tuple[Registrant, ...]
    stays: tuple[Segment, ...]
    pulls: tuple[PullRecord, ...]
    rules: AttendanceRules
    evidence: Evidence


class AttendanceBook:
    """Reads what was recorded and decided, by the house's `rules`. Writes nothing."""

    def __init__(self, store: Store, rules: AttendanceRules) -> None:
        self._store = store
        self._rules = rules

    def of(self, event_id: str) -> Attendance:
        """The event's attendance as far as it is known. Raises NotFound for no such event and for one without end."""
        return _attendance(self._facts(event_id))

    def who(self, event_id: str) -> list[Participant]:
        """Everybody and everything that was recorded, and who that is. Raises NotFound."""
        return _participants(self._facts(event_id))

    def both(self, event_id: str) -> tuple[Attendance, list[Participant]]:
        """`of` and `who` from one look: they speak of the same stays and decisions. Raises NotFound."""
        facts = self._facts(event_id)
        return _attendance(facts), _participants(facts)

    def _facts(self, event_id: str) -> _Facts:
        with self._store.read() as tx:
            event = tx.events.get(event_id)
            if event.ends is None:
                raise NotFound(f"event {event_id} has no end yet, so nobody's share of it can be counted")
            helpers = [speaker.email for speaker in (*event.speakers, *event.moderators) if speaker.email]
            stays, pulls = tx.attendance.of(event_id), tx.attendance.pulls(event_id)
            if pulls and pulls[-1].digest == PURGED and not stays:
                raise NotFound(f"event {event_id}: {'; '.join(pulls[-1].notes)}")
            staff = (*self._rules.staff, *tx.meeting_staff.of(event_id), *helpers)
            return _Facts(
                event=event,
                people=tuple(tx.people.of(event_id)),
                stays=tuple(stays),
                pulls=tuple(pulls),
                rules=replace(self._rules, staff=staff),
                evidence=_evidence(tx, event_id),
            )


def _attendance(facts: _Facts) -> Attendance:
    last = facts.pulls[-1] if facts.pulls else None
    return attendance(
        facts.event,
        facts.people,
        facts.stays,
        facts.rules,
        facts.evidence,
        pulled_at=last.at if last else None,
        notes=last.notes if last else (),
        held=was_held(facts.pulls, facts.event) is not False,
    )


def _participants(facts: _Facts) -> list[Participant]:
    return participants(facts.people, facts.stays, facts.rules, facts.evidence)


def _evidence(tx: Transaction, event_id: str) -> Evidence:
    return Evidence(
        sources={one.source_id: one.registrant_id for one in tx.sources.of(event_id).values()},
        choices={key: one.registrant_id for key, one in tx.matches.of(event_id).items()},
        aliases={key: one.email_key for key, one in tx.aliases.of(event_id).items()},
        clicks=[Click(line.target, line.at) for line in tx.audit.of(event_id) if line.what in _CLICKS],
    )

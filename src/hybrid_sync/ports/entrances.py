"""Who has a way into the meeting that is not a registration: links of their own, co-hosts, panelists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.staff import Helper, Invitee
from hybrid_sync.errors import ProviderError
from hybrid_sync.ports.rows import SourceRecord, StaffRecord


@dataclass(frozen=True)
class OwnLinks:
    """What came of asking for links: links by registrant id, and refusals by registrant id."""

    links: Mapping[str, str]
    refused: Mapping[str, ProviderError] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"OwnLinks({len(self.links)} links, {len(self.refused)} refused)"


class InvitationSources(Protocol):
    """Permanent personal links into a webinar without registration (webex.md 2.3)."""

    batch_size: int

    def source_id(self, person: Registrant) -> str:
        """The mark under which this person's stays come back; tells nothing about the person."""
        ...

    def links(self, meeting_id: str, people: Sequence[Registrant]) -> Mapping[str, str]:
        """Links of those of `people` who have one, by registrant id."""
        ...

    def add(self, meeting_id: str, people: Sequence[Registrant]) -> OwnLinks:
        """Make a link for each of at most `batch_size` people; people who have one already are fine."""
        ...


class MeetingStaff(Protocol):
    """The meeting's co-hosts and panelists."""

    def listed(self, meeting_id: str) -> Sequence[Invitee]:
        """Every invited person with a role; in a webinar never its registrants."""
        ...

    def add(self, meeting_id: str, helper: Helper, known: Invitee | None) -> Invitee:
        """Invite without mail, or give the role to somebody who is invited already."""
        ...

    def remove(self, meeting_id: str, invitee_id: str) -> None:
        """Take somebody out without mail; who is gone already is fine."""
        ...


class Sources(Protocol):
    """Registrants' own links into webinars without registration, and which source is whose."""

    def of(self, event_id: str) -> Mapping[str, SourceRecord]:
        """By registrant id, whichever meeting of the event they belong to."""
        ...

    def put(self, records: Sequence[SourceRecord]) -> None: ...


class MeetingStaffRows(Protocol):
    """The co-hosts and panelists whom we put into the meeting: nobody else's are ever removed."""

    def of(self, event_id: str) -> Mapping[str, StaffRecord]:
        """By e-mail key."""
        ...

    def put(self, record: StaffRecord) -> None: ...
    def drop(self, event_id: str, key: str) -> None: ...

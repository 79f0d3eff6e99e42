"""Who helps to run the meeting in Webex: co-hosts, and in a webinar its panelists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.meetings import MeetingKind
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.plan import Change


@dataclass(frozen=True)
class Helper:
    """Somebody who should have a role. A webinar's co-hosts are its panelists too (webex.md 2.4)."""

    email: str
    name: str
    cohost: bool
    panelist: bool

    @property
    def key(self) -> str:
        return email_key(self.email)


@dataclass(frozen=True)
class Invitee:
    """Somebody whom the meeting has on its list of invited people."""

    id: str
    email: str
    cohost: bool = False
    panelist: bool = False

    @property
    def key(self) -> str:
        return email_key(self.email)

    def __repr__(self) -> str:
        return f"Invitee({self.id!r})"


def wanted_staff(event: Event, kind: MeetingKind, cohosts: Sequence[str]) -> dict[str, Helper]:
    """Who should have a role, by e-mail key: the house's `cohosts`, and speakers and moderators with an address.

    In a meeting everybody is a co-host, because it knows no other role; in a webinar speakers are panelists.
    """
    webinar = kind is MeetingKind.WEBINAR
    named = [
        Helper(person.email, person.name, cohost=not webinar, panelist=webinar)
        for person in (*event.speakers, *event.moderators)
        if person.email
    ]
    house = [Helper(address, "", cohost=True, panelist=webinar) for address in cohosts]
    return {helper.key: helper for helper in (*named, *house)}


SENT = ""
"""Stands for the id of an invitee whose invitation was sent, and whose answer was never read."""


def plan_staff(
    wanted: Mapping[str, Helper], seen: Sequence[Invitee], ours: Mapping[str, str], kind: MeetingKind
) -> list[Change]:
    """Additions and removals. `ours` are the invitee ids (or SENT) of people whom we put there, by e-mail key.

    Nobody else is ever removed: an organiser may invite people by hand, and a webinar's registrants stand on the
    same list (webex.md 2.4). Webex makes a co-host only of somebody with a host account on the site, and says
    nothing otherwise, so that a missing co-host mark in a meeting is not sent again.
    """
    present = {invitee.key: invitee for invitee in seen}
    webinar = kind is MeetingKind.WEBINAR
    removals = [
        Change("meeting.update", key, "has no role in the event any more", seen=present[key])
        for key, invitee_id in sorted(ours.items())
        if key not in wanted and key in present and invitee_id in (present[key].id, SENT)
    ]
    additions = [
        Change("meeting.update", key, _role(helper), wanted=helper, seen=present.get(key))
        for key, helper in wanted.items()
        if key not in present or (webinar and helper.panelist and not present[key].panelist)
    ]
    return removals + additions


def _role(helper: Helper) -> str:
    return "is a panelist" if helper.panelist else "is a co-host"

"""Who must be registered in the meeting, and who must not be any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hybrid_sync.domain.people import Mode, Registrant, email_key
from hybrid_sync.domain.plan import Change, check_removals


@dataclass(frozen=True)
class MeetingRegistrant:
    """A registration as the meeting holds it. `status` is the provider's word: approved, pending or rejected."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    status: str = "approved"

    @property
    def key(self) -> str:
        return email_key(self.email)


def wanted_online(people: Sequence[Registrant]) -> dict[str, Registrant]:
    """Those who must be registered in the meeting, by e-mail key."""
    return {person.key: person for person in people if person.is_coming and person.mode is Mode.ONLINE}


def plan_registrants(
    event_id: str,
    people: Sequence[Registrant],
    seen: Sequence[MeetingRegistrant],
    ours: Mapping[str, str],
    *,
    force: bool = False,
) -> list[Change]:
    """Additions and removals that bring the meeting's list in line with ours.

    `ours` maps the e-mail key to the registration id of everybody that we put there. Somebody who registered in
    Webex directly carries no mark of ours and is left alone. Removals come first, so that a place is free before
    it is given away. Raises UnsafePlan when too many would go.
    """
    wanted = wanted_online(people)
    present = {registrant.key: registrant for registrant in seen}
    removals = [
        Change("registrant.remove", key, _why_not(key, people), seen=present[key])
        for key, registrant_id in sorted(ours.items())
        if key not in wanted and key in present and present[key].id == registrant_id
    ]
    if not force:
        check_removals(len(removals), len(present), f"registrants of event {event_id}")
    additions = [
        Change("registrant.add", key, "registered here, not in the meeting", wanted=person)
        for key, person in wanted.items()
        if key not in present
    ]
    return removals + additions


def _why_not(key: str, people: Sequence[Registrant]) -> str:
    person = next((person for person in people if person.key == key), None)
    if person is None:
        return "no longer registered here"
    if not person.is_coming:
        return f"is {person.status.value} here"
    return "comes to the room"

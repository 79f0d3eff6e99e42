"""Who must be registered in the meeting, who must not be any more, and who came in by another door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus, email_key, is_email_address
from hybrid_sync.domain.plan import Change, Hold, check_removals

Direct = Literal["report", "pull", "ignore"]
"""What becomes of people who registered in Webex and not here."""

MOST_NAMED = 10
"""So many people are named in one question; the others are counted."""


@dataclass(frozen=True)
class MeetingRegistrant:
    """A registration as the meeting holds it. `status` is the provider's word: approved, pending or rejected.

    `registered_at` is UTC, None where the provider does not tell it.
    """

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    status: str = "approved"
    registered_at: datetime | None = None

    @property
    def key(self) -> str:
        return email_key(self.email)


def wanted_online(people: Sequence[Registrant]) -> dict[str, Registrant]:
    """Those who must be registered in the meeting, by e-mail key."""
    return {
        person.key: person
        for person in people
        if person.is_coming and person.mode is Mode.ONLINE and not person.is_erased
    }


def by_key(seen: Sequence[MeetingRegistrant], ours: Mapping[str, str]) -> dict[str, MeetingRegistrant]:
    """What the meeting holds, one registration for each address.

    How Webex compares addresses is not known (webex.md 2.2): where it holds two spellings of one, ours counts, and
    else the one with which its holder gets in.
    """
    order = {"approved": 2, "pending": 1}
    ranked = sorted(seen, key=lambda one: (ours.get(one.key) == one.id, order.get(one.status, 0)))
    return {registrant.key: registrant for registrant in ranked}


def plan_registrants(
    event_id: str,
    people: Sequence[Registrant],
    seen: Sequence[MeetingRegistrant],
    ours: Mapping[str, str],
    *,
    turned_down: Collection[str] = (),
    force: bool = False,
) -> list[Change]:
    """Removals, additions and approvals that bring the meeting's list in line with ours, in this order.

    `ours` maps the e-mail key to the registration id of everybody that we put there. Somebody who registered in
    Webex directly carries no mark of ours and is left alone. `turned_down` are the keys whose registration we
    rejected ourselves. Removals come first, so that a place is free before it is given away. Raises UnsafePlan when
    too many would go.
    """
    wanted = wanted_online(people)
    present = by_key(seen, ours)
    removals = _removals(people, wanted, present, ours)
    if not force:
        check_removals(len(removals), len(present), f"registrants of event {event_id}")
    additions = [
        Change("registrant.add", key, "registered here, not in the meeting", wanted=person)
        for key, person in wanted.items()
        if key not in present
    ]
    approvals = [
        _approval(event_id, person, present[key], force or key in turned_down)
        for key, person in wanted.items()
        if key in present and present[key].status != "approved"
    ]
    return removals + additions + approvals


def _removals(
    people: Sequence[Registrant],
    wanted: Mapping[str, Registrant],
    present: Mapping[str, MeetingRegistrant],
    ours: Mapping[str, str],
) -> list[Change]:
    """Who must go. `wanted` of such a change is None to delete, or the rejected registration that should stand there.

    registration     | here                | =
    -----------------+---------------------+-----------------------------------------
    pending          | rejected            | reject it, whoever made it
    rejected, ours   | rejected            | as it should be
    pending          | pending, waitlisted | as it should be: both wait for a word
    any other, ours  | not coming online   | delete
    not ours         | anything else       | left alone: not our doing (unasked_for)
    """
    known = {person.key: person for person in people}
    changes = []
    for key, registrant in sorted(present.items()):
        if key in wanted:
            continue
        person = known.get(key)
        here = person.status if person is not None else None
        refused_here = here is RegistrantStatus.REJECTED
        if registrant.status == "pending" and here in (RegistrantStatus.PENDING, RegistrantStatus.WAITLISTED):
            continue
        if refused_here and registrant.status == "pending":
            rejected = replace(registrant, status="rejected")
            reason = "is rejected here, pending in Webex"
            changes.append(Change("registrant.remove", key, reason, wanted=rejected, seen=registrant))
        elif ours.get(key) == registrant.id and not (refused_here and registrant.status == "rejected"):
            changes.append(Change("registrant.remove", key, _why_not(person), seen=registrant))
    return changes


def _why_not(person: Registrant | None) -> str:
    if person is None:
        return "no longer registered here"
    if not person.is_coming:
        return f"is {person.status.value} here"
    return "comes to the room"


def _approval(event_id: str, person: Registrant, seen: MeetingRegistrant, even_rejected: bool) -> Change:
    """What is pending is approved; what somebody else rejected is a person's decision, not ours to turn over."""
    if seen.status == "pending" or even_rejected:
        reason = f"is approved here, {seen.status} in Webex"
        return Change("registrant.approve", person.key, reason, wanted=person, seen=seen)
    reason = (
        f"is {seen.status} in Webex, by hand or by a rule of its form, and approved here: approve them in Webex, or "
        f"hybrid-sync registrants withdraw {event_id} {person.email}; --force approves them there all the same"
    )
    return Hold("registrant.approve", person.key, reason, wanted=person, seen=seen)


def plan_direct(
    event_id: str,
    people: Sequence[Registrant],
    seen: Sequence[MeetingRegistrant],
    ours: Mapping[str, str],
    direct: Direct,
) -> list[Change]:
    """What is to become of registrations that we did not make.

    `pull` takes strangers over as registrants of ours, `report` asks about them in one question, `ignore` says
    nothing. Whoever withdrew here, or waits here, and is registered in Webex directly is never brought back by a
    machine: that is asked, person by person.
    """
    if direct == "ignore":
        return []
    known = {person.key: person for person in people}
    foreign = [
        one for one in by_key(seen, ours).values() if ours.get(one.key) != one.id and one.status != "rejected"
    ]
    strangers = [one for one in foreign if one.key not in known]
    taken = [one for one in strangers if direct == "pull" and is_email_address(one.email.strip())]
    left = [one for one in strangers if one not in taken]
    changes = [
        Change("registrant.pull", one.key, f"registered in Webex directly, {one.status} there", seen=one)
        for one in taken
    ]
    if left:
        changes.append(Hold("registrant.pull", event_id, _about_strangers(left, direct), seen=tuple(left)))
    for one in foreign:
        person = known.get(one.key)
        if person is None or person.is_coming:
            continue
        if person.status is not RegistrantStatus.REJECTED or one.status != "pending":
            reason = _about_somebody_back(event_id, person, one)
            changes.append(Hold("registrant.pull", one.key, reason, wanted=person, seen=one))
    return changes


def erased_again(event_id: str, count: int) -> str:
    """About people who were erased and have registered in Webex since. Names nobody, because it is kept."""
    return (
        f"{count} who asked to be erased registered in Webex directly since: they are not taken over. If they want to "
        f"come, hybrid-sync registrants add {event_id} EMAIL --after-erasure; else delete them in Webex"
    )


def _about_strangers(strangers: Sequence[MeetingRegistrant], direct: Direct) -> str:
    named = ", ".join(f"{one.first_name} {one.last_name}".strip() or "?" for one in strangers[:MOST_NAMED])
    more = f" and {len(strangers) - MOST_NAMED} more" if len(strangers) > MOST_NAMED else ""
    if direct == "pull":
        return f"registered in Webex with an address that is none, so not taken over: {named}{more}"
    return (
        f"{len(strangers)} registered in Webex directly and are not registered here ({named}{more}): they get no "
        'invitation. Take them all over with [webex] direct_registrants = "pull", add them one by one with '
        'hybrid-sync registrants add, or leave it so with "ignore"'
    )


def _about_somebody_back(event_id: str, person: Registrant, seen: MeetingRegistrant) -> str:
    return (
        f"is {person.status.value} here, and registered in Webex directly ({seen.status}): to let them come, "
        f"hybrid-sync registrants approve {event_id} {person.email}; if not, remove them in Webex"
    )


def pulled(event_id: str, new_id: str, seen: MeetingRegistrant, language: str, now: datetime) -> Registrant:
    """The registrant that somebody becomes who registered in Webex directly: approved or pending, as they are there."""
    first = seen.first_name or seen.last_name or seen.key.partition("@")[0]
    approved = seen.status == "approved"
    return Registrant(
        id=new_id,
        event_id=event_id,
        email=seen.email.strip(),
        first_name=first,
        last_name=seen.last_name if seen.first_name else "",
        language=language,
        status=RegistrantStatus.APPROVED if approved else RegistrantStatus.PENDING,
        registered_at=seen.registered_at or now,
    )

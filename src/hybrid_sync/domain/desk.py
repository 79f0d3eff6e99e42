"""What the desk at the door asks: who somebody is, and whether a time can be meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hybrid_sync.domain.door import AtDoor, as_code, door_code, door_days, found, similar
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.localtime import local_of
from hybrid_sync.domain.people import Registrant, is_email_address
from hybrid_sync.domain.presence import Segment
from hybrid_sync.errors import InputError


def who_is(people: Sequence[Registrant], who: str, walk_in: bool) -> AtDoor:
    """The one person whom `who` fits. Raises InputError for none and for several, with the ways out."""
    fitting = found(people, who)
    if len(fitting) == 1:
        return AtDoor(fitting[0].name, fitting[0].email, fitting[0])
    if fitting:
        by_code = as_code(who) is not None and all(door_code(person.id) == as_code(who) for person in fitting)
        shown = " or ".join(
            f"{person.name} ({person.email if by_code else door_code(person.id)})" for person in fitting
        )
        way = "e-mail address" if by_code else "door code or e-mail address"
        raise InputError(f"'{who}' fits {len(fitting)} people: {shown}: say which by {way}")
    if not walk_in:
        raise InputError(
            f"'{who}' fits nobody who is registered{hint(people, who)}; for somebody unregistered say --walk-in"
        )
    return walk_in_of(who, who if "@" in who else "")


def walk_in_of(name: str, email: str) -> AtDoor:
    """Somebody whom nobody registered. Raises InputError for no name and for what is no address."""
    if not name.strip():
        raise InputError("a walk-in needs a name")
    if email and not is_email_address(email.strip()):
        raise InputError(f"'{email}' is no e-mail address")
    return AtDoor(name.strip(), email.strip())


def hint(people: Sequence[Registrant], who: str) -> str:
    """Whom else `who` may have meant, in brackets; "" when nobody comes near."""
    alike = similar(people, who)
    return (
        " (did you mean " + ", ".join(f"{person.name}, {door_code(person.id)}" for person in alike) + "?)"
        if alike
        else ""
    )


def since_when(before: Sequence[Segment], left: datetime | None) -> datetime | None:
    """For a leaving time alone: when the stay that it ends began. Raises InputError when there is none."""
    if left is None:
        return None
    begun = [stay.joined for stay in before if stay.joined is not None and stay.joined <= left]
    if not begun:
        raise InputError("a leaving time of somebody who was not checked in before it: say --at as well")
    return begun[-1]


def check_days(event: Event, at: datetime, left: datetime | None, *, told: bool) -> None:
    """Raise InputError for a moment outside the event's own days. `told` says that a person gave the times."""
    first, last = door_days(event)
    for moment in (at, left):
        if moment is not None and not first <= moment < last:
            here = f"{local_of(moment, event.time_zone).wall:%Y-%m-%d %H:%M}"
            raise InputError(
                f"{here} is not on the day of event {event.id} ({event.starts.date.isoformat()})"
                + ("" if told else ": say with --at when it was")
            )


def touching(before: Sequence[Segment], at: datetime) -> Segment:
    """The known stay in which `at` lies."""
    inside = [stay for stay in before if (stay.joined or at) <= at and (stay.left is None or at <= stay.left)]
    return (inside or list(before))[-1]

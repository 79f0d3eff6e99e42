"""Who comes in: behind which link, into which row of attendance."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from .runs import Instance, Participant
from .state import Meeting, Source
from .world import World


def source(meeting: Meeting, link: str | None) -> Source | None:
    """The invitation source of a webinar's link: whoever follows it says who they are."""
    mark = parse_qs(urlsplit(link or "").query).get("MTID", [""])[0].removeprefix("m")
    return next((one for one in meeting.sources.values() if one.token == mark), None)


def behind(world: World, meeting: Meeting, link: str, at: datetime) -> tuple[str, str, bool]:
    """Address, name and whether a host, of whoever holds a link of POST /meetings/join."""
    token = parse_qs(urlsplit(link).query).get("integrationJoinToken", [""])[0]
    held = world.state.join_links.get(token)
    if held is None or held.meeting_id != meeting.id:
        raise ValueError("the link does not belong to this meeting")
    if at >= held.expires:
        raise ValueError("the link has expired")
    return held.email, held.display_name, held.starts


def row_of(world: World, run: Instance, email: str | None, at: datetime) -> Participant | None:
    """The row that a new device of this person goes into, if there is one."""
    rows = [row for row in run.participants if email and (row.email or "").lower() == email.lower()]
    if not rows:
        return None
    present = any(one.left is None or one.left > at for one in rows[-1].devices)
    return rows[-1] if present or world.options.rejoin == "device" else None


def new_row(
    meeting: Meeting,
    run: Instance,
    email: str | None,
    name: str | None,
    host: bool,
    co_host: bool,
    panelist: bool,
) -> Participant:
    """A row of somebody who was not there yet, named as the registration or the invitation has it."""
    invitee = next(
        (one for one in meeting.invitees.values() if email and one.email.lower() == email.lower()), None
    )
    person = next(
        (one for one in meeting.registrants.values() if email and one.email.lower() == email.lower()), None
    )
    callers = sum(1 for row in run.participants if row.email is None)
    default = (
        person.name if person else invitee.display_name if invitee else email or f"Call-in User_{callers + 1}"
    )
    return Participant(
        f"{run.id}_{uuid.uuid4()}",
        name or default,
        email,
        host=host,
        co_host=co_host or bool(invitee and invitee.co_host),
        invitee=invitee is not None,
        panelist=panelist or bool(invitee and invitee.panelist),
    )

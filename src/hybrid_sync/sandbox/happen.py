"""Letting a meeting happen: it starts, people join and leave on their devices, it ends, perhaps it starts again.

All times are instants of the sandbox clock and may lie ahead of it: nothing is visible before its time has come.
A script is a list of steps, each a JSON object:

    {"do": "start",   "at": "-5m"}                                  the host is there from then on
    {"do": "join",    "at": "+0m", "email": "ann@example.org"}      a registered person, by her address
    {"do": "join",    "at": "+2m", "name": "Bob", "guest": true}    somebody who did not sign in
    {"do": "join",    "at": "+3m", "device": "phone"}               a caller whom nobody knows
    {"do": "join",    "at": "+4m", "link": "http://…"}              whoever holds a link of POST /meetings/join
    {"do": "leave",   "at": "+30m", "email": "ann@example.org"}     `lost: true` when Webex never learns of it
    {"do": "breakout", "at": "+31m", "until": "+34m", "email": "ann@example.org", "session": "Group A"}
    {"do": "restart", "at": "+35m"}                                 end, and a second instance
    {"do": "end",     "at": "+60m"}

`at` is an instant in ISO 8601, or a span from the scheduled start (s, m, h), or missing for now. Further keys of
`join`: `device` (laptop, mobile, room, phone), `host`, `coHost`, `panelist`, `until` (leaves then), `listed` and
`reported` (false when the list of participants or the attendee report does not know of it). A `lost` leave that is
`reported` stands in the report alone.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from . import entrants
from .instants import parse
from .runs import Breakout, Device, Instance, Participant
from .state import Meeting
from .world import World

DEVICES = {
    "laptop": ("webex_meeting_center_windows", "voip"),
    "mobile": ("webex_meeting_center_iphone", "voip"),
    "room": ("webex_room_device", "voip"),
    "phone": ("phone", "pstn"),
}
_STEPS = {
    "start": {"without_host"},
    "join": {
        "email",
        "name",
        "guest",
        "device",
        "link",
        "host",
        "coHost",
        "panelist",
        "until",
        "listed",
        "reported",
    },
    "leave": {"email", "name", "device", "lost", "reported"},
    "breakout": {"email", "session", "until"},
    "restart": set[str](),
    "end": set[str](),
}
_SPAN = re.compile(r"([+-])(\d+(?:\.\d+)?)([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def start(world: World, meeting: Meeting, at: datetime, *, with_host: bool = True) -> Instance:
    """A new run begins. Only one can go on at a time."""
    if meeting.running(at):
        raise ValueError("the meeting is running already at that time")
    run = Instance(f"{meeting.id}_I_{10**17 + secrets.randbelow(9 * 10**17)}", at)
    meeting.instances.append(run)
    if with_host:
        join(world, meeting, run, at, email=meeting.host_email, name=world.options.host_name, host=True)
    return run


def join(
    world: World,
    meeting: Meeting,
    run: Instance,
    at: datetime,
    *,
    email: str | None = None,
    name: str | None = None,
    device: str = "laptop",
    guest: bool = False,
    link: str | None = None,
    host: bool = False,
    co_host: bool = False,
    panelist: bool = False,
    until: datetime | None = None,
    listed: bool = True,
    reported: bool = True,
) -> Participant:
    """Somebody comes in on a device. The same person twice at once is two devices of one row."""
    if at < run.started or (run.ended is not None and at >= run.ended):
        raise ValueError("nobody can join before the start or after the end of the run")
    if device not in DEVICES:
        raise ValueError(f"unknown device {device!r}: choose {', '.join(DEVICES)}")
    if until is not None and until < at:
        raise ValueError("nobody can leave before joining")
    source = entrants.source(meeting, link)
    if link is not None and source is None:
        email, name, host = entrants.behind(world, meeting, link, at)
        guest = world.options.link_join_email == "guest" and not host
    if guest:
        name, email = name or (email or "Guest").split("@")[0], f"{uuid.uuid4()}@guest.webex.localhost"
    row = entrants.row_of(world, run, email, at)
    if row is None:
        row = entrants.new_row(meeting, run, email, name, host, co_host, panelist)
        row.source_id = source.source_id if source else None
        row.listed, row.reported = listed, reported
        run.participants.append(row)
    kind, audio = DEVICES[device]
    row.devices.append(Device(str(uuid.uuid4()), kind, at, audio, until))
    return row


def leave(
    run: Instance,
    at: datetime,
    *,
    email: str | None = None,
    name: str | None = None,
    device: str | None = None,
    lost: bool = False,
    reported: bool = False,
) -> None:
    """Somebody's devices, or the one named, go away; `lost` when Webex never learns when, or in the report only."""
    here = [
        one
        for row in run.participants
        if (email and (row.email or "").lower() == email.lower()) or (name and row.display_name == name)
        for one in row.devices
        if one.left is None and not one.leave_lost and one.joined <= at
        if device is None or one.kind == DEVICES[device][0]
    ]
    if not here:
        raise ValueError(f"{email or name} is not in the meeting at that time")
    for one in here:
        one.left, one.leave_lost = (None, True) if lost else (at, False)
        one.reported_left = at if reported else None


def breakout(world: World, run: Instance, at: datetime, *, email: str, session: str, until: datetime) -> None:
    """Somebody who is there goes into a breakout session and comes back at `until`."""
    row = next((one for one in run.participants if (one.email or "").lower() == email.lower()), None)
    here = [
        one
        for one in (row.devices if row else [])
        if one.joined <= at and (one.left is None or one.left >= until)
    ]
    if row is None or not here or until <= at:
        raise ValueError(f"{email} is not in the meeting during that time")
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{run.id}/{session}")
    row.breakouts.append(Breakout(str(name), session, at, until))
    if world.options.breakout_stay == "interrupted":
        for one in here:
            row.devices.append(
                Device(str(uuid.uuid4()), one.kind, until, one.audio, one.left, one.leave_lost)
            )
            one.left, one.leave_lost = at, False


def end(run: Instance, at: datetime) -> None:
    """The run is over, and everybody who is still there leaves."""
    if at < run.started or run.ended is not None:
        raise ValueError("a run ends once, after its start")
    run.close(at)


def play(world: World, meeting: Meeting, script: Iterable[Mapping[str, Any]]) -> list[Instance]:
    """Perform a script; the runs that it started."""
    runs: list[Instance] = []
    for number, step in enumerate(script, 1):
        try:
            _step(world, meeting, dict(step), runs)
        except (ValueError, KeyError, TypeError) as wrong:
            raise ValueError(f"step {number} {dict(step)}: {wrong}") from wrong
    return runs


def _step(world: World, meeting: Meeting, step: dict[str, Any], runs: list[Instance]) -> None:
    what, at = step.pop("do"), moment(world, meeting, step.pop("at", None))
    unknown = step.keys() - _STEPS[what]
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    if what == "start":
        runs.append(start(world, meeting, at, with_host=not step.get("without_host", False)))
        return
    run = runs[-1] if runs else meeting.running(at)
    if run is None:
        raise ValueError("the meeting has not started")
    if what == "join":
        until = step.pop("until", None)
        step["co_host"] = bool(step.pop("coHost", False))
        join(world, meeting, run, at, until=moment(world, meeting, until) if until else None, **step)
    elif what == "leave":
        leave(run, at, **step)
    elif what == "breakout":
        breakout(world, run, at, until=moment(world, meeting, step.pop("until")), **step)
    else:
        end(run, at)
        if what == "restart":
            runs.append(start(world, meeting, at))


def moment(world: World, meeting: Meeting, at: Any) -> datetime:
    """An instant from ISO 8601, from a span after the scheduled start, or now."""
    if at is None:
        return world.now()
    span = _SPAN.fullmatch(str(at))
    if span:
        seconds = float(span[2]) * _SECONDS[span[3]] * (-1 if span[1] == "-" else 1)
        return meeting.start + timedelta(seconds=seconds)
    instant = parse(str(at))
    if instant is None:
        raise ValueError(f"{at!r} is neither an instant nor a span such as +5m")
    return instant

"""GET /meetingParticipants: whom Webex saw, of which run, and with which times."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..instants import EPOCH_TEXT, parse, show, show_milliseconds
from ..routes import Route
from ..runs import Breakout, Device, Instance, Participant
from ..shapes import NUMBER, Shape, texts
from ..state import Meeting
from ..world import World
from . import lookup, views
from .paging import page

_MONTH = timedelta(days=31)
_WEEK = timedelta(days=7)


def listing(world: World, request: Request) -> Answer:
    """A series id means the last run only; an instance id means exactly that run."""
    meeting_id, where = request.query["meetingId"], views.answer_zone(request)[1]
    window = _interval(request, "joinTimeFrom", "joinTimeTo")
    chosen = _chosen(world, request, meeting_id)
    if chosen is None:
        return Answer(json={"items": []})
    meeting, run = chosen
    running = run.running_at(world.now())
    rows = [one for one in run.participants if _shown(world, meeting, one, running)]
    if window:
        rows = [one for one in rows if window[0] <= one.devices[0].joined < window[1]]
    room = request.query.get("breakoutSessionId")
    if room is not None:
        rows = [one for one in rows if any(stay.session_id == room for stay in one.breakouts)]

    def view(row: Participant) -> dict[str, Any]:
        return _row(world, meeting, run, row, where)

    return page(world, request, rows, view, link=world.options.participants_link)


def _chosen(world: World, request: Request, meeting_id: str) -> tuple[Meeting, Instance] | None:
    by_instance = lookup.instance(world, request, meeting_id)
    if by_instance:
        meeting, run = by_instance
        _host_only(meeting, request)
        if not _readable(world, run):
            raise Refusal(404, lookup.NOT_FOUND)
        return meeting, run
    meeting = lookup.occurrence(world, request, meeting_id) or lookup.series(
        world, request, meeting_id, manage=False
    )
    _host_only(meeting, request)
    since, until = _start_window(world, request)
    runs = [one for one in meeting.instances if since < one.started < until and _readable(world, one)]
    if runs:
        return meeting, max(runs, key=lambda one: one.started)
    if world.options.participants_before_start == "empty":
        return None
    raise Refusal(404, lookup.NOT_FOUND)


def _host_only(meeting: Meeting, request: Request) -> None:
    if meeting.host_email != request.acting:
        raise Refusal(403, "Only the host of the meeting, or an administrator, can see its participants.")


def _readable(world: World, run: Instance) -> bool:
    """A running instance is there at once; an ended one only some minutes after its end."""
    now = world.now()
    if run.started > now:
        return False
    if run.ended is None or run.running_at(now):
        return True
    return now >= run.ended + timedelta(minutes=world.options.instance_lag_minutes)


def _shown(world: World, meeting: Meeting, row: Participant, running: bool) -> bool:
    now = world.now()
    if not row.listed or not any(device.joined <= now for device in row.devices):
        return False
    if not running:
        return True
    present = any(one.joined <= now and (one.left is None or now < one.left) for one in row.devices)
    return present and (not meeting.webinar or row.host or row.co_host or row.panelist)


def _row(world: World, meeting: Meeting, run: Instance, row: Participant, where: tzinfo) -> dict[str, Any]:
    now = world.now()
    devices = [one for one in row.devices if one.joined <= now]
    running = run.running_at(now)
    lefts = [_left(world, run, one) for one in devices]
    view: dict[str, Any] = {
        "id": row.id,
        "host": row.host,
        "coHost": row.co_host,
        "spaceModerator": False,
        "displayName": row.display_name,
        "invitee": row.invitee,
        "muted": False,
        "meetingStartTime": show(run.started, where),
        "video": "off",
        "state": "joined" if running else "end",
        "joinedTime": show(min(one.joined for one in devices), where),
        "siteUrl": world.options.site_url,
        "meetingId": run.id,
        "hostEmail": meeting.host_email,
        "devices": [_device(world, one, left, where) for one, left in zip(devices, lefts, strict=True)],
    }
    if row.email is not None:
        view["email"] = row.email
    if row.source_id is not None:
        view["sourceId"] = row.source_id
    rooms = [_breakout(world, run, one, where) for one in row.breakouts if one.joined <= now]
    if rooms:
        view["breakoutSessionsAttended"] = rooms
    if running:
        view["orgId"] = views.person_id(world.options.site_url)
    known = [one for one in lefts if one is not None]
    _put_time(world, view, "leftTime", show(max(known), where) if len(known) == len(lefts) else None)
    return view


def _left(world: World, run: Instance, device: Device) -> datetime | None:
    """When the device left, as far as Webex knows by now."""
    if device.left is None or device.left > world.now() or not _leaves_known(world, run):
        return None
    return device.left


def _leaves_known(world: World, run: Instance) -> bool:
    """At once, or some time after the end of the run."""
    lag = timedelta(minutes=world.options.leave_times_known_after_minutes)
    return not lag or (run.ended is not None and world.now() >= run.ended + lag)


def _device(world: World, device: Device, left: datetime | None, where: tzinfo) -> dict[str, Any]:
    view: dict[str, Any] = {
        "correlationId": device.correlation_id,
        "deviceType": device.kind,
        "audioType": device.audio,
        "joinedTime": show_milliseconds(device.joined, where),
        "durationSecond": int((left - device.joined).total_seconds()) if left else 0,
    }
    if device.audio == "pstn":
        view["callType"] = "callIn"
    _put_time(world, view, "leftTime", show_milliseconds(left, where) if left else None)
    return view


def _breakout(world: World, run: Instance, stay: Breakout, where: tzinfo) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": stay.session_id,
        "name": stay.name,
        "joinedTime": show(stay.joined, where),
    }
    left = stay.left if stay.left <= world.now() and _leaves_known(world, run) else None
    _put_time(world, view, "leftTime", show(left, where) if left else None)
    return view


def _put_time(world: World, view: dict[str, Any], name: str, text: str | None) -> None:
    """A time that is not known yet is missing, or is the first moment of 1970."""
    if text is not None:
        view[name] = text
    elif world.options.unknown_time == "1970":
        view[name] = EPOCH_TEXT


def _start_window(world: World, request: Request) -> tuple[datetime, datetime]:
    since, until = (_instant(request, name) for name in ("meetingStartTimeFrom", "meetingStartTimeTo"))
    now = world.now()
    if until is None:
        until = min(since + _MONTH, now) if since else now + timedelta(seconds=1)
    if since is None:
        since = until - _MONTH
    if since > until:
        raise Refusal(400, "'meetingStartTimeFrom' cannot be after 'meetingStartTimeTo'.")
    return since, until


def _interval(request: Request, name_from: str, name_to: str) -> tuple[datetime, datetime] | None:
    since, until = _instant(request, name_from), _instant(request, name_to)
    if since is None and until is None:
        return None
    if since is None:
        assert until is not None
        since = until - _WEEK
    until = until or since + _WEEK
    if not timedelta() <= until - since <= timedelta(days=90):
        raise Refusal(400, f"The interval between '{name_from}' and '{name_to}' must be within 90 days.")
    return since, until


def _instant(request: Request, name: str) -> datetime | None:
    text = request.query.get(name)
    if text is None:
        return None
    instant = parse(text)
    if instant is None:
        raise Refusal(400, f"'{name}' is not a valid date and time: '{text}'.")
    return instant


_QUERY: dict[str, Shape] = {
    "max": NUMBER,
    **texts(
        "meetingId breakoutSessionId meetingStartTimeFrom meetingStartTimeTo hostEmail joinTimeFrom joinTimeTo"
    ),
}
ROUTES = (
    Route(
        "GET", "/meetingParticipants", listing, query=_QUERY, required=frozenset({"meetingId"}), paged=True
    ),
)

"""GET /meetingReports/attendees: complete a day after the end, and gone after ninety."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..instants import parse, show
from ..routes import Route
from ..runs import Device, Instance, Participant
from ..shapes import NUMBER, Shape, texts
from ..state import Meeting
from ..world import World
from . import lookup, scopes, views
from .paging import page


def attendees(world: World, request: Request) -> Answer:
    """One row per stay, newest first, grouped by run. Whose stays: `_may_report`."""
    query, where = request.query, views.answer_zone(request)[1]
    if query["siteUrl"] != world.options.site_url:
        raise Refusal(403, "The site is not available to this user.")
    chosen = next((name for name in ("meetingId", "meetingNumber", "meetingTitle") if name in query), None)
    if chosen is None:
        raise Refusal(400, "At least one of 'meetingId', 'meetingNumber' and 'meetingTitle' is required.")
    if query.get("max", 1) > 1000:
        raise Refusal(400, "'max' must be equal to or less than 1000.")
    since, until = _window(world, request)
    runs = [
        (meeting, run)
        for meeting, run in _runs(world, request, chosen)
        if run.ended and run.ended <= world.now() and since <= run.started <= until
    ]
    rows: list[dict[str, Any]] = []
    for meeting, run in sorted(runs, key=lambda pair: pair[1].started, reverse=True):
        rows += _rows(world, meeting, run, where)
    return page(world, request, rows, lambda row: row, cap=1000)


def _runs(world: World, request: Request, chosen: str) -> list[tuple[Meeting, Instance]]:
    wanted = request.query[chosen]
    own = [one for one in world.state.meetings.values() if _may_report(one, request)]
    if chosen == "meetingTitle":
        return [(one, run) for one in own if one.fields["title"] == wanted for run in one.instances]
    if chosen == "meetingNumber":
        return [(one, run) for one in own if one.number == wanted for run in one.instances]
    by_series = next((one for one in own if wanted in (one.id, one.occurrence_id)), None)
    if by_series:
        if wanted != by_series.id or not world.options.report_accepts_series:
            raise Refusal(400, "Only IDs of ended meeting instances are supported for 'meetingId'.")
        return [(by_series, run) for run in by_series.instances]
    found = [(one, run) for one in own for run in one.instances if run.id == wanted]
    if not found:
        raise Refusal(404, lookup.NOT_FOUND)
    return found


def _may_report(meeting: Meeting, request: Request) -> bool:
    """Hosts see their own meetings; an administrator with the scope for reports sees the whole site's."""
    granted = request.caller.scopes
    administers = request.caller.kind == "admin" and (granted is None or scopes.REPORTS in granted)
    return administers or meeting.host_email == request.acting


def _window(world: World, request: Request) -> tuple[datetime, datetime]:
    now, bounds = world.now(), dict[str, datetime]()
    for name in ("from", "to"):
        if name in request.query:
            instant = parse(request.query[name])
            if instant is None:
                raise Refusal(400, f"'{name}' is not a valid date and time: '{request.query[name]}'.")
            bounds[name] = instant
    week = timedelta(days=7)
    since = bounds.get("from") or bounds.get("to", now) - week
    until = bounds.get("to") or (since + week if "from" in bounds else now)
    if since > until:
        raise Refusal(400, "'from' cannot be after 'to'.")
    if until - since > timedelta(days=30):
        raise Refusal(400, "The interval between 'to' and 'from' cannot exceed 30 days.")
    if since < now - timedelta(days=90):
        raise Refusal(400, "'from' cannot be earlier than 90 days ago.")
    return since, until


def _rows(world: World, meeting: Meeting, run: Instance, where: tzinfo) -> list[dict[str, Any]]:
    assert run.ended is not None
    stays = [(row, device) for row in run.participants if row.reported for device in _stays(world, row)]
    stays.sort(key=lambda pair: pair[1].joined, reverse=True)
    if world.now() < run.ended + timedelta(hours=world.options.report_ready_hours):
        # An early report is not marked as such: some rows are simply not there yet.
        stays = stays[::2] if world.options.report_early == "partial" else []
    return [_row(world, meeting, run, row, device, where) for row, device in stays]


def _stays(world: World, row: Participant) -> list[Device]:
    """A row for each stay, or one from the first arrival to the last departure."""
    if world.options.report_rows == "stay":
        return row.devices
    first = min(row.devices, key=lambda one: one.joined)
    lefts = [left for one in row.devices if (left := one.left or one.reported_left)]
    left = max(lefts) if len(lefts) == len(row.devices) else None
    return [Device(first.correlation_id, first.kind, first.joined, first.audio, left)]


def _row(
    world: World, meeting: Meeting, run: Instance, row: Participant, device: Device, where: tzinfo
) -> dict[str, Any]:
    email = (row.email or "").lower()
    made_up = email.endswith("@guest.webex.localhost")
    kind = "host" if row.host else "attendee"
    view: dict[str, Any] = {
        "meetingId": run.id,
        "meetingNumber": meeting.number,
        "meetingTitle": meeting.fields["title"],
        "displayName": row.display_name,
        "email": "" if made_up and world.options.report_guest_email == "empty" else row.email or "",
        "joinedTime": show(device.joined, where),
        "participantType": kind.upper() if world.options.report_upper_case_types else kind,
        "ipAddress": "192.0.2.44",
        "clientAgent": "WINDOWS,CHROME",
        "registered": any(one.email.lower() == email for one in meeting.registrants.values()),
        "invited": any(one.email.lower() == email for one in meeting.invitees.values()),
    }
    left = device.left or device.reported_left
    if left:
        view["leftTime"] = show(left, where)
        view["duration"] = round((left - device.joined).total_seconds() / 60)
    return view


_QUERY: dict[str, Shape] = {"max": NUMBER, **texts("siteUrl from to meetingId meetingNumber meetingTitle")}
ROUTES = (
    Route(
        "GET",
        "/meetingReports/attendees",
        attendees,
        query=_QUERY,
        required=frozenset({"siteUrl"}),
        paged=True,
    ),
)

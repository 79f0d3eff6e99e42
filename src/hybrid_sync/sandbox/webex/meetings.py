"""Creating, reading, changing, ending and deleting meetings.

Left out, and refused with a sentence that says so: ad-hoc meetings, spaces, templates, and changes to a single
occurrence. A recurrence rule is kept and shown, but the sandbox knows only the first occurrence of a series.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..shapes import FLAG, TEXT
from ..state import Invitee, Meeting
from ..world import World
from . import combinations, fields, lookup, mails, schedule, sources, views
from .registration import accept_registration, end_registration
from .settings import defaults, store


def create(world: World, request: Request) -> Answer:
    """POST /meetings. Two equal calls make two meetings: there is no idempotency key."""
    data = dict(request.data)
    combinations.refuse_combinations(data)
    schedule.check_texts(data)
    zone_name = schedule.check_zone(data.get("timezone", "UTC"))
    start, end = schedule.read_times(world, data, zone_name)
    scheduled_type = data.setdefault("scheduledType", "meeting")
    schedule.check_minutes_before_host(data, scheduled_type)
    schedule.check_reminder(world, data, start)
    combinations.check_webinar(world, data, scheduled_type)
    combinations.number_interpreters(data)
    if data.get("siteUrl", world.options.site_url) != world.options.site_url:
        raise Refusal(400, f"The site '{data['siteUrl']}' is not available to this user.")
    meeting = Meeting(
        id=uuid.uuid4().hex,
        number=_new_number(world),
        host_email=request.acting,
        client=request.caller.client,
        created=world.now(),
        start=start,
        end=end,
        zone=zone_name,
        fields=defaults(scheduled_type),
        password=data.get("password") or schedule.make_password(),
        web_link_id=secrets.token_hex(16),
        register_link_id=secrets.token_hex(16),
    )
    for invitee in _invitees(meeting, data.get("invitees", [])):
        meeting.invitees[invitee.id] = invitee
    warnings = store(world, meeting, data)
    accept_registration(world, meeting, data.get("registration"))
    world.state.meetings[meeting.id] = meeting
    if data.get("sendEmail", True):
        mails.about_meeting(world, meeting, "meeting_scheduled")
    where = views.written_zone(world, meeting)
    return Answer(json=views.series_view(world, request, meeting, where), headers=warnings)


def get(world: World, request: Request) -> Answer:
    """GET /meetings/{meetingId}: a series, its occurrence, or a run."""
    meeting_id, where = request.arguments["meetingId"], views.answer_zone(request)
    run = lookup.instance(world, request, meeting_id)
    if run and lookup.visible(world, run[1]):
        return Answer(json=views.instance_view(world, request, *run, where))
    scheduled = lookup.occurrence(world, request, meeting_id)
    if scheduled:
        return Answer(json=views.occurrence_view(world, request, scheduled, where))
    if run or "_" in meeting_id:
        raise Refusal(404, lookup.NOT_FOUND)
    meeting = lookup.series(world, request, meeting_id, manage=False)
    if request.query.get("current", False):
        return Answer(json=views.occurrence_view(world, request, meeting, where))
    return Answer(json=views.series_view(world, request, meeting, where))


def patch(world: World, request: Request) -> Answer:
    """PATCH /meetings/{meetingId}: a partial object, whatever its media type says."""
    return _change(world, request)


def put(world: World, request: Request) -> Answer:
    """PUT /meetings/{meetingId}: the same fields; kept for old clients."""
    return _change(world, request)


def _change(world: World, request: Request) -> Answer:
    data, meeting_id = dict(request.data), request.arguments["meetingId"]
    if lookup.instance(world, request, meeting_id):
        raise Refusal(400, "Meeting instances cannot be updated.")
    if lookup.occurrence(world, request, meeting_id):
        raise Refusal(400, "The sandbox does not hold exceptional occurrences: change the series.")
    meeting = lookup.series(world, request, meeting_id)
    if meeting.running(world.now()):
        raise Refusal(400, "Meeting is in progress.")
    if world.options.update_refused:
        raise Refusal(400, world.options.update_refused)
    moved = "start" in data or "end" in data
    if not moved and not world.options.patch_after_start and world.now() >= meeting.start:
        raise Refusal(400, "Parameter 'start' or 'end' is before current time.")
    schedule.check_texts(data)
    zone_name = schedule.check_zone(data.get("timezone", meeting.zone))
    schedule.check_minutes_before_host(data, meeting.fields["scheduledType"])
    if data.get("requireAttendeeLogin") is True and meeting.registrants and meeting.webinar:
        raise Refusal(400, "'requireAttendeeLogin' cannot be changed once somebody has registered.")
    present = (meeting.start, meeting.end)
    # Without a zone of its own a naive time is read in UTC, not in the zone that the meeting has.
    start, end = schedule.read_times(world, data, data.get("timezone", "UTC"), present) if moved else present
    schedule.check_reminder(world, data, start)
    meeting.zone = zone_name
    _move(world, meeting, start, end)
    if data.get("password"):
        meeting.password = data["password"]
    warnings = store(world, meeting, data)
    _end_registration_where_excluded(world, meeting, data)
    if data.get("sendEmail", True):
        mails.about_meeting(world, meeting, "meeting_updated")
    where = views.written_zone(world, meeting)
    return Answer(json=views.listed_series(world, request, meeting, where), headers=warnings)


def delete(world: World, request: Request) -> Answer:
    """DELETE /meetings/{meetingId}: final."""
    meeting_id = request.arguments["meetingId"]
    if lookup.instance(world, request, meeting_id):
        raise Refusal(400, "Meeting instances cannot be deleted.")
    if lookup.occurrence(world, request, meeting_id):
        raise Refusal(400, "The sandbox does not delete single occurrences: delete the series.")
    meeting = lookup.series(world, request, meeting_id)
    if meeting.running(world.now()) and not world.options.delete_while_running:
        raise Refusal(400, "Meeting is in progress.")
    if request.query.get("sendEmail", True):
        mails.about_meeting(world, meeting, "meeting_cancelled")
    del world.state.meetings[meeting.id]
    return Answer(204)


def end_now(world: World, request: Request) -> Answer:
    """POST /meetings/{meetingId}/end: the run that goes on is over."""
    meeting_id = request.arguments["meetingId"]
    meeting = world.state.meetings.get(meeting_id.split("_")[0])
    if meeting is None or not lookup.may_manage(meeting, request.acting):
        raise Refusal(404, lookup.NOT_FOUND)
    run = meeting.running(world.now())
    known = {meeting.id, meeting.occurrence_id, *(one.id for one in meeting.instances)}
    if meeting_id not in known:
        raise Refusal(404, lookup.NOT_FOUND)
    if run is None or (meeting_id not in (meeting.id, meeting.occurrence_id) and meeting_id != run.id):
        raise Refusal(400, "Meeting is not in progress.")
    run.close(world.now())
    return Answer(204)


def count_against_quota(world: World, user: str) -> None:
    """Every attempt to create a meeting counts for 24 hours, also one that is refused afterwards."""
    now = world.now()
    recent = [one for one in world.state.asked_meetings.get(user, []) if now - one < timedelta(hours=24)]
    full = len(recent) >= world.options.meetings_per_day
    world.state.asked_meetings[user] = [*recent, now]
    if full:
        raise Refusal(
            world.options.quota_status, "The number of meetings created in 24 hours exceeds the limit."
        )


def _move(world: World, meeting: Meeting, start: datetime, end: datetime) -> None:
    moved = (start, end) != (meeting.start, meeting.end)
    meeting.start, meeting.end = start, end
    if moved and world.options.reschedule_changes_links:
        meeting.web_link_id, meeting.register_link_id = secrets.token_hex(16), secrets.token_hex(16)
        meeting.password = schedule.make_password()
        sources.renew(meeting)
    if moved and world.options.reschedule_drops_registrants:
        meeting.registrants.clear()
        meeting.by_email.clear()


def _end_registration_where_excluded(world: World, meeting: Meeting, data: Mapping[str, Any]) -> None:
    before_host = data.get("enabledJoinBeforeHost") is True and not world.options.decouple_join_before_host
    recurring = bool(data.get("recurrence")) and world.options.recurrence_wipes_registrants
    if before_host or recurring:
        end_registration(meeting, wipe=True)


def _invitees(meeting: Meeting, items: list[Mapping[str, Any]]) -> list[Invitee]:
    if len(items) > 1000:
        raise Refusal(400, "The maximum size of 'invitees' is 1000.")
    if len({item["email"].lower() for item in items}) < len(items):
        raise Refusal(400, "The email addresses of 'invitees' must be unique.")
    return [make_invitee(meeting, item) for item in items]


def make_invitee(meeting: Meeting, item: Mapping[str, Any]) -> Invitee:
    """An invitee from what was sent for one."""
    schedule.check_email(item["email"])
    name = item.get("displayName") or item["email"]
    if len(name) > 128:
        raise Refusal(400, "'displayName' cannot be longer than 128 characters.")
    new_id = f"{meeting.id}_{secrets.randbelow(10**9):09d}"
    return Invitee(new_id, item["email"], name, bool(item.get("coHost")), bool(item.get("panelist")))


def _new_number(world: World) -> str:
    taken = {one.number for one in world.state.meetings.values()}
    while (number := f"2{secrets.randbelow(10**10):010d}") in taken:
        pass
    return number


_BY_ID = "/meetings/{meetingId}"
ROUTES = (
    Route("POST", "/meetings", create, body=fields.MEETING),
    Route("GET", _BY_ID, get, query=fields.CURRENT_AND_HOST),
    Route("PATCH", _BY_ID, patch, body=fields.MEETING_CHANGE),
    Route("PUT", _BY_ID, put, body=fields.MEETING_CHANGE),
    Route("DELETE", _BY_ID, delete, query={"hostEmail": TEXT, "sendEmail": FLAG}),
    Route("POST", _BY_ID + "/end", end_now, body=fields.END, bare=True),
)

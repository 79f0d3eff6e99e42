"""Finding what an id means for the host in whose name a call is made."""

from __future__ import annotations

from datetime import timedelta

from ..exchange import Refusal, Request
from ..runs import Instance
from ..state import Meeting
from ..world import World

NOT_FOUND = "The requested resource could not be found."


def may_see(meeting: Meeting, user: str) -> bool:
    """Host or invitee."""
    return meeting.host_email == user or any(one.email.lower() == user for one in meeting.invitees.values())


def may_manage(meeting: Meeting, user: str) -> bool:
    """Host or co-host."""
    if meeting.host_email == user:
        return True
    return any(one.co_host and one.email.lower() == user for one in meeting.invitees.values())


def visible(world: World, instance: Instance) -> bool:
    """An instance shows up some minutes after its start, and again some minutes after its end."""
    now, lag = world.now(), timedelta(minutes=world.options.instance_lag_minutes)
    if instance.started > now:
        return False
    if instance.running_at(now) or instance.ended is None:
        return now >= instance.started + lag
    return now >= instance.ended + lag


def series(world: World, request: Request, meeting_id: str, *, manage: bool = True) -> Meeting:
    """The series of that id; ids of occurrences and instances are refused."""
    meeting = world.state.meetings.get(meeting_id)
    if meeting is None:
        if "_" in meeting_id and meeting_id.split("_")[0] in world.state.meetings:
            raise Refusal(400, "Only the ID of a meeting series is supported here.")
        raise Refusal(404, NOT_FOUND)
    allowed = may_manage if manage else may_see
    if not allowed(meeting, request.acting):
        raise Refusal(404, NOT_FOUND)
    return meeting


def occurrence(world: World, request: Request, meeting_id: str) -> Meeting | None:
    """The series whose occurrence has that id, or None."""
    meeting = world.state.meetings.get(meeting_id.split("_")[0])
    if meeting and meeting.occurrence_id == meeting_id and may_see(meeting, request.acting):
        return meeting
    return None


def instance(world: World, request: Request, instance_id: str) -> tuple[Meeting, Instance] | None:
    """The instance of that id with its series, whether or not it is visible yet, or None."""
    meeting = world.state.meetings.get(instance_id.split("_")[0])
    if meeting is None or not may_see(meeting, request.acting):
        return None
    found = next((one for one in meeting.instances if one.id == instance_id), None)
    return (meeting, found) if found else None


def tags_of(meeting: Meeting, request: Request) -> list[str]:
    """The integration tags, for the OAuth client that wrote them; nothing for any other."""
    if request.caller.client != meeting.client:
        return []
    return list(meeting.fields.get("integrationTags") or [])

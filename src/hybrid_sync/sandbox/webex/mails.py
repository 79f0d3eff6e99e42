"""The mails that Webex would have sent: recorded, so that a second sender of the same news is seen."""

from __future__ import annotations

from collections.abc import Iterable

from ..records import WebexMail
from ..state import Meeting
from ..world import World


def record(world: World, meeting: Meeting, kind: str, recipients: Iterable[str]) -> None:
    """One mail per recipient."""
    now = world.now()
    world.state.webex_mails.extend(WebexMail(now, kind, to, meeting.id) for to in recipients)


def about_meeting(world: World, meeting: Meeting, kind: str) -> None:
    """News about the meeting goes to the host and the invitees, perhaps to the registrants as well."""
    people = [meeting.host_email, *(one.email for one in meeting.invitees.values())]
    if kind != "meeting_scheduled" and world.options.meeting_mails_reach_registrants:
        people += [one.email for one in meeting.registrants.values() if one.status == "approved"]
    record(world, meeting, kind, dict.fromkeys(people))

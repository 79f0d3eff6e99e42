"""The pages of the Webex site: behind a join link, the meeting's own page, the registration form."""

from __future__ import annotations

from datetime import datetime
from html import escape

from .. import happen
from ..exchange import Answer, Request
from ..instants import show
from ..runs import Instance
from ..state import Meeting
from ..world import World

_JOIN = "/webex-site/wbxmjs/joinservice/sites/hybrid/meeting/download/"


def answer(world: World, request: Request) -> Answer:
    """A page for a person; opening a join link while the meeting runs makes that person a participant."""
    if request.method != "GET":
        return _page(405, "Not supported", "Only GET is supported here.")
    query = dict(request.pairs)
    if request.path.startswith(_JOIN):
        return _join(world, query.get("integrationJoinToken", ""))
    for meeting in world.state.meetings.values():
        marks = (meeting.web_link_id, *(one.token for one in meeting.sources.values()))
        if request.path.endswith("/j.php") and query.get("MTID", "")[1:] in marks:
            return _page(200, meeting.fields["title"], "Enter your name and the meeting password to join.")
        if (
            request.path.endswith(f"/register/r{meeting.register_link_id}")
            and meeting.registration is not None
        ):
            return _page(200, meeting.fields["title"], "Register for this meeting.")
    return _page(404, "Not found", "There is no such meeting.")


def _join(world: World, token: str) -> Answer:
    link = world.state.join_links.get(token)
    meeting = world.state.meetings.get(link.meeting_id) if link else None
    if link is None or meeting is None:
        return _page(404, "Not found", "There is no such meeting.")
    now = world.now()
    if now >= link.expires:
        return _page(410, "Link expired", "This join link has expired.")
    if world.options.forced_sign_in:
        return _page(200, "Sign in", "Sign in to Webex to go on.")
    run = meeting.running(now)
    if run is None and link.starts:
        run = happen.start(world, meeting, now)
        return _page(200, meeting.fields["title"], "You have started the meeting as its host.")
    if run is None:
        run = _before_host(world, meeting, now)
    if run is None:
        return _page(
            200, meeting.fields["title"], f"The meeting starts at {show(meeting.start)}. Wait for the host."
        )
    link_text = f"{world.url}{_JOIN}{meeting.id}?integrationJoinToken={token}"
    happen.join(world, meeting, run, now, link=link_text)
    return _page(200, meeting.fields["title"], f"You have joined as {link.display_name}.")


def _before_host(world: World, meeting: Meeting, now: datetime) -> Instance | None:
    """With join-before-host the first guest starts the run, some minutes early at most."""
    if not meeting.fields.get("enabledJoinBeforeHost"):
        return None
    early = f"-{meeting.fields.get('joinBeforeHostMinutes', 0)}m"
    if not happen.moment(world, meeting, early) <= now < meeting.end:
        return None
    return happen.start(world, meeting, now, with_host=False)


def _page(status: int, title: str, text: str) -> Answer:
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body><h1>{escape(title)}</h1><p>{escape(text)}</p></body></html>"
    )
    return Answer(status, text=page, content_type="text/html; charset=utf-8")

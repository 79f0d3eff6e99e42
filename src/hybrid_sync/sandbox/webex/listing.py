"""GET /meetings: what it lists, within which window, and from when on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..instants import parse
from ..routes import Route
from ..runs import Instance
from ..state import Meeting
from ..world import World
from . import fields, lookup, views
from .paging import page

_WEEK = timedelta(days=7)
_HAS = [name for name in fields.LIST_QUERY if name.startswith("has")]
_MOST_INSTANCES = 10_000


@dataclass(frozen=True)
class _Found:
    """One line of the list: how it is sorted, selected and shown."""

    start: datetime
    end: datetime | None
    state: str
    meeting: Meeting
    show: Callable[[], dict[str, Any]]


def listing(world: World, request: Request) -> Answer:
    """The list for the acting host, as narrow by default as Webex keeps it."""
    query, where = dict(request.query), views.answer_zone(request)
    _check(query)
    known = [one for one in world.state.meetings.values() if lookup.may_see(one, request.acting)]
    if "meetingSeriesId" in query:
        return _of_series(world, request, query, where)
    shown = [one for one in known if _listed_already(world, one)]
    if query.keys() & {"meetingNumber", "webLink", "roomId"}:
        return _by_address(world, request, query, shown, where)
    kind = query.get("meetingType", "meetingSeries")
    admin_wide = request.caller.kind == "admin" and "hostEmail" not in query and kind == "meeting"
    pool = list(world.state.meetings.values()) if admin_wide else shown
    found = _of_kind(world, request, pool, kind, query, where)
    if "integrationTag" in query:
        found = [one for one in found if query["integrationTag"] in lookup.tags_of(one.meeting, request)]
    if "scheduledType" in query:
        found = [one for one in found if one.meeting.fields["scheduledType"] == query["scheduledType"]]
    if query.get("siteUrl", world.options.site_url) != world.options.site_url:
        found = []
    return _answer(world, request, found, query)


def _check(query: dict[str, Any]) -> None:
    if len(query.keys() & {"meetingNumber", "webLink", "roomId"}) > 1:
        raise Refusal(400, "'meetingNumber', 'webLink' and 'roomId' are mutually exclusive.")
    if any(name in query for name in _HAS) and (query.get("meetingType"), query.get("state")) != (
        "meeting",
        "ended",
    ):
        raise Refusal(400, "The has* parameters need meetingType=meeting and state=ended.")


def _listed_already(world: World, meeting: Meeting) -> bool:
    """Whether a list shows a new meeting already; asking is what counts the reads."""
    meeting.list_reads += 1
    if meeting.list_reads <= world.options.list_lag_reads:
        return False
    return world.now() >= meeting.created + timedelta(seconds=world.options.list_lag_seconds)


def _of_series(world: World, request: Request, query: dict[str, Any], where: Any) -> Answer:
    """Occurrences and runs of one series; seven other parameters are ignored then."""
    meeting = lookup.series(world, request, query["meetingSeriesId"], manage=False)
    kinds = {"scheduledMeeting": ["scheduledMeeting"], "meeting": ["meeting"]}
    found: list[_Found] = []
    for kind in kinds.get(query.get("meetingType", ""), ["scheduledMeeting", "meeting"]):
        found += _of_kind(world, request, [meeting], kind, query, where)
    return _answer(world, request, found, query)


def _by_address(
    world: World, request: Request, query: dict[str, Any], pool: list[Meeting], where: Any
) -> Answer:
    """By number or link. `current` is true by default, so the answer is the occurrence, with its own id."""
    found = [
        one
        for one in pool
        if query.get("meetingNumber") == one.number or query.get("webLink") == views.web_link(world, one)
    ]
    show = views.occurrence_view if query.get("current", True) else views.listed_series
    return Answer(json={"items": [show(world, request, one, where) for one in found]})


def _of_kind(
    world: World, request: Request, pool: list[Meeting], kind: str, query: dict[str, Any], where: Any
) -> list[_Found]:
    since, until = _window(world, query, kind)
    if kind == "meeting":
        lines = [
            _Found(
                run.started,
                run.ended,
                views.instance_state(world, run),
                one,
                _later(views.instance_view, world, request, one, run, where),
            )
            for one in pool
            for run in one.instances
            if lookup.visible(world, run) and _instance_inside(world, run, since, until)
        ]
        lines = [] if any(query.get(name) is True for name in _HAS) else lines
    else:
        series = kind == "meetingSeries"
        state, show = (
            (views.series_state, views.listed_series)
            if series
            else (views.occurrence_state, views.occurrence_view)
        )
        lines = [
            _Found(one.start, one.end, state(world, one), one, _later(show, world, request, one, where))
            for one in pool
            if one.start < until and one.end > since
        ]
        if not series and query.get("isModified") is True:
            lines = []
    if "state" in query:
        lines = [one for one in lines if one.state == query["state"]]
    return lines


def _later(show: Callable[..., dict[str, Any]], *arguments: Any) -> Callable[[], dict[str, Any]]:
    return lambda: show(*arguments)


def _window(world: World, query: dict[str, Any], kind: str) -> tuple[datetime, datetime]:
    bounds: dict[str, datetime] = {}
    for name in ("from", "to"):
        if name in query:
            instant = parse(query[name])
            if instant is None:
                raise Refusal(400, f"'{name}' is not a valid date and time: '{query[name]}'.")
            bounds[name] = instant
    now = world.now()
    since, until = bounds.get("from"), bounds.get("to")
    if since is None:
        since = until - _WEEK if until else (now - _WEEK if kind == "meeting" else now)
    if until is None:
        until = since + _WEEK if "from" in bounds else (now if kind == "meeting" else now + _WEEK)
    if since > until:
        raise Refusal(400, "'from' cannot be after 'to'.")
    return since, until


def _instance_inside(world: World, run: Instance, since: datetime, until: datetime) -> bool:
    if world.options.instance_window == "start":
        return since <= run.started < until
    return run.started < until and (run.ended or world.now()) > since


def _answer(world: World, request: Request, found: list[_Found], query: dict[str, Any]) -> Answer:
    ordered = sorted(found, key=lambda one: (one.start, one.meeting.number))[:_MOST_INSTANCES]
    return page(world, request, ordered, lambda one: one.show())


ROUTES = (Route("GET", "/meetings", listing, query=fields.LIST_QUERY, paged=True),)

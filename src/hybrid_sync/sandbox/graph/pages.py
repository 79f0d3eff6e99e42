"""A page of events: filtered, ordered, cut, with the link to the next one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ..exchange import Answer, Refusal, Request
from ..state import Event
from ..world import World
from . import filters, views
from .prefer import preference

_DEFAULT, _CAP = 10, 1000


def page(world: World, request: Request, events: list[Event]) -> Answer:
    """One page, with @odata.nextLink when there is more."""
    query, wish = request.query, preference(world, request)
    select, expand = filters.selected(query.get("$select")), filters.expanded(query.get("$expand"))
    if "$filter" in query:
        events = [one for one in events if filters.wanted(query["$filter"])(one)]
    key, backwards = filters.order(query.get("$orderby"))
    events = sorted(events, key=key, reverse=backwards)
    top, skip = query.get("$top", _DEFAULT), query.get("$skip", 0)
    if not 1 <= top <= _CAP:
        raise Refusal(400, "The value of $top must lie between 1 and 1000.", code="ErrorInvalidParameter")
    body: dict[str, Any] = {
        "@odata.context": f"{world.url}/graph/v1.0/$metadata#{request.path.split('/v1.0/')[-1]}"
    }
    if world.options.graph_empty_pages and "$skip" not in query:
        link = f"{world.url}{request.path}?{urlencode([*request.pairs, ('$skip', '0')])}"
        return Answer(json={**body, "value": [], "@odata.nextLink": link})
    if query.get("$count"):
        body["@odata.count"] = len(events)
    body["value"] = [views.view(world, one, wish, select, expand) for one in events[skip : skip + top]]
    if skip + top < len(events):
        kept = [pair for pair in request.pairs if pair[0] != "$skip"]
        body["@odata.nextLink"] = (
            f"{world.url}{request.path}?{urlencode([*kept, ('$skip', str(skip + top))])}"
        )
    headers = {"Preference-Applied": wish.applied} if wish.applied else {}
    return Answer(json=body, headers=headers)

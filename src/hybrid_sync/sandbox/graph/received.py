"""A mailbox's own inbox, for whoever reads what came back: GET messages, and one of them as MIME ($value).

Left out: everything else that a message has. Of filters only `receivedDateTime ge`, of orders only `receivedDateTime`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from ..exchange import Answer, Refusal, Request
from ..records import ReceivedMail
from ..routes import Route
from ..shapes import NUMBER, texts
from ..world import World
from . import events

_DEFAULT, _CAP = 10, 1000
_FILTER = re.compile(r"receivedDateTime ge (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_PROPERTIES = {"id", "receivedDateTime"}


def listed(world: World, request: Request) -> Answer:
    """One page of the inbox."""
    mails = _of(world, request)
    query = request.query
    if "$filter" in query:
        found = _FILTER.fullmatch(query["$filter"].strip())
        if found is None:
            raise Refusal(400, "The sandbox filters messages by receivedDateTime ge only.", code="BadRequest")
        since = datetime.fromisoformat(found.group(1))
        mails = [mail for mail in mails if mail.received >= since]
    order = query.get("$orderby", "receivedDateTime desc").split()
    if order[0] != "receivedDateTime" or order[1:] not in ([], ["asc"], ["desc"]):
        raise Refusal(400, "The sandbox orders messages by receivedDateTime only.", code="BadRequest")
    selected = set(query["$select"].split(",")) if "$select" in query else _PROPERTIES
    if not selected <= _PROPERTIES:
        raise Refusal(400, "The sandbox holds id and receivedDateTime of a message only.", code="BadRequest")
    mails.sort(key=lambda mail: mail.received, reverse=order[1:] == ["desc"])
    top, skip = query.get("$top", _DEFAULT), query.get("$skip", 0)
    if not 1 <= top <= _CAP:
        raise Refusal(400, "The value of $top must lie between 1 and 1000.", code="ErrorInvalidParameter")
    body: dict[str, Any] = {"value": [_shown(mail, selected | {"id"}) for mail in mails[skip : skip + top]]}
    if skip + top < len(mails):
        kept = [pair for pair in request.pairs if pair[0] != "$skip"]
        following = urlencode([*kept, ("$skip", str(skip + top))])
        body["@odata.nextLink"] = f"{world.url}{request.path}?{following}"
    return Answer(json=body)


def whole(world: World, request: Request) -> Answer:
    """The message as it came in."""
    for mail in _of(world, request):
        if mail.id == request.arguments["messageId"]:
            return Answer(text=mail.content.decode("utf-8", "replace"), content_type="text/plain")
    raise Refusal(404, "The specified object was not found in the store.", code="ErrorItemNotFound")


def _of(world: World, request: Request) -> list[ReceivedMail]:
    owner = events.mailbox(world, request)
    return [mail for mail in world.state.received if mail.mailbox == owner]


def _shown(mail: ReceivedMail, selected: set[str]) -> dict[str, Any]:
    told = {"id": mail.id, "receivedDateTime": f"{mail.received:%Y-%m-%dT%H:%M:%SZ}"}
    return {name: value for name, value in told.items() if name in selected}


_QUERY = {"$top": NUMBER, "$skip": NUMBER, **texts("$filter $orderby $select")}
ROUTES = (
    Route("GET", "/users/{userId}/mailFolders/inbox/messages", listed, query=_QUERY),
    Route("GET", "/users/{userId}/messages/{messageId}/$value", whole),
)

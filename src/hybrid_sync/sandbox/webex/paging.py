"""Pages with a Link header. Only rel="next" is promised, and a page may be empty and still have a next one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ..exchange import Answer, Refusal, Request
from ..shapes import NUMBER, TEXT, Shape
from ..world import World

PAGING: dict[str, Shape] = {"offset": NUMBER, "pause": TEXT}
"""What our own next links add to a query; nobody else needs to know these."""


def page(
    world: World,
    request: Request,
    items: list[Any],
    show: Any,
    *,
    default: int = 10,
    cap: int = 100,
    link: bool = True,
) -> Answer:
    """One page of the items, each passed through `show`. A too large `max` is silently capped."""
    size = request.query.get("max", default)
    if size < 1:
        raise Refusal(400, "'max' must be greater than 0.")
    size = min(size, cap)
    offset, pausing = request.query.get("offset", 0), "pause" in request.query
    shown = [] if pausing else items[offset : offset + size]
    after = offset if pausing else offset + size
    headers = {}
    if link and after < len(items):
        extra = [("offset", str(after))]
        if world.options.empty_pages and not pausing:
            extra.append(("pause", "1"))
        kept = [pair for pair in request.pairs if pair[0] not in PAGING]
        headers["Link"] = f'<{world.url}{request.path}?{urlencode(kept + extra)}>; rel="next"'
    return Answer(json={"items": [show(item) for item in shown]}, headers=headers)

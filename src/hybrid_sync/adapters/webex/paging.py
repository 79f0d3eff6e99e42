"""Lists that may not say that there is more of them (webex.md 8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.wire import utc_text
from hybrid_sync.errors import Refused
from hybrid_sync.http_client import Json

FULL = 100
"""Webex's largest page; a page of this length without a Link header is not believed to be all."""

SHORT = 10
"""Webex's smallest page of registrants and participants."""

_LONGEST_SPAN = timedelta(days=90)
_SHORTEST_SPAN = timedelta(seconds=1)


def complete_list(
    api: WebexApi,
    path: str,
    params: Mapping[str, Any],
    bounds: tuple[str, str],
    whole: tuple[datetime, datetime],
) -> list[Json]:
    """All items of a list whose Link header is not promised.

    A full page without a link is the whole list only if this system links at all, so a short page is asked for to see
    that. If it does not, the list is asked for again in stretches of time, halved until each fits one page; `bounds`
    names the two parameters, `whole` is the time that everything lies in. Items may then come twice. Raises
    Unreadable when a single second holds more than a page.
    """
    pages = list(api.pages(path, {**params, "max": FULL}))
    items = [item for page, _ in pages for item in page]
    if len(pages) > 1 or len(items) < FULL or _links(api, path, params):
        return items
    start, end = whole
    while start < end:
        until = min(start + _LONGEST_SPAN, end)
        items += _stretch(api, path, params, bounds, start, until)
        start = until
    return items


class Unreadable(Refused):
    """There is no way to read this list to its end."""


def _links(api: WebexApi, path: str, params: Mapping[str, Any]) -> bool:
    """Whether a short page of a longer list says that there is more."""
    _, more = next(iter(api.pages(path, {**params, "max": SHORT})))
    return more


def _stretch(
    api: WebexApi,
    path: str,
    params: Mapping[str, Any],
    bounds: tuple[str, str],
    start: datetime,
    end: datetime,
) -> list[Json]:
    window = {bounds[0]: utc_text(start), bounds[1]: utc_text(end)}
    items = api.items(path, {**params, **window, "max": FULL})
    if len(items) < FULL:
        return items
    if end - start <= _SHORTEST_SPAN:
        raise Unreadable(api.system, f"the list at {path.split('/')[0]} cannot be read to its end")
    middle = start + timedelta(seconds=int((end - start).total_seconds()) // 2)
    return _stretch(api, path, params, bounds, start, middle) + _stretch(
        api, path, params, bounds, middle, end
    )

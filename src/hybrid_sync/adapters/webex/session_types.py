"""Which session type a webinar is made with: the host's licence decides (webex.md 1.2)."""

from __future__ import annotations

import logging

from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.wire import text_of
from hybrid_sync.errors import Gone, Refused
from hybrid_sync.http_client import items_of

logger = logging.getLogger(__name__)


def webinar_session_type(api: WebexApi, host_email: str | None, site_url: str | None) -> int | None:
    """The id of the host's webinar session type, largest first; None where Webex would not tell.

    The list types it as text, POST /meetings wants a number. Raises Refused when the host has none: then Webex would
    refuse the webinar, and count that against the 100 of a day.
    """
    params = {"hostEmail": host_email, "siteUrl": site_url}
    try:
        # Not in the SDK.
        items = items_of(api.get("meetings/sessionTypes", params))
    except (Refused, Gone) as refusal:
        # Documented as required for a webinar, yet Webex's own tests make one without: then it chooses itself.
        logger.warning("the host's session types could not be read: %s", refusal)
        return None
    webinars = [
        (_number(item.get("attendeesCapacity")), _number(item.get("id")))
        for item in items
        if (text_of(item, "type") or "").lower() == "webinar"
    ]
    if not webinars:
        raise Refused(
            api.system, "the host has no webinar among its session types: it lacks the licence for webinars"
        )
    return max(webinars)[1] or None


def _number(value: object) -> int:
    return int(value) if isinstance(value, str | int | float) and str(value).isdigit() else 0

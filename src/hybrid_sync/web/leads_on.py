"""Where the button may send somebody: to Webex, and nowhere else, whatever an answer says."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from hybrid_sync.ports import MeetingRecord
from hybrid_sync.render.text import web_address
from hybrid_sync.settings import Settings, is_loopback
from hybrid_sync.sync.joining import Entry

log = logging.getLogger(__name__)

WEBEX = (".webex.com", ".webexgov.us", ".webex.com.cn")
"""Sites of the commercial, the US government and the Chinese cloud."""


class LeadsOn:
    """A redirect goes to https only, to a Webex site, the site of the settings, or the one that the meeting is on.

    The address comes from Webex's API over verified TLS, so this should never refuse one. It is there for the day when
    something between answers in its place: then people see the meeting link instead, and a warning says why.
    """

    def __init__(self, settings: Settings) -> None:
        self._own = frozenset(filter(None, (_host(f"https://{settings.webex.site_url or ''}"),)))
        self._rehearsal = settings.is_rehearsal

    def __call__(self, entry: Entry, record: MeetingRecord | None) -> str | None:
        """The address to send the person to; None where there is none, or none that may be followed."""
        url = web_address(entry.url)
        if url is None:
            return None
        if self._rehearsal and is_loopback(url):
            return url
        host = _host(url)
        sites = self._own | {_host(record.web_link or "") if record else None}
        if host and url.startswith("https://") and (host.endswith(WEBEX) or host in sites):
            return url
        log.warning(
            "Webex gave a join address on %s, which is no Webex site and not [webex] site_url: not followed",
            host or "no host",
            extra={"action": "web.redirect"},
        )
        return None


def _host(url: str) -> str | None:
    """The host of an https address without user name and odd port; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or parts.username is not None or port not in (None, 443):
        return None
    return (parts.hostname or "").lower() or None

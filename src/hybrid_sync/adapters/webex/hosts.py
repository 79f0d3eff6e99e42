"""Whose meetings are ours: Webex lists those that we are invited to as well (webex.md 1.4)."""

from __future__ import annotations

import logging
import threading

from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.domain.people import email_key
from hybrid_sync.errors import Gone, Refused
from hybrid_sync.http_client import Json

logger = logging.getLogger(__name__)


class Hosts:
    """Knows the addresses of the host: the configured one, else those of the token's own user."""

    def __init__(self, api: WebexApi, host_email: str | None) -> None:
        self._api = api
        self._own = frozenset({email_key(host_email)}) if host_email else None
        self._lock = threading.Lock()

    def is_ours(self, meeting: Json) -> bool:
        """Whether the listed meeting is hosted by us; one that names no host is believed."""
        host = meeting.get("hostEmail")
        if not isinstance(host, str) or not host:
            return True
        own = self._addresses()
        return not own or email_key(host) in own

    def _addresses(self) -> frozenset[str]:
        with self._lock:
            if self._own is None:
                self._own = self._asked()
            return self._own

    def _asked(self) -> frozenset[str]:
        try:
            # Past the SDK's wrapper, whose errors are not our kinds.
            emails = self._api.get("people/me").get("emails")
        except (Refused, Gone) as refusal:
            # A token without spark:people_read. Tags are visible to our own OAuth client only, so that what a
            # list by tag shows is believed then.
            logger.warning("cannot tell whose meetings are listed: %s", refusal)
            return frozenset()
        return frozenset(email_key(str(one)) for one in emails) if isinstance(emails, list) else frozenset()

"""Everything held about a person -> one JSON document that can be handed to them (GDPR 15 and 20)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hybrid_sync.render.event_json import utc_text

FORMAT = "hybrid-sync/privacy/1"

ABOUT = {
    "registrants": "what you, a list or an organiser said of you when you were registered",
    "messages": "mails that were sent to you and what they told; their bytes and your join link are left out",
    "replies": "what your calendar answered to invitations",
    "bounces": "mails to you that came back",
    "webex_registrations": "your registrations in Webex meetings",
    "webinar_links": "that you had a link of your own into a webinar; the link is left out",
    "attendance": "when which of your devices was in a meeting",
    "checkins": "when you were checked in at the door",
    "matches": "what staff decided about who you were in a meeting",
    "aliases": "other addresses that staff said are yours",
    "certificates": "certificates of attendance",
    "questions": "what was put before staff about you",
    "staff_roles": "meetings in which you were made a co-host or panelist",
    "audit": "lines of the log of what was done that name you",
    "named_in_event_records": "events whose record names you: as speaker or moderator, or within another text",
    "events": "the events that these rows speak of",
}
"""What each part is, in words for the person; also the order of the parts."""


def privacy_json(
    email: str,
    addresses: Sequence[str],
    held: Mapping[str, Sequence[Mapping[str, Any]]],
    erased: bool,
    now: datetime,
) -> dict[str, Any]:
    """The document. Instants are ISO 8601 in UTC; a part without rows is there and empty."""
    return {
        "format": FORMAT,
        "about": email,
        "made": utc_text(now),
        "addresses": list(addresses),
        "erased_before": erased,
        "parts": {
            name: {"what": words, "rows": [_plain(row) for row in held.get(name, ())]}
            for name, words in ABOUT.items()
        },
    }


def privacy_bytes(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value.astimezone(UTC))
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value

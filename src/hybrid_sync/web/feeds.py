"""Calendars to subscribe to: all public events, and each event alone. No personal data, no join link (P4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hybrid_sync.domain.public_calendar import PublicEvent
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import Clock
from hybrid_sync.render.feed import feed_bytes
from hybrid_sync.settings import Settings
from hybrid_sync.sync.public_calendar import PublicCalendar
from hybrid_sync.web.limits import RateLimit, address_of
from hybrid_sync.wiring.letters import letter_sender

KEPT_FOR = timedelta(minutes=1)
"""How long a calendar that was made is handed out again: a thousand programs may ask in one minute."""

MOST_KEPT = 256

MOST_UNKNOWN = 60
"""Events a minute from one address that are not there, or not public."""


class Feeds:
    """The two routes. Programs ask with If-None-Match, and are told 304 while nothing has changed (RFC 9110 13.1.2)."""

    def __init__(self, calendar: PublicCalendar, settings: Settings, clock: Clock) -> None:
        self._calendar = calendar
        self._name = settings.service.name
        self._organiser = letter_sender(settings)
        self._language = settings.service.language
        self._clock = clock
        self._unknown = RateLimit(clock, most=MOST_UNKNOWN)
        self._kept: dict[str, tuple[datetime, bytes, datetime | None]] = {}

    def all(self, request: Request) -> Response:
        """GET /calendar.ics"""
        return self._answer(request, "", self._calendar.events)

    def one(self, request: Request, event_id: str) -> Response:
        """GET /events/{event_id}/calendar.ics"""
        if self._unknown.is_spent(address_of(request)):
            raise HTTPException(429, headers={"Retry-After": "60"})
        try:
            return self._answer(request, event_id, lambda: [self._calendar.event(event_id)])
        except NotFound as error:
            self._unknown.takes(address_of(request))
            raise HTTPException(404) from error

    def _answer(self, request: Request, key: str, look: Callable[[], Sequence[PublicEvent]]) -> Response:
        body, changed = self._made(key, look)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
        if changed is not None:
            headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
        if _names(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    def _made(self, key: str, look: Callable[[], Sequence[PublicEvent]]) -> tuple[bytes, datetime | None]:
        now = self._clock()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < KEPT_FOR:
            return kept[1], kept[2]
        events = look()
        name = self._name if not key else events[0].event.title
        body = feed_bytes(events, name=name, organiser=self._organiser, language=self._language)
        changed = max((event.changed for event in events), default=None)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (now, body, changed)
        return body, changed


def _names(header: str, tag: str) -> bool:
    """Whether If-None-Match has that tag; weak ones count too, as RFC 9110 says for it."""
    tags = {one.strip().removeprefix("W/") for one in header.split(",")}
    return tag in tags or "*" in tags

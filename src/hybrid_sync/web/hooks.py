"""POST /webhooks/webex: what Webex delivers. Answered before anything is done about it."""

from __future__ import annotations

import logging
from datetime import timedelta

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hybrid_sync.ports import Clock, Hint
from hybrid_sync.sync.hints import Hints
from hybrid_sync.web.limits import RateLimit

log = logging.getLogger(__name__)

PATH = "/webhooks/webex"
SIGNATURE = "x-spark-signature"
MOST_FORGED = 60
"""Unsigned deliveries a minute that are told so; more get a shorter answer still."""
MOST_PER_MEETING = 6
"""Wake-ups a minute for one meeting and kind of news: a hundred people who come in at once are one reason to look."""


class Hooks:
    """The receiver. The size of a body is limited by web.guard.

    Genuine deliveries are always answered 200, also those that are not used: a failed delivery counts towards
    Webex disabling the webhook (webex.md 5), and there is nothing that Webex could do better the second time.
    """

    def __init__(self, hints: Hints, clock: Clock) -> None:
        self._hints = hints
        self._forged = RateLimit(clock, most=MOST_FORGED)
        self._said = RateLimit(clock, most=1, span=timedelta(minutes=5))
        self._wakes = RateLimit(clock, most=MOST_PER_MEETING)

    async def receive(self, request: Request) -> Response:
        """401 without the right signature, and nothing else happens then. Only bytes are looked at here."""
        body = await request.body()
        if not self._hints.genuine(body, request.headers.get(SIGNATURE, "")):
            return self._refused()
        hint = self._hints.read(body)
        if hint is None or not self._wakes.takes(f"{hint.what} {hint.meeting_ids[0]}"):
            return Response(status_code=200)
        return Response(status_code=200, background=BackgroundTask(self._take, hint))

    def _refused(self) -> Response:
        if self._said.takes("forged"):
            log.warning(
                "a call to %s was not signed with our secret: hybrid-sync webex webhooks status", PATH,
                extra={"action": "webhook"},
            )  # fmt: skip
        if not self._forged.takes("forged"):
            return Response(status_code=429, headers={"Retry-After": "60"})
        return JSONResponse({"message": "The signature is missing or wrong."}, 401)

    def _take(self, hint: Hint) -> None:
        """In a thread, after the answer. A store that does not answer costs a hint, and no more."""
        try:
            self._hints.take(hint)
        except Exception:
            log.exception(
                "a webhook's hint was lost; the event is looked at on schedule", extra={"action": "webhook"}
            )

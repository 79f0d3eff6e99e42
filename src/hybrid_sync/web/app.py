"""The web application: the join page, a registrant's own page and the health checks (design.md 6 and 7)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from hybrid_sync.domain.people import Mode
from hybrid_sync.errors import InputError, NotFound, SettingsError
from hybrid_sync.ports import Clock, Store
from hybrid_sync.render.join_links import JoinLinks, OwnLinks, PersonalLinks
from hybrid_sync.render.translations import Words, asked_for, words_in
from hybrid_sync.settings import Settings
from hybrid_sync.sync.certificates import Certifying
from hybrid_sync.sync.hints import Hints
from hybrid_sync.sync.joining import Joining
from hybrid_sync.sync.own_page import Own, OwnPage
from hybrid_sync.sync.public_calendar import PublicCalendar
from hybrid_sync.web import notices
from hybrid_sync.web.certificates import CertificateLooks
from hybrid_sync.web.feeds import Feeds
from hybrid_sync.web.guard import Guard, security_headers
from hybrid_sync.web.health import Health
from hybrid_sync.web.hooks import PATH, Hooks
from hybrid_sync.web.join_page import join_page
from hybrid_sync.web.leads_on import LeadsOn
from hybrid_sync.web.limits import RateLimit, address_of
from hybrid_sync.web.metrics import Metrics
from hybrid_sync.web.my_page import Do, my_page
from hybrid_sync.web.pages import Pages

log = logging.getLogger(__name__)

LONGEST_TOKEN = 512
MOST_LOOKS = 60
"""A minute for one link: a page that is open reloads itself a few times, whoever wants to hold up the store does more."""
MOST_WRONG = 30
"""Links a minute from one address that are none of ours. Whoever has a right one is let in all the same."""


class App(Protocol):
    """What the web needs of wiring.App."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def store(self) -> Store: ...
    @property
    def joining(self) -> Joining: ...
    @property
    def links(self) -> JoinLinks: ...
    @property
    def own_links(self) -> OwnLinks: ...
    @property
    def own_page(self) -> OwnPage: ...
    @property
    def certificates(self) -> Certifying: ...
    @property
    def hints(self) -> Hints: ...
    @property
    def public_calendar(self) -> PublicCalendar: ...


def create_app(app: App, *, heartbeat: Callable[[], datetime] | None = None) -> FastAPI:
    """The ASGI application. `heartbeat` is the engine's when a worker runs in the same process."""
    site = _Site(app, heartbeat)
    api = FastAPI(
        title=app.settings.service.name,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect would repeat the token in a header
    )
    api.add_middleware(
        Guard,
        headers=security_headers(app.settings),
        page=site.status_page,
        clock=app.clock,
        prefix=site.pages.prefix,
        most_requests=app.settings.web.requests_per_minute,
    )
    api.add_exception_handler(HTTPException, site.http_error)
    looking = ["GET", "HEAD"]
    api.add_api_route("/", site.home, methods=looking, response_model=None)
    api.add_api_route("/join/{token}", site.look, methods=looking, response_model=None)
    api.add_api_route("/join/{token}", site.enter, methods=["POST"], response_model=None)
    api.add_api_route("/my/{token}", site.mine, methods=looking, response_model=None)
    api.add_api_route("/my/{token}", site.change_mine, methods=["POST"], response_model=None)
    if app.settings.web.feeds:
        feeds = Feeds(app.public_calendar, app.settings, app.clock)
        api.add_api_route("/calendar.ics", feeds.all, methods=looking, response_model=None)
        api.add_api_route("/events/{event_id}/calendar.ics", feeds.one, methods=looking, response_model=None)
    api.add_api_route(PATH, Hooks(app.hints, app.clock).receive, methods=["POST"], response_model=None)
    looks = CertificateLooks(app.certificates, site.pages, app.settings, app.clock)
    api.add_api_route("/certificates/{code}", looks.show, methods=looking, response_model=None)
    api.add_api_route("/livez", site.livez, methods=looking, response_model=None)
    api.add_api_route("/readyz", site.readyz, methods=looking, response_model=None)
    metrics = Metrics(app.store, app.clock, app.settings.web.metrics, heartbeat)
    api.add_api_route("/metrics", metrics.show, methods=looking, response_model=None)
    api.add_api_route("/static/{name}", site.static, methods=looking, response_model=None)
    return api


class _Site:
    """The routes. Those that touch the store or Webex are plain functions, so that they run in threads."""

    def __init__(self, app: App, heartbeat: Callable[[], datetime] | None) -> None:
        self._app = app
        self._default_language = app.settings.service.language
        poll = timedelta(seconds=app.settings.engine.poll_seconds)
        self._health = Health(app.store, app.clock, heartbeat, poll)
        self._presses = RateLimit(app.clock)
        self._changes = RateLimit(app.clock)
        self._looks = RateLimit(app.clock, most=MOST_LOOKS)
        self._wrong = RateLimit(app.clock, most=MOST_WRONG)
        self._leads_on = LeadsOn(app.settings)
        self.pages = Pages(app.settings)

    def home(self, request: Request) -> Response:
        """What this is, for whoever wanders in."""
        words = self._words(request)
        return self.pages.notice(words, notices.home(words), 200)

    def look(self, request: Request, token: str) -> Response:
        """GET and HEAD: only looks. Mail scanners and link previews come this way, so Webex is never called."""
        try:
            registrant_id, generation = self._read(self._app.links, token)
            if not self._looks.takes(registrant_id):
                return self._too_many(self._words(request))
            door = self._app.joining.look(registrant_id, generation)
        except (InputError, NotFound):
            return self._bad_link(request)
        return self.pages.join(join_page(door, self._app.clock()))

    def enter(self, request: Request, token: str) -> Response:
        """POST: the button was pressed. 303 to the person's own short-lived URL, or the page that says why not.

        There is no further token against cross-site requests. The address itself is the permission, there is no
        cookie or sign-in that a foreign page could make use of, and whoever knows the address may press the button
        anyway; all that a foreign page gains is to send a person into a meeting they were invited to. (With
        Referrer-Policy no-referrer browsers send "Origin: null" from our own form too, so Origin tells nothing.)
        """
        try:
            registrant_id, generation = self._read(self._app.links, token)
            door = self._app.joining.look(registrant_id, generation)
            if not self._presses.takes(registrant_id):
                return self._too_many(words_in(door.person.language))
            door, entry = self._app.joining.enter(registrant_id, generation)
        except (InputError, NotFound):
            return self._bad_link(request)
        if entry is not None and (url := self._leads_on(entry, door.record)):
            return RedirectResponse(url, 303)
        return self.pages.join(join_page(door, self._app.clock(), pressed=True, entry=entry))

    def mine(self, request: Request, token: str) -> Response:
        """GET and HEAD of a registrant's own page: only looks, whatever stands in the address."""
        try:
            registrant_id, generation = self._read(self._app.own_links, token)
            if not self._looks.takes(registrant_id):
                return self._too_many(self._words(request))
            own = self._app.own_page.look(registrant_id, generation)
        except (InputError, NotFound):
            return self._bad_link(request)
        return self.pages.my(my_page(own))

    def change_mine(self, request: Request, token: str) -> Response:
        """POST: a button was pressed. As for `enter`, the address itself is the permission.

        What is asked for stands in the address (`?do=`), so that there is no form to be read. A POST without it (a mail
        program that takes the page for a one-click unsubscribe, RFC 8058) changes nothing.
        """
        wish = request.query_params.get("do")
        do = Do(wish) if wish in list(Do) else None
        try:
            registrant_id, generation = self._read(self._app.own_links, token)
            own = self._app.own_page.look(registrant_id, generation)
            if not self._changes.takes(registrant_id):
                return self._too_many(words_in(own.person.language))
            return self.pages.my(my_page(self._done(do, registrant_id, generation) or own, did=do))
        except (InputError, NotFound):
            return self._bad_link(request)

    def _done(self, do: Do | None, registrant_id: str, generation: int) -> Own | None:
        """What came of a wish; None for one that changes nothing."""
        desk = self._app.own_page
        match do:
            case Do.WITHDRAW_SURE:
                return desk.withdraw(registrant_id, generation)
            case Do.ONLINE:
                return desk.switch(registrant_id, generation, Mode.ONLINE)
            case Do.ROOM:
                return desk.switch(registrant_id, generation, Mode.ROOM)
            case _:
                return None

    async def livez(self) -> Response:
        """In the event loop on purpose: threads that all wait for Webex are no reason to restart the process."""
        lives = self._health.lives()
        return JSONResponse({"status": "ok" if lives else "stalled"}, 200 if lives else 503)

    def readyz(self) -> Response:
        ready = self._health.ready()
        return JSONResponse({"status": "ok" if ready else "unavailable"}, 200 if ready else 503)

    async def static(self, name: str) -> Response:
        asset = self.pages.assets.get(name)
        if asset is None:
            raise HTTPException(404)
        keep = {"Cache-Control": "public, max-age=86400"}
        return Response(asset.data, media_type=asset.media_type, headers=keep)

    async def http_error(self, request: Request, error: Exception) -> Response:
        """404, 405, 413 and the like as pages."""
        assert isinstance(error, HTTPException)
        return self.status_page(request, error.status_code, error.headers)

    def status_page(
        self, request: Request, status: int, headers: Mapping[str, str] | None = None
    ) -> Response:
        words = self._words(request)
        return self.pages.notice(words, notices.for_status(status, words), status, headers)

    def _read(self, links: PersonalLinks, token: str) -> tuple[str, int]:
        if len(token) > LONGEST_TOKEN:
            raise InputError(links.refusal)
        try:
            return links.read(token)
        except SettingsError as error:
            # Without base_url and secret no link was ever made here, so this one cannot be ours either.
            log.warning("somebody opened a personal link: %s", error, extra={"action": "web.link"})
            raise InputError(links.refusal) from error

    def _bad_link(self, request: Request) -> Response:
        """One page for every reason: a wrong signature and an erased person must look the same."""
        words = self._words(request)
        if not self._wrong.takes(address_of(request)):
            return self._too_many(words)
        return self.pages.notice(words, notices.bad_link(words), 404)

    def _too_many(self, words: Words) -> Response:
        return self.pages.notice(words, notices.too_many(words), 429, {"Retry-After": "60"})

    def _words(self, request: Request) -> Words:
        return asked_for(request.headers.get("accept-language"), self._default_language)

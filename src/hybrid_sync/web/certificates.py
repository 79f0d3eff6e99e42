"""/certificates/{code}: whether a certificate is ours and still holds. There is no list of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from hybrid_sync.errors import NotFound
from hybrid_sync.ports import Clock
from hybrid_sync.render.text import one_line
from hybrid_sync.render.translations import Words, asked_for
from hybrid_sync.settings import Settings
from hybrid_sync.sync.certificates import Certifying
from hybrid_sync.web.certificate_page import CertificatePage, too_many, unknown, valid, withdrawn
from hybrid_sync.web.limits import RateLimit, address_of
from hybrid_sync.web.pages import Pages

LONGEST_CODE = 64
"""Of what somebody typed, with blanks and hyphens; more than that is no code."""

MOST_LOOKS = 60
"""A minute from one address: somebody who goes through a pile of paper is not held up, a program that guesses is."""


class CertificateLooks:
    """The route. It touches the store, so it is a plain function that runs in a thread."""

    def __init__(self, certificates: Certifying, pages: Pages, settings: Settings, clock: Clock) -> None:
        self._certificates = certificates
        self._pages = pages
        self._service = one_line(settings.service.name, 80)
        self._language = settings.service.language
        self._looks = RateLimit(clock, most=MOST_LOOKS)

    def show(self, request: Request, code: str) -> Response:
        """GET and HEAD, in the language of whoever looks, who need not be the person."""
        words = asked_for(request.headers.get("accept-language"), self._language)
        if not self._looks.takes(address_of(request)):
            return self._pages.notice(words, too_many(words), 429, {"Retry-After": "60"})
        return self._pages.certificate(self._page(code, words))

    def _page(self, code: str, words: Words) -> CertificatePage:
        if len(code) > LONGEST_CODE:
            return unknown(words)
        try:
            certificate, event = self._certificates.find(code)
        except NotFound:
            return unknown(words)
        return valid(event, certificate, self._service, words) if certificate.valid else withdrawn(words)

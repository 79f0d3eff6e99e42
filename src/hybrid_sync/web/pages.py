"""The HTML: templates, the two static files, and the answers made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from hybrid_sync.domain.people import is_email_address
from hybrid_sync.render.text import one_line, web_address
from hybrid_sync.render.translations import Words
from hybrid_sync.settings import Settings
from hybrid_sync.web.certificate_page import CertificatePage
from hybrid_sync.web.join_page import JoinPage
from hybrid_sync.web.my_page import MyPage
from hybrid_sync.web.notices import Notice

_MEDIA_TYPES = {"page.css": "text/css; charset=utf-8", "countdown.js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Asset:
    """A static file. `address` changes with its content, so that it may be kept by browsers."""

    data: bytes
    media_type: str
    address: str


class Pages:
    """Makes answers in HTML; every value is escaped."""

    def __init__(self, settings: Settings) -> None:
        # Behind a proxy the service may live under a path of its own; the pages' addresses must carry it.
        self.prefix = urlsplit(settings.service.base_url or "").path.rstrip("/")
        self.assets: Mapping[str, Asset] = {name: self._asset(name) for name in _MEDIA_TYPES}
        self._templates = Environment(
            loader=PackageLoader("hybrid_sync.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            service=one_line(settings.service.name, 80),
            contact=_contact(settings.service.contact),
            css=self.assets["page.css"].address,
            js=self.assets["countdown.js"].address,
        )

    def join(self, page: JoinPage) -> Response:
        """The join page in one of its states."""
        text = self._templates.get_template("join.html").render(page=page, words=page.words)
        return HTMLResponse(text, page.status)

    def my(self, page: MyPage) -> Response:
        """A registrant's own page in one of its states."""
        text = self._templates.get_template("my.html").render(page=page, words=page.words)
        return HTMLResponse(text, page.status)

    def certificate(self, page: CertificatePage) -> Response:
        """What is known of a certificate's code."""
        text = self._templates.get_template("certificate.html").render(page=page, words=page.words)
        return HTMLResponse(text, page.status)

    def notice(
        self, words: Words, notice: Notice, status: int, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A page that says one thing."""
        text = self._templates.get_template("notice.html").render(notice=notice, words=words)
        return HTMLResponse(text, status, headers)

    def _asset(self, name: str) -> Asset:
        data = files("hybrid_sync.web").joinpath("static", name).read_bytes()
        mark = hashlib.sha256(data).hexdigest()[:12]
        return Asset(data, _MEDIA_TYPES[name], f"{self.prefix}/static/{name}?v={mark}")


@dataclass(frozen=True)
class Contact:
    """Whom to ask; `link` is None when it is only words."""

    text: str
    link: str | None


def _contact(told: str | None) -> Contact | None:
    if not (told := one_line(told or "", 200)):
        return None
    if is_email_address(told):
        return Contact(told, f"mailto:{told}")
    return Contact(told, web_address(told))

"""Objects put into a collection and taken out of it, each only if it still is as it was seen (RFC 4791 5.3, RFC 9110 13)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, urljoin

from hybrid_sync.adapters.caldav.reading import reading_of
from hybrid_sync.errors import (
    AlreadyThere,
    Gone,
    OutcomeUnknown,
    ProviderError,
    Refused,
    StillThere,
    TryLater,
)
from hybrid_sync.http_client import Transport, guarded_session
from hybrid_sync.http_client.verdicts import translated, verdict
from hybrid_sync.ports import Check
from hybrid_sync.ports.publishing import Held

SYSTEM = "caldav"
_ADVICE = "see url, username and password in [caldav]; url is the collection's own address"
_LATER = f"try again later; if it stays so, {_ADVICE}"


class CaldavCollection:
    """ports.Collection and Checkable. `url` is the collection's own address; sign-in is HTTP Basic."""

    def __init__(
        self,
        transport: Transport,
        *,
        url: str,
        username: str | None,
        password: str | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._url = url
        self._login = (username, password or "") if username else None
        self._clock = clock
        self._local = threading.local()

    @property
    def name(self) -> str:
        return self._url

    def get(self, href: str) -> Held | None:
        status, headers, body = self._call("GET", href, answers=(404, 410))
        if status in (404, 410):
            return None
        if "html" in headers.get("Content-Type", "").lower():
            raise TryLater(SYSTEM, "the answer is an HTML page")
        etag = headers.get("ETag", "")
        if not etag:
            # Without a version nothing could be written safely: an edit in between would be lost.
            raise Refused(SYSTEM, "the server gives no ETag, so that changes by others could not be noticed")
        found = reading_of(body)
        return Held(etag, found.uid if found else "", body)

    def put(self, href: str, data: bytes, seen: Held | None) -> str | None:
        condition = {"If-Match": seen.etag} if seen else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        try:
            status, answer, _ = self._call("PUT", href, data, headers, answers=(412,))
        except AlreadyThere as error:
            # no-uid-conflict (RFC 4791 5.3.2.1): somebody keeps a copy under another name.
            raise Refused(
                SYSTEM,
                f"the collection holds this event under another name; take that copy away ({error.words})",
            ) from error
        if status == 412:
            raise TryLater(SYSTEM, "somebody changed the entry at the same moment")
        return answer.get("ETag")

    def remove(self, href: str, seen: Held) -> None:
        headers = {"If-Match": seen.etag}
        try:
            status, _, _ = self._call("DELETE", href, None, headers, answers=(412,))
        except Gone as answer:
            if self.get(href) is not None:
                raise StillThere.contrary_to(answer, "the entry in the collection") from answer
            return
        if status == 412:
            raise TryLater(SYSTEM, "somebody changed the entry at the same moment")

    def same(self, held: Held, wanted: bytes) -> bool:
        found = reading_of(held.data)
        return found is not None and found == reading_of(wanted)

    def check(self) -> Sequence[Check]:
        """Look at the collection, and write nothing."""
        what = "Calendar collection"
        body = (
            b'<?xml version="1.0" encoding="utf-8"?>'
            b'<propfind xmlns="DAV:"><prop><resourcetype/><current-user-privilege-set/></prop></propfind>'
        )
        try:
            _, headers, answer = self._call(
                "PROPFIND", "", body, {"Depth": "0", "Content-Type": "application/xml"}
            )
        except ProviderError as error:
            return [Check(what, False, str(error), _LATER if isinstance(error, TryLater) else _ADVICE)]
        if "html" in headers.get("Content-Type", "").lower():
            return [Check(what, False, "caldav: the answer is an HTML page", _LATER)]
        if b":caldav" not in answer or b"calendar" not in answer:
            return [Check(what, False, "there is no calendar collection at that address", _ADVICE)]
        may_write = b"write" in answer or b"all" in answer if b"privilege" in answer else None
        return [
            Check(what, may_write, "found" if may_write else "found; whether it may be written is not told")
        ]

    def _call(
        self,
        method: str,
        href: str,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        answers: Collection[int] = (),
    ) -> tuple[int, Mapping[str, str], bytes]:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = guarded_session(self._transport)
        safe = method in ("GET", "PROPFIND")
        with translated(SYSTEM, safe=safe):
            response = session.request(
                method,
                urljoin(self._url, quote(href)),
                data=data,
                headers=dict(headers or {}),
                auth=self._login,
                allow_redirects=False,
            )
        problem = verdict(SYSTEM, response, safe=safe, clock=self._clock)
        if problem is not None and response.status_code not in answers:
            if isinstance(problem, OutcomeUnknown):
                # A conditional write may be tried again as it stands: it happens once, or meets its own work.
                raise TryLater(SYSTEM, problem.words) from problem
            raise problem
        return response.status_code, response.headers, response.content

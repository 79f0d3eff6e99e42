"""What an answer, or its absence, means: the one place where HTTP becomes the kinds of errors.py (design.md 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any

import requests

from hybrid_sync.errors import (
    AlreadyThere,
    Gone,
    OutcomeUnknown,
    ProviderError,
    Refused,
    SignInExpired,
    TryLater,
)
from hybrid_sync.http_client.redaction import redact
from hybrid_sync.http_client.transport import tracking_id_of
from hybrid_sync.http_client.watch import DeadlineExceeded, NotSent, TooLarge

Clock = Callable[[], datetime]

_MOST_WORDS = 400
_LONGEST_WAIT = 24 * 3600.0
_OUR_MISTAKE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidJSONError,
)


def verdict(system: str, response: requests.Response, *, safe: bool, clock: Clock) -> ProviderError | None:
    """None for success, else the error to raise.

    `safe` says that the call changes nothing, so that a lost answer loses nothing. `clock` gives the present instant
    (aware), for a Retry-After that names a date.

    status          | =
    ----------------+--------------------------------------------------
    2xx             | fine
    3xx             | Refused: redirects are not followed
    401             | SignInExpired
    404, 410        | Gone
    409             | AlreadyThere
    429, 503        | TryLater(after)
    423             | TryLater(after) if it names a time, else Refused
    408, other 5xx  | TryLater for a safe call, else OutcomeUnknown
    other 4xx       | Refused
    """
    status = response.status_code
    if 200 <= status < 300:
        return None
    problem = _problem(system, response, safe=safe, clock=clock)
    problem.status = status
    return problem


def _problem(system: str, response: requests.Response, *, safe: bool, clock: Clock) -> ProviderError:
    status = response.status_code
    message = f"{status} {words_of(response)}".strip()
    tracking_id = tracking_id_of(response) or _body_tracking_id(response)
    after = retry_after(response, clock)
    if status in (429, 503) or (status == 423 and after is not None):
        return TryLater(system, message, after=after, tracking_id=tracking_id)
    if status == 408 or status >= 500:
        if safe:
            return TryLater(system, message, after=after, tracking_id=tracking_id)
        return OutcomeUnknown(system, message, tracking_id=tracking_id)
    kinds: dict[int, type[ProviderError]] = {401: SignInExpired, 404: Gone, 410: Gone, 409: AlreadyThere}
    return kinds.get(status, Refused)(system, message, tracking_id=tracking_id)


def retry_after(response: requests.Response, clock: Clock) -> float | None:
    """Seconds from a Retry-After header, in either of its two forms; None when it is missing or makes no sense.

    A date is counted from the server's own Date, so that a wrong clock on either side does no harm.
    """
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return min(float(value), _LONGEST_WAIT)
    moment = _http_date(value)
    if moment is None:
        return None
    now = _http_date(response.headers.get("Date", "")) or clock()
    return min(max(0.0, (moment - now).total_seconds()), _LONGEST_WAIT)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def words_of(response: requests.Response) -> str:
    """The provider's own words, cleaned and cut: Webex errors[].description, Graph and OAuth code and message."""
    try:
        body = response.json()
    except ValueError:
        return _plain_words(response)
    if not isinstance(body, dict):
        return _plain_words(response)
    parts: list[str] = []
    error = body.get("error")
    if isinstance(error, dict):
        parts += [str(error[name]) for name in ("code", "message") if error.get(name)]
    elif error:
        parts.append(str(error))
    parts += [str(body[name]) for name in ("error_description", "message") if body.get(name)]
    parts += descriptions(body)
    return _cleaned(": ".join(dict.fromkeys(parts))) or _plain_words(response)


def descriptions(body: dict[str, Any]) -> list[str]:
    """The texts of a Webex `errors` list, which may be missing or oddly filled."""
    errors = body.get("errors")
    if not isinstance(errors, list):
        return []
    return [str(one["description"]) for one in errors if isinstance(one, dict) and one.get("description")]


def _plain_words(response: requests.Response) -> str:
    """Words of a body that is not JSON: a proxy's or a gateway's HTML page (webex.md 7), or nothing."""
    if "html" in response.headers.get("Content-Type", "").lower():
        title = re.search(r"<title[^>]*>(.*?)</title>", response.text, re.IGNORECASE | re.DOTALL)
        return _cleaned(f"an HTML page: {title.group(1)}" if title else "an HTML page")
    return _cleaned(response.text) or _cleaned(response.reason or "")


def _cleaned(text: str) -> str:
    text = redact(" ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split()))
    return text if len(text) <= _MOST_WORDS else text[: _MOST_WORDS - 1] + "…"


def _body_tracking_id(response: requests.Response) -> str | None:
    try:
        body = response.json()
    except ValueError:
        return None
    value = body.get("trackingId") if isinstance(body, dict) else None
    return str(value) if value else None


@contextmanager
def translated(system: str, *, safe: bool) -> Iterator[None]:
    """Turns what requests raises inside into our kinds."""
    try:
        yield
    except requests.RequestException as error:
        raise meaning(system, error, safe=safe) from error


def meaning(system: str, error: requests.RequestException, *, safe: bool) -> ProviderError:
    """The kind for a call that got no answer. Never the library's text: it holds the whole address."""
    if isinstance(error, NotSent):
        return TryLater(system, f"could not connect: {_root(error)}")
    if isinstance(error, _OUR_MISTAKE):
        return Refused(system, f"the call could not be made: {type(error).__name__}")
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return Refused(system, "answered with a redirect, which is not followed")
    if isinstance(error, TooLarge):
        message = f"the answer is too large: {error}"
        return Refused(system, message) if safe else OutcomeUnknown(system, message)
    late = isinstance(error, requests.Timeout | DeadlineExceeded)
    message = "no answer in time" if late else f"the connection broke: {_root(error)}"
    return TryLater(system, message) if safe else OutcomeUnknown(system, message)


def _root(error: BaseException) -> str:
    """The words of the innermost cause, as the operating system gave them, or ours for what http.client finds."""
    seen = {id(error)}
    while (cause := error.__cause__ or error.__context__) is not None and id(cause) not in seen:
        seen.add(id(cause))
        error = cause
    if isinstance(error, RemoteDisconnected):
        return "closed without an answer"
    if isinstance(error, IncompleteRead):
        return "in the middle of the answer"
    return _cleaned(str(error)) if isinstance(error, OSError) else type(error).__name__


def json_of(system: str, response: requests.Response, *, safe: bool) -> dict[str, Any]:
    """The JSON object of a successful answer; one that cannot be read counts as a lost answer."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    message = "the answer is no JSON object"
    tracking_id = tracking_id_of(response)
    if safe:
        raise TryLater(system, message, tracking_id=tracking_id)
    raise OutcomeUnknown(system, message, tracking_id=tracking_id)

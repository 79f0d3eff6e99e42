from __future__ import annotations

import json
from typing import Any

import pytest
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
from hybrid_sync.http_client import json_of, verdict
from tests.http_client.kit import clock


def answer(
    status: int, body: Any = None, headers: dict[str, str] | None = None, text: str | None = None
) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = (text if text is not None else json.dumps(body)).encode()
    response.headers.update(headers or {})
    return response


def judged(response: requests.Response, *, safe: bool = False) -> ProviderError:
    problem = verdict("webex", response, safe=safe, clock=clock)
    assert problem is not None
    return problem


@pytest.mark.parametrize(
    ("status", "of_write", "of_read"),
    [
        (302, Refused, Refused),
        (400, Refused, Refused),
        (401, SignInExpired, SignInExpired),
        (403, Refused, Refused),
        (404, Gone, Gone),
        (408, OutcomeUnknown, TryLater),
        (409, AlreadyThere, AlreadyThere),
        (410, Gone, Gone),
        (412, Refused, Refused),
        (415, Refused, Refused),
        (423, Refused, Refused),
        (429, TryLater, TryLater),
        (500, OutcomeUnknown, TryLater),
        (502, OutcomeUnknown, TryLater),
        (503, TryLater, TryLater),
        (504, OutcomeUnknown, TryLater),
    ],
)
def test_each_status_is_named_after_what_may_be_done_next(
    status: int, of_write: type[ProviderError], of_read: type[ProviderError]
) -> None:
    assert type(judged(answer(status, {}))) is of_write
    assert type(judged(answer(status, {}), safe=True)) is of_read


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_success(status: int) -> None:
    assert verdict("webex", answer(status, {}), safe=False, clock=clock) is None


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "3600"}, 3600),
        ({"Retry-After": "99999999"}, 24 * 3600),
        ({"Retry-After": "Mon, 03 May 2027 09:02:00 GMT"}, 120),
        ({"Retry-After": "Mon, 03 May 2027 08:00:00 GMT"}, 0),
        (
            {"Retry-After": "Mon, 03 May 2027 12:00:30 GMT", "Date": "Mon, 03 May 2027 12:00:00 GMT"},
            30,
        ),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_by_the_servers_own_clock(
    headers: dict[str, str], after: float | None
) -> None:
    problem = judged(answer(429, text="", headers=headers))
    assert isinstance(problem, TryLater)
    assert problem.after == after


def test_a_locked_resource_with_a_time_is_for_later() -> None:
    problem = judged(answer(423, {}, {"Retry-After": "5"}))
    assert isinstance(problem, TryLater)


def test_webex_words_are_kept_with_the_descriptions_and_the_tracking_id() -> None:
    body = {
        "message": "The request is invalid.",
        "errors": [{"description": "User ada@example.org is already registered."}, "odd", {}],
        "trackingId": "ROUTER_1",
    }
    problem = judged(answer(400, body))
    assert str(problem) == (
        "webex: 400 The request is invalid.: User a***@example.org is already registered. "
        "[webex tracking id ROUTER_1]"
    )
    assert problem.tracking_id == "ROUTER_1"


def test_graph_words_are_kept_with_the_code_and_the_request_id() -> None:
    body = {"error": {"code": "ErrorItemNotFound", "message": "Not found in the store."}}
    problem = judged(answer(404, body, {"request-id": "r-1"}))
    assert "ErrorItemNotFound: Not found in the store." in str(problem)
    assert problem.tracking_id == "r-1"


@pytest.mark.parametrize(
    ("text", "headers", "words"),
    [
        (
            "<html><title>Bad\n Gateway</title></html>",
            {"Content-Type": "text/html"},
            "an HTML page: Bad Gateway",
        ),
        ("<html></html>", {"Content-Type": "text/html"}, "an HTML page"),
        ("[1, 2]", {"Content-Type": "application/json"}, "[1, 2]"),
        ('"a text"', {"Content-Type": "application/json"}, '"a text"'),
        ("plain words\x00\x07", {}, "plain words"),
        ("", {}, ""),
    ],
)
def test_bodies_that_are_no_json_object_do_no_harm(text: str, headers: dict[str, str], words: str) -> None:
    assert words in str(judged(answer(403, text=text, headers=headers)))


def test_a_long_body_is_cut() -> None:
    assert len(str(judged(answer(400, text="x" * 5000)))) < 500


def test_a_success_without_readable_json_counts_as_a_lost_answer() -> None:
    with pytest.raises(OutcomeUnknown):
        json_of("webex", answer(200, text='{"id": "12'), safe=False)
    with pytest.raises(TryLater):
        json_of("webex", answer(200, text="<html>"), safe=True)
    with pytest.raises(TryLater):
        json_of("webex", answer(200, [1]), safe=True)

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from hybrid_sync.http_client import RedactingFilter, redact


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Authorization: Bearer abcDEF123.-_~+/=", "Authorization: Bearer ***"),
        ("Authorization: Basic dXNlcjpwdw==", "Authorization: Basic ***"),
        ('{"access_token": "abc def", "expires_in": 3}', '{"access_token": ***, "expires_in": 3}'),
        ("grant_type=refresh_token&refresh_token=abc&x=1", "grant_type=refresh_token&refresh_token=***&x=1"),
        ("client_secret=s3cr3t", "client_secret=***"),
        ("{'password': 'it\\'s', 'title': 'x'}", "{'password': ***, 'title': 'x'}"),
        ('"phoneAndVideoSystemPassword":"12345678"', '"phoneAndVideoSystemPassword":***'),
        ('"hostKey": "987654"', '"hostKey": ***'),
        ("https://events.example/join/eyJhbGciOi.abc.def now", "https://events.example/join/*** now"),
        ("GET /my/tok3nT0ken HTTP/1.1", "GET /my/*** HTTP/1.1"),
        ("https://site.webex.com/site/j.php?MTID=m123abc!", "https://***.webex.com/***"),
        ("http://127.0.0.1:1/s/j.php?MTID=m123", "http://127.0.0.1:1/s/j.php?***"),
        ("?siteurl=x&integrationJoinToken=abc%2F&y=1", "?siteurl=x&integrationJoinToken=***&y=1"),
        ("User ada.lovelace@example.org is there", "User a***@example.org is there"),
        ("email=ada%40example.org", "email=a***%40example.org"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_def", "token ***"),
    ],
)
def test_secrets_and_addresses_are_masked_and_the_rest_stays(text: str, cleaned: str) -> None:
    assert redact(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "webex POST /v1/meetings/join: 200 in 3 ms",
        "https://webexapis.com/v1/meetings/{id}",
        "Password does not meet the site's rules.",
        "at 10:00 @ the InfoPoint",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert redact(text) == text


def test_redacting_twice_changes_nothing_more() -> None:
    once = redact("Bearer abcdefgh ada@example.org /join/abcdefgh password=x https://a.webex.com/b?MTID=1")
    assert redact(once) == once


@pytest.fixture
def filtered(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The handler is shared by all tests, so the filter must come off again."""
    redacting = RedactingFilter()
    caplog.handler.addFilter(redacting)
    yield caplog
    caplog.handler.removeFilter(redacting)


def test_the_filter_cleans_message_arguments_exception_and_extra_fields(
    filtered: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("test.redaction")
    try:
        raise ValueError("no mail to ada@example.org")
    except ValueError:
        logger.exception(
            "call with %s", "Bearer abcdefghij", extra={"link": "https://x.webex.com/j.php?MTID=1"}
        )
    logger.warning("%d %s", 3, {"password": "hunter22"})
    assert "ada@example.org" not in filtered.text
    assert "ValueError: no mail to a***@example.org" in filtered.text
    assert "Bearer ***" in filtered.text
    assert "3 {'password': ***}" in filtered.text
    assert filtered.records[0].__dict__["link"] == "https://***.webex.com/***"

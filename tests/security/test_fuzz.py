"""ASVS 16.5.4, 2.2.1: whatever is sent to the web, it is never a fault of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hybrid_sync.web.app import create_app
from tests.web.house import OPEN, House, build_house

BYTES = st.binary(max_size=40)
TOKENS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["right", "own", "water", "page.css", "..", "%2e%2e", "\x00", "A" * 600, "WyJ4IiwxXQ.x"]),
)
PLACES = st.sampled_from(
    ["/", "/join/{}", "/my/{}", "/certificates/{}", "/events/{}/calendar.ics", "/events/{}/register", "/static/{}",
     "/webhooks/webex", "/calendar.ics", "/livez", "/readyz", "/metrics", "{}", "//{}", "/join/{}/more"]
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(
        [b"accept-language", b"if-none-match", b"content-length", b"content-type", b"x-spark-signature", b"host",
         b"x-forwarded-for", b"range", b"cookie", b"transfer-encoding", b"expect", b"accept"]
    ),
    st.from_regex(rb"[a-z-]{1,12}", fullmatch=True),
)  # fmt: skip
VALUES = st.one_of(
    BYTES, st.sampled_from([b"*", b"fr;q=x", b"en-US,fr;q=0.3", b"-1", b"9" * 30, b'W/"x"', b"\xff\xfe"])
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return build_house(tmp_path_factory.mktemp("fuzz"), now=OPEN)


async def answered(
    app: Any, scope: dict[str, Any], body: list[bytes]
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """As a server calls the application: the status, the headers and the body of its answer."""
    parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]
    parts.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    starts = [message for message in sent if message["type"] == "http.response.start"]
    assert len(starts) == 1
    content = b"".join(
        message.get("body", b"") for message in sent if message["type"] == "http.response.body"
    )
    return starts[0]["status"], starts[0]["headers"], content


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.one_of(st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS"]), st.text(max_size=8)),
    place=PLACES,
    token=TOKENS,
    query=st.one_of(
        BYTES, st.sampled_from([b"do=withdraw", b"do=online", b"do[]=x", b"do=withdraw-sure&do=room"])
    ),
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=5),
    body=st.lists(BYTES, max_size=3),
    client=st.one_of(st.none(), st.tuples(st.text(max_size=50), st.integers(0, 65535))),
)
def test_no_request_is_ever_answered_with_500(
    house: House,
    method: str,
    place: str,
    token: str,
    query: bytes,
    headers: list[tuple[bytes, bytes]],
    body: list[bytes],
    client: tuple[str, int] | None,
) -> None:
    known = {"right": house.path.rpartition("/")[2], "own": house.my_path.rpartition("/")[2]}
    path = place.format(known.get(token, token))
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "https", "path": path, "raw_path": path.encode("utf-8", "replace"), "root_path": "",
        "query_string": query, "headers": headers, "client": client, "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    status, told, _ = asyncio.run(answered(create_app(house.app), scope, body))
    assert status < 500
    names = [name for name, _ in told]
    for name in (b"content-security-policy", b"x-content-type-options", b"referrer-policy", b"cache-control"):
        assert names.count(name) == 1
    assert all(b"\r" not in value and b"\n" not in value for _, value in told)


def test_the_net_shows_when_there_is_a_fault_of_ours(tmp_path: Path) -> None:
    """The negative control: the same way of asking does see a 500."""
    house = build_house(tmp_path, now=OPEN)
    house.webex.trouble = ZeroDivisionError("the innermost cause")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https",
        "path": house.path, "raw_path": house.path.encode(), "root_path": "", "query_string": b"", "headers": [],
        "client": ("192.0.2.1", 1), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    status, _, content = asyncio.run(answered(create_app(house.app), scope, []))
    assert status == 500
    assert b"innermost" not in content

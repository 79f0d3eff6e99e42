"""The reverse proxy files, run by nginx and Caddy of Debian: what they pass on, refuse and write down."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.deploy.proxy_kit import HOST, HUNG_UP, Proxy, caddy, free_port, nginx, telling

Start = Callable[[Path, int], AbstractContextManager[Proxy]]
LINK = "canary-of-a-join-link"

both = pytest.mark.parametrize("start", [nginx, caddy], ids=["nginx", "caddy"])


@both
def test_what_a_visitor_claims_to_be_is_replaced(start: Start, tmp_path: Path) -> None:
    with telling() as port, start(tmp_path, port) as proxy:
        told = json.loads(proxy.ask("/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http").body)
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "https"
    assert told["host"] == HOST


@both
def test_plain_http_is_sent_to_https(start: Start, tmp_path: Path) -> None:
    with telling() as port, start(tmp_path, port) as proxy:
        answer = proxy.ask("/events/water/calendar.ics", tls=False)
    assert answer.status in (301, 308)
    where = answer.headers["Location"]
    assert where.startswith(f"https://{HOST}")
    assert where.endswith("/events/water/calendar.ics")


@both
def test_browsers_are_told_once_to_stay_with_https(start: Start, tmp_path: Path) -> None:
    with telling() as port, start(tmp_path, port) as proxy:
        answer = proxy.ask("/")
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]


@both
def test_what_is_for_machines_inside_is_not_shown_outside(start: Start, tmp_path: Path) -> None:
    with telling() as port, start(tmp_path, port) as proxy:
        assert [proxy.ask(path).status for path in ("/metrics", "/livez", "/readyz")] == [404, 404, 404]
        assert proxy.ask("/join/x").status == 200


@both
def test_more_than_a_form_is_refused(start: Start, tmp_path: Path) -> None:
    with telling() as port, start(tmp_path, port) as proxy:
        assert proxy.ask("/join/x", "POST", b"x" * 60_000).status == 200
        assert proxy.ask("/join/x", "POST", b"x" * 70_000).status in (HUNG_UP, 413, 502)


@both
@pytest.mark.parametrize("lives", [True, False], ids=["service up", "service down"])
def test_no_link_is_ever_written_down(start: Start, lives: bool, tmp_path: Path) -> None:
    with telling() as port, start(tmp_path, port if lives else free_port()) as proxy:
        for path in (f"/join/{LINK}", f"/my/{LINK}?do={LINK}", f"/certificates/{LINK}"):
            answer = proxy.ask(path, Referer=f"https://{HOST}/join/{LINK}")
            assert answer.status == (200 if lives else 502)
            proxy.ask(path, "POST", b"x" * 70_000)
            proxy.ask(path, tls=False)
    assert proxy.written()
    assert LINK not in proxy.written()


def test_nginx_logs_the_kind_of_page_without_the_link(tmp_path: Path) -> None:
    with telling() as port, nginx(tmp_path, port) as proxy:
        proxy.ask(f"/join/{LINK}")
        proxy.ask("/calendar.ics?token=x")
    lines = (tmp_path / "hybrid-sync.access.log").read_text().splitlines()
    assert ['"GET /join/..." 200' in lines[0], '"GET /calendar.ics" 200' in lines[1]] == [True, True]


def test_nginx_slows_down_who_asks_too_much(tmp_path: Path) -> None:
    # So slow a rate that what is let through is the burst alone, however slow this machine is.
    with telling() as port, nginx(tmp_path, port, rate="1r/m") as proxy:
        answers = [proxy.ask("/") for _ in range(45)]
    assert [answer.status for answer in answers] == [200] * 41 + [429] * 4
    assert all(answer.headers["Strict-Transport-Security"] for answer in answers)

"""Fetching event pages: addresses, hops and answers, on stubs."""

from __future__ import annotations

import socket

import pytest
import responses
from tests.adapters.pages.conftest import pages, problem

from hybrid_sync.adapters.pages import is_public, resolved

# --- what comes back ----------------------------------------------------------------------------------------------


def test_a_page_comes_as_raw_bytes_with_its_media_type_and_last_address(wire: responses.RequestsMock) -> None:
    wire.get("https://a.example/event", status=301, headers={"Location": "/events/1"})
    wire.get("https://a.example/events/1", status=302, headers={"Location": "https://b.example/x?y=1#z"})
    wire.get(
        "https://b.example/x?y=1", body="Café".encode("latin-1"), content_type="text/HTML; charset=latin-1"
    )
    page = pages().fetch(" https://a.example/event ")
    assert (page.data, page.media_type) == ("Café".encode("latin-1"), "text/html")
    assert page.url == "https://b.example/x?y=1#z"


def test_a_page_without_a_media_type_is_just_bytes(wire: responses.RequestsMock) -> None:
    wire.get("https://a.example/", body=b"x", content_type=None)
    assert pages().fetch("https://a.example/").media_type == "application/octet-stream"


@pytest.mark.parametrize("status", [204, 304, 403, 404, 429, 500, 503])
def test_any_other_status_is_told(wire: responses.RequestsMock, status: int) -> None:
    wire.get("https://a.example/", status=status)
    assert f"answered {status}" in problem("https://a.example/")


# --- where it may go ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://a.example/", "only https"),
        ("ftp://a.example/", "only https"),
        ("file:///etc/passwd", "only https"),
        ("a.example", "only https"),
        ("https://", "only https"),
        ("https://a.example:port/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://user:canary@a.example/", "user name"),
        ("https://inside.example/", "private network"),
        ("https://both.example/", "private network"),
    ],
)
def test_addresses_that_are_not_fetched(wire: responses.RequestsMock, url: str, words: str) -> None:
    said = problem(url)
    assert words in said
    assert "canary" not in said
    assert len(wire.calls) == 0


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("http://a.example/plain", "only https"),
        ("https://inside.example/", "private network"),
        ("https://user@a.example/", "user name"),
        ("//inside.example/", "private network"),
    ],
)
def test_every_hop_of_a_redirect_is_checked(wire: responses.RequestsMock, target: str, words: str) -> None:
    wire.get("https://a.example/", status=307, headers={"Location": target})
    assert words in problem("https://a.example/")
    assert len(wire.calls) == 1


def test_three_redirects_are_followed_and_a_fourth_is_not(wire: responses.RequestsMock) -> None:
    for number in range(4):
        wire.get(f"https://a.example/{number}", status=302, headers={"Location": f"/{number + 1}"})
    wire.get("https://a.example/4", body=b"there")
    assert pages().fetch("https://a.example/1").data == b"there"
    assert "more than 3 redirects" in problem("https://a.example/0")


def test_a_host_that_does_not_exist_is_told() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert "no such host (Name or service not known)" in problem("https://nowhere.example/", resolve=unknown)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:a9fe:a9fe", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
        ("no address", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_loopback_is_refused_by_the_real_resolver() -> None:
    assert resolved("localhost", 443)
    for host in ("localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1"):
        assert "private network" in problem(f"https://{host}/", resolve=resolved) or host == "[::1]"

"""Fetching event pages over real TLS sockets: sizes, times, peers."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from tests.adapters.pages.conftest import PUBLIC, pages, problem
from tests.http_client.certificates import a_certificate
from tests.http_client.kit import BadServer, Play, answering, dripping

from hybrid_sync.adapters.pages import is_public

# --- real sockets -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    certificate = a_certificate("localhost", for_server=True)
    folder = tmp_path_factory.mktemp("tls")
    (folder / "server.pem").write_text(certificate.pem)
    (folder / "authority.pem").write_text(certificate.authority)
    return folder / "server.pem", folder / "authority.pem"


@pytest.fixture
def over_tls(certificate_files: tuple[Path, Path]) -> Callable[[Play], Play]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_files[0])

    def wrap(play: Play) -> Play:
        def played(connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True) as secure:
                play(secure)

        return played

    return wrap


@pytest.fixture
def local(certificate_files: tuple[Path, Path]) -> dict[str, Any]:
    """Options that let a page of this machine through."""
    return {
        "resolve": lambda host, port: ["127.0.0.1"],
        "allows": lambda address: address == "127.0.0.1",
        "ca_bundle": str(certificate_files[1]),
    }


def at(server: BadServer) -> str:
    return f"https://localhost:{server.port}/event"


def test_a_page_is_fetched_over_tls(over_tls: Callable[[Play], Play], local: dict[str, Any]) -> None:
    with BadServer(over_tls(answering(b"<html>", "200 OK", "Content-Type: text/html"))) as server:
        assert pages(**local).fetch(at(server)).data == b"<html>"


def test_a_name_that_leads_elsewhere_when_connecting_is_caught_at_the_peer(
    over_tls: Callable[[Play], Play], local: dict[str, Any]
) -> None:
    """The name resolves to a public address when asked, and to this machine when connecting (DNS rebinding)."""
    options = local | {"resolve": lambda host, port: [PUBLIC], "allows": is_public}
    with BadServer(over_tls(answering(b"secret"))) as server:
        assert "private network" in problem(at(server), **options)


def test_a_certificate_that_is_not_trusted_is_told(
    over_tls: Callable[[Play], Play], local: dict[str, Any]
) -> None:
    with BadServer(over_tls(answering())) as server:
        assert "certificate is not accepted" in problem(at(server), **(local | {"ca_bundle": None}))
        assert server.connections == 1


def test_a_page_above_the_limit_is_refused_also_without_a_length(
    over_tls: Callable[[Play], Play], local: dict[str, Any]
) -> None:
    endless = dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, 0)
    for play in (answering(b"x" * 20_000), endless):
        with BadServer(over_tls(play)) as server:
            assert "larger than 10 kB" in problem(at(server), **local, most_bytes=10_000)


@pytest.mark.parametrize(
    "play",
    [
        dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        dripping(b"", b"H"),
    ],
    ids=["body", "headers", "status line"],
)
def test_a_page_that_drips_ends_at_the_deadline(
    over_tls: Callable[[Play], Play], local: dict[str, Any], play: Play
) -> None:
    with BadServer(over_tls(play)) as server:
        # Else it would drip for ever.
        assert "took longer than 0.5 seconds" in problem(at(server), **local, total_seconds=0.5)


def test_the_deadline_covers_all_hops_together(
    over_tls: Callable[[Play], Play], local: dict[str, Any]
) -> None:
    def slow_redirect(connection: socket.socket) -> None:
        connection.recv(65536)
        threading.Event().wait(0.3)
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )

    with BadServer(over_tls(slow_redirect)) as server:
        assert "took longer than 0.5 seconds" in problem(at(server), **local, total_seconds=0.5)


def test_a_proxy_of_the_environment_is_not_used(
    over_tls: Callable[[Play], Play], local: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with BadServer(over_tls(answering(b"direct"))) as server:
        assert pages(**local).fetch(at(server)).data == b"direct"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ReadTimeout("late"), "did not answer in time"),
        (requests.TooManyRedirects("x"), "could not be fetched"),
        (requests.exceptions.ContentDecodingError("x"), "could not be fetched"),
        (UnicodeError("label too long"), "could not be fetched"),
    ],
)
def test_other_trouble_is_one_clear_line(wire: responses.RequestsMock, error: Exception, words: str) -> None:
    wire.get("https://a.example/", body=error)
    assert words in problem("https://a.example/")

"""ASVS 4.2.1, 15.2.2, 15.3.4 over real sockets: slow senders, odd framing, and whose word about an address counts."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from hybrid_sync.web import connections
from hybrid_sync.web.serve import serve
from tests.web.house import House

MakeHouse = Callable[..., House]


@contextmanager
def served(house: House) -> Iterator[str]:
    """The house behind the real server; gives its address."""
    stop, ready, addresses = Event(), Event(), []

    def known(address: str) -> None:
        addresses.append(address)
        ready.set()

    def run(engine: Any) -> int:
        engine.run()
        return 0

    thread = Thread(
        target=serve,
        args=(house.app, None, run),
        kwargs={"stop": stop, "host": "127.0.0.1", "port": 0, "ready": known},
    )
    thread.start()
    try:
        assert ready.wait(60)
        yield addresses[0]
    finally:
        stop.set()
        thread.join(60)


def said(address: str, *parts: bytes, pause: float = 0) -> bytes:
    """Everything that the server answers to these bytes until it closes, or says nothing for some seconds."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    with socket.create_connection((str(host), int(port or 0)), timeout=60) as connection:
        for part in parts:
            connection.sendall(part)
            if pause:
                time.sleep(pause)
        answer = b""
        try:
            while data := connection.recv(65536):
                answer += data
        except ConnectionResetError:
            pass
        return answer


GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WHOLE_REQUEST_WITHIN", 0.5)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"GET /livez HT",),
        (GET,),
        (b"POST /webhooks/webex HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{}",),
        (b"POST /webhooks/webex HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",),
        (GET + b"\r\n", b"GET /livez HTTP/1.1\r\nX: "),
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half the chunks", "half a second request"],
)
def test_asvs_15_2_2_a_request_that_does_not_arrive_is_let_go(
    a_house: MakeHouse, parts: tuple[bytes, ...]
) -> None:
    with served(a_house()) as address:
        answer = said(address, *parts)
    assert answer.count(b"HTTP/1.1 200") == (1 if parts[0].startswith(GET + b"\r\n") else 0)


@pytest.mark.usefixtures("hurried")
def test_a_sender_that_drips_is_let_go_and_others_are_served_meanwhile(a_house: MakeHouse) -> None:
    with served(a_house()) as address:
        host, port = urlsplit(address).hostname, urlsplit(address).port
        slow = [socket.create_connection((str(host), int(port or 0)), timeout=60) for _ in range(50)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nX")
        assert httpx.get(f"{address}/livez", timeout=60).status_code == 200
        ended = 0
        for connection in slow:
            try:
                ended += connection.recv(10) == b""
            except ConnectionResetError:
                ended += 1
            connection.close()
        assert ended == 50


@pytest.mark.usefixtures("hurried")
def test_whoever_is_waiting_for_an_answer_is_not_let_go(a_house: MakeHouse) -> None:
    house = a_house()

    def slowly(*_: object, **__: object) -> str:
        time.sleep(1.2)
        return house.webex.url

    house.webex.join_url = slowly  # type: ignore[method-assign]
    with served(house) as address:
        assert httpx.post(address + house.path, timeout=60).status_code == 303


@pytest.mark.parametrize(
    "request_",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;\r\nhello\r\nXX\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
    ids=[
        "two lengths", "odd length", "chunked first", "odd coding", "blank before colon", "broken chunk", "two hosts",
        "no host", "zero byte", "TLS",
    ],
)  # fmt: skip
def test_asvs_4_2_1_what_two_servers_could_read_in_two_ways_is_refused(
    a_house: MakeHouse, request_: bytes
) -> None:
    follows = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with served(a_house()) as address:
        answer = said(address, request_ + follows)
    assert b'{"status":"ok"}' not in answer
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 405"))
    assert b"HTTP/1.1 200" not in answer


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"GET /"], ids=["header", "address"])
def test_a_head_without_end_is_refused_at_sixteen_kilobytes(a_house: MakeHouse, start: bytes) -> None:
    with served(a_house()) as address:
        answer = said(address, start, b"a" * 20_000)
    assert answer.startswith(b"HTTP/1.1 400")


def test_asvs_4_2_1_chunked_goes_before_a_length(a_house: MakeHouse) -> None:
    """RFC 9112 6.3: the length is ignored, and the connection is not used again in another reading."""
    smuggled = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    request_ = (
        b"POST /webhooks/webex HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\n0\r\n\r\n" % (5 + len(smuggled))
    )
    with served(a_house()) as address:
        answer = said(address, request_ + smuggled)
    assert b'{"status":"ok"}' not in answer
    assert answer.count(b"HTTP/1.1") == 1


def asked_from(address: str, forwarded: str, times: int) -> list[int]:
    with httpx.Client(base_url=address, timeout=60, headers={"x-forwarded-for": forwarded}) as client:
        return [client.get("/join/guess").status_code for _ in range(times)]


def test_asvs_15_3_4_a_trusted_proxy_names_the_address_and_what_the_caller_put_before_it_does_not_count(
    a_house: MakeHouse,
) -> None:
    with served(a_house()) as address:
        assert asked_from(address, "192.0.2.1", 31)[-1] == 429
        assert asked_from(address, "192.0.2.2", 1) == [404]
        # A caller's own header is passed on in front of the address that the proxy saw.
        assert asked_from(address, "198.51.100.9, 192.0.2.1", 1) == [429]


def test_asvs_4_1_3_nobody_else_is_believed(a_house: MakeHouse) -> None:
    with served(a_house(web={"trusted_proxies": ["10.0.0.0/8"]})) as address:
        found = [status for number in range(31) for status in asked_from(address, f"192.0.2.{number}", 1)]
        assert found == [404] * 30 + [429]


def test_without_trusted_proxies_no_header_counts(a_house: MakeHouse) -> None:
    with served(a_house(web={"trusted_proxies": []})) as address:
        found = [status for number in range(31) for status in asked_from(address, f"192.0.2.{number}", 1)]
        assert found[-1] == 429

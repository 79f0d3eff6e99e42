"""Over real sockets: how long, how much and how often."""

from __future__ import annotations

import socket
import threading

import pytest
import requests
import responses

from hybrid_sync.errors import OutcomeUnknown, Refused, TryLater
from hybrid_sync.http_client import (
    DeadlineExceeded,
    NotSent,
    Transport,
    guarded_session,
    translated,
)
from tests.http_client.kit import (
    BadServer,
    Play,
    Time,
    answering,
    called,
    dripping,
    dropping,
    never_sleep,
    silent,
    transport,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


# --- how long ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "play",
    [
        dripping(HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        dripping(HEAD + b"\r\n", b" "),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        dripping(b"", b"H"),
    ],
    ids=["body with length", "body without length", "chunked body", "headers", "status line"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_slow_drip_ends_at_the_deadline(play: Play, method: str) -> None:
    with BadServer(play) as server, pytest.raises(DeadlineExceeded):  # else it would drip for ever
        called(server, method, total_seconds=0.4)


def test_the_callers_time_out_lowers_the_deadline_and_never_raises_it() -> None:
    with BadServer(dripping(HEAD + b"\r\n", b" ")) as server:
        for own, given in ((30, 0.2), (0.2, 30)):
            with (
                guarded_session(transport(server, total_seconds=own)) as session,
                pytest.raises(DeadlineExceeded),
            ):
                session.get(server.url, timeout=given)


def test_silence_ends_at_the_read_time_out() -> None:
    with BadServer(silent) as server, pytest.raises(requests.ReadTimeout):
        called(server, "POST", read_seconds=0.2)


def test_a_call_in_time_leaves_its_connection_alone_after_the_deadline() -> None:
    def twice(connection: socket.socket) -> None:
        for _ in range(2):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            threading.Event().wait(0.05)

    with BadServer(twice) as server, guarded_session(transport(server, total_seconds=1.5)) as session:
        session.get(server.url)
        threading.Event().wait(1.6)
        session.get(server.url)
        assert server.connections == 1


# --- how much ----------------------------------------------------------------------------------------------------


def test_a_body_above_the_limit_is_cut_off_with_or_without_a_length() -> None:
    endless = dripping(HEAD + b"\r\n", b"x" * 65536, 0)
    for play in (answering(b"x" * 3000), endless):
        with (
            BadServer(play) as server,
            pytest.raises(Refused, match="too large"),
            translated("webex", safe=True),
        ):
            called(server, most_bytes=2000)


# --- how often ---------------------------------------------------------------------------------------------------


def test_a_get_is_sent_again_twice_when_the_connection_breaks() -> None:
    moment = Time()
    with BadServer(dropping, dropping, answering(b'{"third": 1}')) as server:
        response = called(server, sleep=moment.sleep)
        assert response.json() == {"third": 1}
        assert server.connections == 3
        assert moment.slept == [0.2, 0.4]


def test_a_get_is_not_sent_a_fourth_time() -> None:
    with BadServer(dropping) as server, pytest.raises(requests.ConnectionError):
        called(server, sleep=Time().sleep)
    assert server.connections == 3


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_is_never_sent_again_and_its_fate_is_unknown(method: str) -> None:
    with BadServer(dropping) as server:
        with pytest.raises(OutcomeUnknown), translated("webex", safe=False):
            called(server, method)
        assert server.connections == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Oops", "503 Busy", "502 Bad Gateway"])
def test_an_answer_of_any_status_is_never_asked_for_again(status: str) -> None:
    with BadServer(answering(b"{}", status, "Retry-After: 1")) as server:
        assert str(called(server).status_code) == status[:3]
        assert server.connections == 1


def test_an_answer_that_breaks_off_is_unknown_for_a_write() -> None:
    def broken(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")

    with BadServer(broken) as server, pytest.raises(OutcomeUnknown), translated("webex", safe=False):
        called(server, "POST")


def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with BadServer(dropping) as server:
        gone = server
    with pytest.raises(NotSent), guarded_session(transport(gone)) as session:
        session.post(gone.url)
    with pytest.raises(TryLater) as caught, translated("webex", safe=False):
        called(gone, "POST")
    assert caught.value.after is None
    assert "Connection refused" in str(caught.value)


@responses.activate
def test_a_mocked_connection_error_is_not_taken_for_nothing_sent() -> None:
    """A double tells nothing about what was sent, so the careful reading holds."""
    responses.post("https://webexapis.com/v1/x", body=requests.ConnectionError("reset"))
    responses.post("https://webexapis.com/v1/y", body=requests.ConnectTimeout("late"))
    guard = Transport("webex", origins=["https://webexapis.com"], sleep=never_sleep)
    with guarded_session(guard) as session:
        with pytest.raises(OutcomeUnknown), translated("webex", safe=False):
            session.post("https://webexapis.com/v1/x")
        with pytest.raises(TryLater), translated("webex", safe=False):
            session.post("https://webexapis.com/v1/y")


def test_the_budget_is_asked_before_anything_is_sent_and_nothing_sleeps() -> None:
    seen: list[str] = []
    with BadServer(answering()) as server:
        guard = transport(
            server,
            requests_per_minute=5,
            monotonic=Time().monotonic,
            observe=lambda phase, method, route: seen.append(phase),
        )
        with guarded_session(guard) as session:
            session.get(server.url)
            with pytest.raises(TryLater) as caught:
                session.get(server.url)
        assert server.connections == 1
    assert (caught.value.after or 0) > 0
    assert seen == ["before", "after"]

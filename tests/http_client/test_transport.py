"""Over real sockets: where calls may go, and what is told of them."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator

import pytest
import requests

from hybrid_sync.errors import Refused
from hybrid_sync.http_client import (
    Transport,
    guarded_session,
    origin_of,
    route_template,
    translated,
)
from tests.http_client.kit import (
    BadServer,
    answering,
    called,
    dropping,
    never_sleep,
    transport,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_an_answer_comes_through_whole_and_read() -> None:
    with BadServer(answering(b'{"id": 1}')) as server:
        assert called(server).json() == {"id": 1}


# --- where to ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1/meetings",
        "https://webexapis.com:8443/v1/meetings",
        "http://webexapis.com/v1/meetings",
        "https://webexapis.com.evil.example/v1",
        "http://127.0.0.1:1/v1",
    ],
)
def test_only_the_configured_origins_are_called(url: str) -> None:
    guard = Transport("webex", origins=["https://webexapis.com/v1/"], sleep=never_sleep)
    with guarded_session(guard) as session, pytest.raises(Refused, match="not in the settings"):
        session.get(url)


def test_plain_http_goes_to_this_machine_only_even_if_configured_otherwise() -> None:
    guard = Transport("webex", origins=["http://webex.example/"], sleep=never_sleep)
    with guarded_session(guard) as session, pytest.raises(Refused):
        session.get("http://webex.example/")


def test_a_redirect_is_not_followed() -> None:
    with BadServer(answering(b"", "302 Found", "Location: https://evil.example/")) as server:
        with pytest.raises(Refused, match="redirect"), translated("webex", safe=True):
            called(server)
        assert server.connections == 1


def test_loopback_is_reached_past_any_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with BadServer(answering()) as server:
        assert called(server).status_code == 200


def test_origins_are_compared_with_port_and_without_case() -> None:
    assert origin_of("HTTPS://WebexAPIs.com/v1/") == origin_of("https://webexapis.com:443/other")
    assert origin_of("http://127.0.0.1:80/") == "http://127.0.0.1:80"
    with pytest.raises(ValueError, match="no host"):
        origin_of("webexapis.com/v1")


# --- what is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/meetings", "/v1/meetings"),
        (
            "/v1/meetings/98d8c2212c9d62b162b9565932735e59/registrants/bulkInsert",
            "/v1/meetings/{id}/registrants/bulkInsert",
        ),
        ("/v1.0/users/events@hybrid.example/events/AAMkAGI2=", "/v1.0/users/{id}/events/{id}"),
        ("/tenant/oauth2/v2.0/token", "/tenant/oauth2/v2.0/token"),
        ("/v1/meetings/q_and_a/", "/v1/meetings/q_and_a/"),
    ],
)
def test_a_route_keeps_its_words_and_loses_its_ids(path: str, template: str) -> None:
    assert route_template(path) == template


def test_the_observer_is_called_round_every_call_also_a_failing_one() -> None:
    seen: list[tuple[str, str, str]] = []
    with (
        BadServer(answering(), dropping) as server,
        guarded_session(transport(server, observe=lambda *what: seen.append(what))) as session,
    ):
        session.post(server.url + "v1/meetings/12")
        with pytest.raises(requests.ConnectionError):
            session.post(server.url + "v1/meetings/12")
    call = ("POST", "/v1/meetings/{id}")
    assert seen == [("before", *call), ("after", *call)] * 2


class Crash(BaseException):
    pass


@pytest.mark.parametrize(("phase", "arrived"), [("before", 0), ("after", 1)])
def test_an_observer_can_die_before_a_call_or_after_its_effect(phase: str, arrived: int) -> None:
    def observe(now: str, method: str, route: str) -> None:
        if now == phase:
            raise Crash

    with BadServer(answering()) as server:
        with pytest.raises(Crash):
            called(server, "POST", observe=observe)
        assert server.connections == arrived


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG, logger="hybrid_sync"):
        yield caplog


def test_one_line_per_call_without_query_body_or_token(told: pytest.LogCaptureFixture) -> None:
    with (
        BadServer(answering(b'{"password": "s3cr3t"}', "200 OK", "trackingid: T_1")) as server,
        guarded_session(transport(server)) as session,
    ):
        session.post(
            server.url + "v1/meetings/77?email=ada@example.org",
            json={"title": "hush"},
            headers={"Authorization": "Bearer canary"},
        )
    assert len(told.records) == 1
    record = told.records[0].__dict__
    assert (record["system"], record["method"], record["route"]) == ("webex", "POST", "/v1/meetings/{id}")
    assert (record["outcome"], record["tracking_id"]) == ("200", "T_1")
    for secret in ("ada", "hush", "canary", "s3cr3t", "meetings/77"):
        assert secret not in told.text


def test_one_transport_serves_many_threads() -> None:
    def keep(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    failures: list[BaseException] = []
    with BadServer(keep) as server:
        guard = transport(server)

        def work() -> None:
            try:
                with guarded_session(guard) as session:
                    for _ in range(20):
                        assert session.get(server.url).json() == {}
            except BaseException as error:
                failures.append(error)
                raise

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []

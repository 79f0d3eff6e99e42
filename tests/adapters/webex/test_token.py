from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from responses import matchers
from tests.http_client.kit import Listening, Time, clock, never_sleep

from hybrid_sync.adapters.webex import RefreshedToken, WebexApi
from hybrid_sync.errors import SignInExpired, TryLater
from hybrid_sync.sandbox import Sandbox, SandboxOptions

URL = "https://webexapis.com/v1/access_token"
FORM = {
    "grant_type": "refresh_token",
    "client_id": "c",
    "client_secret": "canary-secret",
    "refresh_token": "r1",
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def a_token(time: Time) -> RefreshedToken:
    return RefreshedToken(
        Listening("webex", "https://webexapis.com/v1/"),
        client_id="c",
        client_secret="canary-secret",
        refresh_token="r1",
        clock=clock,
        monotonic=time.monotonic,
    )


def answer(token: str, seconds: int = 1000, **more: Any) -> dict[str, Any]:
    return {"access_token": token, "expires_in": seconds, **more}


def test_a_token_is_fetched_once_and_renewed_at_half_its_life(wire: responses.RequestsMock) -> None:
    time = Time()
    token = a_token(time)
    wire.post(URL, json=answer("one"), match=[matchers.urlencoded_params_matcher(FORM)])
    assert token() == "one"
    time.seconds += 499
    assert token() == "one"
    wire.post(URL, json=answer("two"))
    time.seconds += 1
    assert token() == "two"


def test_a_new_refresh_token_replaces_the_old_one(wire: responses.RequestsMock) -> None:
    time = Time()
    token = a_token(time)
    wire.post(URL, json=answer("one", refresh_token="r2"))
    token()
    time.seconds += 600
    wire.post(
        URL, json=answer("two"), match=[matchers.urlencoded_params_matcher({**FORM, "refresh_token": "r2"})]
    )
    assert token() == "two"


def test_the_old_token_is_used_on_while_webex_is_out_of_order(wire: responses.RequestsMock) -> None:
    time = Time()
    token = a_token(time)
    wire.post(URL, json=answer("one"))
    token()
    wire.post(URL, status=503)
    time.seconds += 600
    assert token() == "one"
    time.seconds += 400
    with pytest.raises(TryLater):
        token()


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_refresh_token_asks_for_a_person_and_tells_no_secret(
    wire: responses.RequestsMock, status: int
) -> None:
    wire.post(
        URL, status=status, json={"error": "invalid_grant", "error_description": "refresh_token=r1 is bad"}
    )
    with pytest.raises(SignInExpired) as caught:
        a_token(Time())()
    assert "r1" not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>", "{}", '{"access_token": 5}'])
def test_an_answer_without_a_token_is_for_later(wire: responses.RequestsMock, body: str) -> None:
    wire.post(URL, body=body)
    with pytest.raises(TryLater):
        a_token(Time())()


def test_a_rejected_token_is_renewed_before_its_time_and_once_for_all_threads(
    wire: responses.RequestsMock,
) -> None:
    token = a_token(Time())
    wire.post(URL, json=answer("one"))
    old = token()
    assert token.rejected(old)
    wire.post(URL, json=answer("two"))
    assert token() == "two"
    assert token.rejected(old)
    assert token() == "two"


def test_many_threads_make_one_refresh() -> None:
    with Sandbox() as sandbox:
        transport = Listening("webex", sandbox.webex_url)
        token = sandbox_token(sandbox, transport)
        got: list[str] = []
        threads = [threading.Thread(target=lambda: got.append(token())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 8
        assert len(set(got)) == 1
        assert len(transport.sent) == 1


def sandbox_token(sandbox: Sandbox, transport: Listening) -> RefreshedToken:
    return RefreshedToken(
        transport,
        client_id=sandbox.options.webex_client_id,
        client_secret=sandbox.options.webex_client_secret,
        refresh_token=sandbox.options.webex_refresh_token,
        clock=sandbox.clock.now,
        base_url=sandbox.webex_url,
    )


@pytest.mark.parametrize("rotate", [True, False])
def test_a_run_of_weeks_survives_every_expiry_without_a_failed_call(rotate: bool) -> None:
    with Sandbox(options=SandboxOptions(rotate_refresh_token=rotate)) as sandbox:
        transport = Listening("webex", sandbox.webex_url, sleep=never_sleep)
        api = WebexApi(
            transport,
            token=sandbox_token(sandbox, transport),
            clock=sandbox.clock.now,
            base_url=sandbox.webex_url,
        )
        for _ in range(4):
            assert api.get("people/me")["displayName"]
            # Our own timer has not moved, so that each expiry is met as a 401.
            sandbox.clock.advance(15 * 24 * 3600)
        transport.close()


def test_a_token_source_never_shows_its_secrets() -> None:
    assert repr(a_token(Time())) == "RefreshedToken(***)"

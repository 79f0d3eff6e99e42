"""msal against stubs: its four ways to fail, made two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses
from tests.http_client.kit import Listening, Time, clock

from hybrid_sync.adapters.graph import GraphApi, MsalToken
from hybrid_sync.errors import SignInExpired, TryLater

AUTHORITY = "https://login.microsoftonline.com"
TENANT = f"{AUTHORITY}/tenant"
DISCOVERY = f"{TENANT}/v2.0/.well-known/openid-configuration"
TOKEN = f"{TENANT}/oauth2/v2.0/token"
SECRET = "canary-secret"


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(
            DISCOVERY,
            json={
                "authorization_endpoint": f"{TENANT}/oauth2/v2.0/authorize",
                "token_endpoint": TOKEN,
                "issuer": f"{TENANT}/v2.0",
            },
        )
        yield mock


def a_sign_in(time: Time | None = None, **options: Any) -> tuple[MsalToken, Listening]:
    transport = Listening("graph", AUTHORITY, sleep=lambda seconds: None)
    options = {"client_secret": SECRET} | options
    token = MsalToken(
        transport, tenant_id="tenant", client_id="client", monotonic=(time or Time()).monotonic, **options
    )
    return token, transport


def good(token: str = "t1", seconds: int = 3600) -> dict[str, Any]:
    return {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}


def test_nobody_is_talked_to_before_the_first_token_is_needed(wire: responses.RequestsMock) -> None:
    a_sign_in()
    assert len(wire.calls) == 0


def test_a_token_is_asked_for_once_with_the_app_only_scope(wire: responses.RequestsMock) -> None:
    wire.post(TOKEN, json=good())
    token, transport = a_sign_in()
    assert token() == token() == "t1"
    posts = [one for one in transport.sent if one.method == "POST"]
    assert len(posts) == 1
    assert b"scope=https%3A%2F%2Fgraph.microsoft.com%2F.default" in posts[0].body
    assert b"grant_type=client_credentials" in posts[0].body


def test_many_threads_with_a_cold_cache_ask_once(wire: responses.RequestsMock) -> None:
    wire.post(TOKEN, json=good())
    token, transport = a_sign_in()
    threads = [threading.Thread(target=token) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in transport.sent if one.method == "POST"]) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            401,
            {"error": "invalid_client", "error_description": f"AADSTS7000215: bad client_secret={SECRET}"},
            SignInExpired,
        ),
        (
            400,
            {"error": "unauthorized_client", "error_description": "AADSTS700016: no such app"},
            SignInExpired,
        ),
        (400, {"error": "temporarily_unavailable"}, TryLater),
        (503, {"error": "temporarily_unavailable"}, TryLater),
        (200, {}, SignInExpired),
    ],
)
def test_a_refusal_is_for_a_person_and_an_outage_for_later(
    wire: responses.RequestsMock, status: int, body: dict[str, Any], kind: type[Exception]
) -> None:
    wire.post(TOKEN, json=body, status=status)
    token, _ = a_sign_in()
    with pytest.raises(kind) as caught:
        token()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "body", ["<html>busy</html>", requests.ConnectionError("reset"), requests.ReadTimeout("late")]
)
def test_an_answer_that_does_not_come_or_is_no_json_is_for_later(
    wire: responses.RequestsMock, body: str | Exception
) -> None:
    wire.post(TOKEN, body=body)
    token, _ = a_sign_in()
    with pytest.raises(TryLater):
        token()


def test_an_unreachable_authority_is_for_later_and_asked_again_next_time(
    wire: responses.RequestsMock,
) -> None:
    wire.replace(responses.GET, DISCOVERY, body=requests.ConnectionError("no route"))
    token, _ = a_sign_in()
    with pytest.raises(TryLater):
        token()
    wire.replace(
        responses.GET,
        DISCOVERY,
        json={"authorization_endpoint": TENANT, "token_endpoint": TOKEN, "issuer": f"{TENANT}/v2.0"},
    )
    wire.post(TOKEN, json=good())
    assert token() == "t1"


def test_the_last_good_token_is_used_on_while_the_authority_is_out_of_order(
    wire: responses.RequestsMock,
) -> None:
    time = Time()
    # Less than five minutes left: msal asks anew at each call.
    wire.post(TOKEN, json=good("old", 200))
    token, _ = a_sign_in(time)
    assert token() == "old"
    wire.replace(responses.POST, TOKEN, status=503, json={})
    time.seconds += 100
    assert token() == "old"
    time.seconds += 101
    with pytest.raises(TryLater):
        token()


def test_a_rejected_token_is_not_taken_from_the_cache_again(wire: responses.RequestsMock) -> None:
    wire.post(TOKEN, json=good("old"))
    token, _ = a_sign_in()
    assert token() == "old"
    wire.replace(responses.POST, TOKEN, json=good("new"))
    assert token() == "old"
    assert token.rejected("old")
    assert token() == "new"


def test_a_mended_secret_is_tried_without_waiting_for_msals_memory(wire: responses.RequestsMock) -> None:
    wire.post(TOKEN, status=400, json={"error": "invalid_client"})
    token, _ = a_sign_in()
    with pytest.raises(SignInExpired):
        token()
    wire.replace(responses.POST, TOKEN, json=good())
    assert token() == "t1"


def test_a_401_of_graph_is_answered_with_a_fresh_token(wire: responses.RequestsMock) -> None:
    wire.post(TOKEN, json=good("old"))
    url = "https://graph.microsoft.com/v1.0/users/x/events"
    wire.get(url, status=401)
    wire.get(url, json={"value": []})
    token, _ = a_sign_in()
    api = GraphApi(Listening("graph", "https://graph.microsoft.com/"), token=token, clock=clock)
    assert api.items("users/x/events") == []


def test_either_a_secret_or_a_certificate_is_needed_and_neither_is_shown() -> None:
    for options in ({"client_secret": None}, {"certificate": "pem"}):
        with pytest.raises(ValueError, match="either"):
            a_sign_in(**options)
    assert repr(a_sign_in()[0]) == "MsalToken(***)"


def test_a_certificate_signs_the_request(wire: responses.RequestsMock) -> None:
    from tests.http_client.certificates import a_certificate

    wire.post(TOKEN, json=good())
    token, transport = a_sign_in(client_secret=None, certificate=a_certificate("hybrid-sync").pem)
    assert token() == "t1"
    assert b"client_assertion=" in transport.sent[-1].body

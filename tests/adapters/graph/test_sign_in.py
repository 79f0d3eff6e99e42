"""msal against stubs: its four ways to fail, made two."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses
from tests.http_client.kit import Listening, Time, clock

from hybrid_sync.adapters.graph import EXCHANGE_SCOPES, GraphApi, MsalToken
from hybrid_sync.adapters.graph.roles import roles
from hybrid_sync.errors import SignInExpired, TryLater
from hybrid_sync.http_client import Transport
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions

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


def test_msals_memory_does_not_stand_in_the_way_after_a_busy_minute(wire: responses.RequestsMock) -> None:
    wire.post(TOKEN, status=429, json={"error": "temporarily_unavailable"}, headers={"Retry-After": "17"})
    token, transport = a_sign_in()
    with pytest.raises(TryLater) as caught:
        token()
    assert caught.value.after == 17
    wire.replace(responses.POST, TOKEN, json=good())
    assert token() == "t1"
    assert len(transport.writes) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_discovery_is_no_wrong_tenant(wire: responses.RequestsMock, status: int) -> None:
    wire.replace(responses.GET, DISCOVERY, status=status, json={})
    token, _ = a_sign_in()
    with pytest.raises(TryLater):
        token()


def test_a_good_token_that_msal_wants_to_refresh_early_outlives_an_outage(
    wire: responses.RequestsMock,
) -> None:
    time = Time()
    # Past refresh_in msal asks anew at once, and raises when that fails (calendar.md A14).
    wire.post(TOKEN, json=good("old") | {"refresh_in": 1})
    token, _ = a_sign_in(time)
    assert token() == "old"
    token._app.token_cache._cache["AccessToken"] = {
        key: entry | {"refresh_on": "1"}
        for key, entry in token._app.token_cache._cache["AccessToken"].items()
    }
    wire.replace(responses.POST, TOKEN, status=503, json={})
    assert token() == "old"
    wire.replace(responses.POST, TOKEN, json=good("new"))
    assert token() == "new"


@pytest.mark.parametrize("body", ["[]", '"t"', "null"])
def test_json_that_is_no_object_is_no_token(wire: responses.RequestsMock, body: str) -> None:
    wire.post(TOKEN, body=body, content_type="application/json")
    token, _ = a_sign_in()
    with pytest.raises(TryLater, match="no JSON object"):
        token()


# --- against the sandbox's sign-in service, over sockets -----------------------------------------------------------


@pytest.fixture
def a_tenant() -> Iterator[Callable[..., tuple[Sandbox, MsalToken]]]:
    opened: list[tuple[Sandbox, Transport]] = []

    def start(*, options: dict[str, Any] | None = None, **changes: Any) -> tuple[Sandbox, MsalToken]:
        sandbox = Sandbox(options=SandboxOptions(**(options or {}))).start()
        transport = Transport("graph", origins=[sandbox.url], sleep=lambda seconds: None)
        opened.append((sandbox, transport))
        values: dict[str, Any] = {
            "tenant_id": "sandbox-tenant",
            "client_id": "sandbox-app",
            "client_secret": "sandbox-app-secret",
            "authority": sandbox.authority_url,
        }
        return sandbox, MsalToken(transport, **(values | changes))

    yield start
    for sandbox, transport in opened:
        transport.close()
        sandbox.stop()


Start = Callable[..., tuple[Sandbox, MsalToken]]


def test_a_token_names_its_permissions_and_is_for_one_service(a_tenant: Start) -> None:
    sandbox, token = a_tenant()
    assert roles(token()) == {"Calendars.ReadWrite", "Mail.Send", "Mail.Read"}
    assert token() == token()
    assert len(sandbox.state.app_tokens) == 1
    _, exchange = a_tenant(scopes=EXCHANGE_SCOPES)
    assert roles(exchange()) == {"SMTP.SendAsApp", "IMAP.AccessAsApp"}


def test_a_certificate_that_is_in_the_app_registration_signs_in(a_tenant: Start) -> None:
    from tests.http_client.certificates import a_certificate

    own, other = a_certificate("hybrid-sync"), a_certificate("other")
    uploaded = {"graph_certificate": own.authority}
    _, token = a_tenant(options=uploaded, client_secret=None, certificate=own.pem)
    assert roles(token())
    _, wrong = a_tenant(options=uploaded, client_secret=None, certificate=other.pem)
    with pytest.raises(SignInExpired, match=r"AADSTS700027.*upload it"):
        wrong()


@pytest.mark.parametrize(
    ("options", "changes", "words"),
    [
        ({}, {"client_secret": "canary-wrong"}, "AADSTS7000215.*client_secret is not right"),
        ({"graph_secret_expired": True}, {}, "AADSTS7000222.*has expired: make a new one"),
        ({}, {"client_id": "nobody"}, "AADSTS700016.*see client_id and tenant_id"),
        ({}, {"tenant_id": "elsewhere"}, "AADSTS90002.*see \\[graph\\] tenant_id"),
        ({}, {"scopes": ("https://other.example/.default",)}, "AADSTS500011.*ask its administrator"),
        ({}, {"scopes": ("https://graph.microsoft.com/Mail.Send",)}, "AADSTS70011"),
        ({}, {"client_secret": None, "certificate": "no pem"}, "must be PEM text with the private key"),
    ],
    ids=["secret", "expired", "client", "tenant", "service", "scope", "no pem"],
)
def test_every_refusal_names_the_way_out_and_no_secret(
    a_tenant: Start, options: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    _, token = a_tenant(options=options, **changes)
    with pytest.raises(SignInExpired, match=words) as caught:
        token()
    text = str(caught.value)
    assert "canary" not in text
    assert "Trace ID" not in text
    assert "sandbox-app-secret" not in text


@pytest.mark.parametrize("half", ["key", "certificate"])
def test_half_a_certificate_is_told_and_not_shown(a_tenant: Start, half: str) -> None:
    from tests.http_client.certificates import a_certificate

    pem = a_certificate("hybrid-sync").pem
    key, mark, certificate = pem.partition("-----BEGIN CERTIFICATE-----")
    _, token = a_tenant(client_secret=None, certificate=key if half == "key" else mark + certificate)
    with pytest.raises(SignInExpired, match="must be PEM text") as caught:
        token()
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"status": 503},
        {"status": 429, "retry_after": 5},
        {"body": "html"},
        {"body": "truncated"},
    ],
    ids=lambda fault: str(next(iter(fault.values()))),
)
def test_whatever_happens_to_the_token_call_the_next_one_gets_a_token(
    a_tenant: Start, fault: dict[str, Any]
) -> None:
    sandbox, token = a_tenant()
    sandbox.faults.add(Fault(method="POST", path="/entra/*", **fault))
    with pytest.raises(TryLater):
        token()
    assert roles(token())


def test_threads_that_start_together_ask_once_over_sockets_too(a_tenant: Start) -> None:
    sandbox, token = a_tenant()
    sandbox.faults.add(Fault(method="POST", path="/entra/*", delay=0.2))
    threads = [threading.Thread(target=token) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sandbox.state.app_tokens) == 1

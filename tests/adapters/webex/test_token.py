"""The token that renews itself: when, with what, and what a person is told when it cannot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import responses
from responses import matchers
from tests.adapters.webex.signing import Hands, a_client, a_shelf, a_token, in_memory, sandbox_client
from tests.http_client.kit import Listening, never_sleep

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.adapters.webex import RefreshedToken, WebexApi
from hybrid_sync.errors import SignInExpired, TryLater
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions

URL = "https://webexapis.com/v1/access_token"
FORM = {
    "grant_type": "refresh_token",
    "client_id": "c",
    "client_secret": "canary-client-secret",
    "refresh_token": "r1",
}
REFUSED = {"error": "invalid_grant", "error_description": "refresh_token=canary-refresh is bad"}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def store() -> Iterator[SqlStore]:
    store = in_memory()
    yield store
    store.close()


@pytest.fixture
def clock() -> Hands:
    return Hands()


def process(store: SqlStore, clock: Hands, owner: str = "here", **client: Any) -> RefreshedToken:
    """The token source of a process that has just started."""
    seed = client.pop("seed", "r1")
    transport = Listening("webex", "https://webexapis.com/v1/")
    return a_token(a_client(transport, clock, **client), store, seed=seed, owner=owner)


def answer(token: str, seconds: int = 1000, **more: Any) -> dict[str, Any]:
    return {"access_token": token, "expires_in": seconds, **more}


def asked_with(refresh_token: str) -> Any:
    return matchers.urlencoded_params_matcher({**FORM, "refresh_token": refresh_token})


def test_a_token_is_fetched_once_and_renewed_at_half_its_life(wire, store, clock) -> None:
    token = process(store, clock)
    wire.post(URL, json=answer("one"), match=[asked_with("r1")])
    assert token() == "one"
    clock.advance(seconds=499)
    assert token() == "one"
    wire.post(URL, json=answer("two"))
    clock.advance(seconds=1)
    assert token() == "two"


def test_a_new_refresh_token_replaces_the_old_one_also_after_a_restart(wire, store, clock) -> None:
    wire.post(URL, json=answer("one", refresh_token="r2"))
    assert process(store, clock)() == "one"
    assert process(store, clock)() == "one"  # nothing is asked: the stored one still lives
    clock.advance(seconds=600)
    wire.post(URL, json=answer("two", refresh_token="r3"), match=[asked_with("r2")])
    assert process(store, clock)() == "two"
    clock.advance(seconds=600)
    wire.post(URL, json=answer("three"), match=[asked_with("r3")])
    assert process(store, clock)() == "three"


def test_both_tokens_are_in_the_store_before_the_access_token_is_given_out(wire, store, clock) -> None:
    client = a_client(Listening("webex", "https://webexapis.com/v1/"), clock)
    shelf = a_shelf(client, store)
    wire.post(URL, json=answer("one", refresh_token="r2", refresh_token_expires_in=9000, scope="b a"))
    given = RefreshedToken(client, shelf, seed="r1")()
    kept = shelf.read()
    assert kept is not None
    assert (given, kept.tokens.access, kept.tokens.refresh) == ("one", "one", "r2")
    assert kept.tokens.scopes == ("a", "b")
    assert (kept.row.refresh_expires - clock.now).total_seconds() == 9000


def test_nothing_in_the_store_shows_a_token(wire, store, clock) -> None:
    wire.post(URL, json=answer("canary-access", refresh_token="canary-refresh"))
    process(store, clock)()
    with store.read() as tx:
        row = tx.tokens.get("webex")
    assert row is not None
    assert "canary" not in row.ciphertext + repr(row)


def test_a_commit_that_fails_leaves_the_new_token_unused(wire, store, clock, monkeypatch) -> None:
    token = process(store, clock)
    wire.post(URL, json=answer("one"))
    monkeypatch.setattr(type(token._shelf), "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        token()
    monkeypatch.undo()
    wire.post(URL, json=answer("two"))
    assert token() == "two"


def test_the_old_token_is_used_on_while_webex_is_out_of_order_and_it_is_not_hammered(
    wire, store, clock
) -> None:
    token = process(store, clock)
    wire.post(URL, json=answer("one"))
    token()
    down = wire.post(URL, status=503)
    clock.advance(seconds=600)
    assert [token() for _ in range(20)] == ["one"] * 20
    assert down.call_count == 1
    clock.advance(seconds=400)
    with pytest.raises(TryLater):
        token()


def test_the_time_that_webex_names_is_kept_to(wire, store, clock) -> None:
    token = process(store, clock)
    busy = wire.post(
        URL, status=429, headers={"Retry-After": "3600"}, body="<html>", content_type="text/html"
    )
    with pytest.raises(TryLater) as first:
        token()
    assert first.value.after == 3600
    clock.advance(seconds=1600)
    with pytest.raises(TryLater) as second:
        token()
    assert second.value.after == 2000
    assert busy.call_count == 1


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_refresh_token_asks_for_a_person_says_how_and_tells_no_secret(
    wire, store, clock, status
) -> None:
    wire.post(URL, status=status, json=REFUSED, headers={"trackingId": "T-1"})
    with pytest.raises(SignInExpired, match="hybrid-sync webex login") as caught:
        process(store, clock)()
    assert "canary" not in str(caught.value)
    assert "invalid_grant" in str(caught.value)
    assert caught.value.tracking_id == "T-1"


@pytest.mark.parametrize(
    "fault",
    [
        {"body": "<html>"},
        {"body": "{}"},
        {"body": '{"access_token": 5}'},
        {"body": '{"access_token": "on'},
        {"status": 500},
        {"status": 404, "body": "<html>a proxy</html>"},
        {"status": 400, "body": "<html>a proxy</html>", "content_type": "text/html"},
        {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    ],
    ids=str,
)
def test_what_says_nothing_about_the_grant_is_for_later(wire, store, clock, fault) -> None:
    wire.post(URL, **fault)
    with pytest.raises(TryLater):
        process(store, clock)()


def test_a_refusal_while_the_old_token_lives_stops_nothing_and_is_noted_for_a_person(
    wire, store, clock
) -> None:
    wire.post(URL, json=answer("one", refresh_token="r2"))
    token = process(store, clock)
    token()
    clock.advance(seconds=600)
    refused = wire.post(URL, status=400, json=REFUSED, match=[asked_with("r2")])
    assert [token(), token()] == ["one", "one"]
    assert refused.call_count == 1  # and not again with the seed, which is the one that it descends from
    with store.read() as tx:
        row = tx.tokens.get("webex")
    assert row is not None
    assert "hybrid-sync webex login" in (row.problem or "")
    assert "canary" not in (row.problem or "")
    clock.advance(seconds=400)
    with pytest.raises(SignInExpired, match="hybrid-sync webex login"):
        token()


def test_a_sign_in_by_a_person_is_seen_at_once_by_a_process_that_had_none(wire, store, clock) -> None:
    wire.post(URL, status=400, json=REFUSED)
    token = process(store, clock)
    with pytest.raises(SignInExpired):
        token()
    client = a_client(Listening("webex", "https://webexapis.com/v1/"), clock)
    wire.post(URL, json=answer("by a person", refresh_token="r9"))
    a_shelf(client, store, owner="a person").put(client.by_code("code", "http://127.0.0.1:8765/callback"))
    assert token() == "by a person"


def test_another_refresh_token_in_the_settings_is_tried_when_the_stored_one_is_refused(
    wire, store, clock
) -> None:
    wire.post(URL, json=answer("one", refresh_token="r2"), match=[asked_with("r1")])
    process(store, clock)()
    clock.advance(seconds=600)
    wire.post(URL, status=400, json=REFUSED, match=[asked_with("r2")])
    wire.post(URL, json=answer("two"), match=[asked_with("new in the settings")])
    assert process(store, clock, seed="new in the settings")() == "two"


def test_tokens_of_another_client_are_not_used(wire, store, clock) -> None:
    wire.post(URL, json=answer("one"))
    process(store, clock)()
    wire.post(URL, json=answer("two"))
    assert process(store, clock, client_id="another")() == "two"


def test_without_any_sign_in_a_person_is_told_to_make_one(store, clock) -> None:
    with pytest.raises(
        SignInExpired, match="nobody has signed in yet; sign in again: hybrid-sync webex login"
    ):
        process(store, clock, seed=None)()


def test_a_rejected_token_is_renewed_before_its_time_and_never_used_again(wire, store, clock) -> None:
    token = process(store, clock)
    wire.post(URL, json=answer("one"))
    old = token()
    assert token.rejected(old)
    wire.post(URL, status=503)
    with pytest.raises(TryLater):
        token()
    clock.advance(minutes=1)
    wire.post(URL, json=answer("two", 100_000))
    assert token() == "two"
    assert token.rejected(old)
    assert token() == "two"


def test_a_lapsed_renewal_does_not_overwrite_a_newer_one(wire, store, clock) -> None:
    """The first process sleeps past its lease between the answer and the commit; the second renews meanwhile."""
    slow = process(store, clock, "slow")
    client = a_client(Listening("webex", "https://webexapis.com/v1/"), clock)
    fast = a_shelf(client, store, owner="fast")
    wire.post(URL, json=answer("one"))
    slow()
    clock.advance(seconds=600)

    def while_it_slept(request: Any) -> tuple[int, dict[str, str], str]:
        clock.advance(seconds=121)
        with fast.alone() as alone:
            assert alone
            kept = fast.read()
            assert kept is not None
            newer = replace(kept.tokens, access="of the fast one", refresh="newer", asked_at=clock.now)
            assert fast.replace(newer, kept)
        return 200, {}, '{"access_token": "of the slow one", "expires_in": 1000, "refresh_token": "older"}'

    wire.add_callback(responses.POST, URL, while_it_slept)
    assert slow() == "of the fast one"
    kept = fast.read()
    assert kept is not None
    assert kept.tokens.refresh == "newer"


def test_while_another_process_renews_the_old_token_serves_and_without_one_there_is_a_short_wait(
    wire, store, clock
) -> None:
    with store.begin() as tx:
        assert tx.locks.take("webex", "another", clock.now, clock.now.replace(hour=23))
    token = process(store, clock)
    with pytest.raises(TryLater, match="just being renewed") as caught:
        token()
    assert caught.value.after == 5
    with store.begin() as tx:
        tx.locks.release("webex", "another")
    wire.post(URL, json=answer("one"))
    assert token() == "one"
    clock.advance(seconds=600)
    with store.begin() as tx:
        assert tx.locks.take("webex", "another", clock.now, clock.now.replace(hour=23))
    assert token() == "one"


def test_a_process_that_died_while_renewing_is_waited_for_two_minutes(wire, store, clock) -> None:
    client = a_client(Listening("webex", "https://webexapis.com/v1/"), clock)
    with a_shelf(client, store, owner="dead").alone() as alone:
        assert alone
        clock.advance(seconds=119)
        with pytest.raises(TryLater):
            process(store, clock)()
        clock.advance(seconds=1)
        wire.post(URL, json=answer("one"))
        assert process(store, clock)() == "one"


def test_many_threads_make_one_refresh(store) -> None:
    with Sandbox() as sandbox:
        transport = Listening("webex", sandbox.webex_url)
        token = a_token(sandbox_client(sandbox, transport), store, seed=sandbox.options.webex_refresh_token)
        got: list[str] = []
        threads = [threading.Thread(target=lambda: got.append(token())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 8
        assert len(set(got)) == 1
        assert len(transport.sent) == 1
        transport.close()


@pytest.mark.parametrize("rotate", [True, False])
@pytest.mark.parametrize("own_clock", ["right", "stopped"])
def test_a_run_of_weeks_survives_every_expiry_without_a_failed_call(store, rotate, own_clock) -> None:
    """With a stopped clock of ours each expiry is met as a 401."""
    with Sandbox(options=SandboxOptions(rotate_refresh_token=rotate)) as sandbox:
        transport = Listening("webex", sandbox.webex_url, sleep=never_sleep)
        start = sandbox.clock.now()
        client = sandbox_client(sandbox, transport, None if own_clock == "right" else lambda: start)
        token = a_token(client, store, seed=sandbox.options.webex_refresh_token)
        api = WebexApi(transport, token=token, clock=client.clock, base_url=sandbox.webex_url)
        for _ in range(4):
            assert api.get("people/me")["displayName"]
            sandbox.clock.advance(15 * 24 * 3600)
        transport.close()


@pytest.mark.parametrize("rotate", [False, True])
def test_an_answer_that_was_lost_does_no_harm_unless_the_refresh_token_rotates(store, rotate) -> None:
    """As a crash between the provider's answer and our commit: with rotation the old token serves its other half."""
    with Sandbox(options=SandboxOptions(rotate_refresh_token=rotate)) as sandbox:
        transport = Listening("webex", sandbox.webex_url)
        client = sandbox_client(sandbox, transport)
        seed = sandbox.options.webex_refresh_token
        first = a_token(client, store, seed=seed)()
        sandbox.clock.advance(8 * 24 * 3600)
        sandbox.faults.add(Fault("POST", "/v1/access_token", drop="after"))
        assert a_token(client, store, seed=seed)() == first
        sandbox.clock.advance(61)
        second = a_token(client, store, seed=seed)
        if not rotate:
            assert second() != first
        else:
            assert second() == first
            sandbox.clock.advance(7 * 24 * 3600)
            with pytest.raises(SignInExpired, match="hybrid-sync webex login"):
                second()
        transport.close()


def test_a_token_source_never_shows_its_secrets(store, clock) -> None:
    token = process(store, clock)
    assert repr(token) == "RefreshedToken(***)"
    assert "canary" not in repr(token._client) + repr(token._shelf) + repr(vars(token))

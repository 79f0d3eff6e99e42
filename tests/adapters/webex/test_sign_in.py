"""The page, the code and what is kept of them, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from tests.adapters.webex.signing import BACK, STORE_SECRET, a_shelf, code_sign_in, in_memory, sandbox_client
from tests.http_client.kit import Listening

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.adapters.webex import CodeSignIn, RefreshedToken, wanted_scopes
from hybrid_sync.errors import SignInExpired
from hybrid_sync.sandbox import Fault, Sandbox

ANOTHER_SECRET = "another-secret-of-more-than-32-characters"


@pytest.fixture
def store() -> Iterator[SqlStore]:
    store = in_memory()
    yield store
    store.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def transport(sandbox: Sandbox) -> Iterator[Listening]:
    transport = Listening("webex", sandbox.webex_url)
    yield transport
    transport.close()


def allowed(sign_in: CodeSignIn, *, acting: bool = False, state: str = "the state") -> str:
    """The code with which the browser of a person who said yes comes back."""
    page = requests.get(
        sign_in.address(wanted_scopes(acting=acting), state), allow_redirects=False, timeout=60
    )
    assert page.status_code == 302, page.text
    address = page.headers["Location"]
    assert address.startswith(BACK + "?")
    query = parse_qs(urlsplit(address).query)
    assert query["state"] == [state]
    return query["code"][0]


def test_a_code_becomes_tokens_that_are_kept_and_used(store, sandbox, transport) -> None:
    client = sandbox_client(sandbox, transport)
    sign_in = code_sign_in(client, store)
    assert sign_in.facts().kind == "none"
    before = sandbox.clock.now()
    facts = sign_in.complete(allowed(sign_in))
    assert facts.kind == "renewed"
    assert facts.scopes == tuple(sorted(wanted_scopes(acting=False)))
    assert facts.access_ends is not None
    assert facts.refresh_ends is not None
    assert facts.access_ends - before >= timedelta(days=13)
    assert facts.refresh_ends - before >= timedelta(days=89)
    token = RefreshedToken(client, a_shelf(client, store))()
    assert token in sandbox.state.tokens
    assert len([call for call in sandbox.calls if call.path == "/v1/access_token"]) == 1


def test_the_scopes_of_an_administrator_are_others(store, sandbox, transport) -> None:
    sign_in = code_sign_in(sandbox_client(sandbox, transport), store)
    facts = sign_in.complete(allowed(sign_in, acting=True))
    assert "meeting:admin_schedule_write" in (facts.scopes or ())
    assert "meeting:schedules_write" not in (facts.scopes or ())


def test_a_code_works_once_and_only_for_its_own_address(store, sandbox, transport) -> None:
    client = sandbox_client(sandbox, transport)
    sign_in = code_sign_in(client, store)
    code = allowed(sign_in)
    elsewhere = CodeSignIn(client, a_shelf(client, store), redirect_uri="http://localhost/other", seed=None)
    with pytest.raises(SignInExpired, match="invalid_grant"):
        elsewhere.complete(code)
    sign_in.complete(code)
    kept = a_shelf(client, store).read()
    with pytest.raises(SignInExpired, match="invalid_grant"):
        sign_in.complete(code)
    assert a_shelf(client, store).read() == kept


def test_a_lost_answer_to_the_code_leaves_nothing_half_done(store, sandbox, transport) -> None:
    sign_in = code_sign_in(sandbox_client(sandbox, transport), store)
    code = allowed(sign_in)
    sandbox.faults.add(Fault("POST", "/v1/access_token", body="truncated"))
    with pytest.raises(Exception, match="webex"):
        sign_in.complete(code)
    assert sign_in.facts().kind == "none"
    assert sign_in.complete(allowed(sign_in)).kind == "renewed"


def test_another_store_secret_does_not_open_it_and_says_what_to_do(store, sandbox, transport) -> None:
    client = sandbox_client(sandbox, transport)
    code_sign_in(client, store).complete(allowed(code_sign_in(client, store)))
    closed = a_shelf(client, store, secrets=(ANOTHER_SECRET,))
    sign_in = CodeSignIn(client, closed, redirect_uri=BACK, seed=None)
    assert "old_secrets" in (sign_in.facts().problem or "")
    with pytest.raises(SignInExpired, match="hybrid-sync webex login"):
        RefreshedToken(client, closed, seed="sandbox-refresh-token")()
    both = a_shelf(client, store, secrets=(ANOTHER_SECRET, STORE_SECRET))
    assert RefreshedToken(client, both)() in sandbox.state.tokens
    sign_in.complete(allowed(sign_in))
    assert sign_in.facts().problem is None


def test_a_new_sign_in_takes_the_note_of_the_old_one_away(store, sandbox, transport) -> None:
    client = sandbox_client(sandbox, transport)
    sign_in = code_sign_in(client, store)
    sign_in.complete(allowed(sign_in))
    shelf = a_shelf(client, store)
    kept = shelf.read()
    assert kept is not None
    shelf.note(kept, "refused")
    assert sign_in.facts().problem == "refused"
    assert sign_in.complete(allowed(sign_in)).problem is None

"""Several processes with one sign-in, on both databases, and one that is killed in the middle of renewing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.adapters.sql.postgres_server import as_text, new_database, postgres_server
from tests.adapters.webex.signing import STORE_SECRET, a_shelf, a_token, sandbox_client
from tests.http_client.kit import Listening

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions

REFRESHER = str(Path(__file__).with_name("refresher.py"))
TOKEN_CALL = "/v1/access_token"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/store.db"
        open_store(address, create=True).close()
        yield address
        return
    with postgres_server() as server:
        address = as_text(new_database(server))
        open_store(address, create=True).close()
        yield address


def start(kind: str, url: str, sandbox: Sandbox, now: datetime, owner: str) -> subprocess.Popen[str]:
    command = [sys.executable, REFRESHER, kind, url, sandbox.webex_url, now.isoformat(), STORE_SECRET, owner]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> list[str]:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0].strip() for process in processes]


def token_calls(sandbox: Sandbox) -> int:
    return len([call for call in sandbox.calls if call.path == TOKEN_CALL])


@pytest.mark.parametrize("rotate", [False, True])
def test_processes_that_start_at_once_make_one_refresh_between_them(url: str, rotate: bool) -> None:
    with Sandbox(options=SandboxOptions(rotate_refresh_token=rotate)) as sandbox:
        # Long enough for the others to find the lease taken.
        sandbox.faults.add(Fault("POST", TOKEN_CALL, delay=0.5, delay_at="before"))
        processes = [start("plain", url, sandbox, sandbox.clock.now(), f"p{n}") for n in range(3)]
        said = go(*processes)
        assert [process.returncode for process in processes] == [0, 0, 0], said
        assert token_calls(sandbox) == 1, said
        tokens = {one for one in said if not one.startswith("later")}
        assert len(tokens) == 1
        assert {one for one in said if one.startswith("later")} <= {"later 5.0"}
        assert tokens <= set(sandbox.state.tokens)


def test_processes_at_half_life_go_on_with_the_old_token_while_one_renews(url: str) -> None:
    with Sandbox(options=SandboxOptions(rotate_refresh_token=True)) as sandbox:
        [first] = go(start("plain", url, sandbox, sandbox.clock.now(), "first"))
        later = sandbox.clock.now() + timedelta(days=8)
        sandbox.clock.set(later)
        sandbox.faults.add(Fault("POST", TOKEN_CALL, delay=0.5, delay_at="before"))
        said = go(*(start("plain", url, sandbox, later, f"p{n}") for n in range(3)))
        assert token_calls(sandbox) == 2
        assert len(set(said) - {first}) == 1
        assert set(said) <= set(sandbox.state.tokens)


@pytest.mark.parametrize("rotate", [False, True])
def test_a_process_killed_between_answer_and_commit_costs_a_sign_in_only_where_tokens_rotate(
    url: str, rotate: bool
) -> None:
    with Sandbox(options=SandboxOptions(rotate_refresh_token=rotate)) as sandbox:
        [first] = go(start("plain", url, sandbox, sandbox.clock.now(), "first"))
        sandbox.clock.advance(8 * 24 * 3600)
        victim = start("dying", url, sandbox, sandbox.clock.now(), "victim")
        assert go(victim) == [""]
        assert victim.returncode == -9
        assert token_calls(sandbox) == 2
        # Its lease is still there: the others go on with the old token.
        assert go(start("plain", url, sandbox, sandbox.clock.now(), "second")) == [first]
        assert token_calls(sandbox) == 2
        sandbox.clock.advance(121)
        [after] = go(start("plain", url, sandbox, sandbox.clock.now(), "third"))
        assert token_calls(sandbox) == 3
        assert (after == first) is rotate
        assert after in sandbox.state.tokens
        store = open_store(url)
        client = sandbox_client(sandbox, Listening("webex", sandbox.webex_url))
        kept = a_shelf(client, store).read()
        assert kept is not None
        assert ("hybrid-sync webex login" in (kept.row.problem or "")) is rotate
        assert a_token(client, store)() == after
        store.close()

"""`webex login` and `webex status`, with a browser's part played by plain requests."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from hybrid_sync.sandbox import Sandbox, SandboxOptions
from tests.cli.kit import Cli, environment

STORE_SECRET = "canary-store-secret-of-32-characters-and-more"


@pytest.fixture
def integration(cli: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Settings of an integration that nobody has signed in yet."""
    monkeypatch.delenv("HYBRID_SYNC_WEBEX__ACCESS_TOKEN")
    for name, value in oauth(sandbox).items():
        monkeypatch.setenv(name, value)
    return cli


def oauth(sandbox: Sandbox) -> dict[str, str]:
    return {
        "HYBRID_SYNC_WEBEX__CLIENT_ID": sandbox.options.webex_client_id,
        "HYBRID_SYNC_WEBEX__CLIENT_SECRET": sandbox.options.webex_client_secret,
        "HYBRID_SYNC_STORE__SECRET": STORE_SECRET,
    }


def page_of(out: str) -> str:
    return next(line for line in out.splitlines() if "/v1/authorize?" in line)


def paste(cli: Cli, how: str, *more: str) -> tuple[int, str, str]:
    """Log in by hand: the first run shows a page, whose answer the person pastes. The state ties both together, so
    that a run of its own with the bare code, or the address of another run, stand for the two mistakes."""
    address = page_of(cli("webex", "login", "--paste", *more, input="http://x/?error=stop\n").out)
    back = requests.get(address, allow_redirects=False, timeout=60).headers["Location"]
    text = parse_qs(urlsplit(back).query)["code"][0] if how == "code" else back
    ran = cli("webex", "login", "--paste", *more, input=text + "\n")
    return ran.code, ran.out, ran.err


def test_a_pasted_code_signs_in_and_status_tells_who_and_until_when(integration: Cli) -> None:
    code, out, err = paste(integration, "code")
    assert code == 0, err
    assert "signed in as Hybrid Events" in out
    assert "the sign-in ends 2027-08-01" in out
    status = integration.ok("webex", "status", "--json").json
    assert (status["ok"], status["kind"], status["problem"]) == (True, "renewed", None)
    assert status["access_ends"].startswith("2027-05-17T08:59:")
    assert status["refresh_ends"].startswith("2027-08-01T08:59:")
    assert "meeting:schedules_write" in status["scopes"]
    shown = integration.ok("webex", "status").out
    assert "Hybrid Events" in shown
    assert "meeting:schedules_write" in shown


def test_nothing_that_is_printed_is_a_secret(integration: Cli, sandbox: Sandbox) -> None:
    _, out, err = paste(integration, "code")
    shown = out + err + integration("-v", "webex", "status").out + integration("-v", "doctor").out
    secrets = {STORE_SECRET, sandbox.options.webex_client_secret, *sandbox.state.refresh_tokens}
    secrets |= set(sandbox.state.tokens) - {sandbox.webex_token}
    assert [secret for secret in secrets if secret in shown] == []


def test_an_address_of_another_sign_in_is_not_taken(integration: Cli, sandbox: Sandbox) -> None:
    code, _, err = paste(integration, "address")
    assert code == 2
    assert "belongs to another sign-in" in err
    assert [call for call in sandbox.calls if call.path == "/v1/access_token"] == []


def test_what_is_no_code_is_said_to_be_none(integration: Cli) -> None:
    ran = integration("webex", "login", "--paste", input="nonsense\n")
    assert ran.code == 3
    assert "invalid_grant" in ran.err


def test_a_person_who_says_no_is_believed(integration: Cli) -> None:
    page = page_of(integration("webex", "login", "--paste", input="x\n").out)
    state = parse_qs(urlsplit(page).query)["state"][0]
    ran = integration("webex", "login", "--paste", input=f"http://x/?error=access_denied&state={state}\n")
    assert ran.code == 3
    assert "access_denied" in ran.err


def test_the_scopes_asked_for_are_a_users_or_an_administrators(
    integration: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*more: str) -> str:
        page = page_of(integration("webex", "login", "--paste", *more, input="x\n").out)
        return parse_qs(urlsplit(page).query)["scope"][0]

    assert "meeting:schedules_write" in asked().split()
    assert "meeting:admin_schedule_write" in asked("--scopes", "admin").split()
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__HOST_EMAIL", "host2@hybrid.example")
    assert "meeting:admin_schedule_write" in asked().split()
    assert "meeting:admin_schedule_write" not in asked("--scopes", "user").split()


def test_status_and_doctor_without_a_sign_in_say_what_to_do(integration: Cli) -> None:
    status = integration("webex", "status")
    assert status.code == 3
    assert "hybrid-sync webex login" in status.out + status.err
    doctor = integration("doctor")
    assert doctor.code == 3
    assert "hybrid-sync webex login" in doctor.out


def test_what_is_missing_in_the_settings_is_said(integration: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYBRID_SYNC_STORE__SECRET")
    ran = integration("webex", "login", "--paste")
    assert (ran.code, "[store] secret is missing" in ran.err) == (2, True)
    monkeypatch.setenv("HYBRID_SYNC_STORE__SECRET", "too short")
    ran = integration("webex", "login", "--paste")
    assert ran.code == 2
    assert "[store] secret" in ran.err
    assert "too short" not in ran.err
    monkeypatch.delenv("HYBRID_SYNC_STORE__SECRET")
    monkeypatch.delenv("HYBRID_SYNC_WEBEX__CLIENT_ID")
    ran = integration("webex", "login", "--paste")
    assert (ran.code, "client_id and client_secret" in ran.err) == (2, True)


def test_a_fixed_token_goes_before_and_is_told_apart(cli: Cli) -> None:
    ran = cli("webex", "login", "--paste")
    assert ran.code == 2
    assert "[webex] access_token" in ran.err
    status = cli.ok("webex", "status", "--json").json
    assert (status["kind"], status["access_ends"], status["scopes"]) == ("fixed", None, None)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def browser_sandbox(port: int) -> Iterator[Sandbox]:
    options = SandboxOptions(webex_redirect_uris=(f"http://127.0.0.1:{port}/callback",))
    with Sandbox(options=options) as sandbox:
        yield sandbox


@pytest.fixture
def waiting(cli: Cli, browser_sandbox: Sandbox, port: int) -> Iterator[subprocess.Popen[str]]:
    """`webex login` as a process of its own, listening."""
    variables = environment(browser_sandbox, cli.folder) | oauth(browser_sandbox)
    del variables["HYBRID_SYNC_WEBEX__ACCESS_TOKEN"]
    variables["HYBRID_SYNC_WEBEX__REDIRECT_URI"] = f"http://127.0.0.1:{port}/callback"
    process = subprocess.Popen(
        [sys.executable, "-m", "hybrid_sync", "webex", "login"],
        env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cli.folder,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def test_a_browser_comes_back_to_this_machine_and_others_are_turned_away(
    waiting: subprocess.Popen[str], browser_sandbox: Sandbox, port: int
) -> None:
    assert waiting.stdout is not None
    page = waiting.stdout.readline().strip()
    callback = f"http://127.0.0.1:{port}/callback"
    assert requests.get(f"http://127.0.0.1:{port}/favicon.ico", timeout=60).status_code == 404
    assert requests.get(callback, params={"code": "x", "state": "of another"}, timeout=60).status_code == 400
    assert requests.post(callback, timeout=60).status_code == 501
    answer = requests.get(page, timeout=60)
    assert answer.status_code == 200
    assert "close this page" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, err
    assert "signed in as Hybrid Events" in out
    assert not [token for token in browser_sandbox.state.tokens if token in out + err]


def test_a_wait_that_nobody_ends_says_so(
    integration: Cli, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__REDIRECT_URI", f"http://127.0.0.1:{port}/callback")
    ran = integration("webex", "login", "--wait", "1s")
    assert ran.code == 3
    assert "nobody came back within 1 s" in ran.err


def test_a_port_in_use_and_an_address_elsewhere_lead_to_paste(
    integration: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        monkeypatch.setenv("HYBRID_SYNC_WEBEX__REDIRECT_URI", address)
        ran = integration("webex", "login")
    assert (ran.code, "--paste" in ran.err) == (2, True)
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__REDIRECT_URI", "https://events.example.org/back")
    ran = integration("webex", "login")
    assert (ran.code, "--paste" in ran.err) == (2, True)

"""`hybrid-sync webex webhooks`: install, remove, status, as a person types them."""

from __future__ import annotations

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import Cli

NAMES = {"meetings started", "meetings ended", "meetingParticipants joined", "meetingParticipants left"}


def states(cli: Cli, code: int = 0) -> dict[str, str]:
    ran = cli("webex", "webhooks", "status", "--json")
    assert ran.code == code, ran.err
    return {one["webhook"]: one["state"] for one in ran.json}


def test_webhooks_are_installed_once_seen_and_removed(cli: Cli, sandbox: Sandbox) -> None:
    assert set(states(cli).values()) == {"missing"}
    first = cli("webex", "webhooks", "install", "--json")
    assert (first.code, {one["webhook"] for one in first.json}) == (0, NAMES)
    assert states(cli) == dict.fromkeys(NAMES, "active")
    again = cli("webex", "webhooks", "install")
    assert again.code == 0
    assert "every webhook is as it should be" in again.err
    removed = cli("webex", "webhooks", "remove")
    assert removed.code == 0
    assert removed.out.count("removed") == 4
    assert sandbox.state.webhooks == {}
    assert "there is no webhook of this service" in cli("webex", "webhooks", "remove").err


def test_status_says_what_to_do_and_gives_exit_code_3(cli: Cli, sandbox: Sandbox) -> None:
    cli.ok("webex", "webhooks", "install")
    first, second, third, _ = sandbox.state.webhooks.values()
    first.active = False
    second.target_url = "https://elsewhere.example.org/"
    del sandbox.state.webhooks[third.id]
    assert sorted(states(cli, 3).values()) == ["active", "disabled", "elsewhere", "missing"]
    ran = cli("webex", "webhooks", "status")
    assert ran.code == 3
    assert "makes it active again within an hour" in ran.out
    assert "hybrid-sync webex webhooks install" in ran.out
    assert "https://elsewhere.example.org/" in ran.out
    cli.ok("webex", "webhooks", "install")
    assert states(cli) == dict.fromkeys(NAMES, "active")


def test_no_secret_is_printed(cli: Cli, sandbox: Sandbox) -> None:
    told = [
        cli("webex", "webhooks", *words)
        for words in (["install", "--json"], ["status"], ["status", "--json"])
    ]
    [secret] = {hook.secret for hook in sandbox.state.webhooks.values()}
    assert all(secret not in ran.out + ran.err for ran in told)


@pytest.mark.parametrize("command", ["install", "status"])
def test_without_an_address_the_settings_are_named(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.delenv("HYBRID_SYNC_SERVICE__BASE_URL", raising=False)
    ran = cli("webex", "webhooks", command)
    assert ran.code == 2
    assert "[service] base_url" in ran.err

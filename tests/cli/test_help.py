"""Every command explains itself."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from hybrid_sync.cli.app import app

COMMANDS = [
    "init", "doctor", "config show", "demo", "sandbox", "plan", "sync", "worker", "serve", "attention",
    "event import", "event list", "event show", "event edit", "event publish", "event reschedule", "event cancel",
    "registrants import", "registrants add", "registrants list", "registrants approve", "registrants reject",
    "registrants withdraw", "registrants switch", "invitation show", "invitation list", "attendance pull",
    "attendance report", "attendance import", "checkin", "certificates issue", "certificates list",
    "certificates show", "certificates withdraw", "db upgrade", "db backup", "db check", "db restored", "webex webhooks install",
    "webex webhooks remove", "webex webhooks status", "attention list", "attention retry", "attention adopt",
    "attention create-anew", "attention settle", "status", "audit show", "audit verify", "privacy export", "privacy erase", "privacy purge",
]  # fmt: skip
GROUPS = [
    "event",
    "registrants",
    "invitation",
    "attendance",
    "certificates",
    "privacy",
    "db",
    "config",
    "webex",
    "webex webhooks",
]


def help_of(*command: str) -> str:
    result = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"})
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_what_each_option_is_for(command: str) -> None:
    text = help_of(*command.split())
    assert f"Usage: hybrid-sync {command}" in text or f"Usage: root {command}" in text
    lines = [line.strip(" │") for line in text.splitlines()]
    for line in (line for line in lines if line.startswith("--")):
        assert len(line.split()) > 3, line  # an option with words beside it


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_alone_shows_its_commands(group: str) -> None:
    result = CliRunner().invoke(app, group.split())
    assert result.exit_code == 2
    text = help_of(*group.split())
    for command in (
        words.removeprefix(f"{group} ").split()[0] for words in COMMANDS if words.startswith(f"{group} ")
    ):
        assert command in text


def test_all_commands_and_exit_codes_stand_in_the_first_help() -> None:
    text = help_of()
    for command in {words.split()[0] for words in COMMANDS}:
        assert command in text
    assert "Exit codes" in text


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["nonsense"], ["plan", "a", "b"], ["sandbox", "--port", "x"]]
)
def test_wrong_usage_is_exit_code_2_on_standard_error(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr

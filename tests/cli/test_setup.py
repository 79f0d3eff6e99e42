"""`init`, `config show`, `doctor`, `db`."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from hybrid_sync.cli.setup import without_password
from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import RECORD, Cli


def test_init_writes_a_private_commented_file_and_overwrites_nothing(bare: Cli) -> None:
    bare.ok("init")
    path = bare.folder / "config" / "hybrid-sync.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert tomllib.loads(path.read_text())["service"]["time_zone"] == "Europe/Brussels"
    path.write_text("# mine\n")
    ran = bare("init")
    assert ran.code == 2
    assert "is there already; --force overwrites it" in ran.err
    assert path.read_text() == "# mine\n"
    bare.ok("init", "--force")
    assert path.read_text() != "# mine\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in path.parent.iterdir()] == ["hybrid-sync.toml"]


def test_what_init_writes_can_be_used_at_once(bare: Cli) -> None:
    bare.ok("init", "--file", "other.toml")
    bare.ok("--config", "other.toml", "config", "show")
    bare.ok("--config", "other.toml", "db", "upgrade")
    bare.ok("--config", "other.toml", "event", "list")


def test_init_into_a_folder_or_where_nothing_can_be_is_one_line(bare: Cli) -> None:
    bare.file("file", "")
    for name, words in ((".", "is a folder"), ("file/x.toml", "cannot be made")):
        ran = bare("init", "--file", name)
        assert ran.code == 2
        assert words in ran.err
        assert ran.err.count("\n") == 1


def test_all_problems_of_the_settings_are_told_at_once(bare: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bare.file("s.toml", '[service]\ntime_zone = "Mars"\nnmae = "x"\n[mail]\nport = 0\n')
    for command in (["config", "show"], ["doctor"], ["event", "list"], ["db", "check"], ["worker"]):
        ran = bare("--config", path, *command)
        assert ran.code == 2
        assert ran.out == ""
        assert ran.err.count("error: ") == 3
    missing = bare("--config", "nowhere.toml", "doctor")
    assert missing.code == 2
    assert "hybrid-sync init" in missing.err


def test_config_show_masks_secrets_and_passwords(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRID_SYNC_STORE__URL", "postgresql://hs:p@ss/w:rd@db.example.org/hs")
    for options in ([], ["--json"]):
        out = cli.ok("config", "show", *options).out
        assert "sandbox-webex-token" not in out
        assert "a-secret-of-these-tests" not in out
        assert "p@ss" not in out
        assert "postgresql://hs:***@db.example.org/hs" in out
    assert cli.ok("config", "show", "--json").json["webex"]["access_token"] == "**********"
    assert "20m, 2h, 1d, 7d" in cli.ok("config", "show").out


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite:///var/x.db", "sqlite:///var/x.db"),
        ("postgresql://user@host/db", "postgresql://user@host/db"),
        ("postgresql://user:pw@host:5432/db", "postgresql://user:***@host:5432/db"),
        ("postgresql:///db?host=h&password=pw", "postgresql:///db?host=h&password=***"),
        ("http://127.0.0.1:8081/v1/", "http://127.0.0.1:8081/v1/"),
    ],
)
def test_the_password_alone_is_taken_out_of_an_address(address: str, shown: str) -> None:
    assert without_password(address) == shown


def test_doctor_asks_everything_and_finds_nothing_wrong(cli: Cli, sandbox: Sandbox) -> None:
    ran = cli.ok("doctor", "--json")
    checks = {check["what"]: check["ok"] for check in ran.json}
    assert set(checks.values()) == {True}
    assert {"settings", "database schema", "Webex sign-in", "Mail server", "Graph calendar"} <= set(checks)
    assert not sandbox.writes()
    assert "nothing is wrong" in cli.ok("doctor").err


def test_doctor_says_what_is_wrong_and_what_to_do(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(path="/v1/*", status=401, times=None))
    ran = cli("doctor", "--json")
    assert ran.code == 3
    wrong = [check for check in ran.json if check["ok"] is False]
    assert wrong
    assert all(check["advice"] for check in wrong)
    assert "wrong" in cli("doctor").out


def test_doctor_shows_what_is_missing_in_the_settings_beside_what_is_well(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HYBRID_SYNC_WEBEX__ACCESS_TOKEN")
    ran = cli("doctor", "--json")
    assert ran.code == 2
    checks = {check["what"]: check for check in ran.json}
    assert checks["settings"]["ok"] is False
    assert "[webex] needs access_token" in checks["settings"]["detail"]
    assert checks["database schema"]["ok"] is True


def test_doctor_without_a_database_says_how_to_make_one(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRID_SYNC_STORE__URL", f"sqlite:///{cli.folder}/none.db")
    ran = cli("doctor", "--json")
    assert ran.code == 3
    assert "hybrid-sync db upgrade" in ran.out
    assert not (cli.folder / "none.db").exists()


def test_commands_without_a_database_say_how_to_make_one(bare: Cli) -> None:
    ran = bare("event", "list")
    assert ran.code == 2
    assert "hybrid-sync db upgrade" in ran.err
    assert not list(bare.folder.rglob("*.db"))


def test_the_database_is_made_checked_and_copied(cli: Cli) -> None:
    cli.ok("db", "upgrade")  # a second time nothing happens
    assert {check["ok"] for check in cli.ok("db", "check", "--json").json} == {True}
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    copy = cli.folder / "copy.db"
    cli.ok("db", "backup", str(copy))
    assert cli("db", "backup", str(copy)).code == 2
    original = cli.folder / "test.db"
    original.unlink()
    Path(copy).rename(original)
    assert "Clean water for all" in cli.ok("event", "list").out


def test_a_database_that_is_not_there_does_not_pass_the_check(bare: Cli) -> None:
    assert bare("db", "check").code == 3

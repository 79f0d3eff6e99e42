"""Settings: TOML, environment, secret files; all problems at once and no secret shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hybrid_sync.errors import SettingsError
from hybrid_sync.settings import Settings, example, load, shown

ROOT = Path(__file__).parent.parent


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_example_holds_every_key_and_all_defaults(tmp_path: Path) -> None:
    text = example()
    assert load(written(tmp_path, text)).model_dump() == Settings().model_dump()
    for section, field in Settings.model_fields.items():
        assert f"[{section}]" in text
        for key in field.annotation.model_fields:  # type: ignore[union-attr]
            assert f"\n{key} = " in text or f"\n# {key} = " in text, f"{section}.{key} is not in the example"


def test_the_example_in_config_is_the_one_that_init_writes() -> None:
    assert (ROOT / "config" / "hybrid-sync.example.toml").read_text(encoding="utf-8") == example()


def test_all_problems_are_told_at_once_with_section_and_key(tmp_path: Path) -> None:
    path = written(
        tmp_path, '[webex]\nnonsense = 1\n[attendance]\npull_after = ["soon"]\n[web]\nport = 70000\n'
    )
    with pytest.raises(SettingsError) as caught:
        load(path)
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "[webex] nonsense is not a setting" in text
    assert "[attendance] pull_after.0: 'soon' is not a duration" in text
    assert "[web] port" in text


def test_a_broken_file_and_a_missing_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"settings\.toml: .*line 1"):
        load(written(tmp_path, "[webex\n"))
    with pytest.raises(SettingsError, match="hybrid-sync init"):
        load(tmp_path / "absent.toml")


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRID_SYNC_ENGINE__POLL_SECONDS", "2.5")
    monkeypatch.setenv("HYBRID_SYNC_ATTENDANCE__PULL_AFTER", '["20m", "7d"]')
    settings = load(written(tmp_path, "[engine]\npoll_seconds = 9\nconcurrency = 2\n"))
    assert (settings.engine.poll_seconds, settings.engine.concurrency) == (2.5, 2)
    assert settings.attendance.pull_after == (timedelta(minutes=20), timedelta(days=7))


def test_a_misspelt_variable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__ACCES_TOKEN", "x")
    with pytest.raises(SettingsError, match="HYBRID_SYNC_WEBEX__ACCES_TOKEN names no setting"):
        load()


def test_a_secret_is_read_from_a_named_file_and_from_the_credentials_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "token"
    named.write_text("from-a-file\n")
    named.chmod(0o600)
    given = tmp_path / "mail__password"
    given.write_text("from-systemd")
    given.chmod(0o400)
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__ACCESS_TOKEN_FILE", str(named))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = load()
    assert settings.webex.access_token is not None
    assert settings.webex.access_token.get_secret_value() == "from-a-file"
    assert settings.mail.password is not None
    assert settings.mail.password.get_secret_value() == "from-systemd"


def test_a_secret_that_everybody_may_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="chmod o-r"):
        load(written(tmp_path, '[webex]\naccess_token = "x"\n', 0o644))
    assert load(written(tmp_path, "[engine]\nconcurrency = 2\n", 0o644)).engine.concurrency == 2
    open_to_all = tmp_path / "token"
    open_to_all.write_text("x")
    open_to_all.chmod(0o644)
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__ACCESS_TOKEN_FILE", str(open_to_all))
    with pytest.raises(SettingsError, match="chmod o-r"):
        load()


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[webex]\naccess_token = "canary"\n[web]\nsecret = "canary"\n'))
    assert "canary" not in str(shown(settings))
    assert "canary" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, '[webex]\naccess_token = ["canary"]\n'))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://webexapis.com/v1/", "ftp://webexapis.com/", "webexapis.com"])
def test_a_provider_is_reached_by_https_only(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"\[webex\] base_url"):
        load(written(tmp_path, f'[webex]\nbase_url = "{url}"\n'))


def test_a_base_address_gets_its_slash_and_this_machine_may_be_plain_http(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[webex]\nbase_url = "http://127.0.0.1:8081/v1"\n'))
    assert settings.webex.base_url == "http://127.0.0.1:8081/v1/"


def test_time_may_be_played_with_only_when_every_provider_is_on_this_machine(tmp_path: Path) -> None:
    assert not Settings().is_rehearsal
    local = '[webex]\nbase_url = "http://127.0.0.1:1/v1/"\n[mail]\nhost = "127.0.0.1"\n'
    assert load(written(tmp_path, local)).is_rehearsal
    assert not load(written(tmp_path, local + "[graph]\nenabled = true\n")).is_rehearsal
    assert not load(
        written(tmp_path, local.replace('[mail]\nhost = "127.0.0.1"', '[mail]\nhost = "mx"'))
    ).is_rehearsal


@pytest.mark.parametrize("value", [7, 33, "Sommer2027", True])
def test_a_fixed_password_for_all_meetings_and_a_weak_length_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="one password for all meetings"):
        Settings.model_validate({"webex": {"password": value}})
    assert Settings.model_validate({"webex": {"password": "12"}}).webex.password == 12


@pytest.mark.parametrize("webex", [{}, {"kind": "webinar"}])
def test_letting_people_in_before_the_host_is_refused_where_they_register(webex: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ends registration and forgets everybody"):
        Settings.model_validate({"webex": {**webex, "join_before_host": True}})


def test_letting_people_in_before_the_host_is_fine_in_a_webinar_without_registration() -> None:
    webex = {"kind": "webinar", "webinar_registration": False, "join_before_host": True}
    assert Settings.model_validate({"webex": webex}).webex.join_before_host


def test_a_co_host_without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        Settings.model_validate({"webex": {"cohosts": ["Ana Ruiz"]}})

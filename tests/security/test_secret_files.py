"""ASVS 13.3.1, 13.3.2: secrets come from files that others cannot read or change, and are shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hybrid_sync.errors import SettingsError
from hybrid_sync.settings import load, shown
from hybrid_sync.settings.load import _secret_keys


def written(path: Path, text: str, mode: int) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("mode", "way_out"),
    [(0o600, None), (0o400, None), (0o640, None), (0o660, None), (0o644, "chmod o-r"), (0o602, "chmod o-w")],
)
@pytest.mark.parametrize("key", sorted(".".join(one) for one in _secret_keys()))
def test_every_secret_is_read_from_a_file_and_from_the_credentials_directory_unless_others_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, mode: int, way_out: str | None
) -> None:
    section, _, name = key.partition(".")
    value = f"{'canary' * 8}\n{'canary' * 9}\n" if name == "old_secrets" else "canary" * 8
    file = written(tmp_path / f"{section}__{name}", value, mode)
    for variables in (
        {f"HYBRID_SYNC_{section}__{name}_FILE".upper(): str(file)},
        {"CREDENTIALS_DIRECTORY": str(tmp_path)},
    ):
        with monkeypatch.context() as patch:
            for variable, content in variables.items():
                patch.setenv(variable, content)
            if section == "mail" and name == "password":
                patch.setenv("HYBRID_SYNC_MAIL__AUTH", "login")
                patch.setenv("HYBRID_SYNC_MAIL__USERNAME", "box")
            if way_out is not None:
                with pytest.raises(SettingsError, match=way_out) as caught:
                    load()
                assert "canary" not in str(caught.value)
                continue
            settings = load()
            assert "canary" not in json.dumps(shown(settings)) + repr(settings)
            assert "***" in json.dumps(shown(settings))
            if name == "old_secrets":
                assert len(getattr(settings, section).old_secrets) == 2


def test_a_certificate_with_its_key_is_a_secret_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"
    monkeypatch.setenv("HYBRID_SYNC_GRAPH__CERTIFICATE_FILE", str(written(tmp_path / "app.pem", pem, 0o644)))
    with pytest.raises(SettingsError, match="chmod o-r"):
        load()
    (tmp_path / "app.pem").chmod(0o600)
    assert load().graph.certificate is not None


@pytest.mark.parametrize(
    ("url", "is_shown"),
    [
        ("postgresql://hs:canary@db/hs", "postgresql://hs:***@db/hs"),
        ("postgresql+psycopg://hs:can@ary@db:5432/hs?x=y", "postgresql+psycopg://hs:***@db:5432/hs?x=y"),
        ("postgresql://hs@db/hs?password=canary&x=y", "postgresql://hs@db/hs?password=***&x=y"),
        ("postgresql://hs@db:5432/hs", "postgresql://hs@db:5432/hs"),
        ("sqlite:///var/hybrid-sync.db", "sqlite:///var/hybrid-sync.db"),
    ],
)
def test_the_password_of_a_database_is_masked_and_its_file_must_be_closed(
    tmp_path: Path, url: str, is_shown: str
) -> None:
    file = written(tmp_path / "s.toml", f'[store]\nurl = "{url}"\n', 0o600)
    assert shown(load(file))["store"]["url"] == is_shown
    file.chmod(0o644)
    if url == is_shown:
        load(file)
    else:
        with pytest.raises(SettingsError, match="chmod o-r"):
            load(file)


@pytest.mark.parametrize("proxy", ["*", "proxy.example.org", "10.0.0.1/8", "", "10.0.0.0/33"])
def test_a_trusted_proxy_is_an_address_or_a_network_and_never_everybody(tmp_path: Path, proxy: str) -> None:
    with pytest.raises(SettingsError, match="no IP address and no network"):
        load(written(tmp_path / "s.toml", f'[web]\ntrusted_proxies = ["{proxy}"]\n', 0o600))

"""Every setting and secret that the files for administrators name is one that the program reads."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybrid_sync.settings import Settings, first_file, load
from tests.deploy import kit

SECRET = "s" * 40


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("HYBRID_SYNC_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.chdir(tmp_path)


def environments() -> Iterator[tuple[str, dict[str, str]]]:
    """What the processes of each place are given in their environment."""
    common = kit.UNITS / "hybrid-sync-.service.d" / "10-common.conf"
    yield "systemd", dict(line.split("=", 1) for line in kit.unit_lines(common, "Environment"))
    image = (kit.DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    yield "image", dict(re.findall(r"\b(HYBRID_SYNC_\w+)=(\S+)", image))
    for path in kit.COMPOSE:
        for name, service in kit.documents(path)[0]["services"].items():
            yield f"{path.name} {name}", {key: str(value) for key, value in service["environment"].items()}
    for name, spec in kit.pod_specs():
        for container in kit.containers(spec):
            yield (
                f"kubernetes {name}",
                {one["name"]: one["value"] for one in container["env"] if "value" in one},
            )


def credentials() -> Iterator[tuple[str, set[str]]]:
    """The names of secrets of each place."""
    lines = (kit.UNITS / "hybrid-sync-.service.d" / "20-credentials.conf").read_text(encoding="utf-8")
    pairs = re.findall(r"^#?LoadCredential=(\w+):/etc/hybrid-sync/credentials/(\w+)$", lines, re.MULTILINE)
    assert all(name == file for name, file in pairs)
    yield "systemd", {name for name, _ in pairs}
    for path in kit.COMPOSE:
        yield path.name, set(kit.documents(path)[0]["secrets"]) - {"pgpass", "postgres_password"}
    for one in kit.resources():
        if one["kind"] == "Secret" and one["metadata"]["name"] == kit.PROGRAM:
            yield "kubernetes", set(one["stringData"])


def values(settings: Settings) -> dict[str, object]:
    return {f"{section}__{key}": value for section, keys in settings for key, value in keys}


@pytest.mark.parametrize(
    ("place", "given"), list(environments()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_every_variable_is_a_setting_and_has_an_effect(
    place: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {name: value for name, value in given.items() if name.startswith("HYBRID_SYNC_")}
    before = values(load())
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    after = values(load())
    changed = {f"HYBRID_SYNC_{name.upper()}" for name in after if after[name] != before[name]}
    assert changed == set(ours), place


@pytest.mark.parametrize(
    ("place", "names"), list(credentials()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_every_secret_is_found_by_its_name(
    place: str, names: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert {"web__secret", "store__secret"} <= names
    # The two that must stand with others, or instead of them.
    monkeypatch.setenv("HYBRID_SYNC_MAIL__AUTH", "login")
    monkeypatch.setenv("HYBRID_SYNC_MAIL__USERNAME", "events")
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name in names:
        file = folder / name
        file.write_text(f"{SECRET}-{name}\n")
        file.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    read = values(load())
    for name in names:
        secret = read[name]
        assert secret.get_secret_value() == f"{SECRET}-{name}", (place, name)


def files() -> Iterator[tuple[str, str]]:
    for one in kit.resources():
        if one["kind"] == "ConfigMap":
            yield "kubernetes", one["data"]["hybrid-sync.toml"]
    for path in kit.MANUALS:
        for number, block in enumerate(kit.blocks(path, "toml")):
            yield f"{path.name} {number}", block


@pytest.mark.parametrize(("place", "text"), list(files()), ids=lambda one: one if len(one) < 40 else "")
def test_every_settings_file_loads(
    place: str, text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HYBRID_SYNC_MAIL__PASSWORD", SECRET)
    if "username" not in text:
        monkeypatch.delenv("HYBRID_SYNC_MAIL__PASSWORD")
    file = tmp_path / "hybrid-sync.toml"
    file.write_text(text)
    file.chmod(0o640)
    assert load(file) != load(), place


def test_units_and_the_administrators_script_agree() -> None:
    script = (kit.UNITS / "hybrid-sync").read_text(encoding="utf-8")
    (config,) = {
        found
        for path in kit.UNITS.glob("*.service")
        for found in re.findall(
            r"/opt/hybrid-sync/bin/hybrid-sync --config \S+", path.read_text(encoding="utf-8")
        )
    }
    assert f'"{config}"' in script


def test_the_installers_settings_hold_no_secret_and_a_store_where_the_units_may_write(tmp_path: Path) -> None:
    file = tmp_path / "hybrid-sync.toml"
    file.write_text(first_file())
    file.chmod(0o640)
    assert values(load(file))["web__secret"] is not None
    script = (kit.UNITS / "install").read_text(encoding="utf-8")
    (change,) = re.findall(r"^ *(sed -i .*?) \$settings\.new$", script, re.MULTILINE | re.DOTALL)
    subprocess.run(["sh", "-euc", f"{change} {file}"], check=True)
    read = values(load(file))
    assert read["store__url"] == "sqlite:////var/lib/hybrid-sync/hybrid-sync.db"
    assert (read["web__secret"], read["store__secret"]) == (None, None)

"""Where settings come from: one TOML file, the environment, files with secrets.

`HYBRID_SYNC_<SECTION>__<KEY>` overrides a key (lists as JSON). `HYBRID_SYNC_WEBEX__ACCESS_TOKEN_FILE=/run/secrets/webex`
reads a secret from that file, and a file `webex__access_token` in $CREDENTIALS_DIRECTORY (systemd LoadCredential) is
found by itself. Precedence: environment, files, TOML, defaults. All problems are reported at once.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
)

from hybrid_sync.errors import SettingsError
from hybrid_sync.settings.model import Settings

PREFIX = "HYBRID_SYNC_"
DEFAULT_FILE = Path("config/hybrid-sync.toml")
_SEVERAL = ("old_secrets",)
_URL_PASSWORD = re.compile(r"(://[^/@]*?:).*(@)|([?&]password=)[^&]*")


def example() -> str:
    """The commented settings file, with every key and its default."""
    return files("hybrid_sync.settings").joinpath("example.toml").read_text(encoding="utf-8")


def first_file() -> str:
    """The settings file that `hybrid-sync init` writes: the example, with secrets of its own for join links and tokens."""
    text, found = re.subn(
        r'^# secret = "\.\.\."\s*#',
        lambda _: f'secret = "{secrets.token_urlsafe(32)}"  #',
        example(),
        flags=re.MULTILINE,
    )
    assert found == 2, "the example has a place for each secret"
    return text


def load(path: Path | None = None) -> Settings:
    """Read the settings. `path` None takes config/hybrid-sync.toml if it is there, else the defaults.

    Raises SettingsError with all problems at once.
    """
    problems: list[str] = []
    toml = _read_toml(path, problems)
    from_secret_files: dict[str, Any] = {}
    for section, key, value in _secret_files(problems):
        from_secret_files.setdefault(section, {})[key] = value
    problems += _unknown_sections()
    if problems:
        raise SettingsError(problems)

    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            from_files = InitSettingsSource(settings_cls, init_kwargs=from_secret_files)
            return _Environment(settings_cls), from_files, InitSettingsSource(settings_cls, init_kwargs=toml)

    try:
        return Loaded()
    except ValidationError as error:
        raise SettingsError([_sentence(path, item) for item in error.errors()]) from None


class _Environment(EnvSettingsSource):
    """The environment without the variables that name a file: `_secret_files` reads those."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        variables = super()._load_env_vars()
        return {name: value for name, value in variables.items() if not name.lower().endswith("_file")}


def shown(settings: Settings) -> dict[str, Any]:
    """The effective settings with secrets masked, for `config show`."""
    values = settings.model_dump(mode="json")
    values["store"]["url"] = _URL_PASSWORD.sub(
        lambda found: f"{found[1] or found[3]}***{found[2] or ''}", values["store"]["url"]
    )
    return values


def _read_toml(path: Path | None, problems: list[str]) -> dict[str, Any]:
    if path is None:
        if not DEFAULT_FILE.exists():
            return {}
        path = DEFAULT_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{path}: {error.strerror}; write one with hybrid-sync init")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: {error}")
        return {}
    if any(
        _holds_secret(section, key, value)
        for section, keys in data.items()
        if isinstance(keys, dict)
        for key, value in keys.items()
    ):
        _refuse_open(path, problems)
    return data


def _sections() -> Iterator[tuple[str, type[BaseModel]]]:
    for section, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield section, field.annotation


def _secret_keys() -> Iterator[tuple[str, str]]:
    for section, model in _sections():
        for key, info in model.model_fields.items():
            if "SecretStr" in str(info.annotation):
                yield section, key


def _holds_secret(section: str, key: str, value: object) -> bool:
    """A key for a secret, or the address of a database with its password in it."""
    if (section, key) == ("store", "url"):
        return isinstance(value, str) and _URL_PASSWORD.search(value) is not None
    return (section, key) in set(_secret_keys())


def _secret_files(problems: list[str]) -> Iterator[tuple[str, str, str | list[str]]]:
    """Section, key and what the file holds; of a key for several secrets the file has one in each line."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    for section, key in _secret_keys():
        named = os.environ.get(f"{PREFIX}{section}__{key}_FILE".upper())
        given = Path(credentials) / f"{section}__{key}" if credentials else None
        path = Path(named) if named else given if given and given.exists() else None
        if path is None:
            continue
        try:
            value = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            problems.append(f"[{section}] {key}: {path}: {error.strerror}")
            continue
        _refuse_open(path, problems)
        yield section, key, value.split() if key in _SEVERAL else value


def _refuse_open(path: Path, problems: list[str]) -> None:
    """A group may read it: that is how systemd, containers and a service's own user are given secrets."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & stat.S_IROTH:
        problems.append(f"{path} holds a secret and everybody on this machine may read it: chmod o-r {path}")
    elif mode & stat.S_IWOTH:
        problems.append(
            f"{path} holds a secret and everybody on this machine may change it: chmod o-w {path}"
        )


def _unknown_sections() -> list[str]:
    """Variables that look like ours and name no section or key: a typing mistake that would otherwise go unnoticed."""
    known = {
        f"{PREFIX}{section}__{key}".upper() for section, model in _sections() for key in model.model_fields
    }
    return [
        f"the environment variable {name} names no setting"
        for name in os.environ
        if name.startswith(PREFIX)
        and "__" in name
        and name not in known
        and name.removesuffix("_FILE") not in known
    ]


def _sentence(path: Path | None, item: Any) -> str:
    """One problem as a sentence: where, what, and what to do. Never the value of a secret."""
    where = [str(part) for part in item["loc"]]
    name = f"[{where[0]}] {'.'.join(where[1:])}".strip() if where else "settings"
    if item["type"] == "extra_forbidden":
        return f"{path or 'settings'}: {name} is not a setting; see hybrid-sync init for all of them"
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{path or 'settings'}: {name}: {message}"

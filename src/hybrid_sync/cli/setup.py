"""`hybrid-sync init`, `doctor` and `config show`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import checks, output
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import WRONG_INPUT, group
from hybrid_sync.cli.session import opened, options, read_settings
from hybrid_sync.errors import InputError, SettingsError

if TYPE_CHECKING:
    from hybrid_sync.ports import Check
    from hybrid_sync.settings import Settings

config = group("The settings in effect.")


def init(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Where to write it (config/hybrid-sync.toml)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a settings file with every setting in it, commented. It overwrites nothing."""
    from hybrid_sync.settings import DEFAULT_FILE, first_file

    path = file or options(ctx).config or DEFAULT_FILE
    if path.is_dir():
        raise InputError(f"{path} is a folder: give the file a name with --file")
    _write_private(path, first_file().encode(), force)
    output.say(f"{path} is written, readable by you and your group only")
    output.say("next: fill it in; hybrid-sync db upgrade; hybrid-sync doctor")


def _write_private(path: Path, content: bytes, force: bool) -> None:
    """A file of mode 0640. Raises InputError, also for one that is there already, unless forced."""
    target = path.with_name(f".{path.name}.unfinished") if force else path
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"the folder {path.parent} cannot be made: {error.strerror}") from error
    try:
        if force:
            target.unlink(missing_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as written:
            written.write(content)
            os.fchmod(written.fileno(), 0o640)
        if force:
            os.replace(target, path)
    except FileExistsError as error:
        raise InputError(f"{path} is there already; --force overwrites it") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


def doctor(ctx: typer.Context, as_json: Json = False) -> None:
    """Check settings, database, time zones, Webex, the calendar and mail. Changes nothing.

    Exit code: 0 nothing is wrong, 3 something is, 2 the settings cannot be used at all.
    """
    from hybrid_sync import wiring

    settings = read_settings(ctx)
    problem: SettingsError | None = None
    with output.working("asking Webex, the calendar and the mail server"):
        with closing(wiring.database(settings)) as database:
            found = list(database.check())
        if any(check.ok is False for check in found):
            output.say("the database comes first; Webex, calendar and mail were not asked")
        else:
            try:
                with opened(ctx) as service:
                    found = list(service.checks())
            except SettingsError as error:
                problem = error
    code = checks.show([_settings_check(ctx, settings, problem), *found], as_json)
    raise typer.Exit(WRONG_INPUT if problem else code)


def _settings_check(ctx: typer.Context, settings: Settings, problem: SettingsError | None) -> Check:
    from hybrid_sync.ports import Check
    from hybrid_sync.settings import DEFAULT_FILE

    path = options(ctx).config or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    where = str(path) if path else "defaults and environment"
    if problem is not None:
        advice = "mend it there; Webex, calendar and mail were not asked"
        return Check("settings", False, f"{where}: {'; '.join(problem.problems)}", advice)
    kind = "every provider is on this machine: a rehearsal" if settings.is_rehearsal else "real providers"
    return Check("settings", True, f"{where}; {kind}")


@config.command()
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Every setting in effect, whether from the file, the environment or by default; secrets are masked."""
    from hybrid_sync.settings import shown

    settings = read_settings(ctx)
    if as_json:
        output.data(_masked(shown(settings)))
        return
    rows = []
    for section, keys in settings.model_dump().items():
        rows += [(f"[{section}]", key, _words(value)) for key, value in keys.items()]
    output.table(("section", "key", "value"), rows)


def _words(value: Any) -> str:
    """A value as the settings file writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_words(item) for item in value)
    return without_password(str(value))


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    return without_password(value) if isinstance(value, str) else value


def without_password(text: str) -> str:
    """An address without the password in it: postgresql://user:***@host/database."""
    text = re.sub(r"(://[^:/?#@\s]*):.*@", r"\1:***@", text)
    return re.sub(r"(?i)([?&](?:password|sslpassword)=)[^&]*", r"\1***", text)

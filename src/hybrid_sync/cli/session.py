"""What every command shares: the global options, the settings, and the service wired together."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from hybrid_sync.settings import Settings
    from hybrid_sync.wiring import App, Stored


@dataclass(frozen=True)
class Options:
    """What stands before the command. `at` is the instant to act at, None for now."""

    config: Path | None = None
    at: datetime | None = None
    verbose: bool = False


def options(ctx: typer.Context) -> Options:
    return ctx.ensure_object(Options)


def read_settings(ctx: typer.Context) -> Settings:
    """The settings in effect. Raises SettingsError with all problems at once."""
    from hybrid_sync.settings import load

    return load(options(ctx).config)


def opened(ctx: typer.Context) -> closing[App]:
    """The service, wired for these settings, and closed again at the end."""
    from hybrid_sync import wiring

    return closing(wiring.build(read_settings(ctx), at=options(ctx).at))


def opened_store(ctx: typer.Context) -> closing[Stored]:
    """What is kept, for commands that only look at that: they start in half the time that `opened` takes."""
    from hybrid_sync import wiring

    return closing(wiring.stored(read_settings(ctx), at=options(ctx).at))

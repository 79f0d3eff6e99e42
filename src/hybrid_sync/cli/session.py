"""What every command shares: the global options, the settings, and the service wired together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from hybrid_sync.settings import Settings
    from hybrid_sync.wiring import App


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


@contextmanager
def opened(ctx: typer.Context) -> Iterator[App]:
    """The service, wired for these settings, and closed again at the end."""
    from hybrid_sync import wiring

    app = wiring.build(read_settings(ctx), at=options(ctx).at)
    try:
        yield app
    finally:
        app.close()

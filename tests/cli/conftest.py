"""The command line against a standing sandbox and a database of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from hybrid_sync import wiring
from hybrid_sync.sandbox import Sandbox
from hybrid_sync.settings import Settings
from hybrid_sync.settings.model import StoreSettings
from tests.cli.kit import NOW, PEOPLE, RECORD, Cli, environment


@pytest.fixture(scope="session")
def standing() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(standing: Sandbox) -> Sandbox:
    """An empty outside world in which it is `NOW`."""
    standing.reset()
    standing.clock.set(datetime.fromisoformat(NOW))
    return standing


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """No settings at all, in an empty folder."""
    for name in [name for name in os.environ if name.startswith("HYBRID_SYNC_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path, at=None)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, copied for each test."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    wiring.database(Settings(store=StoreSettings(url=f"sqlite:///{path}"))).upgrade()
    return path


@pytest.fixture
def cli(bare: Cli, sandbox: Sandbox, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Pointed at the sandbox, with an empty database."""
    for name, value in environment(sandbox, bare.folder).items():
        monkeypatch.setenv(name, value)
    bare.at = NOW
    shutil.copy(empty_database, bare.folder / "test.db")
    return bare


@pytest.fixture
def published(cli: Cli) -> Cli:
    """With one published event and three registrants, nothing of it outside yet."""
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    cli.ok("registrants", "import", "water", cli.file("people.csv", PEOPLE))
    cli.ok("event", "publish", "water")
    return cli

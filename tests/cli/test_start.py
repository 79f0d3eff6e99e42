"""A command imports what it needs: help nothing heavy, a look into the store no library of any provider."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.kit import Cli

OUTSIDE = frozenset(
    ("webexpythonsdk", "msal", "jwt", "icalendar", "jinja2", "babel", "bs4", "imapclient", "weasyprint", "aiosmtpd",
     "fastapi", "uvicorn", "apscheduler", "procrastinate", "alembic", "openpyxl", "hybrid_sync.sync",
     "hybrid_sync.wiring.whole", "hybrid_sync.sandbox"),
)  # fmt: skip
HEAVY = OUTSIDE | {"requests", "sqlalchemy", "pydantic", "hybrid_sync.wiring"}


def loaded_by(*command: str) -> tuple[str, set[str]]:
    """What a command prints, and the modules that its process holds at the end."""
    code = (
        "import json, sys\n"
        f"sys.argv = ['hybrid-sync', *{command!r}]\n"
        "from hybrid_sync.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(json.dumps(sorted(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    words, _, modules = ran.stdout.rstrip("\n").rpartition("\n")
    return words, set(json.loads(modules))


@pytest.mark.parametrize(
    ("option", "says"), [("--version", "hybrid-sync "), ("--help", "Usage: hybrid-sync")]
)
def test_help_and_version_load_nothing_heavy(option: str, says: str) -> None:
    words, modules = loaded_by(option)
    assert says in words
    assert not HEAVY & modules


def test_a_list_loads_the_database_and_nothing_that_speaks_to_the_outside(published: Cli) -> None:
    words, modules = loaded_by("event", "list", "--json")
    assert [event["id"] for event in json.loads(words)] == ["water"]
    assert "sqlalchemy" in modules
    assert not OUTSIDE & modules

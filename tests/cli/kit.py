"""A record, a list, and a hand that types commands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from hybrid_sync.cli.app import app
from hybrid_sync.sandbox import Sandbox

NOW = "2027-05-03T09:00:00Z"

RECORD = """\
id = "water"
title = "Clean water for all"
starts = 2027-06-09T10:00:00
ends = 2027-06-09T11:30:00
venue = "InfoPoint"
city = "Brussels"
country = "Belgium"
languages = ["en"]
description = "How water partnerships work."
"""

PEOPLE = """\
Email,First name,Last name,Mode
ada@example.org,Ada,Lovelace,online
bob@example.org,Bob,Bee,room
dora@example.org,Dora,Dee,online
"""


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Cli:
    """Runs commands as a person would, at one instant that a test may move."""

    folder: Path
    at: str | None = NOW
    runner: CliRunner = field(default_factory=CliRunner)

    def __call__(self, *arguments: str, input: str | bytes | None = None) -> Ran:
        before = ["--at", self.at] if self.at else []
        result = self.runner.invoke(app, [*before, *arguments], input=input)
        return Ran(result.exit_code, result.stdout, result.stderr)

    def ok(self, *arguments: str, input: str | bytes | None = None) -> Ran:
        """As a call, and it must end with 0."""
        ran = self(*arguments, input=input)
        assert ran.code == 0, (arguments, ran)
        return ran

    def file(self, name: str, content: str | bytes) -> str:
        """A file to read; gives its path."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)


def environment(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The variables that point the service at `sandbox`."""
    values = {
        "STORE__URL": f"sqlite:///{folder}/test.db",
        "SERVICE__BASE_URL": "http://127.0.0.1:8000",
        "WEB__SECRET": "a-secret-of-these-tests-0123456789",
        "WEB__PORT": "0",
        "ENGINE__POLL_SECONDS": "0.2",
        "WEBEX__BASE_URL": sandbox.webex_url,
        "WEBEX__ACCESS_TOKEN": sandbox.webex_token,
        "GRAPH__ENABLED": "true",
        "GRAPH__BASE_URL": sandbox.graph_url,
        "GRAPH__ACCESS_TOKEN": sandbox.graph_token,
        "GRAPH__MAILBOX": sandbox.mailbox,
        "MAIL__HOST": sandbox.smtp_host,
        "MAIL__PORT": str(sandbox.smtp_port),
        "MAIL__SECURITY": "none",
        "MAIL__FROM_ADDRESS": sandbox.mailbox,
        "MAIL__MESSAGES_PER_MINUTE": "6000",
        "WEBEX__REQUESTS_PER_MINUTE": "6000",
    }
    return {f"HYBRID_SYNC_{name}": value for name, value in values.items()}

"""Where the demo's service lives."""

from __future__ import annotations

import os
from pathlib import Path

from hybrid_sync.cli.demo import material
from hybrid_sync.sandbox import Sandbox


def write_settings(folder: Path, sandbox: Sandbox, web_port: int) -> None:
    """The settings file of the demo's own service, readable by nobody else."""
    text = material.SETTINGS.format(
        folder=folder,
        web_port=web_port,
        webex=sandbox.webex_url,
        webex_token=sandbox.webex_token,
        graph=sandbox.graph_url,
        graph_token=sandbox.graph_token,
        mailbox=sandbox.mailbox,
        room=sandbox.room_mailbox,
        smtp_host=sandbox.smtp_host,
        smtp_port=sandbox.smtp_port,
    )
    path = folder / "hybrid-sync.toml"
    path.touch(mode=0o600)
    os.chmod(path, 0o600)
    path.write_text(text, encoding="utf-8")

"""Radicale, a CalDAV server of another house, as a process of its own with one user and an empty calendar."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

USER, PASSWORD = "desk", "canary-caldav-password"


@contextmanager
def radicale(folder: Path) -> Iterator[str]:
    """The address of a calendar collection; skips the test, saying what to do, where Radicale is missing."""
    pytest.importorskip("radicale", reason="pip install radicale")
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    config = folder / "radicale.ini"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\nhtpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder}/collections\n"
        "[logging]\nlevel = warning\n"
    )
    log = (folder / "radicale.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "radicale", "--config", config], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/{USER}/events/"
    try:
        _wait(process, port)
        made = requests.request("MKCALENDAR", url, auth=(USER, PASSWORD), timeout=10)
        assert made.status_code == 201, made.text
        yield url
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"Radicale ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("Radicale does not answer")

"""The walls of the house: the import contracts hold, and a broken wall is noticed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = Path(sys.executable).with_name("lint-imports")


def lint(root: Path) -> tuple[int, str]:
    done = subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_contract_holds() -> None:
    code, said = lint(ROOT)
    # When it cannot start at all it prints no such line, so the exit code alone would prove nothing.
    assert re.search(r"Contracts: \d+ kept, 0 broken", said), said
    assert code == 0


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("domain/events.py", "import requests"),
        ("domain/plan.py", "import time"),
        ("ports/outside.py", "import hybrid_sync.adapters.webex"),
        ("adapters/webex/wire.py", "import hybrid_sync.adapters.graph"),
        ("sync/meetings.py", "import hybrid_sync.sync.registrants"),
        ("sync/loop.py", "import hybrid_sync.adapters.sql"),
        ("web/app.py", "import hybrid_sync.sandbox"),
        ("sandbox/server.py", "import hybrid_sync.domain.events"),
        ("intake/pages.py", "import requests"),
        ("render/text.py", "import hybrid_sync.http_client"),
        ("adapters/graph/wire.py", "import requests"),
        ("sync/once.py", "import sqlalchemy"),
        ("errors.py", "import hybrid_sync.domain.events"),
        ("newcomer.py", "import os"),
    ],
)
def test_a_broken_wall_is_noticed(tmp_path: Path, file: str, line: str) -> None:
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / "src" / "hybrid_sync" / file
    text = broken.read_text(encoding="utf-8") if broken.exists() else '"""Nobody placed this."""\n'
    text = re.sub(r"^from __future__ import annotations\n", "", text, flags=re.MULTILINE)
    broken.write_text(f"{line}\n{text}", encoding="utf-8")
    code, said = lint(tmp_path)
    assert code != 0
    assert re.search(r"[1-9]\d* broken|Missing layer|not listed|no longer|could not|Could not", said), said

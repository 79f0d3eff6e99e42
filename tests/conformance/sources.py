"""Which Webex paths stand in the source of the adapters, so that none of them goes unasked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import hybrid_sync.adapters.webex

FOLDER = Path(hybrid_sync.adapters.webex.__file__).parent
ROOTS = "meetings|meetingInvitees|meetingParticipants|meetingReports|webhooks|people|recordings"
_PATH = re.compile(rf"(?:{ROOTS})(?:/[A-Za-z\0]+)*\0?")


def paths_in_source() -> set[str]:
    """Every path as a regular expression for templates: a variable segment fits one, a variable end fits anything."""
    found = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            found.update(path for path in _texts(node) if _PATH.fullmatch(path))
    return {_pattern(path) for path in found}


def _texts(node: ast.AST) -> Iterator[str]:
    """Texts of the source, with a zero character for what is put in."""
    if isinstance(node, ast.JoinedStr):
        parts = [str(one.value) if isinstance(one, ast.Constant) else "\0" for one in node.values]
        yield "".join(parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _pattern(path: str) -> str:
    whole = re.escape(path).replace("/\0", r"/\{[^/]+\}")
    return "/" + whole.replace("\0", ".*")

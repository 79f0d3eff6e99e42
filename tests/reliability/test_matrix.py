"""The matrix of faults: every cell ends well, and docs/reliability.md says what comes of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.matrix.kinds import IMAP, SMTP
from tests.reliability.matrix.table import CALLS, DOC, row, said

WHOLE = (
    "meeting: create", "meeting: change", "meeting: cancel", "people: add", "entry: create", "DATA",
)  # fmt: skip
"""What is tried with every kind of fault at every change: the calls that make, mail or take away. Of the others some
kinds, and all with `-m long`."""
SOME = ("drop+", "404", "429t")
SOME_OF_MAIL = ("drop+", "421", "550")
SOME_OF_IMAP = ("drop+", "NO")
LONG = (
    "collection: PROPFIND", "EHLO", "TLS handshake", "IMAP connection", "IMAP CAPABILITY", "IMAP EXAMINE", "IMAP SEARCH",
    "IMAP FETCH sizes", "IMAP FETCH mails", "IMAP LOGOUT",
)  # fmt: skip
"""What is tried with `-m long` only."""


def some(call: str) -> tuple[str, ...] | None:
    if call in WHOLE:
        return None
    if CALLS[call].kinds is IMAP:
        return SOME_OF_IMAP
    return SOME_OF_MAIL if CALLS[call].kinds is SMTP else SOME


def judged(folder: Path, call: str, only: tuple[str, ...] | None) -> None:
    cells = row(CALLS[call], folder, only)
    assert list(cells) == list(only or CALLS[call].kinds)
    assert {kind: cell.wrong for kind, cell in cells.items() if cell.wrong} == {}
    told = said(DOC.read_text(), call)
    assert {kind: told.get(kind) for kind in cells} == {kind: str(cell) for kind, cell in cells.items()}


@pytest.mark.parametrize("call", [call for call in CALLS if call not in LONG])
def test_a_fault_on_this_call_ends_well_and_as_the_document_says(tmp_path: Path, call: str) -> None:
    judged(tmp_path, call, some(call))


@pytest.mark.long
@pytest.mark.parametrize("call", [call for call in CALLS if call not in WHOLE])
def test_every_fault_on_this_call_ends_well_and_as_the_document_says(tmp_path: Path, call: str) -> None:
    judged(tmp_path, call, None)

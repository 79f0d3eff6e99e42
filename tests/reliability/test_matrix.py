"""The matrix of faults: every cell ends well, and docs/reliability.md says what comes of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.matrix import BELIEVED, CALLS, DOC, KINDS, column, row

AT_EVERY_CHANGE = (
    "meeting: create", "meeting: change", "people: add", "people: remove", "entry: create", "entry: change"
)  # fmt: skip


@pytest.mark.parametrize(
    "call",
    [call if call in AT_EVERY_CHANGE else pytest.param(call, marks=pytest.mark.long) for call in CALLS],
)
def test_every_fault_on_this_call_ends_well_and_as_the_document_says(tmp_path: Path, call: str) -> None:
    cells = row(CALLS[call], tmp_path)
    assert list(cells) == list(KINDS)
    believed = {kind for name, kind in BELIEVED if name == call}
    assert {kind: cell.wrong for kind, cell in cells.items() if cell.wrong and kind not in believed} == {}
    assert all(cells[kind].wrong for kind in believed), "take it off the list"
    # Nobody is asked anything without a word; what waits says why.
    assert [kind for kind, cell in cells.items() if cell.first and not cell.words] == []
    assert column(DOC.read_text(), call) == {kind: str(cell) for kind, cell in cells.items()}

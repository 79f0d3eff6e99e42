"""How checks are shown by `doctor` and `db check`, and the exit code for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybrid_sync.cli import output
from hybrid_sync.cli.errors import NEEDS_ATTENTION

if TYPE_CHECKING:
    from hybrid_sync.ports import Check

_WORDS = {True: "ok", False: "wrong", None: "unknown"}


def show(checks: Sequence[Check], as_json: bool) -> int:
    """Print `checks` with what to do; the exit code is 3 when one of them is wrong."""
    if as_json:
        output.data(
            [
                {"what": check.what, "ok": check.ok, "detail": check.detail, "advice": check.advice}
                for check in checks
            ]
        )
    else:
        output.table(
            ("what", "", "detail", "what to do"),
            [(check.what, _WORDS[check.ok], check.detail, check.advice) for check in checks],
        )
    wrong = [check.what for check in checks if check.ok is False]
    if wrong:
        output.say(f"{output.count(len(wrong), 'thing')} wrong: {', '.join(wrong)}")
        return NEEDS_ATTENTION
    output.say("nothing is wrong")
    return 0

"""The audit trail as a chain: every line carries a digest of itself and of the line before it.

A line that is changed, taken out, put in or moved no longer fits its neighbours. The digest has no key: whoever may
write to the database and knows this file can build a whole new chain. An end that was noted elsewhere (`audit verify`
prints it) is what such a person cannot have back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = ""
"""What stands before the first line that was ever chained."""

PURGE = "audit.purge"
"""The line that a purge of old lines writes. Its target is the chain value of the last line that went: the anchor."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class KeptLine:
    """One line as the store has it; `chain` None in lines of before chains were kept. `at` is in UTC."""

    number: int
    at: datetime
    event_id: str
    actor: str
    what: str
    target: str
    detail: str
    request_id: str | None
    chain: str | None


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole trail came to. `first` and `last` are the chain values at its two ends."""

    lines: int
    unchained: int
    """Lines of before chains were kept: nothing is known of them."""
    first: str | None
    last: str | None
    misfit: KeptLine | None
    """The first line that does not fit."""
    noted_found: bool | None
    """Whether the chain value that somebody noted is still there; None when none was asked for."""

    @property
    def whole(self) -> bool:
        return self.misfit is None and self.noted_found is not False


def link(
    before: str,
    *,
    at: datetime,
    event_id: str,
    actor: str,
    what: str,
    target: str,
    detail: str,
    request_id: str | None,
) -> str:
    """The chain value of a line that stands after one with the value `before`.

    `at` counts to the millisecond, as the store keeps it. JSON, so that no two different lines read alike.
    """
    told = [
        before,
        (at - _EPOCH) // timedelta(milliseconds=1),
        event_id,
        actor,
        what,
        target,
        detail,
        request_id,
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


def verify(lines: Iterable[KeptLine], noted: str | None = None) -> Verdict:
    """Read the trail in its order, one line at a time. `noted` is a chain value that must still be in it.

    The first chained line follows on from what the newest purge names as the last that went, or from nothing where
    nothing was ever purged; which of the two is known only when all has been read.
    """
    count = unchained = 0
    first: KeptLine | None = None
    misfit: KeptLine | None = None
    before, anchor = START, START
    found = False
    for line in lines:
        count += 1
        if line.chain is None:
            unchained += 1
            if first is not None:
                misfit = misfit or line
            continue
        if first is None:
            first = line
        elif misfit is None and not _fits(before, line):
            misfit = line
        before = line.chain
        found = found or line.chain == noted
        if line.what == PURGE:
            anchor = line.target
    if first is not None and not _fits(anchor, first):
        misfit = first
    return Verdict(
        lines=count,
        unchained=unchained,
        first=first.chain if first else None,
        last=before if first else None,
        misfit=misfit,
        noted_found=None if noted is None else found or noted == anchor,
    )


def _fits(before: str, line: KeptLine) -> bool:
    return line.chain == link(
        before,
        at=line.at,
        event_id=line.event_id,
        actor=line.actor,
        what=line.what,
        target=line.target,
        detail=line.detail,
        request_id=line.request_id,
    )

"""The kinds of fault that the sandbox knows, under the short names of the tables in docs/reliability.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hybrid_sync.adapters.mail import ImapMailbox
from hybrid_sync.http_client import Transport
from hybrid_sync.wiring import post

PATIENCE = 0.5
"""Seconds for which the hasty client waits for an answer."""
LONGER = 0.8
"""Seconds after which it would come."""

Kinds = dict[str, dict[str, Any]]

HTTP: Kinds = {
    "drop": {"drop": "before"},
    "drop+": {"drop": "after"},
    "none": {"delay": LONGER, "delay_at": "before", "drop": "before"},
    "none+": {"delay": LONGER},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "409": {"status": 409},
    "412": {"status": 412},
    "423": {"status": 423},
    "429": {"status": 429},
    "429t": {"status": 429, "retry_after": 20},
    "500": {"status": 500},
    "502": {"status": 502},
    "502+": {"status": 502, "effect": True},
    "503t": {"status": 503, "retry_after": 20},
    "504": {"status": 504},
    "504+": {"status": 504, "effect": True},
    "half": {"body": "truncated"},
    "page": {"body": "html"},
    "slow": {"delay": 0.05},
}

SMTP: Kinds = {
    "drop": {"drop": "before"},
    "drop+": {"drop": "after"},
    "none": {"delay": LONGER, "delay_at": "before", "drop": "before"},
    "none+": {"delay": LONGER},
    "drip": {"drip": 0.1},
    "421": {"status": 421},
    "450": {"status": 450},
    "451": {"status": 451},
    "452": {"status": 452},
    "454": {"status": 454},
    "500": {"status": 500},
    "535": {"status": 535},
    "550": {"status": 550},
    "552": {"status": 552},
    "554": {"status": 554},
    "slow": {"delay": 0.05},
}

HANDSHAKE: Kinds = {name: fault for name, fault in SMTP.items() if "status" not in fault}
"""There are no replies in a handshake."""

ORDERED = "ordered by a fault rule"

IMAP: Kinds = {
    "drop": {"drop": "before"},
    "drop+": {"drop": "after"},
    "none": {"delay": LONGER, "delay_at": "before", "drop": "before"},
    "none+": {"delay": LONGER},
    "drip": {"drip": 0.1},
    "BYE": {"status": 500, "words": f"BYE {ORDERED}"},
    "NO": {"status": 500, "words": f"NO [CANNOT] {ORDERED}"},
    "NOu": {"status": 500, "words": f"NO [UNAVAILABLE] {ORDERED}"},
    "BAD": {"status": 500, "words": f"BAD {ORDERED}"},
    "half": {"body": "truncated"},
    "page": {"body": "html"},
    "slow": {"delay": 0.05},
}
"""Rules of spoiling_lines.py."""
IMAP_FIRST: Kinds = {name: fault for name, fault in IMAP.items() if name not in ("NO", "NOu")}
"""CAPABILITY is never answered with NO (RFC 9051 6.1.1)."""
IMAP_GREETING: Kinds = {name: fault for name, fault in IMAP_FIRST.items() if name != "BAD"}
"""A greeting has no tag that could be answered."""

LEGEND = {
    "drop": "the connection is dropped before it was done, `drop+` after",
    "none": "no answer within the client's time, and not done; `none+`: done",
    "429t": "with a time to wait; `503t` likewise",
    "502+": "although it was done; `504+` likewise",
    "half": "the answer breaks off",
    "page": "the answer is an HTML page",
    "drip": "never an answer, only continuation lines",
    "NOu": "the server says that it is its own trouble and passes (UNAVAILABLE)",
    "slow": "late, within the client's time",
}


def needs_haste(fault: dict[str, Any]) -> bool:
    """Whether the fault is that the answer comes too late, so that a client must give up on it."""
    return fault.get("delay") == LONGER or "drip" in fault


@contextmanager
def hasty() -> Iterator[None]:
    """Clients that are built in here give up early: the time-outs are real, only shorter than in the settings of a house."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Transport.__init__.__kwdefaults__, "read_seconds", PATIENCE)
        patch.setitem(ImapMailbox.__init__.__kwdefaults__, "seconds", PATIENCE)
        patch.setitem(ImapMailbox.__init__.__kwdefaults__, "total_seconds", 2 * PATIENCE)
        patch.setattr(post, "SECONDS", PATIENCE)
        patch.setattr(post, "TOTAL_SECONDS", 2 * PATIENCE)
        yield

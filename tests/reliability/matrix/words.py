"""Whether what the organiser reads of a fault says what they need: the thing, the system, the cause and the way out."""

from __future__ import annotations

import re
from typing import Any

from tests.reliability.matrix.kinds import ORDERED
from tests.reliability.matrix.stage import Told

SYSTEMS = {
    "webex": "webex",
    "graph": "graph|microsoft",
    "mail": "mail",
    "caldav": "caldav",
    "mailbox": "mailbox",
}


def missing(told: Told, event: str, system: str, fault: dict[str, Any]) -> list[str]:
    """What the words leave out."""
    words = told.words.casefold()
    checks = {
        "the event": event.casefold() in words,
        "the system": re.search(rf"\b({SYSTEMS[system]})\b", words),
        "the cause": re.search(_cause(fault), words),
        "the way out": "hybrid-sync " in told.way_out or "again" in told.way_out,
    }
    return [f"{name} is not named: {told}" for name, found in checks.items() if not found]


def _cause(fault: dict[str, Any]) -> str:
    """A pattern of what the words must tell of that fault."""
    if fault.get("words"):
        return ORDERED
    if fault.get("status") is not None:
        # What a conflict means is told in words.
        conflict = "|changed .*(meanwhile|same moment)" if fault["status"] in (404, 409, 412) else ""
        return rf"\b{fault['status']}\b{conflict}"
    if fault.get("body"):
        return "no json object|connection broke|html page|is no imap"
    if fault.get("drip"):
        # Where a handshake was due such lines are no answer that could be waited for.
        return "no answer in time|could not be secured"
    if fault.get("delay"):
        return "no answer in time"
    return "no answer|connection|unexpectedly closed"

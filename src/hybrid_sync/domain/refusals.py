"""Of whom a refused mail speaks: of the address it goes to, or of the message, its sender or the server's own rules.

Another address helps against the first. Against the second somebody mends the cause, and the same mail goes out again.
"""

from __future__ import annotations

import re

NOT_THE_ADDRESS = "this speaks of the message, its sender or the server's rules, not of the address"
"""Kept with the words of such a refusal; by it a stored one is known."""

_ENHANCED = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)")
_SENDER = (7, 8)
_TOO_LONG = 3


def speaks_of_address(status: str, otherwise: bool) -> bool:
    """Whether the enhanced status code that `status` begins with speaks of the recipient; `otherwise` if there is none,
    or if it leaves that open.

    RFC 3463 3: the second number is the subject: 1 addressing (7 and 8 of it: the sender's), 2 the recipient's mailbox
    (3 of it: a message too long), 3 the mail system (4 of it: too big), 4 network and routing, 5 protocol, 6 content,
    7 security or policy, 0 anything.
    """
    found = _ENHANCED.match(status)
    if found is None:
        return otherwise
    subject, detail = int(found[1]), int(found[2])
    if subject == 1:
        return detail not in _SENDER
    if subject == 2:
        return detail != _TOO_LONG
    return otherwise if subject in (0, 4) else False


def may_go_again(words: str) -> bool:
    """Whether a person who had the cause mended can have a mail sent again that was refused with these words."""
    return NOT_THE_ADDRESS in words

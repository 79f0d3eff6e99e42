"""Faults that can be switched on by rule: a status, a delay, a dropped connection, a spoilt body."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal


@dataclass(frozen=True)
class Fault:
    """One rule. `method` and `path` are globs; for SMTP the methods are CONNECT, EHLO, STARTTLS, TLS (the handshake after STARTTLS:
    delay, drop and drip only) and AUTH (without a path), MAIL (the sender's address), RCPT and DATA (the recipient's).
    """

    method: str = "*"
    path: str = "*"
    times: int | None = 1
    """How many calls it spoils; None means until it is cleared."""
    skip: int = 0
    """How many matching calls pass first."""
    status: int | None = None
    """Answer with this status (for SMTP: this reply code)."""
    effect: bool = False
    """With a status: whether the call takes effect all the same, as behind a gateway that gave up."""
    retry_after: float | None = None
    """Seconds for the Retry-After header that goes with the status."""
    delay: float = 0
    """Seconds to wait."""
    delay_at: Literal["before", "after"] = "after"
    """Whether the wait comes before or after the effect; both come before the answer."""
    drop: Literal["before", "after"] | None = None
    """Close the connection without an answer, before or after the call took effect."""
    body: Literal["html", "truncated", "halved"] | None = None
    """A page instead of JSON; a body that breaks off; or half a body with a matching length."""
    words: str = ""
    """For SMTP: what goes with the reply code; a line of it is a line of the reply."""
    drip: float = 0
    """For SMTP: never an answer, but a continuation line every so many seconds."""

    def __post_init__(self) -> None:
        """A rule that would do nothing, or two things at once, is a mistake in the test."""
        if self.drop and (self.status is not None or self.body):
            raise ValueError("a dropped connection has neither status nor body")
        if self.drop not in (None, "before", "after") or self.body not in (
            None,
            "html",
            "truncated",
            "halved",
        ):
            raise ValueError(f"unknown drop or body: {self.drop}, {self.body}")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError(f"a fault cannot answer with status {self.status}")
        if self.delay_at not in ("before", "after"):
            raise ValueError(f"unknown delay_at: {self.delay_at}")
        if not (self.status is not None or self.delay or self.drop or self.body or self.drip):
            raise ValueError("a fault needs a status, a delay, a drop, a body or a drip")

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule speaks of this call."""
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


class _Rule:
    def __init__(self, fault: Fault) -> None:
        self.fault, self.to_skip, self.left, self.hits = fault, fault.skip, fault.times, 0


class Faults:
    """The rules that are on, first match first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []

    def add(self, fault: Fault) -> Fault:
        """Switch a rule on."""
        with self._lock:
            self._rules.append(_Rule(fault))
        return fault

    def clear(self) -> None:
        """Switch all rules off."""
        with self._lock:
            self._rules.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, if any; it is used up by taking it."""
        with self._lock:
            for rule in self._rules:
                if not rule.fault.matches(method, path) or rule.left == 0:
                    continue
                if rule.to_skip:
                    rule.to_skip -= 1
                    continue
                if rule.left is not None:
                    rule.left -= 1
                rule.hits += 1
                return rule.fault
        return None

    def hits(self, fault: Fault) -> int:
        """How many calls this rule has spoilt so far."""
        with self._lock:
            return sum(rule.hits for rule in self._rules if rule.fault == fault)

    def show(self) -> list[dict[str, Any]]:
        """All rules for the control page, with what is left of them."""
        with self._lock:
            return [{**asdict(rule.fault), "left": rule.left, "hits": rule.hits} for rule in self._rules]

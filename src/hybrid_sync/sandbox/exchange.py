"""One HTTP exchange: what came in, what goes out, and how a call is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """A call as it arrived; the dispatcher adds what it has checked (arguments, query, data, caller)."""

    method: str
    path: str
    pairs: tuple[tuple[str, str], ...] = ()
    """The query as it was sent."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header names in lower case."""
    body: bytes = b""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """The variable parts of the path."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """The query, checked and typed."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The JSON body, checked."""
    caller: Any = None
    """Whoever the token belongs to."""
    acting: str = ""
    """The host for whom the call is made."""

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass(frozen=True)
class Answer:
    """What is sent back: a JSON value, or ready text with its own content type."""

    status: int = 200
    json: Any = None
    text: str | None = None
    content_type: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The call is not accepted; each provider words it in its own error format."""

    def __init__(
        self, status: int, *descriptions: str, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__("; ".join(descriptions))
        self.status = status
        self.descriptions = descriptions
        self.code = code
        self.headers = dict(headers or {})

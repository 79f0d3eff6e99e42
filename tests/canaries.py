"""A net under everything that is logged while the suite runs: a record that shows a secret fails the test that wrote it.

A record is read as the service's own handlers write it, through the RedactingFilter: what is caught here would have
stood in a log file.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from hybrid_sync.http_client import RedactingFilter
from hybrid_sync.sandbox import Sandbox, SandboxOptions

_OPTIONS = SandboxOptions()
WORDS = (
    "canary",
    _OPTIONS.webex_token,
    _OPTIONS.graph_token,
    _OPTIONS.webex_refresh_token,
    _OPTIONS.webex_client_secret,
    _OPTIONS.graph_client_secret,
    _OPTIONS.webex_authorization_code,
    "a-secret-of-more-than-thirty-two-characters",
)
"""What tests plant, in lower case: passwords and secrets with "canary" in them, what the sandbox begins with, the
secret that signs join links."""
SHAPES = (
    re.compile(r"\bBearer\s+(?!\*\*\*)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE),
    re.compile(r"/(?:join|my)/(?!\*\*\*|\{)[\w.~-]{20,}"),
    re.compile(r"integrationJoinToken=(?!\*\*\*)|[?&]MTID=(?!\*\*\*)|joinservice/sites"),
    re.compile(r"[\w.+-]*[\w+-]@(?:[\w-]+\.)+[A-Za-z]{2,}"),
)
"""Bearer tokens, our join links, those of Webex, whole e-mail addresses."""
SHORTEST = 6
"""A generated secret shorter than this may stand anywhere by chance."""

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "exc_text", "taskName"}


class Net(logging.Handler):
    """Keeps the records since the last look; `caught` says where a secret stood, and never the secret itself."""

    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self.seen = 0
        self.sandboxes: list[Sandbox] = []
        self._redact = RedactingFilter()
        self._lines: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.look(record)

    def look(self, record: logging.LogRecord) -> None:
        """Read one record. A copy of it: the filter changes a record, and other handlers must see it as it was."""
        self.seen += 1
        copy = logging.makeLogRecord(dict(record.__dict__))
        self._redact.filter(copy)
        extra = [str(value) for name, value in copy.__dict__.items() if name not in _STANDARD]
        text = " ".join([copy.getMessage(), copy.exc_text or "", copy.stack_info or "", *extra])
        self._lines.append((f"{copy.name}:{copy.lineno}", text))

    @property
    def caught(self) -> list[str]:
        """One line for each record that shows a secret. Setting it forgets them, and the sandboxes that have stopped."""
        words = (*WORDS, *(word.lower() for word in self._made_up()))
        hits = []
        for where, text in self._lines:
            lower = text.lower()
            if any(word in lower for word in words) or any(shape.search(text) for shape in SHAPES):
                hits.append(f"{where} shows a secret")
        return hits

    @caught.setter
    def caught(self, nothing: list[str]) -> None:
        self._lines = []
        self.sandboxes = [one for one in self.sandboxes if one._http._server is not None]

    def _made_up(self) -> Iterator[str]:
        """What the sandboxes of this test made up: tokens, codes, join tokens, meeting passwords."""
        for sandbox in self.sandboxes:
            state = sandbox.state
            with state.lock:
                found = [
                    *state.tokens,
                    *state.app_tokens,
                    *state.refresh_tokens,
                    *state.codes,
                    *state.join_links,
                ]
                found += [str(meeting.fields.get("password", "")) for meeting in state.meetings.values()]
            yield from (word for word in found if len(word) >= SHORTEST)


NET = Net()
"""The one under this process."""


def spread(net: Net) -> None:
    """Put the net under the service's loggers, at every level, and under everybody else's as they are."""
    ours, root = logging.getLogger("hybrid_sync"), logging.getLogger()
    ours.addHandler(net)
    root.addHandler(_Others(net))
    ours.setLevel(logging.DEBUG)
    start: Any = Sandbox.start

    def noted(self: Sandbox) -> Sandbox:
        net.sandboxes.append(self)
        started: Sandbox = start(self)
        return started

    Sandbox.start = noted  # type: ignore[method-assign]


class _Others(logging.Handler):
    """What is not ours: ours has been looked at already."""

    def __init__(self, net: Net) -> None:
        super().__init__(level=logging.NOTSET)
        self._net = net

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "hybrid_sync" and not record.name.startswith("hybrid_sync."):
            self._net.look(record)

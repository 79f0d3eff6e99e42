"""Takes secrets and personal data out of text before it reaches a log or an error message."""

from __future__ import annotations

import logging
import re

_MASK = "***"

# Each pattern keeps what helps to understand the line and masks the rest. Order matters: whole links come before the
# key=value pairs inside them.
_SUBSTITUTIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Our own personal links (design.md 7): /join/<token> and /my/<token>.
    (re.compile(r"(/(?:join|my)/)(?!\*\*\*)[^\s/?#\"'<>)\]},]{6,}"), rf"\1{_MASK}"),
    # Webex: any page of a meeting site lets somebody in (j.php?MTID=, joinservice, meet); webexapis.com is not one.
    (
        re.compile(r"(https?://)(?:[\w-]+\.)+webex\.com/[^\s\"'<>]*", re.IGNORECASE),
        rf"\1{_MASK}.webex.com/{_MASK}",
    ),
    (re.compile(r"(j\.php\?|joinlink|joinservice)[^\s\"'<>]*", re.IGNORECASE), rf"\1{_MASK}"),
    (re.compile(r"\b(MTID|integrationJoinToken|principal)=[^\s&\"'<>]+", re.IGNORECASE), rf"\1={_MASK}"),
    (re.compile(r"\b(Bearer|Basic)\s+(?!\*\*\*)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {_MASK}"),
    (
        re.compile(
            r"""(["']?\b(?:access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|assertion"""
            r"""|host_?key|joinLink|startLink|[a-z_]*password|secret)\b["']?\s*[:=]\s*)"""
            r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s&,;}\])'"]+)""",
            re.IGNORECASE,
        ),
        rf"\1{_MASK}",
    ),
    (re.compile(r"\b(?:eyJ[A-Za-z0-9_-]{10,}\.){2}[A-Za-z0-9_-]*"), _MASK),
    # An address keeps its first letter and its domain: enough to see whose it may be, not enough to write to.
    (
        re.compile(r"([A-Za-z0-9])[A-Za-z0-9.!#$'*+^_`{|}~-]*(@|%40)(?=[A-Za-z0-9-]+\.[A-Za-z0-9.-]+)"),
        rf"\1{_MASK}\2",
    ),
)


def redact(text: str) -> str:
    """`text` without tokens, client secrets, passwords, join links and whole e-mail addresses."""
    for pattern, replacement in _SUBSTITUTIONS:
        text = pattern.sub(replacement, text)
    return text


# A name may hold what moves a terminal's cursor, or ends the line and begins one that we never wrote.
_STEERING = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029]+")


def _on_one_line(text: str) -> str:
    return _STEERING.sub("\ufffd", _LINE_END.sub(" ", text))


_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "exc_text"}
_EXCEPTIONS = logging.Formatter()


class RedactingFilter(logging.Filter):
    """Redacts message, arguments, exception text and extra fields of every record that passes.

    A message comes out as one line without control characters, whatever was put into it (log injection); a trace keeps
    its lines.

    Hang it on handlers: a filter on a logger does not see what its children send up.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _on_one_line(redact(record.getMessage()))
        record.args = None
        if record.exc_info:
            record.exc_text = _EXCEPTIONS.formatException(record.exc_info)
            # A handler that formats the exception by itself would print it in full.
            record.exc_info = None
        if record.exc_text:
            record.exc_text = "\n".join(map(_on_one_line, redact(record.exc_text).split("\n")))
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        for name, value in record.__dict__.items():
            if name not in _STANDARD and isinstance(value, str):
                record.__dict__[name] = _on_one_line(redact(value))
        return True

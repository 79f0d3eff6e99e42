"""Foreign text made fit for headers, calendar objects, mails and tables."""

from __future__ import annotations

import re
import textwrap

# Control characters break headers and calendar lines (icalendar passes them through, calendar.md B4); bidi
# marks let a name turn the text around it; lone surrogates cannot be written as UTF-8. ZWJ and ZWNJ stay:
# emoji and Persian need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\u0085\u2028\u2029]")
_BLANKS = re.compile(r"\s+")
_MANY_EMPTY_LINES = re.compile(r"\n{3,}")
_LINK = re.compile(r"https?://[!-~]+")


def one_line(text: str, most: int = 500) -> str:
    """`text` on one line, without control and bidi characters, blanks as one space, cut at `most`."""
    return shortened(_BLANKS.sub(" ", _cleaned(text)).strip(), most)


def paragraphs(text: str, most: int = 4000) -> str:
    """`text` with its line breaks as \\n, each line like `one_line`, at most one empty line together."""
    lines = (_BLANKS.sub(" ", line).strip() for line in _cleaned(text).split("\n"))
    return shortened(_MANY_EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip(), most)


def shortened(text: str, most: int) -> str:
    """The first `most` characters, the last of them an ellipsis when something was left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def web_address(address: str | None) -> str | None:
    """`address` when it is a plain http or https address, else None: nothing else may become a link."""
    address = (address or "").strip()
    return address if _LINK.fullmatch(address) else None


def wrapped(text: str, *, first: str = "", rest: str = "", columns: int = 72) -> list[str]:
    """`text` in lines of at most `columns` characters; a word that is longer alone (a link) is left whole."""
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        lead = first if number == 0 else rest
        lines += textwrap.wrap(
            line,
            columns,
            initial_indent=lead,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [lead.rstrip()]
    return lines


def _cleaned(text: str) -> str:
    return _UNWANTED.sub("", _LINE_END.sub("\n", text))

"""The title of a page's event: from its main heading, its first lines, the page's title, or its address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from hybrid_sync.intake.characters import bare
from hybrid_sync.intake.dates import find_dates
from hybrid_sync.intake.moments import without
from hybrid_sync.intake.outline import labelled
from hybrid_sync.intake.page_lines import Line, Page
from hybrid_sync.intake.times import find_times, mask

_NOT_A_TITLE = re.compile(
    r"(skip to|you are here|home$|news(room)?$|overview|press releases?$|share|print|search|menu|log ?in|"
    r"thank you|"
    r"external event$|events?$|back to|read more|cookies?|this was \d|(?:\d+|an?|some) (days?|weeks?|"
    r"months?|years?) ago)",
    re.IGNORECASE,
)
_AGO = re.compile(r"\b\d+ (days?|weeks?|months?|years?) ago\b", re.IGNORECASE)
_EVENT_WORD = re.compile(
    r"\b(meeting|conference|session|seminar|webinar|workshop|forum|days?|dialogue|debate|talk|summit|"
    r"infopoint|info day|"
    r"conférence|réunion|séance|journée|konferenz|tagung|veranstaltung|conferencia|conferenza|conferência|"
    r"konferencja|"
    r"konference|konferencia|dny|dnů|den|dan|nap|dag|tag|päivä)\b",
    re.IGNORECASE,
)
# "Title | European Commission": what the site adds to every page title
_SITE = re.compile(r"\s+(?:[|·•»]|::|[-–—](?=\s+(?:European|EU\b|Commission|Events?|Europa\b|DG\b)))\s+.*$")
LONGEST = 300
HEADER_LINES = 8


def find_title(page: Page) -> str | None:
    """The title, None when nothing on the page or in its address could be one."""
    for told in (page.heading, _site_cut(page.page_title), _from_lines(page), from_address(page.source)):
        if told and _could_be(told):
            return told[:LONGEST]
    return None


def _site_cut(title: str | None) -> str | None:
    return _SITE.sub("", title).strip() if title else None


def _could_be(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", text)) and not _NOT_A_TITLE.match(text) and not _AGO.search(text)


def _from_lines(page: Page) -> str | None:
    """The best of the first lines, before the first paragraph, label or list."""
    head = _head(page.lines)
    scored = [(_score(page, head, number), -number) for number, line in enumerate(head) if _fits(line)]
    if not scored:
        return None
    number = -max(scored)[1]
    title = head[number].text
    if title.endswith(":") and number + 1 < len(head) and _fits(head[number + 1]):
        title = f"{title} {head[number + 1].text}"
    return title


def _head(lines: Sequence[Line]) -> list[Line]:
    head: list[Line] = []
    for line in lines[:HEADER_LINES]:
        is_paragraph = len(line.text) > 220 or (line.text.endswith(".") and len(line.text) > 80)
        if is_paragraph or line.bullet or labelled(line)[0]:
            break
        head.append(line)
    return head


def _fits(line: Line) -> bool:
    dated = _is_date(line.text) or find_times(line.text)
    return _could_be(line.text) and not dated and not line.text.endswith((".", "…"))


def _is_date(text: str) -> bool:
    times = find_times(text)
    dates = find_dates(text, masked=mask(text, times))
    return bool(dates or times) and not re.search(r"[^\W\d_]{4,}", without(text, [*dates, *times]))


def _score(page: Page, head: Sequence[Line], number: int) -> int:
    text = head[number].text
    slug = {
        bare(word) for word in re.split(r"[-_/ ]", unquote(urlsplit(page.source or "").path)) if len(word) > 2
    }
    title_words = {bare(word) for word in text.split() if len(word) > 2}
    score = 1 if number == 0 else 0
    if title_words and len(title_words & slug) >= 0.6 * len(title_words):
        score += 3
    if sum(line.text == text for line in head) > 1:
        score += 2
    if number + 1 < len(head) and _is_date(head[number + 1].text):
        score += 2
    words = len(text.split())
    return score + (1 if words >= 4 else 0) + (1 if _EVENT_WORD.search(text) else 0) - (1 if words < 2 else 0)


def from_address(source: str | None) -> str | None:
    """The words of an address: ".../events/safer-borders-2024-03-13_en" gives "Safer borders"."""
    path = unquote(urlsplit(source or "").path)
    slug = next((part for part in reversed(path.split("/")) if re.search(r"[^\W\d_]{3,}", part)), "")
    slug = re.sub(r"\.(html?|php|aspx?)$", "", slug)
    slug = re.sub(r"(?:[-_](?:19|20)\d{2}-\d{2}-\d{2}.*|_[a-z]{2})$", "", slug)
    words = [word for word in re.split(r"[-_+ ]+", slug) if word]
    if len(words) < 3 or sum(word.isdigit() for word in words) > len(words) / 2:
        return None
    title = " ".join(words)
    return title[0].upper() + title[1:]

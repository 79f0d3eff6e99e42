"""An HTML page as lines, without its navigation, scripts, forms and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from hybrid_sync.intake.characters import clean, one_line
from hybrid_sync.intake.page_lines import Line, Link, Page, page_of_text, readable, split_questions

_NOT_CONTENT = (
    "script", "style", "noscript", "template", "nav", "footer", "aside", "svg", "iframe", "select", "option",
    "input", "textarea", "head", "dialog", "object", "canvas", "audio", "video",
)  # fmt: skip
_NOT_CONTENT_ROLES = ("navigation", "contentinfo", "search", "dialog", "alertdialog", "menu", "complementary")
_NOT_CONTENT_NAMES = re.compile(
    r"(?:^|[-_ ])(breadcrumbs?|cookies?(?:-?(?:banner|consent|notice))?|navigation|navbar|menu|site-header|"
    r"site-footer|"
    r"language-(?:list|selector|switcher)|skip-link|social-share|share-buttons|sidebar|visually-hidden|"
    r"sr-only)(?:$|[-_ ])",
    re.IGNORECASE,
)
_BLOCKS = frozenset([
    "address", "article", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr", "ul", "br",
])  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BULLETS = frozenset(("li", "dt", "dd", "td", "th"))
# XHTML pages begin so; Beautiful Soup would warn that they are XML.
_XML_LINE = re.compile(r"^\s*<\?xml[^>]*>")
DEEPEST = 400
"""Elements nested deeper than this are taken as plain text: no page is, and Python's stack is finite."""


def page_of_html(text: str, source: str | None = None) -> Page:
    """The page in `text`: lines of its main part, title, main heading; links made absolute by `source`."""
    markup = _XML_LINE.sub("", clean(text))
    if "<" not in markup:
        return page_of_text(markup, source)
    soup = BeautifulSoup(markup, "html.parser")
    page_title = _page_title(soup)
    root = _main_part(soup)
    _remove_what_is_no_content(root)
    lines = tuple(_Walk(source).lines(root))
    links = tuple(link for line in lines for link in line.links)
    first = root.find("h1") or soup.find("h1")
    heading = one_line(first.get_text(" ")) if isinstance(first, Tag) else None
    return Page(lines, source=source, page_title=page_title, heading=heading or None, links=links)


def _page_title(soup: BeautifulSoup) -> str | None:
    shared = soup.find("meta", attrs={"property": "og:title"})
    content = shared.get("content") if isinstance(shared, Tag) else None
    if isinstance(content, str) and content.strip():
        return one_line(content)
    title = soup.find("title")
    return one_line(title.get_text()) or None if isinstance(title, Tag) else None


def _main_part(soup: BeautifulSoup) -> Tag:
    """<main> if the page has one with text, else its only <article>, else all of it."""
    for selector in ("main", "[role=main]", "article"):
        found = soup.select(selector)
        if len(found) == 1 and len(found[0].get_text(strip=True)) > 80:
            return found[0]
    return soup


def _remove_what_is_no_content(root: Tag) -> None:
    for tag in root.find_all(_is_no_content):
        if not tag.decomposed:
            tag.decompose()


def _is_no_content(tag: Tag) -> bool:
    if tag.name in _NOT_CONTENT or tag.get("role") in _NOT_CONTENT_ROLES:
        return True
    if tag.has_attr("hidden") or tag.get("aria-hidden") == "true":
        return True
    if re.search(r"display\s*:\s*none", str(tag.get("style") or "")):
        return True
    if tag.name in ("html", "body", "main", "article"):
        return False
    told = " ".join(str(name) for key in ("class", "id") for name in tag.get_attribute_list(key) if name)
    return bool(told.strip()) and _is_named_so(tag, told)


def _is_named_so(tag: Tag, names: str) -> bool:
    # A wrapper around the whole page may be called "has-sidebar"; what holds the main heading is content.
    return _NOT_CONTENT_NAMES.search(names) is not None and tag.find(["h1", "main"]) is None


class _Walk:
    """Collects text until a block begins or ends; what was collected is a line."""

    def __init__(self, source: str | None) -> None:
        self.source = source
        self.text: list[str] = []
        self.links: list[Link] = []

    def lines(self, root: Tag) -> Iterator[Line]:
        yield from self._element(root, frozenset(), 0)
        yield from self._flush(frozenset())

    def _element(self, element: PageElement, inside: frozenset[str], depth: int) -> Iterator[Line]:
        if isinstance(element, NavigableString):
            # Comments, doctypes and CDATA are strings too, but nobody sees them.
            if not isinstance(element, PreformattedString):
                self.text.append(str(element))
            return
        if not isinstance(element, Tag):
            return
        if depth > DEEPEST:
            self.text.append(element.get_text(" "))
            return
        block = element.name in _BLOCKS
        if block:
            yield from self._flush(inside)
        within = inside | {element.name}
        start = len(self.text)
        for child in element.children:
            yield from self._element(child, within, depth + 1)
        if element.name == "a":
            self._link(element, "".join(self.text[start:]))
        if block:
            yield from self._flush(within)

    def _link(self, element: Tag, text: str) -> None:
        href = element.get("href")
        if not isinstance(href, str):
            return
        try:
            address = urljoin(self.source or "", href.strip())
            scheme = urlsplit(address).scheme
        except ValueError:
            return  # "http://[": no address that a browser would open either
        if scheme in ("http", "https"):
            self.links.append(Link(one_line(text), address))

    def _flush(self, inside: frozenset[str]) -> Iterator[Line]:
        text = readable("".join(self.text))
        links, self.text, self.links = tuple(self.links), [], []
        if not text:
            return
        heading = bool(inside & _HEADINGS)
        bullet = bool(inside & _BULLETS) and not heading
        for number, part in enumerate(split_questions(text)):
            yield Line(part, bullet=bullet, heading=heading, links=links if number == 0 else ())

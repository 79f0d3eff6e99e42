"""Whatever people type into names, titles and descriptions: no header, line or control character gets in."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_sync.domain.ledger import Method
from hybrid_sync.domain.people import Mode
from hybrid_sync.render.text import one_line, paragraphs

# Everything, lone surrogates too, with the nasty ones often.
TYPED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\0\x0b\x85\u2028\u202e\u200f\ufeff\ud800;:,\"'\\^=?<>@ {}%é😀"),
    ),
    max_size=120,
)
UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "Content-Language", "List-Unsubscribe", "MIME-Version", "Content-Type",
]  # fmt: skip
OURS = {
    "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "p", "h1", "h2", "s", "ul", "li", "a",
    "br", "span", "strong",
}  # fmt: skip
"""Every element that a mail is made of."""


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "background")}


@settings(max_examples=120, deadline=None)
@given(
    title=TYPED, first=TYPED, last=TYPED, venue=TYPED, description=TYPED, sender=TYPED, old_title=TYPED,
    mode=st.sampled_from(Mode), method=st.sampled_from(Method), language=st.sampled_from(["en", "fr"]),
    update=st.booleans(),
)  # fmt: skip
def test_no_text_gets_out_of_its_place(
    make: SimpleNamespace, reading: SimpleNamespace, title: str, first: str, last: str, venue: str,
    description: str, sender: str, old_title: str, mode: Mode, method: Method, language: str, update: bool,
) -> None:  # fmt: skip
    event = make.event(title=title, venue=venue, description=description)
    person = make.person(first_name=first, last_name=last, mode=mode, language=language)
    before = replace(make.wanted(event, person).facts, title=old_title) if update else None
    wanted = make.wanted(event, person, method=method, before=before)
    desk = type(make.sender)(sender, "events@example.eu")
    raw = make.composed(event, wanted, sender=desk)
    assert raw == make.composed(event, wanted, sender=desk)

    assert re.search(rb"[^\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n", raw) is None
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    message = reading.message(raw)
    told = [name for name in HEADERS if name != "List-Unsubscribe" or method is not Method.CANCEL]
    assert message.keys() == told
    assert reading.mailbox(raw, "To") == (one_line(person.name), "zoe@example.org")
    assert reading.mailbox(raw, "From") == (one_line(sender), "events@example.eu")

    leaves = reading.parts(raw)
    for kind in ("text/plain", "text/html"):
        text = leaves[kind].decode()
        assert UNWANTED.search(text.replace("\r\n", "")) is None
    page = Tags()
    page.feed(leaves["text/html"].decode())
    assert page.links <= {make.link, make.page, make.own_page}
    assert page.tags <= OURS
    fields = reading.fields(leaves["text/calendar"])
    assert UNWANTED.search(str(fields)) is None
    assert reading.unescaped(fields["SUMMARY"][1]) == (one_line(title, 1000) or "ev-1")
    assert fields["ATTENDEE"][1] == "mailto:zoe@example.org"
    assert fields["ORGANIZER"][1] == "mailto:events@example.eu"


@given(TYPED)
def test_one_line_is_one_line_and_stays_the_same_when_done_twice(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert UNWANTED.search(line) is None
    assert one_line(line) == line
    assert len(one_line(text * 20)) <= 500


@given(TYPED)
def test_paragraphs_hold_newlines_and_nothing_worse(text: str) -> None:
    done = paragraphs(text)
    assert "\n\n\n" not in done
    assert UNWANTED.search(done.replace("\n", "")) is None
    assert paragraphs(done) == done


def test_emoji_and_persian_joiners_stay_whole() -> None:
    assert one_line("👩‍👧  می\u200cخواهم") == "👩‍👧 می\u200cخواهم"


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: all@example.org",
        "Eve\nContent-Type: text/html\n\n<script>alert(1)</script>",
        "Eve\r\n.\r\nMAIL FROM:<x@example.org>",
        "Eve\x00\x08\x1b[31m",
        "\u202eevE\u2066\u200f",
        "\u2028Bcc: a@b.eu\u2029\x85\x0b\x0c",
        'O"Brien, Conan (Dr.); "quoted" \\',
        "a:b;c,d\\nE\\,",
        "BEGIN:VALARM\nEND:VEVENT",
        "👩‍👩‍👧 Ünï 🏳️‍🌈",
        "=?utf-8?q?=0D=0ABcc:_x=40example.org?=",
        "x" * 500,
        "é" * 500,
        "{title} {when} %s {0.__class__}",
        "{{ 7 * 7 }}{% include 'base.html' %}",
        "\ud800broken",
        "--=_mixed_0--",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_name_that_tries_something_stays_a_name(
    make: SimpleNamespace, reading: SimpleNamespace, name: str, language: str
) -> None:
    event = make.event()
    person = make.person(first_name=name, last_name="", language=language)
    raw = make.composed(event, make.wanted(event, person))
    shown = one_line(name)
    message = reading.message(raw)
    assert message.keys() == HEADERS
    assert len(list(message.walk())) == 6
    assert reading.mailbox(raw, "To") == (shown, "zoe@example.org")
    leaves = reading.parts(raw)
    plain = " ".join(leaves["text/plain"].decode().split())
    assert " ".join(shown.split()) in plain
    assert f"{'Dear' if language == 'en' else 'Bonjour'} " in plain
    lines = reading.content_lines(leaves["text/calendar"])
    assert [line for line in lines if line.startswith(("BEGIN:", "END:"))].count("BEGIN:VEVENT") == 1
    assert not any("VALARM" in line for line in lines if line.startswith(("BEGIN:", "END:")))
    assert leaves["text/calendar"] == leaves["application/ics"]


def test_a_link_that_was_typed_is_no_link_of_the_mail(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    """Mail programs make links of such words; the mail itself does not."""
    event = make.event(description="See https://evil.example/ <a href='https://evil.example'>here</a>")
    person = make.person(first_name="https://evil.example/", last_name="</p><a href=//evil.example>")
    page = Tags()
    page.feed(reading.parts(make.composed(event, make.wanted(event, person)))["text/html"].decode())
    assert page.links == {make.link, make.page, make.own_page}

"""Whatever people type into names, titles and descriptions: no header, line or control character gets in."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_sync.domain.invitations import Method
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
    "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip


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
    assert message.keys() == HEADERS
    assert reading.mailbox(raw, "To") == (one_line(person.name), "zoe@example.org")
    assert reading.mailbox(raw, "From") == (one_line(sender), "events@example.eu")

    leaves = reading.parts(raw)
    for kind in ("text/plain", "text/html"):
        text = leaves[kind].decode()
        assert UNWANTED.search(text.replace("\r\n", "")) is None
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

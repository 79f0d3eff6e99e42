from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest

from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.invitations import facts_for
from hybrid_sync.domain.ledger import Method
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.errors import InputError
from hybrid_sync.render.invitation import compose


def transcript(reading: SimpleNamespace, raw: bytes) -> str:
    """Headers, plain text and calendar object as one readable text."""
    message = reading.message(raw)
    heads = "".join(f"{name}: {value}\n" for name, value in message.items() if name != "Content-Type")
    leaves = reading.parts(raw)
    plain = leaves["text/plain"].decode().replace("\r\n", "\n")
    ics = leaves["text/calendar"].decode().replace("\r\n", "\n")
    entry = ics[ics.index("BEGIN:VEVENT") :].removesuffix("END:VCALENDAR\n")
    return f"{heads}\n{plain}\n{entry}"


def told_before(make: SimpleNamespace, person: Any) -> Any:
    event = make.event(
        "2027-06-08T14:00", "2027-06-08T15:30", title="Clean water", venue="Charlemagne building"
    )
    return facts_for(event, person, "https://events.example.eu/join/old")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", ["invitation", "room", "update", "cancellation"])
def test_a_message_reads_as_a_person_found_right(
    make: SimpleNamespace, reading: SimpleNamespace, golden: Callable[[str], str], kind: str, language: str
) -> None:
    mode = Mode.ONLINE if kind in ("invitation", "update") else Mode.ROOM
    person = make.person(language=language, mode=mode)
    event, more = make.event(), {}
    if kind == "update":
        more = {"before": told_before(make, person), "sequence": 1}
    if kind == "cancellation":
        event = replace(event, state=EventState.CANCELLED)
        more = {"method": Method.CANCEL, "sequence": 2}
    raw = make.composed(event, make.wanted(event, person, **more))
    assert transcript(reading, raw) == golden(f"{kind}.{language}.txt")


def test_a_whole_message_is_byte_for_byte_as_read(
    make: SimpleNamespace, golden: Callable[[str], str]
) -> None:
    event = make.event()
    raw = make.composed(event, make.wanted(event, make.person()))
    assert raw.decode("ascii").replace("\r\n", "\n") == golden("invitation.en.eml")


def test_the_parts_are_where_clients_look_for_them(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    event = make.event()
    message = reading.message(make.composed(event, make.wanted(event, make.person())))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    *_, calendar, copy = message.walk()
    assert calendar["Content-Type"] == 'text/calendar; charset="UTF-8"; method="REQUEST"'
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert copy["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert calendar.get_payload(decode=True) == copy.get_payload(decode=True)
    assert "Reply-To" not in message


def test_the_mime_method_is_that_of_the_calendar_object(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event()
    raw = make.composed(event, make.wanted(event, make.person(), method=Method.CANCEL, sequence=1))
    *_, calendar, _ = reading.message(raw).walk()
    assert calendar.get_param("method") == "CANCEL"
    assert b"METHOD:CANCEL\r\n" in calendar.get_payload(decode=True)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (RegistrantStatus.WITHDRAWN, "Your registration has been withdrawn from:"),
        (RegistrantStatus.REJECTED, "We are sorry that we cannot offer you a place at:"),
        (RegistrantStatus.WAITLISTED, "You have no confirmed place at the moment at:"),
        (
            RegistrantStatus.APPROVED,
            "This invitation no longer counts, because your registration was changed:",
        ),
    ],
)
def test_a_cancellation_says_why_and_never_carries_a_link(
    make: SimpleNamespace, reading: SimpleNamespace, status: RegistrantStatus, words: str, mode: Mode
) -> None:
    event = make.event()
    person = make.person(status=status, mode=mode, email="new@example.org")
    wanted = replace(make.wanted(event, person, method=Method.CANCEL, sequence=1), email="old@example.org")
    leaves = reading.parts(make.composed(event, wanted))
    assert words in leaves["text/plain"].decode()
    for leaf in leaves.values():
        assert b"/join/" not in leaf
        assert b"/my/" not in leaf
        assert b"new@" not in leaf  # the old address may belong to somebody else by now


def changes_told(
    make: SimpleNamespace, reading: SimpleNamespace, before: dict[str, Any], **person: Any
) -> list[str]:
    event = make.event()
    now = make.person(**person)
    wanted = make.wanted(event, now, before=replace(facts_for(event, now, make.link), **before), sequence=1)
    leaves = reading.parts(make.composed(event, wanted))
    lines = leaves["text/plain"].decode().replace("\r\n", "\n").replace("\n  ", " ").split("\n")
    html = leaves["text/html"].decode()
    told = [line[2:] for line in lines if line.startswith("- ")]
    assert html.count("<li ") == len(told) > 0
    return told


def test_an_update_says_what_changed(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    time = {
        "starts": "2027-03-26T10:00:00+01:00",
        "ends": "2027-03-26T11:00:00+01:00",
        "starts_utc": "2027-03-26T09:00:00+00:00",
        "ends_utc": "2027-03-26T10:00:00+00:00",
    }
    moved = (
        "Time: moved from Friday 26 March 2027, 10:00 - 11:00 (CET) to "
        "Wednesday 9 June 2027, 10:00 - 11:30 (CEST)"
    )
    assert changes_told(make, reading, time) == [moved]
    assert changes_told(make, reading, time | {"title": "Old"}) == [
        moved,
        "Title: “Old” is now “Clean water, safe schools”",
    ]
    assert changes_told(make, reading, {"join_link": "https://x.eu/join/o"}) == [
        "Your link to join is new: please use only the one below"
    ]
    assert changes_told(make, reading, {"mode": "room", "place": "Hall 1", "join_link": None}) == [
        "You now take part online"
    ]
    assert changes_told(make, reading, {"mode": "online"}, mode=Mode.ROOM) == ["You now take part on site"]
    assert changes_told(make, reading, {"place": "Hall 1"}, mode=Mode.ROOM) == [
        "Place: moved from Hall 1 to InfoPoint, Rue de la Loi 43, Brussels, Belgium"
    ]
    assert changes_told(make, reading, {"place": ""}, mode=Mode.ROOM) == [
        "Place: InfoPoint, Rue de la Loi 43, Brussels, Belgium"
    ]
    assert changes_told(make, reading, {"language": "fr"}) == ["Messages to you are now in English"]


def test_a_change_of_law_is_told_as_a_change_of_utc(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    law = {
        "starts": "2027-06-09T10:00:00+01:00",
        "ends": "2027-06-09T11:30:00+01:00",
        "starts_utc": "2027-06-09T09:00:00+00:00",
        "ends_utc": "2027-06-09T10:30:00+00:00",
    }
    assert changes_told(make, reading, law) == [
        "Time in UTC: from 09:00 - 10:30 UTC to 08:00 - 09:30 UTC; the local time stays the same"
    ]


def test_an_unknown_language_is_written_to_in_english(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event()
    for language in ("nl", "", "x-klingon", "EN_gb"):
        message = reading.message(make.composed(event, make.wanted(event, make.person(language=language))))
        assert message["Subject"].startswith("Invitation: Clean water")
        assert message["Content-Language"] == "en"


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Müller",
        "O'Brien, Conan (Dr.)",
        'The "Boss" \\ Smith',
        "Γιώργος Παπαδόπουλος " * 20,
        "👩‍👩‍👧 Family",
        "=?utf-8?b?QmFk?=",
        "X" * 500,
        "J. R. Smith <evil@example.com>, Other",
        "a@b.example",
    ],
)
def test_a_name_survives_the_address_header(
    make: SimpleNamespace, reading: SimpleNamespace, name: str
) -> None:
    event = make.event()
    raw = make.composed(event, make.wanted(event, make.person(first_name=name, last_name="")))
    assert reading.mailbox(raw, "To") == (name.strip()[:500], "zoe@example.org")


def test_line_breaks_in_names_and_titles_open_no_header(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event(title="Water\r\nBcc: all@example.org\n\nBody")
    person = make.person(first_name="Eve\nBcc: x@example.org")
    message = reading.message(make.composed(event, make.wanted(event, person)))
    assert "Bcc" not in message
    assert message["Subject"].startswith("Invitation: Water Bcc: all@example.org Body, ")
    assert message["To"].addresses[0].display_name == "Eve Bcc: x@example.org Müller"


class Reader(HTMLParser):
    """Tags, links and text of a page; fails on anything that loads or runs."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
        assert not any(name.startswith("on") or name == "src" for name, _ in attrs)
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_html_is_readable_by_machines_and_loads_nothing(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event(title="<script>alert(1)</script> & co", description='<img src="https://x/1.gif">')
    raw = make.composed(event, make.wanted(event, make.person(language="fr")))
    html = reading.parts(raw)["text/html"].decode()
    page = Reader()
    page.feed(html)
    page.close()
    assert '<html lang="fr">' in html
    assert page.tags.count("h1") == 1
    assert page.links == [make.link, make.page, make.own_page]
    assert "<script>alert(1)</script> & co" in page.words
    assert '<img src="https://x/1.gif">' in page.words
    assert "url(" not in html


def test_plain_text_keeps_to_72_columns_but_for_links(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event(title="A rather long title " * 12, description="word " * 500)
    before = told_before(make, make.person())
    for more in ({}, {"before": before, "sequence": 1}):
        plain = reading.parts(make.composed(event, make.wanted(event, make.person(), **more)))["text/plain"]
        lines = plain.decode().split("\r\n")
        assert all(len(line) <= 72 for line in lines if not line.startswith("https://"))
        assert not any(line != line.rstrip() for line in lines)


def test_a_broken_message_id_or_stamp_is_a_mistake(make: SimpleNamespace) -> None:
    event = make.event()
    wanted = make.wanted(event, make.person())
    for broken in ("a@b", "<a b@c>", "<a@b>\r\nX: 1", "<>", "<a@b> <c@d>"):
        with pytest.raises(ValueError, match="Message-ID"):
            make.composed(event, wanted, message_id=broken)
    with pytest.raises(ValueError, match="zone"):
        make.composed(event, wanted, stamp=datetime(2027, 1, 1))  # noqa: DTZ001


def test_an_address_that_no_header_can_hold_is_refused(make: SimpleNamespace) -> None:
    event = make.event()
    wanted = replace(make.wanted(event, make.person()), email="a@b, c@d")
    with pytest.raises(InputError, match="mail address"):
        compose(event, wanted, stamp=make.stamp, message_id="<a@b>", sender=make.sender, public_url=None)


class Tables(HTMLParser):
    """Every element with its attributes, and the tables that an element stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_html_is_laid_out_for_outlook_and_for_screen_readers(
    make: SimpleNamespace, reading: SimpleNamespace, language: str
) -> None:
    event, person = make.event(), make.person(language=language, mode=Mode.ROOM)
    wanted = make.wanted(event, person, before=told_before(make, person), sequence=1)
    html = reading.parts(make.composed(event, wanted))["text/html"].decode()
    page = Tables()
    page.feed(html)
    page.close()
    assert page.open == []
    layout = [attrs for tag, attrs in page.seen if tag == "table" and attrs.get("role") == "presentation"]
    told = [attrs for tag, attrs in page.seen if tag == "table" and "role" not in attrs]
    assert len(layout) == 3  # the page, the card, what has changed
    assert len(told) == 1  # when, where, code: a real table with row headers
    assert [attrs["scope"] for tag, attrs in page.seen if tag == "th"] == ["row"] * 3
    sizes = [int(size) for size in re.findall(r"font-size:(\d+)px", html)]
    assert min(sizes) >= 14
    assert "<!--[if mso]><table" in html  # Word lays out by tables of a fixed width
    assert html.count("[if mso]") == html.count("<![endif]") == 2
    assert "background-image" not in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2, 1.4.3)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_text_can_be_read_on_its_ground_by_day_and_by_night(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event, person = make.event(), make.person()
    wanted = make.wanted(event, person, before=told_before(make, person), sequence=1)
    html = reading.parts(make.composed(event, wanted))["text/html"].decode()
    style, body = html.split("</style>")
    by_day = {
        name: dict(re.findall(r"(?<![\w-])(color|background):(#[0-9a-f]{6})", "".join(found)))
        for name in ("card", "ink", "quiet", "marked", "act", "link")
        if (found := re.findall(rf'class="(?:\w+ )*{name}(?: \w+)*"[^>]*?style="([^"]*)"', body))
    }
    by_night = {
        name: dict(re.findall(r"(?<![\w-])(color|background): (#[0-9a-f]{6})", rules))
        for name, rules in re.findall(r"\.(\w+) \{([^}]*)\}", style)
    }
    for colours in (by_day, by_night):
        card, marked = colours["card"]["background"], colours["marked"]["background"]
        for name, ground in (("ink", card), ("quiet", card), ("link", card), ("ink", marked)):
            assert contrast(colours[name]["color"], ground) >= 4.5, (name, ground)
        assert contrast(colours["act"]["color"], colours["act"]["background"]) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_somebody_in_the_room_is_told_their_code_and_somebody_online_is_not(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event()
    for mode, told in ((Mode.ROOM, True), (Mode.ONLINE, False)):
        leaves = reading.parts(make.composed(event, make.wanted(event, make.person(mode=mode))))
        for kind in ("text/plain", "text/html"):
            assert (door_code("r-1") in leaves[kind].decode()) is told


def test_the_own_page_stands_in_the_mail_alone_and_never_in_the_calendar_object(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event()
    raw = make.composed(event, make.wanted(event, make.person()))
    leaves = reading.parts(raw)
    assert make.own_page in leaves["text/plain"].decode().splitlines()
    assert f'href="{make.own_page}"' in leaves["text/html"].decode()
    assert b"/my/" not in leaves["text/calendar"]
    message = reading.message(raw)
    assert message["List-Unsubscribe"] == f"<{make.own_page}>"
    # One press in a mail program must not take a place away: no RFC 8058 one-click.
    assert "List-Unsubscribe-Post" not in message


def test_without_an_own_page_the_mail_asks_for_an_answer(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event()
    raw = make.composed(event, make.wanted(event, make.person()), own_page=None)
    assert "List-Unsubscribe" not in reading.message(raw)
    plain = reading.parts(raw)["text/plain"].decode()
    assert "please answer this message" in plain
    assert "withdraw" not in plain


def test_a_cancellation_offers_no_page_to_withdraw_on(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    event = make.event()
    raw = make.composed(event, make.wanted(event, make.person(), method=Method.CANCEL, sequence=1))
    assert "List-Unsubscribe" not in reading.message(raw)


def test_a_times_range_in_a_mail_is_in_the_events_zone_with_the_name_of_that_day_and_in_utc(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    for starts, ends, told, utc in (
        ("2027-01-13T14:00", "2027-01-13T15:30", "14:00 - 15:30 (CET)", "13:00 - 14:30 UTC"),
        ("2027-07-14T14:00", "2027-07-14T15:30", "14:00 - 15:30 (CEST)", "12:00 - 13:30 UTC"),
        ("2027-03-28T01:00", "2027-03-28T04:00", "01:00 (CET) - 04:00 (CEST)", "00:00 - 02:00 UTC"),
        ("2027-10-31T02:30", "2027-10-31T05:00", "02:30 (CEST) - 05:00 (CET)", "00:30 - 04:00 UTC"),
    ):
        event = make.event(starts, ends, folds=(0 if "02:30" in starts else None, None))
        leaves = reading.parts(make.composed(event, make.wanted(event, make.person())))
        for kind in ("text/plain", "text/html"):
            text = leaves[kind].decode()
            assert told in text
            assert utc in text

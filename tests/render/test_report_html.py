from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

from hybrid_sync.domain.attendance import Segment, Suggestion
from hybrid_sync.render.report_background import Background
from hybrid_sync.render.report_html import attendance_html

VOID = {"meta", "br", "path", "rect"}


class Outline(HTMLParser):
    """Checks nesting, and keeps headings, cells and words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.rows: list[list[str]] = []
        self.ids: list[str] = []
        self.named_by: list[str] = []
        self.anchors: list[str] = []
        self.heads: list[str | None] = []
        self.captions = 0
        self.words = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "link", "iframe", "form", "object"}
        given = dict(attrs)
        if tag == "a":
            assert set(given) == {"href"}
            self.anchors.append((given["href"] or "").removeprefix("#"))
        if tag == "svg":
            assert given.get("role") == "img" or given.get("aria-hidden") == "true"
        if tag == "th":
            self.heads.append(given.get("scope"))
        self.captions += tag == "caption"
        self.ids += [given["id"] or ""] if "id" in given else []
        self.named_by += (given.get("aria-labelledby") or "").split()
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"h1", "h2"}:
            self.headings.append("")
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data
        if self.open and self.open[-1] in {"h1", "h2"}:
            self.headings[-1] += data
        elif {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def test_the_report_says_who_was_there_and_what_is_not_certain(make: SimpleNamespace) -> None:
    page = Outline(attendance_html(make.report()))
    assert page.headings == [
        "Clean water, safe schools",
        "People present over time",
        "Arrivals and departures",
        "By mode, organisation and language",
        "Attended (3)",
        "Registered, did not come (1)",
        "Seen, not identified (1)",
        "What is not certain",
        "How this was measured",
        "The pictures in numbers",
    ]
    assert ["Bob Nowak", "Enabel", "room", "90", "–", "90", "100\u00a0%", "10:00", "11:30"] in page.rows
    assert ["Eva", "", "online", "85", "15", "70", "94\u00a0%", "10:05", "11:40"] in page.rows
    assert ["Dan Óla", "Enabel", "room"] in page.rows
    assert ["iPhone 12", "45", "45", "–", "50\u00a0%", "10:10", "10:55", ""] in page.rows
    assert ["10:10", "3", "1", "4"] in page.rows
    assert ["10:10", "1", "0"] in page.rows
    assert ["room", "2", "1", "50", "0", "1", "0", "1"] in page.rows
    assert ["Enabel", "3", "2", "67", "1", "1", "0", "1"] in page.rows
    assert ["not told", "1", "1", "100", "0", "0", "1", "0"] in page.rows
    assert "Wednesday 9 June 2027, 10:00 - 11:30 (CEST)" in page.words
    assert "Eva: no leave time, counted to the end" in page.words
    assert "Figures as of Wednesday 9 June 2027, 14:00 (CEST)." in page.words
    assert "From 2 runs of the meeting or files: door.csv, run-1." in page.words
    assert "Not counted, as hosts: Desk." in page.words


def test_everybody_reads_it_in_their_own_language(make: SimpleNamespace) -> None:
    html = attendance_html(
        make.report(make.event(languages=("en",))), "fr", Background(applied=6, present_minutes=30)
    )
    page = Outline(html)
    assert '<html lang="fr">' in html
    assert '<h1 lang="en">Clean water, safe schools</h1>' in html
    assert "Présents (3)" in page.headings
    assert "mercredi 9 juin 2027, 10:00 - 11:30 (CEST)" in page.words
    assert "Eva\u00a0: pas d'heure de départ, compté jusqu'à la fin" in page.words
    assert "plus 2 sans place" in page.words
    assert "Qui est resté moins de 30 minutes compte comme présent en partie." in page.words
    assert ["en ligne", "2", "2", "100", "1", "0", "1", "0"] in page.rows
    assert '<html lang="en">' in attendance_html(make.report(), "xx")


def test_no_english_is_left_in_the_french_report(make: SimpleNamespace) -> None:
    """Two words that both languages write alike, and what people wrote themselves, are all that may stay."""
    report = make.report()
    told = [
        set(re.findall(r"[A-Za-z]{4,}", Outline(attendance_html(report, code)).words))
        for code in ("en", "fr")
    ]
    css = set(re.findall(r"[A-Za-z]{4,}", attendance_html(report).partition("</style>")[0]))
    typed = {
        "Clean",
        "water",
        "safe",
        "schools",
        "InfoPoint",
        "Brussels",
        "Belgium",
        "Nowak",
        "Enabel",
        "iPhone",
    }
    alike = {"Webex", "CEST", "Organisation", "organisation", "Mode", "mode", "Minutes", "minutes", "certain"}
    assert told[0] & told[1] - css <= typed | alike | {"UTCInfoPoint", "door", "Desk"}


def test_walk_ins_and_suggestions_stand_in_the_report(make: SimpleNamespace) -> None:
    report = make.report()
    dan = Suggestion(report.no_shows[0], "a similar name; pressed their join link 2 min before")
    report = replace(
        report,
        walk_ins=(replace(report.unmatched[0], name="Petra", verdict="walk-in"),),
        unmatched=(replace(report.unmatched[0], suggestions=(dan,)),),
        ran_it=(make.person(id="r-9", first_name="Ida"),),
        room_systems=("Room kit",),
        held=False,
    )
    page = Outline(attendance_html(report, "en"))
    assert "Walk-ins (1)" in page.headings
    assert ["Petra", "45", "45", "–", "50\u00a0%", "10:10", "10:55"] in page.rows
    assert page.rows[page.rows.index(["Petra", "45", "45", "–", "50\u00a0%", "10:10", "10:55"]) + 4][-1] == (
        "Dan Óla (a similar name; pressed their join link 2 min before)"
    )
    assert "Registered, but ran the meeting: Ida Müller." in page.words
    assert "Not counted, as devices of the room: Room kit." in page.words
    assert "The online meeting was never started." in page.words
    french = Outline(attendance_html(report, "fr")).words
    assert "Dan Óla (un nom semblable; a activé son lien 2 min avant)" in french


def test_the_file_stands_alone_and_is_readable_by_machines(make: SimpleNamespace) -> None:
    html = attendance_html(make.report())
    page = Outline(html)
    assert '<html lang="en">' in html
    assert set(page.named_by) <= set(page.ids)
    assert page.anchors
    assert set(page.anchors) <= set(page.ids)
    assert set(page.heads) == {"col", "row"}
    assert page.captions == html.count("<table>") > 4
    assert len(page.ids) == len(set(page.ids))
    assert set(re.findall(r"https?://[^\"' ]+", html)) == {
        "http://www.w3.org/2000/svg"
    }  # a name, not an address
    assert "url(" not in html
    assert "@import" not in html
    assert "example.org" not in html  # mail addresses stay in the CSV
    assert '<desc id="curve-desc">At most 4 at once, at 10:10 (CEST).' in html


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_and_lines_stand_out_from_the_ground(make: SimpleNamespace) -> None:
    html = attendance_html(make.report())
    for name in ("ink", "soft", "link"):
        colour = re.search(rf"--{name}: (#\w+)", html)
        assert colour
        assert contrast(colour[1], "#ffffff") >= 4.5
        assert contrast(colour[1], "#f3f5f8") >= 4.5
    for stroke in ("#0b5394", "#a03c00", "#4a6b1f", "#545d68"):
        assert contrast(stroke, "#e4e8ee") >= 3
        assert contrast(stroke, "#ffffff") >= 4.5
    fills = set(re.findall(r'<text [^>]*fill="(#\w+)"', html))
    assert fills == {"#545d68"}


def test_foreign_text_stays_text(make: SimpleNamespace) -> None:
    event = make.event(title="</title><script>alert(1)</script>", organisers=("<b>X</b>",))
    segments = [
        Segment(
            "1", "ev-1", '"><svg onload=x>', "<img src=x>\u202e", "", event.starts.instant, event.ends.instant
        )
    ]
    report = make.report(event, segments)
    page = Outline(attendance_html(replace(report, doubts=("<i>doubt</i>",))))
    assert page.headings[0] == "</title><script>alert(1)</script>"
    assert "<img src=x>" in page.words
    assert "\u202e" not in page.words
    assert "<i>doubt</i>" in page.words


def test_an_event_without_attendance_says_so(make: SimpleNamespace) -> None:
    report = replace(make.report(segments=[]), pulled_at=None)
    page = Outline(attendance_html(report))
    assert "No one was seen at this event." in page.words
    assert "No registrant was seen." in page.words
    assert "No attendance has been fetched yet." in page.words
    assert "svg" not in attendance_html(report).partition("</style>")[2]


def test_a_flood_of_doubts_is_cut_and_counted(make: SimpleNamespace) -> None:
    report = replace(make.report(), doubts=tuple(f"doubt {n}" for n in range(250)))
    page = Outline(attendance_html(report))
    assert "doubt 199" in page.words
    assert "doubt 200" not in page.words
    assert "and 50 more like these" in page.words


def test_the_same_report_gives_the_same_page(make: SimpleNamespace) -> None:
    assert attendance_html(make.report()) == attendance_html(make.report())


def test_a_long_table_can_be_entered_at_many_places(make: SimpleNamespace) -> None:
    report = make.report()
    row = report.present[0]
    many = tuple(replace(row, name=f"Person{number:04} X") for number in range(950))
    page = Outline(attendance_html(replace(report, present=many)))
    jumps = [anchor for anchor in page.anchors if anchor.startswith("present-")]
    assert jumps == [f"present-{number}" for number in range(1, 11)]
    assert "Person00 – Person01" not in page.words
    assert len([cells for cells in page.rows if cells[0].startswith("Person")]) == 950
    short = Outline(attendance_html(replace(report, present=many[:200])))
    assert set(short.anchors) == {"numbers"}

"""The report without names: in none of its five forms stands who somebody is."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from hybrid_sync.domain.attendance import Attendance, Segment, Suggestion, attendance
from hybrid_sync.domain.events import EventWarning, Speaker
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.errors import SettingsError
from hybrid_sync.render.pdf import pdf_bytes
from hybrid_sync.render.report_background import SMALLEST, Background, without_names
from hybrid_sync.render.report_csv import attendance_csv, read_back
from hybrid_sync.render.report_figures import figures
from hybrid_sync.render.report_html import attendance_html
from hybrid_sync.render.report_json import attendance_json
from hybrid_sync.render.report_xlsx import attendance_xlsx

FIRST = (
    "Abelarda Bertolina Cosmedina Dorotilda Ermengilde Fulgenzia Gundulabel Hortensine Isoldina Jacobetta "
    "Kunigundel Leopoldina"
)
FIRST_NAMES = FIRST.split()
SECRET = "one secret"


def a_full_report(make: SimpleNamespace) -> Attendance:
    """Everything that can name somebody does. Every name and id is a word that stands nowhere else."""
    event = replace(
        make.event(),
        speakers=(Speaker("Speakerina Vox", "Chair", "Voxhouse"),),
        moderators=(Speaker("Moderatus Vox"),),
        description="With Speakerina Vox.",
        warnings=(EventWarning("no_title", "about Speakerina Vox"),),
    )
    people = [
        Registrant(
            f"registrant-{name.lower()}", "ev-1", f"{name.lower()}@private.example", name, f"Fam{name}",
            organisation="Smallhouse" if number < SMALLEST - 1 else "Bighouse",
            language="mt" if number == 0 else "en",
            mode=Mode.ROOM if number % 2 else Mode.ONLINE,
            status=RegistrantStatus.WITHDRAWN if number == 9 else RegistrantStatus.APPROVED,
        )
        for number, name in enumerate(FIRST_NAMES)
    ]  # fmt: skip
    base: datetime = event.starts.instant

    def stay(key: str, name: str, email: str, joined: int, left: int | None, **more: Any) -> Segment:
        leaves = None if left is None else base + timedelta(minutes=left)
        return Segment(
            key,
            "ev-1",
            more.pop("run", "run-7"),
            name,
            email,
            base + timedelta(minutes=joined),
            leaves,
            **more,
        )

    segments = [
        *(
            stay(f"r|{one.first_name}|1", one.name, one.email, 7 * number, 60 + number, source="room")
            for number, one in enumerate(people)
            if number < 6 and one.mode is Mode.ROOM
        ),
        *(
            stay(f"r|{one.first_name}|2", one.name, one.email, 7 * number, None if number == 2 else 70)
            for number, one in enumerate(people)
            if number < 6 or number == 9
        ),
        stay("r|gast|1", "Gastone Ignoto", "gastone@elsewhere.example", 10, 50),
        stay("r|abel|1", "Abelarda", "", 10, 50),
        stay("door|1", "Portobella Ignota", "", 5, 50, source="room", run="list-of-Portobella.csv"),
        stay("r|host|1", "Hostiliana Desk", "desk@private.example", -5, 95, role="host"),
        stay("r|chair|1", people[7].name, people[7].email, -5, 95, role="cohost"),
        stay("r|kit|1", "Kit of Hostiliana", "", -5, 95, role="room system"),
    ]
    notes = ["an earlier pull named 1 person whom this one does not; their stays are kept: Gone Goneril",
             "Hostiliana did something that nobody has heard of"]  # fmt: skip
    report = attendance(event, people, segments, pulled_at=base + timedelta(hours=4), notes=notes)
    assert report.present
    assert report.no_shows
    assert report.unmatched
    assert report.walk_ins
    assert report.ran_it
    assert report.staff
    assert report.room_systems
    assert report.doubts
    suggested = tuple(
        replace(row, suggestions=(Suggestion(people[0], f"like {people[0].name}"),))
        for row in report.unmatched
    )
    return replace(report, unmatched=suggested)


WHO = re.compile(
    "|".join(
        [
            *FIRST_NAMES,
            "private.example",
            "elsewhere.example",
            "registrant-",
            "Gastone",
            "Ignot",
            "Portobell",
            "Hostilian",
            "Goneril",
            "Speakerina",
            "Moderatus",
            "Vox",
            "Smallhouse",
            "Maltese",
            "maltais",
        ]
    ),
    re.IGNORECASE,
)


def pdf_text(report: Attendance, background: Background) -> str:
    from pypdf import PdfReader

    try:
        content = pdf_bytes(attendance_html(report, "en", background))
    except SettingsError as error:
        pytest.skip(str(error))
    reader = PdfReader(io.BytesIO(content))
    return "\n".join([*(page.extract_text() for page in reader.pages), str(reader.metadata)])


def xlsx_text(report: Attendance, background: Background) -> str:
    content = attendance_xlsx(report, "fr", background)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "\n".join(file.read(name).decode() for name in file.namelist())


FORMS: dict[str, Callable[[Attendance, Background], str]] = {
    "csv": lambda report, background: attendance_csv(report).decode(),
    "json": lambda report, background: json.dumps(attendance_json(report, background), ensure_ascii=False),
    "html": lambda report, background: attendance_html(report, "fr", background),
    "xlsx": xlsx_text,
    "pdf": pdf_text,
}


@pytest.mark.parametrize("form", FORMS)
def test_no_form_says_who_anybody_is(make: SimpleNamespace, form: str) -> None:
    report = a_full_report(make)
    assert WHO.search(FORMS[form](report, Background())), "the test would find a name if there were one"
    said = FORMS[form](*without_names(report, Background(applied=10), SECRET))
    assert sorted(set(WHO.findall(said))) == []
    assert "P001" in said
    assert form in ("csv", "json") or "Bighouse" in said


def test_the_figures_stay_the_same(make: SimpleNamespace) -> None:
    report = a_full_report(make)
    nameless, background = without_names(report, Background(applied=10, margin_minutes=10), SECRET)
    assert figures(nameless) == figures(report)
    assert background == Background(applied=10, margin_minutes=10, nameless=True, withheld=1)
    assert sorted(row.intervals for row in nameless.present) == sorted(
        row.intervals for row in report.present
    )


def test_small_organisations_and_languages_are_not_told(make: SimpleNamespace) -> None:
    rows = read_back(attendance_csv(without_names(a_full_report(make), Background(), SECRET)[0]))
    assert {row["organisation"] for row in rows if row["verdict"] != "walk-in"} == {"", "Bighouse"}
    assert {row["language"] for row in rows} == {"en", ""}


def test_one_number_is_one_person_in_each_form_and_at_each_pull(make: SimpleNamespace) -> None:
    report = a_full_report(make)
    nameless = without_names(report, Background(), SECRET)[0]
    numbers = {row.intervals: row.name for row in nameless.present}
    everybody = [*nameless.present, *nameless.walk_ins, *nameless.unmatched]
    absent = [*nameless.no_shows, *nameless.unrecorded, *nameless.ran_it]
    given = [row.name for row in everybody] + [one.name for one in absent]
    assert sorted(given) == [f"P{number:03}" for number in range(1, len(given) + 1)]
    later = replace(
        report, unmatched=(replace(report.unmatched[0], key="new", name="Newcomer"), *report.unmatched)
    )
    again = without_names(later, Background(), SECRET)[0]
    assert {row.intervals: row.name for row in again.present} == numbers
    told = json.loads(json.dumps(attendance_json(nameless)))
    book = load_workbook(io.BytesIO(attendance_xlsx(nameless)))
    assert [row["name"] for row in told["present"]] == [row.name for row in nameless.present]
    assert [cell.value for cell in book["People"]["A"]][1 : len(nameless.present) + 1] == [
        row.name for row in nameless.present
    ]
    assert {row["email"] for row in told["present"]} == {None}


def test_the_order_says_nothing_of_the_alphabet_and_depends_on_the_secret(make: SimpleNamespace) -> None:
    event = make.event()
    people = [Registrant(f"id-{n:03}", "ev-1", f"{n:03}@example.org", f"Name{n:03}") for n in range(200)]
    segments = [
        Segment(str(n), "ev-1", "r", one.name, one.email, event.starts.instant, event.starts.instant + timedelta(seconds=60 + n))
        for n, one in enumerate(people)
    ]  # fmt: skip
    report = attendance(event, people, segments)

    def order(secret: str) -> list[int]:
        rows = without_names(report, Background(), secret)[0].present
        return [int(row.total.total_seconds()) - 60 for row in rows]

    one, other = order("one"), order("other")
    assert sorted(one) == sorted(other) == list(range(200))
    assert one != other
    assert one == order("one")
    rising = sum(left < right for left, right in pairwise(one))
    assert 70 < rising < 130  # as a shuffled list; 199 would be the alphabet


def test_the_page_says_what_it_holds_back(make: SimpleNamespace) -> None:
    page = attendance_html(*_page(without_names(a_full_report(make), Background(), SECRET)))
    assert f"fewer than {SMALLEST} registrants are not told" in page
    assert "1 remark that may name somebody is left out." in page
    assert "1 person whom this one does not; their stays are kept: …" in page
    assert "Not counted, as hosts: H1, H2." in page


def _page(nameless: tuple[Attendance, Background]) -> tuple[Attendance, str, Background]:
    return nameless[0], "en", nameless[1]

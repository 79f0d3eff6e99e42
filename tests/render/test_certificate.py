"""A certificate as paper: what stands on it, that it stays one page, and that a screen reader can read it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest

from hybrid_sync.domain.certificates import Certificate
from hybrid_sync.render.certificate import certificate_html, certificate_pdf

CODE = "0123456789ABCDEFGHJK"
BASE = "https://events.example.eu"


def a_certificate(**changes: Any) -> Certificate:
    told: dict[str, Any] = {
        "code": CODE,
        "event_id": "ev-1",
        "registrant_id": "r-1",
        "name": "Zoë Müller",
        "minutes": 80,
        "language": "en",
        "issued_at": datetime(2027, 6, 9, 22, 30, tzinfo=UTC),
    }
    return Certificate(**(told | changes))


def drawn(make: SimpleNamespace, certificate: Certificate, **event: Any) -> pypdf.PdfReader:
    content = certificate_pdf(make.event(**event), certificate, base_url=BASE, service="InfoPoint")
    return pypdf.PdfReader(io.BytesIO(content))


def words(reader: pypdf.PdfReader) -> str:
    [page] = reader.pages
    return " ".join(page.extract_text().split())


def test_the_paper_names_person_event_time_place_minutes_organiser_and_day_of_issue(
    make: SimpleNamespace,
) -> None:
    text = words(drawn(make, a_certificate(), organisers=("Enabel", "Open Water")))
    for told in (
        "Certificate of attendance",
        "Zoë Müller",
        "Clean water, safe schools",
        "Wednesday 9 June 2027, 10:00 - 11:30 (CEST)",
        "InfoPoint, Rue de la Loi 43, Brussels, Belgium, and online",
        "80 minutes",
        "Enabel, Open Water",
        "Thursday 10 June 2027",  # half past midnight in Brussels, still the day before in UTC
        "01234-56789-ABCDE-FGHJK",
        f"{BASE}/certificates/01234-56789-ABCDE-FGHJK",
    ):
        assert told in text


def test_it_is_in_the_persons_language(make: SimpleNamespace) -> None:
    reader = drawn(make, a_certificate(language="fr-BE", minutes=1))
    text = words(reader)
    assert "Attestation de participation" in text
    assert "mercredi 9 juin 2027" in text
    assert "1 minute" in text
    assert reader.trailer["/Root"]["/Lang"] == "fr"


def test_a_screen_reader_is_told_title_language_and_structure(make: SimpleNamespace) -> None:
    reader = drawn(make, a_certificate())
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == "Certificate of attendance: Zoë Müller, Clean water, safe schools"
    kinds: set[str] = set()

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            kinds.add(str(node.get("/S")))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"])
    assert {"/H1", "/P", "/Table", "/TH", "/TD", "/Link"} <= kinds


def test_the_longest_name_title_place_and_organisers_stay_on_one_page(make: SimpleNamespace) -> None:
    reader = drawn(
        make,
        a_certificate(name="Longname " * 60),
        title="A very long title " * 40,
        venue="A room with a long name " * 20,
        organisers=tuple(f"Organisation number {number}" for number in range(40)),
    )
    text = words(reader)
    assert f"{BASE}/certificates/" in text.replace(" ", "")


@pytest.mark.parametrize(
    ("event", "where"),
    [
        ({"online": False}, "InfoPoint, Rue de la Loi 43, Brussels, Belgium"),
        ({"onsite": False}, "Online"),
        ({"venue": None, "city": None, "country": None, "online": False}, None),
    ],
)
def test_where_it_was_is_told_as_far_as_known(
    make: SimpleNamespace, event: dict[str, Any], where: str | None
) -> None:
    html = certificate_html(make.event(**event), a_certificate(), base_url=BASE, service="InfoPoint")
    assert (f'<th scope="row">Where</th><td dir="auto">{where}</td>' in html) is (where is not None)
    assert ("Where" in html) is (where is not None)


def test_less_than_a_minute_is_not_given_in_minutes(make: SimpleNamespace) -> None:
    html = certificate_html(make.event(), a_certificate(minutes=0), base_url=BASE, service="InfoPoint")
    assert ">attended<" in html


def test_markup_in_a_name_is_text(make: SimpleNamespace) -> None:
    html = certificate_html(
        make.event(title="<i>Water</i>"), a_certificate(name="<b>Zoë</b>\u202e"), base_url=BASE, service="I"
    )
    assert "<b>" not in html
    assert "<i>" not in html
    assert "\u202e" not in html


def test_the_same_certificate_is_drawn_to_the_same_bytes(make: SimpleNamespace) -> None:
    one, other = (
        certificate_pdf(make.event(), a_certificate(), base_url=BASE, service="InfoPoint") for _ in range(2)
    )
    assert one == other

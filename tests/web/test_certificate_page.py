"""/certificates/{code}: what whoever was shown a certificate sees, in each case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.certificates import Certificate, certificate_code, shown_code
from hybrid_sync.domain.localtime import local_time
from tests.builders import a_person, an_event, utc, wall
from tests.web.conftest import MakeHouse
from tests.web.house import SECRET, House, text_of

CODE = certificate_code(SECRET, "water", "id-ada")
AFTER = utc("2027-06-10 08:00")


@pytest.fixture
def house(a_house: MakeHouse) -> House:
    """With Ada's certificate."""
    house = a_house(now=AFTER)
    put(house)
    return house


def put(house: House, **changes: Any) -> None:
    told: dict[str, Any] = {
        "code": CODE,
        "event_id": "water",
        "registrant_id": "id-ada",
        "name": "Ada Example",
        "minutes": 80,
        "language": "en",
        "issued_at": AFTER,
    }
    with house.app.store.begin() as tx:
        tx.certificates.put([Certificate(**(told | changes))])


def look(house: House, code: str = shown_code(CODE), **headers: str) -> Any:
    return house.client.get(f"/certificates/{code}", headers=headers)


def test_a_valid_one_shows_name_event_time_place_and_minutes(house: House) -> None:
    page = look(house)
    assert page.status_code == 200
    text = text_of(page)
    for told in (
        "This certificate is valid",
        "issued by InfoPoint events",
        "Ada Example",
        "Clean water for all",
        "Wednesday 9 June 2027, 10:00 - 11:30 (CEST)",
        "InfoPoint, Brussels, Belgium, and online",
        "80 minutes",
        shown_code(CODE),
    ):
        assert told in text
    assert "ada@example.org" not in text


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), shown_code(CODE).lower(), f"{CODE[:10]}%20{CODE[10:]}"]
)
def test_the_code_may_be_typed_in_any_way(house: House, typed: str) -> None:
    assert look(house, typed).status_code == 200


def test_it_is_in_the_language_of_whoever_looks(house: House) -> None:
    page = look(house, **{"accept-language": "fr-BE,fr;q=0.9"})
    assert '<html lang="fr">' in page.text
    assert "Cette attestation est valable" in text_of(page)
    assert "mercredi 9 juin 2027" in text_of(page)


def test_a_withdrawn_one_says_so_and_names_nobody(house: House) -> None:
    put(house, withdrawn_at=AFTER)
    page = look(house)
    assert page.status_code == 410
    assert "This certificate was withdrawn" in text_of(page)
    assert "Ada" not in text_of(page)
    assert "Clean water" not in text_of(page)


@pytest.mark.parametrize("code", ["0" * 20, "short", "x" * 5000, "%00", "A" * 19 + "U", "..%2f..%2fetc"])
def test_an_unknown_code_and_what_is_no_code_look_the_same(house: House, code: str) -> None:
    page = look(house, code)
    assert page.status_code == 404
    if "%2f" not in code:
        assert page.text == look(house, "1" * 20).text
        assert "No certificate has this code" in text_of(page)


def test_there_is_no_list(house: House) -> None:
    assert house.client.get("/certificates/").status_code == 404
    assert house.client.get("/certificates").status_code == 404


def test_nothing_is_changed_by_a_post(house: House) -> None:
    assert house.client.post(f"/certificates/{CODE}").status_code == 405


def test_it_is_kept_out_of_search_engines_and_caches(house: House) -> None:
    page = look(house)
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in page.text


def test_who_asks_for_many_codes_is_made_to_wait_a_minute(house: House) -> None:
    answers = {look(house, f"{number:020}").status_code for number in range(60)}
    assert answers == {404}
    refused = look(house)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    house.clock.passes(timedelta(seconds=61))
    assert look(house).status_code == 200


def test_a_name_that_is_markup_is_shown_as_text(a_house: MakeHouse) -> None:
    house = a_house(now=AFTER, event=an_event(title="<b>Water</b>"))
    put(house, name="<script>alert(1)</script>\u202e")
    page = look(house)
    assert "<script" not in page.text
    assert "<b>" not in page.text
    assert "<script>alert(1)</script>" in text_of(page)
    assert "\u202e" not in page.text


def test_the_name_at_the_time_of_issue_counts_and_the_event_as_it_is_now(a_house: MakeHouse) -> None:
    moved = an_event(starts="2027-06-09 11:00", ends="2027-06-09 12:30")
    house = a_house(now=AFTER, event=moved, person=a_person("ada", last_name="Married"))
    put(house)
    text = text_of(look(house))
    assert "Ada Example" in text
    assert f"{local_time(wall('2027-06-09 11:00')).wall:%H:%M} - 12:30 (CEST)" in text

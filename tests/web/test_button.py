"""Who reaches Webex, and what a person sees when Webex does not let them in (design.md 7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hybrid_sync.errors import OutcomeUnknown, Refused, SignInExpired, TryLater
from tests.builders import a_person
from tests.web.house import JOIN_URL, House, a_record, text_of

MakeHouse = Callable[..., House]
LANGUAGES = ["en", "fr"]


def test_mail_scanners_that_get_or_head_never_reach_webex(a_house: MakeHouse) -> None:
    house = a_house()
    for _ in range(30):
        assert house.look().status_code == 200
        assert house.client.head(house.path).status_code == 200
    assert house.webex.asked == []
    with house.app.store.read() as tx:
        assert tx.audit.of("water") == []


def test_the_button_asks_webex_once_and_leads_to_the_persons_own_url(a_house: MakeHouse) -> None:
    house = a_house()
    response = house.press()
    assert response.status_code == 303
    assert response.headers["location"] == JOIN_URL
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert house.webex.asked == [("m1", "ada@example.org", "Ada Example", "canary-pass")]
    with house.app.store.read() as tx:
        assert [line.what for line in tx.audit.of("water")] == ["join.click"]


TROUBLE = [
    Refused("webex", "sign-in required"),
    TryLater("webex", "429", after=30),
    SignInExpired("webex", "401"),
    OutcomeUnknown("webex", "time-out"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda error: type(error).__name__)
def test_where_webex_refuses_the_page_shows_meeting_link_number_and_password(
    a_house: MakeHouse, trouble: Exception, language: str
) -> None:
    house = a_house(person=a_person(language=language))
    house.webex.trouble = trouble
    response = house.press()
    text = text_of(response)
    assert response.status_code == 200
    assert 'href="https://example.webex.com/example/j.php?MTID=canary-web-link"' in text
    assert "2553 017 4421" in text
    assert "canary-pass" in text
    assert {"en": "Open the meeting", "fr": "Ouvrir la réunion"}[language] in text
    assert response.headers["cache-control"] == "no-store"


def test_a_join_url_that_is_no_web_address_is_not_followed(a_house: MakeHouse) -> None:
    house = a_house()
    house.webex.url = "javascript:alert(1)"
    response = house.press()
    assert response.status_code == 200
    assert "javascript" not in response.text
    assert "canary-web-link" in response.text


def test_without_any_link_the_page_asks_to_try_again(a_house: MakeHouse) -> None:
    house = a_house(record=a_record(web_link=None))
    house.webex.trouble = TROUBLE[0]
    response = house.press()
    assert response.status_code == 503
    assert "Something went wrong on our side" in response.text

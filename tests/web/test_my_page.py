"""A registrant's own page: what it shows in each state, and that only a button, pressed twice, withdraws."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.render.join_links import OwnLinks
from tests.builders import a_person, an_event, utc
from tests.web.house import EARLY, SECRET, House, text_of
from tests.web.test_guard import _Page

MakeHouse = Callable[..., House]
WITHDRAW, SURE = "?do=withdraw", "?do=withdraw-sure"


@pytest.fixture
def a_house(a_house: MakeHouse) -> MakeHouse:
    """As everywhere, hours before the event."""
    return lambda **options: a_house(**{"now": EARLY} | options)


def stored(house: House) -> Registrant:
    with house.app.store.read() as tx:
        return tx.people.get(house.person.id)


def notes(house: House) -> list[tuple[str, str, str]]:
    with house.app.store.read() as tx:
        return [(line.actor, line.what, line.target) for line in tx.audit.of("water")]


def due(house: House) -> Any:
    with house.app.store.read() as tx:
        return tx.work.get("water").due_at


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "You take part online",
                "I cannot come",
                "Come to the room instead",
                "You are registered as Ada",
            ],
        ),
        (
            "fr",
            ["Vous participez en ligne", "Je ne peux pas venir", "Venir plutôt sur place", "au nom de Ada"],
        ),
    ],
)
def test_the_page_shows_event_and_registration(a_house: MakeHouse, language: str, words: list[str]) -> None:
    house = a_house(person=a_person(language=language))
    page = house.client.get(house.my_path)
    text = text_of(page)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in text
    assert "Clean water for all" in text
    assert "10:00 - 11:30 (CEST)" in text
    assert "08:00 - 09:30 UTC" in text
    for word in words:
        assert word in text


def test_somebody_in_the_room_sees_place_and_code(a_house: MakeHouse) -> None:
    house = a_house(person=a_person(mode=Mode.ROOM))
    text = text_of(house.client.get(house.my_path))
    assert "InfoPoint, Brussels, Belgium" in text
    assert door_code(house.person.id) in text
    assert "Take part online instead" in text
    online = a_house()
    assert door_code(online.person.id) not in text_of(online.client.get(online.my_path))


def test_the_page_lets_nobody_into_the_meeting(a_house: MakeHouse) -> None:
    house = a_house()
    text = house.client.get(house.my_path).text
    assert "/join/" not in text
    assert "webex.com" not in text
    assert house.person.email not in text


def test_withdrawing_takes_two_presses_and_wakes_the_event(a_house: MakeHouse) -> None:
    house = a_house()
    asked = house.client.post(house.my_path + WITHDRAW)
    assert asked.status_code == 200
    assert "Do you want to withdraw your registration?" in text_of(asked)
    assert "Yes, withdraw my registration" in text_of(asked)
    assert "No, keep it" in text_of(asked)
    assert stored(house) == house.person
    assert notes(house) == []

    done = house.client.post(house.my_path + SURE)
    assert done.status_code == 200
    assert "Your registration is withdrawn" in text_of(done)
    assert "<form" not in done.text
    assert stored(house) == replace(house.person, status=RegistrantStatus.WITHDRAWN)
    assert notes(house) == [("registrant", "registrant.withdrawn", house.person.id)]
    assert due(house) == EARLY


def test_withdrawing_in_french(a_house: MakeHouse) -> None:
    house = a_house(person=a_person(language="fr"))
    assert "Voulez-vous retirer votre inscription ?" in text_of(house.client.post(house.my_path + WITHDRAW))
    assert "Votre inscription est retirée" in text_of(house.client.post(house.my_path + SURE))


def test_the_button_leads_where_the_form_says(a_house: MakeHouse) -> None:
    """What a browser does with the form, without JavaScript."""
    house = a_house()
    forms = re.findall(r'<form method="post" action="([^"]+)">', house.client.get(house.my_path).text)
    assert forms == ["?do=room", WITHDRAW]
    asked = house.client.post(house.my_path + forms[1])
    assert re.findall(r'<form method="post" action="([^"]+)">', asked.text) == [SURE]
    assert '<a href="?">' in asked.text


def test_looking_never_changes_anything_whatever_stands_in_the_address(a_house: MakeHouse) -> None:
    house = a_house()
    for wish in ("", WITHDRAW, SURE, "?do=room", "?do=online", "?do=x"):
        for method in ("GET", "HEAD"):
            assert house.client.request(method, house.my_path + wish).status_code == 200
    assert stored(house) == house.person
    assert notes(house) == []


def test_a_one_click_unsubscribe_of_a_mail_program_changes_nothing(a_house: MakeHouse) -> None:
    house = a_house()
    answer = house.client.post(
        house.my_path,
        content=b"List-Unsubscribe=One-Click",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    assert "I cannot come" in text_of(answer)
    for wish in ("?do=", "?do=WITHDRAW-SURE", "?withdraw-sure", "?do=withdraw-sure%00"):
        house.client.post(house.my_path + wish)
    assert stored(house) == house.person


def test_withdrawing_twice_is_withdrawing_once(a_house: MakeHouse) -> None:
    house = a_house()
    for _ in range(3):
        assert "Your registration is withdrawn" in text_of(house.client.post(house.my_path + SURE))
    assert len(notes(house)) == 1
    assert "You are no longer registered" in text_of(house.client.get(house.my_path))
    assert "You are no longer registered" in text_of(house.client.post(house.my_path + WITHDRAW))


def test_whoever_waits_may_withdraw_too_and_may_not_switch(a_house: MakeHouse) -> None:
    house = a_house(person=a_person(status=RegistrantStatus.WAITLISTED))
    text = text_of(house.client.get(house.my_path))
    assert "You are on the waiting list" in text
    assert "instead" not in text
    house.client.post(house.my_path + "?do=room")
    assert stored(house) == house.person
    assert "You will then hear no more from us" in text_of(house.client.post(house.my_path + WITHDRAW))
    house.client.post(house.my_path + SURE)
    assert stored(house).status is RegistrantStatus.WITHDRAWN


def test_switching_between_online_and_room_and_back(a_house: MakeHouse) -> None:
    house = a_house()
    page = house.client.post(house.my_path + "?do=room")
    assert "You take part on site" in text_of(page)
    assert "That is noted." in text_of(page)
    assert stored(house).mode is Mode.ROOM
    house.client.post(house.my_path + "?do=room")
    assert len(notes(house)) == 1
    assert due(house) == EARLY
    house.client.post(house.my_path + "?do=online")
    assert stored(house) == house.person


def test_nobody_walks_into_the_room_past_those_who_wait_for_it(a_house: MakeHouse) -> None:
    house = a_house()
    with house.app.store.begin() as tx:
        tx.people.save([a_person("bob", mode=Mode.ROOM, status=RegistrantStatus.WAITLISTED)])
    assert "Come to the room" not in text_of(house.client.get(house.my_path))
    house.client.post(house.my_path + "?do=room")
    assert stored(house).mode is Mode.ONLINE


AFTER = utc("2027-06-09 09:30")
SHUT: list[tuple[str, dict[str, Any], int, int, str, str]] = [
    ("over", {"now": AFTER}, 200, 409, "This event is over", "Cet événement est terminé"),
    (
        "cancelled",
        {"event": an_event(state=EventState.CANCELLED)},
        200,
        409,
        "This event has been cancelled",
        "Cet événement est annulé",
    ),
    (
        "rejected",
        {"status": RegistrantStatus.REJECTED},
        200,
        200,
        "No place at this event",
        "Pas de place pour cet événement",
    ),
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("name", "options", "looked", "pressed", "english", "french"), SHUT)
def test_where_nothing_can_be_changed_the_page_says_why(
    a_house: MakeHouse,
    name: str,
    options: dict[str, Any],
    looked: int,
    pressed: int,
    english: str,
    french: str,
    language: str,
) -> None:
    options = dict(options)
    status = options.pop("status", RegistrantStatus.APPROVED)
    house = a_house(person=a_person(language=language, status=status), **options)
    words = english if language == "en" else french
    page = house.client.get(house.my_path)
    assert page.status_code == looked
    assert words in text_of(page)
    assert "<form" not in page.text
    for wish in (WITHDRAW, SURE, "?do=room"):
        answer = house.client.post(house.my_path + wish)
        assert answer.status_code == pressed
        assert words in text_of(answer)
    assert stored(house) == house.person
    assert notes(house) == []


@pytest.mark.parametrize(
    ("language", "words"), [("en", "You are no longer registered"), ("fr", "Votre inscription a été retirée")]
)
def test_whoever_was_withdrawn_reads_so_and_has_no_button(
    a_house: MakeHouse, language: str, words: str
) -> None:
    house = a_house(person=a_person(language=language, status=RegistrantStatus.WITHDRAWN))
    for answer in (house.client.get(house.my_path), house.client.post(house.my_path + "?do=room")):
        assert answer.status_code == 200
        assert words in text_of(answer)
        assert "<form" not in answer.text
    assert house.client.post(house.my_path + SURE).status_code == 200
    assert stored(house) == house.person
    assert notes(house) == []


def test_a_revoked_link_shows_nothing_and_does_nothing(a_house: MakeHouse) -> None:
    house = a_house()
    with house.app.store.begin() as tx:
        tx.people.save([replace(house.person, link_generation=2)])
    for answer in (house.client.get(house.my_path), house.client.post(house.my_path + SURE)):
        assert answer.status_code == 410
        assert "This link no longer works" in text_of(answer)
        for told in ("Clean water", "Ada", "InfoPoint, Brussels"):
            assert told not in text_of(answer)
    assert stored(house).status is RegistrantStatus.APPROVED


def test_a_join_token_opens_no_own_page_and_an_own_token_no_door(a_house: MakeHouse) -> None:
    house = a_house()
    join, own = house.path.removeprefix("/join/"), house.my_path.removeprefix("/my/")
    assert join != own
    for answer in (
        house.client.get(f"/my/{join}"),
        house.client.post(f"/my/{join}{SURE}"),
        house.client.get(f"/join/{own}"),
        house.client.post(f"/join/{own}"),
    ):
        assert answer.status_code == 404
        assert "This link does not work" in text_of(answer)
    assert stored(house) == house.person
    assert house.webex.asked == []


def test_no_other_link_leads_anywhere(a_house: MakeHouse) -> None:
    house = a_house()
    own = house.my_path
    foreign = OwnLinks("https://events.example.org", "another-secret-of-more-than-32-characters").token(
        house.person
    )
    nobody = house.app.own_links.token(a_person("nobody"))
    pages = [
        house.client.get(path)
        for path in (f"/my/{foreign}", f"/my/{nobody}", own[:-1], own + "x", "/my/x", "/my/" + "x" * 600)
    ]
    assert {page.status_code for page in pages} == {404}
    # A wrong signature and an erased person look the same.
    assert len({page.text for page in pages}) == 1
    for path in ("/my", "/my/", own + "/", own + "/withdraw"):
        assert house.client.get(path).status_code == 404
    assert house.client.put(own).status_code == 405


def test_without_a_public_address_there_is_no_own_page(a_house: MakeHouse) -> None:
    from hybrid_sync.settings import Settings
    from hybrid_sync.wiring.letters import own_page_links

    house = a_house()
    token = house.my_path
    house.app.own_links = own_page_links(Settings.model_validate({"web": {"secret": SECRET}}))
    assert house.client.get(token).status_code == 404


def test_the_buttons_work_ten_times_a_minute_for_each_person(a_house: MakeHouse) -> None:
    house = a_house(person=a_person(language="fr"))
    codes = [house.client.post(house.my_path + WITHDRAW).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    answer = house.client.post(house.my_path + SURE)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert "Un instant" in answer.text
    assert stored(house) == house.person
    assert house.client.get(house.my_path).status_code == 200
    assert house.press().status_code == 409  # the door's own count, and it is not open yet
    house.clock.passes(timedelta(seconds=61))
    assert house.client.post(house.my_path + SURE).status_code == 200


def every_answer(house: House) -> list[Any]:
    client, path = house.client, house.my_path
    return [
        client.get(path),
        client.head(path),
        client.post(path + WITHDRAW),
        client.post(path + "?do=room"),
        client.get("/my/x"),
        client.put(path),
        client.post(path, content=b"x" * 70_000),
        client.post(path + SURE),
        *(client.post(path) for _ in range(10)),
    ]


def test_every_answer_carries_the_security_headers_and_no_cookie(a_house: MakeHouse) -> None:
    for answer in every_answer(a_house()):
        headers = answer.headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "form-action 'self'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers


def test_no_page_has_inline_script_inline_style_or_third_party_content(a_house: MakeHouse) -> None:
    for answer in every_answer(a_house()):
        if answer.text:
            page = _Page()
            page.feed(answer.text)
            assert [told for told in page.problems if "?do=" not in told] == []
            assert page.tags.count("h1") == 1
            assert page.tags.count("main") == 1
            assert "script" not in page.tags


def test_nothing_personal_is_in_any_log_line(a_house: MakeHouse, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the test's own client writes down what it asks
    house = a_house()
    token = house.my_path.removeprefix("/my/")
    every_answer(house)
    house.client.get(f"/my/{token}/")
    assert "POST /my/{token} 200" in caplog.text
    for secret in (token, token[:20], "ada@example.org", "Ada", house.person.id):
        assert secret not in caplog.text


def test_what_people_typed_into_their_names_stays_text(a_house: MakeHouse) -> None:
    name = "<script>alert(1)</script>\u202e" + "x" * 500
    house = a_house(person=a_person(first_name=name), event=an_event(title="<b>Water</b>"))
    text = house.client.get(house.my_path).text
    assert "<script>alert" not in text
    assert "<b>Water" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;alert(1)" in text

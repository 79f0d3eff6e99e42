"""The join page, state by state, in both languages (design.md 7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.invitations import facts_for
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.web.join_page import wait_words
from tests.builders import a_person, an_event, utc
from tests.web.house import EARLY, House, a_record, text_of

MakeHouse = Callable[..., House]
LANGUAGES = ["en", "fr"]
AFTER = utc("2027-06-09 10:00")


def test_early_the_button_is_shut_and_the_page_says_from_when_it_works(a_house: MakeHouse) -> None:
    page = a_house(now=EARLY).look()
    text = text_of(page)
    assert page.status_code == 200
    assert "The meeting is not open yet" in text
    assert "You can join from Wednesday 9 June 2027, 09:45 (CEST; 07:45 UTC)." in text
    assert "That is in 2 hours and 15 minutes." in text
    assert 'type="submit" disabled' in text


def test_early_in_french(a_house: MakeHouse) -> None:
    page = a_house(now=EARLY, person=a_person(language="fr")).look()
    text = text_of(page)
    assert '<html lang="fr">' in text
    assert "La réunion n'est pas encore ouverte" in text
    assert "à partir du mercredi 9 juin 2027, 09:45 (CEST; 07:45 UTC)." in text
    assert "C'est dans 2 heures et 15 minutes." in text
    assert "Rejoindre l'événement" in text


def test_the_time_is_the_events_own_with_utc_beside_it(a_house: MakeHouse) -> None:
    winter = an_event("2027-01-13 14:00", "2027-01-13 15:30")
    text = a_house(event=winter, now=utc("2027-01-13 12:50")).look().text
    assert "Wednesday 13 January 2027, " in text
    assert "14:00 - 15:30 (CET)" in text
    assert "13:00 - 14:30 UTC" in text
    assert 'datetime="2027-01-13T14:00:00+01:00"' in text


def test_an_event_in_another_zone_is_told_in_its_own_time(a_house: MakeHouse) -> None:
    nairobi = an_event("2027-06-09 01:00", "2027-06-09 02:00", zone="Africa/Nairobi")
    text = text_of(a_house(event=nairobi, now=utc("2027-06-08 20:00")).look())
    assert "01:00 - 02:00 (EAT)" in text
    assert "Wednesday 9 June 2027, 00:45 (EAT; Tuesday 8 June 2027, 21:45 UTC)" in text


def test_the_button_opens_fifteen_minutes_before(a_house: MakeHouse) -> None:
    house = a_house(now=utc("2027-06-09 07:44") + timedelta(seconds=59))
    assert "disabled" in house.look().text
    house.clock.passes(timedelta(seconds=1))
    assert "disabled" not in house.look().text


@pytest.mark.parametrize(
    ("language", "words", "button"),
    [
        ("en", "The event begins in 10 minutes.", "Join the event"),
        ("fr", "L'événement commence dans 10 minutes.", "Rejoindre l'événement"),
    ],
)
def test_open_shows_the_button_and_how_the_person_will_be_called(
    a_house: MakeHouse, language: str, words: str, button: str
) -> None:
    page = a_house(person=a_person(language=language)).look()
    text = text_of(page)
    assert page.status_code == 200
    assert '<form method="post">' in text
    assert button in text
    assert words in text
    assert "Ada Example" in text
    assert "disabled" not in text


def test_after_the_start_it_says_that_the_event_has_begun(a_house: MakeHouse) -> None:
    assert "The event has begun." in a_house(now=utc("2027-06-09 08:20")).look().text


STATES: list[tuple[str, dict[str, Any], int, int, str, str]] = [
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
        "withdrawn",
        {"person": a_person(status=RegistrantStatus.WITHDRAWN)},
        200,
        409,
        "You are no longer registered",
        "Votre inscription a été retirée",
    ),
    (
        "rejected",
        {"person": a_person(status=RegistrantStatus.REJECTED)},
        200,
        409,
        "No place at this event",
        "Pas de place pour cet événement",
    ),
    (
        "waiting",
        {"person": a_person(status=RegistrantStatus.WAITLISTED)},
        200,
        409,
        "You are on the waiting list",
        "Vous êtes sur la liste d'attente",
    ),
    (
        "pending",
        {"person": a_person(status=RegistrantStatus.PENDING)},
        200,
        409,
        "Your place is not confirmed yet",
        "Votre place n'est pas encore confirmée",
    ),
    (
        "room",
        {"person": a_person(mode=Mode.ROOM)},
        200,
        409,
        "You take part on site",
        "Vous participez sur place",
    ),
    ("not made", {"record": None}, 200, 503, "Almost ready", "C'est bientôt prêt"),
    ("lost", {"record": a_record(state="lost")}, 200, 503, "Almost ready", "C'est bientôt prêt"),
    (
        "early",
        {"now": EARLY},
        200,
        409,
        "The meeting is not open yet",
        "La réunion n'est pas encore ouverte",
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=[state[0] for state in STATES])
def test_where_nobody_can_join_the_page_says_why_and_webex_is_not_asked(
    a_house: MakeHouse, state: tuple[str, dict[str, Any], int, int, str, str], language: str
) -> None:
    _, options, on_look, on_press, english, french = state
    person = replace(options.get("person", a_person()), language=language)
    house = a_house(**options | {"person": person})
    for response, status in ((house.look(), on_look), (house.press(), on_press)):
        assert response.status_code == status
        assert {"en": english, "fr": french}[language] in text_of(response)
        assert f'<html lang="{language}">' in response.text
        assert "canary" not in response.text
    assert house.webex.asked == []


def test_a_person_for_the_room_is_told_where_it_is(a_house: MakeHouse) -> None:
    in_the_room = a_person(mode=Mode.ROOM)
    assert "InfoPoint, Brussels, Belgium" in a_house(person=in_the_room).look().text
    nowhere = an_event(venue=None, city=None, country=None)
    assert "The address will follow" in a_house(person=in_the_room, event=nowhere).look().text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_revoked_link_tells_nothing_of_the_event_or_the_person(a_house: MakeHouse, language: str) -> None:
    house = a_house(person=a_person(language=language))
    old = house.path
    with house.app.store.begin() as tx:
        tx.people.save([replace(house.person, link_generation=2)])
    for response in (house.client.get(old), house.client.post(old)):
        assert response.status_code == 410
        assert {"en": "This link no longer works", "fr": "Ce lien n'est plus valable"}[language] in text_of(
            response
        )
        assert "water" not in response.text
        assert "Ada" not in response.text
    assert house.webex.asked == []


def test_a_tampered_cut_or_strange_link_and_an_unknown_person_look_the_same(a_house: MakeHouse) -> None:
    house = a_house()
    stranger = f"/join/{house.app.links.token(replace(house.person, id='nobody'))}"
    token = house.path.removeprefix("/join/")
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    bad = [
        stranger,
        f"/join/{flipped}",
        house.path[:-5],
        "/join/x",
        "/join/" + "a" * 5000,
        "/join/%00%0d%0aX",
    ]
    pages = {
        (response.status_code, response.text)
        for path in bad
        for response in (house.client.get(path), house.client.post(path))
    }
    assert len(pages) == 1
    [(status, text)] = pages
    assert status == 404
    assert "This link does not work" in text
    assert house.webex.asked == []


def test_pages_without_a_known_reader_follow_the_browsers_language(a_house: MakeHouse) -> None:
    client = a_house().client

    def language(path: str, accept: str | None) -> str:
        text = client.get(path, headers={"accept-language": accept} if accept else {}).text
        return text.partition('<html lang="')[2][:2]

    assert language("/join/x", "fr-BE,fr;q=0.9,en;q=0.8") == "fr"
    assert language("/nowhere", "de, fr;q=0.3, en;q=0.2") == "fr"
    assert language("/", "nl;q=1, en;q=0.5") == "en"
    assert language("/", "fr;q=x, *;q=0.1") == "en"
    french_house = a_house(service={"languages": ("fr",), "base_url": "https://events.example.org"})
    assert '<html lang="fr">' in french_house.client.get("/", headers={"accept-language": "de"}).text


def test_names_and_titles_with_markup_are_only_text(a_house: MakeHouse) -> None:
    house = a_house(
        event=an_event(title='<script>alert("t")</script> & more'),
        person=a_person(first_name="<b onclick=x>Ada</b>", last_name="{{7*7}}\u202e"),
    )
    text = house.look().text
    assert "<script" not in text
    assert "<b onclick" not in text
    assert "&lt;b onclick=x&gt;Ada&lt;/b&gt; {{7*7}}." in text
    assert "\u202e" not in text
    assert house.press().status_code == 303


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (1, "1 minute", "1 minute"),
        (61, "2 minutes", "2 minutes"),
        (3600, "1 hour", "1 heure"),
        (3660, "1 hour and 1 minute", "1 heure et 1 minute"),
        (86400 * 2 + 3600 * 3 + 60, "2 days and 3 hours", "2 jours et 3 heures"),
    ],
)
def test_waits_are_told_in_the_two_largest_units(seconds: int, english: str, french: str) -> None:
    left = timedelta(seconds=seconds)
    told = [wait_words(left, language).replace("\u00a0", " ") for language in LANGUAGES]
    assert told == [english, french]


def test_without_javascript_the_page_comes_back_by_itself_only_when_it_is_near(a_house: MakeHouse) -> None:
    near = a_house(now=utc("2027-06-09 07:15")).look().text
    far = a_house(now=EARLY).look().text
    days_ahead = a_house(now=utc("2027-06-01 08:00")).look().text
    assert '<noscript><meta http-equiv="refresh" content="1801"></noscript>' in near
    assert "http-equiv" not in far
    assert 'data-seconds="8101"' in far
    assert "data-seconds" not in days_ahead


def was_told(house: House, starts: str, ends: str, state: MessageState = MessageState.SENT) -> None:
    """The person's newest message told this time."""
    facts = facts_for(an_event(starts, ends), house.person, None)
    with house.app.store.begin() as tx:
        number = len(tx.messages.of("water"))
        tx.messages.add(
            Message(
                registrant_id=house.person.id,
                event_id="water",
                email=house.person.email,
                uid="u",
                incarnation=1,
                sequence=number,
                method=Method.REQUEST,
                state=state,
                stamp=EARLY,
                message_id=f"<{number}@x.org>",
                facts=facts,
            )
        )


@pytest.mark.parametrize(
    ("language", "early", "late"),
    [
        (
            "en",
            "This event has been moved From Tuesday 8 June 2027, 10:00 - 11:30 (CEST) to Wednesday 9 June 2027",
            "This event has been moved from Tuesday 8 June 2027, 10:00 - 11:30 (CEST) to Wednesday 9 June 2027",
        ),
        (
            "fr",
            "Cet événement a été déplacé L'horaire annoncé était : mardi 8 juin 2027, 10:00 - 11:30 (CEST). Le nouvel",
            "Cet événement a été déplacé : l'horaire annoncé était mardi 8 juin 2027, 10:00 - 11:30 (CEST)",
        ),
    ],
)
def test_whoever_was_told_another_time_reads_from_when_to_when_it_was_moved(
    a_house: MakeHouse, language: str, early: str, late: str
) -> None:
    house = a_house(now=EARLY, person=a_person(language=language))
    was_told(house, "2027-06-08 10:00", "2027-06-08 11:30")
    assert early in words_of(house.look())
    house.clock.now = utc("2027-06-09 07:50")
    page = house.look()
    assert late in words_of(page)
    assert "disabled" not in page.text
    assert house.press().status_code == 303


def test_an_event_at_the_time_that_was_told_was_not_moved(a_house: MakeHouse) -> None:
    house = a_house(now=EARLY)
    was_told(house, "2027-06-09 10:00", "2027-06-09 11:30")
    was_told(house, "2027-06-10 10:00", "2027-06-10 11:30", MessageState.PENDING)
    assert "moved" not in house.look().text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "answer any of our messages, and we will send you another one"),
        ("fr", "répondez à l'un de nos messages : nous vous en enverrons un autre"),
    ],
)
def test_a_revoked_link_says_how_to_get_another_one(a_house: MakeHouse, language: str, words: str) -> None:
    house = a_house(person=a_person(language=language))
    old = house.path
    with house.app.store.begin() as tx:
        tx.people.save([replace(house.person, link_generation=2)])
    text = words_of(house.client.get(old))
    assert words in text
    assert "events@example.org" in text


def words_of(response: Any) -> str:
    """The page without its markup, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())

"""Every text comes from the catalogue, and every language has every text."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from tests.render.catalogue_reader import SHORTHANDS, Asked, every_string, everything_asked

import hybrid_sync
from hybrid_sync.render.translations import Words, asked_for, known_languages, words_in

SOURCE = Path(hybrid_sync.__file__).parent
CONTEXTS = {"mail", "page", "report", "certificate", "reminder"}
LANGUAGES = [code for code in known_languages() if code != "en"]
BRACES = re.compile(r"\{[^{}]*\}")


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    return everything_asked(SOURCE)


def catalogue(code: str) -> Catalog:
    with (SOURCE / "render" / "locale" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def entries(code: str) -> list[Message]:
    return [message for message in catalogue(code) if message.id]


def texts(value: object) -> list[str]:
    """One text, or all forms of a plural."""
    return [str(one) for one in value] if isinstance(value, tuple | list) else [str(value)]


def test_a_language_without_a_file_is_english() -> None:
    for code in ("xx", "", "x-klingon", "../fr", "en", "EN_gb"):
        assert words_in(code).code == "en"
        assert words_in(code).text("mail", "Where") == "Where"


def test_a_region_does_not_matter() -> None:
    for code in ("fr-BE", "fr_BE", " FR "):
        assert words_in(code).code == "fr"
        assert words_in(code).text("mail", "Where") == "Où"


def test_a_text_that_a_language_has_not_comes_in_english() -> None:
    assert words_in("fr").text("mail", "Not in the catalogue") == "Not in the catalogue"
    assert words_in("fr").text("no such context", "Where") == "Where"


def test_the_plural_is_the_language_s_own() -> None:
    english = words_in("en")
    assert english.count("x", "{count} person", "{count} people", 0) == "0 people"
    assert english.count("x", "{count} person", "{count} people", 1) == "1 person"
    french = words_in("fr")
    counted = [
        french.count("certificate", "{count} minute", "{count} minutes", number) for number in (0, 1, 2)
    ]
    assert counted == ["0 minute", "1 minute", "2 minutes"]


def test_a_language_with_three_forms_uses_each() -> None:
    polish = read_po(
        BytesIO(
            b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
            b'"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"\n\n'
            b'msgctxt "x"\nmsgid "{count} hour"\nmsgid_plural "{count} hours"\n'
            b'msgstr[0] "{count} godzina"\nmsgstr[1] "{count} godziny"\nmsgstr[2] "{count} godzin"\n'
        ),
        locale="pl",
    )
    words = Words("pl", polish)
    counted = [words.count("x", "{count} hour", "{count} hours", number) for number in (1, 3, 5, 22)]
    assert counted == ["1 godzina", "3 godziny", "5 godzin", "22 godziny"]


def test_english_and_french_are_known() -> None:
    assert known_languages()[:1] == ("en",)
    assert "fr" in known_languages()


def test_the_reader_finds_the_texts_of_code_and_templates(asked: list[Asked]) -> None:
    """Else the tests below would say nothing."""
    found = {one.key for one in asked}
    assert ("mail", "Invitation: {title}, {when}") in found  # invitation.py
    assert ("mail", "What has changed") in found  # letter.html
    assert ("page", "Questions? {contact}") in found  # base.html
    assert ("page", "I cannot come") in found  # my_page.py
    assert len(found) > 120


def test_every_context_is_known(asked: list[Asked]) -> None:
    assert {one.context for one in asked} <= CONTEXTS
    for code in LANGUAGES:
        assert {message.context for message in entries(code)} <= CONTEXTS


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_every_text_that_is_asked_for(code: str, asked: list[Asked]) -> None:
    there = catalogue(code)
    missing = []
    for one in asked:
        found = there.get((one.text, one.several) if one.several else one.text, one.context)
        if found is None or found.fuzzy or not all(texts(found.string)):
            missing.append(f"{one.where} {one.context}: {one.text}")
    assert missing == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_no_text_that_nobody_asks_for(code: str, asked: list[Asked]) -> None:
    used, written = {one.key for one in asked}, every_string(SOURCE)
    unused = [
        (message.context, texts(message.id)[0])
        for message in entries(code)
        if (message.context, texts(message.id)[0]) not in used
        and not (message.context in SHORTHANDS.values() and set(texts(message.id)) <= written)
    ]
    assert unused == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_fills_in_what_english_fills_in(code: str) -> None:
    for message in entries(code):
        wanted = set(BRACES.findall(texts(message.id)[-1]))
        for text in texts(message.string):
            assert set(BRACES.findall(text)) == wanted, message.id
            assert text == text.strip(), message.id


def test_no_text_stands_twice_in_a_file() -> None:
    for code in LANGUAGES:
        file = SOURCE / "render" / "locale" / f"{code}.po"
        ids = re.findall(
            r'^msgctxt "(.*)"\nmsgid "(.*)"$', file.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        assert len(ids) == len(set(ids))


def test_french_has_a_no_break_space_before_double_punctuation_and_inside_quotes() -> None:
    clock = re.compile(r"\d:\d|https?:")
    for message in entries("fr"):
        for text in texts(message.string):
            plain = clock.sub("", text)
            assert re.search(r"(?<![\u00a0\u202f])[:;?!»]", plain) is None, text
            assert re.search(r"«(?!\u00a0)", plain) is None, text
            assert re.search(r"\b(tu|te|ton|ta|tes)\b", plain.lower()) is None, text  # vouvoiement


@pytest.mark.parametrize(
    ("header", "default", "code"),
    [
        ("fr-BE,fr;q=0.9,en;q=0.8", "en", "fr"),
        ("en-GB,fr;q=0.9", "fr", "en"),
        ("nl,de;q=0.9,fr;q=0.1", "en", "fr"),
        ("nl", "fr", "fr"),
        (None, "fr", "fr"),
        ("", "en", "en"),
        ("fr;q=0", "en", "en"),
        ("fr;q=lots,en", "fr", "en"),
        ("," * 1000, "en", "en"),
        ("en;q=0.5,fr;q=0.5", "fr", "en"),
    ],
)
def test_the_browsers_wish_comes_before_the_services_language(
    header: str | None, default: str, code: str
) -> None:
    assert asked_for(header, default).code == code

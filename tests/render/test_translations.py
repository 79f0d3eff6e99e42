from hybrid_sync.render.translations import known_languages, words_in


def test_a_language_without_a_file_is_english() -> None:
    assert words_in("xx").code == "en"
    assert words_in("xx").text("mail", "Hello") == "Hello"


def test_a_region_does_not_matter() -> None:
    assert words_in("fr-BE").code == "fr"
    assert words_in("fr_BE").code == "fr"


def test_the_plural_is_the_language_s_own() -> None:
    english = words_in("en")
    assert english.count("x", "{count} person", "{count} people", 0) == "0 people"
    assert english.count("x", "{count} person", "{count} people", 1) == "1 person"


def test_english_and_french_are_known() -> None:
    assert known_languages()[:1] == ("en",)
    assert "fr" in known_languages()

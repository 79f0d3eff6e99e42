"""Whom a record names, and the record without them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.events import EventWarning, Speaker
from hybrid_sync.domain.programme import (
    programme_addresses,
    record_addresses,
    without_addresses,
    without_people,
    without_programme,
)
from tests.builders import an_event

ANA = "ana@example.org"
EVENT = an_event(
    speakers=(
        Speaker("Ana Lima", "keynote", "Lima Institute", "Ana@Example.org"),
        Speaker("Li", email="li@example.org"),
    ),
    moderators=(Speaker("Eva Moss"),),
    organisers=("Unit C2 <c2@example.org>", "ana lima"),
    description=f"Ana Lima, Anabel Limanova and Li live. Questions: {ANA}.",
    warnings=(EventWarning("no_title", "Ana Lima?"),),
)


def test_addresses_are_found_in_the_programme_and_within_texts() -> None:
    assert programme_addresses(EVENT) == {ANA, "li@example.org"}
    assert record_addresses(EVENT) == {ANA, "li@example.org", "c2@example.org"}
    assert record_addresses(an_event()) == frozenset()


def test_somebody_leaves_the_programme_and_every_text_and_nobody_else_does() -> None:
    left = without_people(EVENT, {ANA})
    assert left.speakers == (Speaker("Li", email="li@example.org"),)
    assert left.moderators == EVENT.moderators
    assert left.organisers == ("Unit C2 <c2@example.org>",)
    assert left.description == "(erased), Anabel Limanova and Li live. Questions: (erased)."
    assert left.warnings == (EventWarning("no_title", "(erased)?"),)
    assert record_addresses(left) == {"li@example.org", "c2@example.org"}


def test_a_name_of_one_word_is_not_looked_for_in_texts() -> None:
    assert "Li live" in without_people(EVENT, {"li@example.org"}).description


def test_addresses_go_and_the_published_names_stay() -> None:
    left = without_addresses(EVENT)
    assert [one.name for one in left.speakers] == ["Ana Lima", "Li"]
    assert record_addresses(left) == {"c2@example.org"}
    assert without_addresses(left) == left


def test_without_its_programme_a_record_names_nobody_and_keeps_the_rest() -> None:
    left = without_programme(EVENT)
    assert (left.speakers, left.moderators, left.title, left.starts) == ((), (), EVENT.title, EVENT.starts)
    assert "Ana Lima" not in left.description
    assert without_programme(left) == left


NAMES = st.text("abé'().*+ ", min_size=1, max_size=12)


@given(st.lists(NAMES, min_size=1, max_size=4), st.text("abé'().*+ @.", max_size=60))
def test_whoever_stays_is_untouched_whatever_the_texts_say(names: list[str], text: str) -> None:
    speakers = tuple(Speaker(name, email=f"p{number}@example.org") for number, name in enumerate(names))
    event = an_event(speakers=speakers, description=text)
    left = without_people(event, {"p0@example.org"})
    assert left.speakers == speakers[1:]
    assert without_people(left, {"p0@example.org"}) == left
    assert without_people(event, {"nobody@example.org"}) == event

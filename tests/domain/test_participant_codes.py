"""Short names for participants: stable, different from each other, and never guessed at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.matching import Kind, Participant
from hybrid_sync.domain.participant_codes import SHORTEST, codes, named


def one(key: str, name: str = "", email: str | None = None) -> Participant:
    return Participant(key, name, email, (), Kind.GUEST)


@given(st.sets(st.text(max_size=5), max_size=40))
def test_every_code_names_its_participant_alone(keys: set[str]) -> None:
    everybody = [one(key) for key in keys]
    shown = codes(everybody)
    assert shown.keys() == keys
    for participant in everybody:
        assert named(everybody, shown[participant.key]) == [participant]
        assert named(everybody, shown[participant.key].upper()) == [participant]


def test_codes_that_begin_alike_grow_until_they_differ_and_a_short_one_then_names_both() -> None:
    """Among 20,000 some six-digit beginnings meet."""
    everybody = [one(str(number)) for number in range(20_000)]
    shown = codes(everybody)
    assert len(set(shown.values())) == len(everybody)
    longer = next(code for code in shown.values() if len(code) > SHORTEST)
    assert len(named(everybody, longer[:SHORTEST])) == 2
    assert len(named(everybody, longer)) == 1


def test_a_code_stays_while_others_come_and_go() -> None:
    alone = codes([one("zoe@example.org")])["zoe@example.org"]
    assert codes([one("zoe@example.org"), one("ada@example.org")])["zoe@example.org"] == alone


def test_an_address_and_a_whole_name_fit_too_and_parts_of_them_do_not() -> None:
    everybody = [
        one("1", "Zoë Zimmer", "zoe@example.org"), one("2", "Zoë Zimmer"), one("3", "Face", None)
    ]  # fmt: skip
    assert [found.key for found in named(everybody, " ZOE@Example.org ")] == ["1"]
    assert [found.key for found in named(everybody, "zoe zimmer")] == ["1", "2"]
    assert [found.key for found in named(everybody, "Face")] == ["3"]
    for nobody in ("Zoë", "zoe@example", "", "abcdef", "-"):
        assert named(everybody, nobody) == []

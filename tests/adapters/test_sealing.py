from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.adapters.sealing import Sealer

OLD, NEW = "the old secret of thirty-two characters", "the new secret of thirty-two characters"
PLACE = "tokens/webex"


@given(st.text())
def test_whatever_is_sealed_opens_again_in_its_place(text: str) -> None:
    assert Sealer([OLD], "p").open(Sealer([OLD], "p").seal(text, PLACE), PLACE) == text


def test_the_same_text_never_looks_the_same_twice_and_never_shows() -> None:
    sealer = Sealer([OLD], "p")
    first, second = sealer.seal("canary", PLACE), sealer.seal("canary", PLACE)
    assert first != second
    assert "canary" not in first + repr(sealer)


@pytest.mark.parametrize(
    ("secret", "purpose", "place"),
    [(NEW, "p", PLACE), (OLD, "another purpose", PLACE), (OLD, "p", "tokens/graph")],
    ids=["another secret", "another purpose", "another row"],
)
def test_it_opens_with_no_other_secret_purpose_or_place(secret: str, purpose: str, place: str) -> None:
    assert Sealer([secret], purpose).open(Sealer([OLD], "p").seal("text", PLACE), place) is None


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s[:30] + "A" + s[31:], lambda s: "", lambda s: "1.???"]
)
def test_a_changed_text_does_not_open(change) -> None:
    sealed = Sealer([OLD], "p", random=bytes).seal("a token", PLACE)
    assert Sealer([OLD], "p").open(change(sealed), PLACE) is None


def test_after_a_change_of_secret_the_old_one_still_opens_and_the_new_one_seals() -> None:
    both = Sealer([NEW, OLD], "p")
    assert both.open(Sealer([OLD], "p").seal("text", PLACE), PLACE) == "text"
    assert Sealer([NEW], "p").open(both.seal("text", PLACE), PLACE) == "text"


def test_it_is_told_which_secret_a_text_is_under() -> None:
    both = Sealer([NEW, OLD], "p")
    assert both.sealed_by(both.seal("text", PLACE), PLACE) == 0
    assert both.sealed_by(Sealer([OLD], "p").seal("text", PLACE), PLACE) == 1
    for other in (
        Sealer(["a third secret"], "p").seal("text", PLACE),
        both.seal("text", "tokens/graph"),
        "",
        "1.?",
    ):
        assert both.sealed_by(other, PLACE) is None


def test_without_a_secret_nothing_is_sealed() -> None:
    with pytest.raises(ValueError, match="without a secret"):
        Sealer([], "p")

from __future__ import annotations

import pytest

from hybrid_sync.domain.refusals import NOT_THE_ADDRESS, may_go_again, speaks_of_address


@pytest.mark.parametrize(
    ("status", "of_address"),
    [
        ("5.1.1 user unknown", True),
        (" 5.1.10", True),
        ("5.1.7", False),
        ("5.1.8 bad sender", False),
        ("5.2.1", True),
        ("5.2.2 over quota", True),
        ("5.2.3", False),
        ("5.3.4 too big", False),
        ("5.5.2", False),
        ("5.6.0 not like this", False),
        ("5.7.1 policy", False),
        ("5.7.27", False),
    ],
)
def test_the_subject_of_the_enhanced_status_code_decides(status: str, of_address: bool) -> None:
    assert speaks_of_address(status, otherwise=True) is of_address
    assert speaks_of_address(status, otherwise=False) is of_address


@pytest.mark.parametrize(
    "status", ["", "5.0.0", "5.4.1 access denied", "no such user", "5.7.1.1 is an address"]
)
@pytest.mark.parametrize("otherwise", [True, False])
def test_what_it_leaves_open_is_decided_otherwise(status: str, otherwise: bool) -> None:
    assert speaks_of_address(status, otherwise=otherwise) is otherwise


def test_words_of_earlier_versions_offer_no_second_sending() -> None:
    assert not may_go_again("mail: answer to the message: 552 5.3.4 too big")
    assert may_go_again(f"mail: answer to the message: 552 5.3.4 too big; {NOT_THE_ADDRESS}")

"""Whether another address would help against a refusal: by stage and enhanced status code."""

from __future__ import annotations

import pytest

from hybrid_sync.adapters.mail.replies import Reply, Stage, verdict
from hybrid_sync.errors import Refused, SignInExpired

OF_THE_ADDRESS = [
    (Stage.RECIPIENT, "550 no such user"),
    (Stage.RECIPIENT, "551 not local"),
    (Stage.RECIPIENT, "552 over quota"),
    (Stage.RECIPIENT, "553 name not allowed"),
    (Stage.RECIPIENT, "554 no"),
    (Stage.RECIPIENT, "550 5.4.1 Recipient address rejected: Access denied"),
    (Stage.RECIPIENT, "550 5.0.0 no"),
    (Stage.MESSAGE, "550 5.1.1 no such user"),
    (Stage.MESSAGE, "552 5.2.2 over quota"),
]
NOT_OF_THE_ADDRESS = [
    (Stage.SENDER, "552 message size exceeds fixed maximum message size"),
    (Stage.SENDER, "552 5.3.4 too big"),
    (Stage.RECIPIENT, "500 what?"),
    (Stage.RECIPIENT, "555 parameters not known"),
    (Stage.RECIPIENT, "550 5.7.1 blocked by policy"),
    (Stage.RECIPIENT, "550 5.2.3 too long for that mailbox"),
    (Stage.DATA, "554 no valid recipients"),
    (Stage.MESSAGE, "550 refused by policy"),
    (Stage.MESSAGE, "552 too much mail data"),
    (Stage.MESSAGE, "554 5.6.0 not like this"),
    (Stage.MESSAGE, "554 5.4.1 was said of another hop"),
]


@pytest.mark.parametrize(
    ("stage", "words", "of_us"),
    [(*one, False) for one in OF_THE_ADDRESS] + [(*one, True) for one in NOT_OF_THE_ADDRESS],
)
def test_a_refusal_tells_whether_another_address_would_help(stage: Stage, words: str, of_us: bool) -> None:
    found = verdict("mail", stage, Reply(int(words[:3]), words))
    assert isinstance(found, Refused)
    assert found.of_us is of_us


@pytest.mark.parametrize(
    "words", ["550 no", "554 5.7.1 no", "501 5.1.7 bad sender", "550 5.7.60 SendAsDenied"]
)
def test_a_sender_who_is_refused_concerns_every_mail(words: str) -> None:
    assert isinstance(verdict("mail", Stage.SENDER, Reply(int(words[:3]), words)), SignInExpired)

"""Ways to send mail that do not go together are refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hybrid_sync.settings import Settings


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        ({"auth": "login"}, "needs username and password"),
        ({"auth": "login", "username": "box"}, "needs username and password"),
        ({"username": "box", "password": "canary-pw"}, 'write auth = "login"'),
        ({"auth": "xoauth2", "password": "canary-pw"}, "password must go"),
        ({"transport": "graph", "auth": "login", "username": "b", "password": "canary-pw"}, "belong to SMTP"),
    ],
)
def test_what_does_not_go_together_is_refused_without_showing_a_password(
    mail: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        Settings.model_validate({"mail": mail})
    assert "canary-pw" not in "".join(str(error["msg"]) for error in caught.value.errors())


@pytest.mark.parametrize(
    "mail",
    [
        {},
        {"auth": "login", "username": "box", "password": "pw"},
        {"auth": "xoauth2"},
        {"auth": "xoauth2", "username": "box@x.org"},
        {"transport": "graph"},
    ],
)
def test_what_goes_together_is_taken(mail: dict[str, Any]) -> None:
    assert Settings.model_validate({"mail": mail}).mail.transport in ("smtp", "graph")

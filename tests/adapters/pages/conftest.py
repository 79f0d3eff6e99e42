"""Pages with stubbed names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses
from tests.http_client.kit import never_sleep

from hybrid_sync.adapters.pages import HttpsPages
from hybrid_sync.errors import InputError

PUBLIC = "93.184.216.34"


def public_names(host: str, port: int) -> list[str]:
    return {"inside.example": ["10.0.0.5"], "both.example": [PUBLIC, "192.168.0.1"]}.get(host, [PUBLIC])


def pages(**options: Any) -> HttpsPages:
    return HttpsPages(**({"sleep": never_sleep, "resolve": public_names} | options))


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def problem(url: str, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        pages(**options).fetch(url)
    (one,) = caught.value.problems
    assert "\n" not in one
    return one

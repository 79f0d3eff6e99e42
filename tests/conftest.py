"""For all tests: the pinned time zone data, as the service itself uses it, and a net for secrets in logs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hybrid_sync.adapters.tzdb import prefer_pinned_tzdata
from tests.canaries import NET, spread

prefer_pinned_tzdata()
spread(NET)


@pytest.fixture(autouse=True)
def no_secret_in_any_log() -> Iterator[None]:
    """Looked at after everything else of a test; a line of a thread that outlives its test counts for the next one."""
    yield
    caught, NET.caught = NET.caught, []
    assert caught == []

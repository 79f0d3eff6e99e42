"""For all tests: the pinned time zone data, as the service itself uses it."""

from __future__ import annotations

from hybrid_sync.adapters.tzdb import prefer_pinned_tzdata

prefer_pinned_tzdata()

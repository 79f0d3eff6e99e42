"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import settings

from hybrid_sync.intake.page_reading import PageReading
from hybrid_sync.intake.pages import read_page

# The first call loads the month names of 24 languages; no deadline per example would be fair.
unhurried = settings(deadline=None)
PAGES = Path(__file__).parent / "pages"


def reading_of(name: str, **given: Any) -> PageReading:
    path = PAGES / name
    return read_page(path.read_text(encoding="utf-8"), html=path.suffix == ".html", **given)


def codes(reading: PageReading) -> set[str]:
    return {warning.code for warning in reading.warnings}

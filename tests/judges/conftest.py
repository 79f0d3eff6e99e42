"""The judges, compiled or found once; a test that needs one says how to get it where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.judges import readers

Libical = Callable[[bytes], readers.Reading]
IcalJs = Callable[[Mapping[str, bytes]], dict[str, readers.Reading]]


@pytest.fixture(scope="session")
def libical(tmp_path_factory: pytest.TempPathFactory) -> Libical:
    program: Path | None = readers.libical_program(tmp_path_factory.mktemp("libical"))
    if program is None:
        pytest.skip(readers.NO_LIBICAL)
    return lambda ics: readers.by_libical(program, ics)


@pytest.fixture(scope="session")
def ical_js() -> IcalJs:
    if not readers.ical_js_is_there():
        pytest.skip(readers.NO_ICAL_JS)
    return readers.by_ical_js

"""Which time zone data is in use. The pinned package goes before the system's, which may be a year behind.

Debian 12 has 2025b, and 13 zones in the package of late 2026 give other offsets (reliability.md 3.6). The wiring calls
`prefer_pinned_tzdata` once at start, before any zone is used.
"""

from __future__ import annotations

import zoneinfo
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo

from hybrid_sync.ports import Check


def prefer_pinned_tzdata() -> None:
    """Make zoneinfo read the `tzdata` package only, and forget zones that were read from elsewhere."""
    zoneinfo.reset_tzpath(())
    ZoneInfo.clear_cache()


def tzdata_version() -> str:
    """The zone data in use and where it comes from, like "2026f (tzdata 2026.6)" or "2025b (/usr/share/zoneinfo)"."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / "Europe" / "Brussels").exists():
            return f"{_system_version(folder)} ({folder})"
    try:
        return f"{import_module('tzdata').IANA_VERSION} (tzdata {version('tzdata')})"
    except (ModuleNotFoundError, PackageNotFoundError):
        return "none"


def check() -> Check:
    """For `doctor`."""
    found = tzdata_version()
    if found == "none":
        return Check("time zone data", False, "none found", "pip install tzdata")
    pinned = "(tzdata " in found
    return Check("time zone data", pinned, found, "" if pinned else "the pinned tzdata package is not in use")


def _system_version(folder: Path) -> str:
    """`tzdata.zi` begins with "# version 2025b", where the system has it."""
    try:
        with open(folder / "tzdata.zi", encoding="utf-8") as file:
            return file.readline().removeprefix("# version").strip()
    except OSError:
        return "unknown"

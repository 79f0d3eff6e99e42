"""Writes docs/dependencies.md: every package that an installation brings along, why, and under which licence.

Reads what is installed beside this interpreter and asks nobody. `python tools/licences.py` writes, with `--check` it only
says what is wrong: a package whose licence is not known, or not among those that were looked at. Exit code 1 then.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
OURS = "hybrid-sync"

ALLOWED = frozenset({
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-1.1", "MPL-2.0",
    "PSF-2.0", "0BSD", "Unlicense", "Zlib",
})  # fmt: skip
"""May be used, changed and handed on in any product; MPL asks that changes to its own files be shown."""

ALLOWED_IN_EXTRAS = frozenset({"LGPL-3.0-only", "LGPL-3.0-or-later"})
"""Linked as a library of its own and only where somebody asks for the extra."""

CHOSEN = {"pyphen": "MPL-1.1"}
"""Packages that leave a choice among several licences, and the one that is taken."""

READ = {"imapclient": "BSD-3-Clause"}
"""Packages that say nothing of it in their metadata; somebody has read the licence file that they carry."""

_SAME = {
    "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "apache software license": "Apache-2.0",
    "mit license": "MIT", "isc license": "ISC", "isc license (iscl)": "ISC", "bsd license": "BSD", "new bsd": "BSD-3-Clause",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "python software foundation license": "PSF-2.0",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
}  # fmt: skip

WHY = {
    "webexpythonsdk": "the Webex session", "msal": "signing in to Microsoft 365", "cryptography": "seals stored tokens",
    "requests": "HTTP", "icalendar": "calendar objects", "apscheduler": "the worker's clock", "sqlalchemy": "the store",
    "alembic": "migrations of the store", "typer": "the command line", "rich": "tables and colours in a terminal",
    "pydantic": "settings", "pydantic-settings": "settings", "fastapi": "the web pages", "uvicorn": "the web server",
    "jinja2": "templates of pages and mails", "itsdangerous": "signed links", "tzdata": "time zones",
    "babel": "dates in many languages", "beautifulsoup4": "event pages in HTML", "aiosmtpd": "the sandbox's mail server",
    "openpyxl": "XLSX", "imapclient": "reads answers and bounces", "psycopg": "PostgreSQL",
    "procrastinate": "the other engine, on PostgreSQL", "weasyprint": "PDF", "prometheus-client": "metrics",
}  # fmt: skip


@dataclass
class Package:
    """`asked` are the versions that pyproject.toml allows, None for what another package brings. `extra`: "" for always."""

    name: str
    licence: str | None
    extra: str
    asked: str | None = None
    brought_by: set[str] = field(default_factory=set)

    @property
    def problem(self) -> str | None:
        """Why it must be looked at; None when all is well."""
        if self.licence is None:
            return f"{self.name} says nothing of its licence"
        allowed = ALLOWED | ALLOWED_IN_EXTRAS if self.extra else ALLOWED
        # "A OR B" leaves the choice, "A AND B" does not.
        choices = [set(re.split(r"\s+AND\s+", choice)) for choice in re.split(r"\s+OR\s+", self.licence)]
        if any(choice <= allowed for choice in choices):
            return None
        return f"{self.name} is under {self.licence}, which nobody has looked at"


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(package: Distribution) -> str | None:
    """By the expression, else the short field, else the classifiers; None where none of them says."""
    told = package.metadata
    if chosen := CHOSEN.get(key(str(told["Name"]))):
        return chosen
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [
        str(line).rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or []
        if "License ::" in str(line)
    ]
    named = [one for one in classifiers if one != "OSI Approved"]
    short = str(told.get("License") or "")
    for text in (short if len(short) < 50 else "", *(named if len(named) == 1 else [])):
        if text.strip():
            return _SAME.get(text.strip().lower(), text.strip())
    return READ.get(key(str(told["Name"])))


def asked_for() -> Iterator[tuple[str, Requirement]]:
    """What pyproject.toml asks for, with the extra that it belongs to; not what only the tests need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra, lines in (("", project["dependencies"]), *project["optional-dependencies"].items()):
        if extra != "test":
            yield from ((extra, Requirement(line)) for line in lines)


def closure() -> dict[str, Package]:
    """Every package that is asked for or brought along, by name. What is not installed here is left out."""
    found: dict[str, Package] = {}
    seen: set[tuple[str, frozenset[str]]] = set()

    def take(wish: Requirement, extra: str, by: str | None) -> None:
        try:
            package = distribution(wish.name)
        except PackageNotFoundError:
            return
        name = key(wish.name)
        entry = found.setdefault(name, Package(name, licence_of(package), extra))
        if by is None:
            entry.asked = str(wish.specifier)
        else:
            entry.brought_by.add(by)
        if (name, frozenset(wish.extras)) in seen:
            return
        seen.add((name, frozenset(wish.extras)))
        for line in package.requires or ():
            needs = Requirement(line)
            if needs.marker is None or any(
                needs.marker.evaluate({"extra": one}) for one in ("", *wish.extras)
            ):
                take(needs, extra, name)

    for extra, wish in asked_for():  # what is always there comes first, so that an extra claims only its own
        take(wish, extra, None)
    return found


def page(packages: dict[str, Package]) -> str:
    """The Markdown."""
    lines = [
        "# What hybrid-sync stands on",
        "",
        (
            "Written by `python tools/licences.py` from what is installed; not by hand. Every licence here may be used in and "
            "handed on with any product; LGPL is accepted in extras only, as a library that stays exchangeable. "
            "`tests/security/test_dependencies.py` fails for a package whose licence is not known or was not looked at."
        ),
        "",
        (
            "A package with a known hole is updated within 7 days when the hole can be reached from outside (web, mail, event "
            "pages), else within 30; the ranges below take fixes by themselves at the next installation."
        ),
        "",
        "| package | versions | why | licence |",
        "|---|---|---|---|",
    ]
    direct = [package for package in packages.values() if package.asked is not None]
    for package in sorted(direct, key=lambda one: (one.extra, one.name)):
        why = WHY.get(package.name, "") + (f" (extra `{package.extra}`)" if package.extra else "")
        lines.append(f"| {package.name} | {package.asked} | {why.strip()} | {package.licence} |")
    lines += ["", "Brought along by these:", "", "| package | by | licence |", "|---|---|---|"]
    brought = [package for package in packages.values() if package.asked is None]
    for package in sorted(brought, key=lambda one: one.name):
        lines.append(f"| {package.name} | {', '.join(sorted(package.brought_by))} | {package.licence} |")
    lines += [
        "",
        "## Where foreign bytes are parsed",
        "",
        ("Event pages (Python's HTML parser through beautifulsoup4: at most 5 MB and 20 seconds), XLSX (openpyxl after our "
        "own look at the zip and its XML), calendar replies (icalendar), mail (Python's email), JSON of providers. None "
        "of it is parsed in the web process."),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def main() -> int:
    packages = closure()
    problems = [package.problem for package in packages.values() if package.problem]
    for problem in problems:
        print(problem, file=sys.stderr)
    if "--check" not in sys.argv[1:]:
        (ROOT / "docs" / "dependencies.md").write_text(page(packages), encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""docs/calendar.md names what is written, and nothing else."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

from hybrid_sync.domain.ledger import Method
from hybrid_sync.domain.people import Mode, Registrant
from tests.judges.objects import a_mail
from tests.judges.readers import calendar_mail

DOCS = Path(__file__).parents[2] / "docs" / "calendar.md"


def messages() -> list[bytes]:
    room = Registrant("r-2", "water", "eva@example.org", "Eva", "Novák", mode=Mode.ROOM)
    day = ("2027-06-09 10:00", "2027-06-09 11:30")
    return [
        a_mail(*day),
        a_mail(*day, method=Method.CANCEL, sequence=1),
        a_mail(*day, person=room),
        a_mail(*day, zone="Africa/Casablanca"),
    ]


def written_properties() -> set[str]:
    found = set()
    for content in messages():
        lines = calendar_mail(content).ics.decode().replace("\r\n ", "").splitlines()
        for line in lines:
            name, value = re.split("[:;]", line, maxsplit=1)
            if name not in ("BEGIN", "END"):
                found.add(name)
            elif value in ("VTIMEZONE", "DAYLIGHT", "STANDARD"):
                found.add(value if value == "VTIMEZONE" else f"BEGIN:{value}")
    return found


def written_headers() -> set[str]:
    found: set[str] = set()
    for content in messages():
        found |= set(message_from_bytes(content, policy=policy.SMTP).keys())
    return found - {"Content-Type"}


def named(heading: str) -> set[str]:
    """The first column of the table under that heading."""
    text = DOCS.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_table_of_the_object_is_what_is_written() -> None:
    assert named("The object") == written_properties()


def test_the_table_of_the_mail_is_what_is_written() -> None:
    assert named("The mail") == written_headers()

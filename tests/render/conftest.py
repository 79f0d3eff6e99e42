"""One event, one person, one report, and readers that share nothing with what they judge."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from types import SimpleNamespace
from typing import Any

import pytest

from hybrid_sync.domain.attendance import Attendance, Segment, attendance
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import Facts, LinkKind, WantedMessage, facts_for
from hybrid_sync.domain.ledger import Method
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, Registrant
from hybrid_sync.render.invitation import Mailbox, compose

SENDER = Mailbox("Events desk", "events@example.eu")
STAMP = datetime(2027, 5, 3, 7, 30, 15, tzinfo=UTC)
PAGE = "https://events.example.eu/events/ev-1"
LINK = "https://events.example.eu/join/WyJyLTEiLDFd.c2ln"
OWN_PAGE = "https://events.example.eu/my/WyJyLTEiLDFd.bXlz"


def an_event(starts: str = "2027-06-09T10:00", ends: str = "2027-06-09T11:30", **changes: Any) -> Event:
    zone = changes.pop("zone", "Europe/Brussels")
    folds = changes.pop("folds", (None, None))
    event = Event(
        id="ev-1",
        title="Clean water, safe schools",
        starts=local_time(datetime.fromisoformat(starts), zone, folds[0]),
        ends=local_time(datetime.fromisoformat(ends), zone, folds[1]),
        venue="InfoPoint, Rue de la Loi 43",
        city="Brussels",
        country="Belgium",
        description="What partnerships in five countries have learnt, and what they would do otherwise.\n\n"
        "With time for questions.",
        state=EventState.PUBLISHED,
    )
    return replace(event, **changes)


def a_person(**changes: Any) -> Registrant:
    person = Registrant("r-1", "ev-1", "zoe@example.org", "Zoë", "Müller", organisation="Enabel")
    return replace(person, **changes)


def wanted_for(
    event: Event,
    person: Registrant,
    *,
    before: Facts | None = None,
    method: Method = Method.REQUEST,
    sequence: int = 0,
    link: str | None = LINK,
    link_kind: LinkKind = LinkKind.PERSONAL,
) -> WantedMessage:
    kind = "mail.cancellation" if method is Method.CANCEL else "mail.update" if before else "mail.invitation"
    facts = facts_for(event, person, link, link_kind)
    return WantedMessage(person, "uid-1", 1, sequence, method, facts, kind, person.email, before)


def composed(event: Event, wanted: WantedMessage, **changes: Any) -> bytes:
    told: dict[str, Any] = {
        "stamp": STAMP,
        "message_id": f"<uid-1.{wanted.sequence}.{wanted.method.value.lower()}@example.eu>",
        "sender": SENDER,
        "public_url": PAGE,
        "own_page": OWN_PAGE,
    }
    return compose(event, wanted, **(told | changes))


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


def mailbox_of(raw: bytes, header: str) -> tuple[str, str]:
    """Name and address of a header with one mailbox.

    By the older parser: the newer one puts a space between encoded words, which RFC 2047 6.2 forbids
    (python/cpython#92081).
    """
    value = message_from_bytes(raw, policy=policy.compat32)[header]
    name, address = parseaddr(value)
    return (str(make_header(decode_header(name))), address)


def parts(raw: bytes) -> dict[str, bytes]:
    """The decoded leaves by media type."""
    leaves = [part for part in read(raw).walk() if not part.is_multipart()]
    return {part.get_content_type(): part.get_payload(decode=True) for part in leaves}  # type: ignore[misc]


def content_lines(ics: bytes) -> list[str]:
    """Unfolded lines of a calendar object, after a look at every octet (RFC 5545 3.1)."""
    assert ics.endswith(b"\r\n")
    physical = ics[:-2].split(b"\r\n")
    assert all(0 < len(line) <= 75 for line in physical)
    assert not any(octet in ics.replace(b"\r\n", b"") for octet in range(0x20) if octet != 0x09)
    for line in physical:
        line.decode()  # no character is cut in two
    return re.sub(rb"\r\n[ \t]", b"", ics[:-2]).decode().split("\r\n")


def fields(ics: bytes, component: str = "VEVENT") -> dict[str, tuple[str, str]]:
    """Name -> (parameters, value) of one component; a name that comes twice fails."""
    lines = content_lines(ics)
    inside = lines[lines.index(f"BEGIN:{component}") + 1 : lines.index(f"END:{component}")]
    found: dict[str, tuple[str, str]] = {}
    for line in inside:
        match = re.fullmatch(
            r'([A-Z0-9-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)', line
        )
        assert match, line
        assert match[1] not in found, line
        found[match[1]] = (match[2], match[3])
    return found


def unescaped(value: str) -> str:
    codes = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\"}
    return re.sub(r"\\(.)", lambda match: codes[match[1]], value)


def a_report(event: Event | None = None, segments: list[Segment] | None = None) -> Attendance:
    """Four registrants: one online, one in the room, one in both, one not there; a guest, and a host."""
    event = event or an_event()
    people = [
        a_person(),
        a_person(id="r-2", email="bob@example.org", first_name="Bob", last_name="Nowak", mode=Mode.ROOM),
        a_person(id="r-3", email="eva@example.org", first_name="Eva", last_name="", organisation=None),
        a_person(id="r-4", email="dan@example.org", first_name="Dan", last_name="Óla", mode=Mode.ROOM),
    ]
    base = event.starts.instant

    def stay(key: str, name: str, email: str, start: float, end: float | None, **more: Any) -> Segment:
        joined = base + timedelta(minutes=start)
        left = None if end is None else base + timedelta(minutes=end)
        return Segment(key, event.id, more.pop("instance", "run-1"), name, email, joined, left, **more)

    if segments is None:
        segments = [
            stay("1", "Zoë", "zoe@example.org", -3, 40),
            stay("2", "Zoë (phone)", "ZOE@example.org", 30, 60, device="phone"),
            stay("3", "Bob", "bob@example.org", 0, 90, source="room", instance="door.csv"),
            stay("4", "Eva", "eva@example.org", 5, 20),
            stay("5", "Eva", "eva@example.org", 30, None, source="room", instance="door.csv"),
            stay("6", "iPhone 12", "", 10, 55),
            stay("7", "Desk", "desk@example.eu", -20, 95, role="host"),
        ]
    return attendance(event, people, segments, pulled_at=base + timedelta(hours=4))


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The builders above. A fixture, because tests are not a package."""
    return SimpleNamespace(
        event=an_event, person=a_person, wanted=wanted_for, composed=composed, report=a_report,
        sender=SENDER, stamp=STAMP, page=PAGE, link=LINK, own_page=OWN_PAGE,
    )  # fmt: skip


@pytest.fixture(scope="session")
def reading() -> SimpleNamespace:
    """The readers above."""
    return SimpleNamespace(
        message=read,
        mailbox=mailbox_of,
        parts=parts,
        content_lines=content_lines,
        fields=fields,
        unescaped=unescaped,
    )


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """A file that a person has read and found right."""
    folder = request.config.rootpath / "tests" / "render" / "goldens"
    return lambda name: (folder / name).read_text(encoding="utf-8")

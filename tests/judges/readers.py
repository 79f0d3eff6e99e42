"""Four readers of calendar objects and mails that share nothing with what writes them.

libical judges grammar and the iTIP tables of RFC 5546, ical.js the zone (it knows no other than the object's own),
vobject is a second opinion, the standard library reads the mail round it. Each gives the same small `Reading`.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import vobject

HERE = Path(__file__).parent
NO_LIBICAL = "libical is missing: apt-get install gcc libc6-dev pkg-config libical-dev"
NO_ICAL_JS = (
    "ical.js is missing: apt-get install nodejs npm, then npm install --no-package-lock --prefix tests/judges"
)


@dataclass(frozen=True)
class Reading:
    """What a reader takes from an object; instants in UTC."""

    method: str
    uid: str
    sequence: int
    start: datetime
    end: datetime
    attendee: str | None


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def libical_program(folder: Path) -> Path | None:
    """Compile the judge; None where compiler or library are missing."""
    compiler, config = shutil.which("cc") or shutil.which("gcc"), shutil.which("pkg-config")
    if compiler is None or config is None:
        return None
    flags = subprocess.run(
        [config, "--cflags", "--libs", "libical"], check=False, capture_output=True, text=True
    )
    if flags.returncode != 0:
        return None
    program = folder / "libical_check"
    source = str(HERE / "libical_check.c")
    command = [compiler, "-Wall", "-Wextra", "-Werror", "-o", str(program), source, *flags.stdout.split()]
    subprocess.run(command, check=True, capture_output=True)
    return program


def by_libical(program: Path, ics: bytes) -> Reading:
    """Raises AssertionError with libical's complaints."""
    run = subprocess.run([program], check=False, input=ics, capture_output=True)
    facts = [line.split(" ", 1) for line in run.stdout.decode().splitlines()]
    assert run.returncode == 0, [value for name, value in facts if name == "error"]
    told = dict(facts)
    return Reading(
        told["method"],
        told["uid"],
        int(told["sequence"]),
        _instant(told["start"]),
        _instant(told["end"]),
        _address(told.get("attendee")),
    )


def ical_js_is_there() -> bool:
    return shutil.which("node") is not None and (HERE / "node_modules" / "ical.js").is_dir()


def by_ical_js(objects: Mapping[str, bytes]) -> dict[str, Reading]:
    """All at once, because a process for each would take longer than the reading."""
    texts = json.dumps({name: ics.decode() for name, ics in objects.items()})
    run = subprocess.run(
        ["node", HERE / "ical_js.mjs"], input=texts.encode(), capture_output=True, check=True, cwd=HERE
    )
    return {name: _from_ical_js(name, answer) for name, answer in json.loads(run.stdout).items()}


def _from_ical_js(name: str, answer: Mapping[str, Any]) -> Reading:
    assert "error" not in answer, f"{name}: {answer['error']}"
    [event] = answer["events"]
    assert event["start"], f"{name}: ical.js finds no zone of the object's own"
    attendee = event["attendees"][0] if event["attendees"] else None
    return Reading(
        answer["method"].upper(),
        event["uid"],
        event["sequence"],
        _instant(event["start"]),
        _instant(event["end"]),
        _address(attendee),
    )


def by_vobject(ics: bytes) -> Reading:
    calendar = vobject.readOne(io.StringIO(ics.decode()), validate=True)
    event = calendar.vevent
    return Reading(
        calendar.method.value,
        event.uid.value,
        int(event.sequence.value),
        event.dtstart.value.astimezone(UTC),
        event.dtend.value.astimezone(UTC),
        _address(event.attendee.value) if hasattr(event, "attendee") else None,
    )


def _address(text: str | None) -> str | None:
    return text.lower().removeprefix("mailto:") if text else None


@dataclass(frozen=True)
class Mail:
    """A message as the standard library reads it, with its calendar object."""

    to: str
    sender: str
    subject: str
    message_id: str
    ics: bytes


def calendar_mail(content: bytes) -> Mail:
    """Checks the shape that all readers understand (calendar.md B5) on the way."""
    message = message_from_bytes(content, policy=policy.SMTP)
    assert message.get_content_type() == "multipart/mixed"
    alternative, copy = message.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    parts = list(alternative.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    calendar = parts[-1]
    ics, attached = calendar.get_payload(decode=True), copy.get_payload(decode=True)
    assert isinstance(ics, bytes)
    assert ics == attached, "both forms are the same bytes"
    assert calendar["Content-Transfer-Encoding"] == copy["Content-Transfer-Encoding"] == "base64"
    assert copy.get_content_type() == "application/ics"
    method = calendar["Content-Type"].params["method"]
    assert f"METHOD:{method}\r\n".encode() in ics
    assert not message.defects
    assert "Reply-To" not in message
    [to], [sender] = message["To"].addresses, message["From"].addresses
    return Mail(to.addr_spec, sender.addr_spec, str(message["Subject"]), str(message["Message-ID"]), ics)

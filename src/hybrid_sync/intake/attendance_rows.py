"""The rows of an attendance file become stays, one by one, or are refused with field and reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.presence import Segment
from hybrid_sync.intake.attendance_durations import duration
from hybrid_sync.intake.attendance_sources import Columns, Source
from hybrid_sync.intake.attendance_times import Times, Told, Unreadable
from hybrid_sync.intake.characters import bare, shown
from hybrid_sync.intake.csv_rows import Row
from hybrid_sync.intake.refused_rows import RefusedRow, RowRefusal

LONGEST = {"name": 300, "email": 320, "session": 200, "device": 100, "role": 100, "meeting": 400, "code": 40}
"""Characters; a longer value is some other column or an attack, and is refused rather than cut."""

# Webex and Teams, in the languages of attendance_headers. In Teams everybody may be a presenter: no sign of staff.
_ROLES = {
    "host": """host hostpresenter organizer organiser anfitriao organizador organisateur hote gastgeber organisator
        anfitrion organizzatore""",
    "cohost": "cohost coorganizer coorganiser coanfitriao cohote coorganizador coorganisateur mitgastgeber",
    "panelist": "panelist panellist painelista paneliste diskussionsteilnehmer panellid panelista",
    "attendee": """attendee participant participante convidado presenter guest invitee invite teilnehmer deelnemer
        asistente invitado partecipante apresentador presentateur referent presentator presentador relatore""",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_MAIN = {
    "mainsession", "main", "sessaoprincipal", "sessionprincipale", "hauptsitzung", "hoofdsessie", "sesionprincipal",
    "sessioneprincipale",
}  # fmt: skip


@dataclass
class Taker:
    """Takes the rows of one file as online stays of one event."""

    source: Source
    event_id: str
    columns: Columns
    width: int
    times: Times
    meeting: str = ""
    started: str = ""
    """The meeting, for files that tell it once and not in each row."""
    segments: list[Segment] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    meetings: dict[str, None] = field(default_factory=dict)
    equal_rows: int = 0
    odd_roles: Counter[str] = field(default_factory=Counter)
    _leaves: dict[str, list[str]] = field(default_factory=dict)
    _runs: dict[tuple[str, str], str] = field(default_factory=dict)
    _strings: dict[str, str] = field(default_factory=dict)
    _bare: dict[str, str] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Add the row's stay, or the reason why it is refused. Blank rows and repeated headers are nothing."""
        if row.is_blank:
            return
        try:
            stay = self._stay(row)
        except RowRefusal as no:
            self.refused.append(RefusedRow(self.source.name, row.line, no.field, no.reason, shown(no.value)))
            return
        if stay is None:
            self.equal_rows += 1
        else:
            self.segments.append(stay)

    def _stay(self, row: Row) -> Segment | None:
        check_shape(row, self.width)
        email, name = self._who(row)
        joined, left = self._times(row)
        device, session = self._text(row, "device"), self._text(row, "session")
        self.sessions.add(session)
        run = self._run(row)
        who = email_key(email) or " ".join(name.casefold().split())
        key = self._key(f"{run}|{who}|{device}|{session}|{joined.mark}", left.mark if left else "")
        if key is None:
            return None
        return Segment(
            key=key,
            event_id=self.event_id,
            instance_id=run,
            display_name=name or email,
            email=email,
            joined=joined.instant,
            left=left.instant if left else None,
            role=self._role(row),
            source="file",
            device=device,
            session="" if self._word(session) in _MAIN else session,
        )

    def _key(self, told: str, left: str) -> str | None:
        """The same for the same row in every copy of the file; None for a row that is there already.

        Rows that differ in their end alone are kept beside each other.
        """
        key = "file:" + hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]
        ends = self._leaves.setdefault(key, [])
        if left in ends:
            return None
        ends.append(left)
        return key if len(ends) == 1 else f"{key}#{len(ends)}"

    def _text(self, row: Row, name: str) -> str:
        value = cell(self.columns, row, name)
        return self._strings.setdefault(value, value)

    def _word(self, text: str) -> str:
        """`bare`, worked out once for each of the few words that such columns have."""
        known = self._bare.get(text)
        if known is None:
            known = self._bare[text] = bare(text)
        return known

    def _who(self, row: Row) -> tuple[str, str]:
        email = cell(self.columns, row, "email")
        if "@" not in email:
            email = ""  # a dash, "n/a": no address was told
        name = cell(self.columns, row, "name")
        if not name:
            name = f"{cell(self.columns, row, 'first_name')} {cell(self.columns, row, 'last_name')}".strip()
        if not (email or name):
            raise RowRefusal("name", "is empty, and there is no e-mail address: nobody to count it for")
        return email, name

    def _times(self, row: Row) -> tuple[Told, Told | None]:
        """From when to when; what a stay lasted tells the end that is missing."""
        joined, left = self._time(row, "joined"), self._time(row, "left")
        lasted = self._lasted(row) if joined is None or left is None else None
        if joined is None and left is not None and lasted is not None:
            joined = Told(left.instant - lasted, f"{left.mark}-{lasted}")
        if joined is None:
            raise RowRefusal("joined", "is empty: write when the stay began")
        if left is None and lasted is not None:
            left = Told(joined.instant + lasted, f"+{lasted}")
        if left is not None and left.instant < joined.instant:
            raise RowRefusal(
                "left",
                f"is before the start of the stay ({cell(self.columns, row, 'joined')})",
                cell(self.columns, row, "left"),
            )
        return joined, left

    def _time(self, row: Row, name: str) -> Told | None:
        return time_of(self.times, self.columns, row, name)

    def _lasted(self, row: Row) -> timedelta | None:
        told = cell(self.columns, row, "duration")
        if told in ("", "-"):
            return None
        try:
            return duration(told)
        except ValueError:
            raise RowRefusal("duration", "is no length of time; write it like 45 min or 1:20", told) from None

    def _role(self, row: Row) -> str:
        told = self._text(row, "role")
        role = _ROLE_OF.get(self._word(told)) if told else "attendee"
        if role is None:
            self.odd_roles[shown(told)] += 1
        return role or "attendee"

    def _run(self, row: Row) -> str:
        """Names the run of the meeting that the row belongs to, the same in every copy of the file."""
        meeting = self._text(row, "meeting") or self.meeting
        started = self._text(row, "meeting_start") or self.started
        run = self._runs.get((meeting, started))
        if run is None:
            self.meetings.setdefault(meeting)
            at = self._mark(started)
            run = (
                "file:" + hashlib.sha256(f"{bare(meeting)}|{at}".encode("utf-8", "replace")).hexdigest()[:12]
            )
            self._runs[(meeting, started)] = run
        return run

    def _mark(self, started: str) -> str:
        try:
            told = self.times.read(started)
        except Unreadable:
            return started  # names the run all the same
        return told.mark if told else ""

    def notes(self) -> list[str]:
        """What to tell about the rows that were taken."""
        told = list(self.source.notes)
        if self.equal_rows:
            told.append(f"rows that are there twice and were taken once: {self.equal_rows}")
        if self.odd_roles:
            seen = ", ".join(f"'{role}' ({number})" for role, number in self.odd_roles.most_common(5))
            told.append(f"roles that are not known count as attendees: {seen}")
        return told


def cell(columns: Columns, row: Row, name: str) -> str:
    """A cell's text. Raises RowRefusal when it is longer than any such text."""
    value = columns(row, name)
    most = LONGEST.get(name, 300)
    if len(value) > most:
        raise RowRefusal(name, f"has {len(value)} characters, at most {most} are taken", value)
    return value


def time_of(times: Times, columns: Columns, row: Row, name: str) -> Told | None:
    told = cell(columns, row, name)
    try:
        return times.read(told)
    except Unreadable as no:
        raise RowRefusal(name, str(no), told) from no


def check_shape(row: Row, width: int) -> None:
    """Raises RowRefusal for a row that cannot be split, or has more cells than there are columns."""
    if row.broken:
        raise RowRefusal("row", row.broken)
    if any(text.strip() for text in row.cells[width:]):
        raise RowRefusal(
            "row", f"has {len(row.cells)} cells where the header has {width}: is a delimiter not quoted?"
        )

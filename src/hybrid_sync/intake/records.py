"""Event records in TOML, as organisers write them by hand or `record_writing` wrote them."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from typing import Any, TypeVar

from hybrid_sync.domain.events import Event, EventState, EventWarning, Speaker
from hybrid_sync.domain.localtime import BRUSSELS, LocalTime, local_time, zone
from hybrid_sync.domain.people import is_email_address
from hybrid_sync.errors import InputError, TimeError, UserError
from hybrid_sync.intake.characters import clean, one_line, shown
from hybrid_sync.intake.languages import language_code
from hybrid_sync.intake.record_times import as_datetime, with_offset
from hybrid_sync.intake.sources import decode, event_id_for

_ONE_LINE = ("title", "venue", "city", "country", "registration_url", "source")
_KEYS = {
    "id", "title", "starts", "ends", "time_zone", "starts_utc", "ends_utc", "venue", "city", "country",
    "onsite", "online", "languages", "organisers", "description", "speakers", "moderators",
    "registration_url", "state",    "warnings", "source", "generation",
}  # fmt: skip
_PERSON_KEYS = {"name", "role", "organisation", "email"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

T = TypeVar("T")


def read_record(data: bytes, name: str) -> Event:
    """The event that a TOML record tells; `name` is the file in messages.

    `starts` and `ends` are wall times in `time_zone` (Europe/Brussels when missing): TOML local datetimes or
    text such as "2024-03-13 14:00". A time with an offset is taken when the zone has that offset on that day;
    that is also how one of the two showings of a repeated hour is chosen. Raises InputError with all problems
    at once, and TimeError when the only problem is a wall time that does not exist or exists twice.
    """
    text = decode(data, name)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is not a TOML record: {error}") from error
    return _Record(name, text, table).event()


class _Record:
    """One record while it is read: collects problems instead of stopping at the first."""

    def __init__(self, name: str, text: str, table: dict[str, Any]) -> None:
        self.name, self.text, self.table = name, text, table
        self.problems: list[str] = []
        self.time_error: TimeError | None = None

    def event(self) -> Event:
        self._unknown_keys(self.table, _KEYS, "")
        zone_name = self._zone()
        starts = self._moment("starts", zone_name) if zone_name else None
        ends = self._moment("ends", zone_name) if zone_name else None
        lines = {key: self._line(key) for key in _ONE_LINE}
        values: dict[str, Any] = {
            "onsite": self._get("onsite", bool, True),
            "online": self._get("online", bool, True),
            "languages": self._languages(),
            "organisers": self._words("organisers"),
            "description": clean(self._get("description", str, "")).strip(),
            "speakers": self._people("speakers"),
            "moderators": self._people("moderators"),
            "state": self._state(),
            "warnings": self._warnings(),
            "generation": self._get("generation", int, 1),
            "id": self._id(lines["title"], starts),
        }
        self._check_whole(lines, starts, ends)
        if self.problems:
            self._refuse()
        assert starts is not None  # _check_whole has said so
        return Event(starts=starts, ends=ends, **lines, **values)  # type: ignore[arg-type]

    def _refuse(self) -> None:
        if self.time_error and len(self.problems) == 1:
            raise TimeError(self.problems[0], self.time_error.readings)
        raise InputError(self.problems)

    def _check_whole(
        self, lines: dict[str, str | None], starts: LocalTime | None, ends: LocalTime | None
    ) -> None:
        if not lines["title"] and not self._is_told("title"):
            self._problem("title", "is missing: give the event a title")
        if "starts" not in self.table:
            self._problem("starts", "is missing: write starts = 2024-03-13T14:00:00")
        if starts and ends and ends.instant <= starts.instant:
            self._problem(
                "ends", f"({ends.wall:%Y-%m-%d %H:%M}) is not after starts ({starts.wall:%Y-%m-%d %H:%M})"
            )
        for key, moment in (("starts_utc", starts), ("ends_utc", ends)):
            self._check_utc(key, moment)

    def _is_told(self, key: str) -> bool:
        return any(problem.startswith((f"{self.name}{self._at(key)}: {key} ",)) for problem in self.problems)

    def _check_utc(self, key: str, moment: LocalTime | None) -> None:
        told = self.table.get(key)
        if told is None or moment is None:
            return
        if isinstance(told, str):
            try:
                told = datetime.fromisoformat(told)
            except ValueError:
                told = None
        if not isinstance(told, datetime) or told.tzinfo is None:
            self._problem(key, "is not an instant; leave it out, it is worked out from the wall time")
        elif told.astimezone(UTC) != moment.instant:
            self._problem(
                key,
                f"is {told.astimezone(UTC):%Y-%m-%d %H:%M}Z, but {moment.wall:%Y-%m-%d %H:%M} in "
                f"{moment.zone} is {moment.instant:%Y-%m-%d %H:%M}Z: correct one or leave this one out",
            )

    def _problem(self, key: str, text: str) -> None:
        self.problems.append(f"{self.name}{self._at(key)}: {key} {text}")

    def _at(self, key: str) -> str:
        """The line that a key stands on, as far as one can tell without a TOML parser that keeps lines."""
        bare_key = re.escape(key.rpartition(".")[2])
        found = re.search(
            rf"""^[ \t]*(\[\[?)?[ \t]*["']?{bare_key}["']?[ \t]*(=|\]|\.)""", self.text, re.MULTILINE
        )
        if not found:
            found = re.search(rf"""[{{,][ \t]*["']?{bare_key}["']?[ \t]*=""", self.text)
        return f", line {self.text.count(chr(10), 0, found.start()) + 1}" if found else ""

    def _unknown_keys(self, table: dict[str, Any], known: set[str], prefix: str) -> None:
        for key in table:
            if key not in known:
                self._problem(
                    prefix + key, f"is not a field of an event; fields are {', '.join(sorted(known))}"
                )

    def _get(self, key: str, kind: type[T], default: T) -> T:
        value = self.table.get(key, default)
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        words = {bool: "true or false", str: "text in quotes", int: "a whole number", list: "a list in [ ]"}
        self._problem(key, f"must be {words[kind]}")
        return default

    def _line(self, key: str) -> str | None:
        return one_line(self._get(key, str, "")) or None

    def _zone(self) -> str | None:
        name = self._get("time_zone", str, BRUSSELS)
        try:
            return zone(name).key
        except InputError as error:
            self._problem("time_zone", str(error))
            return None

    def _moment(self, key: str, zone_name: str) -> LocalTime | None:
        value = self.table.get(key)
        if value is None:
            return None
        try:
            moment = as_datetime(value)
            if moment.tzinfo is None:
                return local_time(moment, zone_name)
            return with_offset(moment, zone_name)
        except TimeError as error:
            self.time_error = error
            self._problem(key, f"{error}, or with its offset")
        except UserError as error:
            self._problem(key, str(error))
        return None

    def _words(self, key: str) -> tuple[str, ...]:
        items = self._get(key, list, [])
        if not all(isinstance(item, str) for item in items):
            self._problem(key, 'must be a list of texts, such as ["one", "two"]')
            return ()
        return tuple(word for word in map(one_line, items) if word)

    def _languages(self) -> tuple[str, ...]:
        codes = []
        for word in self._words("languages"):
            code = language_code(word)
            if code is None:
                self._problem(
                    "languages", f'has \'{shown(word)}\'; write two-letter codes such as "en", "fr"'
                )
            elif code not in codes:
                codes.append(code)
        return tuple(codes)

    def _people(self, key: str) -> tuple[Speaker, ...]:
        people = []
        for number, item in enumerate(self._get(key, list, []), start=1):
            if isinstance(item, str):
                item = {"name": item}
            if not isinstance(item, dict) or not all(isinstance(value, str) for value in item.values()):
                self._problem(
                    key, f"number {number} must be {{ name = '...', role = '...', organisation = '...' }}"
                )
                continue
            self._unknown_keys(item, _PERSON_KEYS, f"{key}[{number}].")
            name, *others = (one_line(item.get(k, "")) for k in ("name", "role", "organisation", "email"))
            if not name:
                self._problem(key, f"number {number} has no name")
            if others[2] and not is_email_address(others[2]):
                self._problem(key, f"number {number} has an email that is no e-mail address")
            people.append(Speaker(name, *(word or None for word in others)))
        return tuple(people)

    def _warnings(self) -> tuple[EventWarning, ...]:
        found = []
        for item in self._get("warnings", list, []):
            if (
                isinstance(item, dict)
                and set(item) == {"code", "message"}
                and all(map(_is_text, item.values()))
            ):
                found.append(EventWarning(one_line(item["code"]), clean(item["message"])))
            else:
                self._problem("warnings", "must be tables with code and message; better leave them out")
        return tuple(found)

    def _state(self) -> EventState:
        word = self._get("state", str, EventState.DRAFT.value)
        try:
            return EventState(word)
        except ValueError:
            states = ", ".join(state.value for state in EventState)
            self._problem("state", f"is '{shown(word)}'; states are {states}")
            return EventState.DRAFT

    def _id(self, title: str | None, starts: LocalTime | None) -> str:
        told = self._get("id", str, "")
        if told and not _ID.fullmatch(told):
            self._problem("id", "may hold letters, digits, '.', '_' and '-' only, at most 80")
        return told or (event_id_for(title, starts.date) if title and starts else "")


def _is_text(value: object) -> bool:
    return isinstance(value, str)

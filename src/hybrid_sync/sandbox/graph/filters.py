"""The part of OData that finds our own events again: $filter, $expand, $orderby, $select."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from ..exchange import Refusal
from ..instants import parse
from ..state import Event
from . import fields

Test = Callable[[Event], bool]

_ANY = re.compile(
    r"singleValueExtendedProperties/any\(\s*(\w+)\s*:\s*\1/id eq '((?:[^']|'')+)' and (.+)\)", re.IGNORECASE
)
_COMPARED = re.compile(r"(\w+)/value (eq|ne) '((?:[^']|'')*)'", re.IGNORECASE)
_FUNCTION = re.compile(r"(contains|startswith)\((\w+)/value,\s*'((?:[^']|'')*)'\)", re.IGNORECASE)
_TIME = re.compile(r"(start|end)/dateTime (eq|ge|gt|le|lt) '([^']+)'", re.IGNORECASE)
_PLAIN = re.compile(r"(subject|iCalUId) eq '((?:[^']|'')*)'", re.IGNORECASE)
_EXPAND = re.compile(r"singleValueExtendedProperties\(\s*\$filter=id eq '((?:[^']|'')+)'\s*\)", re.IGNORECASE)
_PROPERTY_ID = re.compile(
    r"(String|StringArray|Integer|Boolean|SystemTime)\s+(\{[0-9a-f-]{36}\})\s+(Name|Id)\s+(\S.*)",
    re.IGNORECASE,
)


def property_key(text: str) -> str:
    """One spelling for a property id: only the name in it is case-sensitive."""
    found = _PROPERTY_ID.fullmatch(text.strip())
    if not found:
        raise Refusal(400, f"'{text}' is not a valid extended property id.", code="ErrorInvalidProperty")
    kind, guid, how, name = found.groups()
    return f"{kind.title()} {guid.lower()} {how.title()} {name}"


def wanted(text: str) -> Test:
    """The test that $filter asks for. Whatever the sandbox cannot evaluate, it refuses."""
    tests = [_one(part) for part in _conjunction(text)]
    return lambda event: all(test(event) for test in tests)


def _conjunction(text: str) -> list[str]:
    """Split at `and` outside of brackets and quotes."""
    parts, depth, quoted, last, index = [], 0, False, 0, 0
    while index < len(text):
        letter = text[index]
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "()":
            depth += 1 if letter == "(" else -1
        elif not quoted and depth == 0 and text[index : index + 5].lower() == " and ":
            parts.append(text[last:index])
            last = index + 5
        index += 1
    return [part.strip() for part in [*parts, text[last:]]]


def _one(text: str) -> Test:
    found = _ANY.fullmatch(text)
    if found:
        return _property_test(property_key(_quoted(found[2])), found[3].strip(), found[1])
    found = _TIME.fullmatch(text)
    if found:
        return _time_test(found[1].lower(), found[2].lower(), found[3])
    found = _PLAIN.fullmatch(text)
    if found:
        name, value = found[1].lower(), _quoted(found[2])
        if name == "subject":
            return lambda event: str(event.data.get("subject", "")).lower() == value.lower()
        return lambda event: event.ical_uid == value
    raise Refusal(400, f"Invalid filter clause: '{text}'.", code="BadRequest")


def _property_test(key: str, condition: str, variable: str) -> Test:
    compared, function = _COMPARED.fullmatch(condition), _FUNCTION.fullmatch(condition)
    if compared and compared[1] == variable:
        value, equal = _quoted(compared[3]).lower(), compared[2].lower() == "eq"
        return lambda event: key in event.properties and (event.properties[key].lower() == value) is equal
    if function and function[2] == variable:
        value, starts = _quoted(function[3]).lower(), function[1].lower() == "startswith"

        def test(event: Event) -> bool:
            held = event.properties.get(key, "").lower()
            return key in event.properties and (held.startswith(value) if starts else value in held)

        return test
    raise Refusal(400, f"Invalid filter clause: '{condition}'.", code="BadRequest")


def _time_test(which: str, operator: str, text: str) -> Test:
    bound = parse(text)
    if bound is None:
        raise Refusal(400, f"'{text}' is not a valid date and time.", code="BadRequest")
    limit: datetime = bound

    def test(event: Event) -> bool:
        instant = event.start if which == "start" else event.end
        return {
            "eq": instant == limit,
            "ge": instant >= limit,
            "gt": instant > limit,
            "le": instant <= limit,
            "lt": instant < limit,
        }[operator]

    return test


def expanded(text: str | None) -> str | None:
    """The key of the one extended property that $expand asks for."""
    if text is None:
        return None
    found = _EXPAND.fullmatch(text.strip())
    if not found:
        raise Refusal(400, f"The query option $expand={text} is not supported.", code="BadRequest")
    return property_key(_quoted(found[1]))


def order(text: str | None) -> tuple[Callable[[Event], str], bool]:
    """The sort key, and whether it goes backwards; by start when nothing is asked."""
    keys: dict[str, Callable[[Event], str]] = {
        "start/datetime": lambda event: event.start.isoformat(),
        "createddatetime": lambda event: event.created.isoformat(),
        "subject": lambda event: str(event.data.get("subject", "")).lower(),
    }
    name, _, direction = (text or "start/dateTime").partition(" ")
    if name.lower() not in keys or direction.lower() not in ("", "asc", "desc"):
        raise Refusal(400, f"The query option $orderby={text} is not supported.", code="BadRequest")
    return keys[name.lower()], direction.lower() == "desc"


def selected(text: str | None) -> set[str] | None:
    """The property names that $select asks for."""
    if text is None:
        return None
    names = {name.strip() for name in text.split(",")}
    unknown = names - set(fields.WRITABLE) - fields.READ_ONLY - fields.LEFT_OUT
    if unknown:
        raise Refusal(400, f"Could not find a property named '{min(unknown)}'.", code="BadRequest")
    return names


def _quoted(text: str) -> str:
    return text.replace("''", "'")

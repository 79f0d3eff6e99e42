"""Values against the schemas of an official description: names and types, not which properties must be there.

Real answers leave out many that the documents call required (ended runs have no password), and some types in them are
wrong (webex.md 13.25 and 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

KNOWN_DEFECTS = {
    # The example shows a string, and every other place types it so.
    ("MeetingAttendeeReportObject", "meetingNumber"),
    # The example is upper case, the enumeration lower.
    ("MeetingAttendeeReportObject", "participantType"),
}
# GET by id answers with the list schema's names for a run and an occurrence; POST answers add registrationId.
BROADER = {("GET", "/meetings/{meetingId}"): "MeetingObjectForListMeeting"}


class Schemas:
    """Schemas with their references resolved and their parts merged."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec

    def get(self, schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The name, if it has one, and the merged schema."""
        name = ""
        while "$ref" in schema:
            name = schema["$ref"].split("/")[-1]
            schema = self.spec["components"]["schemas"][name]
        for part in ("allOf", "anyOf"):
            if part in schema:
                merged: dict[str, Any] = {"properties": {}}
                for one in schema[part]:
                    inner = self.get(one)[1]
                    merged["properties"] |= inner.get("properties", {})
                    merged |= {key: value for key, value in inner.items() if key != "properties"}
                return name, merged
        return name, schema

    def misfits(self, value: Any, schema: dict[str, Any], where: str, owner: str = "") -> Iterator[str]:
        """Every name that the schema does not know, and every value of another type."""
        name, found = self.get(schema)
        owner = name or owner
        if "properties" in found and isinstance(value, dict):
            for key, inner in value.items():
                if key.startswith("@odata"):
                    continue
                if key not in found["properties"]:
                    yield f"{where}.{key} is not in {owner}"
                elif (owner, key) not in KNOWN_DEFECTS:
                    yield from self.misfits(inner, found["properties"][key], f"{where}.{key}", owner)
        elif found.get("type") == "array":
            if not isinstance(value, list):
                yield f"{where} is no array"
                return
            for index, item in enumerate(value):
                yield from self.misfits(item, found["items"], f"{where}[{index}]", owner)
        else:
            kinds = {"string": str, "boolean": bool, "number": (int, float), "integer": int, "object": dict}
            kind = kinds.get(found.get("type", ""))
            wrong = kind is not None and (
                not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))
            )
            if wrong or ("enum" in found and value not in found["enum"]):
                yield f"{where} = {value!r} does not fit {found.get('type')} {found.get('enum', '')}"

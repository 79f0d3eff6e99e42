"""Holds requests against the providers' own descriptions (../shared/specs), where those are at hand."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.http_client.kit import Sent

SPECS = Path(__file__).parents[3] / "shared" / "specs"


@functools.cache
def _spec(name: str) -> dict[str, Any]:
    path = SPECS / f"{name}-openapi.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand")
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def operation(name: str, method: str, path: str) -> dict[str, Any]:
    """The description of a call; the template with the fewest variables wins, as /meetings/join over /meetings/{id}."""
    found = []
    for template, operations in _spec(name)["paths"].items():
        pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
        if method.lower() in operations and re.fullmatch(pattern, path):
            found.append((template.count("{"), operations[method.lower()]))
    assert found, f"{method} {path} is not described"
    best: dict[str, Any] = min(found, key=lambda one: one[0])[1]
    return best


def knows_send_email(sent: Sent, path: str) -> str | None:
    """Where this Webex call knows sendEmail: "query", "body", "items" of the body, or nowhere."""
    described = operation("webex", sent.method, path)
    if any(
        one.get("name") == "sendEmail" and one["in"] == "query" for one in described.get("parameters", [])
    ):
        return "query"
    schema = _body_schema("webex", described)
    properties = schema.get("properties", {})
    if "sendEmail" in properties:
        return "body"
    items = _resolved("webex", properties.get("items", {}).get("items", {}))
    return "items" if "sendEmail" in items.get("properties", {}) else None


def assert_conforms(name: str, sent: Iterable[Sent], prefix: str) -> None:
    """Query names, body names and body types of each request are those of the description."""
    for one in sent:
        path = one.path.removeprefix(prefix.rstrip("/"))
        described = operation(name, one.method, path)
        queries = {_resolved(name, parameter)["name"] for parameter in described.get("parameters", [])}
        assert set(one.query) <= queries | {"$filter", "$select", "$top"}, (one.method, path, one.query)
        if one.body:
            schema = _body_schema(name, described)
            assert schema, f"{one.method} {path} has no body"
            jsonschema.validate(one.json, schema)


def _body_schema(name: str, described: dict[str, Any]) -> dict[str, Any]:
    body = _resolved(name, described.get("requestBody", {}))
    content: dict[str, dict[str, Any]] = body.get("content", {})
    schema: dict[str, Any] = next(iter(content.values()), {}).get("schema", {})
    return _closed(name, schema, 0)


def _resolved(name: str, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = _spec(name)
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _closed(name: str, node: dict[str, Any], depth: int) -> dict[str, Any]:
    """References followed, allOf flattened, null allowed where it is said to be, unknown names refused."""
    node = dict(_resolved(name, node))
    if depth > 8:
        return {}
    for part in node.pop("allOf", []):
        part = _closed(name, part, depth + 1)
        node["properties"] = {**part.get("properties", {}), **node.get("properties", {})}
        node.setdefault("type", part.get("type", "object"))
    # PATCH takes null for a required text that should be cleared; required is not what is tested here.
    node.pop("required", None)
    if "properties" in node:
        node["properties"] = {
            key: _closed(name, value, depth + 1) for key, value in node["properties"].items()
        }
        node["additionalProperties"] = False
    if "items" in node:
        node["items"] = _closed(name, node["items"], depth + 1)
    for key in ("anyOf", "oneOf"):
        if key in node:
            node[key] = [_closed(name, one, depth + 1) for one in node[key]]
    # Webex says in words only that null is taken ("It can be specified `null`").
    if node.pop("nullable", False) or "specified `null`" in node.get("description", ""):
        return {"anyOf": [node, {"type": "null"}]}
    return node

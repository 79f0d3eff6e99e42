"""POST /$batch: up to twenty calls in one, each with a fate of its own.

Fault rules of a status apply to the items too, by their own method and path. Left out: running items at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..exchange import Answer, Refusal, Request
from ..shapes import ANY, TEXT, Fields, texts
from ..world import World

PATH = "/$batch"
_MOST = 20
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_ITEM = Fields(
    {**texts("id url"), "method": _METHODS, "headers": ANY, "body": ANY, "dependsOn": [TEXT]},
    required=frozenset({"id", "method", "url"}),
)
BODY = Fields({"requests": [_ITEM]}, required=frozenset({"requests"}))

Call = Callable[[World, Request], Answer]
Error = Callable[[Refusal], Answer]


def perform(world: World, request: Request, prefix: str, call: Call, error: Error) -> Answer:
    """The whole is 200 when its envelope is in order, whatever became of the items."""
    items = request.data["requests"]
    _check(items)
    done: dict[str, Answer] = {}
    for item in items:
        failed = [one for one in item.get("dependsOn", ()) if done[one].status >= 400]
        if failed:
            done[item["id"]] = error(Refusal(424, "A request that this one depends on has failed."))
        else:
            done[item["id"]] = _one(world, request, item, prefix, call, error)
    answers = [_shown(name, answer) for name, answer in done.items()]
    if world.options.batch_order == "reversed":
        answers.reverse()
    return Answer(json={"responses": answers})


def _check(items: list[Mapping[str, Any]]) -> None:
    if not 1 <= len(items) <= _MOST:
        raise Refusal(400, f"A batch takes 1 to {_MOST} requests.", code="BadRequest")
    known: set[str] = set()
    for item in items:
        if item["id"] in known:
            raise Refusal(400, "Request ids must be unique.", code="BadRequest")
        if not set(item.get("dependsOn", ())) <= known:
            raise Refusal(400, "dependsOn names a request that does not come before.", code="BadRequest")
        headers = item.get("headers", {})
        if not isinstance(headers, dict) or not all(isinstance(one, str) for one in headers.values()):
            raise Refusal(400, "headers must be an object of strings.", code="BadRequest")
        if "body" in item and "content-type" not in {name.lower() for name in headers}:
            raise Refusal(400, "A request with a body needs a Content-Type header.", code="BadRequest")
        known.add(item["id"])


def _one(
    world: World, request: Request, item: Mapping[str, Any], prefix: str, call: Call, error: Error
) -> Answer:
    parts = urlsplit(item["url"])
    path = f"{prefix}/{parts.path.removeprefix('/')}"
    if parts.netloc or path == prefix + PATH:
        return error(Refusal(400, "The url must be relative, and no batch.", code="BadRequest"))
    # Nothing of the outer call holds for the items but who is calling: Prefer counts for the item that says it.
    headers = {name.lower(): value for name, value in item.get("headers", {}).items()}
    inner = replace(
        request,
        method=item["method"],
        path=path,
        pairs=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers={"authorization": request.headers.get("authorization", ""), **headers},
        body=json.dumps(item["body"]).encode() if "body" in item else b"",
    )
    fault = world.faults.take(inner.method, inner.path)
    if fault is None or fault.status is None:
        return call(world, inner)
    if fault.effect:
        call(world, inner)
    waits = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    return error(Refusal(fault.status, "This answer was ordered by a fault rule.", headers=waits))


def _shown(name: str, answer: Answer) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": name, "status": answer.status, "headers": dict(answer.headers)}
    if answer.json is not None:
        shown["headers"]["Content-Type"] = "application/json"
        shown["body"] = answer.json
    return shown

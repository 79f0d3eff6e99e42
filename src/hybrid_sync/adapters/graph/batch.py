"""Many reading calls in one: POST /$batch (calendar.md A10)."""

from __future__ import annotations

from collections.abc import Sequence

from hybrid_sync.adapters.graph.api import PREFER, GraphApi
from hybrid_sync.domain.plan import in_batches
from hybrid_sync.errors import ProviderError, TryLater
from hybrid_sync.http_client import Json, json_of
from hybrid_sync.http_client.parts import part_verdict

MOST = 20
"""Requests that one batch takes."""


def read_many(api: GraphApi, paths: Sequence[str]) -> list[Json | ProviderError]:
    """The objects at `paths`, relative to the version, in their order; an error where one could not be read.

    Each item succeeds or fails by itself, comes back in any order, and names its own Retry-After. An item that was not
    answered is TryLater. Raises when a batch as a whole is not answered.
    """
    return [one for some in in_batches(paths, MOST) for one in _read(api, some)]


def _read(api: GraphApi, paths: Sequence[str]) -> list[Json | ProviderError]:
    requests = [
        {"id": str(number), "method": "GET", "url": f"/{path}", "headers": PREFER}
        for number, path in enumerate(paths)
    ]
    response = api.call("POST", "$batch", json={"requests": requests}, safe=True)
    answers = json_of(api.system, response, safe=True).get("responses")
    listed = answers if isinstance(answers, list) else []
    by_id = {one.get("id"): one for one in listed if isinstance(one, dict)}
    return [_item(api, by_id.get(str(number))) for number in range(len(paths))]


def _item(api: GraphApi, answer: Json | None) -> Json | ProviderError:
    status = answer.get("status") if answer else None
    if answer is None or not isinstance(status, int):
        return TryLater(api.system, "the batch was answered without this item")
    headers, body = answer.get("headers"), answer.get("body")
    named = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    problem = part_verdict(api.system, status, named, body, safe=True, clock=api.clock)
    if problem is not None:
        return problem
    return body if isinstance(body, dict) else TryLater(api.system, "an item of the batch is no JSON object")

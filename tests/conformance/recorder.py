"""Writes down every call that the service makes and every answer, wherever in the service it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from hybrid_sync.http_client import Transport
from tests.http_client.kit import Sent


@dataclass(frozen=True)
class Exchange:
    """One call and what came back. `answer` is the JSON of the body, None when there is none."""

    sent: Sent
    status: int
    answer: Any


class Recorder:
    """Records what goes through any Transport to `system` from `record` on."""

    def __init__(self, system: str) -> None:
        self.system = system
        self.exchanges: list[Exchange] = []

    def record(self, patch: pytest.MonkeyPatch) -> None:
        send, recorder = Transport.send, self

        def recorded(
            self: Transport, request: requests.PreparedRequest, *more: Any, **other: Any
        ) -> requests.Response:
            response = send(self, request, *more, **other)
            if self.system == recorder.system:
                recorder.exchanges.append(_exchange(request, response))
            return response

        patch.setattr(Transport, "send", recorded)


def _exchange(request: requests.PreparedRequest, response: requests.Response) -> Exchange:
    body = request.body or b""
    sent = Sent(
        request.method or "",
        request.url or "",
        {str(name).lower(): str(value) for name, value in request.headers.items()},
        body.encode() if isinstance(body, str) else bytes(body),
    )
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    answer = json.loads(response.content) if is_json and response.content else None
    return Exchange(sent, response.status_code, answer)

"""One answer inside another, as $batch gives them, as an answer of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests

from hybrid_sync.errors import ProviderError
from hybrid_sync.http_client.verdicts import Clock, verdict


def part_verdict(
    system: str, status: int, headers: Mapping[str, str], body: Any, *, safe: bool, clock: Clock
) -> ProviderError | None:
    """What the answer means, by the same rules as for one that came alone; None for success."""
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    response._content = json.dumps(body).encode()
    return verdict(system, response, safe=safe, clock=clock)

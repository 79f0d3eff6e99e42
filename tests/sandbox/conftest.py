"""A running sandbox at a fixed time, and small clients that talk to it over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from hybrid_sync.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
START = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)  # 10:00 in Brussels
END = START + timedelta(hours=2)


class Client:
    """HTTP with a base address and a token; never follows redirects by itself."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        url = path if path.startswith("http") else self.base + path
        return self.session.request(method, url, timeout=60, allow_redirects=False, **more)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self("POST", path, json=json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self("PATCH", path, json=json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self("PUT", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> requests.Response:
        return self("DELETE", path, **more)

    def all_items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every page, following the next links."""
        answer = self.get(path, params=params)
        items = list(answer.json()["items"])
        while "next" in answer.links:
            answer = self.get(answer.links["next"]["url"])
            items += answer.json()["items"]
        return items


class Stand:
    """A sandbox with its two clients and the few calls that nearly every test begins with."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.webex = Client(sandbox.webex_url, sandbox.webex_token)
        self.graph = Client(sandbox.graph_url, sandbox.graph_token)
        self.control = Client(sandbox.url + "/_sandbox/", "none")

    def fields(self, **changes: Any) -> dict[str, Any]:
        """The body for a plain meeting."""
        body = {
            "title": "Open data day",
            "start": "2026-03-20T10:00:00+01:00",
            "end": "2026-03-20T12:00:00+01:00",
            "timezone": "Europe/Brussels",
            "sendEmail": False,
            **changes,
        }
        return {name: value for name, value in body.items() if value is not ...}

    def meeting(self, **changes: Any) -> dict[str, Any]:
        """A meeting that Webex has taken."""
        answer = self.webex.post("meetings", self.fields(**changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def open_meeting(self, **changes: Any) -> str:
        """The id of a meeting with a registration form that approves by itself."""
        return str(self.meeting(**{"registration": {"autoAcceptRequest": True}, **changes})["id"])

    def person(self, email: str = "ann@example.org", **changes: Any) -> dict[str, Any]:
        """The body for a registrant."""
        return {"firstName": "Ann", "lastName": "Peeters", "email": email, "sendEmail": False, **changes}

    def register(self, meeting_id: str, email: str = "ann@example.org", **changes: Any) -> dict[str, Any]:
        """A registrant that Webex has taken."""
        answer = self.webex.post(f"meetings/{meeting_id}/registrants", self.person(email, **changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def registrants(self, meeting_id: str) -> list[dict[str, Any]]:
        """All of them."""
        return self.webex.all_items(f"meetings/{meeting_id}/registrants", max=100)

    def close(self) -> None:
        for client in (self.webex, self.graph, self.control):
            client.session.close()


Open = Callable[..., Stand]


@pytest.fixture
def open_stand() -> Iterator[Open]:
    """Start sandboxes with the options that a test needs; all are stopped afterwards."""
    with ExitStack() as stack:

        def start(**options: Any) -> Stand:
            sandbox = stack.enter_context(Sandbox(options=SandboxOptions(**options)))
            sandbox.clock.set(NOW)
            stand = Stand(sandbox)
            stack.callback(stand.close)
            return stand

        yield start


@pytest.fixture
def stand(open_stand: Open) -> Stand:
    """A sandbox with the default options."""
    return open_stand()


def _refused(answer: requests.Response, status: int, *words: str) -> None:
    """A Webex refusal: the status, the documented body, the tracking id, and the reason in the description."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["trackingId"] == answer.headers["trackingId"]
    told = " ".join(one["description"] for one in body["errors"])
    for word in words:
        assert word in told, told


@pytest.fixture(scope="session")
def refused() -> Callable[..., None]:
    """The check of a Webex refusal."""
    return _refused

"""One walk through all that the Webex adapters do, and what may be said about every request and every log line."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.adapters.webex.conftest import AROUND, ENDS, STARTS, World, a_spec
from tests.builders import a_person
from tests.http_client.kit import Sent
from tests.http_client.specs import assert_conforms, knows_send_email

from hybrid_sync.adapters.webex import WebexCheck
from hybrid_sync.sandbox import Fault

PREFIX = "/v1"


def walk(world: World) -> list[str]:
    """Every kind of call, with and without trouble; returns what must never be logged."""
    secrets = [world.sandbox.webex_token]
    WebexCheck(world.api).check()
    made = world.conference.create(a_spec())
    world.conference.find("hs.water", None, AROUND)
    later = a_spec(
        title="Other", agenda="", starts=STARTS + timedelta(hours=1), ends=ENDS + timedelta(hours=1)
    )
    moved = world.conference.update(made, later)
    everybody = [a_person(f"ada{number}") for number in range(5)]
    world.registrants.add(made.id, everybody[:4])
    # One refused batch, so that single registrations are walked too.
    world.sandbox.faults.add(Fault("POST", "*/bulkInsert", status=400))
    world.registrants.add(made.id, everybody)
    world.sandbox.clock.set(later.starts - timedelta(minutes=2))
    join_url = world.conference.join_url(made.id, everybody[0].email, "Ada", moved.password)
    script = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "link": join_url},
        {"do": "end", "at": "+60m"},
    ]
    world.sandbox.happen(made.id, script)
    world.sandbox.clock.set(later.ends + timedelta(minutes=30))
    pull = world.reports.pull("water", made.id, (later.starts, later.ends))
    assert {one.email for one in pull.segments} >= {everybody[0].key}
    listed = world.registrants.listed(made.id)
    assert len(listed) == 5
    world.registrants.remove(made.id, listed)
    world.conference.cancel(moved)
    secrets += [join_url, moved.password or "", moved.web_link or "", *(person.email for person in everybody)]
    return secrets


@pytest.fixture(params=[None, "host2@hybrid.example"], ids=["own host", "acting for a host"])
def walked(request: pytest.FixtureRequest, a_world: Callable[..., World]) -> World:
    world = a_world(acting=request.param, token_kind="admin" if request.param else "user")
    walk(world)
    return world


def test_every_call_that_knows_send_email_says_false(walked: World) -> None:
    said: dict[str, int] = {}
    for sent in walked.transport.writes:
        where = knows_send_email(sent, sent.path.removeprefix(PREFIX))
        if where:
            said[f"{sent.method} {where}"] = said.get(f"{sent.method} {where}", 0) + 1
            assert says_false(sent, where), (sent.method, sent.path)
    assert set(said) == {"POST body", "POST items", "PATCH body", "DELETE query"}
    assert walked.sandbox.state.webex_mails == []


def says_false(sent: Sent, where: str) -> bool:
    if where == "query":
        return sent.query["sendEmail"] == "false"
    if where == "items":
        return all(item["sendEmail"] is False for item in sent.json["items"])
    return sent.json["sendEmail"] is False


def test_every_request_is_as_the_official_description_has_it(walked: World) -> None:
    assert len({(sent.method, sent.path.count("/")) for sent in walked.transport.sent}) > 5
    assert_conforms("webex", walked.transport.sent, PREFIX)


def test_no_secret_link_or_whole_address_is_ever_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="hybrid_sync"):
        secrets = walk(world)
        world.sandbox.faults.add(Fault("*", "*", status=400, times=None))
        with pytest.raises(Exception, match="400") as caught:
            world.conference.create(a_spec())
    own = "\n".join(
        record.getMessage() + str(record.__dict__)
        for record in caplog.records
        if record.name.startswith("hybrid_sync")
    )
    assert own.count("webex POST") > 5
    for secret in secrets:
        assert secret not in own
        assert secret not in str(caught.value)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import responses
from responses import matchers
from tests.adapters.webex.conftest import AROUND, ENDS, NOW, STARTS, World, a_spec, stubbed
from tests.builders import a_person

from hybrid_sync.adapters.webex import WebexConference
from hybrid_sync.domain.meetings import Meeting
from hybrid_sync.errors import OutcomeUnknown, Refused, TryLater
from hybrid_sync.sandbox import Fault

# --- joining ------------------------------------------------------------------------------------------------------


def test_a_join_url_lets_a_registered_person_in_and_lives_for_minutes(world: World) -> None:
    made = world.conference.create(a_spec())
    world.registrants.add(made.id, [a_person("ada", email="Ada@Example.org")])
    assert world.conference.join_url(made.id, "Ada@Example.org", "Ada  Lovelace", made.password).startswith(
        "http"
    )
    assert world.transport.sent[-1].json == {
        "meetingId": made.id,
        "joinDirectly": False,
        "email": "ada@example.org",
        "displayName": "Ada Lovelace",
        "expirationMinutes": 5,
        "password": made.password,
    }


def test_a_stranger_gets_no_join_url(world: World) -> None:
    made = world.conference.create(a_spec())
    with pytest.raises(Refused):
        world.conference.join_url(made.id, "stranger@example.org", "Stranger", made.password)


def test_a_lost_join_answer_is_for_later_because_asking_changes_nothing(world: World) -> None:
    made = world.conference.create(a_spec())
    world.sandbox.faults.add(Fault("POST", "/v1/meetings/join", drop="after"))
    with pytest.raises(TryLater):
        world.conference.join_url(made.id, "ada@example.org", "Ada", made.password)


@pytest.mark.parametrize("minutes", [0, 61])
def test_a_life_of_a_join_url_beyond_webexs_bounds_is_a_mistake(world: World, minutes: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 60"):
        WebexConference(world.api, link_minutes=minutes)


# --- answers that are lost or odd ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "/v1/meetings", drop="after"),
        Fault("POST", "/v1/meetings", drop="before"),
        Fault("POST", "/v1/meetings", status=502, effect=True, body="html"),
        Fault("POST", "/v1/meetings", status=504, effect=True),
        Fault("POST", "/v1/meetings", status=500),
        Fault("POST", "/v1/meetings", body="truncated"),
        Fault("POST", "/v1/meetings", body="halved"),
        Fault("POST", "/v1/meetings", body="html"),
    ],
    ids=lambda fault: f"{fault.status or ''}{fault.drop or ''}{fault.body or ''}",
)
def test_a_lost_answer_to_create_is_an_unknown_outcome_and_is_sent_once(world: World, fault: Fault) -> None:
    world.sandbox.faults.add(fault)
    with pytest.raises(OutcomeUnknown):
        world.conference.create(a_spec())
    assert len(world.transport.writes) == 1
    happened = fault.drop != "before" and (fault.status is None or fault.effect)
    assert (world.conference.find("hs.water", None, AROUND) is not None) == happened


@pytest.mark.parametrize("status", [429, 503])
def test_later_is_later_and_nothing_sleeps(world: World, status: int) -> None:
    world.sandbox.faults.add(Fault("POST", "/v1/meetings", status=status, retry_after=3600))
    with pytest.raises(TryLater) as caught:
        world.conference.create(a_spec())
    assert caught.value.after == 3600
    assert world.time.slept == []
    assert len(world.transport.sent) == 1


def test_a_slow_answer_to_a_write_is_unknown_after_the_deadline(a_world: Callable[..., World]) -> None:
    world = a_world(transport_options={"total_seconds": 0.3})
    world.sandbox.faults.add(Fault("POST", "/v1/meetings", delay=1.0))
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        world.conference.create(a_spec())


def test_a_reading_call_is_made_again_when_its_connection_drops(world: World) -> None:
    made = world.conference.create(a_spec())
    world.sandbox.faults.add(Fault("GET", "/v1/meetings/*", drop="before", times=2))
    assert world.conference.find("hs.water", made.id, AROUND) == made


def test_a_refusal_carries_webexs_own_words(world: World) -> None:
    past = a_spec(starts=NOW - timedelta(days=1), ends=NOW - timedelta(hours=23))
    with pytest.raises(Refused, match="current time") as caught:
        world.conference.create(past)
    assert caught.value.tracking_id


def test_an_answer_without_links_is_completed_by_reading_the_meeting_again() -> None:
    with responses.RequestsMock() as wire:
        wire.post("https://webexapis.com/v1/meetings", json={"id": "m1"}, status=201)
        whole = {
            "id": "m1",
            "start": "2027-06-09T08:00:00Z",
            "end": "2027-06-09T09:30:00Z",
            "webLink": "https://s.webex.com/m1",
            "password": "p",
            "meetingNumber": "1",
        }
        wire.get(
            "https://webexapis.com/v1/meetings/m1",
            json=whole,
            match=[matchers.query_param_matcher({"current": "false"})],
        )
        assert stubbed().create(a_spec()).web_link == "https://s.webex.com/m1"


def test_a_made_meeting_is_told_even_if_it_cannot_be_read_again() -> None:
    with responses.RequestsMock() as wire:
        wire.post("https://webexapis.com/v1/meetings", json={"id": "m1"})
        wire.get("https://webexapis.com/v1/meetings/m1", status=503)
        made = stubbed().create(a_spec())
    assert (made.id, made.starts, made.web_link) == ("m1", STARTS, None)


def test_a_made_meeting_that_the_answer_does_not_name_is_unknown() -> None:
    with responses.RequestsMock() as wire:
        wire.post("https://webexapis.com/v1/meetings", json={"title": "T"})
        with pytest.raises(OutcomeUnknown):
            stubbed().create(a_spec())


def a_listed(meeting_id: str, host: str) -> dict[str, object]:
    return {
        "id": meeting_id,
        "start": "2027-06-09T08:00:00Z",
        "end": "2027-06-09T09:30:00Z",
        "hostEmail": host,
        "integrationTags": ["hs.water"],
    }


@pytest.mark.parametrize(
    ("status", "found"),
    [(200, "ours"), (403, "another"), (404, "another")],
    ids=["known", "no scope", "no user"],
)
def test_a_meeting_that_we_are_only_invited_to_is_not_adopted(status: int, found: str) -> None:
    """Where the token does not tell whose it is, the tag alone decides."""
    with responses.RequestsMock() as wire:
        listed = [a_listed("another", "other@x.org"), a_listed("ours", "Me@x.org")]
        query = {
            "meetingType": "meetingSeries",
            "integrationTag": "hs.water",
            "from": "2027-06-08T08:00:00Z",
            "to": "2027-06-10T09:30:00Z",
            "current": "false",
            "max": "100",
        }
        wire.get(
            "https://webexapis.com/v1/meetings",
            json={"items": listed},
            match=[matchers.query_param_matcher(query)],
        )
        wire.get("https://webexapis.com/v1/people/me", json={"emails": ["me@x.org"]}, status=status)
        wire.get(f"https://webexapis.com/v1/meetings/{found}", json=a_listed(found, ""))
        meeting = stubbed().find("hs.water", None, AROUND)
    assert meeting is not None
    assert meeting.id == found


def test_a_patch_answer_without_a_meeting_still_counts_as_changed() -> None:
    seen = Meeting("m1", "Old", "", STARTS, ENDS, web_link="l", password="p", number="1")
    with responses.RequestsMock() as wire:
        wire.patch("https://webexapis.com/v1/meetings/m1", json={})
        updated = stubbed().update(seen, a_spec(agenda=""))
    assert updated == replace(seen, title="Clean water for all")


def test_the_environments_stray_token_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", "stray")
    with responses.RequestsMock() as wire:
        wire.delete(
            "https://webexapis.com/v1/meetings/m1",
            status=204,
            match=[
                matchers.header_matcher({"Authorization": "Bearer t"}),
                matchers.query_param_matcher({"sendEmail": "false", "hostEmail": "h@x.org"}),
            ],
        )
        stubbed(host_email="h@x.org").cancel(Meeting("m1", "T", "", STARTS, ENDS))


def test_an_error_body_that_is_json_but_no_object_does_no_harm() -> None:
    with responses.RequestsMock() as wire:
        wire.post("https://webexapis.com/v1/meetings", json=["odd"], status=400)
        with pytest.raises(Refused, match="odd"):
            stubbed().create(a_spec())

"""Webinars, their panelists and invitation sources, and what a change of a meeting may carry."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from responses import matchers
from tests.adapters.webex.conftest import AROUND, STARTS, World, a_spec, stubbed
from tests.builders import a_meeting, a_person
from tests.http_client.specs import assert_conforms, knows_send_email

from hybrid_sync.adapters.webex import WebexConference, WebexSources, WebexStaff
from hybrid_sync.adapters.webex.meeting_wire import (
    CHANGEABLE,
    harmless,
    ignored_names,
    meeting_body,
    meeting_changes,
)
from hybrid_sync.domain.meetings import COMPARED, Lobby, MeetingKind, MeetingSpec
from hybrid_sync.domain.staff import Helper
from hybrid_sync.errors import OutcomeUnknown, Refused, TryLater
from hybrid_sync.sandbox import Fault

WIPING = {
    "enabledJoinBeforeHost",
    "joinBeforeHostMinutes",
    "recurrence",
    "registration",
    "requireAttendeeLogin",
}
ANA = Helper("Ana@Example.org", "Ana Ruiz", cohost=False, panelist=True)


def a_webinar(**changes: Any) -> MeetingSpec:
    return a_spec(**{"kind": MeetingKind.WEBINAR, "registration": False, **changes})


def every_spec() -> Iterator[MeetingSpec]:
    """Every combination of switches."""
    flags = (True, False)
    for kind, lobby, *rest in itertools.product(MeetingKind, Lobby, flags, flags, flags, flags):
        names = ("registration", "chat", "recording", "join_before_host")
        yield a_spec(kind=kind, lobby=lobby, channels=(("en", "fr"),), **dict(zip(names, rest, strict=True)))


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_no_body_of_a_change_can_hold_anything_that_ends_registration() -> None:
    walked = 0
    for spec in every_spec():
        for size in range(1, len(COMPARED) + 1):
            for names in itertools.combinations(COMPARED, size):
                body = meeting_changes(spec, names)
                assert set(body) <= CHANGEABLE
                assert not WIPING & set(body)
                assert body["sendEmail"] is False
                walked += 1
    assert walked == 96 * 127
    assert not WIPING & CHANGEABLE
    assert "integrationTags" not in CHANGEABLE


@pytest.mark.parametrize("name", sorted(WIPING | {"integrationTags", "password"}))
def test_a_body_that_could_end_registration_never_leaves(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        harmless({"title": "T", name: True})


def test_nobody_may_come_before_the_host_where_people_register() -> None:
    for spec in every_spec():
        body = meeting_body(spec, host_email=None, site_url=None)
        assert not (body["enabledJoinBeforeHost"] and "registration" in body)
        assert ("registration" in body) is spec.registration
        assert "enabledBreakoutSessions" not in body
        assert "breakoutSessions" not in body
        assert body["sendEmail"] is False


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ('1001 - "The attributes enabledChat, publicMeeting are ignored on a converged site."', ("chat",)),
        ('1001 webex "enabledAutoRecordMeeting; unlockedMeetingJoinSecurity"', ("lobby", "recording")),
        ('199 - "enabledChat"', ()),
        ("", ()),
    ],
)
def test_what_a_warning_names_is_read_without_trusting_its_wording(
    header: str, names: tuple[str, ...]
) -> None:
    assert ignored_names({"Warning": header} if header else {}) == names


# --- making a webinar ---------------------------------------------------------------------------------------------------


def test_a_webinar_is_made_with_the_hosts_largest_session_type(world: World) -> None:
    made = world.conference.create(a_webinar())
    assert world.transport.writes[-1].json["sessionTypeId"] == 129
    assert (made.kind, made.registration) == ("webinar", False)
    assert world.conference.find("hs.water", None, AROUND) == made


def test_a_webinar_is_tried_without_a_type_where_the_types_cannot_be_read(world: World) -> None:
    world.sandbox.faults.add(Fault("GET", "/v1/meetings/sessionTypes", status=403))
    world.conference.create(a_webinar())
    assert "sessionTypeId" not in world.transport.writes[-1].json


def test_a_host_without_a_webinar_licence_is_told_before_a_creation_is_spent(
    a_world: Callable[..., World],
) -> None:
    world = a_world(webinar_licence=False)
    with pytest.raises(Refused, match="licence for webinars"):
        world.conference.create(a_webinar())
    assert world.transport.writes == []


def test_a_password_of_ours_is_sent_and_anothers_words_are_kept_from_the_log(world: World) -> None:
    conference = WebexConference(world.api, new_password=lambda: "Abcdefg7")
    assert conference.create(a_spec()).password == "Abcdefg7"


def test_a_password_that_the_site_refuses_is_told_in_webexs_words(world: World) -> None:
    with pytest.raises(Refused, match="password validation failed"):
        WebexConference(world.api, new_password=lambda: "short").create(a_spec())


def test_a_used_up_quota_is_for_tomorrow_and_another_refusal_is_not() -> None:
    words = "The number of meetings created in 24 hours exceeds the limit."
    for status, text, kind in [
        (403, words, TryLater),
        (400, words, TryLater),
        (400, "'title' cannot be longer than 128 characters.", Refused),
        (403, "The user is missing required roles or licenses.", Refused),
    ]:
        with responses.RequestsMock() as wire:
            body = {"message": "no", "errors": [{"description": text}], "trackingId": "T1"}
            wire.post("https://webexapis.com/v1/meetings", json=body, status=status)
            with pytest.raises(kind) as caught:
                stubbed().create(a_spec())
        assert caught.value.tracking_id == "T1"
        assert type(caught.value) is kind


# --- updating -----------------------------------------------------------------------------------------------------------


def test_registration_is_switched_on_again_without_losing_the_host(a_world: Callable[..., World]) -> None:
    world = a_world(acting="host2@hybrid.example", token_kind="admin")
    made = world.conference.create(a_spec())
    world.sandbox.meeting(made.id).registration = None
    seen = world.conference.find("hs.water", made.id, AROUND)
    assert seen is not None
    assert seen.registration is False
    assert world.conference.open_registration(seen).registration is True
    assert world.transport.writes[-1].json["hostEmail"] == "host2@hybrid.example"


def test_a_change_refused_because_the_meeting_runs_is_for_later_and_any_other_is_refused(
    world: World,
) -> None:
    made = world.conference.create(a_spec())
    world.sandbox.faults.add(Fault("PATCH", "*", status=400))
    with pytest.raises(Refused):
        world.conference.update(made, a_spec(title="Other"))
    world.sandbox.clock.set(STARTS)
    world.sandbox.start_meeting(made.id)
    with pytest.raises(TryLater) as caught:
        world.conference.update(made, a_spec(title="Other"))
    assert caught.value.after == 300
    with pytest.raises(TryLater):
        world.conference.cancel(made)


def test_other_meetings_with_our_tags_are_found_and_the_known_one_is_not_among_them(world: World) -> None:
    made = world.conference.create(a_spec())
    assert world.conference.twins(["hs.water"], made.id, AROUND) == ()
    other, older = world.conference.create(a_spec()), world.conference.create(a_spec(tag="hs.water.2"))
    twins = world.conference.twins(["hs.water", "hs.water.2"], made.id, AROUND)
    assert {twin.id for twin in twins} == {other.id, older.id}


# --- joining ------------------------------------------------------------------------------------------------------------


def test_no_host_is_named_when_a_link_into_a_webinar_is_asked_for() -> None:
    body = {
        "meetingId": "m1",
        "joinDirectly": False,
        "email": "ada@example.org",
        "displayName": "Ada",
        "expirationMinutes": 5,
        "password": "pw",
    }
    for webinar in (True, False):
        wanted = body if webinar else {**body, "hostEmail": "h@x.org"}
        with responses.RequestsMock() as wire:
            wire.post(
                "https://webexapis.com/v1/meetings/join",
                json={"joinLink": "https://s.webex.com/j"},
                match=[matchers.json_params_matcher(wanted)],
            )
            conference = stubbed(host_email="h@x.org")
            assert conference.join_url("m1", "ada@example.org", "Ada", "pw", webinar=webinar)


# --- panelists ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[None, "host2@hybrid.example"], ids=["own host", "acting for a host"])
def acting(request: pytest.FixtureRequest, a_world: Callable[..., World]) -> tuple[World, str | None]:
    return a_world(acting=request.param, token_kind="admin" if request.param else "user"), request.param


def test_panelists_are_invited_read_back_and_removed_without_a_mail(acting: tuple[World, str | None]) -> None:
    world, host = acting
    staff = WebexStaff(world.api, host_email=host)
    made = world.conference.create(a_webinar(registration=True))
    world.registrants.add(made.id, [a_person("ada")])
    ana = staff.add(made.id, ANA, None)
    assert staff.add(made.id, ANA, None) == ana, "who is there already is read back"
    listed = {one.key: one.panelist for one in staff.listed(made.id)}
    assert listed == {"ana@example.org": True, "ada@example.org": False}
    staff.remove(made.id, ana.id)
    staff.remove(made.id, ana.id)
    assert [one.key for one in staff.listed(made.id)] == ["ada@example.org"]
    assert world.sandbox.state.webex_mails == []
    assert_conforms("webex", world.transport.sent, "/v1")
    for sent in world.transport.writes:
        if knows_send_email(sent, sent.path.removeprefix("/v1")) == "body":
            assert sent.json["sendEmail"] is False


# --- sources ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("twice", ["refuse", "return"])
def test_everybody_gets_one_permanent_link_however_often_it_is_asked_for(
    a_world: Callable[..., World], twice: str
) -> None:
    world = a_world(source_twice=twice, acting="host2@hybrid.example", token_kind="admin")
    sources = WebexSources(world.api, host_email="host2@hybrid.example")
    made = world.conference.create(a_webinar())
    ada, bob = a_person("ada"), a_person("bob")
    first = sources.add(made.id, [ada])
    both = sources.add(made.id, [ada, bob])
    assert both.refused == {}
    assert both.links == sources.links(made.id, [ada, bob])
    assert both.links[ada.id] == first.links[ada.id] != both.links[bob.id]
    assert len(world.sandbox.meeting(made.id).sources) == 2
    assert "ada" not in sources.source_id(ada)
    assert first.links[ada.id] not in repr(first)
    assert_conforms("webex", world.transport.sent, "/v1")


def test_one_refused_source_refuses_one_person(world: World) -> None:
    sources = WebexSources(world.api)
    made = world.conference.create(a_webinar())
    bad = a_person("bad", email="not an address")
    found = sources.add(made.id, [a_person("ada"), bad])
    assert set(found.links) == {"id-ada"}
    assert set(found.refused) == {"id-bad"}


def test_a_webinar_with_registration_gives_forms_and_no_links(world: World) -> None:
    made = world.conference.create(a_webinar(registration=True))
    assert WebexSources(world.api).add(made.id, [a_person("ada")]).links == {}


def test_a_lost_answer_is_unknown_and_a_batch_too_long_is_a_mistake(world: World) -> None:
    sources = WebexSources(world.api, batch_size=2)
    made = world.conference.create(a_webinar())
    world.sandbox.faults.add(Fault("POST", "*/invitationSources", drop="after"))
    with pytest.raises(OutcomeUnknown):
        sources.add(made.id, [a_person("ada")])
    assert sources.links(made.id, [a_person("ada")])
    with pytest.raises(ValueError, match="at most 2"):
        sources.add(made.id, [a_person(name) for name in ("a", "b", "c")])


def test_a_picture_of_a_meeting_never_shows_what_lets_people_in() -> None:
    assert "pass" not in repr(a_meeting(password="pass", web_link="https://x/pass"))

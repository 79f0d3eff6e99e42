from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.adapters.webex.conftest import World, a_spec
from tests.builders import a_person
from tests.http_client.kit import Listening, clock

from hybrid_sync.adapters.webex import WebexApi
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.errors import Gone, OutcomeUnknown, Refused
from hybrid_sync.http_client import FixedToken
from hybrid_sync.sandbox import Fault

BASE = "https://webexapis.com/v1/meetings/m1/registrants"


def people(count: int, start: int = 0) -> list[Registrant]:
    return [a_person(f"p{number:03}") for number in range(start, start + count)]


def a_meeting_in(world: World) -> str:
    return world.conference.create(a_spec()).id


def add_all(world: World, meeting_id: str, everybody: list[Registrant]) -> dict[str, str]:
    size = world.registrants.batch_size
    ids: dict[str, str] = {}
    for start in range(0, len(everybody), size):
        added = world.registrants.add(meeting_id, everybody[start : start + size])
        assert added.refused == {}
        ids |= added.ids
    return ids


class TestAsAnyMeetingRegistrantsMust:
    """What the port promises, on the sandbox."""

    def test_everybody_added_is_listed_with_the_id_that_was_told(self, world: World) -> None:
        meeting = a_meeting_in(world)
        ids = add_all(world, meeting, people(3))
        listed = world.registrants.listed(meeting)
        assert {one.key: one.id for one in listed} == ids
        assert {one.status for one in listed} == {"approved"}

    def test_nobody_is_mailed(self, world: World) -> None:
        meeting = a_meeting_in(world)
        add_all(world, meeting, people(3))
        world.registrants.remove(meeting, world.registrants.listed(meeting))
        assert world.sandbox.state.webex_mails == []

    def test_adding_people_who_are_there_makes_no_writing_call(self, world: World) -> None:
        meeting = a_meeting_in(world)
        ids = add_all(world, meeting, people(3))
        writes = len(world.sandbox.writes())
        assert add_all(world, meeting, people(3)) == ids
        assert len(world.sandbox.writes()) == writes

    def test_only_the_missing_of_a_batch_are_inserted(self, world: World) -> None:
        meeting = a_meeting_in(world)
        add_all(world, meeting, people(2))
        ids = add_all(world, meeting, people(5))
        assert len(ids) == 5
        assert len(world.transport.writes[-1].json["items"]) == 3

    def test_removing_people_who_are_gone_is_fine(self, world: World) -> None:
        meeting = a_meeting_in(world)
        add_all(world, meeting, people(5))
        listed = world.registrants.listed(meeting)
        world.registrants.remove(meeting, listed[:2])
        world.registrants.remove(meeting, listed[:3])
        world.registrants.remove(meeting, listed[:1])
        assert {one.id for one in world.registrants.listed(meeting)} == {one.id for one in listed[3:]}
        world.registrants.remove(meeting, [])

    def test_more_people_than_a_batch_holds_are_a_mistake_and_nobody_is_no_call(self, world: World) -> None:
        with pytest.raises(ValueError, match="at most 40"):
            world.registrants.add("m1", people(41))
        assert world.registrants.add("m1", []).ids == {}
        assert world.transport.sent == []


@pytest.mark.parametrize(
    "options",
    [{}, {"empty_pages": True}, {"registrants_link": False}, {"bulk_answer_reversed": True}],
    ids=["links", "empty pages", "no links", "answers in another order"],
)
def test_250_registrants_are_listed_to_the_last(
    a_world: Callable[..., World], options: dict[str, bool]
) -> None:
    world = a_world(**options)
    meeting = a_meeting_in(world)
    ids: dict[str, str] = {}
    for start in range(0, 250, 40):
        ids |= world.registrants.add(meeting, people(min(40, 250 - start), start)).ids
        # Three a second at most, as a list without links can tell them apart by the second only.
        world.sandbox.clock.advance(3600)
    listed = world.registrants.listed(meeting)
    assert len(listed) == 250
    assert {one.key: one.id for one in listed} == ids


def test_a_list_without_links_and_too_many_in_one_second_is_not_believed(
    a_world: Callable[..., World],
) -> None:
    world = a_world(registrants_link=False)
    meeting = a_meeting_in(world)
    add_all(world, meeting, people(120))
    held = world.sandbox.meeting(meeting).registrants
    for registrant in held.values():
        registrant.registered_at = world.sandbox.clock.now().replace(microsecond=0)
    with pytest.raises(Refused, match="cannot be read to its end"):
        world.registrants.listed(meeting)


def test_whom_we_know_is_found_by_name_where_the_list_cannot_be_read(a_world: Callable[..., World]) -> None:
    world = a_world(registrants_link=False)
    meeting = a_meeting_in(world)
    ids = add_all(world, meeting, people(120))
    for registrant in world.sandbox.meeting(meeting).registrants.values():
        registrant.registered_at = world.sandbox.clock.now().replace(microsecond=0)
    known = [*ids, "never.registered@example.org"]
    assert {one.key: one.id for one in world.registrants.listed(meeting, known)} == ids


def test_a_list_of_exactly_one_page_is_read_with_one_call_more(a_world: Callable[..., World]) -> None:
    world = a_world()
    meeting = a_meeting_in(world)
    add_all(world, meeting, people(100))
    before = len(world.transport.sent)
    assert len(world.registrants.listed(meeting)) == 100
    assert len(world.transport.sent) == before + 2


@pytest.mark.parametrize("others", [True, False], ids=["others go in", "others stay out"])
def test_a_duplicate_that_slipped_in_meanwhile_spoils_nobodys_registration(
    a_world: Callable[..., World], others: bool
) -> None:
    """Somebody registers between our question and our insert: the batch is a 409."""
    early: list[str] = []

    def observe(phase: str, method: str, route: str) -> None:
        if phase == "after" and route.endswith("/registrants/query") and not early:
            early.append("at once, or the call below would come here again")
            body = {"firstName": "P", "lastName": "Early", "email": "p001@example.org", "sendEmail": False}
            path = f"meetings/{meeting}/registrants"
            early[0] = other.call("POST", path, json=body).json()["id"]

    world = a_world(bulk_duplicate_inserts_others=others, transport_options={"observe": observe})
    other = WebexApi(
        Listening("webex", world.sandbox.webex_url),
        token=FixedToken(world.sandbox.webex_token),
        clock=clock,
        base_url=world.sandbox.webex_url,
    )
    meeting = a_meeting_in(world)
    added = world.registrants.add(meeting, people(4))
    assert added.refused == {}
    assert len(added.ids) == 4
    assert added.ids["p001@example.org"] == early[0]
    assert {one.id for one in world.registrants.listed(meeting)} == set(added.ids.values())


def test_another_spelling_of_an_address_is_the_same_person(world: World) -> None:
    meeting = a_meeting_in(world)
    (first,) = add_all(world, meeting, [a_person("ada", email="Ada@Example.org")]).values()
    assert add_all(world, meeting, [a_person("ada", email="ADA@example.ORG ")]) == {"ada@example.org": first}


def test_somebody_who_registered_under_another_spelling_is_found_where_webex_minds_the_case(
    a_world: Callable[..., World],
) -> None:
    world = a_world(email_case_sensitive=True)
    meeting = a_meeting_in(world)
    body = {"firstName": "Ada", "lastName": "L", "email": "Ada@Example.org", "sendEmail": False}
    world.api.call("POST", f"meetings/{meeting}/registrants", json=body)
    added = world.registrants.add(meeting, [a_person("ada"), a_person("grace")])
    assert set(added.ids) == {"ada@example.org", "grace@example.org"}


def test_a_lost_answer_to_an_insert_is_unknown_and_the_next_pass_registers_nobody_twice(world: World) -> None:
    meeting = a_meeting_in(world)
    world.sandbox.faults.add(Fault("POST", "*/bulkInsert", drop="after"))
    with pytest.raises(OutcomeUnknown):
        world.registrants.add(meeting, people(4))
    writes = len(world.transport.writes)
    assert len(world.registrants.add(meeting, people(4)).ids) == 4
    assert [one.path.rpartition("/")[2] for one in world.transport.writes[writes:]] == ["query"]
    assert len(world.registrants.listed(meeting)) == 4


def test_a_meeting_without_registration_refuses_with_webexs_words(world: World) -> None:
    meeting = a_meeting_in(world)
    world.api.call("DELETE", f"meetings/{meeting}/registration")
    with pytest.raises(Refused, match="Registration is not supported"):
        world.registrants.listed(meeting)


def test_a_missing_meeting_is_gone_and_is_not_tried_person_by_person(world: World) -> None:
    with pytest.raises(Gone):
        world.registrants.add("0" * 32, people(5))
    assert len(world.transport.sent) == 1


def test_taking_people_off_a_missing_meeting_is_fine(world: World) -> None:
    world.registrants.remove("0" * 32, [MeetingRegistrant(f"g{number}", "x@y.org") for number in range(3)])


def test_a_lost_answer_to_a_removal_is_unknown(world: World) -> None:
    meeting = a_meeting_in(world)
    add_all(world, meeting, people(2))
    listed = world.registrants.listed(meeting)
    world.sandbox.faults.add(Fault("POST", "*/bulkDelete", status=502, effect=True))
    with pytest.raises(OutcomeUnknown):
        world.registrants.remove(meeting, listed)
    assert world.registrants.listed(meeting) == []

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.adapters.webex.conftest import World, a_spec
from tests.builders import a_person
from tests.http_client.kit import Listening, clock

from hybrid_sync.adapters.webex import WebexApi, WebexRegistrants
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.errors import Gone, OutcomeUnknown, Refused, TryLater
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


def steps(world: World, since: int) -> list[str]:
    """The last parts of the paths that were called."""
    return [one.path.rpartition("/")[2] for one in world.transport.sent[since:]]


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

    def test_adding_people_who_are_there_registers_nobody_twice(self, world: World) -> None:
        meeting = a_meeting_in(world)
        ids = add_all(world, meeting, people(3))
        assert add_all(world, meeting, people(3)) == ids
        assert len(world.registrants.listed(meeting)) == 3

    def test_a_batch_with_people_who_are_there_is_tried_once_more_without_them(self, world: World) -> None:
        meeting = a_meeting_in(world)
        first = add_all(world, meeting, people(2))
        before = len(world.transport.sent)
        ids = add_all(world, meeting, people(5))
        assert len(ids) == 5
        assert ids | first == ids
        assert steps(world, before) == ["bulkInsert", "query", "bulkInsert"]
        assert len(world.transport.writes[-1].json["items"]) == 3

    def test_pending_people_are_approved_or_rejected_and_nobody_is_mailed(self, world: World) -> None:
        meeting = a_meeting_in(world)
        add_all(world, meeting, people(3))
        for held in world.sandbox.meeting(meeting).registrants.values():
            held.status = "pending"
        first, second, third = world.registrants.listed(meeting)
        assert world.registrants.approve(meeting, [first, second]) == {}
        assert world.registrants.reject(meeting, [third]) == {}
        statuses = {one.key: one.status for one in world.registrants.listed(meeting)}
        assert statuses == {first.key: "approved", second.key: "approved", third.key: "rejected"}
        assert world.sandbox.state.webex_mails == []

    def test_one_who_is_gone_does_not_keep_others_from_being_approved(self, world: World) -> None:
        meeting = a_meeting_in(world)
        add_all(world, meeting, people(2))
        for held in world.sandbox.meeting(meeting).registrants.values():
            held.status = "pending"
        listed = [*world.registrants.listed(meeting), MeetingRegistrant("gone", "gone@example.org")]
        refused = world.registrants.approve(meeting, listed)
        assert {key: type(error) for key, error in refused.items()} == {"gone@example.org": Gone}
        assert {one.status for one in world.registrants.listed(meeting)} == {"approved"}

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
    """Somebody registers between our look at the list and our insert: the batch is a 409."""
    early: list[str] = []

    def observe(phase: str, method: str, route: str) -> None:
        if phase == "before" and route.endswith("/registrants/bulkInsert") and not early:
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
    assert len(world.registrants.listed(meeting)) == 4
    # Even somebody who did not look at the list would register nobody twice.
    assert len(world.registrants.add(meeting, people(4)).ids) == 4
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


@pytest.mark.parametrize("count", [1, 40, 41, 250])
def test_new_people_cost_one_call_for_each_batch_and_nothing_else(world: World, count: int) -> None:
    meeting = a_meeting_in(world)
    assert world.registrants.listed(meeting) == []
    before = len(world.transport.sent)
    assert len(add_all(world, meeting, people(count))) == count
    assert steps(world, before) == ["bulkInsert"] * -(-count // 40)


@pytest.mark.parametrize("others", [True, False], ids=["others go in", "others stay out"])
@pytest.mark.parametrize("reversed_answer", [True, False])
@pytest.mark.parametrize("by_item", [True, False], ids=["told by item", "refused whole"])
def test_duplicates_in_a_batch_are_told_apart_whatever_webex_does_with_the_others(
    a_world: Callable[..., World], others: bool, reversed_answer: bool, by_item: bool
) -> None:
    world = a_world(
        bulk_duplicate_inserts_others=others,
        bulk_answer_reversed=reversed_answer,
        bulk_refuses="items" if by_item else "whole",
    )
    meeting = a_meeting_in(world)
    there = add_all(world, meeting, people(3, start=5))
    added = world.registrants.add(meeting, people(10))
    assert added.refused == {}
    assert added.ids == {one.key: one.id for one in world.registrants.listed(meeting)}
    assert len(added.ids) == 10
    assert added.ids | there == added.ids


@pytest.mark.parametrize("by_item", [True, False], ids=["told by item", "refused whole"])
def test_one_whom_webex_refuses_does_not_keep_the_others_out(
    a_world: Callable[..., World], by_item: bool
) -> None:
    world = a_world(bulk_refuses="items" if by_item else "whole")
    meeting = a_meeting_in(world)
    bad = a_person("bad", email="bad@nowhere")
    added = world.registrants.add(meeting, [*people(4), bad])
    assert len(added.ids) == 4
    assert list(added.refused) == ["bad@nowhere"]
    assert len(world.registrants.listed(meeting)) == 4


@pytest.mark.parametrize("status", [400, 403, 409])
def test_of_a_batch_for_the_last_places_as_many_go_in_as_there_are(
    a_world: Callable[..., World], status: int
) -> None:
    world = a_world(full_status=status)
    meeting = a_meeting_in(world)
    world.sandbox.meeting(meeting).registration["maxRegisterNum"] = 3  # type: ignore[index]
    before = len(world.transport.sent)
    added = world.registrants.add(meeting, people(6))
    assert len(added.ids) == 3
    assert len(added.refused) == 3
    assert all("reached its maximum" in str(error) for error in added.refused.values())
    if status == 403:
        # After the first no, the others are not tried.
        assert steps(world, before).count("registrants") == 4


def test_a_meeting_that_takes_nobody_is_said_once_and_costs_three_calls(
    a_world: Callable[..., World],
) -> None:
    world = a_world(full_status=403)
    meeting = a_meeting_in(world)
    world.sandbox.meeting(meeting).registration["maxRegisterNum"] = 1  # type: ignore[index]
    add_all(world, meeting, people(1))
    before = len(world.transport.sent)
    with pytest.raises(Refused, match="reached its maximum"):
        world.registrants.add(meeting, people(40, start=1))
    assert steps(world, before) == ["bulkInsert", "query", "registrants"]


def test_somebody_whom_webex_will_not_take_back_is_told_with_what_to_do(
    a_world: Callable[..., World],
) -> None:
    world = a_world(reregister_deleted=False)
    meeting = a_meeting_in(world)
    add_all(world, meeting, people(2))
    world.registrants.remove(meeting, world.registrants.listed(meeting)[:1])
    added = world.registrants.add(meeting, people(3))
    assert set(added.ids) == {"p001@example.org", "p002@example.org"}
    [(key, error)] = added.refused.items()
    assert key == "p000@example.org"
    assert "not on the list" in str(error)
    assert "another address" in str(error)
    assert "p000@example.org" not in str(error)


def test_a_pause_asked_for_between_single_registrations_keeps_what_was_done(world: World) -> None:
    meeting = a_meeting_in(world)
    world.sandbox.faults.add(Fault("POST", "*/bulkInsert", status=400))
    world.sandbox.faults.add(Fault("POST", "*/registrants", status=429, retry_after=7, skip=2))
    added = world.registrants.add(meeting, people(5))
    assert set(added.ids) == {"p000@example.org", "p001@example.org"}
    assert {type(error) for error in added.refused.values()} == {TryLater}
    assert len(added.refused) == 3


@pytest.mark.parametrize(
    ("webex_mails", "auto_accept", "on_add", "on_approval"),
    [
        (False, True, False, False),
        (False, False, False, False),
        (True, True, True, False),
        (True, False, False, True),
    ],
)
def test_webex_mails_once_if_at_all(
    world: World, webex_mails: bool, auto_accept: bool, on_add: bool, on_approval: bool
) -> None:
    meeting = a_meeting_in(world)
    world.sandbox.meeting(meeting).registration["autoAcceptRequest"] = auto_accept  # type: ignore[index]
    port = WebexRegistrants(world.api, webex_mails=webex_mails, auto_accept=auto_accept)
    port.add(meeting, people(2))
    assert (len(world.sandbox.state.webex_mails) == 2) is on_add
    waiting = [one for one in port.listed(meeting) if one.status == "pending"]
    assert port.approve(meeting, waiting) == {}
    assert (len(world.sandbox.state.webex_mails) == 2) is (on_add or on_approval)
    port.remove(meeting, port.listed(meeting))
    assert [mail.kind for mail in world.sandbox.state.webex_mails] == ["registration_approved"] * (
        2 if webex_mails else 0
    )


def test_names_are_cleaned_one_name_gets_a_filler_and_no_zip_code_is_sent(world: World) -> None:
    meeting = a_meeting_in(world)
    add_all(world, meeting, [a_person("plato", first_name="Plato", last_name="")])
    form = world.transport.writes[-1].json["items"][0]
    assert form["lastName"] == "."
    assert "zipCode" not in form
    body = {
        "firstName": "A\u202eda\r\n",
        "lastName": "x" * 120,
        "email": "Ada@Example.org",
        "sendEmail": False,
    }
    world.api.call("POST", f"meetings/{meeting}/registrants", json=body)
    plato, ada = world.registrants.listed(meeting)
    assert (plato.first_name, plato.last_name) == ("Plato", "")
    assert (ada.first_name, ada.key) == ("Ada", "ada@example.org")
    [_, held] = world.sandbox.meeting(meeting).registrants.values()
    assert ada.registered_at == held.registered_at.replace(microsecond=0)

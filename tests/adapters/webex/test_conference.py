from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import responses
from tests.adapters.webex.conftest import AROUND, ENDS, NOW, STARTS, World, a_spec, stubbed
from tests.builders import a_person

from hybrid_sync.domain.meetings import differences
from hybrid_sync.errors import Refused
from hybrid_sync.sandbox import Fault

# --- adjust -------------------------------------------------------------------------------------------------------


def test_a_wish_is_cut_to_what_webex_can_hold_and_cutting_again_changes_nothing(world: World) -> None:
    wish = a_spec(
        title="Water \n" + "very " * 60 + "long",
        agenda="line one  \r\nline two\n" + "words " * 400,
        starts=STARTS + timedelta(seconds=42, microseconds=5),
        ends=STARTS + timedelta(minutes=30, seconds=59),
    )
    fitted = world.conference.adjust(wish)
    assert len(fitted.title) <= 128
    assert len(fitted.agenda) <= 1300
    assert "\n" not in fitted.title
    assert fitted.agenda.startswith("line one\nline two\n")
    assert (fitted.starts, fitted.ends) == (STARTS, STARTS + timedelta(minutes=30))
    assert world.conference.adjust(fitted) == fitted


# --- create and find ----------------------------------------------------------------------------------------------


def test_a_made_meeting_is_as_wanted_and_found_again_by_id_and_by_tag(world: World) -> None:
    made = world.conference.create(a_spec())
    assert differences(a_spec(), made) == ()
    assert made.web_link
    assert made.password
    assert made.number
    assert world.conference.find("hs.water", made.id, AROUND) == made
    by_tag = world.conference.find("hs.water", None, AROUND)
    assert by_tag is not None
    assert by_tag.id == made.id
    held = world.sandbox.meeting(made.id)
    assert world.sandbox.state.webex_mails == []
    assert held.registration is not None


def test_a_meeting_five_weeks_ahead_is_found_although_webex_looks_one_week_ahead(world: World) -> None:
    world.conference.create(a_spec())
    assert world.conference.find("hs.water", None, AROUND)
    assert world.conference.find("hs.other", None, AROUND) is None
    assert world.conference.find("hs.water", None, (NOW, NOW + timedelta(days=3))) is None


def test_a_wrong_or_forgotten_id_falls_back_on_the_tag(world: World) -> None:
    made = world.conference.create(a_spec())
    found = world.conference.find("hs.water", "0" * 32, AROUND)
    assert found is not None
    assert found.id == made.id


def test_one_404_is_not_believed_while_the_list_still_shows_the_meeting(world: World) -> None:
    made = world.conference.create(a_spec())
    world.sandbox.faults.add(Fault("GET", f"/v1/meetings/{made.id}", times=2, status=404))
    found = world.conference.find("hs.water", made.id, AROUND)
    assert found is not None
    assert found.id == made.id
    assert differences(a_spec(), found) == ()


def test_a_deleted_meeting_is_not_found(world: World) -> None:
    made = world.conference.create(a_spec())
    world.conference.cancel(made)
    assert world.conference.find("hs.water", made.id, AROUND) is None


def test_a_meeting_that_the_list_does_not_show_yet_is_found_by_its_id(a_world: Callable[..., World]) -> None:
    world = a_world(list_lag_reads=2)
    made = world.conference.create(a_spec())
    assert world.conference.find("hs.water", None, AROUND) is None
    assert world.conference.find("hs.water", made.id, AROUND) == made
    assert world.conference.find("hs.water", None, AROUND) is None
    assert world.conference.find("hs.water", None, AROUND) is not None


def test_of_two_meetings_with_our_tag_the_known_one_is_kept_and_the_doubt_is_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = world.conference.create(a_spec()), world.conference.create(a_spec())
    with caplog.at_level(logging.WARNING):
        one = world.conference.find("hs.water", None, AROUND)
    assert one is not None
    assert one.id == min(first.id, second.id)
    assert "2 meetings carry the tag hs.water" in caplog.text


def test_a_meeting_answered_without_times_is_an_error_and_not_a_missing_meeting() -> None:
    with responses.RequestsMock() as wire:
        wire.get("https://webexapis.com/v1/meetings/m1", json={"id": "m1", "title": "T"})
        with pytest.raises(Refused, match="without its id or times"):
            stubbed().find("hs.water", "m1", AROUND)


# --- update -------------------------------------------------------------------------------------------------------


def test_only_what_differs_is_sent_and_an_equal_meeting_gets_no_call(world: World) -> None:
    made = world.conference.create(a_spec())
    calls = len(world.sandbox.calls)
    assert world.conference.update(made, a_spec()) == made
    assert len(world.sandbox.calls) == calls
    retitled = world.conference.update(made, a_spec(title="Cleaner water"))
    assert world.transport.writes[-1].json == {"title": "Cleaner water", "sendEmail": False}
    assert differences(a_spec(title="Cleaner water"), retitled) == ()
    assert retitled.web_link == made.web_link


@pytest.mark.parametrize("answers_in", ["meeting", "utc"])
def test_a_moved_meeting_is_read_again_because_its_links_may_be_others(
    a_world: Callable[..., World], answers_in: str
) -> None:
    world = a_world(reschedule_changes_links=True, write_answers_in=answers_in)
    made = world.conference.create(a_spec())
    later = a_spec(starts=STARTS + timedelta(days=7), ends=ENDS + timedelta(days=7))
    moved = world.conference.update(made, later)
    assert differences(later, moved) == ()
    assert moved == world.conference.find("hs.water", made.id, (later.starts, later.ends))
    assert moved.web_link != made.web_link
    assert world.sandbox.state.webex_mails == []


def test_an_agenda_can_be_cleared(world: World) -> None:
    made = world.conference.create(a_spec())
    assert world.conference.update(made, a_spec(agenda="")).agenda == ""


def test_a_server_that_wants_another_media_type_for_patch_gets_it_from_then_on(
    a_world: Callable[..., World],
) -> None:
    world = a_world(patch_content_types=("application/json-patch+json",))
    made = world.conference.create(a_spec())
    first = world.conference.update(made, a_spec(title="One"))
    assert world.conference.update(first, a_spec(title="Two")).title == "Two"
    assert [call.status for call in world.sandbox.calls if call.method == "PATCH"] == [415, 200, 200]


def test_registrations_survive_every_update(world: World) -> None:
    made = world.conference.create(a_spec())
    world.registrants.add(made.id, [a_person("ada"), a_person("grace")])
    world.conference.update(made, a_spec(title="T", agenda="", starts=STARTS + timedelta(hours=1)))
    assert len(world.registrants.listed(made.id)) == 2


# --- cancel -------------------------------------------------------------------------------------------------------


def test_cancelling_mails_nobody_and_cancelling_again_is_fine(world: World) -> None:
    made = world.conference.create(a_spec())
    world.conference.cancel(made)
    world.conference.cancel(made)
    assert [one.query for one in world.transport.sent if one.method == "DELETE"] == [
        {"sendEmail": "false"}
    ] * 2
    assert world.sandbox.state.webex_mails == []


# --- acting for a host --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["admin", "service_app"])
def test_a_token_that_acts_for_a_host_names_the_host_where_each_call_wants_it(
    a_world: Callable[..., World], kind: str
) -> None:
    world = a_world(acting="host2@hybrid.example", token_kind=kind)
    made = world.conference.create(a_spec())
    assert made.host_email == "host2@hybrid.example"
    assert world.conference.find("hs.water", None, AROUND) == made
    retitled = world.conference.update(made, a_spec(title="Other"))
    added = world.registrants.add(made.id, [a_person("ada")])
    assert world.conference.join_url(made.id, "ada@example.org", "Ada", made.password)
    listed = world.registrants.listed(made.id)
    assert [one.id for one in listed] == list(added.ids.values())
    world.registrants.remove(made.id, listed)
    world.conference.cancel(retitled)
    assert world.conference.find("hs.water", made.id, AROUND) is None

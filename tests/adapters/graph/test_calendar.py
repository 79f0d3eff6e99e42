from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from tests.adapters.graph.conftest import Office, an_entry, at, made
from tests.http_client.specs import assert_conforms

from hybrid_sync.adapters.graph import GraphCheck
from hybrid_sync.adapters.graph.api import PREFER
from hybrid_sync.domain.staff_calendar import body_digest, entry_changes
from hybrid_sync.errors import OutcomeUnknown, Refused, SignInExpired, TryLater
from hybrid_sync.sandbox import Fault

EVENTS = "*/events"


# --- create and find ----------------------------------------------------------------------------------------------


def test_a_made_entry_is_as_wanted_and_found_again_by_id_and_by_key(office: Office) -> None:
    entry = made(office)
    assert (entry.subject, entry.location) == (an_entry().subject, an_entry().location)
    assert (entry.starts, entry.ends) == (an_entry().starts.instant, an_entry().ends.instant)
    assert set(entry.attendees) == {"desk@hybrid.example", "room@hybrid.example"}
    assert entry.room_answer == "accepted"
    assert entry.version
    assert office.calendar.find(an_entry().key, None) == entry
    assert office.calendar.find(an_entry().key, "no-such-id") == entry
    assert office.calendar.find("00000000-0000-5000-8000-000000000000", None) is None


def test_what_is_sent_on_create_is_exact(office: Office) -> None:
    office.calendar.create(an_entry())
    (sent,) = office.transport.sent
    assert sent.headers["prefer"] == 'IdType="ImmutableId", outlook.timezone="UTC"'
    assert sent.json == {
        "subject": "Clean water for all",
        "body": {"contentType": "html", "content": "<p>Staff: please be there at 9:30.</p>"},
        "start": {"dateTime": "2027-06-09T10:00:00", "timeZone": "Romance Standard Time"},
        "end": {"dateTime": "2027-06-09T11:30:00", "timeZone": "Romance Standard Time"},
        "location": {
            "displayName": "InfoPoint, Brussels / online (Webex)",
            "locationType": "conferenceRoom",
            "locationEmailAddress": "room@hybrid.example",
        },
        "attendees": [
            {"emailAddress": {"address": "desk@hybrid.example"}, "type": "required"},
            {"emailAddress": {"address": "room@hybrid.example"}, "type": "resource"},
        ],
        "allowNewTimeProposals": False,
        "hideAttendees": False,
        "responseRequested": True,
        "transactionId": an_entry().key,
        "singleValueExtendedProperties": [
            {
                "id": "String {7d0a3c5e-0f9b-4a53-9d4e-5b8a4c1f2e60} Name HybridSyncKey",
                "value": an_entry().key,
            },
            {
                "id": "String {7d0a3c5e-0f9b-4a53-9d4e-5b8a4c1f2e60} Name HybridSyncBody",
                "value": body_digest(an_entry().body),
            },
        ],
    }


@pytest.mark.parametrize(
    ("starts", "zone", "fold", "sent", "instant"),
    [
        ("2027-01-09 10:00", "Europe/Brussels", None, ("2027-01-09T10:00:00", "Romance Standard Time"), 9),
        ("2027-06-09 10:00", "Europe/Brussels", None, ("2027-06-09T10:00:00", "Romance Standard Time"), 8),
        ("2027-10-31 02:30", "Europe/Brussels", 0, ("2027-10-31T00:30:00", "UTC"), 0),
        ("2027-10-31 02:30", "Europe/Brussels", 1, ("2027-10-31T01:30:00", "UTC"), 1),
        ("2027-06-09 10:00", "Europe/Athens", None, ("2027-06-09T10:00:00", "GTB Standard Time"), 7),
        ("2027-06-09 10:00", "UTC", None, ("2027-06-09T10:00:00", "UTC"), 10),
    ],
)
def test_wall_time_and_zone_arrive_as_the_instant_that_was_meant(
    office: Office, starts: str, zone: str, fold: int | None, sent: tuple[str, str], instant: int
) -> None:
    begin = at(starts, zone, fold)
    end = at(starts[:-5] + "23:00", zone)
    entry = made(office, starts=begin, ends=end)
    body = office.transport.sent[0].json
    assert (body["start"]["dateTime"], body["start"]["timeZone"]) == sent
    assert entry.starts == begin.instant
    assert entry.starts.hour == instant


def test_a_lost_answer_to_create_is_unknown_and_found_by_the_key_afterwards(office: Office) -> None:
    office.sandbox.faults.add(Fault("POST", EVENTS, drop="after"))
    with pytest.raises(OutcomeUnknown):
        office.calendar.create(an_entry())
    assert len(office.transport.sent) == 1
    assert office.calendar.find(an_entry().key, None) is not None


def test_an_empty_page_before_the_one_that_holds_the_entry_hides_nothing(
    an_office: Callable[..., Office],
) -> None:
    office = an_office(graph_empty_pages=True)
    entry = made(office)
    office.transport.sent.clear()
    assert office.calendar.find(an_entry().key, None) == entry
    assert len(office.transport.sent) == 2
    assert {one.headers["prefer"] for one in office.transport.sent} == {PREFER["Prefer"]}


@pytest.mark.parametrize("works", [True, False], ids=["remembered", "not remembered"])
def test_a_second_create_with_the_same_key_makes_no_second_entry_where_exchange_remembers_it(
    an_office: Callable[..., Office], works: bool, caplog: pytest.LogCaptureFixture
) -> None:
    office = an_office(transaction_id_works=works)
    first, second = office.calendar.create(an_entry()), office.calendar.create(an_entry())
    assert (first.id == second.id) == works
    with caplog.at_level(logging.WARNING):
        assert office.calendar.find(an_entry().key, None) is not None
    assert ("2 calendar entries" in caplog.text) == (not works)


@pytest.mark.parametrize("answer", ["accepted", "declined", "tentativelyAccepted", "none"])
def test_the_rooms_answer_is_told(an_office: Callable[..., Office], answer: str) -> None:
    assert made(an_office(room_answer=answer)).room_answer == answer


def test_a_projector_on_the_list_does_not_answer_for_the_room(office: Office) -> None:
    entry = made(office)
    [event] = office.sandbox.state.events.values()
    projector = {"type": "resource", "emailAddress": {"address": "projector@hybrid.example"}}
    event.data["attendees"].insert(0, projector)
    event.responses["projector@hybrid.example"] = ("declined", office.sandbox.clock.now())
    seen = office.calendar.find(an_entry().key, entry.id)
    assert seen is not None
    assert seen.room_answer == "accepted"


# --- adjust, trouble, and everything sent --------------------------------------------------------------------------


def test_a_wish_is_cut_to_what_outlook_can_hold_and_addresses_come_once(office: Office) -> None:
    wish = an_entry(
        subject="Water\n" + "x " * 200,
        location="y " * 200,
        attendees=("Desk@Hybrid.example", "desk@hybrid.example ", "b@hybrid.example", "ROOM@hybrid.example"),
    )
    fitted = office.calendar.adjust(wish)
    assert len(fitted.subject) <= 255
    assert len(fitted.location) <= 255
    assert fitted.attendees == ("Desk@Hybrid.example", "b@hybrid.example")
    assert office.calendar.adjust(fitted) == fitted
    assert office.calendar.adjust(an_entry()) == an_entry()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("POST", EVENTS, status=429, retry_after=7), TryLater),
        (Fault("POST", EVENTS, status=503), TryLater),
        (Fault("POST", EVENTS, status=504, effect=True), OutcomeUnknown),
        (Fault("POST", EVENTS, body="truncated"), OutcomeUnknown),
        (Fault("POST", EVENTS, body="html"), OutcomeUnknown),
        (Fault("POST", EVENTS, status=403, body="html"), Refused),
        (Fault("POST", EVENTS, status=401), SignInExpired),
        (Fault("POST", EVENTS, status=404), Refused),
        (Fault("POST", EVENTS, status=409, effect=True), OutcomeUnknown),
        (Fault("POST", EVENTS, drop="before"), OutcomeUnknown),
    ],
)
def test_trouble_is_named_after_what_may_be_done_next(
    office: Office, fault: Fault, kind: type[Exception]
) -> None:
    office.sandbox.faults.add(fault)
    with pytest.raises(kind) as caught:
        office.calendar.create(an_entry())
    assert office.time.slept == []
    if fault.status == 429:
        assert getattr(caught.value, "after", None) == 7


def test_every_request_is_as_the_official_description_has_it(office: Office) -> None:
    entry = made(office)
    wanted = an_entry(
        subject="Other", starts=at("2027-06-09 09:00"), attendees=("desk@hybrid.example", "b@hybrid.example")
    )
    updated = office.calendar.update(entry, wanted, entry_changes(wanted, entry))
    assert updated is not None
    entry = updated
    office.calendar.find(an_entry().key, None)
    office.calendar.cancel(entry, "bye")
    GraphCheck(office.api, mailbox=office.sandbox.mailbox).check()
    assert_conforms("graph", office.transport.sent, "/graph/v1.0")
    assert all("isOnlineMeeting" not in (one.json or {}) for one in office.transport.writes)


def test_no_token_or_whole_address_is_ever_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="hybrid_sync"):
        entry = made(office)
        office.calendar.cancel(entry, "comment")
        office.calendar.cancel(entry, "comment")
    own = "\n".join(
        str(record.__dict__) for record in caplog.records if record.name.startswith("hybrid_sync")
    )
    assert own.count("graph POST") >= 3
    for secret in (office.sandbox.graph_token, "desk@hybrid.example", office.sandbox.mailbox, entry.id):
        assert secret not in own

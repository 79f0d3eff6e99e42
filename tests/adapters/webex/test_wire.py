from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hybrid_sync.adapters.webex.meeting_wire import meeting_body, meeting_changes, meeting_of
from hybrid_sync.adapters.webex.wire import (
    instant,
    registrant_body,
    registrant_of,
    segments_of,
    utc_text,
)
from hybrid_sync.domain.attendance import Segment
from hybrid_sync.domain.meetings import MeetingSpec, MeetingState
from hybrid_sync.domain.people import Registrant

SPEC = MeetingSpec(
    tag="hs.water",
    title="Clean water",
    agenda="How it works.",
    starts=datetime(2027, 6, 9, 8, 0, tzinfo=UTC),
    ends=datetime(2027, 6, 9, 9, 30, tzinfo=UTC),
    zone="Europe/Brussels",
)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2019-03-18T11:26:30Z", None, datetime(2019, 3, 18, 11, 26, 30, tzinfo=UTC)),
        ("2019-03-18T11:26:30.123Z", None, datetime(2019, 3, 18, 11, 26, 30, 123000, tzinfo=UTC)),
        ("2019-03-18T19:26:30+08:00", None, datetime(2019, 3, 18, 11, 26, 30, tzinfo=UTC)),
        ("2027-07-01 10:00:00", "Europe/Brussels", datetime(2027, 7, 1, 8, 0, tzinfo=UTC)),
        ("2027-07-01T10:00:00", None, datetime(2027, 7, 1, 10, 0, tzinfo=UTC)),
        ("2027-07-01T10:00:00", "Moon/Base", datetime(2027, 7, 1, 10, 0, tzinfo=UTC)),
        ("1970-01-01T00:00:00.000Z", None, None),
        ("1970-01-01T01:00:00+01:00", None, None),
        ("", None, None),
        ("soon", None, None),
        (None, None, None),
        (5, None, None),
    ],
)
def test_times_of_every_form_become_utc_and_unknown_ones_nothing(
    text: object, zone: str | None, expected: datetime | None
) -> None:
    assert instant(text, zone) == expected


def test_a_meeting_is_asked_for_with_registration_and_without_mail_or_early_entry() -> None:
    body = meeting_body(SPEC, host_email=None, site_url=None)
    assert body == {
        "title": "Clean water",
        "agenda": "How it works.",
        "start": "2027-06-09T10:00:00+02:00",
        "end": "2027-06-09T11:30:00+02:00",
        "timezone": "Europe/Brussels",
        "scheduledType": "meeting",
        "enabledJoinBeforeHost": False,
        "unlockedMeetingJoinSecurity": "allowJoinWithLobby",
        "meetingOptions": {"enabledChat": True},
        "enabledAutoRecordMeeting": False,
        "registration": {
            "autoAcceptRequest": True,
            "requireFirstName": True,
            "requireLastName": True,
            "requireEmail": True,
        },
        "integrationTags": ["hs.water"],
        "sendEmail": False,
    }


def test_a_winter_meeting_goes_out_with_the_winter_offset_and_host_and_site_in_the_body() -> None:
    winter = MeetingSpec(
        "hs.w",
        "T",
        "",
        datetime(2027, 1, 9, 8, 0, tzinfo=UTC),
        datetime(2027, 1, 9, 9, 0, tzinfo=UTC),
        SPEC.zone,
    )
    body = meeting_body(winter, host_email="h@x.org", site_url="s.webex.com")
    assert (body["start"], body["hostEmail"], body["siteUrl"]) == (
        "2027-01-09T09:00:00+01:00",
        "h@x.org",
        "s.webex.com",
    )
    assert "agenda" not in body


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        (("title",), {"title": "Clean water"}),
        (("agenda",), {"agenda": "How it works."}),
        (("ends",), {"end": "2027-06-09T11:30:00+02:00", "timezone": "Europe/Brussels"}),
        (
            ("starts", "ends"),
            {
                "start": "2027-06-09T10:00:00+02:00",
                "end": "2027-06-09T11:30:00+02:00",
                "timezone": "Europe/Brussels",
            },
        ),
    ],
)
def test_a_change_sends_what_changed_and_that_nobody_be_mailed(
    changed: tuple[str, ...], body: dict[str, Any]
) -> None:
    assert meeting_changes(SPEC, changed) == {**body, "sendEmail": False}


def test_an_agenda_is_cleared_with_null() -> None:
    bare = MeetingSpec(SPEC.tag, SPEC.title, "", SPEC.starts, SPEC.ends, SPEC.zone)
    assert meeting_changes(bare, ["agenda"]) == {"agenda": None, "sendEmail": False}


def test_a_meeting_is_read_with_whatever_is_there() -> None:
    whole = meeting_of(
        {
            "id": "m1",
            "title": "T",
            "start": "2027-06-09T08:00:00Z",
            "end": "2027-06-09T09:30:00Z",
            "timezone": "UTC",
            "state": "inProgress",
            "meetingNumber": 123456789,
            "webLink": "https://s.webex.com/j.php?MTID=1",
            "password": "pw",
            "integrationTags": ["hs.water"],
            "hostEmail": "h@x.org",
        }
    )
    assert whole is not None
    assert (whole.starts, whole.ends, whole.state) == (SPEC.starts, SPEC.ends, MeetingState.IN_PROGRESS)
    assert (whole.number, whole.agenda, whole.tags, whole.sip_address) == (
        "123456789",
        "",
        ("hs.water",),
        None,
    )
    assert "pw" not in repr(whole)
    assert "MTID" not in repr(whole)


@pytest.mark.parametrize(
    "body", [{}, {"id": "m1"}, {"start": "2027-06-09T08:00:00Z"}, {"id": "m1", "start": "x"}]
)
def test_what_is_no_meeting_is_none(body: dict[str, Any]) -> None:
    assert meeting_of(body) is None


def test_an_answer_to_a_write_may_leave_out_what_was_sent() -> None:
    made = meeting_of({"id": "m1"}, SPEC)
    assert made is not None
    assert (made.id, made.title, made.starts) == ("m1", "Clean water", SPEC.starts)


def test_an_unknown_state_is_taken_for_active() -> None:
    meeting = meeting_of({"id": "m", "start": "2027-06-09T08:00:00Z", "state": "dreaming"})
    assert meeting is not None
    assert meeting.state is MeetingState.ACTIVE


@pytest.mark.parametrize(
    ("first", "last", "sent"),
    [
        ("Ada", "Lovelace", ("Ada", "Lovelace")),
        ("Sukarno", "", ("Sukarno", ".")),
        ("", "Plato", ("Plato", ".")),
        (" ", " ", ("ada", ".")),
    ],
)
def test_people_with_one_name_get_a_filler_and_addresses_go_in_lower_case(
    first: str, last: str, sent: tuple[str, str]
) -> None:
    person = Registrant("r1", "water", "Ada@Example.org", first, last)
    assert registrant_body(person) == {
        "firstName": sent[0],
        "lastName": sent[1],
        "email": "ada@example.org",
        "sendEmail": False,
    }


def test_a_registration_is_read_back_without_the_filler() -> None:
    read = registrant_of(
        {"id": "g1", "email": "Ada@x.org", "firstName": "Ada", "lastName": ".", "status": "Pending"}
    )
    assert read is not None
    assert (read.id, read.key, read.last_name, read.status) == ("g1", "ada@x.org", "", "pending")
    assert registrant_of({"email": "ada@x.org"}) is None


def test_each_device_is_a_stay_of_its_own_with_a_key_that_stays() -> None:
    row = {
        "id": "i_1",
        "displayName": "Ada",
        "email": "Ada@X.org",
        "host": False,
        "coHost": True,
        "joinedTime": "2027-06-09T08:00:00Z",
        "devices": [
            {
                "correlationId": "c1",
                "deviceType": "laptop",
                "joinedTime": "2027-06-09T08:00:00.000Z",
                "leftTime": "1970-01-01T00:00:00.000Z",
            },
            {"correlationId": "c2", "audioType": "pstn", "joinedTime": "2027-06-09T08:05:00.000Z"},
        ],
    }
    first, second = segments_of("water", "run1", row)
    assert first == Segment(
        key="run1|i_1|c1",
        event_id="water",
        instance_id="run1",
        display_name="Ada",
        email="ada@x.org",
        joined=datetime(2027, 6, 9, 8, 0, tzinfo=UTC),
        left=None,
        role="cohost",
        device="laptop",
    )
    assert (second.key, second.device, second.left) == ("run1|i_1|c2", "pstn", None)
    assert segments_of("water", "run1", row) == [first, second]


def test_a_participant_without_devices_or_address_is_one_stay() -> None:
    (stay,) = segments_of("water", "run1", {"id": "i_2", "displayName": "Call-in User_1", "host": True})
    assert (stay.key, stay.email, stay.role, stay.joined, stay.left) == ("run1|i_2|", "", "host", None, None)


def test_query_times_carry_no_plus_sign() -> None:
    assert utc_text(datetime.fromisoformat("2027-06-09T10:00:00+02:00")) == "2027-06-09T08:00:00Z"

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from icalendar import Calendar

from hybrid_sync.domain.invitations import LinkKind
from hybrid_sync.domain.ledger import Method
from hybrid_sync.domain.people import Mode
from hybrid_sync.errors import InputError
from hybrid_sync.render.calendar_object import calendar_bytes


def ics_of(make: SimpleNamespace, event: Any = None, **changes: Any) -> bytes:
    event = event or make.event()
    wanted = make.wanted(event, changes.pop("person", None) or make.person(), **changes)
    return calendar_bytes(event, wanted, stamp=make.stamp, organiser=make.sender, public_url=make.page)


def test_an_online_invitation_holds_what_itip_asks_for(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    ics = ics_of(make, sequence=2)
    assert reading.content_lines(ics)[:4] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//hybrid-sync//invitations//EN",
        "METHOD:REQUEST",
    ]
    assert reading.fields(ics) == {
        "UID": ("", "uid-1"),
        "SEQUENCE": ("", "2"),
        "DTSTAMP": ("", "20270503T073015Z"),
        "DTSTART": (";TZID=Europe/Brussels", "20270609T100000"),
        "DTEND": (";TZID=Europe/Brussels", "20270609T113000"),
        "SUMMARY": ("", r"Clean water\, safe schools"),
        "ORGANIZER": (';CN="Events desk"', "mailto:events@example.eu"),
        "ATTENDEE": (
            ';CN="Zoë Müller";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE',
            "mailto:zoe@example.org",
        ),
        "STATUS": ("", "CONFIRMED"),
        "LOCATION": ("", "Online (Webex)"),
        "CONFERENCE": (";FEATURE=AUDIO,VIDEO;LABEL=Join the event online;VALUE=URI", make.link),
        "DESCRIPTION": (
            "",
            rf"Join the event online:\n{make.link}\n\n"
            + r"This link is meant for you alone: please do not pass it on.\n\n"
            + r"What partnerships in five countries have learnt\, and what they would do otherwise.\n\n"
            + rf"With time for questions.\n\nEvent page: {make.page}",
        ),
        "CLASS": ("", "PRIVATE"),
        "TRANSP": ("", "OPAQUE"),
        "URL": ("", make.page),
        "X-MICROSOFT-CDO-BUSYSTATUS": ("", "BUSY"),
        "X-MICROSOFT-DISALLOW-COUNTER": ("", "TRUE"),
    }


def test_a_room_invitation_says_where_and_carries_no_link(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    ics = ics_of(make, person=make.person(mode=Mode.ROOM))
    fields = reading.fields(ics)
    assert fields["LOCATION"] == ("", r"InfoPoint\, Rue de la Loi 43\, Brussels\, Belgium")
    assert fields["CLASS"] == ("", "PUBLIC")
    assert "CONFERENCE" not in fields
    assert b"/join/" not in ics


def test_a_cancellation_keeps_start_and_title_and_drops_the_link(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    ics = ics_of(make, method=Method.CANCEL, sequence=3)
    fields = reading.fields(ics)
    assert "METHOD:CANCEL" in reading.content_lines(ics)
    assert fields["STATUS"] == ("", "CANCELLED")
    assert fields["SEQUENCE"] == ("", "3")
    assert fields["DTSTART"] == (";TZID=Europe/Brussels", "20270609T100000")
    assert fields["SUMMARY"] == ("", r"Clean water\, safe schools")
    assert fields["ATTENDEE"][1] == "mailto:zoe@example.org"
    assert not {"CONFERENCE", "DESCRIPTION"} & set(fields)
    assert b"/join/" not in ics


@pytest.mark.parametrize(
    ("event", "starts", "ends"),
    [
        ({"starts": "2027-01-13T10:00", "ends": "2027-01-13T11:00"}, "2027-01-13T09:00", "2027-01-13T10:00"),
        ({}, "2027-06-09T08:00", "2027-06-09T09:30"),
        ({"starts": "2027-03-27T22:00", "ends": "2027-03-28T06:00"}, "2027-03-27T21:00", "2027-03-28T04:00"),
        ({"starts": "2027-10-30T22:00", "ends": "2027-10-31T06:00"}, "2027-10-30T20:00", "2027-10-31T05:00"),
        ({"zone": "Europe/Athens"}, "2027-06-09T07:00", "2027-06-09T08:30"),
        ({"zone": "Asia/Gaza"}, "2027-06-09T07:00", "2027-06-09T08:30"),
        ({"zone": "UTC"}, "2027-06-09T10:00", "2027-06-09T11:30"),
        (
            {"starts": "2027-10-31T02:30", "ends": "2027-10-31T05:00", "folds": (1, None)},
            "2027-10-31T01:30",
            "2027-10-31T04:00",
        ),
    ],
    ids=["winter", "summer", "spring night", "autumn night", "other zone", "no rule", "UTC", "second 02:30"],
)
def test_icalendar_reads_back_the_same_instants(
    make: SimpleNamespace, event: dict[str, Any], starts: str, ends: str
) -> None:
    calendar: Any = Calendar.from_ical(ics_of(make, make.event(**event)))
    entry: Any = calendar.walk("VEVENT")[0]
    assert entry.errors == []
    assert entry["DTSTART"].dt.astimezone(UTC) == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert entry["DTEND"].dt.astimezone(UTC) == datetime.fromisoformat(ends).replace(tzinfo=UTC)
    zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    used = entry["DTSTART"].params.get("TZID")
    assert zones == ([used] if used else [])


@pytest.mark.parametrize("zone", ["CET", "Asia/Gaza", "UTC"])
def test_a_zone_that_readers_take_differently_is_written_in_utc(
    make: SimpleNamespace, reading: SimpleNamespace, zone: str
) -> None:
    ics = ics_of(make, make.event(zone=zone))
    assert reading.fields(ics)["DTSTART"][0] == ""
    assert reading.fields(ics)["DTSTART"][1].endswith("00Z")
    assert b"VTIMEZONE" not in ics


def test_times_come_from_what_the_person_is_told_not_from_the_event(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    wanted = make.wanted(make.event(), make.person())
    later = make.event("2027-07-01T15:00", "2027-07-01T16:00", title="Another")
    ics = calendar_bytes(later, wanted, stamp=make.stamp, organiser=make.sender, public_url=None)
    assert reading.fields(ics)["DTSTART"][1] == "20270609T100000"
    assert reading.fields(ics)["SUMMARY"][1] == r"Clean water\, safe schools"
    assert "URL" not in reading.fields(ics)


def test_long_names_with_quotes_and_commas_lose_only_the_quotes(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    person = make.person(first_name='Dr. "Zoë"; 😀' * 20, last_name="Müller, MSc\r\nX-EVIL: 1")
    line = reading.fields(ics_of(make, person=person))["ATTENDEE"]
    shown = ("Dr. Zoë; 😀" * 20) + " Müller, MSc X-EVIL: 1"
    assert line[0].startswith(f';CN="{shown}";')


def test_french_objects_speak_french(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    fields = reading.fields(ics_of(make, person=make.person(language="fr-BE")))
    assert fields["LOCATION"] == ("", "En ligne (Webex)")
    assert reading.unescaped(fields["DESCRIPTION"][1]).startswith(
        "Rejoindre l'événement en ligne\u00a0:\nhttps"
    )


def test_an_online_entry_without_a_link_says_that_it_comes_separately(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    fields = reading.fields(ics_of(make, link=None, link_kind=LinkKind.MAILED))
    assert fields["DESCRIPTION"][1].startswith("Your link to join comes in a separate message from Webex.")
    assert "CONFERENCE" not in fields


def test_an_entry_with_the_meetings_own_link_does_not_call_it_personal(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    for language, words in (("en", "the link of the whole meeting"), ("fr", "le lien de toute la réunion")):
        person = make.person(language=language)
        fields = reading.fields(ics_of(make, person=person, link_kind=LinkKind.SHARED))
        description = reading.unescaped(fields["DESCRIPTION"][1])
        assert words in description
        assert "alone" not in description
        assert "personnel" not in description


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a b", "https://a\r\nX:1", "//x"])
def test_only_plain_web_addresses_become_links(
    make: SimpleNamespace, reading: SimpleNamespace, link: str
) -> None:
    assert "CONFERENCE" not in reading.fields(ics_of(make, link=link))


def test_an_address_that_cannot_be_written_is_refused(make: SimpleNamespace) -> None:
    event = make.event()
    for email in ("", "no at", "a@b\r\nX: 1", "a <a@b.eu>", '"a b"@c.eu', "zoë@example.eu"):
        wanted = replace(make.wanted(event, make.person()), email=email)
        with pytest.raises(InputError):
            calendar_bytes(event, wanted, stamp=make.stamp, organiser=make.sender, public_url=None)


def test_a_stamp_without_a_zone_is_a_mistake(make: SimpleNamespace) -> None:
    event = make.event()
    with pytest.raises(ValueError, match="stamp"):
        calendar_bytes(
            event,
            make.wanted(event, make.person()),
            stamp=datetime(2027, 1, 1),  # noqa: DTZ001
            organiser=make.sender,
            public_url=None,
        )

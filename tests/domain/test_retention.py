"""How long is long enough, what is waited for, and what stands in place of a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.facts import facts_for
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.localtime import local_of, local_time
from hybrid_sync.domain.people import is_erased_address
from hybrid_sync.domain.retention import (
    PATIENCE,
    Marker,
    Veil,
    addresses_in,
    is_past,
    kept_until,
    lines_before,
    nameless,
    over_at,
    pseudonym,
    renamed,
    untold,
    waits_no_longer,
)
from hybrid_sync.errors import InputError, SettingsError
from tests.builders import NOW, a_person, a_stay, an_event, utc, wall

SECRET = "one-secret-of-these-tests-0123456789"
ZONES = ["Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Pacific/Apia"]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ends", "days", "until"),
    [
        ("2027-06-09 11:30", 180, "2027-12-06 10:30"),  # summer to winter: an hour more
        ("2027-01-15 11:30", 180, "2027-07-14 09:30"),  # winter to summer: an hour less
        ("2027-06-09 11:30", 1, "2027-06-10 09:30"),
        ("2027-03-27 02:30", 1, "2027-03-28 01:30"),  # 02:30 is not on that day: the later reading, 03:30
        ("2027-10-30 02:30", 1, "2027-10-31 01:30"),  # 02:30 comes twice: the second
    ],
)
def test_days_are_counted_on_the_calendar_of_the_event(ends: str, days: int, until: str) -> None:
    event = an_event("2027-01-01 10:00", ends)
    assert kept_until(event, days) == utc(until)
    assert not is_past(event, days, utc(until) - timedelta(milliseconds=1))
    assert is_past(event, days, utc(until))


@given(
    st.datetimes(wall("2020-01-01 00:00"), wall("2040-01-01 00:00")).map(
        lambda at: at.replace(second=0, microsecond=0)
    ),
    st.integers(1, 4000),
    st.sampled_from(ZONES),
)
def test_nothing_goes_before_its_day_and_nothing_stays_a_day_longer(
    at: datetime, days: int, zone: str
) -> None:
    try:
        ends = local_time(at, zone)
    except InputError:
        return  # a wall time that an event cannot have
    event = replace(an_event(), starts=ends, ends=ends)
    until = kept_until(event, days)
    assert until.astimezone(ZoneInfo(zone)).date() - ends.wall.date() in (
        timedelta(days),
        timedelta(days + 1),
    )
    # A whole day is left out in Apia on 30 December 2011 only; elsewhere a change is an hour or half of one.
    assert abs(until - ends.instant - timedelta(days)) <= 2 * HOUR
    assert kept_until(event, days + 1) > until
    shown = local_of(until, zone).wall
    assert shown.time() == at.time() or abs(shown - (at + timedelta(days))) <= HOUR


def test_an_event_without_an_end_is_over_when_it_starts() -> None:
    event = an_event(ends=None)
    assert over_at(event) == event.starts.instant
    assert kept_until(event, 1) == utc("2027-06-10 08:00")


def test_more_days_than_the_calendar_has_are_for_ever() -> None:
    assert kept_until(an_event(), 10_000_000).year == 9999
    assert lines_before(NOW, 10_000_000).year == 1
    assert lines_before(NOW, 2) == NOW - timedelta(hours=48)


def test_a_mark_is_the_same_for_every_spelling_and_another_for_every_secret() -> None:
    marker = Marker((SECRET, "an-older-one"))
    assert marker.mark(" Ada@Example.ORG ") == marker.mark("ada@example.org")
    assert marker.mark("ada@example.org") != marker.mark("bob@example.org")
    assert marker.marks("ada@example.org") == (
        marker.mark("ada@example.org"),
        Marker(("an-older-one",)).mark("ada@example.org"),
    )
    assert len(marker.mark("x@example.org")) == 32
    assert SECRET not in repr(marker)
    with pytest.raises(SettingsError, match=r"\[store\] secret"):
        Marker().mark("ada@example.org")
    assert Marker().marks("ada@example.org") == ()


@given(st.emails())
def test_a_pseudonym_tells_nothing_and_reaches_nobody(email: str) -> None:
    name = pseudonym(Marker((SECRET,)).mark(email))
    assert is_erased_address(name)
    assert (
        email.partition("@")[0].casefold() not in name.removeprefix("erased-")
        or len(email.partition("@")[0]) < 5
    )
    assert addresses_in(f"to {name}: no") == frozenset()


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("ada@example.org", "X"),
        ("550 5.1.1 <Ada@Example.org>: no such user", "550 5.1.1 <X>: no such user"),
        ("'ada@example.org' is rejected, o'neil@example.org too.", "'X' is rejected, X too."),
        ("mail:ada+x@sub.example.org", "mail:X"),
        ("nothing here @ all", "nothing here @ all"),
        ("erased-0123@erased.invalid", "erased-0123@erased.invalid"),
    ],
)
def test_every_address_in_a_text_is_replaced(text: str, then: str) -> None:
    assert nameless(text, lambda address: "X") == then


def a_row(method: Method, state: MessageState, sequence: int = 0) -> Message:
    return Message(
        "id-ada",
        "water",
        "ada@example.org",
        "uid",
        1,
        sequence,
        method,
        state,
        NOW,
        "<m>",
        facts_for(an_event(), a_person(), None),
    )


SENT, REFUSED, PENDING = MessageState.SENT, MessageState.REFUSED, MessageState.PENDING


@pytest.mark.parametrize(
    ("rows", "waits"),
    [
        ([], False),
        ([a_row(Method.REQUEST, SENT)], True),
        ([a_row(Method.REQUEST, SENT), a_row(Method.CANCEL, PENDING, 1)], True),
        ([a_row(Method.REQUEST, SENT), a_row(Method.CANCEL, MessageState.SENDING, 1)], True),
        ([a_row(Method.REQUEST, SENT), a_row(Method.CANCEL, SENT, 1)], False),
        ([a_row(Method.REQUEST, SENT), a_row(Method.CANCEL, REFUSED, 1)], False),
        ([a_row(Method.REQUEST, REFUSED)], False),
        ([a_row(Method.REQUEST, SENT), a_row(Method.REQUEST, REFUSED, 1)], True),
        ([a_row(Method.REQUEST, MessageState.SUPERSEDED)], False),
        ([a_row(Method.REQUEST, SENT), a_row(Method.CANCEL, SENT, 1), a_row(Method.NONE, PENDING)], True),
        ([a_row(Method.NONE, SENT)], False),
    ],
)
def test_whoever_has_an_entry_in_their_calendar_is_told_first(rows: list[Message], waits: bool) -> None:
    assert untold(rows) is waits


def test_what_cannot_be_reached_is_waited_for_three_weeks() -> None:
    assert not waits_no_longer(None, NOW)
    assert not waits_no_longer(NOW, NOW + PATIENCE - timedelta(seconds=1))
    assert waits_no_longer(NOW, NOW + PATIENCE)
    assert timedelta(days=30) > PATIENCE


def test_a_veiled_stay_keeps_its_times_and_its_device_and_nothing_else() -> None:
    marker = Marker((SECRET,))
    stay = a_stay("ada", "08:00", "09:00", key="i1|p1|d1", device="laptop")
    veil = Veil({"ada@example.org": "erased-1@erased.invalid"}, marker.mark)
    after = veil.over(stay)
    assert after == replace(stay, display_name="(erased)", email="erased-1@erased.invalid")
    assert veil.over(after) == after
    other = a_stay("bob", "08:00", "09:00")
    assert veil.over(other) is other


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("i1|ada@example.org/Ada Example|phone@2027", "webex"),
        ("file:0123456789abcdef01234567#2", "file"),
        ("room|walk-in|0123456789abcdef|20270609T080000", "room"),
    ],
)
def test_keys_that_were_made_of_a_person_are_made_anew_and_always_alike(key: str, source: str) -> None:
    veil = Veil({"ada@example.org": "erased-1@erased.invalid"}, Marker((SECRET,)).mark)
    stay = a_stay("ada", "08:00", "09:00", key=key, source=source)
    after = veil.over(stay)
    assert "ada" not in after.key.casefold()
    assert after.key != key
    assert after.key.count("|") == key.count("|")
    assert veil.over(stay).key == after.key


def test_with_everybody_names_without_an_address_go_too_and_staff_stay_staff() -> None:
    veil = Veil(
        {"host@example.org": "erased-2@erased.invalid"},
        Marker((SECRET,)).mark,
        everybody=True,
        roles={"host@example.org": "cohost", "room 12": "room system"},
    )
    guest = a_stay("x", "08:00", "09:00", email="", display_name="Somebody")
    assert (veil.over(guest).display_name, veil.over(guest).role) == ("(erased)", "attendee")
    host = a_stay("host", "08:00", "09:00")
    assert (veil.over(host).role, veil.over(host).email) == ("cohost", "erased-2@erased.invalid")
    assert veil.over(a_stay("x", "08:00", "09:00", email="", display_name="Room 12")).role == "room system"
    assert veil.over(veil.over(guest)) == veil.over(guest)


def test_decisions_follow_the_keys_that_they_are_about() -> None:
    names = {"ada@example.org": "erased-1@erased.invalid"}
    assert renamed("ada@example.org", names, {}) == "erased-1@erased.invalid"
    assert renamed("link s1 ada@example.org", names, {}) == "link s1 erased-1@erased.invalid"
    assert renamed("stay file:01", names, {"file:01": "file:veil-9"}) == "stay file:veil-9"
    assert renamed("code id-ada", names, {}) == "code id-ada"
    assert renamed("bob@example.org", names, {}) == "bob@example.org"

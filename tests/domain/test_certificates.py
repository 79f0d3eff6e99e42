"""Who gets a certificate, its code, and what a later correction does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Attendance, AttendanceRules, attendance
from hybrid_sync.domain.certificates import (
    ALPHABET,
    CODE_LENGTH,
    Certificate,
    Issue,
    certificate_code,
    plan_certificates,
    shown_code,
    typed_code,
)
from hybrid_sync.domain.people import Registrant
from tests.builders import a_person, a_stay, an_event, utc

SECRET = "a-secret-of-more-than-thirty-two-characters"
NOW = utc("2027-06-10 08:00")
LATER = NOW + timedelta(days=1)
HOUR = timedelta(hours=1)


def who_was_there(people: list[Registrant], *stays: tuple[str, str, str, str]) -> Attendance:
    """Stays of name, from, to and source."""
    segments = [a_stay(name, joined, left, source=source) for name, joined, left, source in stays]
    return attendance(an_event(), people, segments, AttendanceRules())


def issued(report: Attendance, known: Mapping[str, Certificate] | None = None, **options: bool) -> Issue:
    return plan_certificates(report, known or {}, HOUR, SECRET, LATER if known else NOW, **options)


def by_person(issue: Issue) -> dict[str, Certificate]:
    return {one.registrant_id: one for one in issue.valid}


def test_whoever_reached_the_minutes_has_one_room_and_online_alike() -> None:
    people = [a_person("ada"), a_person("bob"), a_person("cleo"), a_person("dan")]
    report = who_was_there(
        people,
        ("ada", "08:00", "09:00", "webex"),
        ("bob", "08:00", "09:00", "room"),
        ("cleo", "08:00", "08:40", "webex"),  # 40 minutes online, 40 in the room, 20 of them both
        ("cleo", "08:20", "09:00", "room"),
        ("dan", "08:00", "08:59", "webex"),
    )
    issue = issued(report)
    assert {one.registrant_id: one.minutes for one in issue.new} == {
        "id-ada": 60,
        "id-bob": 60,
        "id-cleo": 60,
    }
    assert (issue.changed, issue.unchanged, issue.withdrawn) == ((), (), ())


def test_a_second_issue_changes_nothing() -> None:
    report = who_was_there([a_person("ada")], ("ada", "08:00", "09:00", "webex"))
    first = issued(report)
    second = issued(report, by_person(first))
    assert second.unchanged == first.new
    assert second.to_write == ()


def test_a_correction_changes_minutes_and_keeps_the_code() -> None:
    first = issued(who_was_there([a_person("ada")], ("ada", "08:00", "09:00", "webex")))
    more = who_was_there([a_person("ada")], ("ada", "08:00", "09:20", "webex"))
    [changed] = issued(more, by_person(first)).changed
    assert (changed.code, changed.minutes, changed.issued_at) == (first.new[0].code, 80, LATER)


def test_who_drops_under_the_minutes_loses_it() -> None:
    first = issued(who_was_there([a_person("ada")], ("ada", "08:00", "09:00", "webex")))
    less = who_was_there([a_person("ada")], ("ada", "08:00", "08:30", "webex"))
    issue = issued(less, by_person(first))
    assert [(one.registrant_id, one.withdrawn_at) for one in issue.withdrawn] == [("id-ada", LATER)]
    assert issue.valid == ()


def test_a_withdrawn_one_stays_so_until_a_person_says_again() -> None:
    report = who_was_there([a_person("ada")], ("ada", "08:00", "09:00", "webex"))
    known = {"id-ada": replace(issued(report).new[0], withdrawn_at=NOW)}
    issue = issued(report, known)
    assert (issue.standing, issue.to_write) == ((known["id-ada"],), ())
    [back] = issued(report, known, again=True).changed
    assert (back.code, back.valid) == (known["id-ada"].code, True)


def test_a_withdrawn_one_below_the_minutes_is_not_withdrawn_again() -> None:
    report = who_was_there([a_person("ada")], ("ada", "08:00", "09:00", "webex"))
    known = {"id-ada": replace(issued(report).new[0], withdrawn_at=NOW)}
    less = who_was_there([a_person("ada")], ("ada", "08:00", "08:30", "webex"))
    assert issued(less, known) == Issue()


def test_a_guest_whom_nobody_knows_has_none() -> None:
    assert issued(who_was_there([a_person("ada")], ("stranger", "08:00", "09:30", "webex"))) == Issue()


# --- codes ---


def test_a_code_depends_on_person_event_and_secret_alone() -> None:
    code = certificate_code(SECRET, "water", "id-ada")
    assert code == certificate_code(SECRET, "water", "id-ada")
    others = {
        certificate_code(SECRET + "x", "water", "id-ada"),
        certificate_code(SECRET, "wate", "rid-ada"),
        certificate_code(SECRET, "water", "id-bob"),
    }
    assert len(others | {code}) == 4
    assert len(code) == CODE_LENGTH
    assert len(ALPHABET) ** CODE_LENGTH >= 2**80


@pytest.mark.parametrize("mangled", [str.lower, shown_code, lambda code: f" {code[:7]} {code[7:]} "])
def test_a_code_is_read_however_it_was_typed(mangled) -> None:  # type: ignore[no-untyped-def]
    code = certificate_code(SECRET, "water", "id-ada")
    assert typed_code(mangled(code)) == code


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert typed_code("oOiIlL" + "A" * 14) == "001111" + "A" * 14


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_none(text: str) -> None:
    code = typed_code(text)
    assert code is None or (len(code) == CODE_LENGTH and set(code) <= set(ALPHABET))

"""Issuing, finding and withdrawing certificates on a real store; attendance comes from the room's door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.domain.attendance import AttendanceRules
from hybrid_sync.domain.certificates import Certificate, certificate_code, shown_code
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.errors import InputError, NotFound, SettingsError
from hybrid_sync.sync.attendance_book import AttendanceBook
from hybrid_sync.sync.certificates import Certifying
from tests.builders import a_person, a_stay, an_event, utc

SECRET = "a-secret-of-more-than-thirty-two-characters"
AFTER = utc("2027-06-10 08:00")


class Office:
    """A store with the usual event, over since yesterday."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.now = AFTER
        self.certifying = self.made()
        with store.begin() as tx:
            tx.events.save(an_event())
            tx.people.save([a_person("ada"), a_person("bob")])
        self.was_there("ada", "08:00", "09:20")

    def made(self, secret: str | None = SECRET) -> Certifying:
        book = AttendanceBook(self.store, AttendanceRules())
        return Certifying(
            self.store,
            self.clock,
            book.of,
            lambda event, certificate: b"%PDF",
            least=timedelta(hours=1),
            secret=secret,
        )

    def clock(self) -> datetime:
        return self.now

    def was_there(self, name: str, joined: str, left: str) -> None:
        stay = a_stay(name, joined, left, source="room", key=f"room|{name}", instance_id="room")
        with self.store.begin() as tx:
            tx.attendance.upsert([stay])

    def event(self, **changes: object) -> None:
        with self.store.begin() as tx:
            tx.events.save(replace(tx.events.get("water"), **changes))  # type: ignore[arg-type]

    def told(self) -> list[tuple[str, str, str]]:
        with self.store.read() as tx:
            lines = tx.audit.of("water")
        return [(line.actor, line.what, line.detail) for line in lines]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    store = open_store(f"sqlite:///{tmp_path}/store.db", create=True)
    yield Office(store)
    store.close()


def only(office: Office) -> Certificate:
    [certificate] = office.certifying.of("water").values()
    return certificate


def test_an_issue_is_kept_and_told_in_the_audit_trail(office: Office) -> None:
    issue = office.certifying.issue("water")
    assert [(one.name, one.minutes) for one in issue.new] == [("Ada Example", 80)]
    assert only(office) == issue.new[0]
    assert only(office).code == certificate_code(SECRET, "water", "id-ada")
    assert office.told() == [("organiser", "certificates.issue", "1 new, 0 changed, 0 withdrawn")]


def test_a_second_issue_writes_nothing(office: Office) -> None:
    first = office.certifying.issue("water")
    office.now += timedelta(days=1)
    assert office.certifying.issue("water").unchanged == first.new
    assert len(office.told()) == 1


def test_a_correction_upwards_and_downwards(office: Office) -> None:
    office.certifying.issue("water")
    office.was_there("ada", "08:00", "09:30")
    office.was_there("bob", "08:00", "09:00")
    issue = office.certifying.issue("water")
    assert [one.minutes for one in issue.changed] == [90]
    assert [one.name for one in issue.new] == ["Bob Example"]
    office.was_there("ada", "08:00", "08:10")
    assert [one.name for one in office.certifying.issue("water").withdrawn] == ["Ada Example"]
    assert office.told()[-1][2] == "0 new, 0 changed, 1 withdrawn"
    found, event = office.certifying.find(certificate_code(SECRET, "water", "id-ada"))
    assert (found.valid, event.id) == (False, "water")


def test_who_withdrew_their_registration_loses_it(office: Office) -> None:
    office.certifying.issue("water")
    with office.store.begin() as tx:
        tx.people.save([a_person("ada", status=RegistrantStatus.WITHDRAWN)])
    assert len(office.certifying.issue("water").withdrawn) == 1


def test_one_withdrawn_by_hand_stays_withdrawn_until_it_is_issued_again(office: Office) -> None:
    office.certifying.issue("water")
    code = only(office).code
    office.certifying.withdraw(shown_code(code).lower())
    assert not only(office).valid
    assert office.certifying.issue("water").standing == (only(office),)
    assert office.certifying.issue("water", again=True).changed == (only(office),)
    assert only(office).valid
    assert (only(office).code, only(office).minutes) == (code, 80)


def test_withdrawing_twice_is_told_once(office: Office) -> None:
    office.certifying.issue("water")
    first = office.certifying.withdraw(only(office).code)
    office.now += timedelta(hours=1)
    assert office.certifying.withdraw(only(office).code) == first
    assert [what for _, what, _ in office.told()].count("certificates.withdraw") == 1


@pytest.mark.parametrize("text", ["", "no code", "0" * 20, "A" * 4000])
def test_what_no_certificate_has_is_not_found(office: Office, text: str) -> None:
    with pytest.raises(NotFound, match="no certificate has that code"):
        office.certifying.find(text)


def test_no_certificates_before_the_end_or_of_a_cancelled_event(office: Office) -> None:
    office.now = utc("2027-06-09 09:00")
    with pytest.raises(InputError, match="is not over"):
        office.certifying.issue("water")
    office.now = AFTER
    office.event(state=EventState.CANCELLED)
    with pytest.raises(InputError, match="is cancelled"):
        office.certifying.issue("water")
    assert office.certifying.of("water") == {}


def test_without_a_secret_nothing_is_issued_and_the_settings_are_named(office: Office) -> None:
    with pytest.raises(SettingsError, match=r"\[web\] secret"):
        office.made(secret=None).issue("water")


def test_an_event_that_is_not_there_is_said_to_be_so(office: Office) -> None:
    with pytest.raises(NotFound):
        office.certifying.issue("fire")
    with pytest.raises(NotFound):
        office.certifying.of("fire")


def test_a_new_secret_leaves_codes_that_were_handed_out_as_they_are(office: Office) -> None:
    office.certifying.issue("water")
    code = only(office).code
    office.was_there("ada", "08:00", "09:30")
    other = office.made(secret=SECRET[::-1])
    [changed] = other.issue("water").changed
    assert changed.code == code
    assert isinstance(other.find(code)[1], Event)

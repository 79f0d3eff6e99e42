"""Tombstones, what is held, and what is taken out, on both databases."""

from __future__ import annotations

import pytest
from tests.builders import NOW, a_person, a_stay, an_event

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.domain.retention import Marker, Veil, pseudonym
from hybrid_sync.errors import SettingsError
from hybrid_sync.ports import AliasRecord, AuditLine, EntryRecord, Intent, MatchRecord, Refusal

ADA = "ada@example.org"
MARKER = Marker(("a-secret-of-these-tests-0123456789",))
ERASED = pseudonym(MARKER.mark(ADA))


@pytest.fixture
def keyed(store: SqlStore) -> SqlStore:
    """The store with a secret, and Ada and Bob in it."""
    keyed = SqlStore(store.engine, lambda: NOW, marker=MARKER)
    with keyed.begin() as tx:
        tx.people.save([a_person("ada", organisation="Analytical"), a_person("bob")])
        tx.registrations.put("water", {ADA: "r1", "bob@example.org": "r2"})
        tx.attendance.upsert([a_stay("ada", "08:00", "09:00"), a_stay("bob", "08:00", "09:00")])
        tx.attentions.open("water", f"mail:{ADA}", f"{ADA}: unknown", NOW)
        tx.intents.put(Intent("x", "water", "mail", "", "done", 1, NOW, detail=f"550 <{ADA}>"))
        words = Refusal("change", f"400 {ADA} cannot be invited")
        tx.entries.save(EntryRecord("water", "AAMk1", 1, "made", refused=words))
        tx.matches.put(MatchRecord("water", ADA, "id-ada", "organiser", NOW))
        tx.aliases.put(AliasRecord("ada@home.org", ADA, "water", NOW))
    return keyed


def test_a_tombstone_recognises_the_address_and_holds_none(keyed: SqlStore) -> None:
    with keyed.begin() as tx:
        assert tx.tombstones.among([ADA]) == {}
        assert tx.tombstones.add([ADA], "asked", NOW) == MARKER.mark(ADA)
        tx.tombstones.add([ADA], "asked again", NOW)
        assert tx.tombstones.among([" Ada@Example.org", "bob@example.org"]) == {ADA: ERASED}
        assert tx.tombstones.count() == 1
    with keyed.begin() as tx:
        assert tx.tombstones.drop(ADA)
        assert not tx.tombstones.drop(ADA)
        assert tx.tombstones.among([ADA]) == {}


def test_another_secret_is_noticed_and_an_earlier_one_still_serves(keyed: SqlStore) -> None:
    with keyed.begin() as tx:
        tx.tombstones.add([ADA], "asked", NOW)
    other = "another-secret-of-these-tests-012345"
    for marker in (Marker((other,)), Marker()):
        with SqlStore(keyed.engine, marker=marker).read() as tx, pytest.raises(SettingsError):
            tx.tombstones.among([ADA])
    with SqlStore(keyed.engine, marker=Marker((other, *MARKER.secrets))).read() as tx:
        assert tx.tombstones.among([ADA]) == {ADA: ERASED}


def test_everything_that_names_somebody_is_found(keyed: SqlStore) -> None:
    with keyed.read() as tx:
        assert tx.privacy.also_known(ADA) == (ADA, "ada@home.org")
        assert list(tx.privacy.events_of([ADA])) == ["water"]
        assert tx.privacy.addresses("water") == {ADA, "bob@example.org"}
        held = tx.privacy.held([ADA])
    assert {name for name, rows in held.items() if rows} == {
        "registrants", "webex_registrations", "attendance", "matches", "aliases", "questions", "events",
    }  # fmt: skip


def test_a_scrub_takes_one_person_out_and_leaves_the_others(keyed: SqlStore) -> None:
    with keyed.begin() as tx:
        tx.tombstones.add([ADA], "asked", NOW)
        counts = tx.privacy.scrub("water", Veil({ADA: ERASED}, MARKER.mark), NOW)
    assert counts == {"attendance": 1, "registrations": 1, "notes": 3, "registrants": 1}
    with keyed.read() as tx:
        ada, bob = sorted(tx.people.of("water"), key=lambda one: one.id)
        assert (ada.email, ada.name, ada.organisation, ada.link_generation) == (ERASED, "(erased)", None, 2)
        assert bob == a_person("bob")
        assert set(tx.matches.of("water")) == {ERASED}
        assert tx.registrations.of("water") == {"bob@example.org": "r2"}
        intent = tx.intents.get("x")
        assert intent is not None
        assert intent.detail == f"550 <{ERASED}>"
        entry = tx.entries.get("water")
        assert entry is not None
        assert entry.refused == Refusal("change", f"400 {ERASED} cannot be invited")
        assert tx.attentions.unsettled() == []
        assert tx.privacy.addresses("water") == {"bob@example.org"}
    with keyed.begin() as tx:
        assert tx.privacy.scrub("water", Veil({ADA: ERASED}, MARKER.mark), NOW) == {}


def test_an_address_in_the_words_of_a_refusal_alone_is_found(store: SqlStore) -> None:
    with store.begin() as tx:
        words = Refusal("change", "400 <Eve@Example.org>")
        tx.entries.save(EntryRecord("water", "AAMk1", 1, "made", refused=words))
        assert tx.privacy.addresses("water") == {"eve@example.org"}
        assert list(tx.privacy.events_of(["eve@example.org"])) == ["water"]


def test_somebody_who_comes_back_and_goes_again_gets_a_number(keyed: SqlStore) -> None:
    with keyed.begin() as tx:
        tx.privacy.scrub("water", Veil({ADA: ERASED}, MARKER.mark), NOW)
        tx.people.save([a_person("ada", id="second")])
        tx.privacy.scrub("water", Veil({ADA: ERASED}, MARKER.mark), NOW)
        emails = {person.email for person in tx.people.of("water")}
    assert emails == {ERASED, ERASED.replace("@", "-2@"), "bob@example.org"}


def test_a_stay_of_somebody_erased_is_never_stored_with_a_name(keyed: SqlStore) -> None:
    with keyed.begin() as tx:
        tx.tombstones.add([ADA], "asked", NOW)
        tx.privacy.scrub("water", Veil({ADA: ERASED}, MARKER.mark), NOW)
        assert tx.attendance.upsert([a_stay("ada", "08:00", "09:00")]) == 0
        assert {stay.email for stay in tx.attendance.of("water")} == {ERASED, "bob@example.org"}


def test_a_question_about_somebody_erased_is_not_asked_and_one_about_others_is(keyed: SqlStore) -> None:
    with keyed.begin() as tx:
        tx.tombstones.add([ADA], "asked", NOW)
        tx.attentions.open("water", f"registrant.remove:{ADA}", "refused", NOW)
        assert len(tx.attentions.unsettled()) == 2  # still there, so it still matters
        tx.privacy.scrub("water", Veil({ADA: ERASED}, MARKER.mark), NOW)
        tx.attentions.open("water", f"mail:{ADA}", "refused", NOW)
        tx.attentions.open("water", "mail:bob@example.org", "refused", NOW)
        assert [one.key for one in tx.attentions.unsettled()] == ["mail:bob@example.org"]


def test_audit_lines_name_registrants_by_id_and_others_by_mark(keyed: SqlStore) -> None:
    with keyed.begin() as tx:
        tx.audit.add(AuditLine(NOW, "water", "worker", "registrant.add", ADA, "for <x@elsewhere.org>"))
    with keyed.read() as tx:
        [line] = tx.audit.of("water")
    assert (line.target, line.detail) == ("id-ada", f"for <somebody {MARKER.mark('x@elsewhere.org')[:12]}>")


def test_events_whose_people_are_held_are_found_until_they_are_not(keyed: SqlStore) -> None:
    ends = an_event().ends
    assert ends is not None
    names = {ADA: ERASED, "bob@example.org": "erased-2@erased.invalid"}
    with keyed.begin() as tx:
        assert list(tx.privacy.holding("people", ends.instant)) == ["water"]
        assert list(tx.privacy.holding("people", NOW)) == []
        tx.privacy.scrub("water", Veil(names, MARKER.mark, everybody=True), NOW)
        assert list(tx.privacy.holding("people", ends.instant)) == []
        assert list(tx.privacy.holding("stays", ends.instant)) == ["water"]
        assert tx.privacy.drop_stays("water", "2 were there", NOW) == 2
        # Somebody who was slower has no figures any more, and takes none away.
        assert tx.privacy.drop_stays("water", "nobody was there", NOW) == 0
        assert [pull.notes for pull in tx.attendance.pulls("water")] == [("2 were there",)]
        assert list(tx.privacy.holding("stays", ends.instant)) == []
        [pull] = tx.attendance.pulls("water")
    assert pull.notes == ("2 were there",)

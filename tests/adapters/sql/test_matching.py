"""The store contract: decisions about who somebody was, and the addresses learned from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import NOW, a_person, an_event

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import AliasRecord, MatchRecord

ADA = MatchRecord("water", "zoe@example.org", "id-ada", "organiser", NOW)
ALIAS = AliasRecord("zoe@private.example", "ada@example.org", "water", NOW)


def test_the_newest_decision_replaces_the_one_before_until_it_is_dropped(store: SqlStore) -> None:
    nobody = replace(ADA, registrant_id=None, actor="desk", at=NOW + timedelta(minutes=1))
    other = replace(ADA, stay_key="entry i1|p2")
    with store.begin() as tx:
        tx.matches.put(ADA)
        tx.matches.put(other)
        tx.matches.put(nobody)
    with store.read() as tx:
        assert tx.matches.of("water") == {"zoe@example.org": nobody, "entry i1|p2": other}
        assert tx.matches.of("another") == {}
    with store.begin() as tx:
        assert tx.matches.drop("water", "zoe@example.org") is True
        assert tx.matches.drop("water", "zoe@example.org") is False
        assert tx.matches.drop("another", "entry i1|p2") is False
    with store.read() as tx:
        assert tx.matches.of("water") == {"entry i1|p2": other}


def test_a_decision_for_an_event_that_is_not_there_is_refused(store: SqlStore) -> None:
    with pytest.raises(NotFound), store.begin() as tx:
        tx.matches.put(replace(ADA, event_id="nothing"))


def test_an_alias_is_read_where_its_owner_is_registered_and_outlives_its_event(store: SqlStore) -> None:
    elsewhere = replace(ALIAS, alias_key="z@private.example", event_id="an event of long ago")
    stranger = replace(ALIAS, alias_key="s@private.example", email_key="stranger@example.org")
    with store.begin() as tx:
        tx.events.save(an_event(id="later"))
        tx.people.save([a_person(), a_person(id="id-2", event_id="later")])
        for record in (ALIAS, elsewhere, stranger):
            tx.aliases.put(record)
    with store.read() as tx:
        both = {one.alias_key: one for one in (ALIAS, elsewhere)}
        assert tx.aliases.of("water") == tx.aliases.of("later") == both
        assert tx.aliases.of("another") == {}
        assert tx.aliases.get("s@private.example") == stranger


def test_an_alias_stands_for_one_person_and_can_be_forgotten(store: SqlStore) -> None:
    bob = replace(ALIAS, email_key="bob@example.org", at=NOW + timedelta(days=1))
    with store.begin() as tx:
        tx.aliases.put(ALIAS)
        tx.aliases.put(bob)
    with store.read() as tx:
        assert tx.aliases.get(ALIAS.alias_key) == bob
    with store.begin() as tx:
        assert tx.aliases.drop(ALIAS.alias_key) is True
        assert tx.aliases.drop(ALIAS.alias_key) is False
    with store.read() as tx:
        assert tx.aliases.get(ALIAS.alias_key) is None


def test_neither_addresses_nor_names_are_in_what_is_shown_of_them() -> None:
    assert "@" not in repr(ADA) + repr(ALIAS)

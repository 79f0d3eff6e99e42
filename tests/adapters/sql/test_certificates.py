"""The store contract: certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from tests.builders import NOW

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.domain.certificates import Certificate
from hybrid_sync.errors import NotFound

ADA = Certificate("A" * 20, "water", "id-ada", "Ada Ångström", 80, "fr", NOW)
BOB = Certificate("B" * 20, "water", "id-bob", "Bob Bee", 61, "en", NOW)


def test_what_is_put_comes_back_by_code_and_by_person(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.certificates.put([BOB, ADA])
    with store.read() as tx:
        assert tx.certificates.get(ADA.code) == ADA
        assert dict(tx.certificates.of("water")) == {"id-ada": ADA, "id-bob": BOB}
        assert list(tx.certificates.of("water")) == ["id-ada", "id-bob"]  # in the order of names
        assert tx.certificates.get("C" * 20) is None
        assert tx.certificates.of("fire") == {}


def test_a_certificate_is_changed_and_withdrawn_in_its_place(store: SqlStore) -> None:
    after = replace(ADA, minutes=90, name="Ada Byron", withdrawn_at=NOW + timedelta(days=1))
    with store.begin() as tx:
        tx.certificates.put([ADA, BOB])
        tx.certificates.put([after])
        tx.certificates.put([])
    with store.read() as tx:
        assert tx.certificates.get(ADA.code) == after
        assert tx.certificates.get(BOB.code) == BOB


def test_nobody_has_two_for_one_event(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.certificates.put([ADA])
    with pytest.raises(IntegrityError), store.begin() as tx:
        tx.certificates.put([replace(ADA, code="C" * 20)])
    with store.read() as tx:
        assert tx.certificates.of("water") == {"id-ada": ADA}


def test_a_certificate_of_an_event_that_is_not_there_is_refused(store: SqlStore) -> None:
    with pytest.raises(NotFound), store.begin() as tx:
        tx.certificates.put([replace(ADA, event_id="fire")])

"""POST /webhooks/webex: a hint wakes one event, and that is all that anybody can do with it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from hybrid_sync.errors import LostLease
from tests.web.conftest import MakeHouse
from tests.web.house import HOOK_SECRET, House

PATH = "/webhooks/webex"
INSTANCE = "m1_I_123456"


def news(resource: str = "meetings", event: str = "started", **data: Any) -> bytes:
    told = {"id": INSTANCE} if resource == "meetings" else {"id": f"{INSTANCE}_p", "meetingId": INSTANCE}
    return json.dumps({"id": "hook", "resource": resource, "event": event, "data": told | data}).encode()


def deliver(house: House, body: bytes, signature: str | None = None, **headers: str) -> Any:
    signed = (
        hmac.new(HOOK_SECRET.encode(), body, hashlib.sha1).hexdigest() if signature is None else signature
    )
    return house.client.post(PATH, content=body, headers={"X-Spark-Signature": signed, **headers})


def due(house: House) -> datetime | None:
    with house.app.store.read() as tx:
        row = tx.work.get("water")
    return row.due_at if row else None


def rest(house: House) -> None:
    """The event has been looked at and is due by itself in a quarter of an hour."""
    with house.app.store.begin() as tx:
        [lease] = tx.work.claim("w", house.clock.now, timedelta(minutes=1), 1, "water")
        tx.work.finish(lease, house.clock.now + timedelta(minutes=15), None)


def everything(house: House) -> str:
    """All that the store holds, but for when the event is due and which deliveries were seen."""
    engine = house.app.store.engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        tables = [
            row[0]
            for row in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            )
            if row[0] not in ("work", "deliveries")
        ]
        return repr({name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in tables})


@pytest.mark.parametrize(
    ("resource", "event"),
    [
        ("meetings", "started"), ("meetings", "ended"),
        ("meetingParticipants", "joined"), ("meetingParticipants", "left"),
    ],
)  # fmt: skip
def test_news_of_our_meeting_wakes_its_event_now(a_house: MakeHouse, resource: str, event: str) -> None:
    house = a_house()
    rest(house)
    answer = deliver(house, news(resource, event))
    assert (answer.status_code, answer.content) == (200, b"")
    assert due(house) == house.clock.now


@pytest.mark.parametrize("signature", ["", "0" * 40, "é" * 40, "x"])
def test_without_our_signature_nothing_happens_at_all(a_house: MakeHouse, signature: str) -> None:
    house = a_house()
    rest(house)
    before = (everything(house), due(house))
    answer = deliver(house, news(), signature.encode("latin-1"))  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert house.client.post(PATH, content=news()).status_code == 401
    assert (everything(house), due(house)) == before
    rest(house)
    assert deliver(house, news()).status_code == 200
    assert due(house) == house.clock.now  # a forged copy did not use up the genuine one


def test_a_changed_byte_is_a_forgery(a_house: MakeHouse) -> None:
    house = a_house()
    signature = hmac.new(HOOK_SECRET.encode(), news(), hashlib.sha1).hexdigest()
    assert deliver(house, news() + b" ", signature).status_code == 401
    assert deliver(house, news(), signature).status_code == 200


def test_the_same_delivery_again_wakes_nobody_for_some_hours(a_house: MakeHouse) -> None:
    house = a_house()
    rest(house)
    deliver(house, news())
    rest(house)
    later = due(house)
    assert deliver(house, news()).status_code == 200
    assert due(house) == later
    house.clock.passes(timedelta(hours=7))
    rest(house)
    deliver(house, news())
    assert due(house) == house.clock.now


def test_deliveries_that_were_seen_are_forgotten(a_house: MakeHouse) -> None:
    house = a_house()
    for hours in (0, 7, 14):
        house.clock.passes(timedelta(hours=hours))
        deliver(house, news(hour=hours))
    with house.app.store.begin() as tx:
        assert tx.deliveries.forget(house.clock.now + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    "body",
    [news(id="other_I_1"), news(id="m"), b"not json", b"[]", news("rooms", "created"), news(id=None)],
)
def test_news_of_anything_else_is_taken_and_left(a_house: MakeHouse, body: bytes) -> None:
    house = a_house()
    rest(house)
    before = (everything(house), due(house))
    assert deliver(house, body).status_code == 200
    assert (everything(house), due(house)) == before


def test_a_lie_with_our_signature_does_nothing_but_wake(a_house: MakeHouse) -> None:
    house = a_house()
    rest(house)
    before = everything(house)
    lie = news(
        event="ended", title="Gone", state="ended", start="1999-01-01T00:00:00Z", hostEmail="evil@example.org",
        password="x", registration=None,
    )  # fmt: skip
    assert deliver(house, lie).status_code == 200
    assert everything(house) == before
    assert due(house) == house.clock.now
    assert house.webex.asked == []


def test_a_crowd_that_comes_in_is_a_few_reasons_to_look(a_house: MakeHouse) -> None:
    house = a_house()
    rest(house)
    for number in range(100):
        assert (
            deliver(house, news("meetingParticipants", "joined", id=f"{INSTANCE}_{number}")).status_code
            == 200
        )
    with house.app.store.begin() as tx:
        assert tx.deliveries.forget(house.clock.now + timedelta(hours=1)) == 6
    house.clock.passes(timedelta(minutes=2))
    rest(house)
    deliver(house, news("meetingParticipants", "joined", id=f"{INSTANCE}_late"))
    assert due(house) == house.clock.now


def test_a_flood_of_forgeries_is_turned_away_and_the_genuine_still_come_through(
    a_house: MakeHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    house = a_house()
    rest(house)
    answers = [deliver(house, news(), "0" * 40) for _ in range(80)]
    assert [answer.status_code for answer in answers] == [401] * 60 + [429] * 20
    assert answers[-1].headers["Retry-After"] == "60"
    assert deliver(house, news()).status_code == 200
    assert due(house) == house.clock.now
    assert caplog.text.count("was not signed with our secret") == 1


def test_a_body_that_is_too_large_is_not_read(a_house: MakeHouse) -> None:
    house = a_house()
    large = news(filler="x" * 70_000)
    assert deliver(house, large).status_code == 413
    chunks = (part for part in [large])  # without a length
    assert house.client.post(PATH, content=chunks).status_code == 413


def test_other_methods_are_not_allowed(a_house: MakeHouse) -> None:
    assert a_house().client.get(PATH).status_code == 405


def test_a_store_that_does_not_answer_costs_the_hint_and_webex_is_told_nothing(
    a_house: MakeHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house = a_house()
    rest(house)

    def broken(*_: object) -> None:
        raise LostLease("the database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(house.app.store, "begin", broken)
        assert deliver(house, news()).status_code == 200
    assert "a webhook's hint was lost" in caplog.text
    deliver(house, news())
    assert due(house) == house.clock.now


def test_nothing_of_a_delivery_is_logged(a_house: MakeHouse, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="hybrid_sync")
    house = a_house()
    deliver(house, news("meetingParticipants", "joined", email="canary@example.org", displayName="Canary"))
    deliver(house, news(id="canary-meeting"))
    deliver(house, news(title="canary"), "canary-signature")
    own = "\n".join(
        record.getMessage() + str(record.__dict__)
        for record in caplog.records
        if record.name.startswith("hybrid_sync")
    )
    assert "event water woken" in own
    assert "canary" not in own.lower()

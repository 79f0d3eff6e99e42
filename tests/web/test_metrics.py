"""/metrics: figures of the store, for Prometheus, and for nobody who comes from elsewhere."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hybrid_sync.domain.facts import facts_for
from hybrid_sync.domain.heartbeat import CHORE, EVERY
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.ports import Intent, PullRecord, SealedTokens
from hybrid_sync.web.app import create_app
from tests.builders import a_person, an_event
from tests.web.house import OPEN, House

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MakeHouse = Callable[..., House]


def asked(
    house: House, host: str = "127.0.0.1", headers: dict[str, str] | None = None, **options: Any
) -> Any:
    client = TestClient(create_app(house.app, **options), client=(host, 5000))
    return client.get("/metrics", headers=headers)


def figures(house: House, **options: Any) -> dict[str, float]:
    """By name, or name and label's value."""
    answer = asked(house, **options)
    assert answer.status_code == 200
    return {
        " ".join([sample.name.removeprefix("hybrid_sync_"), *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def a_mail(state: MessageState, stamp: datetime, number: int) -> Message:
    return Message(
        registrant_id="id-ada",
        event_id="water",
        email="ada@example.org",
        uid=f"uid-{number}",
        incarnation=1,
        sequence=0,
        method=Method.REQUEST,
        state=state,
        stamp=stamp,
        message_id=f"<{number}@example.org>",
        facts=facts_for(an_event(title="canary-title"), a_person(), None),
        mime=b"canary-mime",
    )


def test_an_empty_house_has_no_lag_and_nothing_open(a_house: MakeHouse) -> None:
    told = figures(a_house())
    for name in ("due_lag_seconds", "events_due", "attention_open", "intents_unknown", "mails_pending"):
        assert told[name] == 0
    assert told["events published"] == 1
    assert told["schema_info 0005"] == 1
    assert any(name.startswith("build_info ") for name in told)
    assert "worker_heartbeat_age_seconds" not in told  # there never was a worker


def test_due_lag_comes_first_and_leaves_out_what_is_in_hand(a_house: MakeHouse) -> None:
    house = a_house()
    with house.app.store.begin() as tx:
        tx.work.wake("water", OPEN - timedelta(seconds=90))
    lines = [line for line in asked(house).text.splitlines() if not line.startswith("#")]
    assert lines[0] == "hybrid_sync_due_lag_seconds 90.0"
    with house.app.store.begin() as tx:
        assert tx.work.claim("w", OPEN, timedelta(minutes=3), 1)
    told = figures(house)
    assert (told["due_lag_seconds"], told["events_due"], told["events_leased"]) == (0, 0, 1)
    house.clock.passes(timedelta(minutes=4))  # its holder died
    told = figures(house)
    assert (told["due_lag_seconds"], told["events_due"], told["events_leased"]) == (90 + 240, 1, 0)


def test_each_figure_says_what_stands_in_the_store(a_house: MakeHouse) -> None:
    house, hour = a_house(), timedelta(hours=1)
    with house.app.store.begin() as tx:
        tx.work.wake("water", OPEN + hour)
        tx.attentions.open("water", "k", "canary-question", OPEN - hour)
        tx.attentions.open("water", "done", "canary-question", OPEN - 2 * hour)
        tx.attentions.settle("water", "done", OPEN)
        tx.intents.put(Intent("k", "water", "meeting.create", "", "pending", 1, OPEN - 2 * hour))
        tx.intents.put(Intent("l", "water", "meeting.create", "", "done", 1, OPEN - 3 * hour))
        for number, state in enumerate(MessageState):
            tx.messages.add(a_mail(state, OPEN - number * hour, number))
        tx.attendance.record_pull(PullRecord("water", OPEN - hour, ("i",), 1, 1))
        tx.tokens.put(SealedTokens("webex", "canary-sealed", OPEN + hour, OPEN + 24 * hour, OPEN, "no luck"))
        assert tx.chores.take("late", OPEN - 5 * hour, OPEN - hour)
        assert tx.chores.take(CHORE, OPEN, OPEN + EVERY - timedelta(seconds=7))
    told = figures(house)
    waiting = [n for n, state in enumerate(MessageState) if state.value in ("pending", "sending")]
    assert told["attention_open"] == 1
    assert told["attention_oldest_seconds"] == 3600
    assert told["intents_unknown"] == 1
    assert told["intents_oldest_seconds"] == 7200
    assert told["mails_pending"] == len(waiting) == 2
    assert told["mails_oldest_pending_seconds"] == max(waiting) * 3600
    assert told["mails_refused"] == 1
    assert (told["attendance_pulls"], told["attendance_last_pull_seconds"]) == (1, 3600)
    assert told["token_expires_seconds webex"] == 3600
    assert told["token_renewal_ends_seconds webex"] == 24 * 3600
    assert told["token_renewal_failed webex"] == 1
    assert told["chore_overdue_seconds late"] == 3600
    assert told["worker_heartbeat_age_seconds"] == 7
    text = asked(house).text
    for word in ("canary", "water", "ada", "no luck"):
        assert word not in text


def test_the_clock_of_a_worker_in_this_process_goes_before_the_stores(a_house: MakeHouse) -> None:
    told = figures(a_house(), heartbeat=lambda: OPEN - timedelta(seconds=3))
    assert told["worker_heartbeat_age_seconds"] == 3


def test_the_format_is_the_one_that_every_prometheus_reads(a_house: MakeHouse) -> None:
    answer = asked(a_house())
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("who", "host", "headers", "status"),
    [
        ("local", "127.0.0.1", {}, 200),
        ("local", "::1", {}, 200),
        ("local", "192.0.2.7", {}, 404),
        ("local", "testclient", {}, 404),
        ("local", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("local", "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("local", "127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 404),
        ("all", "192.0.2.7", {}, 200),
        ("off", "127.0.0.1", {}, 404),
    ],
)
def test_who_may_read_it(
    a_house: MakeHouse, who: str, host: str, headers: dict[str, str], status: int
) -> None:
    house = a_house(web={"metrics": who})
    assert asked(house, host, headers).status_code == status


def test_a_database_that_is_gone_is_an_error_and_not_a_row_of_zeros(a_house: MakeHouse) -> None:
    house = a_house()

    class Gone:
        def read(self) -> Any:
            raise ConnectionError("gone")

    house.app.store = Gone()  # type: ignore[assignment]
    assert asked(house).status_code == 500

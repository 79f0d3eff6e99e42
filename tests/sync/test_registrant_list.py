"""The meeting's list of registered people: added in few calls, approved, rejected, put right, and never doubled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.world import World, crowd, online, publish, sync


def registrant_calls(world: World) -> list[str]:
    return [
        call.route
        for call in world.sandbox.calls
        if call.path.startswith("/v1") and "/registrants" in call.path
    ]


def hand(world: World, email: str, status: str = "approved", **form: Any) -> Any:
    """Somebody registers in Webex itself."""
    [meeting] = world.meetings()
    body = {"firstName": "Eve", "lastName": "Else", "email": email, "sendEmail": False} | form
    call(world, f"meetings/{meeting.id}/registrants", body)
    held = meeting.registrants[
        meeting.by_email[email if world.sandbox.options.email_case_sensitive else email.lower()]
    ]
    held.status = status
    return held


def call(world: World, path: str, body: dict[str, Any]) -> None:
    import requests

    headers = {"Authorization": f"Bearer {world.sandbox.webex_token}"}
    answer = requests.post(world.sandbox.webex_url + path, json=body, headers=headers, timeout=10)
    assert answer.ok, answer.text


def statuses(world: World) -> dict[str, str]:
    return {
        one.email.casefold().partition("@")[0]: one.status
        for meeting in world.meetings()
        for one in meeting.registrants.values()
    }


def asked(app: App) -> dict[str, str]:
    with app.store.read() as tx:
        return {item.key: item.message for item in tx.attentions.unsettled("water")}


def assert_calm(world: World, app: App, *, questions: bool = False) -> Report:
    """A further sync writes nothing outside and mails nobody."""
    before = (len(world.sandbox.writes()), len(world.sandbox.inbox))
    report = sync(app)
    assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == before
    assert report.needs_attention is questions
    return report


# --- calls --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 40, 41, 250])
def test_n_new_people_cost_a_call_for_each_batch_the_pages_and_no_more(world: World, count: int) -> None:
    app = world.app()
    publish(app)
    sync(app)
    app.desk.register("water", crowd(count))
    before = len(registrant_calls(world))
    assert sync(app).converged
    calls = registrant_calls(world)[before:]
    batches, pages = -(-count // 40), -(-count // 100)
    assert len(world.registrant_emails()) == count
    assert [one for one in calls if one.endswith("bulkInsert")] == [
        "/v1/meetings/{meetingId}/registrants/bulkInsert"
    ] * batches
    # One look before, one look after at everybody.
    assert len(calls) <= batches + pages + 1


@pytest.mark.parametrize(
    "options",
    [
        {"empty_pages": True},
        {"bulk_answer_reversed": True},
        {"bulk_refuses": "items"},
        {"registrants_link": False},
    ],
    ids=str,
)
def test_130_people_are_registered_once_however_webex_lists_and_answers(
    a_world: Any, options: dict[str, Any]
) -> None:
    world = a_world(**options)
    app = world.app()
    publish(app, *crowd(130))
    assert sync(app).converged
    assert set(world.registrant_emails().values()) == {1}
    assert len(world.registrant_emails()) == 130
    assert sum(world.mails().values()) == 130
    assert_calm(world, app)


def test_a_list_that_lags_behind_makes_nobody_registered_or_written_to_twice(a_world: Any) -> None:
    world = a_world(registrant_lag_reads=3)
    app = world.app()
    publish(app, online("ada"), online("bob"))
    report = sync(app)
    assert not report.converged
    writes = len(world.sandbox.writes())
    assert sync(app).next_due is not None
    assert len(world.sandbox.writes()) == writes
    world.sandbox.clock.advance(timedelta(seconds=120))
    assert sync(app).converged
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("bob@example.org", "invitation"): 1}
    assert_calm(world, app)


# --- waiting, approved, rejected ----------------------------------------------------------------------------------


def test_where_the_form_keeps_people_waiting_they_are_let_in_in_the_same_pass(world: World) -> None:
    app = world.app(world.settings(webex={"auto_accept": False}))
    publish(app, online("ada"), online("bob"))
    report = sync(app)
    assert report.converged, report
    assert statuses(world) == {"ada": "approved", "bob": "approved"}
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("bob@example.org", "invitation"): 1}
    assert world.sandbox.state.webex_mails == []
    assert_calm(world, app)


def test_a_direct_registration_follows_the_organisers_word(world: World) -> None:
    app = world.app(world.settings(webex={"auto_accept": False}))
    publish(app)
    sync(app)
    app.desk.register("water", [online("eve"), online("zoe")], approve=False)
    for name in ("eve", "zoe"):
        hand(world, f"{name}@example.org", "pending")
    assert sync(app).needs_attention
    app.desk.set_status("water", "eve@example.org", RegistrantStatus.APPROVED)
    app.desk.set_status("water", "zoe@example.org", RegistrantStatus.REJECTED)
    plan = {change.target: change.kind for change in app.loop.plan("water").actions}
    assert plan["eve@example.org"] == "registrant.approve"
    assert plan["zoe@example.org"] == "registrant.remove"
    assert sync(app).converged
    assert statuses(world) == {"eve": "approved", "zoe": "rejected"}
    assert world.mails() == {("eve@example.org", "invitation"): 1}
    assert world.sandbox.state.webex_mails == []
    assert_calm(world, app)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_rejection_of_ours_can_be_taken_back_or_is_put_before_a_person(a_world: Any, allowed: bool) -> None:
    world = a_world(approve_rejected=allowed)
    app = world.app(world.settings(webex={"auto_accept": False}))
    publish(app)
    sync(app)
    app.desk.register("water", [online("zoe")], approve=False)
    hand(world, "zoe@example.org", "pending")
    app.desk.set_status("water", "zoe@example.org", RegistrantStatus.REJECTED)
    assert sync(app).converged
    app.desk.set_status("water", "zoe@example.org", RegistrantStatus.APPROVED)
    report = sync(app)
    assert report.converged is allowed
    assert statuses(world) == {"zoe": "approved" if allowed else "rejected"}
    if not allowed:
        assert "cannot be approved" in asked(app)["registrant.rejected:zoe@example.org"]
    assert len(world.sandbox.inbox) == (1 if allowed else 0)
    assert_calm(world, app, questions=not allowed)


def test_somebody_rejected_in_webex_by_hand_is_a_question_until_it_is_decided(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    [meeting] = world.meetings()
    meeting.registrants[meeting.by_email["ada@example.org"]].status = "rejected"
    assert_calm(world, app, questions=True)
    assert "withdraw" in asked(app)["registrant.rejected:ada@example.org"]
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    assert sync(app).converged
    assert statuses(world) == {"bob": "approved"}
    assert asked(app) == {}


def test_whom_a_rule_of_the_form_rejects_is_asked_about_and_not_invited_and_the_others_are(
    world: World,
) -> None:
    app = world.app()
    publish(app)
    sync(app)
    [meeting] = world.meetings()
    rule = {"question": "email", "condition": "beginsWith", "value": "eve", "result": "reject", "order": 1}
    meeting.registration["rules"] = [rule]
    app.desk.register("water", [online("ada"), online("eve")])
    assert sync(app).needs_attention
    assert statuses(world) == {"ada": "approved", "eve": "rejected"}
    assert world.mails() == {("ada@example.org", "invitation"): 1}
    assert_calm(world, app, questions=True)


# --- people who registered there ----------------------------------------------------------------------------------


def test_strangers_are_reported_in_one_question_by_default_and_left_alone(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    hand(world, "eve@example.org")
    hand(world, "zoe@example.org")
    assert_calm(world, app, questions=True)
    [(key, words)] = asked(app).items()
    assert key == "registrant.pull:water"
    assert "direct_registrants" in words
    assert "@" not in words
    assert statuses(world) == {"ada": "approved", "eve": "approved", "zoe": "approved"}


def test_strangers_can_be_ignored(world: World) -> None:
    app = world.app(world.settings(webex={"direct_registrants": "ignore"}))
    publish(app)
    sync(app)
    hand(world, "eve@example.org")
    assert_calm(world, app)


def test_strangers_are_taken_over_as_they_stand_and_get_one_invitation(world: World) -> None:
    app = world.app(world.settings(webex={"direct_registrants": "pull"}))
    publish(app, online("ada"))
    sync(app)
    hand(world, "Eve@Example.org", firstName="  Eve ", lastName=".")
    hand(world, "zoe@example.org", "pending")
    hand(world, "out@example.org", "rejected")
    assert sync(app).converged
    with app.store.read() as tx:
        people = {person.key.partition("@")[0]: person for person in tx.people.of("water")}
        lines = [line for line in tx.audit.of("water") if line.what == "registrant.pull"]
    assert {name: person.status.value for name, person in people.items()} == {
        "ada": "approved",
        "eve": "approved",
        "zoe": "pending",
    }
    assert people["eve"].name == "Eve"
    assert len(lines) == 2
    assert "registered in Webex directly" in lines[0].detail
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("Eve@Example.org", "invitation"): 1}
    assert world.sandbox.state.webex_mails == []
    assert_calm(world, app)
    assert statuses(world) == {"ada": "approved", "eve": "approved", "zoe": "pending", "out": "rejected"}
    app.desk.set_status("water", "eve@example.org", RegistrantStatus.WITHDRAWN)
    app.desk.set_status("water", "zoe@example.org", RegistrantStatus.APPROVED)
    assert sync(app).converged
    assert statuses(world) == {"ada": "approved", "zoe": "approved", "out": "rejected"}
    assert world.mails()["zoe@example.org", "invitation"] == 1


def test_who_withdrew_is_not_brought_back_by_registering_there(world: World) -> None:
    app = world.app(world.settings(webex={"direct_registrants": "pull"}))
    publish(app, online("ada"))
    sync(app)
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    sync(app)
    hand(world, "ada@example.org")
    mails = len(world.sandbox.inbox)
    assert sync(app).needs_attention
    assert_calm(world, app, questions=True)
    assert len(world.sandbox.inbox) == mails
    assert "withdrawn here" in asked(app)["registrant.pull:ada@example.org"]
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.APPROVED)
    assert sync(app).converged
    assert world.registrant_emails() == {"ada@example.org": 1}


@pytest.mark.parametrize("minds_case", [True, False])
def test_somebody_who_registered_there_in_another_spelling_is_not_registered_again(
    a_world: Any, minds_case: bool
) -> None:
    world = a_world(email_case_sensitive=minds_case)
    app = world.app()
    publish(app)
    sync(app)
    hand(world, "Ada@Example.org")
    app.desk.register("water", [online("ada")])
    assert sync(app).converged
    assert world.registrant_emails() == {"ada@example.org": 1}
    assert world.mails() == {("ada@example.org", "invitation"): 1}
    assert_calm(world, app)

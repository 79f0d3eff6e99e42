"""Whom Exchange would mail, and how rooms answer."""

from __future__ import annotations

import pytest

from .test_graph_events import create, events, refused


def people(*addresses):
    return [{"emailAddress": {"address": one}, "type": "required"} for one in addresses]


def take(stand):
    """The mails since last time, as kind and first letters."""
    seen = [(one.kind, one.to.split("@")[0]) for one in stand.sandbox.state.graph_mails]
    stand.sandbox.state.graph_mails.clear()
    return seen


@pytest.fixture
def event(stand):
    made = create(stand, attendees=people("ann@example.org", "ben@example.org"))
    assert take(stand) == [("invitation", "ann"), ("invitation", "ben")]
    return f"{events(stand)}/{made['id']}"


def test_a_repeated_transaction_mails_nobody_again(stand):
    for _ in range(2):
        create(stand, transactionId="t", attendees=people("ann@example.org"))
    assert take(stand) == [("invitation", "ann")]


def test_changing_only_attendees_mails_only_those_that_changed(stand, event):
    stand.graph.patch(event, {"attendees": people("ben@example.org", "cem@example.org")})
    assert take(stand) == [("invitation", "cem"), ("cancellation", "ann")]
    optional = [{**one, "type": "optional"} for one in people("ben@example.org")]
    stand.graph.patch(event, {"attendees": [*optional, *people("cem@example.org")]})
    assert take(stand) == [("update", "ben")]


def test_leaving_attendees_out_of_the_list_uninvites_them(stand, event):
    stand.graph.patch(event, {"attendees": people("cem@example.org")})
    assert take(stand) == [("invitation", "cem"), ("cancellation", "ann"), ("cancellation", "ben")]


def test_changing_anything_else_mails_everybody(stand, event):
    for change in ({"subject": "X"}, {"body": {"contentType": "text", "content": "Y"}}):
        stand.graph.patch(event, change)
        assert take(stand) == [("update", "ann"), ("update", "ben")]
    stand.graph.patch(event, {"subject": "Z", "attendees": people("ben@example.org", "cem@example.org")})
    assert take(stand) == [("invitation", "cem"), ("cancellation", "ann"), ("update", "ben")]


def test_the_organisers_own_affairs_mail_nobody(stand, event):
    stand.graph.patch(event, {"categories": ["Public"], "showAs": "free", "isReminderOn": False})
    assert take(stand) == []


def test_cancelling_mails_everybody_with_the_comment_once(stand, event):
    answer = stand.graph.post(event + "/cancel", {"Comment": "Strike"})
    assert (answer.status_code, answer.content) == (202, b"")
    assert {one.comment for one in stand.sandbox.state.graph_mails} == {"Strike"}
    assert take(stand) == [("cancellation", "ann"), ("cancellation", "ben")]
    refused(stand.graph.post(event + "/cancel", {}), 404)
    refused(stand.graph.delete(event), 404)
    refused(stand.graph.patch(event, {"subject": "X"}), 404)
    assert take(stand) == []


def test_deleting_cancels_too(stand, event):
    assert stand.graph.delete(event).status_code == 204
    assert take(stand) == [("cancellation", "ann"), ("cancellation", "ben")]


def test_cancel_needs_no_body_but_knows_its_fields(stand, event):
    refused(stand.graph.post(event + "/cancel", {"reason": "x"}), 400)
    assert stand.graph("POST", event + "/cancel").status_code == 202


@pytest.mark.parametrize("status", [404, 400])
def test_what_cancelling_again_answers_is_a_choice(open_stand, status):
    stand = open_stand(cancel_again_status=status)
    immutable = {"Prefer": 'IdType="ImmutableId"'}
    url = f"{events(stand)}/{create(stand, headers=immutable)['id']}/cancel"
    assert stand.graph.post(url, {}).status_code == 202
    assert stand.graph.post(url, {}).status_code == status


@pytest.mark.parametrize(
    ("answer", "shown"), [("accepted", "accepted"), ("declined", "declined"), ("none", "none")]
)
def test_a_room_answers_by_itself_as_the_option_says(open_stand, answer, shown):
    stand = open_stand(room_answer=answer)
    made = create(
        stand, attendees=[{"emailAddress": {"address": stand.sandbox.room_mailbox}, "type": "resource"}]
    )
    assert made["attendees"][0]["status"]["response"] == shown


def test_an_answer_that_comes_in_later_changes_the_etag(open_stand):
    stand = open_stand(room_answer_seconds=60)
    made = create(stand, attendees=people(stand.sandbox.room_mailbox))
    url = f"{events(stand)}/{made['id']}"
    assert (made["attendees"][0]["status"], stand.graph.get(url).json()) == (
        {"response": "none", "time": "0001-01-01T00:00:00Z"}, made,
    )  # fmt: skip
    stand.sandbox.clock.advance(61)
    refused(stand.graph.patch(url, {"subject": "X"}, headers={"If-Match": made["@odata.etag"]}), 412)
    assert stand.graph.get(url).json()["attendees"][0]["status"]["response"] == "accepted"

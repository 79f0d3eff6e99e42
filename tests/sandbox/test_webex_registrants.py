"""Registration: the form, the registrants, who decides, who is mailed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from .conftest import END, START


def kinds(stand):
    return [one.kind for one in stand.sandbox.state.webex_mails]


def test_a_meeting_with_registration_gets_a_password_and_a_register_link(stand):
    made = stand.meeting(registration={"autoAcceptRequest": True})
    assert made["password"]
    assert made["registerLink"].startswith(stand.sandbox.url)
    assert made["registration"]["requireEmail"] is True
    full = stand.meeting(registration={"maxRegisterNum": 5})
    assert full["registration"]["maxRegisterNum"] == 5
    assert "maxRegisterNum" not in stand.webex.get(f"meetings/{full['id']}/registration").json()


def test_registering_answers_with_an_id_and_a_status_and_never_with_a_join_link(stand):
    meeting_id = stand.open_meeting()
    made = stand.register(meeting_id, companyName="Ville de Bruxelles", zipCode=1000)
    assert (made["status"], made["email"], made["zipCode"]) == ("approved", "ann@example.org", 1000)
    assert made["registrationTime"] == "2026-03-02T09:00:00Z"
    one = stand.webex.get(f"meetings/{meeting_id}/registrants/{made['id']}").json()
    for text in (json.dumps(made), json.dumps(one), json.dumps(stand.registrants(meeting_id))):
        assert "link" not in text.lower()
        assert "http" not in text.lower()


def test_without_auto_accept_a_registrant_is_pending_until_approved(stand):
    meeting_id = stand.open_meeting(registration={"autoAcceptRequest": False})
    person = stand.register(meeting_id)
    assert person["status"] == "pending"
    body = {"sendEmail": False, "registrants": [{"id": person["id"]}]}
    assert stand.webex.post(f"meetings/{meeting_id}/registrants/approve", body).status_code == 204
    assert stand.registrants(meeting_id)[0]["status"] == "approved"
    assert stand.webex.post(f"meetings/{meeting_id}/registrants/reject", body).status_code == 204
    assert stand.registrants(meeting_id)[0]["status"] == "rejected"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lastName": ...}, "'lastName' is required"),
        ({"lastName": ""}, "lastName"),
        ({"firstName": " "}, "firstName"),
        ({"email": "ann at example.org"}, "valid email"),
        ({"zipCode": "1000"}, "must be a number"),
        ({"hostEmail": "host@hybrid.example"}, "not a known property"),
        ({"sendEmail": 0}, "must be a boolean"),
        ({"customizedQuestions": [{"questionId": "7", "answers": []}]}, "must be a number"),
        ({"customizedQuestions": [{"questionId": 7, "answers": []}]}, "does not belong"),
    ],
)
def test_registering_refuses(stand, refused, changes, words):
    body = {name: value for name, value in stand.person(**changes).items() if value is not ...}
    refused(stand.webex.post(f"meetings/{stand.open_meeting()}/registrants", body), 400, words)


def test_a_meeting_without_registration_refuses_every_registrant_call(stand, refused):
    base, words = (
        f"meetings/{stand.meeting()['id']}/registrants",
        "Registration is not supported for this meeting",
    )
    batch = {"registrants": [{"id": "x"}]}
    refused(stand.webex.post(base, stand.person()), 400, words)
    refused(stand.webex.get(base), 400, words)
    refused(stand.webex.get(base + "/x"), 400, words)
    refused(stand.webex.delete(base + "/x"), 400, words)
    refused(stand.webex.post(base + "/bulkInsert", {"items": [stand.person()]}), 400, words)
    refused(stand.webex.post(base + "/query", {"emails": ["a@b.example"]}), 400, words)
    for word in ("approve", "reject", "cancel", "bulkDelete"):
        refused(stand.webex.post(f"{base}/{word}", batch), 400, words)


def test_ids_of_occurrences_and_unknown_series_are_refused(stand, refused):
    meeting_id = stand.open_meeting()
    refused(stand.webex.get(f"meetings/{meeting_id}_20260320T090000Z/registrants"), 400, "series")
    refused(stand.webex.get("meetings/0123456789/registrants"), 404)


def test_the_same_address_twice_is_a_conflict_whatever_its_case(stand, refused):
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    again = stand.person("Ann@Example.org")
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants", again), 409, "User is already registered")


def test_case_can_matter_where_the_option_says_so(open_stand):
    stand = open_stand(email_case_sensitive=True)
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    stand.register(meeting_id, "Ann@Example.org")
    assert len(stand.registrants(meeting_id)) == 2


@pytest.mark.parametrize("others", [True, False])
def test_one_duplicate_makes_a_batch_a_conflict_and_the_rest_is_a_choice(open_stand, refused, others):
    stand = open_stand(bulk_duplicate_inserts_others=others)
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    batch = {"items": [stand.person("ben@example.org"), stand.person(), stand.person("cem@example.org")]}
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants/bulkInsert", batch), 409)
    assert len(stand.registrants(meeting_id)) == (3 if others else 1)


def test_the_same_address_twice_within_a_batch_is_a_conflict(stand, refused):
    meeting_id = stand.open_meeting()
    batch = {"items": [stand.person(), stand.person("ANN@example.org")]}
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants/bulkInsert", batch), 409)


def test_a_batch_has_a_limit_and_is_refused_whole_for_one_bad_address(open_stand, refused):
    stand = open_stand(bulk_insert_limit=3)
    url = f"meetings/{stand.open_meeting()}/registrants/bulkInsert"
    refused(stand.webex.post(url, {"items": [stand.person(f"p{n}@example.org") for n in range(4)]}), 400, "3")
    refused(stand.webex.post(url, {"items": [stand.person(), stand.person("nobody")]}), 400, "nobody")
    refused(stand.webex.post(url, {"items": []}), 400, "empty")
    refused(stand.webex.post(url, {}), 400, "'items' is required")
    assert all(not one.registrants for one in stand.sandbox.state.meetings.values())


@pytest.mark.parametrize("turned", [True, False])
def test_the_order_of_a_batch_answer_is_a_choice(open_stand, turned):
    stand = open_stand(bulk_answer_reversed=turned)
    addresses = [f"p{n}@example.org" for n in range(3)]
    batch = {"items": [stand.person(one) for one in addresses]}
    answer = stand.webex.post(f"meetings/{stand.open_meeting()}/registrants/bulkInsert", batch)
    assert [one["email"] for one in answer.json()["items"]] == (addresses[::-1] if turned else addresses)


def test_two_thousand_registrants_go_in_by_batches_and_come_out_by_pages(stand):
    meeting_id = stand.open_meeting()
    for first in range(0, 2000, 50):
        batch = {"items": [stand.person(f"p{n}@example.org") for n in range(first, first + 50)]}
        assert stand.webex.post(f"meetings/{meeting_id}/registrants/bulkInsert", batch).status_code == 200
    held = stand.registrants(meeting_id)
    assert [one["email"] for one in held] == [f"p{n}@example.org" for n in range(2000)]


def test_lists_hold_ten_by_default_a_hundred_at_most(stand):
    meeting_id = stand.open_meeting()
    for first in range(0, 120, 40):
        batch = {"items": [stand.person(f"p{n}@example.org") for n in range(first, first + 40)]}
        stand.webex.post(f"meetings/{meeting_id}/registrants/bulkInsert", batch)
    url = f"meetings/{meeting_id}/registrants"
    assert len(stand.webex.get(url).json()["items"]) == 10
    assert len(stand.webex.get(url, params={"max": 400}).json()["items"]) == 100


def test_lists_can_end_silently_without_a_link(open_stand):
    stand = open_stand(registrants_link=False)
    meeting_id = stand.open_meeting()
    batch = {"items": [stand.person(f"p{n}@example.org") for n in range(12)]}
    stand.webex.post(f"meetings/{meeting_id}/registrants/bulkInsert", batch)
    answer = stand.webex.get(f"meetings/{meeting_id}/registrants")
    assert (len(answer.json()["items"]), "Link" in answer.headers) == (10, False)


def test_a_list_can_be_narrowed_by_address_and_by_time(stand, refused):
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    stand.sandbox.clock.advance(timedelta(days=8))
    stand.register(meeting_id, "ben@example.org")
    url = f"meetings/{meeting_id}/registrants"

    def found(**params):
        return [one["email"] for one in stand.webex.get(url, params=params).json()["items"]]

    assert found(email="ANN@example.org") == ["ann@example.org"]
    # One bound alone means a week.
    assert found(registrationTimeFrom="2026-03-01T00:00:00Z") == ["ann@example.org"]
    assert found(registrationTimeTo="2026-03-12T00:00:00Z") == ["ben@example.org"]
    assert len(found()) == 2
    wide = {"registrationTimeFrom": "2026-01-01T00:00:00Z", "registrationTimeTo": "2026-05-01T00:00:00Z"}
    refused(stand.webex.get(url, params=wide), 400, "90 days")
    refused(
        stand.webex.get(url, params={"status": "approved"}), 400, "'status' is not a known query parameter"
    )


def test_a_query_finds_those_of_the_given_addresses(stand, refused):
    meeting_id = stand.open_meeting()
    for name in ("ann", "ben", "cem"):
        stand.register(meeting_id, f"{name}@example.org", firstName=name)
    url = f"meetings/{meeting_id}/registrants/query"

    def found(**body):
        return [one["firstName"] for one in stand.webex.post(url, body).json()["items"]]

    both = ["CEM@example.org", "ann@example.org", "nobody@example.org"]
    assert found(emails=both) == ["ann", "cem"]
    assert found(emails=both, orderBy="email", orderType="DESC") == ["cem", "ann"]
    assert found(emails=both, status="pending") == []
    refused(stand.webex.post(url, {}), 400, "'emails' is required")
    refused(stand.webex.post(url, {"emails": []}), 400, "empty")
    refused(stand.webex.post(url, {"emails": both, "orderBy": "id"}), 400, "orderBy")
    assert not any(one.writing for one in stand.sandbox.calls if one.route.endswith("/query"))


def test_mails_go_out_unless_told_not_to(stand):
    meeting_id = stand.open_meeting(registration={"autoAcceptRequest": False})
    quiet = stand.register(meeting_id)
    loud = stand.register(meeting_id, "ben@example.org", sendEmail=True)
    stand.webex.post(
        f"meetings/{meeting_id}/registrants", {**stand.person("cem@example.org"), "sendEmail": True}
    )
    assert kinds(stand) == ["registration_pending", "registration_pending"]
    base = f"meetings/{meeting_id}/registrants"
    stand.webex.post(base + "/approve", {"registrants": [{"id": loud["id"]}]})
    stand.webex.post(base + "/approve", {"registrants": [{"id": quiet["id"]}], "sendEmail": False})
    stand.webex.post(base + "/reject", {"registrants": [{"id": quiet["id"]}]})
    stand.webex.post(base + "/bulkDelete", {"registrants": [{"id": loud["id"]}]})
    assert kinds(stand)[2:] == ["registration_approved", "registration_rejected", "registration_cancelled"]


def test_send_email_is_true_when_it_is_left_out(stand):
    meeting_id = stand.open_meeting()
    body = {name: value for name, value in stand.person().items() if name != "sendEmail"}
    stand.webex.post(f"meetings/{meeting_id}/registrants", body)
    stand.webex.post(
        f"meetings/{meeting_id}/registrants/bulkInsert", {"items": [{**body, "email": "b@c.example"}]}
    )
    assert kinds(stand) == ["registration_approved", "registration_approved"]


@pytest.mark.parametrize("mailed", [True, False])
def test_deleting_one_has_no_switch_so_whether_it_mails_is_a_choice(open_stand, mailed, refused):
    stand = open_stand(delete_registrant_mails=mailed)
    meeting_id = stand.open_meeting()
    url = f"meetings/{meeting_id}/registrants/{stand.register(meeting_id)['id']}"
    refused(stand.webex.delete(url, params={"sendEmail": "false"}), 400, "sendEmail")
    assert stand.webex.delete(url).status_code == 204
    assert kinds(stand) == (["registration_cancelled"] if mailed else [])
    refused(stand.webex.delete(url), 404)


@pytest.mark.parametrize(("means", "left"), [("pending", ["pending"]), ("removed", [])])
def test_what_cancelling_means_is_a_choice(open_stand, means, left):
    stand = open_stand(cancel_means=means)
    meeting_id = stand.open_meeting()
    body = {"sendEmail": False, "registrants": [{"id": stand.register(meeting_id)["id"]}]}
    assert stand.webex.post(f"meetings/{meeting_id}/registrants/cancel", body).status_code == 204
    assert [one["status"] for one in stand.registrants(meeting_id)] == left


def test_an_unknown_id_in_a_batch_changes_nothing(stand, refused):
    meeting_id = stand.open_meeting()
    body = {"registrants": [{"id": stand.register(meeting_id)["id"]}, {"id": "unknown"}]}
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants/bulkDelete", body), 404)
    assert len(stand.registrants(meeting_id)) == 1
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants/bulkDelete", {"registrants": []}), 400)
    refused(
        stand.webex.post(f"meetings/{meeting_id}/registrants/approve", {"registrants": ["x"]}), 400, "object"
    )


@pytest.mark.parametrize(("option", "status"), [(True, 200), (False, 409)])
def test_whether_a_deleted_person_can_register_again_is_a_choice(open_stand, option, status):
    stand = open_stand(reregister_deleted=option)
    meeting_id = stand.open_meeting()
    stand.webex.delete(f"meetings/{meeting_id}/registrants/{stand.register(meeting_id)['id']}")
    assert stand.webex.post(f"meetings/{meeting_id}/registrants", stand.person()).status_code == status


@pytest.mark.parametrize(("option", "status"), [(True, 200), (False, 409)])
def test_whether_a_rejected_person_can_register_again_is_a_choice(open_stand, option, status):
    stand = open_stand(reregister_rejected=option)
    meeting_id = stand.open_meeting()
    body = {"sendEmail": False, "registrants": [{"id": stand.register(meeting_id)["id"]}]}
    stand.webex.post(f"meetings/{meeting_id}/registrants/reject", body)
    assert stand.webex.post(f"meetings/{meeting_id}/registrants", stand.person()).status_code == status


@pytest.mark.parametrize("status", [400, 403])
def test_a_full_meeting_refuses_with_the_chosen_status(open_stand, refused, status):
    stand = open_stand(full_status=status)
    meeting_id = stand.open_meeting(registration={"autoAcceptRequest": True, "maxRegisterNum": 2})
    stand.register(meeting_id)
    batch = {"items": [stand.person("b@c.example"), stand.person("d@e.example")]}
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants/bulkInsert", batch), status, "maximum")
    stand.register(meeting_id, "b@c.example")
    refused(
        stand.webex.post(f"meetings/{meeting_id}/registrants", stand.person("d@e.example")), status, "maximum"
    )


@pytest.mark.parametrize(("option", "status"), [(True, 200), (False, 400)])
def test_whether_people_can_register_after_the_start_is_a_choice(open_stand, refused, option, status):
    stand = open_stand(register_after_start=option)
    meeting_id = stand.open_meeting()
    stand.sandbox.clock.set(START + timedelta(minutes=5))
    assert stand.webex.post(f"meetings/{meeting_id}/registrants", stand.person()).status_code == status
    stand.sandbox.clock.set(END)
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants", stand.person("b@c.example")), 400)


@pytest.mark.parametrize(("option", "status"), [(True, 200), (False, 400)])
def test_whether_registrants_can_be_read_after_the_end_is_a_choice(open_stand, option, status):
    stand = open_stand(registrants_after_end=option)
    meeting_id = stand.open_meeting()
    stand.sandbox.clock.set(END)
    assert stand.webex.get(f"meetings/{meeting_id}/registrants").status_code == status


def test_beside_join_before_host_or_a_recurrence_registration_does_not_apply(stand):
    for other in ({"enabledJoinBeforeHost": True}, {"recurrence": "FREQ=DAILY;COUNT=3;INTERVAL=1"}):
        made = stand.meeting(registration={"autoAcceptRequest": True}, **other)
        assert not {"registration", "registerLink"} & made.keys()


def test_turning_on_join_before_host_wipes_the_registrants(stand, refused):
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    stand.webex.patch(f"meetings/{meeting_id}", {"enabledJoinBeforeHost": True, "sendEmail": False})
    refused(stand.webex.get(f"meetings/{meeting_id}/registrants"), 400, "not supported")
    stand.webex.patch(f"meetings/{meeting_id}", {"enabledJoinBeforeHost": False, "sendEmail": False})
    stand.webex.put(f"meetings/{meeting_id}/registration", {"autoAcceptRequest": True})
    assert stand.registrants(meeting_id) == []


def test_with_the_site_switch_both_live_together(open_stand):
    stand = open_stand(decouple_join_before_host=True)
    meeting_id = stand.open_meeting(enabledJoinBeforeHost=True)
    stand.register(meeting_id)
    stand.webex.patch(f"meetings/{meeting_id}", {"enabledJoinBeforeHost": True, "sendEmail": False})
    assert len(stand.registrants(meeting_id)) == 1


@pytest.mark.parametrize("wiped", [True, False])
def test_whether_a_recurrence_wipes_the_registrants_is_a_choice(open_stand, wiped):
    stand = open_stand(recurrence_wipes_registrants=wiped)
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    stand.webex.patch(f"meetings/{meeting_id}", {"recurrence": "FREQ=DAILY;COUNT=3;INTERVAL=1"})
    assert (len(stand.sandbox.meeting(meeting_id).registrants) == 0) is wiped


def test_registration_can_be_turned_on_changed_and_off_later(stand, refused):
    meeting_id = stand.meeting()["id"]
    url = f"meetings/{meeting_id}/registration"
    refused(stand.webex.get(url), 400, "not supported")
    assert stand.webex.put(url, {"autoAcceptRequest": True}).json()["autoAcceptRequest"] is True
    stand.register(meeting_id)
    assert stand.webex.put(url, {"requireCompanyName": True}).json()["requireCompanyName"] is True
    assert stand.webex.get(url).json()["autoAcceptRequest"] is False
    refused(stand.webex.put(url, {"requireEmail": False}), 400, "requireEmail")
    refused(
        stand.webex.post(f"meetings/{meeting_id}/registrants", stand.person("b@c.example")),
        400,
        "companyName",
    )
    assert stand.webex.delete(url).status_code == 204
    refused(stand.webex.delete(url), 400)


@pytest.mark.parametrize(("wiped", "left"), [(True, 0), (False, 1)])
def test_whether_turning_it_off_loses_the_registrants_is_a_choice(open_stand, wiped, left):
    stand = open_stand(delete_registration_wipes=wiped)
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    stand.webex.delete(f"meetings/{meeting_id}/registration")
    stand.webex.put(f"meetings/{meeting_id}/registration", {"autoAcceptRequest": True})
    assert len(stand.registrants(meeting_id)) == left


def test_registration_cannot_be_turned_on_beside_join_before_host(stand, refused):
    meeting_id = stand.meeting(enabledJoinBeforeHost=True)["id"]
    refused(stand.webex.put(f"meetings/{meeting_id}/registration", {}), 400, "not supported")


def test_questions_get_ids_and_their_answers_are_held_against_them(stand, refused):
    questions = [
        {"question": "How will you come?", "type": "dropdownList", "required": True,
         "options": [{"value": "train"}, {"value": "bike"}]},
        {"question": "Diet", "type": "singleLineTextBox", "maxLength": 5},
    ]  # fmt: skip
    made = stand.meeting(registration={"autoAcceptRequest": True, "customizedQuestions": questions})
    travel, diet = (one["id"] for one in made["registration"]["customizedQuestions"])
    url = f"meetings/{made['id']}/registrants"

    def answer(**answers):
        given = [{"questionId": int(k[1:]), "answers": v} for k, v in answers.items()]
        return stand.webex.post(url, stand.person(customizedQuestions=given))

    refused(answer(), 400, "must be answered")
    refused(answer(**{f"q{travel}": [{"optionId": 9, "answer": "car"}]}), 400, "none of its options")
    train = {f"q{travel}": [{"optionId": 1, "answer": "train"}]}
    refused(answer(**train, **{f"q{diet}": [{"answer": "vegetarian"}]}), 400, "too long")
    assert answer(**train, **{f"q{diet}": [{"answer": "vegan"}]}).status_code == 200
    for wrong in ({"maxLength": 1000}, {"type": "checkbox", "options": []}):
        body = {"registration": {"customizedQuestions": [{**questions[1], **wrong}]}}
        refused(stand.webex.post("meetings", stand.fields(**body)), 400)


def test_rules_approve_and_reject_by_themselves(stand):
    rules = [
        {"question": "email", "condition": "endsWith", "value": "@Brussels.example", "result": "approve", "order": 1},
        {"question": "lastName", "condition": "equals", "value": "Spam", "result": "reject", "order": 2,
         "matchCase": True},
    ]  # fmt: skip
    meeting_id = stand.open_meeting(registration={"rules": rules})
    assert stand.register(meeting_id, "a@brussels.example")["status"] == "approved"
    assert stand.register(meeting_id, "b@c.example", lastName="Spam")["status"] == "rejected"
    assert stand.register(meeting_id, "c@c.example", lastName="spam")["status"] == "pending"


def test_the_host_stands_in_the_query_of_registrant_calls(open_stand, refused):
    stand = open_stand(token_kind="admin")
    host2 = {"hostEmail": "host2@hybrid.example"}
    meeting_id = stand.open_meeting(**host2)
    url = f"meetings/{meeting_id}/registrants"
    refused(stand.webex.post(url, stand.person()), 404)
    refused(stand.webex.post(url, {**stand.person(), **host2}), 400, "hostEmail")
    assert stand.webex.post(url, stand.person(), params=host2).status_code == 200
    refused(stand.webex.delete(f"meetings/{meeting_id}/registration", params=host2), 400, "hostEmail")
    assert stand.webex.delete(f"meetings/{meeting_id}/registration", headers=host2).status_code == 204


@pytest.mark.parametrize("on", [True, False])
def test_webinar_registrants_can_have_registration_ids(open_stand, on):
    stand = open_stand(registration_ids=on)
    meeting_id = stand.open_meeting(scheduledType="webinar")
    stand.register(meeting_id)
    assert ("registrationId" in stand.registrants(meeting_id)[0]) is on


def test_the_size_of_a_batch_of_decisions_is_a_choice(open_stand, refused):
    stand = open_stand(status_batch_limit=1)
    meeting_id = stand.open_meeting()
    body = {"registrants": [{"id": stand.register(meeting_id, f"p{n}@example.org")["id"]} for n in range(2)]}
    refused(stand.webex.post(f"meetings/{meeting_id}/registrants/approve", body), 400, "1 to 1")


def test_malformed_times_are_refused(stand, refused):
    url = f"meetings/{stand.open_meeting()}/registrants"
    refused(stand.webex.get(url, params={"registrationTimeFrom": "lately"}), 400, "lately")


@pytest.mark.parametrize("by_item", [True, False])
def test_whether_a_batch_is_refused_whole_or_by_item_is_a_choice(open_stand, by_item):
    stand = open_stand(bulk_refuses="items" if by_item else "whole")
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    batch = {"items": [stand.person("ben@example.org"), stand.person(), stand.person("nobody")]}
    answer = stand.webex.post(f"meetings/{meeting_id}/registrants/bulkInsert", batch)
    assert answer.status_code == (200 if by_item else 400)
    assert len(stand.registrants(meeting_id)) == (2 if by_item else 1)
    if by_item:
        ben, ann, nobody = answer.json()["items"]
        assert ben["id"]
        assert "id" not in ann
        assert "already registered" in ann["errors"][0]["description"]
        assert "nobody" in nobody["errors"][0]["description"]


@pytest.mark.parametrize("reads", [0, 2])
def test_how_long_a_new_registrant_is_missing_from_lists_is_a_choice(open_stand, refused, reads):
    stand = open_stand(registrant_lag_reads=reads)
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    url = f"meetings/{meeting_id}/registrants"
    for read in range(4):
        if read % 2:
            found = stand.webex.post(f"{url}/query", {"emails": ["ann@example.org"]}).json()["items"]
        else:
            found = stand.webex.get(url).json()["items"]
        assert len(found) == (1 if read >= reads else 0)
    # What cannot be seen is there all the same.
    refused(stand.webex.post(url, stand.person()), 409, "already registered")


@pytest.mark.parametrize(("option", "status"), [(True, 204), (False, 400)])
def test_whether_a_rejected_person_can_be_approved_is_a_choice(open_stand, option, status):
    stand = open_stand(approve_rejected=option)
    meeting_id = stand.open_meeting(registration={"autoAcceptRequest": False})
    body = {"sendEmail": False, "registrants": [{"id": stand.register(meeting_id)["id"]}]}
    url = f"meetings/{meeting_id}/registrants"
    stand.webex.post(f"{url}/reject", body)
    assert stand.webex.post(f"{url}/approve", body).status_code == status
    assert [one["status"] for one in stand.registrants(meeting_id)] == ["approved" if option else "rejected"]

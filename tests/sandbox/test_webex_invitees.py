"""Invitees: duplicates, roles, lists, and the webinar where registrants stand among them."""

from __future__ import annotations

import pytest


def invite(stand, meeting_id, email="guest@example.org", **more):
    return stand.webex.post(
        "meetingInvitees", {"meetingId": meeting_id, "email": email, "sendEmail": False, **more}
    )


def test_somebody_is_invited_changed_and_removed(stand, refused):
    meeting_id = stand.meeting()["id"]
    made = invite(stand, meeting_id, displayName="Guest", coHost=True).json()
    url = f"meetingInvitees/{made['id']}"
    assert made["meetingId"] == meeting_id
    assert stand.webex.get(url).json() == made
    changed = stand.webex.put(url, {"email": "other@example.org", "sendEmail": False}).json()
    assert (changed["email"], changed["coHost"]) == ("other@example.org", False)
    refused(stand.webex.put(url, {"displayName": "X"}), 400, "'email' is required")
    assert stand.webex.delete(url, params={"sendEmail": "false"}).status_code == 204
    refused(stand.webex.get(url), 404)
    assert stand.sandbox.state.webex_mails == []


def test_invitee_calls_mail_unless_told_not_to(stand):
    meeting_id = stand.meeting()["id"]
    made = stand.webex.post("meetingInvitees", {"meetingId": meeting_id, "email": "guest@example.org"}).json()
    stand.webex.put(f"meetingInvitees/{made['id']}", {"email": "guest@example.org"})
    stand.webex.delete(f"meetingInvitees/{made['id']}")
    stand.webex.post(
        "meetingInvitees/bulkInsert", {"meetingId": meeting_id, "items": [{"email": "a@b.example"}]}
    )
    kinds = [one.kind for one in stand.sandbox.state.webex_mails]
    assert kinds == ["invitee_invited", "invitee_updated", "invitee_removed", "invitee_invited"]


def test_inviting_twice_is_a_conflict_alone_and_in_a_batch(stand, refused):
    meeting_id = stand.meeting()["id"]
    invite(stand, meeting_id)
    refused(invite(stand, meeting_id, "Guest@example.org"), 409, "User is already a meeting invitee.")
    body = {"meetingId": meeting_id, "items": [{"email": "new@example.org"}, {"email": "guest@example.org"}]}
    refused(
        stand.webex.post("meetingInvitees/bulkInsert", body), 409, "Some users in the list have been invited."
    )
    other = invite(stand, meeting_id, "other@example.org").json()
    refused(stand.webex.put(f"meetingInvitees/{other['id']}", {"email": "guest@example.org"}), 409)
    assert len(stand.webex.all_items("meetingInvitees", meetingId=meeting_id)) == 2


def test_a_batch_holds_one_to_a_hundred_unique_addresses(stand, refused):
    meeting_id = stand.meeting()["id"]
    url = "meetingInvitees/bulkInsert"

    def batch(*emails):
        return {"meetingId": meeting_id, "items": [{"email": one, "sendEmail": False} for one in emails]}

    refused(stand.webex.post(url, batch()), 400)
    refused(stand.webex.post(url, batch(*(f"p{n}@b.example" for n in range(101)))), 400, "100")
    refused(stand.webex.post(url, batch("a@b.example", "A@b.example")), 400, "unique")
    refused(stand.webex.post(url, batch("a@b.example", "nobody")), 400, "nobody")
    refused(stand.webex.put(url, batch("a@b.example")), 400)  # a PUT there means an invitee of that name
    assert stand.webex.post(url, batch(*(f"p{n}@b.example" for n in range(100)))).status_code == 200
    listed = stand.webex.all_items("meetingInvitees", meetingId=meeting_id)
    assert len(listed) == 100
    assert [one["email"] for one in listed] == sorted(one["email"] for one in listed)


def test_a_list_needs_its_meeting_and_instances_have_none(stand, refused):
    refused(stand.webex.get("meetingInvitees"), 400, "'meetingId' is required")
    refused(stand.webex.get("meetingInvitees", params={"meetingId": "unknown"}), 404)
    meeting_id = stand.meeting()["id"]
    run = stand.sandbox.happen(meeting_id, [{"do": "start"}, {"do": "end", "at": "+60m"}])[0]
    refused(stand.webex.get("meetingInvitees", params={"meetingId": run.id}), 400)
    refused(stand.webex.get("meetingInvitees", params={"meetingId": meeting_id, "panelist": "yes"}), 400)


def test_panelists_belong_to_webinars(stand, refused):
    refused(invite(stand, stand.meeting()["id"], panelist=True), 400, "webinars")
    assert (
        invite(stand, stand.meeting(scheduledType="webinar")["id"], panelist=True).json()["panelist"] is True
    )


def test_in_a_webinar_registrants_are_listed_as_invitees_and_removing_one_ends_the_registration(
    stand, refused
):
    meeting_id = stand.open_meeting(scheduledType="webinar")
    stand.register(meeting_id)
    invite(stand, meeting_id, "speaker@example.org", panelist=True)

    def listed(**params):
        answer = stand.webex.get("meetingInvitees", params={"meetingId": meeting_id, **params}).json()
        return {one["email"]: one["id"] for one in answer["items"]}

    assert set(listed()) == {"ann@example.org", "speaker@example.org"}
    assert set(listed(panelist="true")) == {"speaker@example.org"}
    assert set(listed(panelist="false")) == {"ann@example.org"}
    url = f"meetingInvitees/{listed()['ann@example.org']}"
    assert stand.webex.get(url).json()["email"] == "ann@example.org"
    refused(stand.webex.put(url, {"email": "x@example.org"}), 400)
    stand.webex.delete(url)
    assert stand.registrants(meeting_id) == []


@pytest.mark.parametrize("panelist", ["true", "false"])
def test_in_a_meeting_the_panelist_filter_means_nothing(stand, panelist):
    meeting_id = stand.meeting()["id"]
    invite(stand, meeting_id)
    params = {"meetingId": meeting_id, "panelist": panelist}
    assert len(stand.webex.get("meetingInvitees", params=params).json()["items"]) == 1

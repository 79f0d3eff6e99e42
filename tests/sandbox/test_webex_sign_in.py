"""The page of the authorisation code flow, and what a token without a scope or licence may not do."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

BACK = "http://127.0.0.1:8765/callback"
READ, WRITE = "meeting:schedules_read", "meeting:schedules_write"
PEOPLE, ME = "meeting:participants_read", "spark:people_read"
ALL = (READ, WRITE, PEOPLE, ME)


def page(stand, **changes):
    query = {
        "response_type": "code",
        "client_id": stand.sandbox.options.webex_client_id,
        "redirect_uri": BACK,
        "scope": f"{READ} {WRITE}",
        "state": "xyz",
        **changes,
    }
    query = {name: value for name, value in query.items() if value is not None}
    return requests.get(
        stand.sandbox.webex_url + "authorize", params=query, allow_redirects=False, timeout=60
    )


def came_back(answer):
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert address.startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def trade(stand, code, **changes):
    options = stand.sandbox.options
    form = {
        "grant_type": "authorization_code",
        "client_id": options.webex_client_id,
        "client_secret": options.webex_client_secret,
        "code": code,
        "redirect_uri": BACK,
        **changes,
    }
    return requests.post(stand.sandbox.webex_url + "access_token", data=form, timeout=60)


def test_the_page_sends_the_browser_back_with_code_and_state(stand):
    query = came_back(page(stand))
    assert query["state"] == "xyz"
    answer = trade(stand, query["code"]).json()
    assert answer["scope"] == f"{READ} {WRITE}"
    assert answer["refresh_token"] != stand.sandbox.options.webex_refresh_token


def test_without_a_state_none_comes_back(stand):
    assert "state" not in came_back(page(stand, state=None))


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"redirect_uri": "http://127.0.0.1:8765/other"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"response_type": "token"},
        {"scope": None},
        {"nonsense": "x"},
    ],
    ids=str,
)
def test_a_wrong_page_is_refused_without_sending_anybody_anywhere(stand, refused, changes):
    answer = page(stand, **changes)
    refused(answer, 400)
    assert "Location" not in answer.headers


def test_a_scope_that_there_is_not_comes_back_as_an_error(stand):
    assert came_back(page(stand, scope="spark:everything"))["error"] == "invalid_scope"


def test_a_person_may_say_no(open_stand):
    query = came_back(page(open_stand(authorize_denied=True)))
    assert query == {"error": "access_denied", "state": "xyz"}


def test_a_code_lasts_ten_minutes_works_once_and_only_for_its_address(stand, refused):
    code = came_back(page(stand))["code"]
    refused(trade(stand, code, redirect_uri="http://localhost/back"), 400)
    assert trade(stand, code).status_code == 200
    refused(trade(stand, code), 400)
    late = came_back(page(stand))["code"]
    stand.sandbox.clock.advance(600)
    refused(trade(stand, late), 400)


def test_a_renewed_token_keeps_the_scopes_that_were_granted(open_stand):
    for rotate in (False, True):
        stand = open_stand(rotate_refresh_token=rotate)
        answer = trade(stand, came_back(page(stand, scope=READ))["code"]).json()
        again = trade(
            stand, "", grant_type="refresh_token", refresh_token=answer["refresh_token"], redirect_uri=BACK
        )
        assert again.json()["scope"] == READ


def test_a_token_answer_may_be_silent_about_scopes(open_stand):
    stand = open_stand(token_tells_scope=False)
    assert "scope" not in trade(stand, came_back(page(stand))["code"]).json()


def without(*scopes):
    return tuple(one for one in ALL if one not in scopes)


def test_a_missing_scope_is_refused_in_the_words_that_a_missing_licence_gets(open_stand, refused):
    reader = open_stand(webex_scopes=without(WRITE))
    assert reader.webex.get("people/me").status_code == 200
    unscoped = reader.webex.post("meetings", reader.fields())
    guest = open_stand(unlicensed=("host@hybrid.example",))
    unlicensed = guest.webex.post("meetings", guest.fields())
    for answer in (unscoped, unlicensed):
        refused(answer, 403, "missing required scopes", "roles or licenses")
    assert unscoped.json()["errors"] == unlicensed.json()["errors"]
    assert guest.webex.get("people/me").json()["siteUrls"] == [f"{guest.sandbox.site_url}#attendee"]


@pytest.mark.parametrize(
    ("scope", "path", "params"),
    [
        (READ, "meetings", {}),
        (ME, "people/me", {}),
        (PEOPLE, "meetingParticipants", {"meetingId": "0" * 32}),
        (PEOPLE, "meetingReports/attendees", {"siteUrl": "hybrid.webex.localhost", "meetingTitle": "x"}),
    ],
    ids=["meetings", "me", "participants", "report"],
)
def test_each_reading_call_needs_its_scope(open_stand, refused, scope, path, params):
    refused(
        open_stand(webex_scopes=without(scope)).webex.get(path, params=params), 403, "missing required scopes"
    )
    assert open_stand(webex_scopes=ALL).webex.get(path, params=params).status_code != 403


def test_a_users_scopes_do_not_let_an_administrator_act_for_a_host(open_stand, refused):
    stand = open_stand(token_kind="admin", webex_scopes=ALL)
    other = {"hostEmail": "host2@hybrid.example"}
    refused(stand.webex.get("meetings", params=other), 403, "missing required scopes")
    assert stand.webex.get("meetings").status_code == 200
    admin = open_stand(token_kind="admin", webex_scopes=("meeting:admin_schedule_read",))
    assert admin.webex.get("meetings", params=other).status_code == 200
    refused(admin.webex.post("meetings", admin.fields(**other)), 403, "missing required scopes")

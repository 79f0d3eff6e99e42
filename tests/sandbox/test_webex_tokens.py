"""Who may call: bearer tokens, refreshing, rate, and acting for a host."""

from __future__ import annotations

import pytest
import requests

from .conftest import Client

DAY = 24 * 3600


def refresh(stand, **changes):
    options = stand.sandbox.options
    form = {
        "grant_type": "refresh_token",
        "client_id": options.webex_client_id,
        "client_secret": options.webex_client_secret,
        "refresh_token": options.webex_refresh_token,
        **changes,
    }
    return requests.post(stand.sandbox.webex_url + "access_token", data=form, timeout=60)


def works(stand, token):
    client = Client(stand.sandbox.webex_url, token)
    status = client.get("people/me").status_code
    client.session.close()
    return status == 200


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "sandbox-webex-token"}]
)
def test_a_missing_or_wrong_token_is_refused(stand, refused, header):
    refused(requests.get(stand.sandbox.webex_url + "people/me", headers=header, timeout=60), 401)


def test_a_person_is_told_who_he_is(stand):
    person = stand.webex.get("people/me").json()
    assert (person["emails"], person["type"]) == ([stand.sandbox.host_email], "person")


def test_the_refresh_grant_gives_a_token_that_lives_fourteen_days(stand):
    answer = refresh(stand).json()
    assert (answer["expires_in"], answer["refresh_token_expires_in"]) == (1_209_599, 7_775_999)
    assert answer["refresh_token"] == stand.sandbox.options.webex_refresh_token
    assert works(stand, answer["access_token"])
    stand.sandbox.clock.advance(14 * DAY)
    assert not works(stand, answer["access_token"])


def test_using_a_refresh_token_renews_its_ninety_days(stand, refused):
    refresh(stand)
    stand.sandbox.clock.advance(80 * DAY)
    assert refresh(stand).status_code == 200
    stand.sandbox.clock.advance(80 * DAY)
    assert refresh(stand).status_code == 200
    stand.sandbox.clock.advance(90 * DAY)
    answer = refresh(stand)
    refused(answer, 400)
    assert answer.json()["error"] == "invalid_grant"


def test_a_rotated_refresh_token_ends_the_old_one(open_stand, refused):
    stand = open_stand(rotate_refresh_token=True)
    fresh = refresh(stand).json()["refresh_token"]
    refused(refresh(stand), 400)
    assert refresh(stand, refresh_token=fresh).status_code == 200


def test_the_code_grant_works_once(stand, refused):
    code = {"grant_type": "authorization_code", "code": stand.sandbox.options.webex_authorization_code}
    refused(refresh(stand, **code), 400)
    assert refresh(stand, **code, redirect_uri="http://localhost/back").status_code == 200
    refused(refresh(stand, **code, redirect_uri="http://localhost/back"), 400)


def test_the_token_call_refuses_wrong_clients_grants_and_json(stand, refused):
    refused(refresh(stand, client_secret="wrong"), 401)
    refused(refresh(stand, grant_type="password"), 400)
    refused(refresh(stand, unknown="x"), 400, "not a known property")
    url = stand.sandbox.webex_url + "access_token"
    refused(requests.post(url, json={"grant_type": "refresh_token"}, timeout=60), 415)


def test_the_fixed_token_can_expire(open_stand):
    stand = open_stand(fixed_token_days=14)
    token = stand.sandbox.webex_token
    assert works(stand, token)
    stand.sandbox.clock.advance(400 * DAY)
    assert not works(stand, token)


def test_only_an_admin_may_name_a_host(open_stand, refused):
    user = open_stand()
    refused(user.webex.post("meetings", user.fields(hostEmail="host2@hybrid.example")), 403, "admin-level")
    assert user.meeting(hostEmail=user.sandbox.host_email)["hostEmail"] == user.sandbox.host_email
    admin = open_stand(token_kind="admin")
    assert admin.meeting(hostEmail="host2@hybrid.example")["hostEmail"] == "host2@hybrid.example"
    refused(admin.webex.post("meetings", admin.fields(hostEmail="stranger@elsewhere.example")), 403, "site")


def test_the_rate_limit_answers_with_a_page_and_the_seconds_to_wait(open_stand):
    stand = open_stand(requests_per_minute=3)
    answers = [stand.webex.get("people/me") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 61
    assert answers[3].headers["Content-Type"] == "text/html"
    stand.sandbox.clock.advance(61)
    assert stand.webex.get("people/me").status_code == 200


def test_there_is_no_rate_limit_by_default(stand):
    assert {stand.webex.get("people/me").status_code for _ in range(350)} == {200}

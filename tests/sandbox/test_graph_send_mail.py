"""sendMail and Microsoft's sign-in service: strict where the documents say so, optional where they are silent."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
import requests

from hybrid_sync.sandbox import Fault

BOX = "events@hybrid.example"
MAIL = (
    "From: events@hybrid.example\r\nTo: ann@example.org\r\nCc: ben@example.org\r\nSubject: Hello\r\n"
    "Message-ID: <1@hybrid.example>\r\n\r\nHello\r\n"
)


def send(stand, text=MAIL, box=BOX, content_type="text/plain", body=None, token=None):
    data = base64.b64encode(text.encode()) if body is None else body
    headers = {"Content-Type": content_type}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return stand.graph.post(f"users/{box}/sendMail", data=data, headers=headers)


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_message_is_taken_without_a_body_and_lies_in_the_same_inbox_as_smtp(stand):
    answer = send(stand)
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["request-id"]
    [kept] = stand.sandbox.inbox
    assert kept.content == MAIL.encode()
    assert (kept.mail_from, kept.recipients) == (BOX, ("ann@example.org", "ben@example.org"))
    assert [call.route for call in stand.sandbox.writes()] == ["/graph/v1.0/users/{userId}/sendMail"]


@pytest.mark.parametrize("body", [b"no base64!", b"aGVsbG8", base64.b64encode(b"hello"), b""])
def test_what_is_no_base64_of_a_message_is_refused(stand, body):
    assert code(send(stand, body=body)) == (400, "ErrorMimeContentInvalidBase64String")
    assert stand.sandbox.inbox == []


def test_json_is_left_out(stand):
    answer = stand.graph.post(f"users/{BOX}/sendMail", {"message": {}})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("events@hybrid", "other@hybrid"), (403, "ErrorSendAsDenied")),
        (("ann@example.org", "ann"), (400, "ErrorInvalidRecipients")),
        (("To: ann@example.org\r\nCc: ben@example.org\r\n", ""), (400, "ErrorInvalidRecipients")),
    ],
)
def test_sender_and_recipients_are_read_from_the_headers(stand, change, expected):
    assert code(send(stand, MAIL.replace(*change))) == expected


def test_a_room_may_send_and_a_stranger_has_no_mailbox(stand):
    assert send(stand, MAIL.replace("events@", "room@"), box="room@hybrid.example").status_code == 202
    assert code(send(stand, box="nobody@hybrid.example")) == (404, "ErrorInvalidUser")


def test_the_permission_is_the_tokens_or_a_role_over_the_mailbox(open_stand):
    assert code(send(open_stand(graph_roles=()))) == (403, "ErrorAccessDenied")
    scoped = {"graph_roles": (), "exchange_roles": ("Mail.Send",)}
    assert send(open_stand(**scoped, exchange_scope=(BOX,))).status_code == 202
    assert code(send(open_stand(**scoped, exchange_scope=("x@hybrid.example",)))) == (
        403,
        "ErrorAccessDenied",
    )


def test_calendars_need_their_own_permission(open_stand):
    stand = open_stand(graph_roles=("Mail.Send", "Calendars.Read"))
    assert stand.graph.get(f"users/{BOX}/events").status_code == 200
    assert code(stand.graph.post(f"users/{BOX}/events", {"subject": "x"})) == (403, "ErrorAccessDenied")
    assert code(open_stand(graph_roles=("Mail.Send",)).graph.get(f"users/{BOX}/events"))[0] == 403


def test_size_and_rate_have_limits(open_stand):
    assert code(send(open_stand(send_mail_most_bytes=100)))[0] == 413
    stand = open_stand(mails_per_minute=1)
    assert send(stand).status_code == 202
    late = send(stand)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "60")
    stand.sandbox.clock.advance(timedelta(seconds=61))
    assert send(stand).status_code == 202


def test_the_message_id_stays_or_is_exchanges_own(open_stand):
    stand = open_stand(keeps_message_id=False)
    send(stand)
    [kept] = stand.sandbox.inbox
    assert kept.message_id != "<1@hybrid.example>"
    assert kept.content.count(b"Message-ID:") == 1


def test_faults_can_be_ordered(stand):
    stand.sandbox.faults.add(Fault("POST", "*/sendMail", status=503, retry_after=7))
    assert send(stand).headers["Retry-After"] == "7"
    stand.sandbox.faults.add(Fault("POST", "*/sendMail", drop="after"))
    with pytest.raises(requests.ConnectionError):
        send(stand)
    assert len(stand.sandbox.inbox) == 1


# --- the sign-in service ------------------------------------------------------------------------------------------


def ask(stand, tenant="sandbox-tenant", **changes):
    form = {
        "grant_type": "client_credentials",
        "client_id": "sandbox-app",
        "client_secret": "sandbox-app-secret",
        "scope": "https://graph.microsoft.com/.default",
        **changes,
    }
    form = {name: value for name, value in form.items() if value is not None}
    return requests.post(f"{stand.sandbox.authority_url}{tenant}/oauth2/v2.0/token", data=form, timeout=60)


def test_discovery_names_the_endpoints_of_the_one_tenant(stand):
    url = stand.sandbox.authority_url + "{}/v2.0/.well-known/openid-configuration"
    found = requests.get(url.format("sandbox-tenant"), timeout=60).json()
    assert found["token_endpoint"].endswith("/entra/sandbox-tenant/oauth2/v2.0/token")
    missing = requests.get(url.format("other"), timeout=60)
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_tenant")
    assert "AADSTS90002" in missing.json()["error_description"]


def test_a_token_is_good_for_its_service_and_its_time(stand):
    graph = ask(stand).json()
    assert (graph["token_type"], graph["expires_in"]) == ("Bearer", 3599)
    assert send(stand, token=graph["access_token"]).status_code == 202
    exchange = ask(stand, scope="https://outlook.office365.com/.default").json()["access_token"]
    assert send(stand, token=exchange).status_code == 401
    stand.sandbox.clock.set(stand.sandbox.clock.now().replace(hour=11))
    assert send(stand, token=graph["access_token"]).status_code == 401
    # It is none of Webex's.
    assert stand.webex.get("people/me", headers={"Authorization": f"Bearer {exchange}"}).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", "7000215"),
        ({"client_secret": None}, 401, "invalid_client", "7000218"),
        ({"client_id": "other"}, 400, "unauthorized_client", "700016"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", "70003"),
        ({"scope": "Mail.Send"}, 400, "invalid_scope", "70011"),
        ({"scope": "https://x.example/.default"}, 400, "invalid_resource", "500011"),
        ({"tenant": "other"}, 400, "invalid_tenant", "90002"),
        ({"client_secret": None, "client_assertion": "a.b.c"}, 401, "invalid_client", "700027"),
        ({"scope": None}, 400, "invalid_request", "900144"),
        ({"colour": "blue"}, 400, "invalid_request", "900144"),
    ],
)
def test_every_refusal_has_its_number(stand, changes, status, error, number):
    answer = ask(stand, **changes)
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error)
    assert f"AADSTS{number}" in body["error_description"]


def test_an_ended_secret_is_told_from_a_wrong_one(open_stand):
    stand = open_stand(graph_secret_expired=True)
    assert "AADSTS7000222" in ask(stand).json()["error_description"]
    assert "AADSTS7000215" in ask(stand, client_secret="wrong").json()["error_description"]

"""Mail: what is kept of a message, counting, refusing and dropping."""

from __future__ import annotations

import smtplib
import time
from email.message import EmailMessage

import pytest

from hybrid_sync.sandbox import Fault


def message(number=1, *, method="", sequence=0, uid="event-7-ann", to="ann@example.org"):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "events@hybrid.example", to, "Invitation: journée"
    mail["Message-ID"] = f"<{number}@hybrid.example>"
    mail.set_content("Hello")
    if method:
        lines = [
            "BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VTIMEZONE", "TZID:Europe/Brussels", "END:VTIMEZONE",
            "BEGIN:VEVENT", f"UID:{uid[:6]}", f" {uid[6:]}", f"SEQUENCE:{sequence}", "END:VEVENT", "END:VCALENDAR", "",
        ]  # fmt: skip
        mail.add_alternative(
            "\r\n".join(lines).encode(), "text", "calendar", cte="base64", params={"method": method}
        )
    return mail


def send(stand, mail, recipients=("ann@example.org",)):
    with smtplib.SMTP(stand.sandbox.smtp_host, stand.sandbox.smtp_port, timeout=60) as client:
        return client.send_message(mail, "events@hybrid.example", list(recipients))


def test_a_message_is_kept_with_envelope_bytes_and_what_its_calendar_object_says(stand):
    send(stand, message(method="REQUEST", sequence=2), ["ann@example.org", "ben@example.org"])
    (kept,) = stand.sandbox.inbox
    assert (kept.mail_from, kept.recipients) == (
        "events@hybrid.example",
        ("ann@example.org", "ben@example.org"),
    )
    assert (kept.message_id, kept.subject) == ("<1@hybrid.example>", "Invitation: journée")
    assert (kept.method, kept.uid, kept.sequence, kept.kind) == ("REQUEST", "event-7-ann", 2, "update")
    assert b"text/calendar" in kept.content


def test_messages_are_counted_by_kind(stand):
    send(stand, message(1, method="REQUEST"))
    send(stand, message(2, method="REQUEST", sequence=1))
    send(stand, message(3, method="CANCEL", sequence=2))
    send(stand, message(4))
    assert stand.sandbox.mail_counts() == {
        "messages": 4, "invitation": 1, "update": 1, "cancellation": 1, "other": 1,
        "duplicate_message_ids": 0, "duplicate_calendar_objects": 0,
    }  # fmt: skip


def test_a_second_copy_and_a_second_object_of_one_sequence_are_duplicates(stand):
    for number in (1, 1, 2):
        send(stand, message(number, method="REQUEST"))
    counts = stand.sandbox.mail_counts()
    assert (counts["duplicate_message_ids"], counts["duplicate_calendar_objects"]) == (1, 2)


def test_a_recipient_can_be_refused_for_good_or_for_now(stand):
    stand.sandbox.faults.add(Fault(method="RCPT", path="*@bad.example", times=None, status=550))
    stand.sandbox.faults.add(Fault(method="RCPT", path="full@example.org", status=452))
    refused = send(stand, message(), ["ann@example.org", "x@bad.example", "full@example.org"])
    assert {address: code for address, (code, _) in refused.items()} == {
        "x@bad.example": 550,
        "full@example.org": 452,
    }
    assert stand.sandbox.inbox[0].recipients == ("ann@example.org",)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(stand, message(), ["x@bad.example"])


def test_a_message_can_be_refused_after_its_data(stand):
    stand.sandbox.faults.add(Fault(method="DATA", path="ann@example.org", status=451))
    with pytest.raises(smtplib.SMTPDataError):
        send(stand, message())
    assert stand.sandbox.inbox == []
    send(stand, message())
    assert len(stand.sandbox.inbox) == 1


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
def test_the_connection_can_be_dropped_before_or_after_the_message_is_taken(stand, when, kept):
    stand.sandbox.faults.add(Fault(method="DATA", drop=when))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(stand, message())
    assert len(stand.sandbox.inbox) == kept
    send(stand, message())


def test_the_connection_can_be_dropped_at_a_recipient(stand):
    stand.sandbox.faults.add(Fault(method="RCPT", drop="before"))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(stand, message())
    assert stand.sandbox.inbox == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_can_be_slow(stand, when):
    stand.sandbox.faults.add(Fault(method="DATA", delay=0.2, delay_at=when))
    began = time.monotonic()
    send(stand, message())
    assert time.monotonic() - began >= 0.2
    stand.sandbox.faults.add(Fault(method="RCPT", delay=0.1))
    send(stand, message())
    assert len(stand.sandbox.inbox) == 2


def test_it_can_demand_a_password(open_stand):
    stand = open_stand(smtp_username="events", smtp_password="secret")
    with smtplib.SMTP(stand.sandbox.smtp_host, stand.sandbox.smtp_port, timeout=60) as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.send_message(message(), "events@hybrid.example", ["ann@example.org"])
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("events", "wrong")
        client.login("events", "secret")
        client.send_message(message(), "events@hybrid.example", ["ann@example.org"])
    assert len(stand.sandbox.inbox) == 1


def test_a_taken_message_is_a_writing_call(stand):
    stand.sandbox.faults.add(Fault(method="DATA", drop="after"))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(stand, message())
    send(stand, message())
    assert [(one.method, one.status, one.fault) for one in stand.sandbox.writes()] == [
        ("DATA", None, True), ("DATA", 250, False),
    ]  # fmt: skip


# --- the options of the server ------------------------------------------------------------------------------------


def client(stand):
    return smtplib.SMTP(stand.sandbox.smtp_host, stand.sandbox.smtp_port, timeout=60)


def test_auth_is_offered_where_it_is_demanded_only(open_stand):
    with client(open_stand()) as open_door:
        open_door.ehlo()
        assert "auth" not in open_door.esmtp_features
    with client(open_stand(smtp_username="events", smtp_mechanisms=("LOGIN",))) as closed:
        closed.ehlo()
        assert closed.esmtp_features["auth"].split() == ["LOGIN"]


@pytest.mark.parametrize("refusal", ["challenge", "at once"])
def test_xoauth2_takes_a_token_for_exchange_and_gives_a_reason_before_it_refuses(open_stand, refusal):
    stand = open_stand(smtp_mechanisms=("XOAUTH2",), xoauth2_refusal=refusal)
    told = []

    def answer(token, then=""):
        def say(challenge=None):
            if challenge is None:
                return f"user=events@hybrid.example\x01auth=Bearer {token}\x01\x01"
            told.append(challenge)
            return then

        return say

    with client(stand) as door:
        door.ehlo()
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            door.auth("XOAUTH2", answer("wrong"))
        assert caught.value.smtp_code == 535
        assert [b'"status": "400"' in one for one in told] == ([True] if refusal == "challenge" else [])
        if refusal == "challenge":
            with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
                door.auth("XOAUTH2", answer("wrong", then="what?"))
            assert caught.value.smtp_code == 501
        with pytest.raises(smtplib.SMTPAuthenticationError):
            door.auth("XOAUTH2", lambda challenge=None: "user=events@hybrid.example")
        with pytest.raises(smtplib.SMTPSenderRefused):
            door.send_message(message(), "events@hybrid.example", ["ann@example.org"])
        door.auth("XOAUTH2", answer(stand.sandbox.graph_token))
        door.send_message(message(), "events@hybrid.example", ["ann@example.org"])
    assert len(stand.sandbox.inbox) == 1


def test_a_line_longer_than_the_standard_allows_is_refused_and_the_size_has_a_limit(open_stand):
    stand = open_stand(smtp_most_bytes=5000)
    with client(stand) as door:
        for text, status in (("x" * 1200, 500), ("x\r\n" * 3000, 552)):
            with pytest.raises(smtplib.SMTPResponseException) as caught:
                door.sendmail("events@hybrid.example", ["ann@example.org"], f"Subject: x\r\n\r\n{text}\r\n")
            assert caught.value.smtp_code == status
    assert stand.sandbox.inbox == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("CONNECT", drop="before"), smtplib.SMTPServerDisconnected),
        (Fault("CONNECT", status=421), smtplib.SMTPConnectError),
        (Fault("MAIL", status=451, words="one\ntwo"), smtplib.SMTPSenderRefused),
    ],
)
def test_faults_can_be_ordered_at_the_door_and_for_the_sender(stand, fault, error):
    stand.sandbox.faults.add(fault)
    with pytest.raises(error):
        send(stand, message())
    send(stand, message())
    assert len(stand.sandbox.inbox) == 1


def test_a_new_recipient_can_be_greylisted(open_stand):
    stand = open_stand(smtp_greylist=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(stand, message())
    assert send(stand, message()) == {}


def test_a_minute_takes_so_many_messages_of_a_mailbox(open_stand):
    stand = open_stand(mails_per_minute=1)
    send(stand, message())
    with pytest.raises(smtplib.SMTPSenderRefused):
        send(stand, message())

"""sendMail against the strict sandbox over sockets, and against stubs for the answers that it never gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from tests.http_client.kit import Listening, Time, clock

from hybrid_sync.adapters.graph import GraphApi, GraphMailer
from hybrid_sync.adapters.graph.roles import roles
from hybrid_sync.adapters.graph.send_mail import MOST_BYTES
from hybrid_sync.errors import OutcomeUnknown, ProviderError, Refused, SignInExpired, TryLater
from hybrid_sync.http_client import FixedToken, TokenBucket
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions

BOX = "events@hybrid.example"
ADA = "ada@example.org"
MESSAGE = (
    b"From: InfoPoint <events@hybrid.example>\r\nTo: Ada <ada@example.org>\r\nSubject: x\r\n"
    b"Message-ID: <r1.0.request@hybrid.example>\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u1\r\nSEQUENCE:0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
URL = f"https://graph.microsoft.com/v1.0/users/{BOX}/sendMail"

Office = tuple[Sandbox, GraphMailer]


@pytest.fixture
def an_office() -> Iterator[Callable[..., Office]]:
    opened: list[tuple[Sandbox, Listening]] = []

    def start(mailbox: str = BOX, token: str | None = None, **options: Any) -> Office:
        sandbox = Sandbox(options=SandboxOptions(**options)).start()
        transport = Listening("graph", sandbox.graph_url)
        source = FixedToken(token or sandbox.graph_token)
        api = GraphApi(transport, token=source, clock=sandbox.clock.now, base_url=sandbox.graph_url)
        opened.append((sandbox, transport))
        return sandbox, GraphMailer(api, mailbox=mailbox, close=transport.close)

    yield start
    for sandbox, transport in opened:
        transport.close()
        sandbox.stop()


def test_the_very_bytes_arrive_with_their_calendar_part(an_office: Callable[..., Office]) -> None:
    post, mailer = an_office()
    assert mailer.send(MESSAGE, ADA).startswith("202 accepted, ")
    [arrived] = post.inbox
    assert arrived.content == MESSAGE
    assert (arrived.mail_from, arrived.recipients, arrived.kind) == (BOX, (ADA,), "invitation")
    [call] = post.writes()
    assert (call.method, call.status) == ("POST", 202)


@pytest.mark.parametrize(
    "mime",
    [
        MESSAGE.replace(b"ada@", b"bob@"),
        MESSAGE.replace(b"Subject:", b"Cc: bob@example.org\r\nSubject:"),
        MESSAGE.replace(b"Subject:", b"Bcc: bob@example.org\r\nSubject:"),
        MESSAGE.replace(b"To: Ada <ada@example.org>\r\n", b""),
        MESSAGE.replace(b"\r\n", b"\n"),
    ],
    ids=["somebody else", "Cc", "Bcc", "nobody", "bare line ends"],
)
def test_a_message_that_would_reach_anybody_else_is_a_mistake(
    an_office: Callable[..., Office], mime: bytes
) -> None:
    post, mailer = an_office()
    with pytest.raises(ValueError):
        mailer.send(mime, ADA)
    assert post.calls == []


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"graph_roles": ("Calendars.ReadWrite",)}, SignInExpired, "403 ErrorAccessDenied.*Mail.Send.*RBAC"),
        ({"mailboxes": ("other@hybrid.example",)}, SignInExpired, "404 ErrorInvalidUser.*from_address"),
        ({"token": "ended"}, SignInExpired, "401"),
        ({"send_mail_most_bytes": 100}, Refused, "413"),
        ({"mails_per_minute": 0}, TryLater, "429"),
        ({"graph_concurrent": 0}, TryLater, "429"),
    ],
    ids=["no permission", "no mailbox", "no token", "too large", "too many", "too many at once"],
)
def test_each_refusal_is_named_after_what_may_be_done(
    an_office: Callable[..., Office], options: dict[str, Any], kind: type[ProviderError], words: str
) -> None:
    post, mailer = an_office(**options)
    with pytest.raises(kind, match=words) as caught:
        mailer.send(MESSAGE, ADA)
    assert type(caught.value) is kind
    assert post.inbox == []
    assert ADA not in str(caught.value)


def test_a_sender_other_than_the_mailbox_is_nobodys_address_fault(an_office: Callable[..., Office]) -> None:
    _, mailer = an_office()
    with pytest.raises(SignInExpired, match="ErrorSendAsDenied"):
        mailer.send(MESSAGE.replace(b"events@", b"other@"), ADA)
    post, mailer = an_office(send_as=("other@hybrid.example",))
    mailer.send(MESSAGE.replace(b"events@", b"other@"), ADA)
    assert len(post.inbox) == 1


def test_a_role_of_exchange_over_the_mailbox_is_enough(an_office: Callable[..., Office]) -> None:
    post, mailer = an_office(graph_roles=(), exchange_roles=("Mail.Send",), exchange_scope=(BOX,))
    mailer.send(MESSAGE, ADA)
    assert len(post.inbox) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "arrived"),
    [
        ({"status": 503, "retry_after": 20}, TryLater, 0),
        ({"status": 429}, TryLater, 0),
        ({"status": 500}, OutcomeUnknown, 0),
        ({"status": 502, "effect": True}, OutcomeUnknown, 1),
        ({"status": 504, "effect": True}, OutcomeUnknown, 1),
        ({"drop": "before"}, OutcomeUnknown, 0),
        ({"drop": "after"}, OutcomeUnknown, 1),
        ({"status": 400}, Refused, 0),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_what_a_fault_means_and_that_the_same_bytes_go_out_again(
    an_office: Callable[..., Office], fault: dict[str, Any], kind: type[ProviderError], arrived: int
) -> None:
    post, mailer = an_office()
    post.faults.add(Fault(method="POST", path="*/sendMail", **fault))
    with pytest.raises(kind) as caught:
        mailer.send(MESSAGE, ADA)
    assert type(caught.value) is kind
    if "retry_after" in fault:
        assert isinstance(caught.value, TryLater)
        assert caught.value.after == 20
    assert len(post.inbox) == arrived
    assert len(post.writes()) == 1
    mailer.send(MESSAGE, ADA)
    assert {one.content for one in post.inbox} == {MESSAGE}
    assert post.mail_counts()["duplicate_message_ids"] == arrived


def test_exchange_may_give_the_message_another_id_and_the_calendar_object_stays_the_same(
    an_office: Callable[..., Office],
) -> None:
    post, mailer = an_office(keeps_message_id=False)
    post.faults.add(Fault(method="POST", path="*/sendMail", drop="after"))
    with pytest.raises(OutcomeUnknown):
        mailer.send(MESSAGE, ADA)
    mailer.send(MESSAGE, ADA)
    first, second = post.inbox
    assert first.message_id != second.message_id
    assert (first.uid, first.sequence) == (second.uid, second.sequence) == ("u1", 0)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ErrorInvalidRecipients", Refused),
        (400, "ErrorSendAsDenied", SignInExpired),
        (400, "ErrorQuotaExceeded", SignInExpired),
        (403, "ErrorAccessDenied", SignInExpired),
        (404, "MailboxNotEnabledForRESTAPI", SignInExpired),
        (409, "Conflict", SignInExpired),
        (302, "", SignInExpired),
    ],
)
def test_only_what_is_about_the_recipient_or_the_message_marks_the_recipient(
    status: int, code: str, kind: type[ProviderError]
) -> None:
    mailer, _ = stubbed()
    with responses.RequestsMock() as wire:
        wire.post(URL, status=status, json={"error": {"code": code, "message": "no"}})
        with pytest.raises(kind) as caught:
            mailer.send(MESSAGE, ADA)
        assert type(caught.value) is kind


def stubbed(**options: Any) -> tuple[GraphMailer, Listening]:
    transport = Listening("graph", "https://graph.microsoft.com/")
    return GraphMailer(
        GraphApi(transport, token=FixedToken("t"), clock=clock), mailbox=BOX, **options
    ), transport


def test_what_is_larger_than_a_request_can_be_is_not_sent() -> None:
    mailer, transport = stubbed()
    with pytest.raises(Refused, match="larger"):
        mailer.send(MESSAGE + b"x" * MOST_BYTES, ADA)
    with pytest.raises(Refused, match="no address"):
        mailer.send(MESSAGE, "no address")
    assert transport.sent == []


def test_the_allowance_is_asked_first_and_a_part_of_it_is_kept_for_what_is_urgent() -> None:
    time = Time()
    mailer, _ = stubbed(budget=TokenBucket("mail", 25, monotonic=time.monotonic))
    with responses.RequestsMock() as wire:
        wire.post(URL, status=202)
        for _ in range(4):
            mailer.send(MESSAGE, ADA)
        with pytest.raises(TryLater, match="25 a minute"):
            mailer.send(MESSAGE, ADA)
        mailer.send(MESSAGE, ADA, urgent=True)
        assert len(wire.calls) == 5
    assert time.slept == []


def test_doctor_tells_what_can_be_told_without_sending(an_office: Callable[..., Office]) -> None:
    post, mailer = an_office()
    assert [(one.ok, one.detail) for one in mailer.check()] == [
        (None, "the token does not tell its permissions: the first message will tell"),
        (True, "the mailbox is there"),
    ]
    _, stranger = an_office(mailbox="nobody@hybrid.example")
    assert [one.ok for one in stranger.check()] == [None, False]
    _, blind = an_office(graph_roles=("Mail.Send",))
    assert [one.ok for one in blind.check()] == [None, None]
    assert post.writes() == []


def test_the_permissions_of_a_token_are_read_where_they_can_be() -> None:
    # {"roles": ["Mail.Send"]}, {}, [] and no JSON at all.
    assert roles("e30.eyJyb2xlcyI6IFsiTWFpbC5TZW5kIl19.x") == {"Mail.Send"}
    assert roles("e30.e30.x") == frozenset()
    for token in ("opaque", "a.b.c", "e30.W10.x", "e30.!!!.x"):
        assert roles(token) is None

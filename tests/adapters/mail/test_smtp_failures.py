from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

import pytest
from tests.adapters.mail.conftest import ADA, MESSAGE, free_port
from tests.http_client.kit import BadServer

from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.errors import OutcomeUnknown, ProviderError, Refused, SignInExpired, TryLater
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions

# --- what goes wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind", "arrived"),
    [
        (Fault("RCPT", ADA, status=550), Refused, 0),
        (Fault("RCPT", ADA, status=530), SignInExpired, 0),
        (Fault("RCPT", ADA, status=451), TryLater, 0),
        (Fault("RCPT", ADA, status=421), TryLater, 0),
        (Fault("RCPT", ADA, drop="before"), TryLater, 0),
        (Fault("DATA", ADA, status=554), Refused, 0),
        (Fault("DATA", ADA, status=452), TryLater, 0),
        (Fault("DATA", ADA, status=421), TryLater, 0),
        (Fault("DATA", ADA, drop="before"), OutcomeUnknown, 0),
        (Fault("DATA", ADA, drop="after"), OutcomeUnknown, 1),
    ],
    ids=lambda value: f"{value.method} {value.status or value.drop}" if isinstance(value, Fault) else None,
)
def test_each_failure_is_named_after_what_may_be_done_next_and_the_next_message_goes_out(
    post: Sandbox, mailer: SmtpMailer, fault: Fault, kind: type[ProviderError], arrived: int
) -> None:
    post.faults.add(fault)
    with pytest.raises(kind) as caught:
        mailer.send(MESSAGE, ADA)
    assert type(caught.value) is kind
    assert len(post.inbox) == arrived
    mailer.send(MESSAGE, "bob@example.org")
    assert len(post.inbox) == arrived + 1


def test_a_refused_connection_means_that_nothing_was_sent(mailer_to: Callable[..., SmtpMailer]) -> None:
    with pytest.raises(TryLater, match="refused"):
        mailer_to(free_port()).send(MESSAGE, ADA)


def test_a_server_that_is_silent_after_the_message_leaves_its_fate_open(
    post: Sandbox, mailer_to: Callable[..., SmtpMailer]
) -> None:
    post.faults.add(Fault("DATA", ADA, delay=1.0))
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        mailer_to(post.smtp_port, seconds=0.2).send(MESSAGE, ADA)
    assert len(post.inbox) == 1


def talking(
    *lines: bytes, then: Callable[[socket.socket], None] | None = None
) -> Callable[[socket.socket], None]:
    """A server that says these lines, one for each line (or message) that it reads."""

    def play(connection: socket.socket) -> None:
        for number, line in enumerate(lines):
            if number:
                connection.recv(65536)
            connection.sendall(line + b"\r\n")
        if then:
            connection.recv(65536)
            then(connection)

    return play


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"250-still thinking\r\n")
        threading.Event().wait(0.05)


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ([b"220 hi", b"250 hello"], TryLater),
        ([b"220 hi", b"250 hello", b"250 sender", b"250 recipient", b"354 go on"], OutcomeUnknown),
    ],
    ids=["before the message", "after the message"],
)
def test_a_slow_drip_of_replies_ends_at_the_deadline(
    mailer_to: Callable[..., SmtpMailer], before: list[bytes], kind: type[ProviderError]
) -> None:
    # Else it would drip for ever.
    with BadServer(talking(*before, then=drip)) as server, pytest.raises(kind):
        mailer_to(server.port, total_seconds=0.5).send(MESSAGE, ADA)


def test_a_mailer_that_is_closed_does_not_wait_for_a_message_that_hangs(
    mailer_to: Callable[..., SmtpMailer],
) -> None:
    came, go_on = threading.Event(), threading.Event()

    def hang(_: socket.socket) -> None:
        came.set()
        go_on.wait(60)

    def send() -> None:
        with contextlib.suppress(ProviderError):
            mailer.send(MESSAGE, ADA)

    with BadServer(talking(b"220 hi", b"250 hello", then=hang)) as server:
        mailer = mailer_to(server.port, seconds=60)
        sender = threading.Thread(target=send)
        sender.start()
        assert came.wait(60)
        mailer.close()
        assert sender.is_alive()
        go_on.set()
        sender.join(60)


@pytest.mark.parametrize(
    ("lines", "kind", "words"),
    [
        ([b"554 5.7.1 go away"], TryLater, "go away"),
        ([b"421 4.3.2 busy"], TryLater, "busy"),
        ([b"220 hi", b"250 hello", b"550 5.7.60 not allowed to send as that"], SignInExpired, "not allowed"),
        ([b"220 hi", b"250 hello", b"552 5.3.4 too big"], Refused, "too big"),
        ([b"220 hi", b"250 hello", b"451 4.7.0 later"], TryLater, "later"),
        ([b"220 hi", b"250 hello", b"250 ok", b"250 ok", b"554 no"], Refused, "no"),
        ([b"220 hi", b"250 hello", b"250 ok", b"554 5.7.1 Relay access denied"], SignInExpired, "Relay"),
        ([b"220 hi", b"250 hello", b"250 ok", b"550 5.7.54 not relayed"], SignInExpired, "auth, username"),
        (
            [b"220 hi", b"250 hello", b"250 ok", b"550-5.1.1 no such\r\n550-\r\n550 user"],
            Refused,
            "no such user",
        ),
        (
            [b"220 hi", b"250 hello", b"250 ok", b"250 ok", b"354 go", b"554 5.2.252 SendAsDenied"],
            SignInExpired,
            "5.2",
        ),
        (
            [b"220 hi", b"250 hello", b"250 ok", b"250 ok", b"354 go", b"552 5.3.4 too big"],
            Refused,
            "too big",
        ),
        ([b"220-one\r\n220-\r\n220 two", b"hello?"], TryLater, None),
        ([b"220 hi", b"250 hello", b"250 ok", b"250 ok", b"354 go", b"garbage"], OutcomeUnknown, None),
    ],
)
def test_replies_of_every_stage(
    mailer_to: Callable[..., SmtpMailer], lines: list[bytes], kind: type[ProviderError], words: str | None
) -> None:
    with BadServer(talking(*lines)) as server, pytest.raises(kind, match=words) as caught:
        mailer_to(server.port).send(MESSAGE, ADA)
    assert type(caught.value) is kind


def test_the_servers_words_are_kept_without_whole_addresses(mailer_to: Callable[..., SmtpMailer]) -> None:
    lines = [b"220 hi", b"250 hello", b"250 ok", b"550 5.1.1 <ada@example.org> unknown"]
    with BadServer(talking(*lines)) as server, pytest.raises(Refused) as caught:
        mailer_to(server.port).send(MESSAGE, ADA)
    assert str(caught.value) == "mail: answer to RCPT TO: 550 5.1.1 <a***@example.org> unknown"


@pytest.mark.parametrize(
    ("fault", "only_this"),
    [
        (Fault("CONNECT", status=421), False),
        (Fault("MAIL", status=451), False),
        (Fault("RCPT", status=451, words="4.7.1 Greylisted"), True),
        (Fault("RCPT", status=421), False),
        (Fault("DATA", status=451, words="4.7.0 the scanner\nis busy"), True),
        (Fault("DATA", status=421), False),
    ],
    ids=lambda value: f"{value.method} {value.status}" if isinstance(value, Fault) else None,
)
def test_what_puts_off_one_recipient_is_told_apart_from_what_puts_off_all(
    post: Sandbox, mailer: SmtpMailer, fault: Fault, only_this: bool
) -> None:
    post.faults.add(fault)
    with pytest.raises(TryLater) as caught:
        mailer.send(MESSAGE, ADA)
    assert caught.value.only_this is only_this


def test_an_address_outside_ascii_is_refused_in_words(mailer: SmtpMailer) -> None:
    with pytest.raises(Refused, match="letters outside ASCII"):
        mailer.send(MESSAGE, "zoë@example.org")


def test_replies_of_several_lines_are_read_as_one(mailer_to: Callable[..., SmtpMailer]) -> None:
    with Sandbox(options=SandboxOptions(smtp_many_lines=True)) as post:
        mailer = mailer_to(post.smtp_port)
        assert mailer.send(MESSAGE, ADA).endswith("OK")
        mailer.send(MESSAGE, ADA)
        assert (len(post.inbox), post.state.smtp_connections) == (2, 1)


@pytest.mark.parametrize("stage", ["CONNECT", "MAIL", "RCPT"])
def test_a_kept_connection_that_drips_is_left_at_the_deadline(
    post: Sandbox, mailer_to: Callable[..., SmtpMailer], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    mailer = mailer_to(post.smtp_port)
    if stage != "CONNECT":
        mailer.send(MESSAGE, ADA)
    arrived = len(post.inbox)
    post.faults.add(Fault(stage, drip=0.05, times=None))
    with monkeypatch.context() as hurry:
        hurry.setattr(mailer, "_total", 0.5)  # for this one alone: the others may be slow on a busy machine
        with pytest.raises(TryLater):
            mailer.send(MESSAGE, ADA)
    post.faults.clear()
    mailer.send(MESSAGE, ADA)
    assert len(post.inbox) == arrived + 1

from __future__ import annotations

import asyncio
import logging
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.adapters.mail.conftest import ADA, MESSAGE, free_port
from tests.http_client.kit import Time

from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.errors import OutcomeUnknown, Refused, TryLater
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions

# --- what arrives -------------------------------------------------------------------------------------------------


def test_the_very_bytes_arrive_for_the_one_recipient_from_the_settings_sender(
    post: Sandbox, mailer: SmtpMailer
) -> None:
    assert mailer.send(MESSAGE, ADA) == "250 OK"
    (arrived,) = post.inbox
    assert arrived.content == MESSAGE
    assert (arrived.mail_from, arrived.recipients) == ("events@hybrid.example", (ADA,))


def test_bytes_above_seven_bits_arrive_unchanged(post: Sandbox, mailer: SmtpMailer) -> None:
    message = "Subject: x\r\n\r\nCafé\r\n".encode()
    mailer.send(message, ADA)
    assert post.inbox[0].content == message


def test_a_message_without_a_final_line_end_gets_one_as_smtp_needs(post: Sandbox, mailer: SmtpMailer) -> None:
    mailer.send(b"Subject: x\r\n\r\nlast", ADA)
    assert post.inbox[0].content == b"Subject: x\r\n\r\nlast\r\n"


@pytest.mark.parametrize(
    "message", [b"Subject: x\n\nbody\n", b"Subject: x\r\n\r\nbo\rdy\r\n", b"a\r\n.\nMAIL FROM:<x>\r\n"]
)
def test_line_ends_that_could_smuggle_a_second_message_are_a_mistake(
    post: Sandbox, mailer: SmtpMailer, message: bytes
) -> None:
    with pytest.raises(ValueError, match="CRLF"):
        mailer.send(message, ADA)
    assert post.inbox == []


@pytest.mark.parametrize("address", ["no address", "a@b", "a@x.org\r\nRCPT TO:<b@x.org>", "a@x.org>", ""])
def test_what_is_no_address_is_refused_before_anything_is_sent(mailer: SmtpMailer, address: str) -> None:
    with pytest.raises(Refused):
        mailer.send(MESSAGE, address)


def test_a_hundred_messages_go_through_one_connection_also_after_a_refusal(
    post: Sandbox, mailer: SmtpMailer
) -> None:
    post.faults.add(Fault("RCPT", "p50@example.org", status=550))
    post.faults.add(Fault("RCPT", "p60@example.org", status=451))
    for number in range(102):
        if number in (50, 60):
            with pytest.raises(Refused if number == 50 else TryLater):
                mailer.send(MESSAGE, f"p{number}@example.org")
        else:
            mailer.send(MESSAGE, f"p{number}@example.org")
    assert len(post.inbox) == 100
    assert post.state.smtp_connections == 1
    mailer.close()
    mailer.send(MESSAGE, ADA)
    assert post.state.smtp_connections == 2


@pytest.mark.parametrize("goodbye", ["421", "drop"])
def test_a_server_that_takes_so_many_on_a_connection_gets_a_new_one_and_nobody_waits(
    mailer_to: Callable[..., SmtpMailer], goodbye: Any
) -> None:
    options = SandboxOptions(smtp_messages_per_connection=3, smtp_goodbye=goodbye)
    with Sandbox(options=options) as post:
        mailer = mailer_to(post.smtp_port)
        for number in range(10):
            mailer.send(MESSAGE, f"p{number}@example.org")
        assert len(post.inbox) == 10
        assert post.state.smtp_connections == 4


def test_a_server_that_closes_idle_connections_gets_a_new_one(
    mailer_to: Callable[..., SmtpMailer],
) -> None:
    with Sandbox(options=SandboxOptions(smtp_idle_seconds=0.1)) as post:
        mailer = mailer_to(post.smtp_port)
        mailer.send(MESSAGE, ADA)
        assert mailer._connection is not None
        assert mailer._connection.sock is not None
        # The server's goodbye has come once the socket can be read.
        assert select.select([mailer._connection.sock], [], [], 5)[0]
        mailer.send(MESSAGE, ADA)
        assert (len(post.inbox), post.state.smtp_connections) == (2, 2)


def test_a_server_that_goes_down_between_two_messages_is_for_later(
    mailer_to: Callable[..., SmtpMailer],
) -> None:
    post = Sandbox().start()
    mailer = mailer_to(post.smtp_port)
    mailer.send(MESSAGE, ADA)
    post.stop()
    with pytest.raises(TryLater, match="refused") as caught:
        mailer.send(MESSAGE, ADA)
    assert not caught.value.only_this


def test_a_kept_connection_that_died_is_replaced_without_a_lost_message(
    post: Sandbox, mailer: SmtpMailer
) -> None:
    mailer.send(MESSAGE, ADA)
    assert mailer._connection is not None
    assert mailer._connection.sock is not None
    mailer._connection.sock.shutdown(socket.SHUT_RDWR)
    mailer.send(MESSAGE, "bob@example.org")
    assert [one.recipients for one in post.inbox] == [(ADA,), ("bob@example.org",)]


def test_many_threads_share_one_mailer(post: Sandbox, mailer: SmtpMailer) -> None:
    names = [f"p{number}@example.org" for number in range(20)]
    threads = [threading.Thread(target=mailer.send, args=(MESSAGE, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.recipients[0] for one in post.inbox) == sorted(names)


# --- budget, observer, check, logs --------------------------------------------------------------------------------


def test_messages_beyond_the_minutes_allowance_are_for_later_and_nothing_sleeps(
    post: Sandbox, mailer_to: Callable[..., SmtpMailer]
) -> None:
    moment = Time()
    mailer = mailer_to(post.smtp_port, messages_per_minute=25, monotonic=moment.monotonic)
    for _ in range(4):
        mailer.send(MESSAGE, ADA)
    with pytest.raises(TryLater) as caught:
        mailer.send(MESSAGE, ADA)
    # A part is kept for what may not wait.
    mailer.send(MESSAGE, ADA, urgent=True)
    with pytest.raises(TryLater):
        mailer.send(MESSAGE, ADA, urgent=True)
    assert 0 < (caught.value.after or 0) < 60
    moment.seconds += 3 + (caught.value.after or 0)
    mailer.send(MESSAGE, ADA)
    assert len(post.inbox) == 6


class Crash(BaseException):
    pass


@pytest.mark.parametrize(("phase", "arrived"), [("before", 0), ("after", 1)])
def test_an_observer_sees_every_message_and_can_die_on_either_side_of_its_effect(
    post: Sandbox, mailer_to: Callable[..., SmtpMailer], phase: str, arrived: int
) -> None:
    seen: list[tuple[str, ...]] = []
    deaths = [Crash()]

    def observe(*what: str) -> None:
        seen.append(what)
        if what[0] == phase and deaths:
            raise deaths.pop()

    mailer = mailer_to(post.smtp_port, observe=observe)
    with pytest.raises(Crash):
        mailer.send(MESSAGE, ADA)
    assert len(post.inbox) == arrived
    mailer.send(MESSAGE, ADA)
    assert len(post.inbox) == arrived + 1
    assert seen[-2:] == [("before", "SEND", "mail"), ("after", "SEND", "mail")]


def test_the_check_connects_signs_in_and_sends_nothing(
    post: Sandbox, mailer_to: Callable[..., SmtpMailer]
) -> None:
    (good,) = mailer_to(post.smtp_port).check()
    assert (good.ok, post.inbox) == (True, [])
    (closed,) = mailer_to(free_port()).check()
    assert closed.ok is False
    assert "host, port" in closed.advice
    (signed,) = mailer_to(post.smtp_port, security="starttls").check()
    assert signed.ok is False
    assert "security" in signed.advice


def test_no_password_or_whole_address_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    options = SandboxOptions(smtp_username="box@hybrid.example", smtp_password="canary-pw")
    with caplog.at_level(logging.DEBUG, logger="hybrid_sync"), Sandbox(options=options) as post:
        mailer = SmtpMailer(
            host=post.smtp_host,
            port=post.smtp_port,
            security="none",
            from_address="events@hybrid.example",
            username="box@hybrid.example",
            password="canary-pw",
        )
        mailer.send(MESSAGE, ADA)
        post.faults.add(Fault("DATA", ADA, drop="before"))
        with pytest.raises(OutcomeUnknown):
            mailer.send(MESSAGE, ADA)
        mailer.close()
    own = "\n".join(
        str(record.__dict__) for record in caplog.records if record.name.startswith("hybrid_sync")
    )
    assert own.count("mail SEND") >= 2
    for secret in ("canary-pw", ADA, "box@hybrid.example", "events@hybrid.example", "Café"):
        assert secret not in own


def test_asyncio_is_only_the_servers(post: Sandbox, mailer: SmtpMailer) -> None:
    """The mailer blocks and can be used where a loop runs, as in the web process's threads."""

    async def send() -> str:
        return await asyncio.to_thread(mailer.send, MESSAGE, ADA)

    assert asyncio.run(send()) == "250 OK"

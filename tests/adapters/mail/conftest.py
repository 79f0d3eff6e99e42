from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.sandbox import Sandbox

MESSAGE = (
    b"From: events@hybrid.example\r\nTo: ada@example.org\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n"
    b"Message-ID: <r1.0.request@hybrid.example>\r\n\r\n"
    b".a dot at the start\r\n..two dots\r\n.\r\n   kept blanks   \r\nlast line\r\n"
)
ADA = "ada@example.org"


@pytest.fixture
def post() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def mailer_to() -> Iterator[Callable[..., SmtpMailer]]:
    """Builds mailers and closes them at the end."""
    built: list[SmtpMailer] = []

    def build(port: int, **options: Any) -> SmtpMailer:
        defaults: dict[str, Any] = {"host": "127.0.0.1", "security": "none", "seconds": 60}
        mailer = SmtpMailer(port=port, from_address="events@hybrid.example", **(defaults | options))
        built.append(mailer)
        return mailer

    yield build
    for mailer in built:
        mailer.close()


@pytest.fixture
def mailer(post: Sandbox, mailer_to: Callable[..., SmtpMailer]) -> SmtpMailer:
    return mailer_to(post.smtp_port)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])

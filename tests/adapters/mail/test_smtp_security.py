from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from tests.adapters.mail.conftest import ADA, MESSAGE, free_port
from tests.http_client.certificates import a_certificate

from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.errors import SettingsError, SignInExpired, TryLater
from hybrid_sync.sandbox import Sandbox, SandboxOptions

# --- sign-in and TLS ----------------------------------------------------------------------------------------------


def test_a_server_that_wants_a_sign_in_gets_it_and_a_wrong_one_is_told_to_the_operator(
    mailer_to: Callable[..., SmtpMailer],
) -> None:
    with Sandbox(options=SandboxOptions(smtp_username="box", smtp_password="canary-pw")) as post:
        mailer_to(post.smtp_port, username="box", password="canary-pw").send(MESSAGE, ADA)
        assert len(post.inbox) == 1
        for login in ({"username": "box", "password": "wrong-canary"}, {}):
            with pytest.raises(SignInExpired) as caught:
                mailer_to(post.smtp_port, **login).send(MESSAGE, ADA)
            assert "canary" not in str(caught.value)


def test_a_server_without_starttls_is_not_used_in_clear(
    post: Sandbox, mailer_to: Callable[..., SmtpMailer]
) -> None:
    with pytest.raises(SignInExpired, match="STARTTLS"):
        mailer_to(post.smtp_port, security="starttls").send(MESSAGE, ADA)
    assert post.inbox == []


def test_a_password_is_never_sent_in_clear_over_the_network() -> None:
    with pytest.raises(SettingsError, match="clear"):
        SmtpMailer(
            host="mail.example", port=25, from_address="e@x.org", security="none", username="u", password="p"
        )


class Keeping:
    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.contents.append(envelope.original_content)
        return "250 OK"


@pytest.fixture
def tls_files(tmp_path: Path) -> tuple[Path, Path]:
    certificate = a_certificate("mail", for_server=True)
    whole, authority = tmp_path / "server.pem", tmp_path / "authority.pem"
    whole.write_text(certificate.pem)
    authority.write_text(certificate.authority)
    return whole, authority


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
def test_tls_is_used_and_its_certificate_is_checked(
    tls_files: tuple[Path, Path], mailer_to: Callable[..., SmtpMailer], security: str, trusted: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_files[0])
    handler = Keeping()

    class Tls(Controller):
        def factory(self) -> SMTP:
            return SMTP(handler, tls_context=context if security == "starttls" else None, loop=self.loop)

        def _trigger_server(self) -> None:
            """The base class would speak TLS here, without trusting our certificate."""
            socket.create_connection(("127.0.0.1", self.port)).close()

    port = free_port()
    controller = Tls(
        handler, hostname="127.0.0.1", port=port, ssl_context=context if security == "tls" else None
    )
    controller.start()
    try:
        mailer = mailer_to(port, security=security, ca_bundle=str(tls_files[1]) if trusted else None)
        if trusted:
            mailer.send(MESSAGE, ADA)
            assert handler.contents == [MESSAGE]
        else:
            with pytest.raises(TryLater, match="certificate verify failed"):
                mailer.send(MESSAGE, ADA)
            assert handler.contents == []
        mailer.close()
    finally:
        controller.stop()

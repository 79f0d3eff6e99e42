from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.mail.conftest import ADA, MESSAGE
from tests.http_client.certificates import a_certificate

from hybrid_sync.adapters.graph import EXCHANGE_SCOPES, MsalToken
from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.adapters.mail.signing_in import reason, sasl
from hybrid_sync.errors import SettingsError, SignInExpired, TryLater
from hybrid_sync.http_client import Transport
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
    tls_files: tuple[Path, Path], mailer_to: Callable[..., SmtpMailer], security: Any, trusted: bool
) -> None:
    options = SandboxOptions(
        smtp_security=security,
        smtp_certificate=str(tls_files[0]),
        smtp_username="box",
        smtp_password="canary-pw",
    )
    with Sandbox(options=options) as post:
        mailer = mailer_to(
            post.smtp_port,
            security=security,
            ca_bundle=str(tls_files[1]) if trusted else None,
            username="box",
            password="canary-pw",
        )
        if trusted:
            mailer.send(MESSAGE, ADA)
            mailer.send(MESSAGE, "bob@example.org")
            assert [one.content for one in post.inbox] == [MESSAGE, MESSAGE]
            assert post.state.smtp_connections == 1
        else:
            with pytest.raises(TryLater, match="certificate verify failed"):
                mailer.send(MESSAGE, ADA)
            assert post.inbox == []
        mailer.close()


def test_a_server_that_wants_tls_is_not_given_a_message_or_a_password_without(
    tls_files: tuple[Path, Path], mailer_to: Callable[..., SmtpMailer]
) -> None:
    options = SandboxOptions(
        smtp_security="starttls", smtp_certificate=str(tls_files[0]), smtp_username="box"
    )
    with Sandbox(options=options) as post:
        with pytest.raises(SignInExpired, match="STARTTLS"):
            mailer_to(post.smtp_port).send(MESSAGE, ADA)
        with pytest.raises(SignInExpired, match="AUTH"):
            mailer_to(post.smtp_port, username="box", password="canary-pw").send(MESSAGE, ADA)


# --- XOAUTH2 ------------------------------------------------------------------------------------------------------

BOX = "events@hybrid.example"


@dataclass
class Tokens:
    """A token source that hands out these, one after the other, the last one for ever."""

    values: list[str]
    refused: list[str] = field(default_factory=list)

    def __call__(self) -> str:
        return self.values[0]

    def rejected(self, token: str) -> bool:
        self.refused.append(token)
        if len(self.values) > 1:
            self.values.pop(0)
            return True
        return False


@pytest.mark.parametrize("refusal", ["challenge", "at once"])
def test_a_token_signs_in_and_an_ended_one_is_renewed_once(
    mailer_to: Callable[..., SmtpMailer], refusal: Any
) -> None:
    options = SandboxOptions(smtp_mechanisms=("XOAUTH2",), xoauth2_refusal=refusal)
    with Sandbox(options=options) as post:
        tokens = Tokens(["ended-canary", post.graph_token])
        mailer = mailer_to(post.smtp_port, token=tokens)
        mailer.send(MESSAGE, ADA)
        mailer.send(MESSAGE, ADA)
        assert len(post.inbox) == 2
        assert tokens.refused == ["ended-canary"]
        # One for the refusal, and the one that is kept.
        assert post.state.smtp_connections == 2


@pytest.mark.parametrize(
    ("changes", "user", "words"),
    [
        (
            {"graph_roles": ("Mail.Send",)},
            BOX,
            r"535 5\.7\.3 .*status 400.*SMTP\.SendAsApp.*Add-MailboxPermission",
        ),
        ({"smtp_auth_off": (BOX,)}, BOX, r"5\.7\.139 .*SmtpClientAuthenticationDisabled"),
        ({}, "nobody@hybrid.example", r"535 5\.7\.3"),
        ({"smtp_mechanisms": ("LOGIN",), "smtp_username": "x"}, BOX, r"XOAUTH2"),
    ],
    ids=["no permission", "smtp auth off", "another mailbox", "not offered"],
)
def test_a_refused_token_says_what_to_ask_the_administrator_for(
    mailer_to: Callable[..., SmtpMailer], changes: dict[str, Any], user: str, words: str
) -> None:
    options = {"smtp_mechanisms": ("XOAUTH2",)} | changes
    with Sandbox(options=SandboxOptions(**options)) as post:
        mailer = mailer_to(post.smtp_port, token=Tokens([post.graph_token]), username=user)
        with pytest.raises(SignInExpired, match=words) as caught:
            mailer.send(MESSAGE, ADA)
        assert post.graph_token not in str(caught.value)
        [check] = mailer.check()
        assert check.ok is False
        assert "SMTP.SendAsApp" in check.advice
        assert post.inbox == []


def test_a_role_of_exchange_over_the_mailbox_is_enough_for_a_token(
    mailer_to: Callable[..., SmtpMailer],
) -> None:
    options = SandboxOptions(
        smtp_mechanisms=("XOAUTH2",),
        graph_roles=(),
        exchange_roles=("SMTP.SendAsApp",),
        exchange_scope=(BOX,),
    )
    with Sandbox(options=options) as post:
        mailer_to(post.smtp_port, token=Tokens([post.graph_token])).send(MESSAGE, ADA)
        assert len(post.inbox) == 1


def test_a_sender_that_the_mailbox_may_not_send_as_is_nobodys_address_fault(
    mailer_to: Callable[..., SmtpMailer],
) -> None:
    options = SandboxOptions(smtp_mechanisms=("XOAUTH2",), mailboxes=(BOX, "box@hybrid.example"), send_as=())
    with Sandbox(options=options) as post:
        mailer = mailer_to(post.smtp_port, token=Tokens([post.graph_token]), username="box@hybrid.example")
        with pytest.raises(SignInExpired, match="SendAsDenied"):
            mailer.send(MESSAGE, ADA)


def test_a_real_token_of_the_sign_in_service_opens_the_mail_server(
    mailer_to: Callable[..., SmtpMailer],
) -> None:
    with Sandbox(options=SandboxOptions(smtp_mechanisms=("XOAUTH2",))) as post:
        transport = Transport("mail", origins=[post.url], sleep=lambda seconds: None)
        token = MsalToken(
            transport,
            tenant_id="sandbox-tenant",
            client_id="sandbox-app",
            client_secret="sandbox-app-secret",
            authority=post.authority_url,
            scopes=EXCHANGE_SCOPES,
        )
        mailer = mailer_to(post.smtp_port, token=token)
        mailer.send(MESSAGE, ADA)
        # A token for Graph is none for the mail server, and it lives for an hour.
        mailer.close()
        post.clock.advance(timedelta(hours=2))
        mailer.send(MESSAGE, ADA)
        assert len(post.inbox) == 2
        transport.close()


def test_a_token_is_never_sent_in_clear_over_the_network() -> None:
    with pytest.raises(SettingsError, match="token in clear"):
        SmtpMailer(host="mail.example", port=25, from_address="e@x.org", security="none", token=Tokens(["t"]))


@pytest.mark.parametrize("challenge", [b"", b"no json", b"[1]", b"{}", b"\xff\xfe"])
def test_an_error_challenge_that_says_nothing_adds_nothing(challenge: bytes) -> None:
    assert reason(challenge) == ""


def test_the_sasl_string_is_that_of_the_documentation() -> None:
    assert sasl("box@x.org", "t0ken") == "user=box@x.org\x01auth=Bearer t0ken\x01\x01"

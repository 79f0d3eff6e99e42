"""What may be chosen about the SMTP server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class SmtpOptions:
    """Part of SandboxOptions."""

    smtp_username: str | None = None
    """With a user name the SMTP server demands AUTH before anything else."""
    smtp_password: str | None = None
    """The password that belongs to it."""
    smtp_mechanisms: tuple[str, ...] = ("LOGIN", "PLAIN")
    """The ways to sign in that are offered, when AUTH is demanded. XOAUTH2 among them demands it by itself."""
    xoauth2_refusal: Literal["challenge", "at once"] = "challenge"
    """Whether the reason for a refused token comes as a challenge before the 535, or not at all."""
    smtp_auth_off: tuple[str, ...] = ()
    """Mailboxes on which SMTP AUTH is switched off."""
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    """With starttls or tls nobody signs in or sends without; both need `smtp_certificate`."""
    smtp_certificate: str = ""
    """A PEM file with the server's key and certificate."""
    smtp_most_bytes: int = 33_554_432
    """How large a message may be."""
    smtp_messages_per_connection: int | None = None
    """After so many messages the server ends the connection."""
    smtp_goodbye: Literal["421", "drop"] = "421"
    """Whether it says so at the next message, or just hangs up."""
    smtp_idle_seconds: float = 300
    """A connection that says nothing for so long (in real seconds) is closed."""
    smtp_greylist: int = 0
    """How often a recipient who is new to the server is answered 451 first."""
    smtp_many_lines: bool = False
    """Whether replies have several lines, some of them empty."""

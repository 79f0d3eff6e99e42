"""What may be chosen about Microsoft: Graph's calendar, signing in, permissions, sending mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class MicrosoftOptions:
    """Part of SandboxOptions."""

    # --- Graph -----------------------------------------------------------------------------------------------
    graph_token: str = "sandbox-graph-token"
    """The fixed bearer token that the Graph paths accept."""
    mailboxes: tuple[str, ...] = ("events@hybrid.example",)
    """Mailboxes whose calendar can be written; the first one is `Sandbox.mailbox`."""
    room_mailboxes: tuple[str, ...] = ("room@hybrid.example",)
    """Room mailboxes: they answer invitations by themselves; the first one is `Sandbox.room_mailbox`."""
    room_answer: Literal["accepted", "declined", "tentativelyAccepted", "none"] = "accepted"
    """What a room answers when it is invited."""
    room_double_booked: Literal["accepted", "declined"] = "declined"
    """What a room that is taken then answers: a switch of the room mailbox, which declines when it is new."""
    room_answer_seconds: float = 0
    """Seconds until the room answers."""
    iana_zones: Literal["listed", "all"] = "listed"
    """Whether Graph takes only the IANA names of the old list (without Europe/Brussels) or all of them."""
    offset_in_date_time: Literal["refuse", "utc"] = "refuse"
    """A dateTime with an offset is refused, or taken as an instant and shown in UTC as Outlook does."""
    transaction_id_works: bool = True
    """Whether a repeated transactionId finds the first event again."""
    transaction_seconds: float | None = None
    """For how long a transactionId is remembered: not documented; None means for ever."""
    transaction_survives_delete: bool = False
    """Whether a transactionId of a deleted event still blocks a new one, with 409: not documented."""
    cancel_again_status: int = 404
    """What cancelling a cancelled event answers: not documented."""
    attendee_aliases: tuple[str, ...] = ()
    """Pairs "alias address" of addresses that Exchange keeps under another one: not documented."""
    graph_times: Literal["preferred", "own"] = "preferred"
    """Whether times come in the preferred zone, or in the event's own by its Windows name."""
    graph_empty_pages: bool = False
    """Whether an empty page with a next link comes before the first one: OData allows it."""
    patch_answer_empty: bool = False
    """Whether PATCH answers 204 without a body, as the description has it, or 200 with the event."""
    batch_order: Literal["given", "reversed"] = "reversed"
    """In which order the answers of a batch come: no order is promised."""
    graph_concurrent: int | None = 4
    """Calls at the same time per mailbox before 429; None switches it off."""

    # --- Microsoft: sign-in, permissions, sending mail ---------------------------------------------------------
    tenant_id: str = "sandbox-tenant"
    """The only tenant there is."""
    graph_client_id: str = "sandbox-app"
    """The app registration."""
    graph_client_secret: str = "sandbox-app-secret"
    """Its secret."""
    graph_secret_expired: bool = False
    """Whether the secret has ended."""
    graph_certificate: str = ""
    """The certificate (PEM) that is uploaded in the app registration; empty means none."""
    graph_token_seconds: int = 3599
    """How long a token lives. The fixed token lives for ever."""
    graph_roles: tuple[str, ...] = (
        "Calendars.ReadWrite",
        "Mail.Send",
        "Mail.Read",
        "SMTP.SendAsApp",
        "IMAP.AccessAsApp",
    )
    """Application permissions that were consented to, over every mailbox; tokens name them."""
    exchange_roles: tuple[str, ...] = ()
    """Permissions that Exchange grants (RBAC for Applications), over `exchange_scope`; tokens do not name them."""
    exchange_scope: tuple[str, ...] = ()
    """The mailboxes of `exchange_roles`."""
    send_as: tuple[str, ...] = ()
    """Further addresses that every mailbox may send as."""
    send_mail_most_bytes: int = 4_000_000
    """How large a sendMail request may be: 3 to 4 MB are documented."""
    keeps_message_id: bool = True
    """Whether sendMail leaves our Message-ID as it is: not documented."""
    mails_per_minute: int | None = None
    """Messages per minute and mailbox, by SMTP and sendMail together (the real figure is 30); None switches it off."""

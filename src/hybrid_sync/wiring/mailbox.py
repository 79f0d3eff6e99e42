"""The mailbox that answers and bounces come back to, as the settings describe it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from hybrid_sync.adapters.graph import EXCHANGE_SCOPES, GraphApi, GraphMailbox
from hybrid_sync.adapters.mail import ImapMailbox
from hybrid_sync.errors import SettingsError
from hybrid_sync.http_client import Observe, Transport
from hybrid_sync.intake.answers import answer_in
from hybrid_sync.ports import Checkable, Clock, Store
from hybrid_sync.settings import Settings
from hybrid_sync.sync.answers import Answers
from hybrid_sync.sync.chores import Chore
from hybrid_sync.wiring.microsoft import microsoft_token


@dataclass(frozen=True)
class MailboxParts:
    """The chore that reads, and what `doctor` asks. Empty where no mailbox is read."""

    chores: tuple[Chore, ...] = ()
    checks: Sequence[Checkable] = ()
    transports: Sequence[Transport] = ()
    """To be closed at the end."""


def mailbox_parts(settings: Settings, store: Store, clock: Clock, observe: Observe) -> MailboxParts:
    """Raises SettingsError when somebody's name is missing to sign in with."""
    box = settings.mailbox
    if box.kind == "off":
        return MailboxParts()
    transports: tuple[Transport, ...] = ()
    mailbox: GraphMailbox | ImapMailbox
    if box.kind == "graph":
        transport = Transport(
            "graph",
            origins=[settings.graph.base_url],
            sleep=time.sleep,
            observe=observe,
            ca_bundle=settings.service.ca_bundle,
        )
        token = microsoft_token(settings, observe, why='[mailbox] kind = "graph"')
        api = GraphApi(transport, token=token, clock=clock, base_url=settings.graph.base_url)
        mailbox, transports = GraphMailbox(api, mailbox=settings.mail.from_address), (transport,)
    else:
        mailbox = _imap(settings, observe)
    answers = Answers(store, mailbox, answer_in, clock, name=mailbox.name)
    return MailboxParts((Chore("mailbox", box.look_every, answers),), (mailbox,), transports)


def _imap(settings: Settings, observe: Observe) -> ImapMailbox:
    box = settings.mailbox
    username = box.username or (settings.mail.from_address if box.auth == "xoauth2" else None)
    if not username:
        raise SettingsError("[mailbox] username is missing: whose mailbox is read?")
    token = None
    if box.auth == "xoauth2":
        why = '[mailbox] auth = "xoauth2"'
        token = microsoft_token(settings, observe, why=why, system="mailbox", scopes=EXCHANGE_SCOPES)
    return ImapMailbox(
        host=box.host,
        port=box.port,
        username=username,
        password=box.password.get_secret_value() if box.password else None,
        token=token,
        security=box.security,
        folder=box.folder,
        ca_bundle=settings.service.ca_bundle,
    )

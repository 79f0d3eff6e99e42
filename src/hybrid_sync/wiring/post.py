"""How mail leaves: by SMTP or by Graph, with one allowance for all processes that send from the mailbox."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Protocol

from hybrid_sync.adapters.graph import EXCHANGE_SCOPES, GraphApi, GraphMailer
from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.adapters.sql import SharedBudget, SqlStore
from hybrid_sync.http_client import Budget, Observe, Transport
from hybrid_sync.ports import Checkable, Clock, Mailer
from hybrid_sync.settings import Settings
from hybrid_sync.wiring.microsoft import microsoft_token

SECONDS = 30.0
"""Of one socket operation with the mail server."""
TOTAL_SECONDS = 120.0
"""Of one message."""


class Post(Mailer, Checkable, Protocol):
    """Whatever mail leaves by."""

    def close(self) -> None:
        """Let go of connections."""
        ...


def outgoing_post(
    settings: Settings, clock: Clock, observe: Observe, store: SqlStore, chance: Callable[[], float]
) -> Post:
    """Talks to nobody yet. What is missing in [graph] for a sign-in is said when it is first needed."""
    budget = _budget(settings, store, chance)
    if settings.mail.transport == "graph":
        return _graph(settings, clock, observe, budget, chance)
    return _smtp(settings, observe, budget)


def _smtp(settings: Settings, observe: Observe, budget: Budget) -> SmtpMailer:
    mail = settings.mail
    token = None
    if mail.auth == "xoauth2":
        why = '[mail] auth = "xoauth2"'
        token = microsoft_token(settings, observe, why=why, system="mail", scopes=EXCHANGE_SCOPES)
    login = mail.auth == "login"
    return SmtpMailer(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        username=mail.username,
        password=mail.password.get_secret_value() if login and mail.password else None,
        token=token,
        from_address=mail.from_address,
        budget=budget,
        seconds=SECONDS,
        total_seconds=TOTAL_SECONDS,
        observe=observe,
        ca_bundle=settings.service.ca_bundle,
    )


def _graph(
    settings: Settings, clock: Clock, observe: Observe, budget: Budget, chance: Callable[[], float]
) -> GraphMailer:
    graph = settings.graph
    transport = Transport(
        "graph",
        origins=[graph.base_url],
        sleep=time.sleep,
        observe=observe,
        chance=chance,
        ca_bundle=settings.service.ca_bundle,
    )
    token = microsoft_token(settings, observe, why='[mail] transport = "graph"')
    api = GraphApi(transport, token=token, clock=clock, base_url=graph.base_url)
    return GraphMailer(api, mailbox=settings.mail.from_address, budget=budget, close=transport.close)


def _budget(settings: Settings, store: SqlStore, chance: Callable[[], float]) -> Budget:
    """Exchange counts by the mailbox, and so many workers, a `sync` by hand and a reminder all send from it."""
    whose = (settings.mail.username or settings.mail.from_address).casefold()
    mark = hashlib.sha256(f"hybrid-sync mail budget:{whose}".encode()).hexdigest()[:12]
    return SharedBudget(
        store.engine, "mail", f"mail:{mark}", settings.mail.messages_per_minute, chance=chance
    )

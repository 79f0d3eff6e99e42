"""Where calls other than those of Webex and the staff entry play, and what makes the service send them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
import vobject

from hybrid_sync.domain.public_calendar import public_uid
from tests.http_client.certificates import a_certificate
from tests.radicale_server import PASSWORD, USER, radicale
from tests.reliability.matrix.calls import (
    cancelled,
    edited,
    one_of_everything,
    place,
)
from tests.reliability.matrix.spoiling_proxy import spoiling
from tests.reliability.matrix.stage import OTHER, Stage
from tests.sync.test_publishing import names

ENTRA = {
    "access_token": None,
    "tenant_id": "sandbox-tenant",
    "client_id": "sandbox-app",
    "client_secret": "sandbox-app-secret",
}


@contextmanager
def by_microsoft(folder: Path, kinds: int) -> Iterator[Stage]:
    """The staff calendar with a token of Microsoft's sign-in service."""
    with place()(folder, kinds) as stage:
        world = stage.world
        graph = ENTRA | {"authority": world.sandbox.authority_url}
        stage.build = lambda: world.app(world.settings(graph=graph))
        del stage.app
        yield stage


@contextmanager
def by_graph_mail(folder: Path, kinds: int) -> Iterator[Stage]:
    """Mail by Graph, and answers read by Graph."""
    with place()(folder, kinds) as stage:
        world = stage.world
        mail = {"transport": "graph", "from_address": world.sandbox.mailbox}
        stage.build = lambda: world.app(world.settings(mail=mail, mailbox={"kind": "graph"}))
        del stage.app
        yield stage


INTEGRATION = place(
    webex={
        "access_token": None,
        "client_id": "sandbox-client",
        "client_secret": "sandbox-client-secret",
        "refresh_token": "sandbox-refresh-token",
    },
    store={"secret": "canary-store-secret-of-32-characters-and-more"},
)
SMTP_OPTIONS = {
    "smtp_username": "box",
    "smtp_password": "canary-pw",
    "smtp_messages_per_connection": 1,
    # One mechanism: with two, smtplib tries the other where one is refused.
    "smtp_mechanisms": ("PLAIN",),
}
SIGNED_IN = {"auth": "login", "username": "box", "password": "canary-pw"}
SMTP_SERVER = place(SMTP_OPTIONS, mail=SIGNED_IN)


@contextmanager
def by_starttls(folder: Path, kinds: int) -> Iterator[Stage]:
    """A mail server that wants STARTTLS, with a certificate of its own authority."""
    certificate = a_certificate("mail", for_server=True)
    pem, authority = folder / "mail.pem", folder / "authority.pem"
    pem.write_text(certificate.pem)
    authority.write_text(certificate.authority)
    options = SMTP_OPTIONS | {"smtp_security": "starttls", "smtp_certificate": str(pem)}
    mail = SIGNED_IN | {"security": "starttls"}
    with place(options, mail=mail, service={"ca_bundle": str(authority)})(folder, kinds) as stage:
        yield stage


@contextmanager
def with_radicale(folder: Path, kinds: int) -> Iterator[Stage]:
    """A real CalDAV server behind a proxy that spoils its answers."""
    with radicale(folder) as url, spoiling(url) as proxy:
        caldav = {"enabled": True, "url": proxy.url, "username": USER, "password": PASSWORD}
        with place(caldav=caldav, web={"keep_cancelled": "1m"})(folder, kinds) as stage:
            stage.proxy = proxy
            yield stage


def cancelled_a_while_ago(stage: Stage, event: str, number: int) -> None:
    """It was told as cancelled, and its time in the collection is over."""
    cancelled(stage, event, number)
    assert stage.quiet(event) == []
    stage.world.sandbox.clock.advance(timedelta(minutes=2))


def published(stage: Stage, event: str, number: int) -> list[str]:
    """As the store remembers it, and as the collection says."""
    with stage.app.store.read() as tx:
        held = tx.events.get(event)
    assert stage.proxy is not None
    name, there = f"{public_uid(event)}.ics", names(stage.proxy.url)
    found = one_of_everything(stage, event, number)
    if there.count(name) != (held.state.value == "published"):
        found.append(f"in the collection: {there}")
    elif name in there:
        text = requests.get(stage.proxy.url + name, auth=(USER, PASSWORD), timeout=10).text
        title = vobject.readOne(text).vevent.summary.value
        found += [] if title == held.title else [f"in the collection: {title}"]
    return found


def webex_token_ended(stage: Stage, event: str, number: int) -> None:
    """The access token is not accepted any more; the refresh token is."""
    stage.world.sandbox.state.tokens.clear()
    edited(stage, event, number)


def microsoft_token_ended(stage: Stage, event: str, number: int) -> None:
    stage.world.sandbox.state.app_tokens.clear()
    edited(stage, event, number)


def all_but_webex_goes_on(stage: Stage, number: int) -> list[str]:
    """A token is everybody's: what goes on is what another event has elsewhere."""
    stage.app.desk.edit(OTHER, title=f"{OTHER}, edition {number}")
    report = stage.one_pass(OTHER)
    done = {one.kind for one in report.outcomes if one.result == "done"}
    return [] if "calendar.update" in done else [f"another event did not go on: {report.outcomes}"]

"""The outside systems as the settings describe them. Talks to nobody yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from hybrid_sync.adapters.graph import GraphApi, GraphCalendar, GraphCheck, MsalToken
from hybrid_sync.adapters.mail import SmtpMailer
from hybrid_sync.adapters.webex import (
    RefreshedToken,
    WebexApi,
    WebexCheck,
    WebexConference,
    WebexRegistrants,
    WebexReports,
)
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import SettingsError
from hybrid_sync.http_client import FixedToken, Observe, TokenSource, Transport
from hybrid_sync.ports import Clock, MeetingRecord
from hybrid_sync.render.join_links import JoinLinks
from hybrid_sync.settings import Settings


@dataclass(frozen=True)
class WebexParts:
    conference: WebexConference
    registrants: WebexRegistrants
    reports: WebexReports
    check: WebexCheck
    transport: Transport


def webex_parts(settings: Settings, clock: Clock, observe: Observe) -> WebexParts:
    webex = settings.webex
    if webex.kind == "webinar":
        raise SettingsError("[webex] kind: webinars come with a later release; today it is 'meeting'")
    transport = Transport(
        "webex",
        origins=[webex.base_url],
        sleep=time.sleep,
        requests_per_minute=webex.requests_per_minute,
        observe=observe,
    )
    api = WebexApi(
        transport, token=_webex_token(settings, transport, clock), clock=clock, base_url=webex.base_url
    )
    margin = timedelta(minutes=settings.attendance.margin_minutes)
    return WebexParts(
        WebexConference(api, host_email=webex.host_email, site_url=webex.site_url),
        WebexRegistrants(api, host_email=webex.host_email),
        WebexReports(api, host_email=webex.host_email, margin=margin),
        WebexCheck(api, host_email=webex.host_email),
        transport,
    )


def _webex_token(settings: Settings, transport: Transport, clock: Clock) -> TokenSource:
    webex = settings.webex
    if webex.access_token is not None:
        return FixedToken(webex.access_token.get_secret_value())
    if webex.client_id and webex.client_secret and webex.refresh_token:
        return RefreshedToken(
            transport,
            client_id=webex.client_id,
            client_secret=webex.client_secret.get_secret_value(),
            refresh_token=webex.refresh_token.get_secret_value(),
            clock=clock,
            base_url=webex.base_url,
        )
    return _NoToken("[webex] needs access_token, or client_id, client_secret and refresh_token")


class _NoToken:
    """Says what is missing in the settings at the first call that needs it."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def __call__(self) -> str:
        raise SettingsError(self._problem)

    def rejected(self, token: str) -> bool:
        return False


class _NoLinks(JoinLinks):
    """Says what is missing in the settings when a join link is first needed."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def __repr__(self) -> str:
        return "_NoLinks()"

    def token(self, person: Registrant) -> str:
        raise SettingsError(self._problem)

    def link(self, person: Registrant) -> str:
        raise SettingsError(self._problem)

    def read(self, token: str) -> tuple[str, int]:
        raise SettingsError(self._problem)


FEWEST_SECRET_CHARACTERS = 32


def join_links(settings: Settings) -> JoinLinks:
    secret = _revealed(settings.web.secret) or ""
    if not settings.service.base_url or len(secret) < FEWEST_SECRET_CHARACTERS:
        return _NoLinks(
            "personal join links need [service] base_url and a [web] secret of at least "
            f'{FEWEST_SECRET_CHARACTERS} characters; without a public address set [webex] join_links = "shared"'
        )
    return JoinLinks(settings.service.base_url, secret)


def join_link_in_mail(
    settings: Settings, links: JoinLinks
) -> Callable[[Registrant, MeetingRecord | None], str | None]:
    """How a person's mail names the way in (design.md 7)."""
    match settings.webex.join_links:
        case "redirect":
            return lambda person, record: links.link(person)
        case "shared":
            return lambda person, record: record.web_link if record else None
        case _:
            raise SettingsError(
                "[webex] join_links: 'webex-mail' comes with a later release; today it is 'redirect' or 'shared'"
            )


def smtp_mailer(settings: Settings, observe: Observe) -> SmtpMailer:
    mail = settings.mail
    if mail.transport == "graph" or mail.auth == "xoauth2":
        raise SettingsError("[mail] Graph sendMail and XOAUTH2 come with a later release; today it is SMTP")
    return SmtpMailer(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        username=mail.username,
        password=_revealed(mail.password),
        from_address=mail.from_address,
        messages_per_minute=mail.messages_per_minute,
        observe=observe,
    )


def staff_calendar(
    settings: Settings, clock: Clock, observe: Observe
) -> tuple[GraphCalendar, GraphCheck, Transport]:
    graph = settings.graph
    if not graph.mailbox:
        raise SettingsError("[graph] mailbox is missing: whose calendar holds the staff entry?")
    transport = Transport("graph", origins=[graph.base_url], sleep=time.sleep, observe=observe)
    api = GraphApi(transport, token=_graph_token(settings, observe), clock=clock, base_url=graph.base_url)
    return GraphCalendar(api, mailbox=graph.mailbox), GraphCheck(api, mailbox=graph.mailbox), transport


def _graph_token(settings: Settings, observe: Observe) -> TokenSource:
    graph = settings.graph
    if graph.access_token is not None:
        return FixedToken(graph.access_token.get_secret_value())
    if not (graph.tenant_id and graph.client_id and (graph.client_secret or graph.certificate)):
        return _NoToken(
            "[graph] needs tenant_id, client_id and client_secret (or certificate); or set enabled = false"
        )
    transport = Transport("graph", origins=[graph.authority], sleep=time.sleep, observe=observe)
    return MsalToken(
        transport,
        tenant_id=graph.tenant_id,
        client_id=graph.client_id,
        client_secret=_revealed(graph.client_secret),
        certificate=None if graph.client_secret else _revealed(graph.certificate),
        authority=graph.authority,
    )


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None

"""The outside systems as the settings describe them. Talks to nobody yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from pydantic import SecretStr

from hybrid_sync.adapters.graph import GraphApi, GraphCalendar, GraphCheck
from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.adapters.webex import (
    WebexApi,
    WebexCheck,
    WebexConference,
    WebexRegistrants,
    WebexReports,
    WebexSources,
    WebexStaff,
)
from hybrid_sync.domain.invitations import LinkKind
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import SettingsError
from hybrid_sync.http_client import Observe, Transport
from hybrid_sync.ports import Clock, MeetingRecord, SignIn
from hybrid_sync.render.join_links import JoinLinks
from hybrid_sync.settings import FEWEST_SECRET_CHARACTERS, Settings
from hybrid_sync.wiring.meetings import meeting_password
from hybrid_sync.wiring.microsoft import microsoft_token
from hybrid_sync.wiring.sign_in import webex_sign_in, webex_transport


@dataclass(frozen=True)
class WebexParts:
    conference: WebexConference
    staff: WebexStaff
    sources: WebexSources
    registrants: WebexRegistrants
    reports: WebexReports
    check: WebexCheck
    api: WebexApi
    transport: Transport
    sign_in: SignIn


def webex_parts(
    settings: Settings,
    clock: Clock,
    observe: Observe,
    store: SqlStore,
    owner: str,
    chance: Callable[[], float],
) -> WebexParts:
    webex = settings.webex
    transport = webex_transport(settings, store, observe, chance)
    signed = webex_sign_in(settings, transport, store, clock, owner)
    api = WebexApi(transport, token=signed.token, clock=clock, base_url=webex.base_url, advice=signed.advice)
    margin = timedelta(minutes=settings.attendance.margin_minutes)
    return WebexParts(
        WebexConference(
            api,
            host_email=webex.host_email,
            site_url=webex.site_url,
            new_password=partial(meeting_password, webex.password) if webex.password != "generated" else None,
            auto_accept=webex.auto_accept,
        ),
        WebexStaff(api, host_email=webex.host_email),
        WebexSources(api, host_email=webex.host_email),
        WebexRegistrants(
            api,
            host_email=webex.host_email,
            batch_size=webex.batch_size,
            webex_mails=webex.join_links == "webex-mail",
            auto_accept=webex.auto_accept,
        ),
        WebexReports(api, host_email=webex.host_email, site_url=webex.site_url, margin=margin),
        WebexCheck(api, host_email=webex.host_email, site_url=webex.site_url, facts=signed.sign_in.facts),
        api,
        transport,
        signed.sign_in,
    )


class MissingLinks:
    """Says what is missing in the settings when a personal link is first needed."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def token(self, person: Registrant) -> str:
        raise SettingsError(self._problem)

    def link(self, person: Registrant, told: str | None = None) -> str:
        raise SettingsError(self._problem)

    def read(self, token: str) -> tuple[str, int]:
        raise SettingsError(self._problem)


class _NoLinks(MissingLinks, JoinLinks):
    pass


def signs_links(settings: Settings) -> tuple[str, Sequence[str]] | None:
    """Public address and secrets, newest first; None where either is missing, so that no personal link can be made."""
    base_url, secret = settings.service.base_url, _revealed(settings.web.secret) or ""
    if not base_url or len(secret) < FEWEST_SECRET_CHARACTERS:
        return None
    return base_url, (secret, *(old.get_secret_value() for old in settings.web.old_secrets))


def join_links(settings: Settings) -> JoinLinks:
    signs = signs_links(settings)
    if signs is None:
        return _NoLinks(
            "personal join links need [service] base_url and a [web] secret of at least "
            f'{FEWEST_SECRET_CHARACTERS} characters; without a public address set [webex] join_links = "shared"'
        )
    return JoinLinks(*signs)


def join_link_in_mail(
    settings: Settings, links: JoinLinks
) -> Callable[[Registrant, MeetingRecord | None, str | None], str | None]:
    """How a person's mail names the way in (design.md 7); the third argument is the way that they were told before."""
    match settings.webex.join_links:
        case "redirect":
            return lambda person, record, told: links.link(person, told)
        case "shared":
            return lambda person, record, told: record.web_link if record else None
        case "webex-mail":
            return lambda person, record, told: None


def link_kind(settings: Settings) -> LinkKind:
    """What kind of link `join_link_in_mail` gives."""
    kinds = {"redirect": LinkKind.PERSONAL, "shared": LinkKind.SHARED, "webex-mail": LinkKind.MAILED}
    return kinds[settings.webex.join_links]


def staff_calendar(
    settings: Settings, clock: Clock, observe: Observe
) -> tuple[GraphCalendar, GraphCheck, Transport]:
    graph = settings.graph
    if not graph.mailbox:
        raise SettingsError("[graph] mailbox is missing: whose calendar holds the staff entry?")
    transport = Transport(
        "graph",
        origins=[graph.base_url],
        sleep=time.sleep,
        observe=observe,
        ca_bundle=settings.service.ca_bundle,
    )
    token = microsoft_token(settings, observe, why="[graph] enabled = true")
    api = GraphApi(transport, token=token, clock=clock, base_url=graph.base_url)
    check = GraphCheck(api, mailbox=graph.mailbox, room=graph.room_mailbox)
    return GraphCalendar(api, mailbox=graph.mailbox), check, transport


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None

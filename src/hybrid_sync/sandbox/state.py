"""What the sandbox holds: meetings with registrants and instances, calendar events, mails, calls."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .records import Call, GraphMail, InboxMessage, ReceivedMail, WebexMail, WebhookDelivery
from .runs import Instance
from .webhook_state import Parcel, Webhook


@dataclass
class Registrant:
    """One person on the registration list of a meeting."""

    id: str
    status: str
    registered_at: datetime
    data: dict[str, Any]
    registration_id: str = ""
    hidden_until_read: int = 0
    """From which read of the meeting's registrants on they can be seen."""

    @property
    def email(self) -> str:
        """The address as it was registered."""
        return str(self.data["email"])

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.data['firstName']} {self.data['lastName']}".strip()


@dataclass
class Invitee:
    """One invited person; co-hosts and panelists are marked."""

    id: str
    email: str
    display_name: str
    co_host: bool = False
    panelist: bool = False


@dataclass
class Source:
    """An invitation source of a webinar: a link that lives as long as the webinar."""

    number: int
    source_id: str
    email: str
    token: str


@dataclass
class Meeting:
    """A meeting series, with one occurrence."""

    id: str
    number: str
    host_email: str
    client: str
    """The OAuth client that made it: integration tags are visible to that client only."""
    created: datetime
    start: datetime
    end: datetime
    zone: str
    fields: dict[str, Any]
    """Everything else, under its wire name."""
    password: str
    web_link_id: str
    register_link_id: str
    registration: dict[str, Any] | None = None
    list_reads: int = 0
    registrant_reads: int = 0
    registrants: dict[str, Registrant] = field(default_factory=dict)
    by_email: dict[str, str] = field(default_factory=dict)
    deleted_emails: set[str] = field(default_factory=set)
    invitees: dict[str, Invitee] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)

    @property
    def occurrence_id(self) -> str:
        """The id of its only occurrence."""
        return f"{self.id}_{self.start:%Y%m%dT%H%M%SZ}"

    @property
    def webinar(self) -> bool:
        """Whether it is a webinar."""
        return bool(self.fields["scheduledType"] == "webinar")

    def running(self, now: datetime) -> Instance | None:
        """The instance that goes on now."""
        return next((one for one in self.instances if one.running_at(now)), None)


@dataclass(frozen=True)
class JoinLink:
    """What stands behind a short-lived link of POST /meetings/join."""

    token: str
    meeting_id: str
    email: str
    display_name: str
    expires: datetime
    starts: bool = False
    """A start link: whoever opens it is the host."""


@dataclass(frozen=True)
class Token:
    """Who a bearer token speaks for, and until when."""

    user: str
    client: str
    kind: str
    expires: datetime | None = None
    scopes: frozenset[str] | None = None
    """None: never refused for a scope."""


@dataclass(frozen=True)
class AppToken:
    """A Microsoft token of the application: for which service, with which permissions, until when."""

    audience: str
    roles: frozenset[str]
    expires: datetime | None = None


@dataclass(frozen=True)
class Code:
    """What a person allowed, to be traded for tokens."""

    redirect_uri: str
    scopes: frozenset[str]
    ends: datetime


@dataclass
class Event:
    """A calendar event in one mailbox."""

    id: str
    immutable_id: str
    mailbox: str
    ical_uid: str
    created: datetime
    modified: datetime
    start: datetime
    end: datetime
    start_zone: str
    end_zone: str
    data: dict[str, Any]
    """The writable properties under their wire names, without start and end."""
    transaction_id: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    """Single-value extended properties."""
    responses: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    pending: list[tuple[datetime, str, str]] = field(default_factory=list)
    """Answers that will come in: when, who, what."""
    change: int = 1
    cancelled: bool = False


class State:
    """Everything, behind one lock: whoever reads or writes holds `lock`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.meetings: dict[str, Meeting] = {}
        self.join_links: dict[str, JoinLink] = {}
        self.tokens: dict[str, Token] = {}
        self.refresh_tokens: dict[str, tuple[str, datetime | None]] = {}
        self.granted: dict[str, frozenset[str]] = {}
        self.codes: dict[str, Code] = {}
        self.used_codes: set[str] = set()
        self.asked_meetings: dict[str, list[datetime]] = {}
        self.recent_calls: dict[str, list[datetime]] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.told: set[str] = set()
        self.parcels: list[Parcel] = []
        self.deliveries: list[WebhookDelivery] = []
        self.events: dict[str, Event] = {}
        self.graph_calls_now: dict[str, int] = {}
        self.app_tokens: dict[str, AppToken] = {}
        self.sent_mails: dict[str, list[datetime]] = {}
        self.smtp_connections = 0
        self.greylisted: dict[str, int] = {}
        self.webex_mails: list[WebexMail] = []
        self.graph_mails: list[GraphMail] = []
        self.inbox: list[InboxMessage] = []
        self.received: list[ReceivedMail] = []
        self.calls: list[Call] = []

    def forget_old_meetings(self, now: datetime, days: int) -> None:
        """Webex deletes a series by itself some time after its end."""
        limit = now - timedelta(days=days)
        for old in [one.id for one in self.meetings.values() if one.end < limit]:
            del self.meetings[old]

"""A service with one event and one person behind it: a real store on disk, real links, and a Webex that keeps count."""

from __future__ import annotations

import html
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.adapters.webex import WebexDeliveries
from hybrid_sync.domain.attendance import AttendanceRules
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import ProviderError
from hybrid_sync.ports import Clock, MeetingRecord, Store
from hybrid_sync.render.certificate import certificate_html
from hybrid_sync.render.join_links import JoinLinks, OwnLinks
from hybrid_sync.settings import Settings
from hybrid_sync.sync.attendance_book import AttendanceBook
from hybrid_sync.sync.certificates import Certifying
from hybrid_sync.sync.hints import Hints
from hybrid_sync.sync.joining import Joining
from hybrid_sync.sync.own_page import OwnPage
from hybrid_sync.sync.public_calendar import PublicCalendar
from hybrid_sync.web.app import create_app
from tests.builders import a_person, an_event, utc

with warnings.catch_warnings():
    # starlette warns that its client will one day need httpx2; our own answers do not depend on it.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SECRET = "a-secret-of-more-than-thirty-two-characters"
HOOK_SECRET = "canary-webhook-secret"
EARLY = utc("2027-06-09 05:30")
OPEN = utc("2027-06-09 07:50")
JOIN_URL = "https://example.webex.com/wbxmjs/joinservice?token=canary-join-url"


class Webex:
    """The JoinLinks port. `trouble` is raised instead of an answer."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str | None]] = []
        self.trouble: Exception | None = None
        self.url = JOIN_URL

    def join_url(
        self, meeting_id: str, email: str, name: str, password: str | None, *, webinar: bool = False
    ) -> str:
        self.asked.append((meeting_id, email, name, password))
        if self.trouble is not None:
            raise self.trouble
        return self.url


class Hands:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def passes(self, by: timedelta) -> None:
        self.now += by


@dataclass
class FakeApp:
    """What the web needs of wiring.App."""

    settings: Settings
    clock: Clock
    store: Store
    joining: Joining
    links: JoinLinks
    own_links: OwnLinks
    own_page: OwnPage
    certificates: Certifying
    hints: Hints
    public_calendar: PublicCalendar


def a_record(**changes: Any) -> MeetingRecord:
    """The meeting that the event has."""
    record = MeetingRecord(
        event_id="water",
        meeting_id="m1",
        tag="hs.water",
        incarnation=1,
        number="2553 017 4421",
        web_link="https://example.webex.com/example/j.php?MTID=canary-web-link",
        password="canary-pass",
        state="made",
    )
    return replace(record, **changes)


@dataclass
class House:
    """`client` goes in by the front door; redirects are not followed."""

    app: FakeApp
    clock: Hands
    webex: Webex
    client: TestClient
    event: Event
    person: Registrant
    _client: Callable[..., TestClient] = field(repr=False)

    @property
    def path(self) -> str:
        return f"/join/{self.app.links.token(self.person)}"

    @property
    def my_path(self) -> str:
        return f"/my/{self.app.own_links.token(self.person)}"

    def again(self, **options: Any) -> TestClient:
        """Another client to an application made with other options, on the same store."""
        return self._client(self.app, **options)

    def look(self, **headers: str) -> Any:
        return self.client.get(self.path, headers=headers)

    def press(self) -> Any:
        return self.client.post(self.path)


def _client(app: FakeApp, **options: Any) -> TestClient:
    api = create_app(app, **options)
    return TestClient(api, follow_redirects=False, base_url="https://events.example.org")


def build_house(
    folder: Path,
    *,
    now: datetime = OPEN,
    event: Event | None = None,
    person: Registrant | None = None,
    record: MeetingRecord | str | None = "usual",
    links: JoinLinks | None = None,
    **sections: dict[str, Any],
) -> House:
    """A house at `now`. `record` None: the meeting is not made yet. `sections` change the settings."""
    event = event or an_event()
    person = person or a_person()
    clock = Hands(now)
    store = open_store(f"sqlite:///{folder}/store.db", clock=clock, create=True)
    with store.begin() as tx:
        tx.events.save(event)
        tx.people.save([person])
        if isinstance(record, MeetingRecord):
            tx.meetings.save(record)
        elif record == "usual":
            tx.meetings.save(a_record())
    data: dict[str, dict[str, Any]] = {
        "service": {
            "base_url": "https://events.example.org",
            "name": "InfoPoint events",
            "contact": "events@example.org",
        },
        "web": {"secret": SECRET},
    }
    for section, keys in sections.items():
        data[section] = data.get(section, {}) | keys
    webex = Webex()
    app = FakeApp(
        settings=Settings.model_validate(data),
        clock=clock,
        store=store,
        joining=Joining(store, webex, clock),
        links=links or JoinLinks("https://events.example.org", SECRET),
        own_links=OwnLinks("https://events.example.org", SECRET),
        own_page=OwnPage(store, clock),
        hints=Hints(store, WebexDeliveries(HOOK_SECRET), clock),
        certificates=certifying(store, clock),
        public_calendar=PublicCalendar(store, clock, timedelta(days=28)),
    )
    return House(app, clock, webex, _client(app), event, person, _client)


def certifying(store: Store, clock: Clock) -> Certifying:
    """Certificates by the store's own attendance, from one minute on; as PDF comes their page in HTML."""
    return Certifying(
        store,
        clock,
        AttendanceBook(store, AttendanceRules()).of,
        lambda event, certificate: certificate_html(
            event, certificate, base_url="https://events.example.org", service="InfoPoint events"
        ).encode(),
        least=timedelta(minutes=1),
        secret=SECRET,
    )


class Refuses(ProviderError):
    """Any refusal of a provider."""

    def __init__(self) -> None:
        super().__init__("webex", "Forbidden: sign-in required")


def text_of(response: Any) -> str:
    """The page as a reader sees its words."""
    return html.unescape(response.text).replace("\u00a0", " ")

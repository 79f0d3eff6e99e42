"""Everything wired together, as the command line, the worker and the web know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hybrid_sync.adapters.webex import WebexCheck
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Registrant
from hybrid_sync.ports import Check, Clock, LookAtEngine, SignIn, Store
from hybrid_sync.render.join_links import JoinLinks, OwnLinks
from hybrid_sync.settings import Settings
from hybrid_sync.sync.adopting import Adopting
from hybrid_sync.sync.attendance import AttendanceStep
from hybrid_sync.sync.attendance_book import AttendanceBook
from hybrid_sync.sync.attendance_choices import AttendanceChoices
from hybrid_sync.sync.certificates import Certifying
from hybrid_sync.sync.chores import Chores
from hybrid_sync.sync.converge import Converge
from hybrid_sync.sync.door import Door
from hybrid_sync.sync.hints import Hints
from hybrid_sync.sync.joining import Joining
from hybrid_sync.sync.loop import Loop
from hybrid_sync.sync.organising import Organising
from hybrid_sync.sync.own_page import OwnPage
from hybrid_sync.sync.privacy import PrivacyDesk
from hybrid_sync.sync.public_calendar import PublicCalendar
from hybrid_sync.sync.retention import Retention
from hybrid_sync.sync.sign_in import SignInWatch
from hybrid_sync.sync.taking_in import TakingIn
from hybrid_sync.sync.webhooks import WebhookKeeper


@dataclass(frozen=True)
class App:
    """Everything wired together. `close` lets go of connections."""

    settings: Settings
    clock: Clock
    zone_data: str
    """Which time zone data is in use."""
    owner: str
    store: Store
    loop: Loop
    converge: Converge
    desk: Organising
    adopting: Adopting
    joining: Joining
    links: JoinLinks
    own_links: OwnLinks
    own_page: OwnPage
    attendance: AttendanceStep
    attendance_book: AttendanceBook
    """Who was there, by everything that is known."""
    attendance_choices: AttendanceChoices
    privacy: PrivacyDesk
    """What people may ask about their data."""
    retention: Retention
    """Lets go of what has been kept long enough."""
    certificates: Certifying
    taking_in: TakingIn
    door: Door
    webhooks: WebhookKeeper
    public_calendar: PublicCalendar
    hints: Hints
    """Takes what webhooks deliver."""
    chores: Chores
    """What the worker does now and then that belongs to no event."""
    chance: Callable[[], float]
    """Gives 0..1, for spreading repeats."""
    queue_address: Callable[[], str]
    """Where Procrastinate keeps its queue; holds the password. Raises SettingsError with what is missing for it."""
    engine_state: LookAtEngine
    sign_in: SignIn
    sign_in_watch: SignInWatch
    webex_check: WebexCheck
    webex_scopes: Callable[[bool], Sequence[str]]
    """What to ask for at sign-in; True for an administrator who acts for a host."""
    invitation_for: Callable[[Event, Registrant], bytes]
    """The very message that a person would be sent (or was sent last), for `invitation show`."""
    checks: Callable[[], Sequence[Check]]
    close: Callable[[], None]

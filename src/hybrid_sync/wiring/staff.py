"""The staff calendar as the settings describe it."""

from __future__ import annotations

from dataclasses import dataclass

from hybrid_sync.adapters.graph import GraphCheck
from hybrid_sync.http_client import Observe, Transport
from hybrid_sync.ports import Clock, Store
from hybrid_sync.render.staff_entry import staff_entry_text
from hybrid_sync.settings import Settings
from hybrid_sync.sync.chores import Chore
from hybrid_sync.sync.staff_calendar import StaffCalendarStep
from hybrid_sync.sync.staff_look import StaffPolicy
from hybrid_sync.sync.staff_watch import Glances, StaffWatch
from hybrid_sync.wiring.providers import staff_calendar

GOOD_FOR = 1.1
"""A glance serves the passes until the next round, which may come a little late."""


@dataclass(frozen=True)
class StaffParts:
    step: StaffCalendarStep
    check: GraphCheck
    transport: Transport
    chores: tuple[Chore, ...]


def staff_parts(settings: Settings, store: Store, clock: Clock, observe: Observe) -> StaffParts:
    """Raises SettingsError when no mailbox is named."""
    graph, every = settings.graph, settings.engine.look_again
    calendar, check, transport = staff_calendar(settings, clock, observe)
    policy = StaffPolicy(graph.attendees, graph.room_mailbox, graph.speakers, graph.edited_entry)
    glances = Glances(every * GOOD_FOR)
    watch = StaffWatch(store, calendar, glances, clock)
    return StaffParts(
        StaffCalendarStep(store, calendar, staff_entry_text, policy, glances),
        check,
        transport,
        (Chore("staff calendar", every, watch),),
    )

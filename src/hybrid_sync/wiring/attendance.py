"""What the settings say about attendance, as the domain's rules."""

from __future__ import annotations

from datetime import timedelta

from hybrid_sync.domain.attendance import AttendanceRules
from hybrid_sync.settings import Settings


def attendance_rules(settings: Settings) -> AttendanceRules:
    """The house's rules. The host, its co-hosts and the mailbox of the staff calendar run events and attend none."""
    own, webex, graph = settings.attendance, settings.webex, settings.graph
    staff = (webex.host_email, *webex.cohosts, graph.mailbox)
    return AttendanceRules(
        margin=timedelta(minutes=own.margin_minutes),
        present_from=timedelta(minutes=own.present_minutes),
        plus_addresses_same=own.plus_addresses == "same",
        room_systems=(*own.room_systems, *((graph.room_mailbox,) if graph.room_mailbox else ())),
        staff=tuple(address for address in staff if address),
    )

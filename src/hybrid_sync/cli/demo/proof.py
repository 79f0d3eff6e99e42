"""What the demo proved: every figure counted from what the sandbox and the store hold in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybrid_sync.sandbox import Sandbox
    from hybrid_sync.wiring import App


@dataclass(frozen=True)
class Line:
    """One figure: what was counted, and what it had to be. `wanted` None means that it is told, not judged."""

    what: str
    found: int
    wanted: int | None = None

    @property
    def holds(self) -> bool:
        return self.wanted is None or self.found == self.wanted


@dataclass(frozen=True)
class Expected:
    """What the story says must be there, worked out without looking at either side."""

    online: int
    withdrawn: int
    invited: int
    updated: int
    reminded: int
    kills: int
    people_present: int
    minutes: int
    in_the_room: int
    room_minutes: int
    guests: int
    writes_of_further_sync: int


def lines(app: App, sandbox: Sandbox, event_id: str, expected: Expected) -> list[Line]:
    """All figures, in the order of the story."""
    return (
        _outside(sandbox, expected) + _mails(sandbox, expected) + _calls(sandbox, expected)
        + _presence(app, event_id, expected)
    )  # fmt: skip


def _outside(sandbox: Sandbox, expected: Expected) -> list[Line]:
    meetings = list(sandbox.state.meetings.values())
    registered = Counter(
        registrant.email.casefold() for meeting in meetings for registrant in meeting.registrants.values()
    )
    entries = [event for event in sandbox.state.events.values() if not event.cancelled]
    return [
        Line("Webex meetings", len(meetings), 1),
        Line("people registered in the meeting", len(registered), expected.online),
        Line("people registered twice", sum(count - 1 for count in registered.values()), 0),
        Line("staff calendar entries", len(entries), 1),
    ]


def _mails(sandbox: Sandbox, expected: Expected) -> list[Line]:
    inbox = sandbox.inbox
    once = {message.message_id: message for message in inbox}
    kinds = Counter(message.kind for message in once.values())
    objects = Counter(
        (message.uid, message.sequence, message.method) for message in once.values() if message.method
    )
    people = {message.recipients[0] for message in once.values() if message.kind == "invitation"}
    to_registrants = [mail for mail in sandbox.state.graph_mails if "@example.org" in str(mail)]
    return [
        Line("people invited", len(people), expected.invited),
        Line("invitations", kinds["invitation"], expected.invited),
        Line("updates after the move", kinds["update"], expected.updated),
        Line("reminders an hour before", kinds["other"], expected.reminded),
        Line("cancellations", kinds["cancellation"], expected.withdrawn),
        Line("calendar entries told twice", sum(count - 1 for count in objects.values()), 0),
        Line("byte-identical copies after the kill (one mail to its reader)", len(inbox) - len(once)),
        Line("mails sent by Webex itself", len(sandbox.state.webex_mails), 0),
        Line("mails to registrants sent by Microsoft 365", len(to_registrants), 0),
    ]


def _calls(sandbox: Sandbox, expected: Expected) -> list[Line]:
    calls = sandbox.calls
    webex = [call for call in calls if call.path.startswith("/v1/")]
    graph = [call for call in calls if call.path.startswith("/graph/")]
    return [
        Line("worker processes killed without warning", expected.kills, 1),
        Line("calls to Webex", len(webex)),
        Line("  of them writing", sum(call.writing for call in webex)),
        Line("calls to Microsoft 365", len(graph)),
        Line("writing calls of one further sync", expected.writes_of_further_sync, 0),
    ]


def _presence(app: App, event_id: str, expected: Expected) -> list[Line]:
    with app.store.read() as tx:
        stays = tx.attendance.of(event_id)
        runs = tx.attendance.pulls(event_id)[-1].instances
        pending = len(tx.intents.pending())
    report = app.attendance_book.of(event_id)
    online = sum((row.online for row in report.present), timedelta(0))
    room = sum((row.room for row in report.present), timedelta(0))
    came = sum(1 for row in report.present if row.online)
    checked_in = sum(1 for row in report.present if row.room)
    return [
        Line("runs of the meeting (it was restarted)", len(runs), 2),
        Line("stays on single devices", sum(stay.source == "webex" for stay in stays)),
        Line("people present online", came, expected.people_present),
        Line(
            "their minutes, every device and restart united",
            round(online / timedelta(minutes=1)),
            expected.minutes,
        ),
        Line("people present in the room, by the list of the door", checked_in, expected.in_the_room),
        Line("their minutes", round(room / timedelta(minutes=1)), expected.room_minutes),
        Line("guests and phones that match nobody", len(report.unmatched), expected.guests),
        Line("calls whose outcome is not known", pending, 0),
    ]

"""Organisers, registrants, hands in Webex, faults and crashes in any order; then calm, and everything must be right.

What a person's calendar shows is worked out from the mails that arrived, as a calendar program does: by UID, the highest
SEQUENCE wins, a CANCEL takes the entry away.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.sandbox import Fault
from tests.builders import wall
from tests.sync.test_crash import Crash, Points, with_points
from tests.world import World, online, publish, sync

NAMES = st.sampled_from(["ada", "bob", "cleo", "dan"])
DAYS = st.integers(7, 25)
CALLS = st.sampled_from(
    [
        ("POST", "/v1/meetings"),
        ("PATCH", "/v1/meetings/*"),
        ("DELETE", "/v1/meetings/*"),
        ("POST", "/v1/meetings/*/registrants/*"),
        ("GET", "/v1/*"),
        ("POST", "/graph/*"),
        ("PATCH", "/graph/*"),
        ("GET", "/graph/*"),
        ("DATA", "*"),
        ("CONNECT", "*"),
    ]
)
KINDS = st.sampled_from(
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 503},
        {"status": 429, "retry_after": 40},
        {"status": 502},
    ]
)


class OneEvent(RuleBasedStateMachine):
    """One event and four people who may come."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Path(tempfile.mkdtemp()))
        self.world.__enter__()
        self.app = self.world.app()
        publish(self.app, online("ada"))

    def teardown(self) -> None:
        try:
            self.calm()
            self.check()
        finally:
            self.world.__exit__()

    # --- what people do ---

    @rule(name=NAMES)
    def registers(self, name: str) -> None:
        self.app.desk.register("water", [online(name)], again=True)

    @rule(name=NAMES)
    def withdraws(self, name: str) -> None:
        if self.person(name) is not None:
            self.app.desk.set_status("water", f"{name}@example.org", RegistrantStatus.WITHDRAWN)

    @rule(name=NAMES, mode=st.sampled_from(Mode))
    def switches(self, name: str, mode: Mode) -> None:
        if self.person(name) is not None:
            self.app.desk.switch("water", f"{name}@example.org", mode)

    @rule(name=NAMES)
    def withdraws_on_the_own_page(self, name: str) -> None:
        person = self.person(name)
        if person is not None:
            self.app.own_page.withdraw(person.id, person.link_generation)

    @rule(name=NAMES)
    def is_readdressed(self, name: str) -> None:
        """To an address of their own, or back from it."""
        for old, new in ((name, f"{name}2"), (f"{name}2", name)):
            if self.person(old) is not None and self.person(new) is None:
                self.app.desk.readdress("water", f"{old}@example.org", f"{new}@example.org")
                return

    @rule(name=NAMES)
    def comes_to_the_door(self, name: str) -> None:
        with self.app.store.read() as tx:
            starts = tx.events.get("water").starts.instant
        if self.person(name) is not None:
            self.app.door.check_in("water", f"{name}@example.org", starts)

    @rule(day=DAYS, hour=st.integers(8, 18))
    def moves(self, day: int, hour: int) -> None:
        starts = local_time(wall(f"2027-06-{day:02} {hour:02}:00"))
        if starts.instant > self.world.sandbox.clock.now() + timedelta(
            hours=3
        ):  # one that is over is left alone
            self.app.desk.reschedule("water", starts)

    @rule(number=st.integers(0, 5))
    def renames(self, number: int) -> None:
        self.app.desk.edit("water", title=f"Clean water, part {number}")

    @rule()
    def cancels(self) -> None:
        self.app.desk.cancel("water")

    @rule()
    def publishes(self) -> None:
        self.app.desk.publish("water")

    @rule(title=st.sampled_from(["Hacked", "Clean water"]))
    def somebody_edits_in_webex(self, title: str) -> None:
        for meeting in self.world.meetings():
            meeting.fields["title"] = title

    @rule()
    def somebody_empties_the_list_in_webex(self) -> None:
        for meeting in self.world.meetings():
            meeting.registrants.clear()
            meeting.by_email.clear()

    # --- what the world does ---

    @rule(call=CALLS, kind=KINDS)
    def a_fault(self, call: tuple[str, str], kind: dict[str, Any]) -> None:
        method, path = call
        if method in ("DATA", "CONNECT") and "retry_after" in kind:
            return
        if method == "CONNECT":
            kind = {"drop": "before"}
        elif method == "DATA" and "status" in kind:
            kind = {"status": 451}
        self.world.sandbox.faults.add(Fault(method=method, path=path, **kind))

    @rule(seconds=st.integers(1, 200))
    def time_passes(self, seconds: int) -> None:
        self.world.sandbox.clock.advance(timedelta(seconds=seconds))

    @rule()
    def a_reminder_is_due(self) -> None:
        """Time jumps to a day before the start, never back, after days in which the workers came to rest. The last hour
        is left out: the event must not begin.
        """
        self.calm()
        with self.app.store.read() as tx:
            moment = tx.events.get("water").starts.instant - timedelta(hours=24) + timedelta(minutes=1)
        if moment > self.world.sandbox.clock.now():
            self.world.sandbox.clock.set(moment)

    @rule()
    def the_worker_passes(self) -> None:
        sync(self.app)

    @rule(point=st.integers(0, 60))
    def the_worker_dies(self, point: int) -> None:
        points = Points(point)
        app = with_points(self.world.app(observe=points.call), points)
        try:
            sync(app)
        except Crash:
            pass
        finally:
            app.close()
            self.world.sandbox.clock.advance(timedelta(seconds=61))

    @precondition(lambda self: len(self.world.apps) > 4)
    @rule()
    def the_worker_is_restarted(self) -> None:
        self.app = self.world.app()

    # --- what must be true in the end ---

    def person(self, name: str) -> Any:
        with self.app.store.read() as tx:
            return tx.people.find("water", f"{name}@example.org")

    def calm(self) -> None:
        self.world.sandbox.faults.clear()
        for _ in range(12):
            self.world.sandbox.clock.advance(timedelta(seconds=130))
            report = sync(self.app, force=True)
            if report.converged:
                return
        raise AssertionError(f"no calm: {report}")

    def check(self) -> None:
        with self.app.store.read() as tx:
            event, people = tx.events.get("water"), tx.people.of("water")
            assert tx.intents.pending() == []
            assert tx.messages.pending("water") == []
        there = event.state is EventState.PUBLISHED
        coming = [one for one in people if there and one.is_coming]
        assert len(self.world.meetings()) == there
        assert len(self.world.calendar_entries()) == there
        assert self.world.registrant_emails() == {one.key: 1 for one in coming if one.mode is Mode.ONLINE}
        if there:
            [meeting] = self.world.meetings()
            assert (meeting.start, meeting.fields["title"]) == (event.starts.instant, event.title)
        assert self.entries() == {one.key: f"{event.starts.instant:%Y%m%dT%H%M}" for one in coming}
        assert self.world.sandbox.state.webex_mails == []
        assert self.world.sandbox.mail_counts()["duplicate_calendar_objects"] == len(
            self.world.sandbox.inbox
        ) - len({message.message_id for message in self.world.sandbox.inbox})
        writes, mails = len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)
        sync(self.app)
        assert (len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)) == (writes, mails)

    def entries(self) -> dict[str, str]:
        """Each address's calendar: when its one entry starts (UTC). Fails when somebody has two."""
        held: dict[str, dict[str, tuple[int, str | None]]] = {}
        for message in self.world.sandbox.inbox:
            if message.kind == "other":
                continue  # a reminder: it carries no calendar object
            entries = held.setdefault(message.recipients[0].casefold(), {})
            sequence = entries.get(str(message.uid), (-1, None))[0]
            if message.sequence is not None and message.sequence > sequence:
                starts = None if message.method == "CANCEL" else start_of(message.content)
                entries[str(message.uid)] = (message.sequence, starts)
        shown = {}
        for address, entries in held.items():
            live = [starts for _, starts in entries.values() if starts]
            assert len(live) <= 1, f"{address} has {len(live)} entries"
            if live:
                shown[address] = live[0]
        return shown


def start_of(content: bytes) -> str:
    """When the calendar object in a mail starts, in UTC."""
    import email
    from zoneinfo import ZoneInfo

    from icalendar import Calendar

    message = email.message_from_bytes(content)
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    entry: Any = Calendar.from_ical(payload).walk("VEVENT")[0]
    return str(f"{entry['DTSTART'].dt.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M}")


OneEvent.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestOneEvent = OneEvent.TestCase

"""Organisers, registrants, hands in Webex, mails that come back, erasure, faults and crashes in any order; then calm, and
everything must be right.

What a person's calendar shows is worked out from the mails that arrived, as a calendar program does: by UID, the highest
SEQUENCE wins, a CANCEL takes the entry away. What every mail may say, and to whom, is judged when it has just been sent.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.errors import InputError
from hybrid_sync.sandbox import Fault
from tests.answers_kit import a_bounce, a_reply
from tests.builders import wall
from tests.sync.crash_kit import Crash, Points, with_points
from tests.sync.machine_kit import Judged
from tests.world import online

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


class OneEvent(Judged):
    """One event and four people who may come."""

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
                addresses = [f"{old}@example.org", f"{new}@example.org"]
                erased = any(address in self.letters.erased for address in addresses)
                with pytest.raises(InputError) if erased else nullcontext():
                    self.app.desk.readdress("water", *addresses)
                return

    @rule(name=NAMES)
    def comes_to_the_door(self, name: str) -> None:
        with self.app.store.read() as tx:
            starts = tx.events.get("water").starts.instant
        if self.person(name) is not None:
            self.app.door.check_in("water", f"{name}@example.org", starts)

    @rule(name=NAMES, partstat=st.sampled_from(["ACCEPTED", "TENTATIVE", "DECLINED"]))
    def answers(self, name: str, partstat: str) -> None:
        """With their calendar program; that changes nothing."""
        message = self.letters.last_to(f"{name}@example.org")
        if message is not None and message.uid:
            self.comes_in(
                a_reply(
                    message.uid,
                    attendee=f"{name}@example.org",
                    partstat=partstat,
                    sequence=message.sequence,
                    stamp=self.world.sandbox.clock.now(),
                )
            )

    @rule(name=NAMES)
    def bounces(self, name: str) -> None:
        """The newest mail to them comes back, late perhaps."""
        address = f"{name}@example.org"
        message = self.letters.last_to(address)
        if message is not None:
            self.letters.bounced.add(address)
            self.comes_in(a_bounce(address, message.message_id))
            with self.app.store.read() as tx:
                if any(row.email_key == address for row in tx.bounces.of("water")):
                    self.letters.silent.add(address)

    def comes_in(self, mail: bytes) -> None:
        """A mail arrives and, unless a fault is in the way, is read."""
        writes, mails = len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)
        self.world.sandbox.receive(mail)
        self.world.sandbox.clock.advance(timedelta(minutes=6))
        self.app.chores()
        assert (len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)) == (writes, mails)

    @rule(name=NAMES)
    def is_erased(self, name: str) -> None:
        asked = self.app.privacy.erase(f"{name}@example.org")
        for address in asked.addresses:
            self.letters.erased.setdefault(address, 0)

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
    def a_day_before(self) -> None:
        """Time jumps to a day before the start, never back, after days in which the workers came to rest."""
        self.jump(timedelta(hours=24))

    @rule(point=st.integers(0, 60))
    def an_hour_before(self, point: int) -> None:
        """The worker may die over the last reminder; then the event is put off, so that it never begins."""
        if not self.jump(timedelta(hours=1)):
            return
        self.the_worker_dies(point)
        self.calm()
        self.all_reminded("1h")
        with self.app.store.read() as tx:
            starts = tx.events.get("water").starts
        self.app.desk.reschedule("water", local_time(starts.wall + timedelta(days=2)))

    def jump(self, before: timedelta) -> bool:
        self.calm()
        with self.app.store.read() as tx:
            moment = tx.events.get("water").starts.instant - before + timedelta(minutes=1)
        ahead = moment > self.world.sandbox.clock.now()
        if ahead:
            self.world.sandbox.clock.set(moment)
        return ahead

    @rule()
    def the_worker_passes(self) -> None:
        self.passes()

    @rule(point=st.integers(0, 60))
    def the_worker_dies(self, point: int) -> None:
        points = Points(point)
        app = with_points(self.process(observe=points.call), points)
        try:
            self.passes(app)
        except Crash:
            pass
        finally:
            app.close()
            self.world.sandbox.clock.advance(timedelta(seconds=61))

    @precondition(lambda self: len(self.world.apps) > 4)
    @rule()
    def the_worker_is_restarted(self) -> None:
        self.app = self.process()


OneEvent.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestOneEvent = OneEvent.TestCase

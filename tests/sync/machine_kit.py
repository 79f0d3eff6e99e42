"""What the state machine knows of mails without asking the service, and what must be true in the end."""

from __future__ import annotations

import email
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis.stateful import RuleBasedStateMachine
from icalendar import Calendar

from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.people import Mode
from hybrid_sync.sandbox import Sandbox
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.outcome import Outcome
from hybrid_sync.wiring import App
from tests.sync.privacy_kit import places
from tests.world import World, online, publish, sync


class Letters:
    """Reads every mail once, after the pass that sent it, while nobody has changed anything since."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.read = 0
        self.known: dict[str, bytes] = {}
        self.reminded: set[tuple[str, datetime, str]] = set()
        self.bounced: set[str] = set()
        """Addresses that do not work, or did not once."""
        self.silent: set[str] = set()
        """Those of them that nothing may be sent to until they are invited anew."""
        self.erased: dict[str, int] = {}
        """Addresses of whoever was erased, and how many mails have told them so."""

    def look(self, app: App) -> None:
        """Fails when somebody was told what they should not have been."""
        inbox = self.sandbox.inbox
        for message in inbox[self.read :]:
            self._look(app, message, message.recipients[0].casefold())
        self.read = len(inbox)

    def _look(self, app: App, message: Any, address: str) -> None:
        if message.message_id in self.known:
            assert self.known[message.message_id] == message.content, "sent again with other bytes"
            return
        self.known[message.message_id] = message.content
        if address in self.erased:
            assert message.kind == "cancellation", f"{message.kind} to somebody who was erased"
            self.erased[address] += 1
            assert self.erased[address] == 1, "somebody who was erased is told so twice"
        if message.kind == "invitation":
            self.silent.discard(address)
        elif message.kind != "cancellation":
            assert address not in self.silent, f"{message.kind} to an address that does not work"
        if message.kind == "other":
            self._reminder(app, message, address)

    def _reminder(self, app: App, message: Any, address: str) -> None:
        with app.store.read() as tx:
            event, person = tx.events.get("water"), tx.people.find("water", address)
        assert event.state is EventState.PUBLISHED, "a reminder of what is called off"
        assert person is not None, "a reminder to somebody who does not come"
        assert person.is_coming, "a reminder to somebody who does not come"
        starts = event.starts.instant
        assert f"{starts:%H:%M} - " in text_of(message.content), "a reminder of another start"
        distance = starts - message.time
        assert timedelta(0) < distance <= timedelta(hours=24)
        key = (address, starts, "24h" if distance > timedelta(hours=2) else "1h")
        assert key not in self.reminded, "reminded twice"
        self.reminded.add(key)

    def last_to(self, address: str) -> Any | None:
        """The newest mail to an address that is no cancellation."""
        for message in reversed(self.sandbox.inbox):
            if message.recipients[0].casefold() == address and message.kind != "cancellation":
                return message
        return None

    def entries(self) -> dict[str, str]:
        """Each address's calendar: when its one entry starts (UTC). Fails when somebody has two."""
        held: dict[str, dict[str, tuple[int, str | None]]] = {}
        for message in self.sandbox.inbox:
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
            assert len(live) <= 1 or address in self.bounced, f"{address} has {len(live)} entries"
            if live:
                shown[address] = live[0]
        return {address: starts for address, starts in shown.items() if address not in self.bounced}


def start_of(content: bytes) -> str:
    """When the calendar object in a mail starts, in UTC."""
    entry: Any = Calendar.from_ical(_part(content, "text/calendar")).walk("VEVENT")[0]
    return str(f"{entry['DTSTART'].dt.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M}")


def text_of(content: bytes) -> str:
    return _part(content, "text/plain").decode()


def _part(content: bytes, kind: str) -> bytes:
    part = next(part for part in email.message_from_bytes(content).walk() if part.get_content_type() == kind)
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


class Judged(RuleBasedStateMachine):
    """One event, worked on by processes that come and go, and what must be true of it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Path(tempfile.mkdtemp()))
        self.world.__enter__()
        self.letters = Letters(self.world.sandbox)
        self.app = self.process()
        publish(self.app, online("ada"))

    def process(self, **options: Any) -> App:
        """A process that reads the mailbox it sends from, too."""
        mail = {"from_address": self.world.sandbox.mailbox}
        return self.world.app(self.world.settings(mailbox={"kind": "graph"}, mail=mail), **options)

    def passes(self, app: App | None = None, **options: Any) -> Report:
        app = app or self.app
        try:
            return sync(app, **options)
        finally:
            self.letters.look(self.app)

    def teardown(self) -> None:
        try:
            self.calm()
            self.check()
        finally:
            self.world.__exit__()

    def person(self, name: str) -> Any:
        with self.app.store.read() as tx:
            return tx.people.find("water", f"{name}@example.org")

    def calm(self) -> None:
        self.world.sandbox.faults.clear()
        for _ in range(12):
            self.world.sandbox.clock.advance(timedelta(seconds=130))
            report = self.passes(force=True)
            if all(self.is_settled(outcome) for outcome in report.outcomes):
                return
        raise AssertionError(f"no calm: {report}")

    def is_settled(self, outcome: Outcome) -> bool:
        """An address that does not work is asked about until somebody mends it."""
        asked = outcome.result == "refused" and outcome.target in self.letters.bounced
        return asked or outcome.settled or outcome.result == "scheduled"

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
        shown = {one.key: f"{event.starts.instant:%Y%m%dT%H%M}" for one in coming}
        assert self.letters.entries() == {
            key: starts for key, starts in shown.items() if key not in self.letters.bounced
        }
        assert not any(one.key in self.letters.erased for one in people)
        if self.letters.erased:
            assert places(self.app, *self.letters.erased) == []
        assert self.world.sandbox.state.webex_mails == []
        objects = [message for message in self.world.sandbox.inbox if message.uid]
        copies = len(objects) - len({message.message_id for message in objects})
        assert self.world.sandbox.mail_counts()["duplicate_calendar_objects"] == copies
        writes, mails = len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)
        self.passes()
        assert (len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)) == (writes, mails)

    def all_reminded(self, distance: str) -> None:
        """Everybody who had come to rest with an invitation in hand."""
        with self.app.store.read() as tx:
            event, people = tx.events.get("water"), tx.people.of("water")
        if event.state is EventState.PUBLISHED:
            for one in people:
                if one.is_coming and one.key not in self.letters.bounced:
                    assert (one.key, event.starts.instant, distance) in self.letters.reminded

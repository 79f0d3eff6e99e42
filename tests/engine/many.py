"""Real processes on one store against one sandbox, killed at will, and the count of what must be there once."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest
from tests.adapters.sql.postgres_server import unhurried
from tests.builders import an_event
from tests.cli.kit import environment
from tests.engine.processes import PATIENCE, Process, until
from tests.engine.visitors import Paths, Visits, asked, until_answered, visiting
from tests.world import outside

from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.domain.registrants import wanted_online
from hybrid_sync.sandbox import Sandbox
from hybrid_sync.settings import Settings, load
from hybrid_sync.sync.organising import NewPerson
from hybrid_sync.wiring import App, build

LEASE = 5.0
KINDS = range(7)
"""Of deeds; see Field.deed."""


@dataclass
class Field:
    """The sandbox, the store, the processes, and an organiser in this process."""

    sandbox: Sandbox
    settings: Settings
    app: App
    folder: Path
    processes: list[Process] = field(default_factory=list)
    kills: int = 0
    """Halts among them."""
    halts: int = 0
    deeds: int = 0
    people: int = 0
    pressed: int = 0
    checked_in: set[tuple[str, str]] = field(default_factory=set)
    visits: Visits = field(default_factory=Visits)

    def start(self, *words: str) -> Process:
        process = Process(words, self.folder / f"process-{len(self.processes)}.log")
        process.start()
        self.processes.append(process)
        return process

    def ready(self) -> None:
        """All of them have started."""
        for process in self.processes:
            until(lambda one=process: " started, process" in one.said(), PATIENCE, process.said)  # type: ignore[misc]

    # --- the organiser and the registrants ---

    def events(self, *ids: str) -> None:
        for number, event_id in enumerate(ids):
            day = (datetime.now(UTC) + timedelta(days=60 + number)).date().isoformat()
            self.app.desk.import_event(an_event(f"{day} 10:00", f"{day} 11:30", id=event_id))
            self.app.desk.publish(event_id)
            for _ in range(3):
                self.register(event_id, Mode.ONLINE)

    def register(self, event_id: str, mode: Mode) -> None:
        self.people += 1
        name = f"p{self.people}"
        person = NewPerson(f"{name}@example.org", name.capitalize(), "Example", mode=mode)
        self.app.desk.register(event_id, [person])

    def deed(self, chance: Random, event_id: str, kind: int) -> None:
        """One of the KINDS of things that people do, through the desk or through the pages of a web process."""
        self.deeds += 1
        with self.app.store.read() as tx:
            event = tx.events.get(event_id)
            coming = [person for person in tx.people.of(event_id) if person.is_coming]
        match kind:
            case 0 | 1:
                self.register(event_id, chance.choice([Mode.ONLINE, Mode.ROOM]))
            case 2:
                moved = event.starts.wall + timedelta(minutes=chance.choice([-30, 15, 60]))
                self.app.desk.reschedule(event_id, local_time(moved, event.starts.zone))
            case 3:
                self.app.desk.edit(event_id, title=f"Clean water {chance.randrange(1000)}")
            case 4:
                self.press(chance, chance.choice(coming), chance.choice(["online", "room"]))
            case 5:
                if len(coming) > 3:
                    self.press(chance, chance.choice(coming), "withdraw-sure")
            case 6:
                person = chance.choice(coming)
                self.app.door.check_in(event_id, person.email, at=event.starts.instant)
                self.checked_in.add((event_id, person.id))

    def webs(self) -> list[str]:
        """The addresses of the web processes that have said where they are."""
        found = [process.address() for process in self.processes if process.words[0] == "serve"]
        return [address for address in found if address is not None]

    def paths(self, person: Registrant) -> Paths:
        links = self.app.links.link(person), self.app.own_links.link(person)
        return Paths(*(urlsplit(link).path for link in links))

    def press(self, chance: Random, person: Registrant, do: str) -> None:
        """A button of somebody's own page, at any web process that answers; here where there is none."""
        for address in chance.sample(self.webs(), len(self.webs())):
            status = asked(address, f"{self.paths(person).own}?do={do}", post=True)
            self.visits.answers[status] += 1
            if status is not None:
                self.pressed += 1
                return
            # Killed in the middle of an answer: the person presses again, at another.
        if do == "withdraw-sure":
            self.app.desk.set_status(person.event_id, person.email, RegistrantStatus.WITHDRAWN)
        else:
            self.app.desk.switch(person.event_id, person.email, Mode(do))

    # --- the end ---

    def unsettled(self) -> list[str]:
        """What is not done yet, in words."""
        now = datetime.now(UTC)
        with self.app.store.read() as tx:
            rows = tx.work.rows()
            found = [f"{row.event_id} is due" for row in rows if row.due_at and row.due_at <= now]
            found += [f"{row.event_id} is held" for row in rows if row.leased_until is not None]
            found += [f"{row.event_id}: {row.last_error}" for row in rows if row.last_error]
            found += [f"pending: {intent.op_key}" for intent in tx.intents.pending()]
            for row in rows:
                found += [f"mail of {row.event_id}" for _ in tx.messages.pending(row.event_id)]
        return found

    @contextmanager
    def visitors(self, events: Sequence[str], seed: int) -> Iterator[None]:
        """People at all pages of all web processes; in the end each process has answered everything, and rightly."""
        if not any(process.words[0] == "serve" for process in self.processes):
            yield
            return

        def somebody(chance: Random) -> Paths:
            with self.app.store.read() as tx:
                return self.paths(chance.choice(tx.people.of(chance.choice(events))))

        with visiting(self.webs, somebody, seed) as visits:
            yield
        self.ready()
        for address in self.webs():
            until_answered(visits, address, somebody(Random(seed)), PATIENCE)
        self.visits.answers += visits.answers
        self.visits.judge()

    def settle(self, seconds: float = PATIENCE) -> None:
        until(lambda: self.unsettled() == [], seconds, lambda: str(self.unsettled()))

    def judge(self) -> None:
        """One of everything, nothing open, and nothing left to do. Call it when all processes have ended."""
        with self.app.store.read() as tx:
            events = list(tx.events.all())
            people = {event.id: list(tx.people.of(event.id)) for event in events}
            meetings = {event.id: tx.meetings.get(event.id) for event in events}
            stays = [(event.id, stay) for event in events for stay in tx.attendance.of(event.id)]
            questions = [item.message for item in tx.attentions.unsettled()]
            assert list(tx.intents.pending()) == []
        assert questions == []
        assert Counter((event_id, stay.registrant_id) for event_id, stay in stays) == Counter(self.checked_in)
        published = [event for event in events if event.state is EventState.PUBLISHED]
        assert len(self.sandbox.state.meetings) == len(published)
        entries = [entry for entry in self.sandbox.state.events.values() if not entry.cancelled]
        assert len(entries) == len(published)
        for event in published:
            record = meetings[event.id]
            assert record is not None
            meeting = self.sandbox.state.meetings[record.meeting_id]
            there = Counter(one.email.casefold() for one in meeting.registrants.values())
            assert there == Counter(wanted_online(people[event.id]).keys()), event.id
        told = Counter(
            (message.recipients[0], message.uid, message.sequence, message.method)
            for message in {message.message_id: message for message in self.sandbox.inbox}.values()
        )
        assert [key for key, times in told.items() if times > 1] == []
        invited = {recipient for recipient, _, _, method in told if method == "REQUEST"}
        coming = {one.email for each in people.values() for one in each if one.is_coming}
        assert coming <= invited
        before = len(self.sandbox.writes())
        for event in events:
            report = self.app.converge.event(event.id)
            assert report.converged, report
            assert not report.wrote, report
        assert len(self.sandbox.writes()) == before


@contextmanager
def a_field(
    folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, kind: str, lease: float = LEASE
) -> Iterator[Field]:
    for name in [name for name in os.environ if name.startswith("HYBRID_SYNC_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    with Sandbox(options=outside()) as sandbox:
        values = environment(sandbox, folder) | {
            "HYBRID_SYNC_STORE__URL": url,
            "HYBRID_SYNC_ENGINE__KIND": kind,
            "HYBRID_SYNC_ENGINE__POLL_SECONDS": "0.3",
            "HYBRID_SYNC_ENGINE__LEASE_SECONDS": str(lease),
            "HYBRID_SYNC_ENGINE__SETTLE_SECONDS": "1",
            "HYBRID_SYNC_MAIL__MESSAGES_PER_MINUTE": "60000",
            "HYBRID_SYNC_WEBEX__REQUESTS_PER_MINUTE": "60000",
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HYBRID_SYNC_STORE__URL", unhurried(url))
        settings = load()
        monkeypatch.setenv("HYBRID_SYNC_STORE__URL", url)
        app = build(settings, create_database=True)
        field_ = Field(sandbox, settings, app, folder)
        try:
            yield field_
        finally:
            for process in field_.processes:
                with suppress(ProcessLookupError):
                    process.running.send_signal(signal.SIGCONT)
                    process.kill()
            app.close()

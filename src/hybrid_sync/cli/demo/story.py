"""The demo's story, step by step. Whatever can be a command that a person types, is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hybrid_sync.cli.demo import happening, material, proof
from hybrid_sync.cli.demo.one_life import write_lives
from hybrid_sync.cli.demo.place import write_settings
from hybrid_sync.cli.demo.processes import DemoFailed, Processes, press_join, wait_until
from hybrid_sync.cli.demo.stage import Stage
from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Mode
from hybrid_sync.sandbox import Sandbox
from hybrid_sync.settings import load
from hybrid_sync.wiring import App, build

WITHDRAWING = 3
LINKS_PRESSED = 3
LATE = "late.comer@example.org"


@dataclass
class Story:
    """One run of the demo: `count` registrants, everything kept in `folder`."""

    folder: Path
    count: int
    sandbox: Sandbox
    web_port: int
    stage: Stage
    event_id: str = material.EVENT_ID
    kills: int = 0

    def run(self) -> list[proof.Line]:
        """The whole of it; the figures at the end. Raises DemoFailed when something does not come about."""
        write_settings(self.folder, self.sandbox, self.web_port)
        self.processes = Processes(self.folder, self.stage.say)
        try:
            self.processes.run("db", "upgrade", show=False)
            self.app: App = build(load(self.folder / "hybrid-sync.toml"), clock=self.sandbox.clock.now)
            try:
                self._publish()
                self._invite_and_kill()
                self._change()
                self._remind()
                attendees = self._happen()
                in_the_room = self._door()
                self._pull()
                return self._prove(attendees, in_the_room)
            finally:
                self.app.close()
        finally:
            self.processes.kill()

    # --- the steps ---

    def _publish(self) -> None:
        self.stage.step("An event page becomes a record")
        day = material.summer_day(self.sandbox.clock.now().date())
        (self.folder / "event-page.txt").write_text(material.page(day), encoding="utf-8")
        record = self.processes.run(
            "event", "import", "event-page.txt", "--title", material.TITLE, "--id", self.event_id
        )
        self.stage.say(record.rstrip())
        self.stage.say(self.processes.run("event", "publish", self.event_id).rstrip())
        people = material.rows(self.count)
        (self.folder / "registrants.csv").write_bytes(material.registrants_csv(people))
        told = self.processes.run("registrants", "import", self.event_id, "registrants.csv")
        self.stage.say(told.rstrip())

    def _invite_and_kill(self) -> None:
        self.stage.step("The worker makes the meeting, registers and invites; it is killed in the middle")
        self.processes.start(self.web_port)
        with self.stage.bar("invitations", self.count) as show:
            wait_until(
                lambda: self._shown(show, "invitation") >= self.count // 3, "the first invitations", 120
            )
            self.processes.kill()
            self.kills += 1
            self.stage.say(f"kill -9 after {self._arrived('invitation')} invitations; started again")
            self.processes.start(self.web_port)
            wait_until(
                lambda: self._shown(show, "invitation") >= self.count and self._settled(),
                "every invitation",
                self._patience(),
            )

    def _change(self) -> None:
        self.stage.step("The event moves by an hour, three withdraw, one registers late")
        event = self._event()
        starts = event.starts.moved(timedelta(hours=1))
        for number in range(WITHDRAWING):
            self.processes.run("registrants", "withdraw", self.event_id, self._withdrawn(number))
        self.processes.run("event", "reschedule", self.event_id, "--starts", f"{starts.wall:%Y-%m-%d %H:%M}")
        self.processes.run(
            "registrants", "add", self.event_id, LATE, "--first-name", "Late", "--last-name", "Comer"
        )
        total = self.count - WITHDRAWING
        with self.stage.bar("updates", total) as show:
            wait_until(
                lambda: self._shown(show, "update") >= total and self._settled(),
                "every update",
                self._patience(),
            )

    def _remind(self) -> None:
        self.stage.step("An hour before: everybody is reminded, in the thread of their invitation")
        self.processes.stop()
        self.sandbox.clock.set(self._event().starts.instant - timedelta(minutes=59))
        self.processes.start(self.web_port, at=self.sandbox.clock.now())
        total = self.count - WITHDRAWING + 1
        with self.stage.bar("reminders", total) as show:
            wait_until(
                lambda: self._shown(show, "other") >= total and self._settled(),
                "every reminder",
                self._patience(),
            )

    def _happen(self) -> list[happening.Attendee]:
        self.stage.step(
            "The day itself: people press their links, the meeting is restarted, a guest and a phone join"
        )
        self.processes.stop()
        starts = self._event().starts.instant
        self.sandbox.clock.set(starts - timedelta(minutes=2))
        self.processes.start(self.web_port, at=self.sandbox.clock.now())
        with self.app.store.read() as tx:
            people = [
                person
                for person in tx.people.of(self.event_id)
                if person.is_coming and person.mode is Mode.ONLINE
            ]
            record = tx.meetings.get(self.event_id)
        if record is None:
            raise DemoFailed("there is no meeting to go to")
        attendees = happening.cast([person.email for person in people])
        by_email = {person.email: person for person in people}
        pressing = [one.email for one in attendees if one.joins == 0][:LINKS_PRESSED]
        links = {email: press_join(self.app.links.link(by_email[email])) for email in pressing}
        self.stage.say(
            f"{len(links)} people opened their join page and pressed the button; each was sent to Webex"
        )
        self.sandbox.happen(record.meeting_id, happening.script(attendees, links))
        self.processes.stop()
        return attendees

    def _door(self) -> list[happening.InTheRoom]:
        self.stage.step("The desk at the door kept a list of its own")
        event = self._event()
        with self.app.store.read() as tx:
            people = [
                person
                for person in tx.people.of(self.event_id)
                if person.is_coming and person.mode is Mode.ROOM
            ]
        there = happening.room_cast([door_code(person.id) for person in people])
        (self.folder / "door.csv").write_text(happening.door_list(there, event.starts.aware), "utf-8")
        ends = event.ends or event.starts
        told = self.processes.run("checkin", self.event_id, "--list", "door.csv", at=ends.instant)
        self.stage.say(told.rstrip())
        return there

    def _pull(self) -> None:
        self.stage.step("Afterwards: attendance is pulled and the report is written")
        ends = self._event().ends
        if ends is None:
            raise DemoFailed("the event has no end")
        self.sandbox.clock.set(ends.instant + timedelta(minutes=25))
        self.processes.start(self.web_port, at=self.sandbox.clock.now())
        wait_until(lambda: self._pulls() > 0 and self._settled(), "attendance", 60)
        self.processes.stop()
        for form in ("csv", "html", "xlsx"):
            self.processes.run(
                "attendance", "report", self.event_id, "--format", form, "--out", f"attendance.{form}"
            )

    def _prove(
        self, attendees: list[happening.Attendee], in_the_room: list[happening.InTheRoom]
    ) -> list[proof.Line]:
        write_lives(
            self.folder / "invitations", self.sandbox, (self._withdrawn(0), self._withdrawn(WITHDRAWING))
        )
        before = len(self.sandbox.writes()) + len(self.sandbox.inbox)
        self.processes.run("sync", self.event_id, at=self.sandbox.clock.now())
        further = len(self.sandbox.writes()) + len(self.sandbox.inbox) - before
        online = sum(row.mode == "online" for row in material.rows(self.count)) - self._withdrawn_online() + 1
        return proof.lines(
            self.app,
            self.sandbox,
            self.event_id,
            proof.Expected(
                online=online,
                withdrawn=WITHDRAWING,
                invited=self.count + 1,
                updated=self.count - WITHDRAWING,
                reminded=self.count - WITHDRAWING + 1,
                kills=self.kills,
                people_present=len(attendees),
                minutes=sum(one.minutes for one in attendees),
                in_the_room=len(in_the_room),
                room_minutes=sum(one.minutes for one in in_the_room),
                guests=2,
                writes_of_further_sync=further,
            ),
        )

    # --- small helpers ---

    def _event(self) -> Event:
        with self.app.store.read() as tx:
            return tx.events.get(self.event_id)

    def _withdrawn(self, number: int) -> str:
        """Who withdraws: the first ones of the list, so that room and online people are among them by chance only."""
        return material.rows(self.count)[number].email

    def _withdrawn_online(self) -> int:
        return sum(row.mode == "online" for row in material.rows(self.count)[:WITHDRAWING])

    def _arrived(self, kind: str) -> int:
        """How many different messages of that kind have arrived."""
        return len({message.message_id for message in self.sandbox.inbox if message.kind == kind})

    def _shown(self, show: Callable[[int], None], kind: str) -> int:
        arrived = self._arrived(kind)
        show(arrived)
        return arrived

    def _settled(self) -> bool:
        """Nothing is being worked on, due, or of unknown fate."""
        now = self.app.clock()
        with self.app.store.read() as tx:
            row = tx.work.get(self.event_id)
            busy = tx.messages.pending(self.event_id) or tx.intents.pending()
        return (
            row is not None
            and row.leased_until is None
            and (row.due_at is None or row.due_at > now)
            and not busy
        )

    def _pulls(self) -> int:
        with self.app.store.read() as tx:
            return len(tx.attendance.pulls(self.event_id))

    def _patience(self) -> float:
        """Seconds to wait for everybody: a minute, and a tenth of a second for each."""
        return 60 + self.count / 10

"""The whole life of an event in chapters, and a worker that may die at numbered points of each chapter.

Every chapter is one thing that people or the clock do, followed by the worker's passes over it. The worker dies in
each chapter at the points it is told (its memory is gone, nothing is tidied up), and the next process takes over when
the lease has ended; a second point of death lies in that recovery. At the end of each chapter all must be calm, and the
outside must look as it did in the life in which nobody died. A run thus tries one schedule per chapter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.errors import LostLease
from hybrid_sync.sync.organising import NewPerson
from hybrid_sync.wiring import App
from tests.builders import NOW, utc, wall
from tests.sync.test_crash import Crash, Points, with_points
from tests.world import World, online, person, publish, sync

LEASE = timedelta(seconds=61)
ENDS = utc("2027-06-09 10:30")  # after the event was moved by an hour
RECORDING = "https://videos.example.org/water"

Chapter = Callable[["Life"], None]


@dataclass(frozen=True)
class Death:
    """Where the worker dies in a chapter, and where the one that takes over dies; None lives on."""

    first: int | None = None
    second: int | None = None


class Whole(World):
    """Everything switched on that a life can touch: the mail after the event, and certificates."""

    def settings(self, **sections: dict[str, Any]) -> Any:
        mine = {
            "mail": {"follow_up": True},
            "attendance": {"certificates": True, "certificate_minutes": 60},
        }
        return super().settings(
            **{name: mine.get(name, {}) | sections.get(name, {}) for name in mine | sections}
        )


@dataclass
class Told:
    """What a run came to."""

    pictures: dict[str, Any] = field(default_factory=dict)
    """Chapter to what the outside and the store held at its end."""
    traces: dict[str, list[str]] = field(default_factory=dict)
    """Chapter to the points that its first worker passed."""
    wrong: dict[str, list[str]] = field(default_factory=dict)
    deaths: int = 0


class Life:
    """One life in a world of its own."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.world = Whole(folder, url=url)
        self.desk: App

    def run(
        self, chapters: Mapping[str, Chapter], deaths: Mapping[str, Death], told: Told | None = None
    ) -> Told:
        told = told or Told()
        with self.world:
            self.desk = self.world.app()
            for name, chapter in chapters.items():
                chapter(self)
                self._work(name, deaths.get(name, Death()), told)
                wrong = self.calm()
                told.pictures[name] = self.picture()
                if wrong:
                    told.wrong[name] = wrong
        return told

    def _work(self, chapter: str, death: Death, told: Told) -> None:
        """The passes of one process, and of the next when the first has died."""
        for number, point in enumerate((death.first, death.second)):
            points = Points(point)
            app = with_points(self.world.app(observe=points.call), points)
            try:
                sync(app)
            except Crash:
                told.deaths += 1
                self.world.sandbox.clock.advance(LEASE)
            else:
                return
            finally:
                app.close()
                if number == 0:
                    told.traces[chapter] = points.trace

    def calm(self) -> list[str]:
        """What is not as it must be when the passes have ended; empty when all is well."""
        app = self.world.app()
        for _ in range(6):
            report = sync(app)
            if report.converged:
                break
            self.world.sandbox.clock.advance(timedelta(seconds=40))
        found = [] if report.converged else [f"not converged: {report}"]
        with app.store.read() as tx:
            found += [f"pending: {intent.kind}" for intent in tx.intents.pending()]
            found += [f"pending: {row.purpose}" for row in tx.messages.pending("water")]
            found += [f"asked: {item.message}" for item in tx.attentions.unsettled("water")]
        before = self._sent()
        sync(app)
        if self._sent() != before:
            found.append("a further pass wrote something")
        app.close()
        return found

    def _sent(self) -> tuple[int, int]:
        return len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)

    def picture(self) -> dict[str, Any]:
        """What the outside and the store hold; ids and tokens that differ from life to life are left out."""
        world, state = self.world, self.world.sandbox.state
        with self.desk.store.read() as tx:
            stays = sorted(
                (stay.source, stay.email, str(stay.joined), str(stay.left))
                for stay in tx.attendance.of("water")
            )
            certificates = len(tx.certificates.of("water"))
            ledger = sorted(
                (row.email, str(row.purpose), row.method, row.sequence, row.state.value)
                for row in tx.messages.of("water")
            )
        return {
            "meetings": [(one.fields["title"], one.start) for one in world.meetings()],
            "entries": [one.data["subject"] for one in world.calendar_entries()],
            "registered": sorted(world.registrant_emails().items()),
            "mails": sorted(world.mails().items()),
            "told by Microsoft": sorted((mail.kind, mail.to) for mail in state.graph_mails),
            "told by Webex": len(state.webex_mails),
            "ledger": ledger,
            "stays": stays,
            "certificates": certificates,
        }

    # --- what happens in the chapters ---

    def at(self, moment: datetime) -> None:
        self.world.sandbox.clock.set(moment)

    def published(self) -> None:
        self.at(NOW)
        rita = NewPerson("rita@example.org", "Rita", "Example", mode=Mode.ROOM)
        publish(self.desk, online("ada"), online("bob"), rita, recording_url=RECORDING)

    def somebody_more(self) -> None:
        self.desk.desk.register("water", [online("late"), online("zoe")])

    def moved(self) -> None:
        self.desk.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))

    def switched(self) -> None:
        self.desk.desk.switch("water", "bob@example.org", Mode.ROOM)
        self.desk.desk.switch("water", "rita@example.org", Mode.ONLINE)

    def readdressed(self) -> None:
        self.desk.desk.readdress("water", "ada@example.org", "ana@example.org")

    def withdrawn(self) -> None:
        """One by the organiser, one on the own page."""
        self.desk.desk.set_status("water", "late@example.org", RegistrantStatus.WITHDRAWN)
        zoe = person(self.desk, "zoe")
        self.desk.own_page.withdraw(zoe.id, zoe.link_generation)

    def hands_in_webex(self) -> None:
        """Somebody renames the meeting and empties its list."""
        [meeting] = self.world.meetings()
        meeting.fields["title"] = "Changed by hand"
        meeting.registrants.clear()
        meeting.by_email.clear()

    def day_before(self) -> None:
        self.at(utc("2027-06-08 09:00"))

    def hour_before(self) -> None:
        self.at(utc("2027-06-09 08:00"))

    def held(self) -> None:
        """Ana online on two devices, Bob checked in at the door; restarted once."""
        [meeting] = self.world.meetings()
        sandbox = self.world.sandbox
        for joined, left in (("08:55", "09:30"), ("09:35", "10:30")):
            run = sandbox.start_meeting(meeting.id, utc(f"2027-06-09 {joined}"))
            for name in ("ana", "rita"):
                sandbox.join(
                    run, utc(f"2027-06-09 {joined}"), email=f"{name}@example.org", name=name.capitalize()
                )
            sandbox.end_meeting(run, utc(f"2027-06-09 {left}"))
        self.at(utc("2027-06-09 09:00"))
        self.desk.door.check_in("water", "bob@example.org")
        self.at(ENDS + timedelta(minutes=25))

    def two_hours_later(self) -> None:
        self.at(ENDS + timedelta(hours=2))

    def a_day_later(self) -> None:
        self.at(ENDS + timedelta(hours=24, minutes=5))

    def cancelled(self) -> None:
        self.desk.desk.cancel("water")

    def published_anew(self) -> None:
        self.desk.desk.publish("water", anew=True)


BEFORE: dict[str, Chapter] = {
    "published": Life.published,
    "somebody more": Life.somebody_more,
    "moved": Life.moved,
    "switched": Life.switched,
    "readdressed": Life.readdressed,
    "withdrawn": Life.withdrawn,
    "hands in Webex": Life.hands_in_webex,
}
HELD = BEFORE | {
    "day before": Life.day_before,
    "hour before": Life.hour_before,
    "held": Life.held,
    "two hours later": Life.two_hours_later,
    "a day later": Life.a_day_later,
}
CALLED_OFF: dict[str, Chapter] = {
    "published": Life.published,
    "switched": Life.switched,
    "cancelled": Life.cancelled,
    "published anew": Life.published_anew,
    "day before": Life.day_before,
    "cancelled again": Life.cancelled,
}


def differences(told: Told, clean: Told) -> dict[str, list[str]]:
    """Chapter to what was wrong in it, or was otherwise than in the life in which nobody died."""
    found = {name: list(words) for name, words in told.wrong.items()}
    for chapter, expected in clean.pictures.items():
        seen = told.pictures.get(chapter, {})
        for what, value in expected.items():
            if seen.get(what) != value:
                found.setdefault(chapter, []).append(f"{what}: {seen.get(what)} instead of {value}")
    return found


def unharmed(folder: Path, chapters: Mapping[str, Chapter], url: str | None = None) -> Told:
    """The life in which nobody dies, which must itself be well."""
    clean = Life(folder, url).run(chapters, {})
    assert clean.wrong == {}
    assert clean.deaths == 0
    return clean


def every_chapter(chapters: Sequence[str], death: Death) -> dict[str, Death]:
    return dict.fromkeys(chapters, death)


class Zombie(Points):
    """Does not die: at its point another process works to the end while this one sleeps past its lease.

    Inside a transaction nobody sleeps here: the database itself keeps the others waiting for it.
    """

    def __init__(self, life: Life, sleep_at: int | None) -> None:
        super().__init__()
        self.life, self.sleep_at = life, sleep_at

    def __call__(self, name: str) -> None:
        if name == "before COMMIT":
            return
        super().__call__(name)
        if self.sleep_at == len(self.trace) - 1:
            self.life.world.sandbox.clock.advance(LEASE)
            other = self.life.world.app()
            for _ in range(4):
                if sync(other).converged:
                    break
                self.life.world.sandbox.clock.advance(LEASE)
            other.close()


class SleepingLife(Life):
    """The first worker of a chapter sleeps at its point; `Told.deaths` counts those that were told to stop."""

    def _work(self, chapter: str, death: Death, told: Told) -> None:
        points = Zombie(self, death.first)
        app = with_points(self.world.app(observe=points.call), points)
        try:
            with suppress(LostLease):
                sync(app)
                return
            told.deaths += 1
        finally:
            told.traces[chapter] = points.trace
            app.close()

"""Death at every numbered point: what such a test is made of.

A schedule runs a life up to its phase, dies at one point as a process dies (its memory is gone, nothing is tidied up), and
is gone on with by a new process after the lease has ended. What must be so in the end is the life's to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.ports import Lease, Transaction
from hybrid_sync.wiring import App
from tests.builders import NOW, utc, wall
from tests.world import World, online, publish, sync


class Crash(BaseException):
    """The process dies here. Not an Exception, so that no handler mistakes it for a fault."""


class Points:
    """Numbers every point and dies at one of them; None lives on."""

    def __init__(self, die_at: int | None = None) -> None:
        self.die_at = die_at
        self.trace: list[str] = []

    def __call__(self, name: str) -> None:
        self.trace.append(name)
        if self.die_at == len(self.trace) - 1:
            raise Crash(name)

    def call(self, phase: str, method: str, route: str) -> None:
        self(f"{phase} {method} {route}")


def with_points(app: App, points: Points) -> App:
    """The app with a point round every commit of its store."""
    store: Any = app.store
    begin: Callable[..., AbstractContextManager[Transaction]] = store.begin

    @contextmanager
    def watched(lease: Lease | None = None, now: datetime | None = None) -> Iterator[Transaction]:
        with begin(lease, now) as tx:
            yield tx
            points("before COMMIT")
        points("after COMMIT")

    store.begin = watched
    return app


def changed(app: App) -> None:
    """Everything was made, then the event moved and somebody withdrew: everything is to be changed."""
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    app.desk.register("water", [online("late")])


class Life:
    """One event's life up to a phase, in a world of its own, and what must be true at the end of it."""

    def __init__(self, folder: Path, phase: str) -> None:
        folder.mkdir()
        self.world = World(folder)
        self.phase = phase

    def app(self, **options: Any) -> App:
        webex = {
            "webinar": {"kind": "webinar", "webinar_registration": False},
            "recreating": {"deleted_meeting": "recreate"},
        }.get(self.phase, {})
        return self.world.app(self.world.settings(webex=webex), **options)

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.app()
        speakers = (Speaker("Ana", email="ana@example.org"),) if self.phase == "webinar" else ()
        publish(app, online("ada"), online("bob"), speakers=speakers)
        if self.phase not in ("making", "webinar"):
            sync(app)
        if self.phase == "changing":
            changed(app)
        elif self.phase == "cancelling":
            app.desk.cancel("water")
        elif self.phase == "attending":
            self.happen()
        elif self.phase == "recreating":
            self.delete_by_hand(app)
        elif self.phase == "replacing":
            app.desk.publish("water", anew=True)
        app.close()

    def delete_by_hand(self, app: App) -> None:
        """Somebody deletes the meeting; its absence has been seen once, and may be believed at the next look."""
        self.world.sandbox.state.meetings.clear()
        sync(app)
        self.world.sandbox.clock.advance(timedelta(seconds=31))

    def happen(self) -> None:
        """The meeting takes place, is restarted once, and is over for half an hour."""
        [meeting] = self.world.meetings()
        clock = self.world.sandbox.clock
        for joined, left in (("07:55", "08:30"), ("08:35", "09:30")):
            run = self.world.sandbox.start_meeting(meeting.id, utc(f"2027-06-09 {joined}"))
            self.world.sandbox.join(run, utc(f"2027-06-09 {joined}"), email="ada@example.org", name="Ada")
            self.world.sandbox.end_meeting(run, utc(f"2027-06-09 {left}"))
        clock.set(utc("2027-06-09 10:00"))

    def live(self, points: Points) -> None:
        """One process: dies at its point, or lives on to the end."""
        app = with_points(self.app(observe=points.call), points)
        try:
            sync(app)
        finally:
            app.close()

    def wrong(self) -> list[str]:
        """What is not as it must be, after a restart; empty when all is well."""
        self.world.sandbox.clock.advance(timedelta(seconds=120))
        app = self.app()
        for _ in range(4):
            report = sync(app)
            if report.converged:
                break
            self.world.sandbox.clock.advance(timedelta(seconds=120))
        found = [] if report.converged else [f"not converged: {report}"]
        found += self._counts()
        with app.store.read() as tx:
            if tx.intents.pending():
                found.append("an intent is pending")
            if tx.messages.pending("water"):
                found.append("a message is pending")
            rows = [stay.key for stay in tx.attendance.of("water")]
        if self.phase == "attending" and len(rows) != 4:
            found.append(f"{len(rows)} stays instead of the host's two and Ada's two")
        writes, mails = len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)
        sync(app)
        if (len(self.world.sandbox.writes()), len(self.world.sandbox.inbox)) != (writes, mails):
            found.append("a further pass wrote something")
        app.close()
        return found

    def _counts(self) -> list[str]:
        expected_meetings = 0 if self.phase == "cancelling" else 1
        invited = {"ada": 1, "bob": 1} | ({"late": 1} if self.phase == "changing" else {})
        registered = {
            "making": {"ada": 1, "bob": 1},
            "changing": {"bob": 1, "late": 1},
            "cancelling": {},
            "webinar": {},
        }.get(self.phase, {"ada": 1, "bob": 1})
        found = []
        if len(self.world.meetings()) != expected_meetings:
            found.append(f"{len(self.world.meetings())} meetings")
        if len(self.world.calendar_entries()) != expected_meetings:
            found.append(f"{len(self.world.calendar_entries())} staff entries")
        if self.world.registrant_emails() != {f"{name}@example.org": one for name, one in registered.items()}:
            found.append(f"registered: {self.world.registrant_emails()}")
        if self.phase == "webinar":
            found += self._webinar()
        if self._by_kind("invitation") != invited:
            found.append(f"invited: {self._by_kind('invitation')}")
        cancelled = {"changing": {"ada": 1}, "cancelling": {"ada": 1, "bob": 1}}.get(self.phase, {})
        if self._by_kind("cancellation") != cancelled:
            found.append(f"cancelled: {self._by_kind('cancellation')}")
        if self.phase == "changing" and self._by_kind("update") != {"bob": 1}:
            found.append(f"updated: {self._by_kind('update')}")
        if self.world.sandbox.state.webex_mails:
            found.append("Webex mailed somebody")
        return found

    def _webinar(self) -> list[str]:
        """One link for each registrant, one panelist."""
        found = []
        for meeting in self.world.meetings():
            links = Counter(source.email.partition("@")[0] for source in meeting.sources.values())
            if links != {"ada": 1, "bob": 1}:
                found.append(f"links: {links}")
            panelists = [one.email for one in meeting.invitees.values() if one.panelist]
            if panelists != ["ana@example.org"]:
                found.append(f"panelists: {panelists}")
        return found

    def _by_kind(self, kind: str) -> Counter[str]:
        mails = self.world.mails()
        return Counter(
            {address.partition("@")[0]: count for (address, what), count in mails.items() if what == kind}
        )


Schedule = Callable[[int | None], tuple[list[str], list[str]]]
"""Dies at that point, or lives on to the end with None; the trace up to there, and what was wrong in the end."""


@contextmanager
def prepared(folder: Path, phase: str, life_of: type[Life] = Life) -> Iterator[Schedule]:
    """One life brought up to its phase; each schedule begins from there as if it were the first."""
    life = life_of(folder, phase)
    with life.world:
        life.prepare()
        begin = life.world.moment()

        def run(die_at: int | None) -> tuple[list[str], list[str]]:
            life.world.back_to(begin)
            points = Points(die_at)
            try:
                life.live(points)
            except Crash:
                pass
            else:
                assert die_at is None, "the point to die at was never reached"
            return points.trace, life.wrong()

        yield run


def failures(run: Schedule, trace: list[str], points: Iterable[int] | None = None) -> dict[str, list[str]]:
    """Each point (of all, if none are named) after which something was wrong, and what."""
    found = {}
    for number in range(len(trace)) if points is None else points:
        _, wrong = run(number)
        if wrong:
            found[f"{number:02} {trace[number]}"] = wrong
    return found

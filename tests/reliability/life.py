"""The whole life of an event in chapters, and a worker that may die at numbered points of each chapter.

Every chapter is one thing that people or the clock do, followed by the worker's passes over it. The worker dies in
each chapter at the points it is told (its memory is gone, nothing is tidied up), and the next process takes over when
the lease has ended; a second point of death lies in that recovery. At the end of each chapter all must be calm, and the
outside must look as it did in the life in which nobody died. A run thus tries one schedule per chapter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybrid_sync.domain.people import is_erased_address
from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.sync.crash_kit import Crash, Points, with_points
from tests.sync.privacy_kit import places
from tests.world import World, outside, sync

if TYPE_CHECKING:
    from tests.reliability.rows import Rows

LEASE = timedelta(seconds=61)

Work = Callable[[App], Report]
"""What a worker's process does in a chapter, and what its last pass told."""
Chapter = Callable[["Life"], Work | None]
"""What people or the clock do; gives the worker's part, where that is more than its passes."""


@dataclass(frozen=True)
class Story:
    """Chapters, and the house in which they happen: sections of the settings, options of the sandbox."""

    chapters: Mapping[str, Chapter]
    settings: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    sandbox: Mapping[str, Any] = field(default_factory=dict)

    def only(self, *names: str) -> Story:
        return replace(self, chapters={name: self.chapters[name] for name in names})

    def always(self, death: Death) -> dict[str, Death]:
        """The same death in every chapter."""
        return dict.fromkeys(self.chapters, death)


@dataclass(frozen=True)
class Death:
    """Where the worker dies in a chapter, and where the one that takes over dies; None lives on."""

    first: int | None = None
    second: int | None = None


class Whole(World):
    """Everything switched on that a life can touch; Webex keeps a meeting for longer than we keep people."""

    def __init__(self, folder: Path, story: Story, url: str | None) -> None:
        super().__init__(folder, outside(**{"series_kept_days": 400, **story.sandbox}), url=url)
        self.story = story
        self._rows: Rows | None = None

    def settings(self, **sections: dict[str, Any]) -> Any:
        mine: dict[str, dict[str, Any]] = {
            "mail": {"follow_up": True},
            "attendance": {"certificates": True, "certificate_minutes": 60},
            "retention": {"registrant_days": 180, "attendance_days": 180},
            "engine": {"settle_seconds": 30, "lease_seconds": 60},
        }
        for layer in (self.story.settings, sections):
            for name, keys in layer.items():
                mine[name] = mine.get(name, {}) | keys
        return super().settings(**mine)

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        if self._rows is not None:
            self._rows.close()

    def _kept(self) -> bytes:
        return super()._kept() if self.url.startswith("sqlite") else self._of_postgresql().kept()

    def _put_back(self, store: bytes) -> None:
        if self.url.startswith("sqlite"):
            super()._put_back(store)
        else:
            self._of_postgresql().put_back(store)

    def _of_postgresql(self) -> Rows:
        if self._rows is None:
            from tests.reliability.rows import Rows  # needs psycopg

            self._rows = Rows(self.url)
        return self._rows


@dataclass
class Told:
    """What a run came to."""

    pictures: dict[str, Any] = field(default_factory=dict)
    """Chapter to what the outside and the store held at its end."""
    traces: dict[str, list[str]] = field(default_factory=dict)
    """Chapter to the points that its first worker passed."""
    wrong: dict[str, list[str]] = field(default_factory=dict)
    deaths: int = 0

    def only(self, *names: str) -> Told:
        return Told({name: self.pictures[name] for name in names})


class Life:
    """One life in a world of its own."""

    def __init__(self, folder: Path, story: Story, url: str | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.story = story
        self.world = Whole(folder, story, url)
        self.desk: App
        self.work: Work = sync
        self._last: Report | None = None
        """What the last process told, if it lived on."""
        self.gone: tuple[str, ...] = ()
        """Words that name whoever was erased: nothing in the store may hold them."""

    def run(self, deaths: Mapping[str, Death], told: Told | None = None) -> Told:
        told = told or Told()
        with self.world:
            self.desk = self.world.app()
            for name in self.story.chapters:
                self.begin(name)
                self._work(name, deaths.get(name, Death()), told)
                self.end(name, told)
        return told

    def begin(self, chapter: str) -> None:
        """What people or the clock do."""
        self.work = self.story.chapters[chapter](self) or sync

    def _work(self, chapter: str, death: Death, told: Told) -> None:
        """The work of one process, and of the next when the first has died."""
        for number, point in enumerate((death.first, death.second)):
            points = Points(point)
            died = self.one_process(points)
            if number == 0:
                told.traces[chapter] = points.trace
            if not died:
                return
            told.deaths += 1

    def one_process(self, points: Points) -> bool:
        """One process does its work, or dies at its point; then its lease has ended. Whether it died."""
        app = with_points(self.world.app(observe=points.call), points)
        try:
            self._last = self.work(app)
        except Crash:
            self.world.sandbox.clock.advance(LEASE)
            return True
        finally:
            app.close()
        return False

    def end(self, chapter: str, told: Told) -> None:
        """The chapter ends: all must be calm."""
        wrong = self.calm()
        told.pictures[chapter] = self.picture()
        if wrong:
            told.wrong[chapter] = wrong

    def calm(self) -> list[str]:
        """What is not as it must be when the passes have ended; empty when all is well."""
        app = self.world.app()
        report, self._last = self._last or self.work(app), None
        for _ in range(6):
            if report.converged:
                break
            self.world.sandbox.clock.advance(timedelta(seconds=40))
            report = sync(app)
        found = [] if report.converged else [f"not converged: {report}"]
        with app.store.read() as tx:
            found += [f"pending: {intent.kind}" for intent in tx.intents.pending()]
            found += [f"pending: {row.purpose}" for row in tx.messages.pending("water")]
            found += [f"asked: {item.message}" for item in tx.attentions.unsettled("water")]
        if self.gone:
            found += [f"still named in {place}" for place in places(app, *self.gone)]
        before = self._sent()
        self.work(app)
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
                (stay.source, _named(stay.email), str(stay.joined), str(stay.left))
                for stay in tx.attendance.of("water")
            )
            certificates = len(tx.certificates.of("water"))
            ledger = sorted(
                (_named(row.email), str(row.purpose), row.method, row.sequence, row.state.value)
                for row in tx.messages.of("water")
            )
            people = sorted((_named(one.email), one.status.value) for one in tx.people.of("water"))
            proofs = Counter(line.what for line in tx.audit.since() if line.what.startswith("privacy"))
        meetings = world.meetings()
        return {
            "meetings": [(one.fields["title"], one.start) for one in meetings],
            "panelists": sorted(who.email for one in meetings for who in one.invitees.values()),
            "links": sorted(source.email for one in meetings for source in one.sources.values()),
            "entries": [one.data["subject"] for one in world.calendar_entries()],
            "registered": sorted(world.registrant_emails().items()),
            "mails": sorted(world.mails().items()),
            "told by Microsoft": sorted((mail.kind, mail.to) for mail in state.graph_mails),
            "told by Webex": len(state.webex_mails),
            "people": people,
            "ledger": ledger,
            "stays": stays,
            "certificates": certificates,
            "proofs of erasure": sorted(proofs.items()),
        }

    def at(self, moment: datetime) -> None:
        self.world.sandbox.clock.set(moment)


def _named(email: str | None) -> str:
    """Pseudonyms of people whose time is over are by chance."""
    return "(erased)" if email and is_erased_address(email) else str(email)


def differences(told: Told, clean: Told) -> dict[str, list[str]]:
    """Chapter to what was wrong in it, or was otherwise than in the life in which nobody died."""
    found = {name: list(words) for name, words in told.wrong.items()}
    for chapter, expected in clean.pictures.items():
        seen = told.pictures.get(chapter, {})
        for what, value in expected.items():
            if seen.get(what) != value:
                found.setdefault(chapter, []).append(f"{what}: {seen.get(what)} instead of {value}")
    return found


def unharmed(folder: Path, story: Story, url: str | None = None) -> Told:
    """The life in which nobody dies, which must itself be well."""
    clean = Life(folder, story, url).run({})
    assert clean.wrong == {}
    assert clean.deaths == 0
    return clean

"""What was read from an event page, and the event that it is: or why there is none.

A reading never fails. What makes it no event is told in `PageReading.refusal`, and `to_event` raises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from hybrid_sync.domain.events import Event, EventWarning, Speaker
from hybrid_sync.domain.localtime import BRUSSELS, LocalTime, local_time
from hybrid_sync.errors import InputError
from hybrid_sync.intake.sessions import Session

WAY_OUT = "give it with --starts 'YYYY-MM-DD HH:MM'"


@dataclass(frozen=True)
class PageReading:
    """What a page says. Dates and times are wall time in `zone`; None where the page does not say.

    `refusal` is why there is no one event in it; the rest is filled as far as it could be read all the same.
    """

    title: str | None = None
    date_start: date | None = None
    date_end: date | None = None
    time_start: time | None = None
    time_end: time | None = None
    zone: str = BRUSSELS
    zone_label: str | None = None
    venue: str | None = None
    city: str | None = None
    country: str | None = None
    online: bool | None = None
    onsite: bool | None = None
    languages: tuple[str, ...] = ()
    organisers: tuple[str, ...] = ()
    description: str = ""
    speakers: tuple[Speaker, ...] = ()
    moderators: tuple[Speaker, ...] = ()
    registration_url: str | None = None
    registration_note: str | None = None
    cancelled: bool = False
    sessions: tuple[Session, ...] = ()
    warnings: tuple[EventWarning, ...] = ()
    refusal: str | None = None
    source: str | None = None
    """The address that the page was taken from, or the file."""
    called: str | None = None
    """What it is called in messages: the file or address that was handed over."""

    def to_event(self, event_id: str) -> Event:
        """The event as a draft.

        A part that the page is silent about (`onsite`, `online` is None) is not taken to exist when the other
        part is named; a page that names neither is taken as hybrid, which is what this service is for. Raises
        InputError with the way out when there is no one event, no start or no title, and TimeError for a time
        that the clock skips or shows twice.
        """
        where = f"{self.called or self.source or 'the page'}: "
        if self.refusal:
            way = "" if self.cancelled or "postponed" in self.refusal else f"; {WAY_OUT}"
            raise InputError(f"{where}{self.refusal}{way}")
        starts = self._start(where)
        if not self.title:
            raise InputError(f"{where}the page has no title; give it with --title 'TITLE'")
        unknown = self.onsite is None and self.online is None
        return Event(
            id=event_id,
            title=self.title,
            starts=starts,
            ends=self._end(where, starts),
            venue=self.venue,
            city=self.city,
            country=self.country,
            onsite=unknown or bool(self.onsite),
            online=unknown or bool(self.online),
            languages=self.languages,
            organisers=self.organisers,
            description=self.description,
            speakers=self.speakers,
            moderators=self.moderators,
            registration_url=self.registration_url,
            warnings=self.warnings,
            source=self.source,
        )

    def _start(self, where: str) -> LocalTime:
        if self.date_start is None:
            raise InputError(f"{where}the page gives no day; {WAY_OUT}")
        if self.time_start is None:
            raise InputError(f"{where}the page gives no time for {self.date_start}; {WAY_OUT}")
        return local_time(datetime.combine(self.date_start, self.time_start), self.zone)

    def _end(self, where: str, starts: LocalTime) -> LocalTime | None:
        if self.time_end is None:
            return None
        ends = local_time(datetime.combine(self.date_end or starts.date, self.time_end), self.zone)
        if ends.instant <= starts.instant:
            raise InputError(
                f"{where}the end {ends.wall:%Y-%m-%d %H:%M} is not after the start {starts.wall:%Y-%m-%d %H:%M}; "
                "give both with --starts and --ends 'YYYY-MM-DD HH:MM'"
            )
        return ends

"""The room of events: the wall time is kept, UTC beside it is derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from hybrid_sync.adapters.sql.statements import no_event, upsert
from hybrid_sync.adapters.sql.tables import events
from hybrid_sync.domain.events import Event, EventState, EventWarning, Speaker
from hybrid_sync.domain.localtime import LocalTime


class SqlEvents:
    """ports.Events. `tzdata` names the zone data that UTC is derived with now."""

    def __init__(self, connection: Connection, tzdata: str | None) -> None:
        self._connection = connection
        self._tzdata = tzdata

    def get(self, event_id: str) -> Event:
        row = self._connection.execute(select(events).where(events.c.id == event_id)).one_or_none()
        if row is None:
            raise no_event(event_id)
        return _event(row)

    def all(self) -> Sequence[Event]:
        rows = self._connection.execute(select(events).order_by(events.c.start_utc, events.c.id))
        return [_event(row) for row in rows]

    def ending_since(self, moment: datetime) -> Sequence[Event]:
        ends_later = select(events).where(events.c.end_utc >= moment)
        rows = self._connection.execute(ends_later.order_by(events.c.start_utc, events.c.id))
        return [_event(row) for row in rows]

    def save(self, event: Event) -> None:
        upsert(self._connection, events, [_row(event, self._tzdata)])

    def recompute_utc(self, now: datetime) -> tuple[str, ...]:
        """Derive UTC anew for events that are not over at `now` and were derived with other zone data.

        Returns the ids of those whose UTC moved. Past events keep the UTC at which they really took place.
        """
        # Not by coalesce(): an index knows the columns, not what is computed from them.
        open_end = and_(events.c.end_utc.is_(None), events.c.start_utc >= now)
        coming = or_(events.c.end_utc >= now, open_end)
        stale = select(events).where(coming, events.c.tzdata.is_distinct_from(self._tzdata))
        moved: list[str] = []
        for row in self._connection.execute(stale.order_by(events.c.start_utc, events.c.id)).all():
            derived = _derived(_event(row), self._tzdata)
            self._connection.execute(update(events).where(events.c.id == row.id).values(**derived))
            if (derived["start_utc"], derived["end_utc"]) != (row.start_utc, row.end_utc):
                moved.append(row.id)
        return tuple(moved)


def _derived(event: Event, tzdata: str | None) -> dict[str, Any]:
    return {
        "start_utc": event.starts.instant,
        "end_utc": event.ends.instant if event.ends else None,
        "tzdata": tzdata,
    }


def _row(event: Event, tzdata: str | None) -> dict[str, Any]:
    if event.ends is not None and event.ends.zone != event.starts.zone:
        raise ValueError(f"event {event.id} starts in {event.starts.zone} and ends in {event.ends.zone}")
    # Whom the record names may have changed: retention is to look at it again.
    seen_again = {"people_gone": None, "names_gone": None}
    return (
        _derived(event, tzdata)
        | seen_again
        | {
            "id": event.id,
            "title": event.title,
            "wall_start": event.starts.wall.isoformat(timespec="minutes"),
            "wall_end": event.ends.wall.isoformat(timespec="minutes") if event.ends else None,
            "zone": event.starts.zone,
            "start_fold": event.starts.fold,
            "end_fold": event.ends.fold if event.ends else None,
            "venue": event.venue,
            "city": event.city,
            "country": event.country,
            "onsite": int(event.onsite),
            "online": int(event.online),
            "languages": event.languages,
            "organisers": event.organisers,
            "description": event.description,
            "speakers": [asdict(speaker) for speaker in event.speakers],
            "moderators": [asdict(moderator) for moderator in event.moderators],
            "registration_url": event.registration_url,
            "recording_url": event.recording_url,
            "state": event.state.value,
            "warnings": [asdict(warning) for warning in event.warnings],
            "source": event.source,
            "generation": event.generation,
        }
    )


def _event(row: Any) -> Event:
    return Event(
        id=row.id,
        title=row.title,
        starts=_local(row.wall_start, row.zone, row.start_fold),
        ends=_local(row.wall_end, row.zone, row.end_fold) if row.wall_end is not None else None,
        venue=row.venue,
        city=row.city,
        country=row.country,
        onsite=bool(row.onsite),
        online=bool(row.online),
        languages=tuple(row.languages),
        organisers=tuple(row.organisers),
        description=row.description,
        speakers=tuple(Speaker(**speaker) for speaker in row.speakers),
        moderators=tuple(Speaker(**moderator) for moderator in row.moderators),
        registration_url=row.registration_url,
        recording_url=row.recording_url,
        state=EventState(row.state),
        warnings=tuple(EventWarning(**warning) for warning in row.warnings),
        source=row.source,
        generation=row.generation,
    )


def _local(wall: str, zone: str, fold: int) -> LocalTime:
    """Not through `local_time`: what was good when it was written down must stay readable after a change of law."""
    return LocalTime(datetime.fromisoformat(wall), zone, fold)

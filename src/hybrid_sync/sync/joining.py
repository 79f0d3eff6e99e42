"""From a person's own link into the meeting: looked at with GET, followed with POST only (design.md 7)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.invitations import Facts
from hybrid_sync.domain.joining import JoinState, JoinView, join_view, moved_from
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import ProviderError, SettingsError
from hybrid_sync.ports import AuditLine, Clock, JoinLinks, MeetingRecord, SourceRecord, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Door:
    """What stands behind a link at this moment."""

    event: Event
    person: Registrant
    view: JoinView
    record: MeetingRecord | None
    moved: Facts | None = None
    """What the person was told of an earlier time; None when the event was not moved since."""
    own: SourceRecord | None = None
    """The person's permanent link into a webinar without registration."""


@dataclass(frozen=True)
class Entry:
    """Where to send the person: a short-lived URL of theirs, or, where Webex gives none, what the page shows."""

    url: str | None
    web_link: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return "Entry(...)"


class Joining:
    """Opens a registrant's link. Nothing of it is ever logged."""

    def __init__(self, store: Store, links: JoinLinks, clock: Clock) -> None:
        self._store = store
        self._links = links
        self._clock = clock

    def look(self, registrant_id: str, generation: int) -> Door:
        """What the page shows. Raises NotFound for somebody who is not registered any more."""
        with self._store.read() as tx:
            person = tx.people.get(registrant_id)
            event = tx.events.get(person.event_id)
            record, source = tx.meetings.get(event.id), tx.sources.of(event.id).get(person.id)
            told = tx.messages.of(event.id, person.id)
        made = record if record is not None and record.state == "made" else None
        view = join_view(event, person, generation, self._clock())
        own = source if made and source and source.meeting_id == made.meeting_id else None
        return Door(event, person, view, made, moved_from(event, told), own)

    def enter(self, registrant_id: str, generation: int) -> tuple[Door, Entry | None]:
        """The person pressed the button: ask Webex for their URL now, and note the click. None when it is shut.

        Where Webex refuses or does not answer, the meeting's own link and password are handed back instead, so that
        nobody stands outside because of a fault.
        """
        door = self.look(registrant_id, generation)
        if door.view.state is not JoinState.OPEN or door.record is None:
            return door, None
        fallback = Entry(None, door.record.web_link, door.record.password)
        try:
            url = self._url(door, door.record)
        except (ProviderError, SettingsError) as error:
            log.warning("event %s: no personal join URL: %s", door.event.id, error, extra={"action": "join"})
            self._note(door, "join.fallback")
            return door, fallback
        self._note(door, "join.click")
        return door, Entry(url)

    def _url(self, door: Door, record: MeetingRecord) -> str:
        """The person's own way in. A link that is theirs for ever needs no call, and tells whose stay it was."""
        if door.own is not None:
            return door.own.link
        return self._links.join_url(
            record.meeting_id,
            door.person.email,
            door.person.name,
            record.password,
            webinar=record.kind == "webinar",
        )

    def _note(self, door: Door, what: str) -> None:
        """Write the click down. A store that cannot be written just now must not keep the person outside."""
        try:
            with self._store.begin() as tx:
                line = AuditLine(self._clock(), door.event.id, "registrant", what, door.person.id, "")
                tx.audit.add(line)
        except Exception:
            log.exception("event %s: %s could not be noted", door.event.id, what, extra={"action": "join"})

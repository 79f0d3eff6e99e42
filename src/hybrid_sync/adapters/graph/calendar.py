"""The one staff entry of an event, in the calendar of a mailbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from hybrid_sync.adapters.graph.wire import (
    SELECT,
    attendees_in,
    entry_of,
    event_body,
    event_changes,
    key_filter,
    merged_attendees,
)
from hybrid_sync.domain.meetings import cut
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.staff_calendar import Entry, EntrySpec
from hybrid_sync.errors import Gone, OutcomeUnknown, Refused, TryLater
from hybrid_sync.http_client import Api, Json, TokenSource, Transport, items_of, json_of

logger = logging.getLogger(__name__)

BASE_URL = "https://graph.microsoft.com/v1.0/"
_TEXT_MOST = 255
_CHANGED_MEANWHILE = (409, 412)

# On every request: ids that survive a move between folders, and times in UTC (calendar.md A3, A5).
_PREFER = {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}


class GraphApi(Api):
    """Graph as one application, with the headers that every call here needs."""

    def __init__(
        self,
        transport: Transport,
        *,
        token: TokenSource,
        clock: Callable[[], datetime],
        base_url: str = BASE_URL,
    ) -> None:
        super().__init__(transport, base_url=base_url, token=token, clock=clock, headers=_PREFER)


class GraphCalendar:
    """StaffCalendar in the default calendar of `mailbox` (address or object id)."""

    def __init__(self, api: GraphApi, *, mailbox: str) -> None:
        self._api = api
        self._events = f"users/{quote(mailbox, safe='@')}/events"

    def adjust(self, wanted: EntrySpec) -> EntrySpec:
        """Outlook's lengths of one-line texts; every address once."""
        once = {email_key(address): address.strip() for address in reversed(wanted.attendees)}
        if wanted.room:
            once.pop(email_key(wanted.room), None)
        return replace(
            wanted,
            subject=cut(" ".join(wanted.subject.split()), _TEXT_MOST),
            location=cut(" ".join(wanted.location.split()), _TEXT_MOST),
            attendees=tuple(reversed(once.values())),
        )

    def find(self, key: str, known_id: str | None) -> Entry | None:
        """By id, and if that is gone or cancelled by our extended property; a live entry before a cancelled one."""
        known = self._get(known_id) if known_id else None
        if known and not known.cancelled:
            return known
        page = self._api.get(self._events, {"$filter": key_filter(key), "$select": SELECT, "$top": 10})
        found = [entry for entry in map(entry_of, items_of(page)) if entry and not entry.cancelled]
        if len(found) > 1:
            logger.warning("%d calendar entries carry the key %s", len(found), key)
        return min(found, key=lambda entry: (entry.starts, entry.id)) if found else known

    def create(self, wanted: EntrySpec) -> Entry:
        """POST with transactionId and our property; Graph mails the attendees at once, there is no switch for it."""
        response = self._api.call("POST", self._events, json=event_body(wanted))
        made = entry_of(json_of(self._api.system, response, safe=False))
        if made is None:
            raise OutcomeUnknown(self._api.system, "the entry was made, but the answer does not name it")
        return made

    def update(self, seen: Entry, wanted: EntrySpec, *, body_too: bool) -> Entry:
        """One PATCH with If-Match. Changed meanwhile (an answer came in) is TryLater: the next pass reads again."""
        changes = event_changes(seen, wanted, body_too=body_too)
        attendees = self._attendee_changes(seen, wanted)
        if attendees is not None:
            changes["attendees"] = attendees
        if not changes:
            return seen
        response = self._api.call(
            "PATCH",
            self._path(seen.id),
            json=changes,
            headers={"If-Match": seen.version} if seen.version else None,
            answers=_CHANGED_MEANWHILE,
        )
        if response.status_code in _CHANGED_MEANWHILE:
            raise TryLater(self._api.system, "the calendar entry was changed meanwhile")
        # 200 with the event is documented; the description also knows 204 (calendar.md A1).
        body = json_of(self._api.system, response, safe=False) if response.content else {}
        return entry_of(body) or self._again(seen.id)

    def cancel(self, seen: Entry, comment: str) -> None:
        """POST cancel mails the attendees with a comment; an entry without any is no meeting and is deleted."""
        path = self._path(seen.id)
        try:
            if seen.attendees:
                self._api.call("POST", f"{path}/cancel", json={"Comment": comment})
            else:
                self._api.call("DELETE", path)
        except Gone:
            logger.info("the calendar entry to cancel is gone already")
        except Refused:
            # What cancelling a cancelled entry answers is not documented: the entry itself knows.
            current = self._get(seen.id)
            if current is not None and not current.cancelled:
                raise

    def _attendee_changes(self, seen: Entry, wanted: EntrySpec) -> list[Json] | None:
        asked = {email_key(one) for one in (*wanted.attendees, *([wanted.room] if wanted.room else []))}
        if asked == set(seen.attendees):
            return None
        body = self._api.get(self._path(seen.id), {"$select": "id,attendees"})
        return merged_attendees(attendees_in(body), wanted)

    def _get(self, entry_id: str) -> Entry | None:
        try:
            body = self._api.get(self._path(entry_id), {"$select": SELECT})
        except Gone:
            return None
        entry = entry_of(body)
        if entry is None:
            raise Refused(self._api.system, "a calendar entry was answered without its id or times")
        return entry

    def _again(self, entry_id: str) -> Entry:
        entry = self._get(entry_id)
        if entry is None:
            raise TryLater(self._api.system, "the calendar entry was changed, and is gone")
        return entry

    def _path(self, entry_id: str) -> str:
        return f"{self._events}/{quote(entry_id, safe='')}"

"""The one staff entry of an event, in the calendar of a mailbox."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from hybrid_sync.adapters.graph.api import GraphApi
from hybrid_sync.adapters.graph.batch import read_many
from hybrid_sync.adapters.graph.wire import (
    LOOK,
    attendees_in,
    entry_of,
    event_body,
    event_changes,
    in_utc,
    key_filter,
    refuses_zone,
    with_attendees,
)
from hybrid_sync.domain.meetings import cut
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.staff_calendar import Entry, EntryChanges, EntrySpec
from hybrid_sync.errors import (
    AlreadyThere,
    Gone,
    OutcomeUnknown,
    ProviderError,
    Refused,
    StillThere,
    TryLater,
)
from hybrid_sync.http_client import Json, json_of, verdict

logger = logging.getLogger(__name__)

_TEXT_MOST = 255
_CHANGED_MEANWHILE = (409, 412)
_LOOK = urlencode(LOOK, quote_via=quote)


class GraphCalendar:
    """StaffCalendar in the default calendar of `mailbox` (address or object id)."""

    def __init__(self, api: GraphApi, *, mailbox: str) -> None:
        self._api = api
        self._mailbox = mailbox
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
        try:
            listed = self._api.values(self._events, {"$filter": key_filter(key), **LOOK, "$top": 10})
        except Gone as error:
            raise self._no_mailbox(error) from error
        found = [entry for entry in map(entry_of, listed) if entry and not entry.cancelled]
        if len(found) > 1:
            logger.warning("%d calendar entries carry the key %s", len(found), key)
        return min(found, key=lambda entry: (entry.starts, entry.id)) if found else known

    def look_at(self, entry_ids: Sequence[str]) -> Mapping[str, Entry | ProviderError]:
        """Twenty entries a call; Gone for one that is not there or cancelled."""
        answers = read_many(self._api, [f"{self._path(one)}?{_LOOK}" for one in entry_ids])
        return {entry_id: self._seen(answer) for entry_id, answer in zip(entry_ids, answers, strict=True)}

    def _seen(self, answer: Json | ProviderError) -> Entry | ProviderError:
        if isinstance(answer, ProviderError):
            return answer
        entry = entry_of(answer)
        if entry is None:
            return self._unreadable()
        return Gone(self._api.system, "the entry is cancelled") if entry.cancelled else entry

    def create(self, wanted: EntrySpec) -> Entry:
        """POST with transactionId and our property; Graph mails the attendees at once, there is no switch for it.

        409 has been seen for an entry that was made (calendar.md A4), so it says nothing about what happened.
        """
        try:
            made = self._written("POST", self._events, event_body(wanted))
        except AlreadyThere as error:
            raise OutcomeUnknown(self._api.system, error.words, tracking_id=error.tracking_id) from error
        except Gone as error:
            raise self._no_mailbox(error) from error
        if made is None:
            raise OutcomeUnknown(self._api.system, "the entry was made, but the answer does not name it")
        return made

    def update(self, seen: Entry, wanted: EntrySpec, changes: EntryChanges) -> Entry | None:
        """One PATCH for what everybody must know, then one for the list of attendees alone, so that only those are
        mailed whom it concerns (calendar.md A6). Each with If-Match."""
        now: Entry | None = seen
        fields = changes.fields
        if wanted.room in changes.invite and "location" not in fields:
            # The place names the room's mailbox, too.
            fields = (*fields, "location")
        if fields:
            now = self._patch(seen, event_changes(wanted, fields))
        if now is not None and (changes.invite or changes.uninvite):
            now = self._patch_attendees(now, wanted, changes)
        return now

    def cancel(self, seen: Entry, comment: str) -> None:
        """POST cancel mails the attendees with a comment; an entry without any is no meeting and is deleted. Gone is as
        good once a look agrees."""
        path = self._path(seen.id)
        try:
            if seen.attendees:
                self._api.call("POST", f"{path}/cancel", json={"Comment": comment})
            else:
                self._api.call("DELETE", path)
        except Gone as answer:
            current = self._get(seen.id)
            if current is not None and not current.cancelled:
                raise StillThere.contrary_to(answer, "the entry") from answer
            logger.info("the calendar entry to cancel is gone already")
        except AlreadyThere as error:
            raise TryLater(self._api.system, error.words, tracking_id=error.tracking_id) from error
        except Refused:
            # What cancelling a cancelled entry answers is not documented: the entry itself knows.
            current = self._get(seen.id)
            if current is not None and not current.cancelled:
                raise

    def _patch_attendees(self, seen: Entry, wanted: EntrySpec, changes: EntryChanges) -> Entry | None:
        """A PATCH replaces the list, and whoever is missing gets a cancellation: the list as it is, with the changes."""
        try:
            body = self._api.get(self._path(seen.id), {"$select": "id,attendees"})
        except Gone:
            return None
        listed = with_attendees(attendees_in(body), wanted, changes)
        # The version of this very reading: an answer may have come in since `seen`, and is no reason to start over.
        return self._patch(replace(seen, version=_etag(body) or seen.version), {"attendees": listed})

    def _patch(self, seen: Entry, changes: Json) -> Entry | None:
        """None when the entry was changed or deleted since it was seen."""
        headers = {"If-Match": seen.version} if seen.version else {}
        try:
            made = self._written("PATCH", self._path(seen.id), changes, headers, _CHANGED_MEANWHILE)
        except Gone:
            return None
        except AlreadyThere:
            return None
        # 200 with the event is documented; the description also knows 204 (calendar.md A1).
        return made or self._get(seen.id)

    def _written(
        self,
        method: str,
        path: str,
        body: Json,
        headers: Mapping[str, str] | None = None,
        meanwhile: Sequence[int] = (),
    ) -> Entry | None:
        """The entry as the answer shows it; None when the answer is empty or does not show one.

        A tenant that refuses the name of the zone is told the same instants in UTC: a refused call was not carried out.
        """
        response = self._api.call(method, path, json=body, headers=headers, answers=(400, *meanwhile))
        if (
            response.status_code == 400
            and refuses_zone(response.content)
            and (other := in_utc(body)) is not None
        ):
            logger.warning("the mailbox does not know the time zone; the entry is written in UTC")
            response = self._api.call(method, path, json=other, headers=headers, answers=(400, *meanwhile))
        if response.status_code in meanwhile:
            raise AlreadyThere(self._api.system, "the calendar entry was changed meanwhile")
        problem = verdict(self._api.system, response, safe=False, clock=self._api.clock)
        if problem is not None:
            raise problem
        return entry_of(json_of(self._api.system, response, safe=False)) if response.content else None

    def _get(self, entry_id: str) -> Entry | None:
        try:
            body = self._api.get(self._path(entry_id), LOOK)
        except Gone:
            return None
        entry = entry_of(body)
        if entry is None:
            raise self._unreadable()
        return entry

    def _unreadable(self) -> Refused:
        return Refused(self._api.system, "a calendar entry was answered without its id or times")

    def _no_mailbox(self, error: Gone) -> Refused:
        words = f"{error.words}; see [graph] mailbox: no such mailbox, or none with a calendar"
        return Refused(self._api.system, words, tracking_id=error.tracking_id)

    def _path(self, entry_id: str) -> str:
        return f"{self._events}/{quote(entry_id, safe='')}"


def _etag(body: Json) -> str | None:
    etag = body.get("@odata.etag")
    return etag if isinstance(etag, str) else None

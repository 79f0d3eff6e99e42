"""What people may ask about their data (P9). Asking only notes what is wanted and wakes the events; `sync.erase` does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.people import email_key, is_email_address
from hybrid_sync.domain.programme import programme_addresses
from hybrid_sync.domain.retention import KIND, over_at
from hybrid_sync.errors import InputError
from hybrid_sync.ports import NO_EVENT, AuditLine, Clock, Held, Intent, Store, Transaction
from hybrid_sync.sync.erase import withdraw
from hybrid_sync.sync.erase_look import FORCED, erasure_key


@dataclass(frozen=True)
class Asked:
    """What an erasure will come to. `events` are those from which they are taken; `coming` of them are still to come.

    `speaks_at` are those of `coming` whose programme names them: there it waits until somebody takes them out of it.
    `earlier` is True when the same was asked before.
    """

    mark: str
    addresses: tuple[str, ...]
    events: tuple[str, ...]
    coming: tuple[str, ...]
    speaks_at: tuple[str, ...]
    earlier: bool


class PrivacyDesk:
    """The desk for what people ask about their data. `actor` names who did it in the audit trail."""

    def __init__(self, store: Store, clock: Clock, *, actor: str = "organiser") -> None:
        self._store = store
        self._clock = clock
        self._actor = actor

    def export(self, email: str) -> tuple[tuple[str, ...], Held, bool]:
        """All that is held about an address: the addresses that are theirs, the rows, and whether they were erased."""
        _check(email)
        with self._store.read() as tx:
            addresses = tx.privacy.also_known(email)
            return addresses, tx.privacy.held(addresses), bool(tx.tombstones.among([email]))

    def erase(self, email: str, reason: str = "", *, force: bool = False) -> Asked:
        """Note that somebody is to be erased, and withdraw them from what is still to come.

        With `force` nothing outside is waited for. Raises InputError for what is no address, SettingsError without a
        secret.
        """
        _check(email)
        now = self._clock()
        with self._store.begin() as tx:
            addresses = tx.privacy.also_known(email)
            earlier = bool(tx.tombstones.among([email]))
            events = tx.privacy.events_of(addresses)
            mark = tx.tombstones.add(addresses, reason or "at their request", now)
            marks = " ".join(tx.tombstones.add([one], reason, now) for one in addresses[1:])
            coming = [
                event_id
                for event_id in events
                if self._note(tx, event_id, addresses, mark, marks, now, force)
            ]
            tx.privacy.forget_aliases(addresses)
            told = f"{len(events)} events, {len(coming)} of them to come{f': {reason}' if reason else ''}"
            tx.audit.add(AuditLine(now, NO_EVENT, self._actor, "privacy.erase", mark, told))
            speaks_at = tuple(one for one in coming if not force and _speaks(tx.events.get(one), addresses))
        return Asked(mark, addresses, tuple(events), tuple(coming), speaks_at, earlier)

    def _note(
        self,
        tx: Transaction,
        event_id: str,
        addresses: tuple[str, ...],
        mark: str,
        marks: str,
        now: datetime,
        force: bool,
    ) -> bool:
        """The wish for one event; True when that is still to come. Asked again, it counts from the first time."""
        event = tx.events.get(event_id)
        coming = now < over_at(event)
        theirs = [one for one in (tx.people.find(event_id, address) for address in addresses) if one]
        if coming:
            withdraw(tx, [one for one in theirs if one.is_coming])
        key = erasure_key(event_id, mark)
        before = tx.intents.get(key)
        asked_at = before.sent_at if before is not None and before.state == "pending" else now
        detail = f"{marks} {FORCED if force else ''}".strip()
        tx.intents.put(Intent(key, event_id, KIND, mark, "pending", 0, asked_at, detail=detail))
        tx.work.wake(event_id, now)
        return coming


def _speaks(event: Event, addresses: Sequence[str]) -> bool:
    return event.state is not EventState.CANCELLED and bool(
        programme_addresses(event).intersection(addresses)
    )


def _check(email: str) -> None:
    if not is_email_address(email_key(email)):
        raise InputError(f"'{email}' is not an e-mail address")

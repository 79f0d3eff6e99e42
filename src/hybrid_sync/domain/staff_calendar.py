"""The one calendar entry for the people who run the event: organiser, speakers' desk, room mailbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.localtime import LocalTime
from hybrid_sync.domain.people import email_key


@dataclass(frozen=True)
class EntrySpec:
    """What the staff entry should say. No personal join link ever goes in here (P4).

    `key` marks the entry as ours; `attendees` are the addresses of people, `room` the room mailbox (a resource).
    `private`: nobody sees who else is invited. So it is when speakers are, whose addresses are never published.
    """

    key: str
    subject: str
    body: str
    starts: LocalTime
    ends: LocalTime
    location: str
    attendees: tuple[str, ...] = ()
    room: str | None = None
    private: bool = False

    @property
    def everybody(self) -> tuple[str, ...]:
        """The addresses of people and room."""
        return (*self.attendees, *([self.room] if self.room else []))


@dataclass(frozen=True)
class Entry:
    """What the calendar holds. Instants are UTC; `attendees` are e-mail keys. `version` is the provider's etag.

    Its body is not compared, because providers rewrite it: `body` is the digest of the one that we wrote last, as it
    stands beside the entry; None when nobody tells. `room_answer` is the room mailbox's answer in the calendar's own
    word, None without a room.
    """

    id: str
    subject: str
    starts: datetime
    ends: datetime
    location: str
    attendees: tuple[str, ...] = ()
    version: str | None = None
    room_answer: str | None = None
    cancelled: bool = False
    private: bool = False
    body: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Written:
    """What we remember of our last write to an entry, so that nothing is sent twice for the same thing (P5).

    `wish` is the fingerprint of what was wanted, `stood` of what the calendar held right after it. `invited` are marks
    of the addresses that were wanted on its list then; others of ours were taken off. `writes` counts the writes of this same wish.
    """

    body: str | None = None
    wish: str = ""
    stood: str = ""
    invited: frozenset[str] = frozenset()
    writes: int = 0

    def after(self, wanted: EntrySpec, made: Entry) -> Written:
        """What is to be remembered once `wanted` was sent and the calendar answered with `made`."""
        wish, body = wish_of(wanted), body_digest(wanted.body)
        return Written(
            body=body,
            wish=wish,
            stood=standing(made),
            invited=frozenset(address_mark(address) for address in wanted.everybody),
            writes=self.writes + 1 if (wish, body) == (self.wish, self.body) else 1,
        )


NOTHING_WRITTEN = Written()


@dataclass(frozen=True)
class EntryChanges:
    """What is to be sent: `fields` that differ, addresses to `invite`, e-mail keys to `uninvite`.

    Whoever else stands on the list was put there by somebody, and stays.
    """

    fields: tuple[str, ...] = ()
    invite: tuple[str, ...] = ()
    uninvite: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.fields or self.invite or self.uninvite)

    def __str__(self) -> str:
        parts = [f"{', '.join(self.fields)} differ"] if self.fields else []
        if self.invite:
            parts.append(f"{len(self.invite)} to invite")
        if self.uninvite:
            parts.append(f"{len(self.uninvite)} to take off the list")
        return "; ".join(parts)


def entry_key(event_id: str, incarnation: int = 1) -> str:
    """The same UUID for the event every time: transactionId and extended property (calendar.md A4, A5)."""
    return str(uuid5(NAMESPACE_URL, f"hybrid-sync/staff-entry/{event_id}/{incarnation}"))


def wanted_entry(
    event: Event,
    attendees: tuple[str, ...],
    room: str | None,
    body: str,
    incarnation: int = 1,
    *,
    speakers: bool = False,
) -> EntrySpec | None:
    """The entry that `event` should have now; None when it should have none.

    `speakers`: those speakers and moderators whose address the record names are invited too.
    """
    if event.state is not EventState.PUBLISHED or event.ends is None:
        return None
    place = event.place if event.onsite else ""
    location = " / ".join(part for part in (place, "online (Webex)" if event.online else "") if part)
    named = [person.email for person in (*event.speakers, *event.moderators) if person.email and speakers]
    return EntrySpec(
        key=entry_key(event.id, incarnation),
        subject=event.title,
        body=body,
        starts=event.starts,
        ends=event.ends,
        location=location,
        attendees=(*attendees, *named),
        room=room if event.onsite else None,
        private=bool(named),
    )


def entry_changes(
    wanted: EntrySpec, seen: Entry, written: Written = NOTHING_WRITTEN, *, force: bool = False
) -> EntryChanges:
    """What is worth a call. Each address is put on the list once: if it is not there any more, somebody took it off, or
    the calendar keeps it under another name, and asking again would mail that person at every look.

    A field that the calendar did not take over at our last write is not sent again either. `force` sends all of it.
    """
    fields = [
        name for name in ("subject", "location", "private") if getattr(wanted, name) != getattr(seen, name)
    ]
    fields += [name for name in ("starts", "ends") if getattr(wanted, name).instant != getattr(seen, name)]
    stuck = not force and written.wish == wish_of(wanted) and written.stood == standing(seen)
    if stuck:
        fields = []
    if (seen.body or written.body) not in (None, body_digest(wanted.body)):
        fields.append("body")
    asked = {email_key(address): address for address in wanted.everybody}
    present = set(seen.attendees)
    return EntryChanges(
        tuple(fields),
        tuple(
            address
            for key, address in asked.items()
            if key not in present and (force or address_mark(address) not in written.invited)
        ),
        _uninvited(present - asked.keys(), written.invited),
    )


def _uninvited(others: Collection[str], invited: Collection[str]) -> frozenset[str]:
    return frozenset(key for key in others if address_mark(key) in invited)


def wish_of(wanted: EntrySpec) -> str:
    """Fingerprint of all compared fields together: tells an edit made here from one made in the calendar."""
    starts, ends = wanted.starts.instant, wanted.ends.instant
    return _digest(wanted.subject, wanted.location, starts.isoformat(), ends.isoformat(), str(wanted.private))


def standing(seen: Entry) -> str:
    """The same of what the calendar holds."""
    return _digest(
        seen.subject, seen.location, seen.starts.isoformat(), seen.ends.isoformat(), str(seen.private)
    )


def address_mark(address: str) -> str:
    """Stands for an address in what we remember: short, and not the address."""
    return uuid5(NAMESPACE_URL, f"mailto:{email_key(address)}").hex[:16]


def body_digest(body: str) -> str:
    return uuid5(NAMESPACE_URL, body).hex


def _digest(*parts: str) -> str:
    return uuid5(NAMESPACE_URL, "\x00".join(parts)).hex


def anew(wanted: EntrySpec, event_id: str, incarnation: int) -> EntrySpec:
    """The same wish for an entry that is made again: under another key, because the old transactionId may still be
    remembered (calendar.md A4)."""
    return replace(wanted, key=entry_key(event_id, incarnation))

"""Who is who: stays -> participants -> registrants.

A participant is what the records themselves show to be one: one address, or one entry of the meeting's list, or one
name at the door. Who that is, is told by the first of these that says anything:

1. "code": our own record names the registrant (a check-in by code). It is mended at the door, not here.
2. "choice": a person decided it for this event. The newest decision of a person outranks what a machine reads.
3. "link": the mark of a registrant's own link into a webinar, whatever address was typed behind it.
4. "address": the registrant's address. Whoever came by our join link comes with it (design.md 7).
5. "alias": an address that a person once said to be that registrant's.

Names never decide (domain.suggestions). Addresses that Webex invents for guests never match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.domain.presence import AttendanceRules, Segment, settled

INVENTED_DOMAIN = "guest.webex.localhost"
RANK = {"code": 0, "choice": 1, "link": 2, "address": 3, "alias": 4, "": 5}
_STAFF_ROLES = frozenset({"host", "cohost", "panelist"})
_ROOM_SYSTEM = "room system"
_NEVER = datetime.max.replace(tzinfo=UTC)


class Kind(Enum):
    """What a participant is to the event."""

    GUEST = "guest"
    STAFF = "staff"
    """Runs the event: by role in any run, or by address."""
    ROOM_SYSTEM = "room system"
    """The device in the room: many people, and so nobody."""


@dataclass(frozen=True)
class Click:
    """A registrant followed their own join link. It is no proof of who came in by it."""

    registrant_id: str
    at: datetime


@dataclass(frozen=True)
class Evidence:
    """What is known beside the stays. `sources`: registrant id by the mark of the personal link. `choices`: by
    participant's key, the registrant id, or None for nobody registered. `aliases`: registered e-mail key by alias key.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str | None] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    clicks: Sequence[Click] = ()


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Participant:
    """What the records show as one. `key` is the same at every pull; `email` is None for a missing or invented one.

    `how` says what told the `person`, "" where nothing did. `chosen` is True when a person decided about them: with
    no `person`, that they are nobody registered.
    """

    key: str
    name: str
    email: str | None
    stays: tuple[Segment, ...]
    kind: Kind
    person: Registrant | None = None
    how: str = ""
    chosen: bool = False

    def __repr__(self) -> str:
        return f"Participant({len(self.stays)} stays, {self.kind.value}, {self.how!r})"


def real_email(email: str) -> str | None:
    """The e-mail key, or None for a missing or invented address (webex.md 3.1: `<uuid>@guest.webex.localhost`)."""
    key = email_key(email)
    return None if not key or "@" not in key or key.endswith("@" + INVENTED_DOMAIN) else key


def without_plus(key: str) -> str:
    """The address without what follows a "+" in its local part, which most mail systems ignore (RFC 5233)."""
    local, at, domain = key.rpartition("@")
    plain = local.partition("+")[0]
    return f"{plain}{at}{domain}" if plain else key


def participants(
    people: Sequence[Registrant],
    segments: Iterable[Segment],
    rules: AttendanceRules,
    evidence: Evidence = NO_EVIDENCE,
) -> list[Participant]:
    """Everybody and everything that was there, in no particular order; the order of `segments` changes nothing."""
    known = _Known(people, rules, evidence)
    keys = _Keys(known)
    grouped: dict[str, list[Segment]] = {}
    for stay in settled(segments):
        grouped.setdefault(keys.of(stay), []).append(stay)
    staff = {known.address(address) for address in rules.staff} | {
        known.address(stay.email) for stays in grouped.values() for stay in stays if stay.role in _STAFF_ROLES
    }
    staff.discard(None)
    systems = {email_key(one) for one in rules.room_systems} - {""}
    return [_participant(key, stays, known, staff, systems) for key, stays in grouped.items()]


def _participant(
    key: str, stays: Sequence[Segment], known: _Known, staff: set[str | None], systems: set[str]
) -> Participant:
    first = stays[0] if len(stays) == 1 else min(stays, key=_order)
    address = real_email(first.email)
    person, how, chosen = known.who(key, first, address)
    roles = {stay.role for stay in stays}
    if _ROOM_SYSTEM in roles or (systems and any(_is_system(stay, systems) for stay in stays)):
        kind = Kind.ROOM_SYSTEM
    elif not chosen and (roles & _STAFF_ROLES or known.plain(address) in staff):
        kind = Kind.STAFF
    else:
        kind = Kind.GUEST
    return Participant(key, first.display_name, address, tuple(stays), kind, person, how, chosen)


def _order(stay: Segment) -> tuple[datetime, str]:
    """Earliest first, those without a join time last."""
    return (stay.joined or _NEVER, stay.key)


def _is_system(stay: Segment, systems: set[str]) -> bool:
    return email_key(stay.email) in systems or email_key(stay.display_name) in systems


class _Known:
    """Registrants, by everything that names one."""

    def __init__(self, people: Sequence[Registrant], rules: AttendanceRules, evidence: Evidence) -> None:
        self.by_id = {person.id: person for person in people}
        self._by_key = {person.key: person for person in people}
        self._same = rules.plus_addresses_same
        self._evidence = evidence
        plain: dict[str, list[Registrant]] = {}
        for person in people if self._same else ():
            plain.setdefault(without_plus(person.key), []).append(person)
        # Where two people registered with one mailbox's plus addresses, only the whole address tells them apart.
        self._by_plain = {key: found[0] for key, found in plain.items() if len(found) == 1}
        self._aliases = dict(evidence.aliases)
        for alias, key in evidence.aliases.items() if self._same else ():
            self._aliases.setdefault(without_plus(alias), key)

    def plain(self, address: str | None) -> str | None:
        """What two addresses of one mailbox have in common, by the house's rule."""
        return without_plus(address) if address and self._same else address

    def address(self, email: str) -> str | None:
        return self.plain(real_email(email))

    def mailbox(self, address: str | None) -> str | None:
        """One participant's address: plus addresses together, unless two people registered with them."""
        shared = address in self._by_key and without_plus(address or "") not in self._by_plain
        return address if shared else self.plain(address)

    def source(self, stay: Segment) -> Registrant | None:
        return self.by_id.get(self._evidence.sources.get(stay.source_id or "", ""))

    def owner(self, address: str | None) -> Registrant | None:
        """Whoever registered with that address."""
        if address is None:
            return None
        return self._by_key.get(address) or self._by_plain.get(without_plus(address))

    def who(self, key: str, stay: Segment, address: str | None) -> tuple[Registrant | None, str, bool]:
        """The person, what told it, and whether a person decided. A decision for somebody erased counts no more."""
        if stay.registrant_id in self.by_id:
            return self.by_id[stay.registrant_id], "code", False
        choices = self._evidence.choices
        if key in choices:
            chosen = choices[key]
            if chosen is None:
                return None, "choice", True
            if chosen in self.by_id:
                return self.by_id[chosen], "choice", True
        person = self.source(stay)
        if person is not None:
            return person, "link", False
        person = self.owner(address)
        if person is not None:
            return person, "address", False
        alias = self._aliases.get(address or "") or self._aliases.get(self.plain(address) or "")
        person = self._by_key.get(alias or "")
        return (person, "alias", False) if person is not None else (None, "", False)


class _Keys:
    """Which stays are one participant's.

    A key is made of what the stay itself tells and of our own records, not of the name shown in the meeting, so that
    two of one name stay two, and it does not depend on what anybody decided. A decision about an address therefore leaves alone the stays
    that a code or a personal link explains.
    """

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._addresses: dict[str, str] = {}

    def of(self, stay: Segment) -> str:
        if stay.registrant_id in self._known.by_id:
            return f"code {stay.registrant_id}"
        base = self._base(stay)
        return f"link {stay.source_id} {base}" if stay.source_id and self._known.source(stay) else base

    def _base(self, stay: Segment) -> str:
        email = stay.email
        if not email:
            return self._entry(stay)
        base = self._addresses.get(email)
        if base is None:
            base = self._known.mailbox(real_email(email)) or email_key(email)
            self._addresses[email] = base
        return base

    def _entry(self, stay: Segment) -> str:
        """Without any address, what the key names before the single device or stay is one participant."""
        entry = stay.key.rpartition("|")[0]
        # An entry of the meeting's list without an id is named by what it calls itself alone (adapters.webex.wire).
        nameless = stay.source == "webex" and entry.partition("|")[2].startswith("/")
        return f"entry {entry}" if entry and not nameless else f"stay {stay.key}"

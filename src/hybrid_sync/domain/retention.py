"""How long personal data is kept, and what stands in its place afterwards (P9).

A mark is a keyed hash of an address. It recognises an address that is told again, and says nothing to whoever does not
have the key. Somebody who was erased is called by a pseudonym made of it, under a name that no mail can reach
(RFC 6761 6.4), so that figures stay what they were.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.ledger import Message, MessageState, Method, opens
from hybrid_sync.domain.localtime import zone
from hybrid_sync.domain.people import ERASED_DOMAIN, ERASED_NAME, email_key, is_erased_address
from hybrid_sync.domain.presence import Segment
from hybrid_sync.errors import SettingsError

KIND = "privacy.purge"

PATIENCE = timedelta(days=21)
"""So long an erasure, or a purge that is due, waits for systems outside that cannot be reached. GDPR 12(3) gives a month."""

ADDRESS = re.compile(r"[\w+](?:[\w.!#$%&'*+=?^~-]*[\w+-])?@(?:[\w-]+\.)+[A-Za-z][\w-]+")
"""An address within a text of somebody else's."""

NO_SECRET = (
    "erasing needs a secret, so that the address is known again without being kept: set [store] secret (at least 32 "
    "characters; hybrid-sync init writes one), or [web] secret"
)
OTHER_SECRET = (
    "people were erased, and their addresses cannot be recognised with the secrets that are set now: put the earlier "
    "[store] secret into [store] old_secrets, or the earlier [web] secret back"
)


@dataclass(frozen=True)
class Marker:
    """Makes marks. `secrets` are the present one first, then earlier ones, which only recognise."""

    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Marker({len(self.secrets)} secrets)"

    def mark(self, email: str) -> str:
        """The mark that is written down: 128 bits in hex. Raises SettingsError without a secret."""
        if not self.secrets:
            raise SettingsError(NO_SECRET)
        return _mark(self.secrets[0], email)

    def marks(self, email: str) -> tuple[str, ...]:
        """Every mark that the address may have been written down under, the present one first."""
        return tuple(_mark(secret, email) for secret in self.secrets)


NO_MARKER = Marker()
"""Where nobody was ever erased, and nobody can be."""


def _mark(secret: str, email: str) -> str:
    told = f"hybrid-sync/erased/1\n{email_key(email)}".encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()[:32]


def pseudonym(mark: str) -> str:
    """The address that stands for an erased one: 64 bits of its mark."""
    return f"erased-{mark[:16]}@{ERASED_DOMAIN}"


def nameless(text: str, called: Callable[[str], str]) -> str:
    """`text` with what `called` says in place of every address in it; pseudonyms stay."""
    return ADDRESS.sub(lambda found: _called(found.group(), called), text) if "@" in text else text


def _called(address: str, called: Callable[[str], str]) -> str:
    return address if is_erased_address(address) else called(address)


def addresses_in(text: str) -> frozenset[str]:
    """The keys of all addresses in a text, but for pseudonyms."""
    found = (email_key(address) for address in ADDRESS.findall(text)) if "@" in text else ()
    return frozenset(key for key in found if not is_erased_address(key))


# --- how long ---


def over_at(event: Event) -> datetime:
    """When the event is over (UTC): at its planned end, or at its start while no end is known."""
    return (event.ends or event.starts).instant


def kept_until(event: Event, days: int) -> datetime:
    """The instant (UTC) at which `days` days have passed since the event, counted on the calendar of its own zone.

    The clock there shows the same time as at its end. Where a change night leaves that time out, or has it twice, the
    later instant counts: never a moment too early.
    """
    end = event.ends or event.starts
    try:
        wall = end.wall + timedelta(days=days)
        there = zone(event.time_zone)
        return max(wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def is_past(event: Event, days: int, now: datetime) -> bool:
    """Whether what is kept for `days` days after the event is to go now."""
    return now >= kept_until(event, days)


def lines_before(now: datetime, days: int) -> datetime:
    """Lines older than this (UTC) are to go: they belong to no single zone, so a day is 24 hours."""
    try:
        return now - timedelta(days=days)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


# --- what is waited for ---


def untold(rows: Sequence[Message]) -> bool:
    """Whether somebody who is not coming has still to be told so, as far as the ledger (oldest first) shows.

    no row, or cancelled      no
    on its way, or to be sent yes: its fate is not known yet
    invited, and arrived      yes: the entry would stay in their calendar for ever
    invited, and refused      no: there is no entry
    """
    live = [row for row in rows if row.state is not MessageState.SUPERSEDED]
    if any(row.state in (MessageState.PENDING, MessageState.SENDING) for row in live):
        return True
    calendar = [row for row in live if row.method is not Method.NONE]
    if not calendar or calendar[-1].method is Method.CANCEL:
        return False
    return not (calendar[-1].state is MessageState.REFUSED and opens(calendar[-1], calendar))


def waits_no_longer(asked_at: datetime | None, now: datetime) -> bool:
    """Whether systems outside have been waited for long enough."""
    return asked_at is not None and now >= asked_at + PATIENCE


# --- stays without a name ---


@dataclass(frozen=True)
class Veil:
    """What stands for whom. `names`: pseudonym by e-mail key. `mark` makes parts of keys. `everybody`: stays without an
    address lose their name too. `roles`: by address or name (both as keys), what those who ran the event were to it, so
    that they still count as that when neither is told any more.
    """

    names: Mapping[str, str]
    mark: Callable[[str], str]
    everybody: bool = False
    roles: Mapping[str, str] | None = None

    def covers(self, stay: Segment) -> bool:
        if email_key(stay.email) in self.names:
            return True
        told = stay.display_name != ERASED_NAME or (stay.email and not is_erased_address(stay.email))
        return self.everybody and bool(told)

    def over(self, stay: Segment) -> Segment:
        """The stay as it may be kept: who it was is gone from it, and that it was one person's is not."""
        key = email_key(stay.email)
        if not self.covers(stay):
            return stay
        roles = self.roles or {}
        role = roles.get(key) or roles.get(email_key(stay.display_name)) or stay.role
        return replace(
            stay,
            key=self._key(stay),
            display_name=ERASED_NAME,
            email=self.names.get(key, stay.email),
            role=role,
        )

    def _key(self, stay: Segment) -> str:
        """The same for the same stay told again. Ids that systems outside gave stay; what is made of a person goes."""
        if stay.source == "room":
            head, walk_in, rest = stay.key.partition("|walk-in|")
            who, bar, at = rest.partition("|")
            return f"{head}{walk_in}{self.mark(who)[:16]}{bar}{at}" if walk_in else stay.key
        if stay.source == "webex":
            # A participant without an id is named by address and name (adapters.webex.wire).
            run, bar, rest = stay.key.partition("|")
            who, end, more = rest.rpartition("|")
            return f"{run}{bar}/{self.mark(who)[:16]}{end}{more}" if "/" in who and "@" in who else stay.key
        head, hash_, number = stay.key.partition("#")
        return stay.key if ":veil-" in head else f"file:veil-{self.mark(head)[:24]}{hash_}{number}"


def renamed(stay_key: str, names: Mapping[str, str], keys: Mapping[str, str]) -> str:
    """A participant's key (domain.matching) after the stays behind it were veiled; `keys` are old and new keys of stays."""
    for old, new in keys.items():
        if old in stay_key:
            return stay_key.replace(old, new)
    return nameless(stay_key, lambda address: names.get(email_key(address), address))


def staff_roles(staff: Iterable[str], room_systems: Iterable[str]) -> dict[str, str]:
    """For `Veil.roles`: who ran the events, and which devices stand in the room."""
    return {email_key(one): "cohost" for one in staff} | {
        email_key(one): "room system" for one in room_systems
    }

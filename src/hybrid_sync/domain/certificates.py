"""Certificates of attendance: who gets one, for how many minutes, and the code by which it is verified."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance import Attendance, Presence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that reads like a digit."""

CODE_LENGTH = 20
"""Of 5 bits each: 100 bits cannot be guessed."""

_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Certificate:
    """What was certified to one person of one event. `minutes` are whole minutes of presence, room and online united.

    Instants are UTC. `withdrawn_at` is set when it does not hold any more.
    """

    code: str
    event_id: str
    registrant_id: str
    name: str
    minutes: int
    language: str
    issued_at: datetime
    withdrawn_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Certificate({self.event_id!r}, {self.registrant_id!r}, minutes={self.minutes})"

    @property
    def valid(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True)
class Issue:
    """What an issue comes to. `standing` are withdrawn ones of people who would have one by the rule."""

    new: tuple[Certificate, ...] = ()
    changed: tuple[Certificate, ...] = ()
    unchanged: tuple[Certificate, ...] = ()
    withdrawn: tuple[Certificate, ...] = ()
    standing: tuple[Certificate, ...] = ()

    @property
    def valid(self) -> tuple[Certificate, ...]:
        return (*self.new, *self.changed, *self.unchanged)

    @property
    def to_write(self) -> tuple[Certificate, ...]:
        return (*self.new, *self.changed, *self.withdrawn)


def certificate_code(secret: str, event_id: str, registrant_id: str) -> str:
    """The code of that person and event: always the same, and nobody can make one without the secret."""
    # Length before each part, so that no two pairs of ids run together into the same text.
    text = "".join(f"{len(part)}:{part}" for part in ("hybrid-sync/certificate/1", event_id, registrant_id))
    digest = int.from_bytes(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest(), "big")
    return "".join(ALPHABET[digest >> 5 * place & 31] for place in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """In groups of five, to be read out and typed."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def typed_code(text: str) -> str | None:
    """A code as somebody typed it: in either case, with or without hyphens, O for 0. None for what cannot be one."""
    code = "".join(text.split()).replace("-", "").upper().translate(_LOOK_ALIKES)
    return code if len(code) == CODE_LENGTH and not set(code) - set(ALPHABET) else None


def whole_minutes(stay: timedelta) -> int:
    return stay // timedelta(minutes=1)


def plan_certificates(
    attendance: Attendance,
    known: Mapping[str, Certificate],
    least: timedelta,
    secret: str,
    now: datetime,
    *,
    again: bool = False,
) -> Issue:
    """Who is to have a certificate by present attendance; `known` are those there are, by registrant id.

    `least` is how long somebody must have been there. A withdrawn one stays withdrawn, because a person may have done
    that with a reason, until somebody says `again`.
    """
    reached = {
        row.person.id: row
        for row in attendance.present
        if row.person is not None and row.total >= least and row.person.is_coming and not row.person.is_erased
    }
    lists: dict[str, list[Certificate]] = {
        name: [] for name in ("new", "changed", "unchanged", "withdrawn", "standing")
    }
    for registrant_id, row in reached.items():
        before = known.get(registrant_id)
        if before is not None and not before.valid and not again:
            lists["standing"].append(before)
            continue
        name, after = _certified(attendance.event.id, row, before, secret, now)
        lists[name].append(after)
    for registrant_id, certificate in known.items():
        if registrant_id not in reached and certificate.valid:
            lists["withdrawn"].append(replace(certificate, withdrawn_at=now))
    return Issue(**{name: tuple(found) for name, found in lists.items()})


def _certified(
    event_id: str, row: Presence, before: Certificate | None, secret: str, now: datetime
) -> tuple[str, Certificate]:
    person = row.person
    assert person is not None
    minutes = whole_minutes(row.total)
    if before is None:
        code = certificate_code(secret, event_id, person.id)
        return "new", Certificate(code, event_id, person.id, person.name, minutes, person.language, now)
    after = replace(before, name=person.name, minutes=minutes, language=person.language, withdrawn_at=None)
    if after == before:
        return "unchanged", before
    return "changed", replace(after, issued_at=now)

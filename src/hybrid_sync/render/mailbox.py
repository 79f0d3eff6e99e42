"""A name and an address, as a mail header or a calendar object needs them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hybrid_sync.errors import InputError
from hybrid_sync.render.text import one_line

# Narrower than RFC 5322: nothing that needs quoting, so that an address can stand in a header, in angle
# brackets and after "mailto:" as it is. Wider than domain.people.is_email_address: "events@localhost" is
# fine for rehearsals.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Mailbox:
    """Somebody who writes or is written to.

    The name is brought onto one line and cut at 500 characters. Raises InputError for an address that
    cannot stand in a header as it is.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        address = self.address.strip()
        if not _ADDRESS.fullmatch(address):
            raise InputError(f"'{one_line(address, 60)}' is not a mail address that a message can carry")
        object.__setattr__(self, "name", one_line(self.name))
        object.__setattr__(self, "address", address)

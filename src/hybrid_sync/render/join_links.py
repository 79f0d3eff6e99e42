"""Our own personal links: a signed token with registrant and link generation (design.md 6 and 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import ClassVar

from itsdangerous import BadData, URLSafeSerializer

from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import InputError


class PersonalLinks:
    """Makes and reads links of one kind; the same person and generation give the same link every time.

    `base_url` is the public address of the service. `secret` is one secret or several, newest first: the
    first signs, all are accepted, so a secret can be changed without breaking links already sent. Links do
    not run out by themselves; raising `Registrant.link_generation` revokes them, which the caller checks
    against what `read` gives.
    """

    path: ClassVar[str]
    salt: ClassVar[str]
    """One for each kind: a token signed for another purpose with the same secret is none of this kind."""
    refusal: ClassVar[str]

    def __init__(self, base_url: str, secret: str | Sequence[str]) -> None:
        secrets = [secret] if isinstance(secret, str) else list(secret)
        if not secrets or not all(secrets):
            raise ValueError("personal links need a secret")
        self._base_url = base_url.rstrip("/")
        self._serializer = URLSafeSerializer(
            secrets[::-1],  # itsdangerous signs with the last
            salt=self.salt,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r})"

    def link(self, person: Registrant, told: str | None = None) -> str:
        """The address for `person` alone: a secret, not for logs or for where others read (P4).

        `told` is the one that they have: while it opens for them it stays theirs, so that nobody is written to
        because the secret was changed (P5). Once its secret is accepted no more, they get a new one.
        """
        before = f"{self._base_url}/{self.path}/"
        if (
            told is not None
            and told.startswith(before)
            and self._opens_for(person, told.removeprefix(before))
        ):
            return told
        return before + self.token(person)

    def _opens_for(self, person: Registrant, token: str) -> bool:
        try:
            return self.read(token) == (person.id, person.link_generation)
        except InputError:
            return False

    def token(self, person: Registrant) -> str:
        """The last part of the link alone: letters, digits, "-", "_" and "."."""
        token = self._serializer.dumps([person.id, person.link_generation])
        return token.decode("ascii") if isinstance(token, bytes) else token

    def read(self, token: str) -> tuple[str, int]:
        """Registrant id and link generation of a token. Raises InputError, which never repeats the token."""
        try:
            content = self._serializer.loads(token)
        except (BadData, UnicodeError, ValueError) as error:
            raise InputError(self.refusal) from error
        match content:
            case [str(registrant_id), int(generation)]:
                return (registrant_id, generation)
        raise InputError(self.refusal)


class JoinLinks(PersonalLinks):
    """Into the meeting."""

    path = "join"
    salt = "hybrid-sync/join/1"
    refusal = "this join link is not one of ours, or not complete"


class OwnLinks(PersonalLinks):
    """To a registrant's own page, where they can withdraw. It does not let anybody into the meeting."""

    path = "my"
    salt = "hybrid-sync/my/1"
    refusal = "this link is not one of ours, or not complete"

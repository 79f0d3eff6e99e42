"""Our own personal join links: a signed token with registrant and link generation (design.md 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import InputError

# A salt of its own: a token signed for another purpose with the same secret is no join link.
_SALT = "hybrid-sync/join/1"


class JoinLinks:
    """Makes and reads join links; the same person and generation give the same link every time.

    `base_url` is the public address of the service. `secret` is one secret or several, newest first: the
    first signs, all are accepted, so a secret can be changed without breaking links already sent. Links do
    not run out by themselves; raising `Registrant.link_generation` revokes one, which the caller checks
    against what `read` gives.
    """

    def __init__(self, base_url: str, secret: str | Sequence[str]) -> None:
        secrets = [secret] if isinstance(secret, str) else list(secret)
        if not secrets or not all(secrets):
            raise ValueError("join links need a secret")
        self._base_url = base_url.rstrip("/")
        self._serializer = URLSafeSerializer(
            secrets[::-1],  # itsdangerous signs with the last
            salt=_SALT,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def __repr__(self) -> str:
        return f"JoinLinks({self._base_url!r})"

    def link(self, person: Registrant) -> str:
        """The address that lets `person` in: a secret, not for logs or for where others read (P4)."""
        return f"{self._base_url}/join/{self.token(person)}"

    def token(self, person: Registrant) -> str:
        """The last part of the link alone: letters, digits, "-", "_" and "."."""
        token = self._serializer.dumps([person.id, person.link_generation])
        return token.decode("ascii") if isinstance(token, bytes) else token

    def read(self, token: str) -> tuple[str, int]:
        """Registrant id and link generation of a token. Raises InputError, which never repeats the token."""
        try:
            content = self._serializer.loads(token)
        except (BadData, UnicodeError, ValueError) as error:
            raise InputError("this join link is not one of ours, or not complete") from error
        match content:
            case [str(registrant_id), int(generation)]:
                return (registrant_id, generation)
        raise InputError("this join link is not one of ours, or not complete")

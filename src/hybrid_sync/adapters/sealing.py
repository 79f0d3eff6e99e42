"""Seals small secrets before they are stored: AES-256-GCM under keys that are derived from the settings' secret."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hybrid_sync.ports import SealedTokens, Store

ATTEMPTS = 5
"""Workers renew a token once in days; five times in a row something else is wrong."""

_NONCE_BYTES = 12
_VERSION = "1."


class Sealer:
    """Seals with the first secret and opens with any of them, so that a secret can be replaced.

    The key is HKDF-SHA256 of the secret with `purpose`, so that one secret serves several purposes and what was
    sealed for one of them opens for no other. `place` (table and row) is bound to the text as associated data: a
    ciphertext copied into another row does not open. `random` is for tests.
    """

    def __init__(
        self, secrets: Sequence[str], purpose: str, *, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        """Raises ValueError without a secret."""
        if not secrets:
            raise ValueError("nothing can be sealed without a secret")
        self._ciphers = [AESGCM(_key(secret, purpose)) for secret in secrets]
        self._random = random

    def seal(self, text: str, place: str) -> str:
        """`text` as printable ciphertext; never twice the same."""
        nonce = self._random(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, text.encode(), place.encode())
        return _VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, place: str) -> str | None:
        """The text again; None when no secret opens it: another secret, another place, or somebody changed it."""
        opened = self._opened(sealed, place)
        return None if opened is None else opened[1]

    def sealed_by(self, sealed: str, place: str) -> int | None:
        """Which secret opens it: 0 for the newest, 1 for the one before; None when none does."""
        opened = self._opened(sealed, place)
        return None if opened is None else opened[0]

    def _opened(self, sealed: str, place: str) -> tuple[int, str] | None:
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(_VERSION).encode())
        except ValueError:
            return None
        for number, cipher in enumerate(self._ciphers):
            try:
                text = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
            except (InvalidTag, ValueError):
                continue
            return number, text
        return None

    def __repr__(self) -> str:
        return "Sealer(***)"


@dataclass(frozen=True)
class SealedRow:
    """How one row stands. `secret`: 0 the newest, 1 and more an old one, None: none of ours opens it."""

    name: str
    secret: int | None
    renewed: bool = False
    """Sealed again just now."""


class Resealing:
    """Brings the stored tokens under the newest secret, while workers go on.

    Every row is one statement that replaces exactly what was read: a worker that renews a token at the same moment
    wins, and the row is looked at again. So it may die anywhere, and be run again.
    """

    def __init__(self, store: Store, seals: Sealer) -> None:
        self._store = store
        self._seals = seals

    def status(self) -> Sequence[SealedRow]:
        """Which secret each row is under. Changes nothing."""
        with self._store.read() as tx:
            rows = tx.tokens.all()
        return [SealedRow(row.name, self._seals.sealed_by(row.ciphertext, _place(row))) for row in rows]

    def rotate(self) -> Sequence[SealedRow]:
        """Seal again what an old secret sealed; what none opens stays as it is and is told."""
        return [self._rotated(row.name) if row.secret else row for row in self.status()]

    def _rotated(self, name: str) -> SealedRow:
        for _ in range(ATTEMPTS):
            with self._store.begin() as tx:
                row = tx.tokens.get(name)
                if row is None:
                    return SealedRow(name, 0)
                secret = self._seals.sealed_by(row.ciphertext, _place(row))
                text = self._seals.open(row.ciphertext, _place(row))
                if not secret or text is None:
                    return SealedRow(name, secret)
                if tx.tokens.swap(replace(row, ciphertext=self._seals.seal(text, _place(row))), row):
                    return SealedRow(name, 0, renewed=True)
        return SealedRow(name, secret)


def _place(row: SealedTokens) -> str:
    """As the adapter that sealed it names the row."""
    return f"tokens/{row.name}"


def _key(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hybrid-sync:{purpose}".encode()).derive(
        secret.encode()
    )

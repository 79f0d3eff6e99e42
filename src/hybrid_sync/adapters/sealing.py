"""Seals small secrets before they are stored: AES-256-GCM under keys that are derived from the settings' secret."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(_VERSION).encode())
        except ValueError:
            return None
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        return None

    def __repr__(self) -> str:
        return "Sealer(***)"


def _key(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hybrid-sync:{purpose}".encode()).derive(
        secret.encode()
    )

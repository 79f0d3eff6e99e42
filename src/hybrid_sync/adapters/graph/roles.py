"""What an app-only access token says of itself."""

from __future__ import annotations

import base64
import binascii
import json


def roles(token: str) -> frozenset[str] | None:
    """The application permissions that the token names; None when it cannot be read.

    Microsoft calls its tokens opaque to clients, so this is for telling a person only, never for deciding. The
    signature is not looked at: the token came from the authority over TLS.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    named = claims.get("roles", []) if isinstance(claims, dict) else None
    return frozenset(map(str, named)) if isinstance(named, list) else None

"""Where the bearer token of a call comes from."""

from __future__ import annotations

from typing import Protocol

import requests
from requests.auth import AuthBase


class TokenSource(Protocol):
    """Gives the token for the next call. Raises SignInExpired or TryLater when there is none."""

    def __call__(self) -> str:
        """A token that should be good now."""
        ...

    def rejected(self, token: str) -> bool:
        """The provider answered 401 to that token; True when asking again gives another one worth a try."""
        ...


class FixedToken:
    """A token from the settings: for the sandbox, and for trying things out."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self) -> str:
        return self._token

    def rejected(self, token: str) -> bool:
        return False

    def __repr__(self) -> str:
        return "FixedToken(***)"


class Bearer(AuthBase):
    """Puts the token on one request. As an `auth` it also keeps requests from taking credentials out of a .netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

"""Signing in: the page, the code, and what is known of the tokens that came of it (webex.md 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hybrid_sync.adapters.webex.kept import TokenShelf, mark
from hybrid_sync.adapters.webex.oauth import OAuthClient
from hybrid_sync.errors import SettingsError, SignInExpired
from hybrid_sync.ports import SignInFacts


class CodeSignIn:
    """ports.SignIn for an integration. `seed` is the settings' refresh token, which a new sign-in overrules."""

    def __init__(
        self, client: OAuthClient, shelf: TokenShelf, *, redirect_uri: str, seed: str | None
    ) -> None:
        self._client = client
        self._shelf = shelf
        self._redirect_uri = redirect_uri
        self._seed = seed

    def facts(self) -> SignInFacts:
        try:
            kept = self._shelf.read()
        except SignInExpired as error:
            return SignInFacts("none", problem=error.words)
        if kept is None:
            return SignInFacts("none")
        tokens = kept.tokens
        return SignInFacts(
            "renewed", tokens.expires, tokens.refresh_expires, tokens.scopes, problem=kept.row.problem
        )

    def address(self, scopes: Sequence[str], state: str) -> str:
        return self._client.address(self._redirect_uri, scopes, state)

    def complete(self, code: str) -> SignInFacts:
        """The code works once, so that a lost answer means a new page, and nothing is half done."""
        tokens = self._client.by_code(code, self._redirect_uri)
        if tokens.refresh is None:
            raise SignInExpired(
                "webex", "the answer holds no refresh token, so that the sign-in would not last"
            )
        self._shelf.put(replace(tokens, seed=mark(self._seed) if self._seed else None))
        return self.facts()


class FixedSignIn:
    """ports.SignIn for a token from the settings, or for settings that name no way to sign in."""

    def __init__(self, kind: str, problem: str) -> None:
        self._kind = kind
        self._problem = problem

    def facts(self) -> SignInFacts:
        return SignInFacts(self._kind)

    def address(self, scopes: Sequence[str], state: str) -> str:
        raise SettingsError(self._problem)

    def complete(self, code: str) -> SignInFacts:
        raise SettingsError(self._problem)

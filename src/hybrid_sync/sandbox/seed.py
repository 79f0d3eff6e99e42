"""The state a sandbox begins with, and returns to: tokens only."""

from __future__ import annotations

from datetime import timedelta

from .options import SandboxOptions
from .state import Token
from .world import World


def fill(world: World) -> None:
    """Clear everything and put the fixed tokens in."""
    options, state = world.options, world.state
    with state.lock:
        state.clear()
        world.faults.clear()
        world.clock.reset()
        now = world.now()
        expires = None if options.fixed_token_days is None else now + timedelta(days=options.fixed_token_days)
        state.tokens[options.webex_token] = Token(
            options.host_email, options.webex_client_id, options.token_kind, expires, _granted(options)
        )
        # Its ninety days begin with its first use: a clock that is set far ahead must not end it before.
        state.refresh_tokens[options.webex_refresh_token] = (options.host_email, None)


def _granted(options: SandboxOptions) -> frozenset[str] | None:
    return None if options.webex_scopes is None else frozenset(options.webex_scopes)

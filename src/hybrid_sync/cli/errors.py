"""Where every error of every command becomes words and an exit code.

0  done, converged                 1  failed                      2  wrong usage, settings or input
3  something needs attention       4  not converged yet: waiting on the outside
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand

from hybrid_sync.cli import logs, output
from hybrid_sync.cli.session import options
from hybrid_sync.errors import (
    LostLease,
    NeedsAttention,
    ProviderError,
    SignInExpired,
    TryLater,
    UnsafePlan,
    UserError,
)

FAILED = 1
WRONG_INPUT = 2
NEEDS_ATTENTION = 3
NOT_YET = 4


class Command(TyperCommand):
    """A command whose errors end in `report`."""

    def invoke(self, ctx: Any) -> Any:
        verbose = options(ctx).verbose
        try:
            with logs.on_standard_error(verbose=verbose):
                result = super().invoke(ctx)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            _let_go_of_output()
            raise typer.Exit(FAILED) from None
        except Exception as error:  # noqa: BLE001 - the one place where nothing may pass unsaid
            raise typer.Exit(report(error, verbose=verbose)) from None
        return result


class Commands(typer.Typer):
    """A group of commands, each of them a `Command`."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        return super().command(*args, cls=Command, **kwargs)


def group(words: str) -> Commands:
    """A group with `words` as its help; asked without a command it shows that help."""
    return Commands(help=words, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


def report(error: Exception, *, verbose: bool = False, about: str = "") -> int:
    """Say what went wrong on standard error, and return the exit code for it. `about` goes before each line."""
    for line in words(error):
        output.problem(f"{about}{line}")
    if verbose:
        from hybrid_sync.http_client import redact

        output.say(redact("".join(traceback.format_exception(error))).rstrip())
    return code(error)


def code(error: BaseException) -> int:
    """The exit code for `error`.

    An unsafe plan waits for a person's --force: the same state gives the same code from `plan` and from `sync`.
    """
    if isinstance(error, (NeedsAttention, UnsafePlan, SignInExpired)):
        return NEEDS_ATTENTION
    if isinstance(error, UserError):
        return WRONG_INPUT
    if isinstance(error, (TryLater, LostLease)):
        return NOT_YET
    return FAILED


def words(error: Exception) -> tuple[str, ...]:
    """What to say: each problem on its own line; a mistake of ours in one line."""
    if isinstance(error, UserError):
        return error.problems
    if isinstance(error, TryLater):
        wait = f" (again in {error.after:.0f} s at the earliest)" if error.after else ""
        return (f"{error}{wait}",)
    if isinstance(error, (NeedsAttention, ProviderError, LostLease)):
        return (str(error),)
    from hybrid_sync.http_client import redact

    first = next(iter(str(error).splitlines()), "")
    return (f"unexpected {type(error).__name__}: {redact(first)} (-v shows where)",)


def worst(codes: list[int]) -> int:
    """One exit code for several events: what failed, then what a person must do, then what waits."""
    order = (FAILED, WRONG_INPUT, NEEDS_ATTENTION, NOT_YET)
    return next((one for one in order if one in codes), 0)


def _let_go_of_output() -> None:
    """Whoever read our output has gone; what is still buffered goes nowhere, quietly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)

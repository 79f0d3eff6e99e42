"""What a test or a person may choose about the outside world that the sandbox plays.

Everything that the providers leave undocumented is an option, so that the service can be tried against each possible
answer. The defaults are the stricter, or the less convenient, reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args, get_origin, get_type_hints

from .microsoft_options import MicrosoftOptions
from .smtp_options import SmtpOptions
from .webex_options import WebexOptions


@dataclass(frozen=True)
class SandboxOptions(SmtpOptions, MicrosoftOptions, WebexOptions):
    """One sentence per choice, in the room of its system; frozen, so that a running sandbox never changes its mind."""

    def __post_init__(self) -> None:
        """A word that is none of the choices is a mistake, not the other choice."""
        for name, kind in get_type_hints(type(self)).items():
            if get_origin(kind) is Literal and getattr(self, name) not in get_args(kind):
                raise ValueError(
                    f"{name} must be one of {', '.join(get_args(kind))}, not {getattr(self, name)!r}"
                )

"""The bundle that every action works on: options, clock, state, faults and the sandbox's own address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .clock import Clock
from .faults import Faults
from .options import SandboxOptions
from .state import State


@dataclass
class World:
    """One sandbox's insides."""

    options: SandboxOptions
    clock: Clock = field(default_factory=Clock)
    state: State = field(default_factory=State)
    faults: Faults = field(default_factory=Faults)
    url: str = ""

    def now(self) -> datetime:
        """The present instant in the sandbox."""
        return self.clock.now()

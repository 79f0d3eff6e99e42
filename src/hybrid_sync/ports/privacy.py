"""What is held about people, wherever it stands, and what remembers that somebody was erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from hybrid_sync.domain.retention import Veil

Held = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by what they are ("registrants", "messages", ...), each with its columns' names and values."""


What = Literal["people", "stays", "names"]
"""What retention lets go of: who was there, when each was there, whom the programme names."""


class Tombstones(Protocol):
    """Addresses whose owners were erased, as marks (domain.retention). They are kept for ever."""

    def add(self, emails: Collection[str], reason: str, at: datetime) -> str:
        """Remember them; returns the mark of the first. Raises SettingsError without a secret."""
        ...

    def among(self, emails: Collection[str]) -> Mapping[str, str]:
        """Those of `emails` that were erased, as keys, with the pseudonym of each.

        Raises SettingsError when there are tombstones that no secret of now can read.
        """
        ...

    def drop(self, email: str) -> bool:
        """They asked to come back; False when there was none."""
        ...

    def count(self) -> int: ...


class Privacy(Protocol):
    """Everything about people in one room, because erasing must miss nothing and do all of it at once."""

    def also_known(self, email: str) -> tuple[str, ...]:
        """The e-mail key, and after it the addresses that are the same person's: learned from attendance, or theirs
        before the organiser mended them. What is somebody else's by now is not among them.
        """
        ...

    def held(self, addresses: Sequence[str]) -> Held:
        """Everything held about these e-mail keys over all events, without secrets and without the bytes of mails."""
        ...

    def events_of(self, addresses: Collection[str]) -> Sequence[str]:
        """The events at which anything about these e-mail keys is held that `scrub` would change."""
        ...

    def addresses(self, event_id: str) -> frozenset[str]:
        """Every e-mail key that is held about people of the event, pseudonyms left out."""
        ...

    def scrub(self, event_id: str, veil: Veil, now: datetime) -> Mapping[str, int]:
        """Take everything out of the event's rows that names the people under the veil; how many rows, by what they are.

        With `veil.everybody` that is everybody of the event.
        """
        ...

    def forget_aliases(self, addresses: Collection[str]) -> int:
        """Drop what was learned about these addresses for later events."""
        ...

    def holding(self, what: What, over_before: datetime, event_id: str | None = None) -> Sequence[str]:
        """Events that were over before then and of which it is still held, or whether that one is.

        Reads no event of which it is noted as gone.
        """
        ...

    def note_gone(self, what: What, over_before: datetime, now: datetime) -> int:
        """Note of some events that were over before then that nothing of it is left; of how many. 0: of no more.

        The note goes by itself when anything is written about the event's people again.
        """
        ...

    def drop_names(self, event_id: str) -> int:
        """Take everybody out of the event's programme; 0 when it named nobody."""
        ...

    def drop_stays(self, event_id: str, summary: str, now: datetime) -> int:
        """Delete the event's stays and decisions about them; its pulls give way to one that holds `summary`.

        0 when there are none (any more): then nothing is done, because an earlier summary told the figures.
        """
        ...

    def drop_lines(self, before: datetime) -> Mapping[str, int]:
        """Delete what only says how things went: deliveries, settled questions; intents and notes of events over before then."""
        ...

    def lines(self, before: datetime, now: datetime) -> Mapping[str, int]:
        """What `drop_lines` would delete, and how many audit lines from the oldest on are older than that."""
        ...

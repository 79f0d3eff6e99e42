"""What `hybrid-sync secrets` works on: the tokens in the store, and the secrets that seal them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hybrid_sync.adapters.sealing import Resealing, SealedRow
from hybrid_sync.adapters.sql import open_store
from hybrid_sync.settings import Settings
from hybrid_sync.wiring.sign_in import token_seals

__all__ = ["SealedRow", "Seals", "seals"]


@dataclass(frozen=True)
class Seals:
    """The stored tokens. `close` lets go of the database."""

    resealing: Resealing
    erased: Callable[[], int]
    """How many addresses were erased; they are recognised by marks under the secret of that day, which cannot be renewed."""
    close: Callable[[], None]


def seals(settings: Settings) -> Seals:
    """Opens the database alone. Raises SettingsError without [store] secret."""
    sealer = token_seals(settings)
    store = open_store(settings.store.url)

    def erased() -> int:
        with store.read() as tx:
            return tx.tombstones.count()

    return Seals(Resealing(store, sealer), erased, store.close)

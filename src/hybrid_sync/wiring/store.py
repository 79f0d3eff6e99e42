"""The store on its clock, as the settings describe it: what `build` begins with, and all that a list needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hybrid_sync.adapters import tzdb
from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.domain.retention import Marker
from hybrid_sync.errors import SettingsError
from hybrid_sync.ports import Clock
from hybrid_sync.settings import FEWEST_SECRET_CHARACTERS, Settings
from hybrid_sync.wiring.moment import clock_at


@dataclass(frozen=True)
class Stored:
    """What is kept, and the clock by which it is read. `close` lets go of the database."""

    settings: Settings
    clock: Clock
    store: SqlStore
    close: Callable[[], None]


def stored(
    settings: Settings,
    *,
    at: datetime | None = None,
    clock: Clock | None = None,
    create_database: bool = False,
) -> Stored:
    """Opens the database and nothing else. The arguments are those of `build`; raises SettingsError."""
    if at is not None and not settings.is_rehearsal:
        raise SettingsError("--at is for rehearsals: it is refused while a provider's address is a real one")
    tzdb.prefer_pinned_tzdata()
    now = clock or clock_at(at)
    store = open_store(
        settings.store.url,
        clock=now,
        tzdata=tzdb.tzdata_version(),
        create=create_database,
        marker=marker_of(settings),
    )
    return Stored(settings, now, store, store.close)


def marker_of(settings: Settings) -> Marker:
    """By [store] secret, or else by [web] secret; every other one that is set recognises what was marked with it."""
    web = settings.web
    found = [settings.store.secret, *settings.store.old_secrets, web.secret, *web.old_secrets]
    told = [secret.get_secret_value() for secret in found if secret is not None]
    return Marker(tuple(dict.fromkeys(one for one in told if len(one) >= FEWEST_SECRET_CHARACTERS)))

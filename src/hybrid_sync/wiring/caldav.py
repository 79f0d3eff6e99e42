"""The calendar collection as the settings describe it."""

from __future__ import annotations

import time
from functools import partial

from hybrid_sync.adapters.caldav import CaldavCollection
from hybrid_sync.http_client import Observe, Transport
from hybrid_sync.ports import Clock, Store
from hybrid_sync.render.feed import stored_object
from hybrid_sync.settings import Settings
from hybrid_sync.sync.publishing import PublishingStep
from hybrid_sync.wiring.letters import letter_sender


def publishing(
    settings: Settings, store: Store, clock: Clock, observe: Observe
) -> tuple[PublishingStep, CaldavCollection, Transport] | None:
    """The step, what `doctor` asks, and what is to be closed; None where nothing is published."""
    caldav = settings.caldav
    if not caldav.enabled or caldav.url is None:
        return None
    transport = Transport(
        "caldav",
        origins=[caldav.url],
        sleep=time.sleep,
        observe=observe,
        ca_bundle=settings.service.ca_bundle,
    )
    collection = CaldavCollection(
        transport,
        url=caldav.url,
        username=caldav.username,
        password=caldav.password.get_secret_value() if caldav.password else None,
        clock=clock,
    )
    object_of = partial(
        stored_object,
        organiser=letter_sender(settings),
        language=settings.service.language,
    )
    return PublishingStep(store, collection, object_of, settings.web.keep_cancelled), collection, transport

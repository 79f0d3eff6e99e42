"""A process that renews the Webex token against a standing sandbox: once told to go, or until it is killed."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime

from hybrid_sync.adapters.sealing import Sealer
from hybrid_sync.adapters.sql import open_store
from hybrid_sync.adapters.webex import OAuthClient, RefreshedToken, TokenShelf
from hybrid_sync.errors import TryLater
from hybrid_sync.http_client import Transport


class Dying(TokenShelf):
    """Is killed as hard as can be between the provider's answer and the commit."""

    def replace(self, *_: object) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return False


def main(kind: str, store_url: str, base_url: str, now: str, secret: str, owner: str) -> None:
    instant = datetime.fromisoformat(now).astimezone(UTC)
    transport = Transport("webex", origins=[base_url], sleep=lambda seconds: None)
    client = OAuthClient(transport, "sandbox-client", "sandbox-client-secret", base_url, lambda: instant)
    store = open_store(store_url)
    shelf = (Dying if kind == "dying" else TokenShelf)(
        store, Sealer([secret], "webex tokens, 1"), client.clock, client=client.name, owner=owner
    )
    token = RefreshedToken(client, shelf, seed="sandbox-refresh-token")
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        print(token(), flush=True)
    except TryLater as error:
        print(f"later {error.after}", flush=True)
    transport.close()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The sign-in as the app registration of [graph], for whichever of Microsoft's services needs it."""

from __future__ import annotations

import time

from hybrid_sync.adapters.graph import GRAPH_SCOPES, MsalToken
from hybrid_sync.http_client import FixedToken, Observe, TokenSource, Transport
from hybrid_sync.settings import Settings
from hybrid_sync.wiring.sign_in import NoToken


def microsoft_token(
    settings: Settings,
    observe: Observe,
    *,
    why: str,
    system: str = "graph",
    scopes: tuple[str, ...] = GRAPH_SCOPES,
) -> TokenSource:
    """By [graph]'s credentials, whether or not the staff calendar is on. `why` names the setting that needs them."""
    graph = settings.graph
    if graph.access_token is not None:
        return FixedToken(graph.access_token.get_secret_value())
    credentials = {
        "tenant_id": graph.tenant_id,
        "client_id": graph.client_id,
        "client_secret (or certificate)": graph.client_secret or graph.certificate,
    }
    missing = [name for name, value in credentials.items() if not value]
    if missing or not (graph.tenant_id and graph.client_id):
        return NoToken(
            f"{why} signs in as the app registration of [graph]: {', '.join(missing)} is missing there"
        )
    transport = Transport(
        system,
        origins=[graph.authority],
        sleep=time.sleep,
        observe=observe,
        ca_bundle=settings.service.ca_bundle,
    )
    secret, certificate = graph.client_secret, graph.certificate
    return MsalToken(
        transport,
        tenant_id=graph.tenant_id,
        client_id=graph.client_id,
        client_secret=secret.get_secret_value() if secret else None,
        certificate=certificate.get_secret_value() if certificate and not secret else None,
        authority=graph.authority,
        scopes=scopes,
    )

"""The only module that speaks HTTP: which hosts, how long, how often, and what an answer means.

A `Transport` is mounted on a requests session (ours, or that of the Webex SDK); an `Api` makes calls through it and
raises the kinds of errors.py. Nothing here sleeps for a provider's sake: a full budget or a 429 is a TryLater.
"""

from hybrid_sync.http_client.addresses import origin_of, route_template
from hybrid_sync.http_client.api import Api, Json, guarded_session, items_of
from hybrid_sync.http_client.budget import Budget, TokenBucket
from hybrid_sync.http_client.redaction import RedactingFilter, redact
from hybrid_sync.http_client.tokens import Bearer, FixedToken, TokenSource
from hybrid_sync.http_client.transport import Observe, Transport
from hybrid_sync.http_client.verdicts import json_of, translated, verdict
from hybrid_sync.http_client.watch import DeadlineExceeded, NotSent, PeerRefused, TooLarge, Watch

__all__ = [
    "Api",
    "Bearer",
    "Budget",
    "DeadlineExceeded",
    "FixedToken",
    "Json",
    "NotSent",
    "Observe",
    "PeerRefused",
    "RedactingFilter",
    "TokenBucket",
    "TokenSource",
    "TooLarge",
    "Transport",
    "Watch",
    "guarded_session",
    "items_of",
    "json_of",
    "origin_of",
    "redact",
    "route_template",
    "translated",
    "verdict",
]

"""Whose certificates are believed: those that the machine believes, and one file of the operator's own."""

from __future__ import annotations

import ssl


def trusting(ca_bundle: str | None) -> ssl.SSLContext:
    """A context for a client: TLS 1.2 at least, certificate and host name checked.

    `ca_bundle` is a PEM file of authorities that are trusted besides the machine's own: a mail server of the house with a
    certificate of the house, and Webex with a public one, are reached by the same service. Raises OSError for a file
    that cannot be read.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle:
        context.load_verify_locations(ca_bundle)
    return context

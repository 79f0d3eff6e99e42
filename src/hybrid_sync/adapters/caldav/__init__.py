"""A CalDAV collection (RFC 4791) that public events are published to."""

from hybrid_sync.adapters.caldav.collection import CaldavCollection

__all__ = ["CaldavCollection"]

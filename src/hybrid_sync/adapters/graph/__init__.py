"""Microsoft Graph: the staff calendar entry and the sign-in for it."""

from hybrid_sync.adapters.graph.calendar import GraphApi, GraphCalendar
from hybrid_sync.adapters.graph.check import GraphCheck
from hybrid_sync.adapters.graph.sign_in import MsalToken

__all__ = ["GraphApi", "GraphCalendar", "GraphCheck", "MsalToken"]

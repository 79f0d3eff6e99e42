"""Microsoft Graph: the staff calendar entry, mail, and the sign-in of the application for both."""

from hybrid_sync.adapters.graph.api import GraphApi
from hybrid_sync.adapters.graph.calendar import GraphCalendar
from hybrid_sync.adapters.graph.check import GraphCheck
from hybrid_sync.adapters.graph.mailbox import GraphMailbox
from hybrid_sync.adapters.graph.send_mail import GraphMailer
from hybrid_sync.adapters.graph.sign_in import EXCHANGE_SCOPES, GRAPH_SCOPES, MsalToken

__all__ = [
    "EXCHANGE_SCOPES",
    "GRAPH_SCOPES",
    "GraphApi",
    "GraphCalendar",
    "GraphCheck",
    "GraphMailbox",
    "GraphMailer",
    "MsalToken",
]

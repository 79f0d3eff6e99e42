"""Webex: meetings, their registrants, ended runs and who was there."""

from hybrid_sync.adapters.webex.check import WebexCheck
from hybrid_sync.adapters.webex.conference import WebexConference
from hybrid_sync.adapters.webex.kept import TokenShelf, mark
from hybrid_sync.adapters.webex.oauth import AGAIN, OAuthClient
from hybrid_sync.adapters.webex.panelists import WebexStaff
from hybrid_sync.adapters.webex.registrants import WebexRegistrants
from hybrid_sync.adapters.webex.reports import WebexReports
from hybrid_sync.adapters.webex.scopes import wanted as wanted_scopes
from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.sign_in import CodeSignIn, FixedSignIn
from hybrid_sync.adapters.webex.sources import WebexSources
from hybrid_sync.adapters.webex.token import RefreshedToken
from hybrid_sync.adapters.webex.webhooks import WebexDeliveries, WebexWebhooks

__all__ = [
    "AGAIN",
    "CodeSignIn",
    "FixedSignIn",
    "OAuthClient",
    "RefreshedToken",
    "TokenShelf",
    "WebexApi",
    "WebexCheck",
    "WebexConference",
    "WebexDeliveries",
    "WebexRegistrants",
    "WebexReports",
    "WebexSources",
    "WebexStaff",
    "WebexWebhooks",
    "mark",
    "wanted_scopes",
]

"""Webex: meetings, their registrants, ended runs and who was there."""

from hybrid_sync.adapters.webex.check import WebexCheck
from hybrid_sync.adapters.webex.conference import WebexConference
from hybrid_sync.adapters.webex.registrants import WebexRegistrants
from hybrid_sync.adapters.webex.reports import WebexReports
from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.token import RefreshedToken

__all__ = [
    "RefreshedToken",
    "WebexApi",
    "WebexCheck",
    "WebexConference",
    "WebexRegistrants",
    "WebexReports",
]

"""What `doctor` can find out about Graph without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from hybrid_sync.adapters.graph.calendar import GraphApi
from hybrid_sync.errors import Gone, ProviderError, SignInExpired
from hybrid_sync.ports import Check


class GraphCheck:
    """Checkable: whether the mailbox's calendar can be read."""

    def __init__(self, api: GraphApi, *, mailbox: str) -> None:
        self._api = api
        self._mailbox = mailbox

    def check(self) -> Sequence[Check]:
        """One reading call. Whether entries may be written shows with the first entry only."""
        what = "Graph calendar"
        try:
            self._api.get(f"users/{quote(self._mailbox, safe='@')}/events", {"$top": 1, "$select": "id"})
        except SignInExpired as error:
            advice = "see tenant_id, client_id and client_secret (or certificate) in [graph]"
            return [Check(what, False, str(error), advice)]
        except Gone as error:
            return [
                Check(
                    what, False, str(error), "see [graph] mailbox: no such mailbox, or none with a calendar"
                )
            ]
        except ProviderError as error:
            advice = (
                "the app registration needs Calendars.ReadWrite for this mailbox (calendar permissions, RBAC)"
            )
            return [Check(what, False, str(error), advice)]
        return [Check(what, True, "the calendar of the mailbox can be read")]

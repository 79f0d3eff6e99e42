"""What `doctor` can find out about the staff calendar without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from hybrid_sync.adapters.graph.api import GraphApi
from hybrid_sync.adapters.graph.roles import roles
from hybrid_sync.errors import Gone, ProviderError, Refused, SignInExpired
from hybrid_sync.ports import Check

PERMISSION = "Calendars.ReadWrite"
_CALENDAR, _PERMISSION, _ROOM = "Graph calendar", "Graph permission", "room mailbox"
_GRANT = (
    f"give the app registration the application permission {PERMISSION} with an administrator's consent, or in "
    f'Exchange the role "Application {PERMISSION}" for this mailbox (RBAC for Applications; takes up to two hours)'
)


class GraphCheck:
    """Checkable: the sign-in, the permission as far as the token tells it, the mailbox's calendar, the room's mailbox.

    Two reading calls at most. Whether entries may be written shows with the first entry only.
    """

    def __init__(self, api: GraphApi, *, mailbox: str, room: str | None = None) -> None:
        self._api = api
        self._mailbox = mailbox
        self._room = room

    def check(self) -> Sequence[Check]:
        calendar = self._calendar()
        checks = [calendar]
        if calendar.ok is not False or "403" in calendar.detail:
            checks += self._permission()
        if calendar.ok and self._room:
            checks.append(self._room_known(self._room))
        return checks

    def _calendar(self) -> Check:
        try:
            self._look(self._mailbox)
        except SignInExpired as error:
            advice = "see tenant_id, client_id and client_secret (or certificate) in [graph]"
            return Check(_CALENDAR, False, str(error), advice)
        except Gone as error:
            advice = "see [graph] mailbox: no such mailbox, or none with a calendar"
            return Check(_CALENDAR, False, str(error), advice)
        except Refused as error:
            return Check(_CALENDAR, False, str(error), _GRANT)
        except ProviderError as error:
            advice = "see whether [graph] base_url can be reached from this machine, or try again later"
            return Check(_CALENDAR, False, str(error), advice)
        return Check(_CALENDAR, True, "the calendar of the mailbox can be read")

    def _permission(self) -> list[Check]:
        """Nothing where the token does not tell. A role of Exchange (RBAC for Applications) does not stand in it."""
        held = roles(self._api.token())
        if held is None:
            return []
        if PERMISSION in held:
            return [Check(_PERMISSION, True, f"the token has {PERMISSION}")]
        named = ", ".join(sorted(held)) or "none"
        detail = (
            f"the token does not have {PERMISSION} (it has: {named}); it may be granted in Exchange instead"
        )
        return [Check(_PERMISSION, None, detail, _GRANT)]

    def _room_known(self, room: str) -> Check:
        try:
            self._look(room)
        except Gone as error:
            return Check(_ROOM, False, str(error), "see [graph] room_mailbox: no such mailbox in this tenant")
        except ProviderError as error:
            detail = f"whether it is there cannot be told: {error}"
            advice = "harmless: it need not be readable; hybrid-sync event show tells what it answered"
            return Check(_ROOM, None, detail, advice)
        return Check(_ROOM, True, "there, and its calendar can be read")

    def _look(self, mailbox: str) -> None:
        self._api.get(f"users/{quote(mailbox, safe='@')}/events", {"$top": 1, "$select": "id"})

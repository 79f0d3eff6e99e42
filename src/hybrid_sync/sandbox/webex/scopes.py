"""Which scope a call needs; one that is missing is refused in the same words as a missing role or licence."""

from __future__ import annotations

from ..exchange import Refusal
from ..routes import Route
from ..state import Token

READ, ADMIN_READ = "meeting:schedules_read", "meeting:admin_schedule_read"
WRITE, ADMIN_WRITE = "meeting:schedules_write", "meeting:admin_schedule_write"
PEOPLE, ADMIN_PEOPLE = "meeting:participants_read", "meeting:admin_participants_read"
REPORTS = "meeting:admin_config_read"
ME = "spark:people_read"
MISSING = (
    "The server understood the request, but refused to fulfill it because the access token is missing required "
    "scopes or the user is missing required roles or licenses."
)

USER_SCOPES = frozenset({READ, WRITE, PEOPLE, ME})
ADMIN_SCOPES = USER_SCOPES | {ADMIN_READ, ADMIN_WRITE, ADMIN_PEOPLE, REPORTS}


def everything(kind: str) -> frozenset[str]:
    """What a token of that kind can be granted."""
    return USER_SCOPES if kind == "user" else ADMIN_SCOPES


def check(route: Route, caller: Token, acting: str) -> None:
    """Refuse a call for which the token lacks the scope; for another host the administrator's form is needed."""
    if caller.scopes is None:
        return
    needed = _needed(route)
    if needed is None:
        return
    own, others = needed
    wanted = [others] if acting != caller.user else [own, others]
    if not any(scopes <= caller.scopes for scopes in wanted):
        raise Refusal(403, MISSING)


def _needed(route: Route) -> tuple[frozenset[str], frozenset[str]] | None:
    """The scopes for oneself and for another host; None where no rule is known."""
    path = route.template
    if path == "/people/me":
        return frozenset({ME}), frozenset({ME})
    if path == "/meetings/join":
        # "N/A" for administrators in the guide, hostEmail allowed in the specification: either scope does.
        return frozenset({READ}), frozenset({READ})
    if path.startswith("/meetingParticipants"):
        return frozenset({PEOPLE}), frozenset({ADMIN_PEOPLE})
    if path.startswith("/meetingReports/attendees"):
        return frozenset({PEOPLE, READ}), frozenset({REPORTS})
    if path.startswith(("/meetings", "/meetingInvitees")):
        own, others = (READ, ADMIN_READ) if not route.writing else (WRITE, ADMIN_WRITE)
        return frozenset({own}), frozenset({others})
    return None

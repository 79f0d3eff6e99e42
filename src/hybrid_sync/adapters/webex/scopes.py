"""Which scope is needed for what (webex.md 6; the specification itself names none)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """A feature, the scope that a user's own token needs for it, and the one for acting on behalf of a host."""

    feature: str
    user: str
    admin: str


NEEDS = (
    Need("finding meetings, reading registrants", "meeting:schedules_read", "meeting:admin_schedule_read"),
    Need(
        "making and changing meetings and registrants",
        "meeting:schedules_write",
        "meeting:admin_schedule_write",
    ),
    Need("attendance", "meeting:participants_read", "meeting:admin_participants_read"),
    # No admin form is listed for /meetings/join; the specification lets an admin name a host all the same.
    Need("personal join links", "meeting:schedules_read", "meeting:schedules_read"),
    Need("telling who is signed in", "spark:people_read", "spark:people_read"),
)


def wanted(*, acting: bool) -> tuple[str, ...]:
    """What to ask for at sign-in; `acting` for an administrator who acts for a host."""
    return tuple(dict.fromkeys(need.admin if acting else need.user for need in NEEDS))


def missing(granted: Collection[str], *, acting: bool) -> tuple[tuple[str, str], ...]:
    """Scopes that were not granted, each with the feature that will not work.

    An administrator's scope does not stand in for a user's or the other way round: they lead to other people's meetings.
    """
    needed = [(need.admin if acting else need.user, need.feature) for need in NEEDS]
    return tuple((scope, feature) for scope, feature in needed if scope not in granted)


def told(lacking: Collection[tuple[str, str]]) -> str:
    """In words: "meeting:participants_read (attendance), ..."."""
    features: dict[str, list[str]] = {}
    for scope, feature in lacking:
        features.setdefault(scope, []).append(feature)
    return ", ".join(f"{scope} ({', '.join(names)})" for scope, names in features.items())

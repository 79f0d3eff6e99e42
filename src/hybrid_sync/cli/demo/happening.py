"""How the demo's meeting goes: who joins when, on what; and, worked out from the script alone, how long each was there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

MINUTES = 90
RESTART = 45
BACK = 47
"""The host ends the meeting by mistake after 45 minutes and has it running again two minutes later."""


@dataclass(frozen=True)
class Attendee:
    """Minutes are counted from the planned start."""

    email: str
    joins: int
    leaves: int
    second_device: bool

    @property
    def minutes(self) -> int:
        """How long this person is there, by the script: without the two minutes in which nobody was."""
        return (RESTART - self.joins) + (self.leaves - BACK)


@dataclass(frozen=True)
class InTheRoom:
    """Somebody whom the desk at the door noted, by the code of their invitation."""

    code: str
    comes: int
    goes: int

    @property
    def minutes(self) -> int:
        return self.goes - self.comes


def room_cast(codes: list[str]) -> list[InTheRoom]:
    """Three of four of those who registered for the room come."""
    return [
        InTheRoom(code, comes=number % 8, goes=MINUTES - number % 5)
        for number, code in enumerate(codes)
        if number % 4 != 3
    ]


def door_list(there: list[InTheRoom], starts: datetime) -> str:
    """What the desk wrote down; `starts` is the planned start on the event's own clock."""
    lines = ["code,in,out"]
    for one in there:
        came, went = (starts + timedelta(minutes=minutes) for minutes in (one.comes, one.goes))
        lines.append(f"{one.code},{came:%Y-%m-%d %H:%M},{went:%Y-%m-%d %H:%M}")
    return "\n".join(lines) + "\n"


def cast(emails: list[str]) -> list[Attendee]:
    """Four of five come, each at their own minute; every seventh is there on two devices at once."""
    return [
        Attendee(email, joins=number % 10, leaves=MINUTES - number % 7, second_device=number % 7 == 3)
        for number, email in enumerate(emails)
        if number % 5 != 4
    ]


def script(attendees: list[Attendee], links: dict[str, str]) -> list[dict[str, Any]]:
    """The sandbox's script. Who has a link comes in by it, the others by their registered address."""
    steps: list[dict[str, Any]] = [{"do": "start", "at": "-8m"}]
    for one in attendees:
        who = {"link": links[one.email]} if one.email in links else {"email": one.email}
        steps.append({"do": "join", "at": f"+{one.joins}m", **who})
        if one.second_device:
            steps.append({"do": "join", "at": f"+{one.joins + 3}m", "email": one.email, "device": "mobile"})
    steps += [
        {"do": "join", "at": "+5m", "name": "Guest without a name", "guest": True},
        {"do": "join", "at": "+6m", "device": "phone"},
        {"do": "restart", "at": f"+{RESTART}m"},
    ]
    for one in attendees:
        steps.append({"do": "join", "at": f"+{BACK}m", "email": one.email, "until": f"+{one.leaves}m"})
    steps.append({"do": "end", "at": f"+{MINUTES + 4}m"})
    return sorted(steps, key=lambda step: float(step["at"].rstrip("m")))

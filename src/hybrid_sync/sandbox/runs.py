"""What happens in a meeting: its runs, who took part in them, on which devices, from when to when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Device:
    """One stay of one device. `left` stays None while the person is there, or when nobody knows."""

    correlation_id: str
    kind: str
    joined: datetime
    audio: str = "voip"
    left: datetime | None = None
    leave_lost: bool = False
    """The person is gone, but Webex never learned when."""
    reported_left: datetime | None = None
    """What the attendee report says all the same."""


@dataclass(frozen=True)
class Breakout:
    """One stay in a breakout session."""

    session_id: str
    name: str
    joined: datetime
    left: datetime


@dataclass
class Participant:
    """One row of attendance."""

    id: str
    display_name: str
    email: str | None
    host: bool = False
    co_host: bool = False
    invitee: bool = False
    panelist: bool = False
    source_id: str | None = None
    """Of the invitation source whose link was used."""
    devices: list[Device] = field(default_factory=list)
    breakouts: list[Breakout] = field(default_factory=list)
    listed: bool = True
    reported: bool = True
    """Whether the list of participants and the attendee report know of it: they are two accounts."""


@dataclass
class Instance:
    """One run of a meeting."""

    id: str
    started: datetime
    ended: datetime | None = None
    participants: list[Participant] = field(default_factory=list)

    def running_at(self, now: datetime) -> bool:
        """Whether it goes on at that moment."""
        return self.started <= now and (self.ended is None or now < self.ended)

    def close(self, at: datetime) -> None:
        """It is over: whoever is still there leaves with it."""
        self.ended = at
        for device in (device for row in self.participants for device in row.devices):
            if device.left is None and not device.leave_lost:
                device.left = max(at, device.joined)

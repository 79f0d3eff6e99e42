"""How this house holds its meetings, from the settings."""

from __future__ import annotations

import secrets
import string

from hybrid_sync.domain.meeting_by_hand import HandMade
from hybrid_sync.domain.meetings import Lobby, MeetingKind, MeetingPolicy
from hybrid_sync.settings import Settings

_LOOK_ALIKES = set("0O1lI")


def meeting_policy(settings: Settings) -> MeetingPolicy:
    """What every meeting of this house is like."""
    webex = settings.webex
    return MeetingPolicy(
        kind=MeetingKind(webex.kind),
        registration=webex.has_registration,
        lobby=Lobby(webex.lobby),
        chat=webex.chat,
        recording=webex.recording,
        interpretation=webex.interpretation,
        join_before_host=webex.join_before_host,
    )


def by_hand(settings: Settings) -> HandMade:
    """What becomes of what somebody does in Webex."""
    return HandMade(edited=settings.webex.edited_meeting, deleted=settings.webex.deleted_meeting)


def meeting_password(length: int) -> str:
    """A password of at least 8 characters that people can read out: letters of both cases and digits, no look-alikes.

    A site that also wants other characters refuses it; `password = "generated"` leaves it to Webex then.
    """
    kinds = [string.ascii_lowercase, string.ascii_uppercase, string.digits]
    alphabets = ["".join(char for char in kind if char not in _LOOK_ALIKES) for kind in kinds]
    chosen = [secrets.choice(alphabet) for alphabet in alphabets]
    chosen += [secrets.choice("".join(alphabets)) for _ in range(length - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)

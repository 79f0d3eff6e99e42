"""How each kind of question is settled: the command to type, and which steps it concerns."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from hybrid_sync.domain.refusals import may_go_again

NO_EVENT_SHOWN = "-"
"""What stands for the event where a question concerns none."""

_NOT_LET_SEND = "mail: answer to "
"""The mail server let us in and then takes nothing from us. `doctor`, which sends nothing, would find all well."""

_STEPS: dict[str, tuple[str, ...]] = {
    "meeting": ("meeting", "meeting staff"),
    "cohost": ("meeting staff",),
    "panelist": ("meeting staff",),
    "registrant": ("registrants", "sources"),
    "calendar": ("calendar",),
    "collection": ("publishing",),
    "mail": ("invitations", "reminders", "follow_up"),
    "attendance": ("attendance",),
    # Whoever says that the record is right means all that is looked at after a restore.
    "restored": ("restored", "meeting", "registrants", "calendar", "publishing"),
}


def steps_of(key: str) -> Collection[str]:
    """The steps of a pass that ask under `key`: what is forced for one question forces nothing else.

    None of them for a question that no step asks, or that asks whether to force.
    """
    system, _, rest = key.partition(":")
    # Some keys tell more than the system: "registrant.remove".
    return (rest,) if system == "unsafe" else _STEPS.get(system.partition(".")[0], ())


def way_out(event_id: str, key: str, message: str) -> str:
    """The command that settles it, once a person has decided (and mended what lies outside).

    Words in capitals are for the person to fill in. `message` says what was asked where the key alone does not.
    """
    system, _, target = key.partition(":")
    event, whom = shlex.quote(event_id), shlex.quote(target)
    if system == "sign-in" and event_id and message.startswith(_NOT_LET_SEND):
        return f"hybrid-sync attention retry {event} {key}"
    if system == "sign-in":
        # Microsoft's sign-in is made of settings, which doctor tries one by one.
        return "hybrid-sync doctor" if event_id and not _of_webex(message) else "hybrid-sync webex login"
    if not event_id:
        return "hybrid-sync webex webhooks install" if key == "webhooks" else "hybrid-sync doctor"
    if system == "unsafe":
        return f"hybrid-sync sync {event} --force"
    if system == "meeting" and "--anew" in message:
        return f"hybrid-sync attention create-anew {event}"
    if system == "registrant" and "registrants approve" in message and "@" in target:
        return f"hybrid-sync registrants approve {event} {whom}"
    by_address = "--force" not in message and not may_go_again(message)
    if system == "mail" and "@" in target and by_address:
        return f"hybrid-sync registrants readdress {event} {whom} NEW"
    if system == "attendance":
        return (
            f"hybrid-sync attendance import {event} FILE"
            if "attendance import" in message
            else f"hybrid-sync attendance pull {event}"
        )
    return f"hybrid-sync attention retry {event} {shlex.quote(key)}"


def _of_webex(message: str) -> bool:
    return message.casefold().startswith("webex") or "webex login" in message

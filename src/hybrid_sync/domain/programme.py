"""Whom an event's record names, and the record without them (P9).

The programme was published: it loses somebody whose time is over, or who asks, and is not rewritten otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from hybrid_sync.domain.events import Event, EventState, Speaker
from hybrid_sync.domain.people import ERASED_NAME, email_key
from hybrid_sync.domain.retention import addresses_in, nameless
from hybrid_sync.errors import InputError


def programme_addresses(event: Event) -> frozenset[str]:
    """The e-mail keys of its speakers and moderators."""
    return frozenset(_key(one) for one in (*event.speakers, *event.moderators) if _key(one))


def record_addresses(event: Event) -> frozenset[str]:
    """Every e-mail key in the record: of speakers, moderators, and within organisers, description and warnings."""
    told = (*event.organisers, event.description, *(warning.message for warning in event.warnings))
    return programme_addresses(event).union(*map(addresses_in, told))


def still_needed(event: Event, addresses: Collection[str], cohosts: Collection[str], mark: str) -> str | None:
    """Why somebody who asked to be erased cannot leave an event to come by themselves, in words that do not name them.

    A published programme does not silently lose a speaker. No time makes good for that: staff are asked until they have
    decided, or it is over. None when nothing speaks against it. `cohosts` are e-mail keys that the settings name.
    """
    if event.state is EventState.CANCELLED:
        return None
    who = f"somebody who asked to be erased (proof {mark[:12]})"
    if programme_addresses(event).intersection(addresses):
        return (
            f"{who} is a speaker or moderator of '{event.title}', which is still to come: hybrid-sync event edit {event.id} "
            "--remove-speaker ADDRESS takes them out of the programme; privacy erase ADDRESS --force does not wait for that"
        )
    if set(cohosts).intersection(addresses):
        return (
            f"{who} is a co-host of '{event.title}', which is still to come, because [webex] cohosts names them: take them out "
            "there first; privacy erase ADDRESS --force does not wait for that"
        )
    return None


def without_speakers(event: Event, whom: Iterable[str]) -> dict[str, tuple[Speaker, ...]]:
    """The parts of the record that change when speakers or moderators leave, told by address or by name.

    Raises InputError for somebody whom the programme does not name.
    """
    parts = {"speakers": event.speakers, "moderators": event.moderators}
    left = parts
    for who in whom:
        key = email_key(who)
        before = left
        left = {
            name: tuple(one for one in people if not key or key not in (_key(one), email_key(one.name)))
            for name, people in before.items()
        }
        if left == before:
            there = ", ".join(one.name for people in parts.values() for one in people) or "nobody"
            raise InputError(f"the programme of event {event.id} does not name '{who}'; it names {there}")
    return {name: people for name, people in left.items() if people != parts[name]}


def without_people(event: Event, keys: Collection[str]) -> Event:
    """The record without these people: not in the programme, and neither name nor address within its other texts."""
    leaving = [one for one in (*event.speakers, *event.moderators) if _key(one) in keys]
    event = replace(
        event,
        speakers=tuple(one for one in event.speakers if _key(one) not in keys),
        moderators=tuple(one for one in event.moderators if _key(one) not in keys),
    )
    return _unnamed(event, [one.name for one in leaving], keys)


def without_addresses(event: Event) -> Event:
    """The record with its programme as it was published, and no speaker's address anywhere in it."""

    def bare(people: tuple[Speaker, ...]) -> tuple[Speaker, ...]:
        return tuple(replace(one, email=None) for one in people)

    bare_programme = replace(event, speakers=bare(event.speakers), moderators=bare(event.moderators))
    return _unnamed(bare_programme, (), programme_addresses(event))


def without_programme(event: Event) -> Event:
    """The record without any speaker or moderator, and without their names in its other texts."""
    names = [one.name for one in (*event.speakers, *event.moderators)]
    return _unnamed(replace(event, speakers=(), moderators=()), names, programme_addresses(event))


def _unnamed(event: Event, names: Iterable[str], keys: Collection[str]) -> Event:
    # A single word may be anything; whoever is named by one is not looked for in texts.
    whole = sorted({name.strip() for name in names if len(name.split()) > 1}, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, whole)) + r")(?!\w)", re.IGNORECASE)

    def clean(text: str) -> str:
        text = nameless(text, lambda address: ERASED_NAME if email_key(address) in keys else address)
        return pattern.sub(ERASED_NAME, text) if whole else text

    return replace(
        event,
        organisers=tuple(told for told in map(clean, event.organisers) if told != ERASED_NAME),
        description=clean(event.description),
        warnings=tuple(replace(one, message=clean(one.message)) for one in event.warnings),
    )


def _key(person: Speaker) -> str:
    return email_key(person.email or "")

"""What the join page says in each state, as values; the template only sets them out.

state                | shows                                              | GET | POST
---------------------+----------------------------------------------------+-----+-------------------
early                | time, countdown, the button shut                   | 200 | 409
early, moved         | the same, and the time that the person was told    | 200 | 409
open                 | time (and the one told before), the button         | 200 | 303 to the join URL
open, no meeting yet | time, "almost ready"                               | 200 | 503
open, Webex refuses  | time, meeting link, number and password            |     | 200
over, cancelled      | time                                               | 200 | 409
withdrawn            | time; the person left, was rejected, or waits      | 200 | 409
room                 | time and place                                     | 200 | 409
revoked              | nothing of the event: somebody else may hold it    | 410 | 410
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.lists import format_list
from babel.units import format_unit

from hybrid_sync.domain.joining import JoinState
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.render.text import one_line, web_address
from hybrid_sync.render.times import clock_name, day, locale_of, time_range, told_time
from hybrid_sync.render.translations import Words, words_in
from hybrid_sync.sync.joining import Door, Entry
from hybrid_sync.web import notices
from hybrid_sync.web.event_facts import EventFacts, event_facts
from hybrid_sync.web.notices import Notice

TICKS_WITHIN = timedelta(hours=24)
"""A ticking clock further ahead than that only makes people nervous."""
REFRESHES_WITHIN = timedelta(hours=1)
"""Without JavaScript the browser is told to come back, but not left to wait for days."""


@dataclass(frozen=True)
class WayIn:
    """The meeting's own entrance, for people who get none of their own. Secret: never logged."""

    link: str
    number: str | None
    password: str | None

    def __repr__(self) -> str:
        return "WayIn(...)"


@dataclass(frozen=True)
class JoinPage:
    """One rendering. `seconds` is what the ticking clock starts from; `refresh` is for browsers without JavaScript."""

    words: Words
    status: int
    notice: Notice
    tone: str
    """"go", "wait" or "stop": the colour at the side. The words say the same."""
    facts: EventFacts | None = None
    lines: tuple[str, ...] = ()
    button: str | None = None
    """"open" or "shut"; None for no button."""
    seconds: int | None = None
    refresh: int | None = None
    reload: bool = False
    way_in: WayIn | None = None
    small: tuple[str, ...] = ()


def join_page(door: Door, now: datetime, *, pressed: bool = False, entry: Entry | None = None) -> JoinPage:
    """The page for what stands behind the link. `pressed`: the button was; `entry`: what came of it."""
    words = words_in(door.person.language)
    state = door.view.state
    if state is JoinState.REVOKED:
        return JoinPage(words, 410, notices.revoked(words), "stop")
    facts = event_facts(door.event, words, with_place=state is JoinState.ROOM)
    if state is JoinState.OPEN:
        return _open(door, words, facts, now, pressed, entry)
    status = 409 if pressed else 200
    if state is JoinState.EARLY and door.view.opens_at is not None:
        return _early(door, words, facts, door.view.opens_at, now, status)
    notice, tone = _shut(state, door.person.status, words)
    return JoinPage(words, status, notice, tone, facts)


def _shut(state: JoinState, status: RegistrantStatus, words: Words) -> tuple[Notice, str]:
    """Why there is no button, and the tone of it."""
    match state:
        case JoinState.OVER:
            return notices.over(words), "wait"
        case JoinState.CANCELLED:
            return notices.cancelled(words), "stop"
        case JoinState.ROOM:
            text = words.text(
                "page",
                "You are registered for a place in the room, so there is no online link for you to follow. If you would "
                "rather take part online, please get in touch with the organisers.",
            )
            return Notice(words.text("page", "You take part on site"), text), "wait"
        case _:
            waits = status in (RegistrantStatus.PENDING, RegistrantStatus.WAITLISTED)
            return notices.not_coming(status, words), "wait" if waits else "stop"


def _early(
    door: Door, words: Words, facts: EventFacts, opens: datetime, now: datetime, status: int
) -> JoinPage:
    left = opens - now
    # One second later than the moment itself, so that a reload never finds the button still shut.
    seconds = math.ceil(left.total_seconds()) + 1
    zone = ZoneInfo(door.event.time_zone)
    told = {"opens": _with_utc(opens.astimezone(zone), words.code)}
    if door.moved:
        heading = words.text("page", "This event has been moved")
        sentence = words.text("page", "From {before} to {after}. You can join from {opens}.")
        told |= _moved_words(door, words)
    else:
        heading = words.text("page", "The meeting is not open yet")
        sentence = words.text("page", "You can join from {opens}.")
    waits = words.text("page", "That is in {wait}.").format(wait=wait_words(left, words.code))
    return JoinPage(
        words,
        status,
        Notice(heading, sentence.format(**told)),
        "wait",
        facts,
        lines=(waits,),
        button="shut",
        seconds=seconds if left <= TICKS_WITHIN else None,
        refresh=seconds if left <= REFRESHES_WITHIN else None,
        reload=True,
        small=_own_link(door, words),
    )


def _open(
    door: Door, words: Words, facts: EventFacts, now: datetime, pressed: bool, entry: Entry | None
) -> JoinPage:
    to_webex = words.text("page", "The meeting opens in Webex.")
    if door.record is None:
        preparing = Notice(
            words.text("page", "Almost ready"),
            words.text(
                "page", "The online meeting is still being set up. Please try again in a minute or two."
            ),
        )
        return JoinPage(words, 503 if pressed else 200, preparing, "wait", facts, refresh=60, reload=True)
    if pressed:
        link = web_address(entry.web_link or door.record.web_link) if entry else None
        if link is None:
            failure = notices.for_status(503, words)
            return JoinPage(words, 503, failure, "stop", facts, button="open")
        way_in = WayIn(link, door.record.number, door.record.password)
        return JoinPage(words, 200, _fallback(words), "go", facts, way_in=way_in, small=(to_webex,))
    notice = Notice(
        words.text("page", "You can join now"),
        words.text("page", "Press the button and you are taken to the online meeting."),
    )
    lines = (*_moved_line(door, words), _begins(door.event.starts.instant - now, words))
    small = (to_webex, *_own_link(door, words))
    return JoinPage(words, 200, notice, "go", facts, lines=lines, button="open", small=small)


def _fallback(words: Words) -> Notice:
    return Notice(
        words.text("page", "One more step"),
        words.text(
            "page",
            "Webex did not open a personal entrance for you, so please use the meeting link below. If you are asked who "
            "you are, give the name and the e-mail address that you registered with.",
        ),
    )


def _begins(left: timedelta, words: Words) -> str:
    if left <= timedelta(0):
        return words.text("page", "The event has begun.")
    return words.text("page", "The event begins in {wait}.").format(wait=wait_words(left, words.code))


def _moved_line(door: Door, words: Words) -> tuple[str, ...]:
    if not door.moved:
        return ()
    sentence = words.text("page", "This event has been moved from {before} to {after}.")
    return (sentence.format(**_moved_words(door, words)),)


def _moved_words(door: Door, words: Words) -> dict[str, str]:
    """The time that the person was told, on the clock that it was told by, and the one that counts."""
    if door.moved is None or door.event.ends is None:
        return {}
    starts, ends = (told_time(at, door.moved.zone) for at in (door.moved.starts, door.moved.ends))
    after = time_range(door.event.starts.aware, door.event.ends.aware, words.code)
    return {"before": time_range(starts, ends, words.code), "after": after}


def _own_link(door: Door, words: Words) -> tuple[str, ...]:
    name = one_line(door.person.name, 120)
    personal = words.text("page", "This link is meant for you alone: please do not pass it on.")
    if not name:
        return (personal,)
    return (words.text("page", "You will join as {name}.").format(name=name), personal)


def _with_utc(at: datetime, language: str) -> str:
    """ "Wednesday 9 June 2027, 09:45 (CEST; 07:45 UTC)", with the date again where it is another one in UTC."""
    other = at.astimezone(UTC)
    date = f"{day(other, language)}, " if other.date() != at.date() else ""
    return f"{day(at, language)}, {at:%H:%M} ({clock_name(at)}; {date}{other:%H:%M} UTC)"


def wait_words(left: timedelta, language: str) -> str:
    """ "2 days and 3 hours", "1 hour and 5 minutes", "12 minutes": the two largest units, rounded up to the minute."""
    minutes = max(1, math.ceil(left.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    amounts = [(days, "day"), (hours, "hour")] if days else [(hours, "hour"), (minutes, "minute")]
    locale = locale_of(language)
    return format_list(
        [format_unit(amount, f"duration-{unit}", locale=locale) for amount, unit in amounts if amount],
        locale=locale,
    )

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

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.joining import JoinState
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.render.text import one_line, web_address
from hybrid_sync.render.times import clock_name, day, moment, time_range, told_time, utc_range
from hybrid_sync.sync.joining import Door, Entry
from hybrid_sync.web.words import Notice, PageWords, words_for

TICKS_WITHIN = timedelta(hours=24)
"""A ticking clock further ahead than that only makes people nervous."""
REFRESHES_WITHIN = timedelta(hours=1)
"""Without JavaScript the browser is told to come back, but not left to wait for days."""


@dataclass(frozen=True)
class Facts:
    """The event as the page shows it: times as date and hours, so that hours are never broken over two lines.

    `instant` is for machines that read <time>.
    """

    title: str
    when: tuple[str, str]
    when_utc: tuple[str, str]
    instant: str
    where: str | None


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

    words: PageWords
    status: int
    notice: Notice
    tone: str
    """"go", "wait" or "stop": the colour at the side. The words say the same."""
    facts: Facts | None = None
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
    words = words_for(door.person.language)
    state = door.view.state
    if state is JoinState.REVOKED:
        return JoinPage(words, 410, words.revoked, "stop")
    facts = _facts(door.event, words, with_place=state is JoinState.ROOM)
    if state is JoinState.OPEN:
        return _open(door, words, facts, now, pressed, entry)
    status = 409 if pressed else 200
    if state is JoinState.EARLY and door.view.opens_at is not None:
        return _early(door, words, facts, door.view.opens_at, now, status)
    notices = {
        JoinState.OVER: words.over,
        JoinState.CANCELLED: words.cancelled,
        JoinState.WITHDRAWN: _why_not_coming(door.person.status, words),
        JoinState.ROOM: words.room,
    }
    tone = "wait" if notices[state] in (words.waiting, words.waitlisted, words.room, words.over) else "stop"
    return JoinPage(words, status, notices[state], tone, facts)


def _early(
    door: Door, words: PageWords, facts: Facts, opens: datetime, now: datetime, status: int
) -> JoinPage:
    left = opens - now
    # One second later than the moment itself, so that a reload never finds the button still shut.
    seconds = math.ceil(left.total_seconds()) + 1
    zone = ZoneInfo(door.event.time_zone)
    notice = words.moved if door.moved else words.early
    told = _moved_words(door, words) | {"opens": _with_utc(opens.astimezone(zone), words.code)}
    return JoinPage(
        words,
        status,
        Notice(notice.heading, notice.text.format(**told)),
        "wait",
        facts,
        lines=(words.wait.format(wait=wait_words(left, words.code)),),
        button="shut",
        seconds=seconds if left <= TICKS_WITHIN else None,
        refresh=seconds if left <= REFRESHES_WITHIN else None,
        reload=True,
        small=_own_link(door, words),
    )


def _open(
    door: Door, words: PageWords, facts: Facts, now: datetime, pressed: bool, entry: Entry | None
) -> JoinPage:
    if door.record is None:
        status = 503 if pressed else 200
        return JoinPage(words, status, words.preparing, "wait", facts, refresh=60, reload=True)
    if pressed:
        link = web_address(entry.web_link or door.record.web_link) if entry else None
        if link is None:
            return JoinPage(words, 503, words.failure, "stop", facts, button="open")
        way_in = WayIn(link, door.record.number, door.record.password)
        return JoinPage(words, 200, words.fallback, "go", facts, way_in=way_in, small=(words.to_webex,))
    left = door.event.starts.instant - now
    begins = (
        words.begins_in.format(wait=wait_words(left, words.code)) if left > timedelta(0) else words.has_begun
    )
    return JoinPage(
        words,
        200,
        Notice(words.open.heading, words.open.text),
        "go",
        facts,
        lines=(*((words.moved_line.format(**_moved_words(door, words)),) if door.moved else ()), begins),
        button="open",
        small=(words.to_webex, *_own_link(door, words)),
    )


def _moved_words(door: Door, words: PageWords) -> dict[str, str]:
    """The time that the person was told, on the clock that it was told by, and the one that counts."""
    if door.moved is None or door.event.ends is None:
        return {}
    starts, ends = (told_time(at, door.moved.zone) for at in (door.moved.starts, door.moved.ends))
    after = time_range(door.event.starts.aware, door.event.ends.aware, words.code)
    return {"before": time_range(starts, ends, words.code), "after": after}


def _why_not_coming(status: RegistrantStatus, words: PageWords) -> Notice:
    match status:
        case RegistrantStatus.PENDING:
            return words.waiting
        case RegistrantStatus.WAITLISTED:
            return words.waitlisted
        case RegistrantStatus.REJECTED:
            return words.rejected
        case _:
            return words.withdrawn


def _own_link(door: Door, words: PageWords) -> tuple[str, ...]:
    name = one_line(door.person.name, 120)
    return (*((words.join_as.format(name=name),) if name else ()), words.personal)


def _facts(event: Event, words: PageWords, *, with_place: bool) -> Facts:
    starts = event.starts.aware
    if event.ends is None:
        when, when_utc = moment(starts, words.code), moment(starts.astimezone(UTC), words.code)
    else:
        ends = event.ends.aware
        when, when_utc = time_range(starts, ends, words.code), utc_range(starts, ends, words.code)
    place = (one_line(event.place, 300) or words.place_unknown) if with_place else None
    return Facts(
        one_line(event.title, 300),
        _split(when),
        _split(when_utc),
        event.starts.isoformat(),
        place,
    )


def _split(when: str) -> tuple[str, str]:
    date, comma, hours = when.rpartition(", ")
    return date + comma, hours


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
    locale = "fr" if language == "fr" else "en_GB"
    return format_list(
        [format_unit(amount, f"duration-{unit}", locale=locale) for amount, unit in amounts if amount],
        locale=locale,
    )

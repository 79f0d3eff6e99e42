"""At what time the event starts and ends, once its day is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

from hybrid_sync.intake.date_mentions import DateMention
from hybrid_sync.intake.event_days import Choice
from hybrid_sync.intake.moments import OTHER, WITH_TIME, Moment, Role, is_from_to
from hybrid_sync.intake.times import TimeMention
from hybrid_sync.intake.words import says_it_happens
from hybrid_sync.intake.zones import ZoneLabel

_CLOSING = re.compile(
    r"\b(end|closes?|closing|finish|fin|clôture|ende|schluss|abschluss|einde|sluiting|cierre|clausura|fine|"
    r"chiusura|"
    r"encerramento|zakończenie|konec|ukončení|koniec|zaključek|završetak|zárás|încheiere|край|λήξη|lõpp|"
    r"loppu|slut|"
    r"afslutning|beigas|pabaiga)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hours:
    """Wall times of start and end, the zone label beside them, and what the page contradicts itself about."""

    since: time | None = None
    till: time | None = None
    label: ZoneLabel | None = None
    question: str | None = None


def of_event(moments: Sequence[Moment], choice: Choice) -> Hours:
    """The event's hours: beside its date, else under "Time", else told once, else from its agenda."""
    dated = [
        m for m in (*choice.group, *choice.others) if m.date and m.strength >= WITH_TIME and m.main_times
    ]
    days = choice.days
    on_first = [m for m in dated if m.date and _meets(m.date, days, last=False)]
    if not on_first:
        return _elsewhere(moments)
    main = _main(on_first)
    label = main.label or next((t.label for m in dated for t in m.main_times if t.label), None)
    if days.is_range:
        return Hours(main.since, _till_on_last(dated, days, main, on_first), label)
    for first, second in pairwise(on_first):
        if main.till is None and is_from_to(
            first, second
        ):  # "Start: 12 May 2025 10:00, End: 12 May 2025 12:00"
            return Hours(main.since, second.main_times[0].since, label)
    agenda = _agenda(moments) if main.till is None else None
    if agenda and agenda.since == main.since:
        return Hours(main.since, agenda.till, label)
    return Hours(main.since, main.till, label, _contradiction(main, on_first, moments))


def of_day(moments: Sequence[Moment], undecided: DateMention | None) -> Hours:
    """The hours told beside a day whose year could not be settled; nothing when there is no day."""
    if undecided is None:
        return Hours()
    beside = [m for m in moments if m.date and m.date.days == undecided.days and m.main_times]
    if not beside:
        return _elsewhere(moments)
    main = beside[0].main_times[0]
    return Hours(main.since, main.till, main.label)


def _meets(mention: DateMention, days: DateMention, *, last: bool) -> bool:
    year = days.first.year or 0
    listed = mention.in_year(year).dates()
    wanted = days.dates()[-1 if last else 0]
    return bool(listed) and listed[-1 if last else 0] == wanted


def _main(on_first: Sequence[Moment]) -> TimeMention:
    """The time of the surest moment; one with an end where the same start is told twice."""
    ranked = sorted(on_first, key=lambda m: (-m.strength, m.place))
    main = ranked[0].main_times[0]
    fuller = [t for m in ranked for t in m.main_times if t.since == main.since and t.till]
    return fuller[0] if main.till is None and fuller else main


def _till_on_last(
    dated: Sequence[Moment], days: DateMention, main: TimeMention, on_first: Sequence[Moment]
) -> time | None:
    whole = [m for m in on_first if m.date and m.date.is_range]
    for moment in whole:
        for mention in moment.main_times:
            if mention.till:
                return mention.till
    for moment in dated:
        if moment.date and not moment.date.is_range and _meets(moment.date, days, last=True):
            mention = moment.main_times[-1]
            ends = any(is_from_to(first, moment) for first in on_first)
            if mention.till or ends:
                return mention.till or mention.since
    return None


def _contradiction(main: TimeMention, on_first: Sequence[Moment], moments: Sequence[Moment]) -> str | None:
    """What other place on the page gives other hours for the same day."""
    hours = [m for m in moments if m.role is Role.HOURS and m.date is None]
    for moment in (*on_first, *hours):
        for other in moment.main_times:
            early = other.since < main.since
            late = bool(main.till and other.till and other.till > main.till)
            if early or late or (main.till is None and other.since != main.since):
                return f"the page gives {_told(main)} and also {_told(other)}; the first was taken"
    return None


def _told(mention: TimeMention) -> str:
    return f"{mention.since:%H:%M}" + (f"-{mention.till:%H:%M}" if mention.till else "")


def _elsewhere(moments: Sequence[Moment]) -> Hours:
    """Hours that stand apart from the date."""
    labelled = [t for m in moments if m.role is Role.HOURS and m.date is None for t in m.main_times]
    if labelled:
        return _from(labelled)
    loose = [m for m in moments if m.date is None and m.role is Role.EVENT]
    ranges = [t for m in loose for t in m.main_times if t.till]
    starts = [t for m in loose if says_it_happens(m.text) or m.strength > OTHER for t in m.main_times]
    for told in (ranges, starts):
        if len({(t.since, t.till) for t in told}) == 1:
            return _from(told)
    rows = [t for m in moments if m.role is Role.ROW for t in m.main_times]
    if len(rows) == 1 and rows[0].till:
        return _from(rows)  # "14:00 - 15:30, Brussels" alone is no agenda
    return _agenda(moments) or Hours()


def _from(mentions: Iterable[TimeMention]) -> Hours:
    first = next(iter(mentions))
    return Hours(first.since, first.till, first.label)


def _agenda(moments: Iterable[Moment]) -> Hours | None:
    """From the first row of an agenda to the end of its last; rows that go back in time are another day's."""
    rows: list[Moment] = []
    for moment in moments:
        if moment.role is Role.ROW and moment.main_times:
            if rows and moment.main_times[0].since < rows[-1].main_times[0].since:
                break
            rows.append(moment)
    if len(rows) < 2:
        return None
    first, last = rows[0].main_times[0], rows[-1].main_times[0]
    till = last.till or (last.since if _CLOSING.search(rows[-1].text) else None)
    return Hours(first.since, till, first.label)

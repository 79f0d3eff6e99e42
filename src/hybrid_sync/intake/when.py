"""When the event is: the one date and time that a careful reader takes, and what they would ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from hybrid_sync.domain.events import EventWarning
from hybrid_sync.intake import day_times, event_days
from hybrid_sync.intake.date_mentions import DateMention
from hybrid_sync.intake.moments import Moment
from hybrid_sync.intake.sessions import Session, dated_sessions, undated_sessions
from hybrid_sync.intake.years import event_day_in_address
from hybrid_sync.intake.zones import ZoneLabel


@dataclass(frozen=True)
class When:
    """What was found; wall times. `refusal` says why there is no one date, None when there is."""

    date_start: date | None = None
    date_end: date | None = None
    time_start: time | None = None
    time_end: time | None = None
    label: ZoneLabel | None = None
    sessions: tuple[Session, ...] = ()
    warnings: tuple[EventWarning, ...] = ()
    refusal: str | None = None


@dataclass
class Questions:
    """What a careful reader would ask, one message for each code."""

    messages: dict[str, str] = field(default_factory=dict)

    def ask(self, code: str, message: str) -> None:
        known = self.messages.get(code)
        self.messages[code] = message if known in (None, message) else f"{known}; {message}"

    def warnings(self) -> tuple[EventWarning, ...]:
        return tuple(EventWarning(code, message) for code, message in self.messages.items())


def find_when(moments: Sequence[Moment], titles: Sequence[str], source: str | None) -> When:
    """The event's date and time out of all moments of the page.

    `titles` and `source` (the address) help with a year that is not written. What cannot be settled is told
    in `refusal`; nothing is guessed.
    """
    questions = Questions()
    choice = event_days.choose(moments, titles, source)
    if choice.year_question:
        questions.ask("year_missing", choice.year_question)
    if choice.best is None:
        return _without_day(moments, choice, questions)
    found = dated_sessions(choice.group) or (undated_sessions(moments) if not choice.has_times else ())
    if found and not choice.is_one_event(found):
        return _several(found, questions)
    when = _one(moments, choice, questions, found)
    _compare(when, choice, questions, source)
    return replace(when, warnings=questions.warnings())


def _without_day(moments: Sequence[Moment], choice: event_days.Choice, questions: Questions) -> When:
    sessions = undated_sessions(moments)
    if len(sessions) > 1:
        return replace(_several(sessions, questions), refusal=choice.refusal)
    hours = day_times.of_day(moments, choice.undecided)
    return When(
        time_start=hours.since,
        time_end=hours.till,
        label=hours.label,
        warnings=questions.warnings(),
        refusal=choice.refusal,
    )


def _several(sessions: tuple[Session, ...], questions: Questions) -> When:
    """A refusal that still tells from when to when the sessions run."""
    listed = "; ".join(str(session) for session in sessions[:6])
    questions.ask("multiple_sessions", f"the page announces {len(sessions)} sessions: {listed}")
    refusal = f"the page announces {len(sessions)} sessions, not one event ({listed})"
    first, last = sessions[0], sessions[-1]
    return When(
        first.date,
        last.date,
        first.time_start,
        last.time_end,
        sessions=sessions,
        warnings=questions.warnings(),
        refusal=refusal,
    )


def _one(
    moments: Sequence[Moment], choice: event_days.Choice, questions: Questions, sessions: tuple[Session, ...]
) -> When:
    days = choice.days
    hours = day_times.of_event(moments, choice)
    first, last = days.dates()[0], days.dates()[-1]
    till = hours.till
    if hours.since is None:
        questions.ask("time_missing", "the page gives no time at which the event starts")
    elif till is not None and first == last and till <= hours.since:
        last, till = _over_midnight(first, hours.since, till, questions)
    if hours.since is not None and till is None and "end_missing" not in questions.messages:
        questions.ask("end_missing", "the page gives no time at which the event ends")
    if last > first:
        questions.ask("multi_day", f"the event runs from {first} to {last}")
    if hours.question:
        questions.ask("dates_disagree", hours.question)
    return When(first, last, hours.since, till, hours.label, sessions)


def _over_midnight(first: date, since: time, till: time, questions: Questions) -> tuple[date, time | None]:
    if since >= time(17) and till <= time(6):
        return first + timedelta(days=1), till
    questions.ask(
        "end_missing",
        f"the page gives {till:%H:%M} as the end, which is not after the start at {since:%H:%M}",
    )
    return first, None


def _compare(when: When, choice: event_days.Choice, questions: Questions, source: str | None) -> None:
    for day in choice.days.days:
        if not day.weekday_fits and day.year:
            on = day.in_year(day.year)
            questions.ask("weekday_mismatch", f"{on} is a {on:%A}; the page names another day")
    assert when.date_start is not None
    assert when.date_end is not None
    for other in choice.disagreeing():
        questions.ask("dates_disagree", f"the page also says {_told(other)}; {when.date_start} was taken")
    address_day = event_day_in_address(source)
    if address_day and not when.date_start <= address_day <= when.date_end:
        questions.ask("dates_disagree", f"the page's address says {address_day}, the page {when.date_start}")


def _told(mention: DateMention) -> str:
    first = mention.first
    year = f"{first.year}-" if first.year else ""
    return f"{year}{first.month:02d}-{first.day:02d}"

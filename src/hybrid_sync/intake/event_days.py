"""Which of the dates on a page is the event's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hybrid_sync.intake.date_mentions import DateMention, Day
from hybrid_sync.intake.moments import ALONE, ENOUGH, LABELLED, OTHER, Moment, Role, is_from_to
from hybrid_sync.intake.sessions import Session
from hybrid_sync.intake.words import names_a_session
from hybrid_sync.intake.years import dates_in_address, find_year

NEAR = timedelta(days=45)
"""Two dates closer than this are more likely one event told twice than two events."""


@dataclass(frozen=True)
class Choice:
    """The winner among the dates. `best` is None when there is none, and `refusal` then says why.

    `group` holds the moments that count as much as the winner, `others` the weaker ones; `undecided` is the
    date whose year could not be settled.
    """

    best: Moment | None = None
    group: tuple[Moment, ...] = ()
    others: tuple[Moment, ...] = ()
    undecided: DateMention | None = None
    refusal: str | None = None
    year_question: str | None = None
    days: DateMention = field(default_factory=lambda: DateMention(0, 0, ()))

    @property
    def has_times(self) -> bool:
        return any(moment.times for moment in self.group)

    def disagreeing(self) -> list[DateMention]:
        """Dates that seem to be meant for this event and are not among its days; each once."""
        found: list[DateMention] = []
        for moment in (*self.group, *self.others):
            mention = moment.date
            if mention is None or _covers(self.days, mention) or not _is_near(self.days, mention):
                continue
            if not any(mention.days == known.days for known in found):
                found.append(mention)
        return found

    def is_one_event(self, sessions: tuple[Session, ...]) -> bool:
        """Whether sessions are the days of this one event, not events of their own."""
        days = self.days.dates()
        inside = all(session.date in days for session in sessions)
        return self.days.is_range and inside and len({session.date for session in sessions}) == len(sessions)


def choose(moments: Sequence[Moment], titles: Sequence[str], source: str | None) -> Choice:
    """The date of the event, its year settled, or the reason why there is none."""
    dated = [
        moment for moment in moments if moment.date and moment.role is Role.EVENT and moment.strength > OTHER
    ]
    best = _best(dated)
    if best is None or best.date is None:
        return Choice(refusal="the page names no day as the event's own")
    dated = [moment for moment in dated if not _is_publication(moment, best)]
    near = [m for m in dated if m is not best and m.date and _is_near(best.date, m.date)]
    if best.strength < ENOUGH and not near:
        return Choice(refusal="the only day on the page is not said to be the event's own")
    days, question, refusal = _with_year(best.date, moments, dated, titles, source)
    if days is None:
        return Choice(undecided=best.date, refusal=refusal, year_question=question)
    group = tuple(moment for moment in dated if _counts_as_much(moment, best))
    others = tuple(moment for moment in dated if moment not in group)
    return Choice(best, group, others, days=_widened(days, best, group, others), year_question=question)


def _best(dated: Sequence[Moment]) -> Moment | None:
    def rank(moment: Moment) -> tuple[int, bool, bool, int]:
        assert moment.date is not None
        return moment.strength, bool(moment.times), moment.date.has_year, -moment.place

    return max(dated, key=rank, default=None)


def _is_publication(moment: Moment, best: Moment) -> bool:
    """A bare "Date: ..." before the event's own day is the day on which the page was published."""
    if not moment.vague_label or moment is best or moment.times or not moment.date or not best.date:
        return False
    mine, its = moment.date, best.date
    if mine.first.year is None or _covers(its, mine):
        return False
    days = its.in_year(its.first.year or mine.first.year).dates()
    return bool(days) and mine.dates()[0] < days[0]


def _counts_as_much(moment: Moment, best: Moment) -> bool:
    floor = best.strength if best.strength < ALONE else (LABELLED if best.strength == LABELLED else ALONE)
    return moment.strength >= floor


def _with_year(
    mention: DateMention,
    moments: Sequence[Moment],
    dated: Sequence[Moment],
    titles: Sequence[str],
    source: str | None,
) -> tuple[DateMention | None, str | None, str | None]:
    """The mention with its year, the question about it, and the refusal when it cannot be settled."""
    if mention.has_year:
        return mention, None, None
    written = {
        m.date.first.year for m in dated if m.date and m.date.has_year and m.date.shares_days_with(mention)
    }
    if len(written) == 1:
        return mention.in_year(written.pop() or 0), None, None
    published = _published(moments, dated) + dates_in_address(source)
    found = find_year(mention, published, titles)
    if found.year is None:
        return None, found.why, f"{found.why}, so the day is not sure"
    return mention.in_year(found.year), found.why, None


def _published(moments: Sequence[Moment], dated: Sequence[Moment]) -> list[date]:
    said = [m for m in moments if m.role is Role.PUBLISHED or (m.vague_label and m not in dated)]
    return [day for moment in said if moment.date for day in moment.date.dates()[:1]]


def _widened(
    days: DateMention, best: Moment, group: Sequence[Moment], others: Sequence[Moment]
) -> DateMention:
    """The whole range where the winner names only its first day ("17/18 June", "on 17 June at 14:00")."""
    ends = _joined(group, best)
    if ends:
        return ends
    if best.strength == LABELLED or len(days.days) > 1:
        return days
    for moment in (*group, *others):
        if moment.strength >= ENOUGH and moment.date and moment.date.is_range:
            whole = moment.date.in_year(days.first.year or 0) if not moment.date.has_year else moment.date
            if _covers(whole, days) and whole.dates()[0] == days.dates()[0]:
                return whole
    return days


def _joined(group: Sequence[Moment], best: Moment) -> DateMention | None:
    """Days told one by one as one range: "3 June, 09:00 - 4 June, 17:30"; a list of days in a row."""
    timed = [m for m in group if m.date and m.times and m.date.has_year]
    listed = sorted({day for m in timed if m.date for day in m.date.dates()})
    if len(listed) < 2 or best.date is None or best.date.is_range:
        return None
    from_to = len(timed) == 2 and is_from_to(timed[0], timed[1])
    # In running text two days with their times are two things; on lines of their own they are a list of days.
    in_a_row = best.strength >= ALONE and listed[-1] - listed[0] == timedelta(days=len(listed) - 1)
    if not from_to and (not in_a_row or any(names_a_session(m.text) for m in timed)):
        return None
    ends = [Day(day.day, day.month, day.year) for day in (listed[0], listed[-1])]
    return replace(best.date, days=tuple(ends), is_range=True)


def _covers(whole: DateMention, part: DateMention) -> bool:
    """Whether every day of `part` is one of `whole`; a missing year fits."""
    year = whole.first.year or part.first.year or 2000
    inside, days = set(whole.in_year(year).dates()), set(part.in_year(year).dates())
    return bool(days) and days <= inside


def _is_near(days: DateMention, other: DateMention) -> bool:
    year = days.first.year or other.first.year or 2000
    all_mine, all_its = days.in_year(year).dates(), other.in_year(year).dates()
    if not (all_mine and all_its):
        return False
    mine, its = all_mine[0], all_its[0]
    same_day_other_year = (mine.month, mine.day) == (its.month, its.day)
    return abs(mine - its) <= NEAR or same_day_other_year

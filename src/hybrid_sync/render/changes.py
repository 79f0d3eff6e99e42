"""What an update tells: the differences between what somebody was told and what they should know now."""

from __future__ import annotations

from datetime import datetime

from hybrid_sync.domain.invitations import Facts
from hybrid_sync.domain.people import Mode
from hybrid_sync.render.languages import Words
from hybrid_sync.render.text import one_line
from hybrid_sync.render.times import time_range, told_time, utc_range


def change_lines(before: Facts, after: Facts, words: Words) -> list[str]:
    """One sentence for each thing that differs, the time first; never empty."""
    lines = _time(before, after, words)
    if before.title != after.title:
        lines.append(words.changed_title.format(before=one_line(before.title), after=one_line(after.title)))
    lines += _way_to_take_part(before, after, words)
    if before.language != after.language:
        lines.append(words.changed_language)
    return lines or [words.changed_other]


def local_range(facts: Facts, language: str) -> str:
    """The event's time on its own clock."""
    return time_range(told_time(facts.starts, facts.zone), told_time(facts.ends, facts.zone), language)


def _time(before: Facts, after: Facts, words: Words) -> list[str]:
    old, new = local_range(before, words.code), local_range(after, words.code)
    if old != new:
        return [words.changed_time.format(before=old, after=new)]
    if _instants(before) != _instants(after):
        # The law changed, not the event: the wall time is what was promised (P3).
        old, new = (utc_range(*_instants(facts), words.code) for facts in (before, after))
        return [words.changed_utc.format(before=old, after=new)]
    return []


def _instants(facts: Facts) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(facts.starts_utc), datetime.fromisoformat(facts.ends_utc)


def _way_to_take_part(before: Facts, after: Facts, words: Words) -> list[str]:
    if before.mode != after.mode:
        # The new place or link stands in the details below; no need to tell the old one.
        return [words.changed_to_online if after.mode == Mode.ONLINE.value else words.changed_to_room]
    lines: list[str] = []
    old, new = one_line(before.place), one_line(after.place)
    if old != new:
        sentence = words.changed_place if old and new else words.changed_place_new
        lines.append(sentence.format(before=old, after=new or words.place_unknown))
    if before.join_link != after.join_link:
        lines.append(words.changed_link if after.join_link else words.changed_link_gone)
    return lines

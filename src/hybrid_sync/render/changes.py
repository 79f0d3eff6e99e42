"""What an update tells: the differences between what somebody was told and what they should know now."""

from __future__ import annotations

from datetime import datetime

from hybrid_sync.domain.invitations import Facts
from hybrid_sync.domain.people import Mode
from hybrid_sync.render.text import one_line
from hybrid_sync.render.times import time_range, told_time, utc_range
from hybrid_sync.render.translations import Words


def change_lines(before: Facts, after: Facts, words: Words) -> list[str]:
    """One sentence for each thing that differs, the time first; never empty."""
    lines = _time(before, after, words)
    if before.title != after.title:
        sentence = words.text("mail", "Title: “{before}” is now “{after}”")
        lines.append(sentence.format(before=one_line(before.title), after=one_line(after.title)))
    lines += _way_to_take_part(before, after, words)
    if before.language != after.language:
        lines.append(words.text("mail", "Messages to you are now in English"))
    return lines or [words.text("mail", "Details of the event: please use the ones below")]


def _time(before: Facts, after: Facts, words: Words) -> list[str]:
    old, new = _local_range(before, words), _local_range(after, words)
    if old != new:
        return [words.text("mail", "Time: moved from {before} to {after}").format(before=old, after=new)]
    if _instants(before) != _instants(after):
        # The law changed, not the event: the wall time is what was promised (P3).
        old, new = (utc_range(*_instants(facts), words.code) for facts in (before, after))
        sentence = words.text("mail", "Time in UTC: from {before} to {after}; the local time stays the same")
        return [sentence.format(before=old, after=new)]
    return []


def _local_range(facts: Facts, words: Words) -> str:
    return time_range(told_time(facts.starts, facts.zone), told_time(facts.ends, facts.zone), words.code)


def _instants(facts: Facts) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(facts.starts_utc), datetime.fromisoformat(facts.ends_utc)


def _way_to_take_part(before: Facts, after: Facts, words: Words) -> list[str]:
    if before.mode != after.mode:
        # The new place or link stands in the details below; no need to tell the old one.
        if after.mode == Mode.ONLINE.value:
            return [words.text("mail", "You now take part online")]
        return [words.text("mail", "You now take part on site")]
    lines: list[str] = []
    old, new = one_line(before.place), one_line(after.place)
    if old != new and old and new:
        sentence = words.text("mail", "Place: moved from {before} to {after}")
        lines.append(sentence.format(before=old, after=new))
    elif old != new:
        place = new or words.text("mail", "On site; the address will follow")
        lines.append(words.text("mail", "Place: {after}").format(after=place))
    if before.join_link != after.join_link:
        lines.append(
            words.text("mail", "Your link to join is new: please use only the one below")
            if after.join_link
            else words.text("mail", "Your earlier link to join no longer counts")
        )
    return lines

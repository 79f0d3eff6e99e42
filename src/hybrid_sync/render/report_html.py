"""Attendance as one HTML file that can be handed on and printed: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.render.pages import page
from hybrid_sync.render.report_background import SMALLEST, Background
from hybrid_sync.render.report_curve import flows, samples, steps
from hybrid_sync.render.report_doubts import told
from hybrid_sync.render.report_figures import Figures, figures, local, minutes
from hybrid_sync.render.report_picture import flow_picture, picture
from hybrid_sync.render.report_rows import absent, clock, group_tables, seen
from hybrid_sync.render.report_words import Say
from hybrid_sync.render.text import one_line
from hybrid_sync.render.times import clock_name, moment, time_range, utc_range

_MOST_DOUBTS = 200
_FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Tile:
    """One figure in large type."""

    name: str
    number: str
    more: str = ""


def attendance_html(report: Attendance, language: str = "en", background: Background | None = None) -> str:
    """The report in `language` (English where there are no words in it); the event's own texts stay as they are.

    Mail addresses stay out of it: it is passed on, and the CSV has them.
    """
    background = background or Background()
    say = Say(language)
    event = report.event
    starts = event.starts.aware
    ends = event.ends.aware if event.ends else starts
    counted = figures(report)
    curve = steps(report)
    every, pieces = flows(report)
    values: dict[str, Any] = {
        "t": say,
        "font": _FONT,
        "language": say.language,
        "event_language": event.languages[0] if len(event.languages) == 1 else "",
        "title": one_line(event.title) or event.id,
        "when": time_range(starts, ends, say.language),
        "when_utc": utc_range(starts, ends, say.language),
        "clock": _clock(starts, ends),
        "place": _place(report, say),
        "organisers": ", ".join(one_line(name) for name in event.organisers),
        "nameless": background.nameless,
        "smallest": SMALLEST,
        "held": report.held or not event.online,
        "figures": counted,
        "tiles": list(_tiles(counted, background, report, say)),
        "picture": picture(report),
        "curve_words": _curve_words(counted, report, say, _clock(starts, ends)),
        "samples": [(clock(step.at, report), step) for step in samples(curve, report.window)],
        "any_both": any(step.both for step in curve),
        "flow": flow_picture(report),
        "flow_minutes": minutes(every),
        "flow_rows": [(clock(one.at, report), one) for one in pieces],
        "flow_words": say("The table at the end gives the numbers."),
        "groupings": group_tables(report, say, background.nameless),
        "people_caption": say(
            "Minutes there, in all, online and in the room; share of the planned {minutes} minutes; "
            "first and last seen, in {clock}.",
            minutes=minutes(event.duration),
            clock=_clock(starts, ends),
        ),
        "present": seen("present", report.present, report, say),
        "walk_ins": seen("walk-in", report.walk_ins, report, say),
        "unmatched": seen("unmatched", report.unmatched, report, say),
        "no_shows": absent("no-show", report.no_shows, say),
        "unrecorded": absent("unrecorded", report.unrecorded, say),
        **_certainty(report, background, say),
        **_making(report, background, say),
    }
    return page("report.html", **values)


def _tiles(counted: Figures, background: Background, report: Attendance, say: Say) -> Iterator[Tile]:
    applied = background.applied
    others = applied - counted.registered if applied is not None else 0
    yield Tile(
        say("Registered"),
        str(counted.registered),
        say.count("besides {count} without a place", "besides {count} without a place", others)
        if others > 0
        else "",
    )
    share = say("{share} of registered", share=say.share(counted.attended_percent))
    briefly = say("{count} of them partly", count=counted.briefly) if counted.briefly else ""
    yield Tile(say("Attended"), str(counted.attended), "; ".join(part for part in (share, briefly) if part))
    yield Tile(say("Online only"), str(counted.online))
    yield Tile(say("In the room only"), str(counted.room))
    yield Tile(say("Online and room"), str(counted.both))
    yield Tile(
        say("Did not come"),
        str(counted.no_shows),
        say("besides {count} for the room, not recorded", count=counted.unrecorded)
        if counted.unrecorded
        else "",
    )
    yield Tile(say("Walk-ins"), str(counted.walk_ins), say("came without being registered"))
    yield Tile(say("Not identified"), str(counted.unmatched), say("seen, but matching no registrant"))
    at = say("at {time}", time=clock(counted.peak_at, report)) if counted.peak_at else ""
    yield Tile(say("Most at once"), str(counted.peak), at)
    yield Tile(
        say("Average stay"),
        say("{minutes} min", minutes=minutes(counted.average_stay)),
        say("median {minutes} min", minutes=minutes(counted.median_stay)),
    )


def _curve_words(counted: Figures, report: Attendance, say: Say, clock_words: str) -> str:
    if not counted.peak_at:
        return ""
    return " ".join(
        (
            say(
                "At most {count} at once, at {time} ({clock}).",
                count=counted.peak,
                time=clock(counted.peak_at, report),
                clock=clock_words,
            ),
            say("The table at the end gives the numbers."),
        )
    )


def _certainty(report: Attendance, background: Background, say: Say) -> dict[str, Any]:
    doubts = report.doubts
    withheld = background.withheld
    return {
        "doubts": [told(one_line(doubt), say) for doubt in doubts[:_MOST_DOUBTS]],
        "more_doubts": max(0, len(doubts) - _MOST_DOUBTS),
        "withheld": say.count(
            "{count} remark that may name somebody is left out.",
            "{count} remarks that may name somebody are left out.",
            withheld,
        )
        if withheld
        else "",
    }


def _making(report: Attendance, background: Background, say: Say) -> dict[str, Any]:
    """When attendance was fetched, from what, and what was not counted."""
    sentences: list[str] = []
    if report.instances:
        counted = say.count(
            "From {count} run of the meeting or file:",
            "From {count} runs of the meeting or files:",
            len(report.instances),
        )
        sentences.append(f"{counted} {', '.join(map(one_line, report.instances))}.")
    for words, names in (
        ("Not counted, as hosts: {names}.", report.staff),
        ("Registered, but ran the meeting: {names}.", [person.name for person in report.ran_it]),
        ("Not counted, as devices of the room: {names}.", report.room_systems),
    ):
        if names:
            sentences.append(say(words, names=", ".join(map(one_line, names))))
    pulled = (
        say("Figures as of {moment}.", moment=moment(local(report.pulled_at, report), say.language))
        if report.pulled_at
        else say("No attendance has been fetched yet.")
    )
    margin, present = background.margin_minutes, background.present_minutes
    return {
        "pulled": pulled,
        "sources": sentences,
        "margin": say("The margin is {count} min.", count=margin) if margin is not None else "",
        "threshold": say.count(
            "Who was there for less than {count} minute counts as partly present.",
            "Who was there for less than {count} minutes counts as partly present.",
            present,
        )
        if present is not None
        else "",
    }


def _place(report: Attendance, say: Say) -> str:
    venue = one_line(report.event.place) if report.event.onsite else ""
    if not report.event.online:
        return venue
    online = say("online (Webex)")
    return say("{place} and {online}", place=venue, online=online) if venue else online


def _clock(starts: datetime, ends: datetime) -> str:
    return " / ".join(dict.fromkeys((clock_name(starts), clock_name(ends))))

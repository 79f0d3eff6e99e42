"""Attendance as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hybrid_sync.domain.attendance import Attendance, Interval, Presence
from hybrid_sync.render.event_json import event_json, registrant_json, utc_text
from hybrid_sync.render.report_background import Background
from hybrid_sync.render.report_curve import flows, samples, steps
from hybrid_sync.render.report_figures import Group, figures, groupings


def attendance_json(report: Attendance, background: Background | None = None) -> dict[str, Any]:
    """Everything in `report`: instants in UTC ("Z"), lengths in whole seconds, `share` as a part of 1.

    event                        as `event show --json` gives it
    window                       {starts_utc, ends_utc}: the planned time
    pulled_at, instances         when attendance was last fetched, and from which runs and files
    held                         false when the meeting was never started
    names                        false when "P001" stands for people, without addresses (`--without-names`); then
                                 `remarks_withheld` counts the doubts that may name somebody
    summary                      counts of people: registered = attended + no_shows + unrecorded;
                                 attended = online_only + room_only + online_and_room, `briefly` ("partly") among them;
                                 walk_ins and unmatched stand beside; applied (null when not known) counts every
                                 registration, whatever became of it; peak, peak_at, average_ and median_stay_seconds
    groups                       {mode, organisation, language}: [{value, registered, attended, ...}], value "" for none
    curve                        [{at, online, room, both}] at round moments of the planned time
    flow                         {seconds, pieces: [{at, came, went}]}
    present, walk_ins, unmatched [{name, email, registrant_id, organisation, mode, verdict, total_seconds, online_seconds,
                                 room_seconds, share, first, last, intervals, language, matched_by, online_intervals,
                                 room_intervals, key, suggestions: [{registrant_id, name, email, why}]}]
    no_shows, unrecorded         registrants
    staff, room_systems, ran_it  not counted: names, and the registrants who ran the meeting
    doubts                       what is not certain, in words

    Keys are only ever added.
    """
    background = background or Background()
    counted = figures(report)
    every, pieces = flows(report)
    return {
        "event": event_json(report.event),
        "window": {"starts_utc": utc_text(report.window[0]), "ends_utc": utc_text(report.window[1])},
        "pulled_at": utc_text(report.pulled_at) if report.pulled_at else None,
        "instances": list(report.instances),
        "held": report.held,
        "names": not background.nameless,
        "remarks_withheld": background.withheld,
        "summary": {
            "applied": background.applied,
            "registered": counted.registered,
            "attended": counted.attended,
            "online_only": counted.online,
            "room_only": counted.room,
            "online_and_room": counted.both,
            "briefly": counted.briefly,
            "no_shows": counted.no_shows,
            "unrecorded": counted.unrecorded,
            "walk_ins": counted.walk_ins,
            "unmatched": counted.unmatched,
            "peak": counted.peak,
            "peak_at": utc_text(counted.peak_at) if counted.peak_at else None,
            "average_stay_seconds": round(counted.average_stay.total_seconds()),
            "median_stay_seconds": round(counted.median_stay.total_seconds()),
        },
        # All of them: folding is for pages.
        "groups": {
            one.by: [_group(group) for group in one.groups] for one in groupings(report, most=report.registered)
        },
        "curve": [
            {"at": utc_text(step.at), "online": step.online, "room": step.room, "both": step.both}
            for step in samples(steps(report), report.window)
        ],
        "flow": {
            "seconds": round(every.total_seconds()),
            "pieces": [
                {"at": utc_text(flow.at), "came": flow.came, "went": flow.went} for flow in pieces
            ],
        },
        "present": [_presence(row) for row in report.present],
        "walk_ins": [_presence(row) for row in report.walk_ins],
        "no_shows": [registrant_json(person) for person in report.no_shows],
        "unrecorded": [registrant_json(person) for person in report.unrecorded],
        "unmatched": [_presence(row) for row in report.unmatched],
        "staff": list(report.staff),
        "ran_it": [registrant_json(person) for person in report.ran_it],
        "room_systems": list(report.room_systems),
        "doubts": list(report.doubts),
    }  # fmt: skip


def _group(group: Group) -> dict[str, Any]:
    told = asdict(group)
    del told["folded"]
    return told


def _presence(row: Presence) -> dict[str, Any]:
    return {
        "name": row.name,
        "email": row.email,
        "registrant_id": row.person.id if row.person else None,
        "organisation": row.person.organisation if row.person else None,
        "mode": row.person.mode.value if row.person else None,
        "verdict": row.verdict,
        "total_seconds": round(row.total.total_seconds()),
        "online_seconds": round(row.online.total_seconds()),
        "room_seconds": round(row.room.total_seconds()),
        "share": round(row.share, 4),
        "first": utc_text(row.first) if row.first else None,
        "last": utc_text(row.last) if row.last else None,
        "intervals": _intervals(row.intervals),
        "language": row.person.language if row.person else None,
        "matched_by": row.matched_by,
        "online_intervals": _intervals(row.online_intervals),
        "room_intervals": _intervals(row.room_intervals),
        "key": row.key,
        "suggestions": [
            {
                "registrant_id": one.person.id,
                "name": one.person.name,
                "email": one.person.email,
                "why": one.why,
            }
            for one in row.suggestions
        ],
    }


def _intervals(intervals: tuple[Interval, ...]) -> list[list[str]]:
    return [[utc_text(start), utc_text(end)] for start, end in intervals]

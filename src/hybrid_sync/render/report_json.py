"""Attendance as JSON."""

from __future__ import annotations

from typing import Any

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.render.event_json import event_json, registrant_json, utc_text
from hybrid_sync.render.report_figures import figures


def attendance_json(report: Attendance) -> dict[str, Any]:
    """Everything in `report`: instants in UTC ("Z"), lengths in whole seconds, `share` as a part of 1."""
    counted = figures(report)
    return {
        "event": event_json(report.event),
        "window": {"starts_utc": utc_text(report.window[0]), "ends_utc": utc_text(report.window[1])},
        "pulled_at": utc_text(report.pulled_at) if report.pulled_at else None,
        "instances": list(report.instances),
        "summary": {
            "registered": counted.registered,
            "attended": counted.attended,
            "online_only": counted.online,
            "room_only": counted.room,
            "online_and_room": counted.both,
            "briefly": counted.briefly,
            "no_shows": counted.no_shows,
            "unrecorded": counted.unrecorded,
            "unmatched": counted.unmatched,
            "peak": counted.peak,
            "peak_at": utc_text(counted.peak_at) if counted.peak_at else None,
            "average_stay_seconds": round(counted.average_stay.total_seconds()),
            "median_stay_seconds": round(counted.median_stay.total_seconds()),
        },
        "present": [_presence(row) for row in report.present],
        "no_shows": [registrant_json(person) for person in report.no_shows],
        "unrecorded": [registrant_json(person) for person in report.unrecorded],
        "unmatched": [_presence(row) for row in report.unmatched],
        "staff": list(report.staff),
        "doubts": list(report.doubts),
    }


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
        "intervals": [[utc_text(start), utc_text(end)] for start, end in row.intervals],
    }

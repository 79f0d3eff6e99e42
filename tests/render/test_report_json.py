import json
from datetime import timedelta
from types import SimpleNamespace

from hybrid_sync.render.event_json import event_json
from hybrid_sync.render.report_figures import minutes, percent
from hybrid_sync.render.report_json import attendance_json


def test_the_report_holds_figures_people_and_doubts(make: SimpleNamespace) -> None:
    report = make.report()
    told = json.loads(json.dumps(attendance_json(report)))
    assert told["event"] == event_json(report.event)
    assert told["window"] == {"starts_utc": "2027-06-09T08:00:00Z", "ends_utc": "2027-06-09T09:30:00Z"}
    assert told["pulled_at"] == "2027-06-09T12:00:00Z"
    assert told["instances"] == ["door.csv", "run-1"]
    assert told["summary"] == {
        "registered": 4,
        "attended": 3,
        "online_only": 1,
        "room_only": 1,
        "online_and_room": 1,
        "briefly": 0,
        "no_shows": 1,
        "unrecorded": 0,
        "unmatched": 1,
        "peak": 4,
        "peak_at": "2027-06-09T08:10:00Z",
        "average_stay_seconds": (90 + 85 + 63 + 45) * 15,
        "median_stay_seconds": 74 * 60,
    }
    assert told["present"][1] == {
        "name": "Eva",
        "email": "eva@example.org",
        "registrant_id": "r-3",
        "organisation": None,
        "mode": "online",
        "verdict": "present",
        "total_seconds": 85 * 60,
        "online_seconds": 15 * 60,
        "room_seconds": 70 * 60,
        "share": 0.9444,
        "first": "2027-06-09T08:05:00Z",
        "last": "2027-06-09T09:40:00Z",
        "intervals": [
            ["2027-06-09T08:05:00Z", "2027-06-09T08:20:00Z"],
            ["2027-06-09T08:30:00Z", "2027-06-09T09:40:00Z"],
        ],
    }
    assert [person["id"] for person in told["no_shows"]] == ["r-4"]
    assert [(row["name"], row["registrant_id"], row["mode"]) for row in told["unmatched"]] == [
        ("iPhone 12", None, None)
    ]
    assert told["staff"] == ["Desk"]
    assert told["doubts"] == ["Eva: no leave time, counted to the end"]
    assert "join_link" not in json.dumps(told)


def test_halves_are_rounded_upwards() -> None:
    assert [minutes(timedelta(seconds=seconds)) for seconds in (0, 29, 30, 89, 90)] == [0, 0, 1, 1, 2]
    assert [percent(share) for share in (0.0, 0.004, 0.005, 0.125, 1.0)] == [0, 0, 1, 13, 100]

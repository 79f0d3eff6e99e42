import json
from datetime import timedelta
from types import SimpleNamespace

from hybrid_sync.render.event_json import event_json
from hybrid_sync.render.report_background import Background
from hybrid_sync.render.report_figures import minutes, percent
from hybrid_sync.render.report_json import attendance_json


def test_the_report_holds_figures_people_and_doubts(make: SimpleNamespace) -> None:
    report = make.report()
    told = json.loads(json.dumps(attendance_json(report, Background(applied=6))))
    assert told["event"] == event_json(report.event)
    assert told["window"] == {"starts_utc": "2027-06-09T08:00:00Z", "ends_utc": "2027-06-09T09:30:00Z"}
    assert told["pulled_at"] == "2027-06-09T12:00:00Z"
    assert told["instances"] == ["door.csv", "run-1"]
    assert told["summary"] == {
        "applied": 6,
        "registered": 4,
        "attended": 3,
        "online_only": 1,
        "room_only": 1,
        "online_and_room": 1,
        "briefly": 0,
        "no_shows": 1,
        "unrecorded": 0,
        "walk_ins": 0,
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
        "language": "en",
        "matched_by": "address",
        "online_intervals": [["2027-06-09T08:05:00Z", "2027-06-09T08:20:00Z"]],
        "room_intervals": [["2027-06-09T08:30:00Z", "2027-06-09T09:40:00Z"]],
        "key": report.present[1].key,
        "suggestions": [],
    }
    assert told["groups"]["mode"] == [
        {
            "value": value,
            "registered": 2,
            "attended": attended,
            "online": online,
            "room": room,
            "both": both,
            "briefly": 0,
            "no_shows": 2 - attended,
            "unrecorded": 0,
        }
        for value, attended, online, room, both in (("online", 2, 1, 0, 1), ("room", 1, 0, 1, 0))
    ]
    assert [(one["value"], one["registered"]) for one in told["groups"]["organisation"]] == [
        ("Enabel", 3),
        ("", 1),
    ]
    assert told["curve"][1] == {"at": "2027-06-09T08:10:00Z", "online": 3, "room": 1, "both": 0}
    assert told["flow"]["seconds"] == 300
    assert told["flow"]["pieces"][0] == {"at": "2027-06-09T07:55:00Z", "came": 1, "went": 0}
    assert (told["held"], told["names"], told["remarks_withheld"]) == (True, True, 0)
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

"""Doubts in another language and without names: everything that the domain says is known here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Run, Segment
from hybrid_sync.domain.attendance_told import ReportedStay, about_report, about_runs, about_vanished
from hybrid_sync.render.report_doubts import KNOWN, nameless, told
from hybrid_sync.render.report_words import Say

NAME = "Quibble"


def every_doubt(make: SimpleNamespace) -> list[str]:
    """What the domain says of a report in which everything goes wrong, by the domain's own code."""
    event = make.event()
    base: datetime = event.starts.instant

    def stay(key: str, joined: float | None, left: float | None, run: str = "r", **more: str) -> Segment:
        joins, leaves = (
            None if minutes is None else base + timedelta(minutes=minutes) for minutes in (joined, left)
        )
        return Segment(f"{run}|{key}|", "ev-1", run, NAME, f"{NAME}{key}@example.org", joins, leaves, **more)

    stays = [
        stay("1", None, 20),
        stay("2", 30, 20),
        stay("3", 10, None),
        stay("4", 10, None, "s"),
        stay("5", 0, 60, "s"),
        stay("6", -300, -200, source="room"),
        stay("7", 10, None, source="room"),
    ]
    runs = [
        Run("x", base - timedelta(hours=2), base - timedelta(hours=1), False, "was a rehearsal"),
        Run("y", base + timedelta(days=1), None, False, "began after the event"),
    ]
    listed = [stay(str(n), 0, 60) for n in range(30)]
    reported = [
        ReportedStay(
            "r", f"{NAME}{n}@example.org", base + timedelta(minutes=20), base + timedelta(minutes=60)
        )
        for n in range(10, 50)
    ]
    return [
        *make.report(event, stays).doubts,
        *about_runs(runs, event),
        *about_vanished(listed, [], ["r"]),
        *about_vanished(listed[:1], [], ["r"]),
        *about_report(listed, reported, event),
    ]


def test_every_doubt_of_the_domain_is_known_and_none_is_known_in_vain(make: SimpleNamespace) -> None:
    doubts = every_doubt(make)
    french = [told(doubt, Say("fr")) for doubt in doubts]
    assert [doubt for doubt, said in zip(doubts, french, strict=True) if said == doubt] == []
    assert all(told(doubt, Say("en")) == doubt for doubt in doubts)
    starts = {sentence.split("{")[0] or sentence.split("}")[1].split("{")[0] for sentence in KNOWN}
    assert {start for start in starts if any(start in doubt for doubt in doubts)} == starts
    assert nameless(doubts)[1] == 0


def test_without_names_no_doubt_names_anybody(make: SimpleNamespace) -> None:
    said, left_out = nameless([*every_doubt(make), f"{NAME} did something new"])
    assert NAME.lower() not in " ".join(said).lower()
    assert "example.org" not in " ".join(said)
    assert left_out == 1


def test_equal_doubts_are_counted_instead(make: SimpleNamespace) -> None:
    said, _ = nameless([f"{name}: no leave time, counted to the end" for name in "ABC"])
    assert said == ("3 × …: no leave time, counted to the end",)
    assert told(said[0], Say("fr")) == "3 × …\u00a0: pas d'heure de départ, compté jusqu'à la fin"


@given(st.text(max_size=60), st.sampled_from(KNOWN))
def test_no_name_can_slip_through_a_sentence_that_is_known(name: str, sentence: str) -> None:
    secret = f"<<{name}>>"
    parts = {
        "who": secret, "names": secret, "starts": "10:00", "ends": "2027-06-10 11:00 CET",
        "begins": "an unknown time", "stops": "23:59", "people": "3 people",
    }  # fmt: skip
    if "{people} more" in sentence:
        parts["people"] = "3"
    said, left_out = nameless([sentence.format(**parts)])
    assert (len(said), left_out) == (1, 0)
    assert "<<" not in said[0]


def test_a_doubt_in_the_report_says_when(make: SimpleNamespace) -> None:
    report = replace(
        make.report(), doubts=("a run from 09:05 to an unknown time was a rehearsal and is not counted",)
    )
    assert (
        told(report.doubts[0], Say("fr"))
        == "une session de 09:05 à une heure inconnue était une répétition et n'est pas comptée"
    )

"""The figures add up, whichever way the registrants are parted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Attendance, AttendanceRules, Segment, attendance
from hybrid_sync.domain.people import Mode, Registrant
from hybrid_sync.render.report_figures import MOST_GROUPS, Group, figures, groupings

COUNTS = ("registered", "attended", "online", "room", "both", "briefly", "no_shows", "unrecorded")

PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(list(Mode)),
        st.sampled_from([None, "", "GIZ", "giz ", "Enabel", *map(str, range(20))]),
        st.sampled_from(["en", "fr", "el"]),
        st.lists(
            st.tuples(st.sampled_from(["webex", "room"]), st.integers(0, 80), st.integers(1, 30)), max_size=2
        ),
    ),
    max_size=40,
)


def reported(
    make: SimpleNamespace, people: list[tuple[Mode, str | None, str, list[tuple[str, int, int]]]]
) -> Attendance:
    event = make.event()
    registrants = [
        Registrant(
            f"r{n}",
            "ev-1",
            f"p{n}@example.org",
            f"P{n}",
            organisation=organisation,
            language=language,
            mode=mode,
        )
        for n, (mode, organisation, language, _) in enumerate(people)
    ]
    base: datetime = event.starts.instant
    segments = [
        Segment(
            f"{n}-{k}", "ev-1", "r", f"P{n}", f"p{n}@example.org",
            base + timedelta(minutes=start), base + timedelta(minutes=start + long), source=source,
        )
        for n, (_, _, _, stays) in enumerate(people)
        for k, (source, start, long) in enumerate(stays)
    ]  # fmt: skip
    return attendance(event, registrants, segments, AttendanceRules(present_from=timedelta(minutes=10)))


@settings(max_examples=80, deadline=None)
@given(PEOPLE)
def test_each_way_to_part_the_registrants_comes_to_the_same_sums(
    make: SimpleNamespace, people: list[tuple[Mode, str | None, str, list[tuple[str, int, int]]]]
) -> None:
    report = reported(make, people)
    counted = figures(report)
    assert counted.registered == len(people) == counted.attended + counted.no_shows + counted.unrecorded
    assert counted.attended == counted.online + counted.room + counted.both
    assert counted.briefly == sum(0 < row.total.total_seconds() < 600 for row in report.present)
    for found in groupings(report):
        rows = [*found.groups, *([found.rest] if found.rest else [])]
        for name in COUNTS:
            assert sum(getattr(row, name) for row in rows) == getattr(counted, name)
        assert len(found.groups) <= MOST_GROUPS + 1


def test_a_long_tail_of_organisations_is_folded_and_counted(make: SimpleNamespace) -> None:
    people = [(Mode.ONLINE, f"Org {n:02}", "en", []) for n in range(55) for _ in range(2 if n < 12 else 1)]
    found = groupings(reported(make, [*people, *[(Mode.ONLINE, None, "en", [])] * 30]))[1]
    assert [one.value for one in found.groups] == [*(f"Org {n:02}" for n in range(12)), ""]
    assert found.rest == Group("", registered=43, no_shows=43, folded=43)
    few = groupings(reported(make, [(Mode.ONLINE, f"Org {n:02}", "en", []) for n in range(13)]))[1]
    assert len(few.groups) == 13
    assert few.rest is None


def test_an_organisation_is_one_however_its_name_is_typed(make: SimpleNamespace) -> None:
    spelled = ["GIZ", "giz", " GIZ", "Giz", "GIZ"]
    found = groupings(reported(make, [(Mode.ONLINE, name, "en", []) for name in spelled]))[1]
    assert [(one.value, one.registered) for one in found.groups] == [("GIZ", 5)]


def test_everybody_counts_for_peak_and_stay_but_only_registrants_as_attended(make: SimpleNamespace) -> None:
    report = make.report()
    more = replace(report, walk_ins=(replace(report.unmatched[0], verdict="walk-in"),))
    before, after = figures(report), figures(more)
    assert (after.attended, after.registered) == (before.attended, before.registered)
    assert (before.peak, after.peak, after.walk_ins) == (4, 5, 1)
    assert after.average_stay == timedelta(minutes=(90 + 85 + 63 + 45 + 45) / 5)

"""Who has a role in the meeting, and who must never be touched."""

from __future__ import annotations

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.meetings import MeetingKind
from hybrid_sync.domain.staff import Invitee, plan_staff, wanted_staff
from tests.builders import an_event

EVENT = an_event(
    speakers=(Speaker("Ana", email="Ana@Example.org"), Speaker("Bo")),
    moderators=(Speaker("Cy", email="cy@example.org"),),
)


def test_speakers_with_an_address_are_panelists_of_a_webinar_and_cohosts_of_a_meeting() -> None:
    webinar = wanted_staff(EVENT, MeetingKind.WEBINAR, ["desk@example.org"])
    assert {key: (one.cohost, one.panelist) for key, one in webinar.items()} == {
        "ana@example.org": (False, True),
        "cy@example.org": (False, True),
        "desk@example.org": (True, True),
    }
    meeting = wanted_staff(EVENT, MeetingKind.MEETING, ["cy@example.org"])
    assert {key: (one.cohost, one.panelist) for key, one in meeting.items()} == {
        "ana@example.org": (True, False),
        "cy@example.org": (True, False),
    }


def test_only_people_whom_we_put_there_are_removed() -> None:
    seen = [Invitee("1", "old@example.org", panelist=True), Invitee("2", "hand@example.org", panelist=True)]
    [change] = plan_staff({}, seen, {"old@example.org": "1"}, MeetingKind.WEBINAR)
    assert (change.target, change.wanted) == ("old@example.org", None)
    assert plan_staff({}, seen, {"old@example.org": "another id"}, MeetingKind.WEBINAR) == []


def test_a_missing_panelist_mark_is_given_and_a_missing_cohost_mark_is_left() -> None:
    seen = [Invitee("1", "ana@example.org"), Invitee("2", "cy@example.org")]
    webinar = plan_staff(wanted_staff(EVENT, MeetingKind.WEBINAR, []), seen, {}, MeetingKind.WEBINAR)
    assert [change.seen for change in webinar] == seen
    assert plan_staff(wanted_staff(EVENT, MeetingKind.MEETING, []), seen, {}, MeetingKind.MEETING) == []

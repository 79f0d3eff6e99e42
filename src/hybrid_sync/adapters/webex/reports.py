"""Who was in the meeting, by Webex's own account of its ended runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hybrid_sync.adapters.webex.attendee_report import AttendeeReport
from hybrid_sync.adapters.webex.paging import complete_list
from hybrid_sync.adapters.webex.panelists import WebexStaff
from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.wire import instant, segments_of, text_of, utc_text
from hybrid_sync.domain.attendance import Run, Segment
from hybrid_sync.domain.attendance_told import ReportedStay
from hybrid_sync.http_client import Json
from hybrid_sync.ports import AttendancePull

_PADDING = timedelta(days=1)
_REHEARSED = timedelta(days=2)
"""How long before the event runs are looked for: those of the day before are told as rehearsals."""


class WebexReports:
    """Reports from meeting instances and their participants.

    `margin` is how long before the event a run may have ended and still count: what ended earlier was a rehearsal.
    """

    def __init__(
        self,
        api: WebexApi,
        *,
        host_email: str | None = None,
        site_url: str | None = None,
        margin: timedelta = timedelta(minutes=10),
    ) -> None:
        self._api = api
        self._host = host_email or None
        self._margin = margin
        self._staff = WebexStaff(api, host_email=host_email)
        self._report = AttendeeReport(api, site_url=site_url)

    def pull(
        self, event_id: str, meeting_id: str, window: tuple[datetime, datetime], *, webinar: bool = False
    ) -> AttendancePull:
        """Every ended run that touches `window` (UTC), each asked for by its own id.

        The series id would give the participants of the last run only (webex.md 3.1). A run without times is kept.
        Participants do not say who is a panelist; in a webinar the invitees do.
        """
        runs, site = self._ended(meeting_id, window)
        counted = [run for run in runs if run.counted]
        panelists = self._panelists(meeting_id) if webinar and counted else frozenset()
        segments: dict[str, Segment] = {}
        for run in counted:
            for participant in self._participants(run, window):
                for segment in segments_of(event_id, run.id, participant, panelists):
                    segments[segment.key] = segment
        return AttendancePull(tuple(run.id for run in counted), tuple(segments.values()), tuple(runs), site)

    def attendees(self, runs: Sequence[Run], site: str) -> Sequence[ReportedStay]:
        """The attendee report of those runs."""
        return self._report.of(runs, site)

    def _ended(self, meeting_id: str, window: tuple[datetime, datetime]) -> tuple[list[Run], str]:
        """The ended runs and their site; a state without meetingType=meeting would look at the series."""
        # Past the SDK's wrapper: its list loses meetingSeriesId and then lists every meeting (webex.md 10.3).
        listed = self._api.items(
            "meetings",
            {
                "meetingSeriesId": meeting_id,
                "meetingType": "meeting",
                "state": "ended",
                "from": utc_text(window[0] - _REHEARSED),
                "to": utc_text(window[1] + _PADDING),
                "max": 100,
                "hostEmail": self._host,
            },
        )
        runs: dict[str, Run] = {}
        site = ""
        for body in listed:
            run_id = text_of(body, "id")
            if not run_id or run_id in runs or body.get("meetingSeriesId", meeting_id) != meeting_id:
                continue
            runs[run_id] = self._run(run_id, body, window)
            site = site or text_of(body, "siteUrl") or ""
        return list(runs.values()), site

    def _run(self, run_id: str, body: Json, window: tuple[datetime, datetime]) -> Run:
        started, ended = instant(body.get("start")), instant(body.get("end"))
        why = ""
        if ended is not None and ended < window[0] - self._margin:
            why = "was a rehearsal"
        elif started is not None and started > window[1] + self._margin:
            why = "began after the event"
        return Run(run_id, started, ended, counted=not why, why=why)

    def _panelists(self, meeting_id: str) -> frozenset[str]:
        return frozenset(one.key for one in self._staff.listed(meeting_id) if one.panelist)

    def _participants(self, run: Run, window: tuple[datetime, datetime]) -> list[Json]:
        started, ended = run.started or window[0], run.ended or window[1]
        # Participants are not in the SDK. Both bounds always: the defaults reach back a month and contradict each other (webex.md 3.1).
        params = {
            "meetingId": run.id,
            "meetingStartTimeFrom": utc_text(started - _PADDING),
            "meetingStartTimeTo": utc_text(ended + _PADDING),
            "hostEmail": self._host,
        }
        # People join before the run is said to start (lobby), none after its end.
        joined = (started - _PADDING, ended + _PADDING)
        return complete_list(self._api, "meetingParticipants", params, ("joinTimeFrom", "joinTimeTo"), joined)

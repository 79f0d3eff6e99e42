"""Who was in the meeting, by Webex's own account of its ended runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hybrid_sync.adapters.webex.paging import complete_list
from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.wire import instant, segments_of, utc_text
from hybrid_sync.domain.attendance import Segment
from hybrid_sync.http_client import Json
from hybrid_sync.ports import AttendancePull

_PADDING = timedelta(days=1)


class WebexReports:
    """Reports from meeting instances and their participants.

    `margin` is how long before the event a run may have ended and still count: what ended earlier was a rehearsal.
    """

    def __init__(
        self, api: WebexApi, *, host_email: str | None = None, margin: timedelta = timedelta(minutes=10)
    ) -> None:
        self._api = api
        self._host = host_email or None
        self._margin = margin

    def pull(self, event_id: str, meeting_id: str, window: tuple[datetime, datetime]) -> AttendancePull:
        """Every ended run that touches `window` (UTC), each asked for by its own id.

        The series id would give the participants of the last run only (webex.md 3.1). A run without times is kept.
        """
        segments: dict[str, Segment] = {}
        instances: list[str] = []
        for run_id, started, ended in self._ended(meeting_id, window):
            instances.append(run_id)
            for participant in self._participants(run_id, started or window[0], ended or window[1]):
                for segment in segments_of(event_id, run_id, participant):
                    segments[segment.key] = segment
        return AttendancePull(tuple(instances), tuple(segments.values()))

    def _ended(
        self, meeting_id: str, window: tuple[datetime, datetime]
    ) -> Iterator[tuple[str, datetime | None, datetime | None]]:
        """Id, start and end of the ended runs; a state without meetingType=meeting would look at the series."""
        # Past the SDK's wrapper: its list loses meetingSeriesId and then lists every meeting (webex.md 10.3).
        listed = self._api.items(
            "meetings",
            {
                "meetingSeriesId": meeting_id,
                "meetingType": "meeting",
                "state": "ended",
                "from": utc_text(window[0] - _PADDING),
                "to": utc_text(window[1] + _PADDING),
                "max": 100,
                "hostEmail": self._host,
            },
        )
        seen: set[str] = set()
        for run in listed:
            run_id = str(run.get("id") or "")
            if not run_id or run_id in seen or run.get("meetingSeriesId", meeting_id) != meeting_id:
                continue
            seen.add(run_id)
            started, ended = instant(run.get("start")), instant(run.get("end"))
            rehearsal = ended is not None and ended < window[0] - self._margin
            too_late = started is not None and started > window[1] + self._margin
            if not rehearsal and not too_late:
                yield run_id, started, ended

    def _participants(self, run_id: str, started: datetime, ended: datetime) -> list[Json]:
        # Participants are not in the SDK. Both bounds always: the defaults reach back a month and contradict each other (webex.md 3.1).
        params = {
            "meetingId": run_id,
            "meetingStartTimeFrom": utc_text(started - _PADDING),
            "meetingStartTimeTo": utc_text(ended + _PADDING),
            "hostEmail": self._host,
        }
        # People join before the run is said to start (lobby), none after its end.
        joined = (started - _PADDING, ended + _PADDING)
        return complete_list(self._api, "meetingParticipants", params, ("joinTimeFrom", "joinTimeTo"), joined)

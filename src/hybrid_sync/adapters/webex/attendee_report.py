"""Webex's attendee report: a second account of who was there, complete a day after the end, gone after ninety."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.wire import instant, text_of, utc_text
from hybrid_sync.domain.attendance import Run
from hybrid_sync.domain.attendance_told import ReportedStay
from hybrid_sync.domain.people import email_key
from hybrid_sync.errors import Refused
from hybrid_sync.http_client import Json
from hybrid_sync.intake.characters import one_line

_PADDING = timedelta(days=1)
_LONGEST_SPAN = timedelta(days=30)
_KEPT = timedelta(days=90)
_HASTE = timedelta(minutes=5)
"""What is asked for at the very edge may be past it when it arrives."""
_MOST = 1000


class AttendeeReport:
    """Reads it run by run (webex.md 3.2). It is not in the SDK.

    A host reads the report of own meetings with the two scopes that the service has anyway; an administrator needs
    meeting:admin_config_read. The call knows no hostEmail (webex.md 6.1). `site_url` is used for runs that name none.
    """

    def __init__(self, api: WebexApi, *, site_url: str | None = None) -> None:
        self._api = api
        self._site = site_url or ""

    def of(self, runs: Sequence[Run], site: str) -> list[ReportedStay]:
        """Every line about those runs; raises Refused when it cannot be asked for, or Webex refuses."""
        return [stay for run in runs for stay in self._stays(run, site or self._site)]

    def _stays(self, run: Run, site: str) -> Iterator[ReportedStay]:
        if not site:
            raise Refused(self._api.system, "it is not known on which site it was; set [webex] site_url")
        if run.started is None:
            raise Refused(
                self._api.system, "a run of the meeting has no start, and the report is asked for by time"
            )
        earliest = self._api.clock() - _KEPT + _HASTE
        if run.started < earliest:
            raise Refused(self._api.system, "Webex keeps the report for 90 days, and these are over")
        since = max(run.started - _PADDING, earliest)
        params = {
            "siteUrl": site,
            # By instance: what a series id does here is documented both ways.
            "meetingId": run.id,
            # Both bounds always: the defaults look a week back only.
            "from": utc_text(since),
            "to": utc_text(min((run.ended or run.started) + _PADDING, since + _LONGEST_SPAN)),
            "max": _MOST,
        }
        for line in self._api.items("meetingReports/attendees", params):
            # Lines of another run are possible where an id is taken for a series.
            if line.get("meetingId", run.id) == run.id:
                yield _stay(run.id, line)


def _stay(run_id: str, line: Json) -> ReportedStay:
    """Address and times only: names, IP addresses, phone numbers, postal addresses are not taken over."""
    return ReportedStay(
        instance_id=run_id,
        email=email_key(one_line(text_of(line, "email") or "")),
        joined=instant(line.get("joinedTime")),
        left=instant(line.get("leftTime")),
    )

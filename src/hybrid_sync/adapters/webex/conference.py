"""The meeting itself: found again by id or tag, made, changed, cancelled; and the way in for one person."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hybrid_sync.adapters.webex.finding import Finding
from hybrid_sync.adapters.webex.meeting_wire import (
    REGISTRATION,
    harmless,
    ignored_names,
    meeting_body,
    meeting_changes,
    meeting_of,
)
from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.session_types import webinar_session_type
from hybrid_sync.domain.meetings import (
    Meeting,
    MeetingKind,
    MeetingSpec,
    MeetingState,
    differences,
    fitted,
)
from hybrid_sync.domain.people import email_key
from hybrid_sync.errors import Gone, OutcomeUnknown, ProviderError, Refused, StillThere, TryLater
from hybrid_sync.http_client import Json, json_of

logger = logging.getLogger(__name__)

# webex.md 1.2
TITLE_MOST, AGENDA_MOST, NAME_MOST = 128, 1300, 128
_JSON_PATCH = {"Content-Type": "application/json-patch+json"}

QUOTA_WINDOW = timedelta(hours=24)
# Status and wording of a used-up quota are not documented: the words are a hint, and what hangs on it (waiting a day and
# telling a person) does no harm where it is misread.
_QUOTA_WORDS = re.compile(
    r"\bmeetings?\b.*(\blimit|exceed|quota)|(\blimit|exceed|quota).*\bmeetings\b", re.IGNORECASE
)
RUNNING_AGAIN_AFTER = timedelta(minutes=5)


class WebexConference:
    """Conference and JoinLinks on Webex meetings and webinars.

    `host_email` acts for that user (admin or Service App token) and goes where each call wants it (webex.md 6.1).
    `new_password` makes one for each new meeting; None leaves that to Webex, which knows its site's rules.
    `auto_accept` lets whoever registers in without a person's word. `link_minutes` (1 to 60) is the life of a join URL.
    """

    def __init__(
        self,
        api: WebexApi,
        *,
        host_email: str | None = None,
        site_url: str | None = None,
        new_password: Callable[[], str] | None = None,
        auto_accept: bool = True,
        link_minutes: int = 5,
    ) -> None:
        if not 1 <= link_minutes <= 60:
            raise ValueError("Webex join URLs live between 1 and 60 minutes")
        self._api = api
        self._host = host_email or None
        self._site = site_url or None
        self._new_password = new_password
        self._registration: Json = REGISTRATION | {"autoAcceptRequest": auto_accept}
        self._link_minutes = link_minutes
        self._finding = Finding(api, self._host, self._site)
        self._patch_headers: dict[str, str] | None = None

    def adjust(self, wanted: MeetingSpec) -> MeetingSpec:
        """Cut to Webex's lengths and to whole minutes. A length in time that Webex does not take is refused elsewhere."""
        agenda = "\n".join(line.rstrip() for line in wanted.agenda.strip().splitlines())
        title = " ".join(wanted.title.split())
        minutes = replace(
            wanted, title=title, agenda=agenda, starts=_minute(wanted.starts), ends=_minute(wanted.ends)
        )
        return fitted(minutes, TITLE_MOST, AGENDA_MOST)

    def find(self, tag: str, known_id: str | None, around: tuple[datetime, datetime]) -> Meeting | None:
        """As Finding.find."""
        return self._finding.find(tag, known_id, around)

    def twins(
        self, tags: Sequence[str], known_id: str, around: tuple[datetime, datetime]
    ) -> Sequence[Meeting]:
        """As Finding.twins."""
        return self._finding.twins(tags, known_id, around)

    def create(self, wanted: MeetingSpec) -> Meeting:
        """POST /meetings with registration as wished; read again where the answer leaves out how to get in."""
        session_type = None
        if wanted.kind is MeetingKind.WEBINAR:
            session_type = webinar_session_type(self._api, self._host, self._site)
        body = meeting_body(
            wanted,
            host_email=self._host,
            site_url=self._site,
            registration=self._registration,
            password=self._new_password() if self._new_password else None,
            session_type=session_type,
        )
        try:
            # Past the SDK's wrapper: it hides the Warning header, and takes the answer 201 for a failure.
            response = self._api.call("POST", "meetings", json=body)
        except Refused as refusal:
            raise _quota(refusal) from refusal
        made = meeting_of(json_of(self._api.system, response, safe=False), wanted)
        if made is None:
            raise OutcomeUnknown(self._api.system, "the meeting was made, but the answer does not name it")
        # Registration that was asked for and is not in the answer: Webex leaves it out silently (webex.md 2.1).
        whole = self._again(made) if made.registration is None else self._completed(made)
        return replace(whole, ignored=ignored_names(response.headers))

    def update(self, seen: Meeting, wanted: MeetingSpec, names: Sequence[str] | None = None) -> Meeting:
        """PATCH with what differs, or with `names` of it; then read again, because a move may have changed links.

        An instance that began meanwhile is no refusal: TryLater (webex.md 1.6 R3).
        """
        changed = differences(wanted, seen) if names is None else tuple(names)
        if not changed:
            return seen
        body = meeting_changes(wanted, changed)
        if self._host:
            body["hostEmail"] = self._host
        answer, ignored = self._patch(seen, harmless(body))
        updated = meeting_of(answer, wanted)
        if updated is None:
            # The change is made; only its picture is missing.
            updated = replace(seen, **{name: getattr(wanted, name) for name in changed})
        if updated.registration is None:
            updated = replace(updated, registration=seen.registration)
        whole = self._again(updated) if {"starts", "ends"} & set(changed) else self._completed(updated)
        return replace(whole, ignored=ignored)

    def open_registration(self, seen: Meeting) -> Meeting:
        """PUT /meetings/{id}/registration: switches it on again. Whoever was registered must be so anew."""
        # Not in the SDK.
        body = self._registration | ({"hostEmail": self._host} if self._host else {})
        self._api.call("PUT", f"meetings/{segment(seen.id)}/registration", json=body)
        return self._again(replace(seen, registration=True))

    def cancel(self, seen: Meeting) -> None:
        """DELETE without mail; gone is as good once a look agrees, because a single 404 proves nothing (webex.md 7)."""
        try:
            # Past the SDK's wrapper: it knows neither sendEmail nor hostEmail, and Webex would mail everybody.
            self._api.call(
                "DELETE", f"meetings/{segment(seen.id)}", params={"sendEmail": False, "hostEmail": self._host}
            )
        except Gone as answer:
            if self._is_there(seen):
                raise StillThere.contrary_to(answer, "the meeting") from answer
            logger.info("the meeting to cancel is gone already")
        except Refused as refusal:
            raise self._running(seen.id, refusal) from refusal

    def join_url(
        self, meeting_id: str, email: str, name: str, password: str | None, *, webinar: bool = False
    ) -> str:
        """POST /meetings/join, which changes nothing: a lost answer is simply asked for again.

        For a webinar no host may be named (webex.md 2.3), so that only the host's own token gets a URL there.
        """
        body: Json = {
            "meetingId": meeting_id,
            # True would answer 302 to the meeting's page (webex.md 2.3).
            "joinDirectly": False,
            "email": email_key(email),
            "displayName": " ".join(name.split())[:NAME_MOST],
            "expirationMinutes": self._link_minutes,
        }
        optional = {"password": password, "hostEmail": None if webinar else self._host}
        body |= {key: value for key, value in optional.items() if value}
        # Not in the SDK.
        response = self._api.call("POST", "meetings/join", json=body, safe=True)
        link = json_of(self._api.system, response, safe=True).get("joinLink")
        if not isinstance(link, str) or not link:
            raise Refused(self._api.system, "the answer to a join holds no joinLink")
        return link

    def _is_there(self, seen: Meeting) -> bool:
        """By id, and else by its tags on the list, which has the last word."""
        if self._finding.by_id(seen.id) is not None:
            return True
        tagged = self._finding.twins(seen.tags, "", (seen.starts, seen.ends))
        return any(one.id == seen.id for one in tagged)

    def _patch(self, seen: Meeting, body: Json) -> tuple[Json, tuple[str, ...]]:
        """The answer, and what it says was ignored. The official description names json-patch for a body that is none
        (webex.md 1.6): plain JSON is tried first. The SDK knows PUT only and demands fields that we must not send."""
        path = f"meetings/{segment(seen.id)}"
        may_fall_back: Collection[int] = () if self._patch_headers else (415,)
        try:
            response = self._api.call(
                "PATCH", path, json=body, headers=self._patch_headers, answers=may_fall_back
            )
            if response.status_code == 415:
                self._patch_headers = _JSON_PATCH
                response = self._api.call("PATCH", path, json=body, headers=self._patch_headers)
        except Refused as refusal:
            raise self._running(seen.id, refusal) from refusal
        return json_of(self._api.system, response, safe=False), ignored_names(response.headers)

    def _running(self, meeting_id: str, refusal: Refused) -> ProviderError:
        """`refusal`, or TryLater when the meeting runs now: it began between our look and our call.

        Webex answers both with a plain 400 (webex.md 7), so the meeting is asked and not the words.
        """
        try:
            now = self._finding.by_id(meeting_id)
        except ProviderError:
            return refusal
        if now is None or now.state is not MeetingState.IN_PROGRESS:
            return refusal
        words = "the meeting runs just now, and Webex changes none while it runs"
        after = RUNNING_AGAIN_AFTER.total_seconds()
        return TryLater(self._api.system, words, after=after, tracking_id=refusal.tracking_id)

    def _completed(self, meeting: Meeting) -> Meeting:
        whole = meeting.web_link and meeting.password and meeting.number
        return meeting if whole else self._again(meeting)

    def _again(self, meeting: Meeting) -> Meeting:
        """The meeting as it is now. The write is done, so that nothing that fails here may hide its outcome."""
        try:
            return self._finding.by_id(meeting.id) or meeting
        except ProviderError as error:
            logger.warning("a meeting just written could not be read again: %s", error)
            return meeting


def _quota(refusal: Refused) -> ProviderError:
    """What a refused creation means: the day's number of meetings used up is for later, all else stays a refusal."""
    if refusal.status not in (400, 403) or not _QUOTA_WORDS.search(str(refusal)):
        return refusal
    words = (
        f"{refusal.words}; the host has asked for as many meetings as Webex allows in 24 hours (100, refused ones "
        "counted): tried again by itself in 24 hours, or sooner with hybrid-sync sync --force"
    )
    return TryLater(
        refusal.system, words, after=QUOTA_WINDOW.total_seconds(), tracking_id=refusal.tracking_id
    )


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)

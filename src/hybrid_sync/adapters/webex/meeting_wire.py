"""Meetings and webinars as Webex writes them, to domain values and back; no I/O.

Nothing here may put anything into the body of a change that could touch the registrations (webex.md 1.6): `harmless`
is asked before every one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hybrid_sync.adapters.webex.wire import instant, text_of, zoned_text
from hybrid_sync.domain.meetings import Meeting, MeetingSpec, MeetingState
from hybrid_sync.http_client import Json

REGISTRATION = {
    "autoAcceptRequest": True,
    "requireFirstName": True,
    "requireLastName": True,
    "requireEmail": True,
}
"""Nobody types anything into Webex but the three things that it insists on (webex.md 2.1)."""

CHANGEABLE = frozenset(
    {
        "title",
        "agenda",
        "start",
        "end",
        "timezone",
        "unlockedMeetingJoinSecurity",
        "meetingOptions",
        "enabledAutoRecordMeeting",
        "sendEmail",
        "hostEmail",
    }
)
"""All that a change may ever carry. Not there, on purpose: enabledJoinBeforeHost and recurrence, which end registration
and lose everybody registered; requireAttendeeLogin; integrationTags, without which the meeting is not found again."""

_STATES = {state.value.lower(): state for state in MeetingState}

_OUR_NAMES = {
    "title": "title",
    "agenda": "agenda",
    "unlockedMeetingJoinSecurity": "lobby",
    "enabledChat": "chat",
    "enabledAutoRecordMeeting": "recording",
}


def meeting_of(body: Json, spec: MeetingSpec | None = None) -> Meeting | None:
    """The meeting, or None for an object that is none (no id, or no times and no `spec` to take them from).

    `spec` is what was sent: an answer to a write may leave out what we know already.
    """
    zone = body.get("timezone") if isinstance(body.get("timezone"), str) else None
    starts = instant(body.get("start"), zone) or (spec.starts if spec else None)
    ends = instant(body.get("end"), zone) or (spec.ends if spec else None) or starts
    if not text_of(body, "id") or starts is None or ends is None:
        return None
    tags, options = body.get("integrationTags"), body.get("meetingOptions")
    meeting = Meeting(
        id=str(body["id"]),
        title=text_of(body, "title") or (spec.title if spec else ""),
        agenda=spec.agenda if spec and "agenda" not in body else text_of(body, "agenda") or "",
        starts=starts,
        ends=ends,
        state=_STATES.get(str(body.get("state", "")).lower(), MeetingState.ACTIVE),
        number=text_of(body, "meetingNumber"),
        web_link=text_of(body, "webLink"),
        password=text_of(body, "password"),
        sip_address=text_of(body, "sipAddress"),
        host_email=text_of(body, "hostEmail"),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        lobby=text_of(body, "unlockedMeetingJoinSecurity"),
        chat=_flag(options, "enabledChat"),
        recording=_flag(body, "enabledAutoRecordMeeting"),
        kind=text_of(body, "scheduledType"),
        registration=_registration(body),
        join_before_host=_flag(body, "enabledJoinBeforeHost"),
    )
    return _completed(meeting, spec) if spec else meeting


def _completed(meeting: Meeting, spec: MeetingSpec) -> Meeting:
    """What an answer to a write left out is as it was sent."""
    return replace(
        meeting,
        lobby=meeting.lobby or spec.lobby.value,
        chat=spec.chat if meeting.chat is None else meeting.chat,
        recording=spec.recording if meeting.recording is None else meeting.recording,
        kind=meeting.kind or spec.kind.value,
        registration=False
        if meeting.registration is None and not spec.registration
        else meeting.registration,
    )


def _registration(body: Json) -> bool | None:
    """Lists say it with a flag, a meeting asked for by its id by having the form or not (webex.md 1.3)."""
    if isinstance(body.get("registration"), dict):
        return True
    return _flag(body, "hasRegistration")


def _flag(body: object, name: str) -> bool | None:
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, bool) else None


def ignored_names(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Our names of the fields that a `Warning: 1001` says were ignored (converged sites, webex.md 1.3).

    Only the field names in it are looked at: its wording is no contract.
    """
    warning = headers.get("Warning", "")
    if "1001" not in warning:
        return ()
    words = set(re.findall(r"[A-Za-z]+", warning))
    return tuple(ours for theirs, ours in _OUR_NAMES.items() if theirs in words)


def meeting_body(
    spec: MeetingSpec,
    *,
    host_email: str | None,
    site_url: str | None,
    registration: Json | None = None,
    password: str | None = None,
    session_type: int | None = None,
) -> Json:
    """POST /meetings. Nobody is mailed; with registration nobody gets in before the host, which would end it."""
    body: Json = {
        "title": spec.title,
        "start": zoned_text(spec.starts, spec.zone),
        "end": zoned_text(spec.ends, spec.zone),
        "timezone": spec.zone,
        "scheduledType": spec.kind.value,
        "enabledJoinBeforeHost": spec.join_before_host and not spec.registration,
        "unlockedMeetingJoinSecurity": spec.lobby.value,
        "meetingOptions": {"enabledChat": spec.chat},
        "enabledAutoRecordMeeting": spec.recording,
        "integrationTags": [spec.tag],
        "sendEmail": False,
    }
    optional: Json = {
        "agenda": spec.agenda,
        "hostEmail": host_email,
        "siteUrl": site_url,
        "password": password,
        "sessionTypeId": session_type,
        "registration": (registration or dict(REGISTRATION)) if spec.registration else None,
        "simultaneousInterpretation": _interpretation(spec),
    }
    return body | {name: value for name, value in optional.items() if value}


def _interpretation(spec: MeetingSpec) -> Json | None:
    """One empty channel per pair: interpreters are assigned by hand, they are mailed by Webex (webex.md 11)."""
    if not spec.channels:
        return None
    pairs = [{"languageCode1": one, "languageCode2": other} for one, other in spec.channels]
    return {"enabled": True, "interpreters": pairs}


def meeting_changes(spec: MeetingSpec, changed: Sequence[str]) -> Json:
    """PATCH /meetings/{id}: the changed fields only, and never one that could touch the registrations (webex.md 1.6)."""
    values: Json = {
        "title": spec.title,
        "agenda": spec.agenda or None,
        "starts": zoned_text(spec.starts, spec.zone),
        "ends": zoned_text(spec.ends, spec.zone),
        "lobby": spec.lobby.value,
        "chat": {"enabledChat": spec.chat},
        "recording": spec.recording,
    }
    names = {
        "title": "title",
        "agenda": "agenda",
        "starts": "start",
        "ends": "end",
        "lobby": "unlockedMeetingJoinSecurity",
        "chat": "meetingOptions",
        "recording": "enabledAutoRecordMeeting",
    }
    body: Json = {names[name]: values[name] for name in changed}
    if "start" in body or "end" in body:
        body["timezone"] = spec.zone
    return harmless(body | {"sendEmail": False})


def harmless(body: Json) -> Json:
    """`body` itself; raises ValueError when a change would carry anything that could end registration."""
    unsafe = sorted(body.keys() - CHANGEABLE)
    if unsafe:
        raise ValueError(f"a change of a meeting may not carry {', '.join(unsafe)}")
    return body

"""Which query parameters and body properties each Webex call knows.

Taken over from the public OpenAPI description (webex/webex-openapi-specs, CC BY 4.0); a conformance test
compares these tables with it name by name.
"""

from __future__ import annotations

from ..shapes import FLAG, NUMBER, TEXT, Fields, Shape, flags, texts

MEETING_TYPES = ("meetingSeries", "scheduledMeeting", "meeting")
STATES = ("active", "scheduled", "ready", "lobby", "inProgress", "ended", "missed", "expired")
SCHEDULED_TYPES = ("meeting", "webinar", "personalRoomMeeting")
CONDITIONS = ("contains", "notContains", "beginsWith", "endsWith", "equals", "notEquals")
RESULTS = ("approve", "reject")
STATUSES = ("approved", "pending", "rejected")
QUESTION_TYPES = ("singleLineTextBox", "multiLineTextBox", "checkbox", "dropdownList", "radioButtons")
STANDARD_QUESTIONS = (
    "lastName", "email", "jobTitle", "companyName", "address1", "address2", "city", "state", "zipCode",
    "countryRegion", "workPhone", "fax",
)  # fmt: skip

INVITEE = Fields(
    {"email": TEXT, "displayName": TEXT, "coHost": FLAG, "panelist": FLAG}, required=frozenset({"email"})
)

_QUESTION_RULE = Fields(
    {"condition": CONDITIONS, "value": TEXT, "result": RESULTS, "matchCase": FLAG},
    required=frozenset({"condition", "value", "result"}),
)
_CUSTOM_QUESTION = Fields(
    {
        "question": TEXT,
        "required": FLAG,
        "type": QUESTION_TYPES,
        "maxLength": NUMBER,
        "options": [Fields({"value": TEXT}, required=frozenset({"value"}))],
        "rules": [_QUESTION_RULE],
    },
    required=frozenset({"question", "type"}),
)
_STANDARD_RULE = Fields(
    {
        "question": STANDARD_QUESTIONS,
        "condition": CONDITIONS,
        "value": TEXT,
        "result": RESULTS,
        "matchCase": FLAG,
        "order": NUMBER,
    },
    required=frozenset({"question", "condition", "value", "result", "order"}),
)
REQUIRED_SWITCHES = (
    "requireFirstName requireLastName requireEmail requireJobTitle requireCompanyName requireAddress1 "
    "requireAddress2 requireCity requireState requireZipCode requireCountryRegion requireWorkPhone requireFax"
)
REGISTRATION = Fields(
    {
        **flags("autoAcceptRequest " + REQUIRED_SWITCHES),
        "maxRegisterNum": NUMBER,
        "customizedQuestions": [_CUSTOM_QUESTION],
        "rules": [_STANDARD_RULE],
    }
)
REGISTRATION_UPDATE = Fields({**REGISTRATION.known, "hostEmail": TEXT})

_MEETING_OPTIONS = Fields(
    {
        **flags(
            "enabledChat enabledVideo enabledPolling enabledNote enabledFileTransfer enabledUCFRichMedia"
        ),
        "noteType": ("allowAll", "allowOne"),
    }
)
_PRIVILEGES = Fields(
    flags(
        "enabledShareContent enabledSaveDocument enabledPrintDocument enabledAnnotate "
        "enabledViewParticipantList enabledViewThumbnails enabledRemoteControl enabledViewAnyDocument "
        "enabledViewAnyPage enabledContactOperatorPrivately enabledChatHost enabledChatPresenter "
        "enabledChatOtherParticipants"
    )
)
_INTERPRETER = Fields(
    texts("languageCode1 languageCode2 email displayName"),
    required=frozenset({"languageCode1", "languageCode2"}),
)
_TRACKING_CODE = Fields(texts("name value"), required=frozenset({"name", "value"}))
_AUDIO = Fields(
    {
        "audioConnectionType": ("webexAudio", "VoIP", "other", "none"),
        **flags("enabledTollFreeCallIn enabledGlobalCallIn enabledAudienceCallBack"),
        "entryAndExitTone": ("beep", "announceName", "noTone"),
        **flags("allowHostToUnmuteParticipants allowAttendeeToUnmuteSelf muteAttendeeUponEntry"),
    }
)
_LIVE_STREAM = Fields(
    {
        **texts("destination rtmpUrl streamUrl resolution"),
        "layoutWithoutSharedContent": ("grid", "stack", "focus"),
        "layoutWithSharedContent": ("stack", "focusedContentWithActiveSpeaker", "focusedContent"),
        **flags("allowChangeLayoutInMeeting followStageLayoutWhenSynced"),
    },
    required=frozenset({"destination", "rtmpUrl", "streamUrl"}),
)
_CHANGEABLE: dict[str, Shape] = {
    **texts("title agenda password start end timezone recurrence panelistPassword hostEmail"),
    **flags(
        "enabledAutoRecordMeeting allowAnyUserToBeCoHost enabledJoinBeforeHost enableConnectAudioBeforeHost "
        "excludePassword publicMeeting enabledWebcastView enableAutomaticLock allowFirstUserToBeCoHost "
        "allowAuthenticatedDevices sendEmail enabledBreakoutSessions enabledAudioWatermark "
        "enabledVisualWatermark requireAttendeeLogin restrictToInvitees enabledLiveStream"
    ),
    **dict.fromkeys(
        (
            "joinBeforeHostMinutes",
            "reminderTime",
            "sessionTypeId",
            "automaticLockMinutes",
            "visualWatermarkOpacity",
        ),
        NUMBER,
    ),
    "unlockedMeetingJoinSecurity": ("allowJoin", "allowJoinWithLobby", "blockFromJoin"),
    "meetingOptions": _MEETING_OPTIONS,
    "attendeePrivileges": _PRIVILEGES,
    "integrationTags": [TEXT],
    "trackingCodes": [_TRACKING_CODE],
    "audioConnectionOptions": _AUDIO,
    "liveStream": _LIVE_STREAM,
}
MEETING = Fields(
    {
        **_CHANGEABLE,
        "adhoc": FLAG,
        **texts("roomId templateId siteUrl"),
        "scheduledType": SCHEDULED_TYPES,
        "invitees": [INVITEE],
        "registration": REGISTRATION,
        "simultaneousInterpretation": Fields(
            {"enabled": FLAG, "interpreters": [_INTERPRETER]}, required=frozenset({"enabled"})
        ),
        "breakoutSessions": [Fields({"name": TEXT, "invitees": [TEXT]}, required=frozenset({"name"}))],
    },
    required=frozenset({"title", "start", "end"}),
)
MEETING_CHANGE = Fields(
    _CHANGEABLE, nullable=frozenset({"agenda", "recurrence", "trackingCodes", "integrationTags"})
)

_ANSWER = Fields({"optionId": NUMBER, "answer": TEXT}, required=frozenset({"answer"}))
_CUSTOM_ANSWER = Fields(
    {"questionId": NUMBER, "answers": [_ANSWER]}, required=frozenset({"questionId", "answers"})
)
REGISTRANT = Fields(
    {
        **texts("firstName lastName email jobTitle companyName address1 address2 city state countryRegion"),
        **texts("workPhone fax"),
        "sendEmail": FLAG,
        "zipCode": NUMBER,
        "customizedQuestions": [_CUSTOM_ANSWER],
    },
    required=frozenset({"firstName", "lastName", "email"}),
)
REGISTRANTS = Fields({"items": [REGISTRANT]}, required=frozenset({"items"}))
REGISTRANT_QUERY = Fields(
    {
        "status": STATUSES,
        "orderType": ("DESC", "ASC"),
        "orderBy": ("firstName", "lastName", "status", "email"),
        "emails": [TEXT],
    },
    required=frozenset({"emails"}),
)
REGISTRANT_BATCH = Fields(
    {"sendEmail": FLAG, "registrants": [Fields({"id": TEXT}, required=frozenset({"id"}))]},
    required=frozenset({"registrants"}),
)

_INVITEE_ITEM = {**INVITEE.known, "sendEmail": FLAG}
NEW_INVITEE = Fields(
    {**_INVITEE_ITEM, "meetingId": TEXT, "hostEmail": TEXT}, required=frozenset({"meetingId", "email"})
)
NEW_INVITEES = Fields(
    {
        "meetingId": TEXT,
        "hostEmail": TEXT,
        "items": [Fields(_INVITEE_ITEM, required=frozenset({"email"}))],
    },
    required=frozenset({"meetingId"}),
)
INVITEE_CHANGE = Fields({**_INVITEE_ITEM, "hostEmail": TEXT}, required=frozenset({"email"}))

JOIN = Fields(
    {
        **texts("meetingId meetingNumber webLink email displayName password registrationId hostEmail"),
        **flags("joinDirectly createJoinLinkAsWebLink createStartLinkAsWebLink"),
        "expirationMinutes": NUMBER,
    }
)

END = Fields(texts("reason"))

SOURCES = Fields(
    {
        **texts("hostEmail personId"),
        "items": [Fields(texts("sourceId sourceEmail"), required=frozenset({"sourceId", "sourceEmail"}))],
    }
)
SESSION_TYPES: dict[str, Shape] = texts("hostEmail siteUrl")

LIST_QUERY: dict[str, Shape] = {
    **texts("meetingNumber webLink roomId meetingSeriesId from to hostEmail siteUrl integrationTag"),
    "max": NUMBER,
    "meetingType": MEETING_TYPES,
    "state": STATES,
    "scheduledType": SCHEDULED_TYPES,
    **flags(
        "isModified hasChat hasRecording hasTranscription hasSummary hasClosedCaption hasPolls hasQA hasSlido"
    ),
    "current": FLAG,
}
CURRENT_AND_HOST: dict[str, Shape] = {"current": FLAG, "hostEmail": TEXT}

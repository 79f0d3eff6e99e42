"""Which properties of an event can be written, and which are only read.

Taken over from the public Graph metadata (MIT licence); a conformance test compares the names.
"""

from __future__ import annotations

from ..shapes import ANY, FLAG, NUMBER, TEXT, Fields, Shape, flags, texts

_DATE_TIME = Fields(texts("dateTime timeZone"), required=frozenset({"dateTime", "timeZone"}))
_EMAIL_ADDRESS = Fields(texts("name address"), required=frozenset({"address"}), nullable=frozenset({"name"}))
ATTENDEE = Fields(
    {
        "emailAddress": _EMAIL_ADDRESS,
        "type": ("required", "optional", "resource"),
        # Read-only, but a client that writes back what it has read sends them along.
        "status": ANY,
        "proposedNewTime": ANY,
    },
    required=frozenset({"emailAddress"}),
    nullable=frozenset({"status", "proposedNewTime"}),
)
_LOCATION = Fields(
    {
        **texts("displayName locationEmailAddress locationUri uniqueId"),
        "locationType": (
            "default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress", "hotel",
            "restaurant", "localBusiness", "postalAddress",
        ),
        "uniqueIdType": ("unknown", "locationStore", "directory", "private", "bing"),
        "address": Fields(texts("city countryOrRegion postalCode state street")),
        "coordinates": Fields(
            dict.fromkeys(("accuracy", "altitude", "altitudeAccuracy", "latitude", "longitude"), NUMBER)
        ),
    }
)  # fmt: skip
_PROPERTY = Fields(texts("id value"), required=frozenset({"id", "value"}))

WRITABLE: dict[str, Shape] = {
    "subject": TEXT,
    "body": Fields({"contentType": ("text", "html"), "content": TEXT}),
    "start": _DATE_TIME,
    "end": _DATE_TIME,
    "location": _LOCATION,
    "locations": [_LOCATION],
    "attendees": [ATTENDEE],
    **flags(
        "hideAttendees responseRequested allowNewTimeProposals isOnlineMeeting isReminderOn isAllDay isDraft"
    ),
    "onlineMeetingProvider": ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"),
    "showAs": ("unknown", "free", "tentative", "busy", "oof", "workingElsewhere"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "importance": ("low", "normal", "high"),
    "reminderMinutesBeforeStart": NUMBER,
    "categories": [TEXT],
    "transactionId": TEXT,
    "singleValueExtendedProperties": [_PROPERTY],
    # Taken and dropped: attachments go to a path of their own.
    "attachments": [ANY],
}
EVENT = Fields(WRITABLE, nullable=frozenset({"transactionId"}))
READ_ONLY = frozenset(
    texts(
        "id changeKey createdDateTime lastModifiedDateTime bodyPreview hasAttachments iCalUId isCancelled "
        "isOrganizer onlineMeeting onlineMeetingUrl organizer originalEndTimeZone originalStart "
        "originalStartTimeZone responseStatus seriesMasterId type webLink calendar instances "
        "cancelledOccurrences exceptionOccurrences"
    )
)
LEFT_OUT = frozenset({"recurrence", "extensions", "multiValueExtendedProperties"})
"""Known to Graph and not to the sandbox: refused with a sentence that says so."""

CANCEL = Fields(texts("Comment comment"))

GET_QUERY: dict[str, Shape] = texts("$select $expand")
LIST_QUERY: dict[str, Shape] = {
    "$top": NUMBER,
    "$skip": NUMBER,
    "$count": FLAG,
    **texts("$filter $orderby $select $expand"),
}
VIEW_QUERY: dict[str, Shape] = {**LIST_QUERY, **texts("startDateTime endDateTime")}
ZONES_QUERY: dict[str, Shape] = {"$top": NUMBER, "$skip": NUMBER, "$count": FLAG, **texts("$search $filter")}

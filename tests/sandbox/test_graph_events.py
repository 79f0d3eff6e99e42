"""Calendar events: bodies, zones, ids, finding again, etags."""

from __future__ import annotations

import base64
import threading

import pytest
import requests

from hybrid_sync.sandbox import Fault

GUID = "{66f5a359-4659-4830-9070-00047ec6ac6e}"
KEY = f"String {GUID} Name HybridSyncKey"
WALL = {"dateTime": "2026-03-20T10:00:00", "timeZone": "Romance Standard Time"}


def body(**changes):
    event = {
        "subject": "Open data day",
        "body": {"contentType": "html", "content": "<p>Hello</p>"},
        "start": WALL,
        "end": {"dateTime": "2026-03-20T12:00:00", "timeZone": "Romance Standard Time"},
        "location": {"displayName": "Salle Horta", "locationType": "conferenceRoom"},
        **changes,
    }
    return {name: value for name, value in event.items() if value is not ...}


def events(stand):
    return f"users/{stand.sandbox.mailbox}/events"


def create(stand, headers=None, **changes):
    answer = stand.graph.post(events(stand), body(**changes), headers=headers or {})
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(answer, status, code=""):
    assert answer.status_code == status, answer.text
    assert code in answer.json()["error"]["code"]
    assert answer.json()["error"]["innerError"]["request-id"]


def test_an_event_is_created_and_read_back_in_utc_with_seven_digits(stand):
    made = create(stand)
    assert made["start"] == {"dateTime": "2026-03-20T09:00:00.0000000", "timeZone": "UTC"}
    assert (made["originalStartTimeZone"], made["isOrganizer"], made["type"]) == (
        "Romance Standard Time", True, "singleInstance",
    )  # fmt: skip
    assert stand.graph.get(f"{events(stand)}/{made['id']}").json() == made


def test_the_preferred_zone_counts_for_that_one_request(stand):
    made = create(stand)
    prefer = {"Prefer": 'outlook.timezone="Romance Standard Time"'}
    seen = stand.graph.get(f"{events(stand)}/{made['id']}", headers=prefer)
    assert seen.json()["start"] == {
        "dateTime": "2026-03-20T10:00:00.0000000",
        "timeZone": "Romance Standard Time",
    }
    assert "Romance" in seen.headers["Preference-Applied"]
    assert stand.graph.get(f"{events(stand)}/{made['id']}").json()["start"]["timeZone"] == "UTC"


def test_an_unknown_preferred_zone_is_refused_and_a_malformed_one_breaks(stand):
    url = events(stand)
    refused(stand.graph.get(url, headers={"Prefer": 'outlook.timezone="Brussels"'}), 400, "TimeZone")
    refused(stand.graph.get(url, headers={"Prefer": "outlook.timezone=UTC"}), 500)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": {"dateTime": "2026-03-20T10:00:00", "timeZone": "Europe/Brussels"}}, "TimeZoneNotSupported"),
        ({"start": {"dateTime": "2026-03-20T10:00:00", "timeZone": "romance standard time"}}, "TimeZoneNotSupported"),
        ({"start": {"dateTime": "2026-03-20T10:00:00+01:00", "timeZone": "UTC"}}, "ErrorInvalidParameter"),
        ({"start": {"dateTime": "20 March", "timeZone": "UTC"}}, "ErrorInvalidParameter"),
        ({"start": {"dateTime": "2026-03-20T10:00:00"}}, "RequestBodyRead"),
        ({"start": "2026-03-20T10:00:00"}, "RequestBodyRead"),
        ({"start": ...}, "ErrorPropertyValidation"),
        ({"end": {"dateTime": "2026-03-20T08:00:00", "timeZone": "UTC"}}, "ErrorPropertyValidation"),
        ({"title": "x"}, "RequestBodyRead"),
        ({"subject": 7}, "RequestBodyRead"),
        ({"body": {"contentType": "HTML", "content": ""}}, "RequestBodyRead"),
        ({"attendees": [{"email": "a@b.example"}]}, "RequestBodyRead"),
        ({"attendees": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        ({"attendees": [{"emailAddress": {"address": f"p{n}@b.example"}} for n in range(501)]}, "ErrorTooMany"),
        ({"onlineMeetingProvider": "webex"}, "RequestBodyRead"),
        ({"id": "x"}, "ErrorInvalidPropertySet"),
        ({"iCalUId": "x"}, "ErrorInvalidPropertySet"),
        ({"recurrence": {}}, "ErrorInvalidPropertySet"),
        ({"singleValueExtendedProperties": [{"id": "HybridSyncKey", "value": "x"}]}, "ErrorInvalidProperty"),
    ],
)  # fmt: skip
def test_creating_refuses(stand, changes, code):
    refused(stand.graph.post(events(stand), body(**changes)), 400, code)
    assert stand.sandbox.state.events == {}


def test_brussels_is_accepted_where_the_option_says_so_and_comes_back_under_its_windows_name(open_stand):
    stand = open_stand(iana_zones="all")
    made = create(stand, start={"dateTime": "2026-07-20T10:00:00", "timeZone": "Europe/Brussels"},
                  end={"dateTime": "2026-07-20T11:00:00", "timeZone": "Europe/Brussels"})  # fmt: skip
    assert made["start"]["dateTime"] == "2026-07-20T08:00:00.0000000"
    assert made["originalStartTimeZone"] == "Romance Standard Time"


def test_a_listed_iana_name_is_accepted(stand):
    paris = {"dateTime": "2026-03-20T10:00:00", "timeZone": "Europe/Paris"}
    assert create(stand, start=paris)["start"]["dateTime"] == "2026-03-20T09:00:00.0000000"


def test_an_offset_can_be_taken_as_an_instant_shown_in_utc(open_stand):
    stand = open_stand(offset_in_date_time="utc")
    made = create(stand, start={"dateTime": "2026-03-20T10:00:00+01:00", "timeZone": "Romance Standard Time"})
    assert (made["start"]["dateTime"], made["originalStartTimeZone"]) == (
        "2026-03-20T09:00:00.0000000",
        "UTC",
    )


def test_tokens_users_paths_and_queries_are_checked(stand):
    bare = requests.get(stand.sandbox.graph_url + events(stand), timeout=60)
    refused(bare, 401, "InvalidAuthenticationToken")
    refused(stand.graph.get("users/stranger@hybrid.example/events"), 404, "ErrorInvalidUser")
    refused(stand.graph.get("me/events"), 404)
    refused(stand.graph.put(events(stand), {}), 405)
    refused(stand.graph.get(events(stand), params={"$foo": "1"}), 400)
    refused(stand.graph.get(events(stand), params={"filter": "subject eq 'x'"}), 400)
    refused(stand.graph("POST", events(stand), data="x", headers={"Content-Type": "text/plain"}), 415)
    refused(stand.graph("POST", events(stand), data="{", headers={"Content-Type": "application/json"}), 400)
    refused(stand.graph.get(f"{events(stand)}/unknown"), 404, "ErrorItemNotFound")
    headers = {"client-request-id": "7"}
    assert stand.graph.get(events(stand), headers=headers).headers["client-request-id"] == "7"


def test_the_calendar_path_is_the_same_calendar(stand):
    made = stand.graph.post(f"users/{stand.sandbox.mailbox}/calendar/events", body()).json()
    assert stand.graph.get(f"{events(stand)}/{made['id']}").status_code == 200


def test_a_repeated_transaction_id_finds_the_first_event_again(stand):
    first = create(stand, transactionId="t-1")
    again = create(stand, transactionId="t-1", subject="Other words")
    assert (again["id"], again["subject"], again["transactionId"]) == (first["id"], "Open data day", "t-1")
    assert create(stand, transactionId="t-2")["id"] != first["id"]
    assert "transactionId" not in create(stand)


def test_it_can_be_forgotten_or_not_work_at_all(open_stand):
    stand = open_stand(transaction_seconds=60)
    first = create(stand, transactionId="t-1")
    stand.sandbox.clock.advance(61)
    assert create(stand, transactionId="t-1")["id"] != first["id"]
    stand = open_stand(transaction_id_works=False)
    assert create(stand, transactionId="t-1")["id"] != create(stand, transactionId="t-1")["id"]


@pytest.mark.parametrize(("survives", "status"), [(True, 409), (False, 201)])
def test_what_it_means_after_a_delete_is_a_choice(open_stand, survives, status):
    stand = open_stand(transaction_survives_delete=survives)
    made = create(stand, transactionId="t-1")
    stand.graph.delete(f"{events(stand)}/{made['id']}")
    assert stand.graph.post(events(stand), body(transactionId="t-1")).status_code == status


def test_it_cannot_be_changed_later(stand):
    made = create(stand, transactionId="t-1")
    url = f"{events(stand)}/{made['id']}"
    refused(stand.graph.patch(url, {"transactionId": "t-2"}), 400)


def keyed(value):
    return [{"id": KEY, "value": value}]


def test_an_extended_property_finds_the_event_again_whatever_the_case_of_its_value(stand):
    made = create(stand, singleValueExtendedProperties=keyed("event-7a"))
    create(stand, singleValueExtendedProperties=keyed("event-8"))

    def found(condition, key=KEY):
        text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{key}' and {condition})"
        answer = stand.graph.get(events(stand), params={"$filter": text})
        assert answer.status_code == 200, answer.text
        assert all("singleValueExtendedProperties" not in one for one in answer.json()["value"])
        return [one["id"] for one in answer.json()["value"]]

    assert found("ep/value eq 'EVENT-7A'") == [made["id"]]
    assert len(found("ep/value ne 'event-7a'")) == 1
    assert len(found("contains(ep/value, 'vent-')")) == 2
    assert found("startswith(ep/value, 'event-7')") == [made["id"]]
    assert found("ep/value eq 'event-7a'", KEY.replace("HybridSyncKey", "hybridsynckey")) == []
    assert found("ep/value eq 'event-7a'", KEY.replace(GUID, GUID.upper())) == [made["id"]]


def test_the_property_is_shown_only_when_it_is_asked_for(stand):
    made = create(stand, singleValueExtendedProperties=keyed("event-7"))
    url = f"{events(stand)}/{made['id']}"
    expand = {"$expand": f"singleValueExtendedProperties($filter=id eq '{KEY}')"}
    assert stand.graph.get(url, params=expand).json()["singleValueExtendedProperties"] == keyed("event-7")
    assert "singleValueExtendedProperties" not in stand.graph.get(url).json()
    refused(stand.graph.get(url, params={"$expand": "attachments"}), 400)


def test_filters_can_be_joined_and_those_not_understood_are_refused(stand):
    create(stand, subject="It's 'open' and free")
    create(
        stand,
        start={**WALL, "dateTime": "2026-04-20T10:00:00"},
        end={**WALL, "dateTime": "2026-04-20T11:00:00"},
    )

    def count(text):
        return len(stand.graph.get(events(stand), params={"$filter": text}).json()["value"])

    assert count("subject eq 'It''s ''open'' and free'") == 1
    assert count("start/dateTime ge '2026-03-20T09:00:00Z' and end/dateTime lt '2026-04-01'") == 1
    assert count("start/dateTime gt '2026-03-20T09:00:00Z' and subject eq 'Open data day'") == 1
    for wrong in ("transactionId eq 't'", "subject eq 'a' or subject eq 'b'", "start/dateTime ge 'soon'"):
        refused(stand.graph.get(events(stand), params={"$filter": wrong}), 400, "BadRequest")


def test_lists_come_in_pages_with_a_next_link_in_order_and_cut_to_names(stand):
    for number in range(12):
        create(stand, subject=f"Event {number:02}")
    first = stand.graph.get(
        events(stand), params={"$orderby": "subject desc", "$count": "true", "$select": "subject"}
    )
    assert (len(first.json()["value"]), first.json()["@odata.count"]) == (10, 12)
    assert set(first.json()["value"][0]) == {"@odata.etag", "id", "subject"}
    second = stand.graph.get(first.json()["@odata.nextLink"]).json()
    assert [one["subject"] for one in second["value"]] == ["Event 01", "Event 00"]
    assert "@odata.nextLink" not in second
    assert len(stand.graph.get(events(stand), params={"$top": 2, "$skip": 11}).json()["value"]) == 1
    for wrong in ({"$top": 0}, {"$top": 1001}, {"$top": "x"}, {"$orderby": "body"}, {"$select": "title"}):
        refused(stand.graph.get(events(stand), params=wrong), 400)


def test_the_calendar_view_needs_both_bounds_and_shows_what_overlaps(stand):
    made = create(stand)
    url = f"users/{stand.sandbox.mailbox}/calendarView"
    refused(stand.graph.get(url), 400)
    refused(stand.graph.get(url, params={"startDateTime": "2026-03-20T00:00:00Z"}), 400)

    def view(since, until):
        answer = stand.graph.get(url, params={"startDateTime": since, "endDateTime": until})
        return [one["id"] for one in answer.json().get("value", [])]

    assert view("2026-03-20T10:59:00", "2026-03-20T23:00:00Z") == [made["id"]]
    assert view("2026-03-20T12:00:00+01:00", "2026-03-21T00:00:00Z") == []
    assert view("2026-03-21T00:00:00Z", "2026-03-20T00:00:00Z") == []


def test_immutable_ids_differ_from_the_usual_ones_and_ids_are_case_sensitive(stand):
    immutable = {"Prefer": 'IdType="ImmutableId"'}
    made = create(stand)
    fixed = stand.graph.get(f"{events(stand)}/{made['id']}", headers=immutable).json()["id"]
    assert fixed != made["id"]
    assert create(stand, headers=immutable)["id"].startswith(fixed[:6])
    refused(stand.graph.get(f"{events(stand)}/{made['id'].swapcase()}"), 404)
    stand.graph.post(f"{events(stand)}/{made['id']}/cancel", {"comment": "Strike"})
    refused(stand.graph.get(f"{events(stand)}/{made['id']}"), 404)
    assert stand.graph.get(f"{events(stand)}/{fixed}", headers=immutable).json()["isCancelled"] is True
    assert len(stand.graph.get(events(stand)).json()["value"]) == 1


def test_a_stale_etag_is_refused_on_patch_and_delete(stand):
    made = create(stand)
    url = f"{events(stand)}/{made['id']}"
    changed = stand.graph.patch(url, {"subject": "New"}, headers={"If-Match": made["@odata.etag"]})
    assert changed.status_code == 200
    assert changed.json()["@odata.etag"] != made["@odata.etag"]
    for method in ("PATCH", "DELETE"):
        stale = stand.graph(method, url, json={"subject": "X"}, headers={"If-Match": made["@odata.etag"]})
        refused(stale, 412)
    assert stand.graph.patch(url, {"subject": "New"}, headers={"If-Match": "*"}).status_code == 200
    assert (
        stand.graph.delete(url, headers={"If-Match": stand.graph.get(url).json()["@odata.etag"]}).status_code
        == 204
    )


def test_a_patch_changes_what_it_names_and_replaces_lists_whole(stand):
    made = create(
        stand, attendees=[{"emailAddress": {"address": "a@b.example", "name": "A"}, "type": "optional"}]
    )
    url = f"{events(stand)}/{made['id']}"
    seen = stand.graph.patch(url, {"location": {"displayName": "Online"}, "categories": ["Public"]}).json()
    assert (seen["subject"], seen["location"], seen["locations"]) == (
        made["subject"], {"displayName": "Online"}, [{"displayName": "Online"}],
    )  # fmt: skip
    people = [*seen["attendees"], {"emailAddress": {"address": "c@d.example"}}]  # written back as it was read
    assert len(stand.graph.patch(url, {"attendees": people}).json()["attendees"]) == 2
    assert len(stand.graph.patch(url, {"attendees": people[1:]}).json()["attendees"]) == 1
    refused(stand.graph.patch(url, {"changeKey": "x"}), 400)
    refused(stand.graph.patch(url, {"start": {"dateTime": "2026-03-21T10:00:00", "timeZone": "UTC"}}), 400)


def test_attachments_in_the_body_are_dropped_silently(stand):
    data = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "a",
        "contentBytes": base64.b64encode(b"x").decode(),
    }
    assert create(stand, attachments=[data])["hasAttachments"] is False


def test_asking_for_an_online_meeting_makes_a_teams_link(stand):
    assert "onlineMeeting" not in create(stand)
    assert create(stand, isOnlineMeeting=True)["onlineMeetingProvider"] == "teamsForBusiness"


def test_the_supported_zones_can_be_asked_for(open_stand):
    stand = open_stand()
    url = f"users/{stand.sandbox.mailbox}/outlook/supportedTimeZones"
    names = {one["alias"] for one in stand.graph.get(url).json()["value"]}
    assert {"Romance Standard Time", "UTC"} <= names
    iana = url + "(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"
    listed = {one["alias"] for one in stand.graph.get(iana).json()["value"]}
    assert ("Europe/Paris" in listed, "Europe/Brussels" in listed) == (True, False)
    refused(stand.graph.get(iana.replace("Iana", "Posix")), 400)
    refused(stand.graph.get(url, params={"$filter": "alias eq 'UTC'"}), 400)
    every = open_stand(iana_zones="all")
    assert "Europe/Brussels" in {one["alias"] for one in every.graph.get(iana).json()["value"]}


def test_more_than_four_calls_at_once_on_a_mailbox_are_throttled(open_stand):
    def statuses(stand, count):
        stand.sandbox.faults.add(Fault(path="/graph/*", delay=0.4, times=count))
        seen = []

        def call():
            answer = requests.get(stand.sandbox.graph_url + events(stand), headers=headers, timeout=60)
            seen.append((answer.status_code, "Retry-After" in answer.headers))

        headers = {"Authorization": f"Bearer {stand.sandbox.graph_token}"}
        threads = [threading.Thread(target=call) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(seen)

    assert statuses(open_stand(), 6) == [(200, False)] * 4 + [(429, True)] * 2
    assert statuses(open_stand(graph_concurrent=None), 6) == [(200, False)] * 6


def test_the_mailboxes_are_a_choice(open_stand):
    stand = open_stand(mailboxes=("Desk@city.example",), room_mailboxes=("hall@city.example",))
    assert stand.sandbox.room_mailbox == "hall@city.example"
    assert stand.graph.post("users/desk@city.example/events", body()).status_code == 201
    refused(stand.graph.get("users/events@hybrid.example/events"), 404, "ErrorInvalidUser")


def test_events_can_be_found_by_their_calendar_uid_and_odd_conditions_are_refused(stand):
    made = create(stand)
    by_uid = {"$filter": f"iCalUId eq '{made['iCalUId']}'"}
    assert [one["id"] for one in stand.graph.get(events(stand), params=by_uid).json()["value"]] == [
        made["id"]
    ]
    odd = f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY}' and ep/value gt 'a')"
    refused(stand.graph.get(events(stand), params={"$filter": odd}), 400, "BadRequest")
    bounds = {"startDateTime": "soon", "endDateTime": "later"}
    refused(stand.graph.get(f"users/{stand.sandbox.mailbox}/calendarView", params=bounds), 400)

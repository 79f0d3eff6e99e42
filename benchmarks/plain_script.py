"""What people write today, written fairly: the SDK, one POST per registrant, one SMTP connection per mail, no ledger.

    python benchmarks/plain_script.py PLACES.json PEOPLE.csv

It does the same visible job as the service on the same sandbox: a meeting, a staff calendar entry, each person registered,
each invited by a mail with a calendar object. It reuses its HTTP connections, waits when told to (the SDK does so by
itself), goes on when one person is refused, and gives each person's entry a UID of its own that would be the same again
for the same meeting. Like its kind it remembers nothing: run again after it died, it starts from the beginning.
PLACES.json holds the addresses and tokens, PEOPLE.csv the columns email, first_name, last_name.
"""

from __future__ import annotations

import csv
import json
import smtplib
import sys
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests
from icalendar import Calendar, Event, vCalAddress
from webexpythonsdk import ApiError, WebexAPI  # type: ignore[import-untyped,unused-ignore]


def main() -> int:
    places: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    with Path(sys.argv[2]).open(newline="", encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    webex = WebexAPI(access_token=places["webex_token"], base_url=places["webex_url"])
    starts, ends = datetime.fromisoformat(places["starts"]), datetime.fromisoformat(places["ends"])

    meeting = webex.meetings.create(
        title=places["title"],
        start=places["starts"],
        end=places["ends"],
        timezone="Europe/Brussels",
        sendEmail=False,
        registration={
            "autoAcceptRequest": True,
            "requireFirstName": True,
            "requireLastName": True,
            "requireEmail": True,
        },
    )
    requests.post(
        f"{places['graph_url']}users/{places['mailbox']}/events",
        headers={"Authorization": f"Bearer {places['graph_token']}"},
        json={
            "subject": places["title"],
            "start": {"dateTime": f"{starts:%Y-%m-%dT%H:%M:%S}", "timeZone": "Romance Standard Time"},
            "end": {"dateTime": f"{ends:%Y-%m-%dT%H:%M:%S}", "timeZone": "Romance Standard Time"},
            "attendees": [{"emailAddress": {"address": places["room_mailbox"]}, "type": "resource"}],
        },
        timeout=30,
    ).raise_for_status()

    for person in people:
        try:
            webex.meeting_registrants.create(
                meeting.id, person["first_name"], person["last_name"], person["email"], sendEmail=False
            )
        except ApiError as error:
            print(f"{person['email']}: {error}", file=sys.stderr)
            continue
        message = invitation(places, meeting, person, starts, ends)
        with smtplib.SMTP(places["smtp_host"], places["smtp_port"], timeout=30) as server:
            server.send_message(message)
    return 0


def invitation(
    places: dict[str, Any], meeting: Any, person: dict[str, str], starts: datetime, ends: datetime
) -> EmailMessage:
    """A mail with text and a calendar object."""
    words = f"Dear {person['first_name']} {person['last_name']},\n\nyou can join here: {meeting.webLink}\n"
    entry = Event()
    entry.add("summary", places["title"])
    entry.add("uid", f"{meeting.id}-{person['email']}")
    entry.add("dtstamp", datetime.now(starts.tzinfo))  # noqa: TID251 - as such scripts do
    entry.add("dtstart", starts)
    entry.add("dtend", ends)
    entry.add("description", words)
    entry.add("organizer", vCalAddress(f"mailto:{places['mailbox']}"))
    entry.add("attendee", vCalAddress(f"mailto:{person['email']}"))
    calendar = Calendar()
    calendar.add("prodid", "-//plain script//")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(entry)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = places["mailbox"], person["email"], places["title"]
    message.set_content(words)
    message.add_alternative(
        calendar.to_ical().decode(), subtype="calendar", params={"method": "REQUEST"}, cte="base64"
    )
    return message


if __name__ == "__main__":
    sys.exit(main())

"""What the demo starts from: an event page in the InfoPoint layout, and a list of registrants with some bad rows."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

EVENT_ID = "drinking-water"
TITLE = "Drinking water in small towns: what works"

PAGE = """\
{title}
- partnerships | water and sanitation
- {when}
- Brussels, Belgium
Practical information
- When
- {when}
- Where
- InfoPoint and Webex MeetingsBrussels, Belgium
- Languages
- English
- Organisers
- International Partnerships InfoPoint
Description
Four towns, four ways to bring clean water to every household, and what each of them would do differently today.
The speakers show what it costs and who keeps the pumps running, and take questions from the room and from online.
Speakers
- Amina Diallo, Water Engineer, Town of Kindia
- Jonas Weber, Head of Programme, Rivers and Wells Foundation
- Moderated by Clara Peeters, Policy Officer, InfoPoint
Registration
"""

SETTINGS = """\
[service]
name = "InfoPoint (demo)"
base_url = "http://127.0.0.1:{web_port}"

[store]
url = "sqlite:///{folder}/hybrid-sync.db"

[engine]
poll_seconds = 0.3
lease_seconds = 5
settle_seconds = 2

[webex]
base_url = "{webex}"
access_token = "{webex_token}"
requests_per_minute = 60000

[graph]
enabled = true
base_url = "{graph}"
access_token = "{graph_token}"
mailbox = "{mailbox}"
room_mailbox = "{room}"

[mail]
host = "{smtp_host}"
port = {smtp_port}
security = "none"
from_address = "{mailbox}"
messages_per_minute = 60000

[web]
host = "127.0.0.1"
port = {web_port}
secret = "of-no-use-outside-this-demo-0123456789"
"""

FIRST = [
    "Ada",
    "Bruno",
    "Chloé",
    "Dimitra",
    "Emil",
    "Fatou",
    "Günther",
    "Hanna",
    "Iñigo",
    "Jūratė",
    "Kasper",
    "Léa",
]
LAST = [
    "Moreau",
    "Novak",
    "O'Brien",
    "Papadaki",
    "Quist",
    "Rossi",
    "Šimek",
    "Tóth",
    "Urban",
    "Van den Berg",
    "Wójcik",
]
EVERY_SO_MANY_IN_THE_ROOM = 6


@dataclass(frozen=True)
class Row:
    """A good row of the list. `mode` is "room" or "online"."""

    email: str
    first_name: str
    last_name: str
    organisation: str
    mode: str
    language: str


def summer_day(today: date) -> date:
    """The second Wednesday of June next year: always ahead, and always in summer time."""
    june = date(today.year + 1, 6, 1)
    return june + timedelta(days=(2 - june.weekday()) % 7 + 7)


def page(day: date) -> str:
    """The page, its summer date labelled "(CET)" as the real ones often are."""
    starts = datetime.combine(day, time(10, 0))
    when = f"{starts:%A} {day.day} {starts:%B %Y}, 10:00 - 11:30 (CET)"
    return PAGE.format(title=TITLE, when=when)


def rows(count: int) -> list[Row]:
    """`count` people, always the same ones, every sixth for the room."""
    return [
        Row(
            email=f"person{number:04}@example.org",
            first_name=FIRST[number % len(FIRST)],
            last_name=LAST[number % len(LAST)],
            organisation=f"Town {number % 9 + 1}",
            mode="room" if number % EVERY_SO_MANY_IN_THE_ROOM == 5 else "online",
            language="fr" if number % 3 == 2 else "en",
        )
        for number in range(count)
    ]


def registrants_csv(people: list[Row]) -> bytes:
    """The list as somebody's spreadsheet wrote it: semicolons, a BOM, and four rows that cannot be taken."""
    text = io.StringIO()
    write = csv.writer(text, delimiter=";").writerow
    write(["E-mail", "First name", "Last name", "Organisation", "Participation", "Language"])
    for number, row in enumerate(people):
        write([row.email, row.first_name, row.last_name, row.organisation, row.mode, row.language])
        if number == 2:
            write(["not an address", "Nora", "Nobody", "", "online", "en"])
            write([row.email.upper(), "Twice", "Listed", "", "online", "en"])
        if number == 5:
            write(["", "No", "Address", "", "room", "en"])
            write(["=cmd@example.org", "Fay", "Formula", "", "online", "en"])
    return text.getvalue().encode("utf-8-sig")

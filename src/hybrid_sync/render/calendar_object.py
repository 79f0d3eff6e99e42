"""One registrant's calendar object: an iTIP REQUEST or CANCEL (RFC 5545, 5546, 7986).

The same input gives the same bytes: nothing is taken from the clock or by chance.
"""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Event as CalendarEvent
from icalendar import vCalAddress, vText, vUri

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.invitations import Facts, WantedMessage
from hybrid_sync.domain.ledger import Method
from hybrid_sync.domain.people import Mode
from hybrid_sync.render.calendar_parts import add_times, address, folded
from hybrid_sync.render.letter import headed, link_words
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.text import one_line, paragraphs, web_address
from hybrid_sync.render.times import told_time
from hybrid_sync.render.translations import Words, words_in

__all__ = ["Mailbox", "calendar_bytes"]


def calendar_bytes(
    event: Event, wanted: WantedMessage, *, stamp: datetime, organiser: Mailbox, public_url: str | None
) -> bytes:
    """The calendar object for `wanted`, folded, with CRLF.

    What and when come from `wanted.facts`, only the description from `event`. `stamp` (aware) becomes
    DTSTAMP; give the same one for the same message. `public_url` is the event's public page. Raises
    InputError for an address that cannot be written, ValueError for a naive stamp.
    """
    if stamp.tzinfo is None:
        raise ValueError("the stamp of a calendar object needs a zone")
    facts, words = wanted.facts, words_in(wanted.facts.language)
    page = web_address(public_url)
    entry = CalendarEvent()
    entry.add("uid", wanted.uid)
    entry.add("sequence", wanted.sequence)
    entry.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    zone = add_times(
        entry, told_time(facts.starts, facts.zone), told_time(facts.ends, facts.zone), facts.zone
    )
    entry.add("summary", one_line(facts.title, 1000) or event.id)
    entry.add("organizer", address(organiser))
    entry.add("attendee", _attendee(wanted))
    _add_place(entry, facts, words)
    if wanted.method is Method.CANCEL:
        entry.add("status", "CANCELLED")
    else:
        entry.add("status", "CONFIRMED")
        _add_request_parts(entry, event, facts, words, page)
    if page:
        entry.add("url", vUri(page))
    return folded(wanted.method.value, [zone] if zone else [], [entry])


def _add_place(entry: CalendarEvent, facts: Facts, words: Words) -> None:
    online = facts.mode == Mode.ONLINE.value
    place = words.text("mail", "Online (Webex)") if online else one_line(facts.place)
    if place:
        entry.add("location", place)


def _add_request_parts(
    entry: CalendarEvent, event: Event, facts: Facts, words: Words, page: str | None
) -> None:
    link = web_address(facts.join_link) if facts.mode == Mode.ONLINE.value else None
    blocks: list[str] = []
    join = words.text("mail", "Join the event online")
    if link:
        blocks += [f"{headed(join, words)}\n{link}", link_words(facts, words)]
        conference = vUri(link)
        conference.params["VALUE"] = "URI"
        # As a list: icalendar's own Conference class writes one quoted value (calendar.md B9).
        conference.params["FEATURE"] = ["AUDIO", "VIDEO"]
        conference.params["LABEL"] = join
        entry.add("conference", conference)
    else:
        blocks.append(link_words(facts, words))
    blocks.append(paragraphs(event.description))
    if page:
        blocks.append(f"{headed(words.text('mail', 'Event page'), words)} {page}")
    description = "\n\n".join(block for block in blocks if block)
    if description:
        entry.add("description", description)
    # A personal link must not show in a calendar that others may read (P4).
    entry.add("class", "PRIVATE" if link else "PUBLIC")
    entry.add("transp", "OPAQUE")
    entry.add("x-microsoft-cdo-busystatus", vText("BUSY"))
    entry.add("x-microsoft-disallow-counter", vText("TRUE"))


def _attendee(wanted: WantedMessage) -> vCalAddress:
    attendee = address(Mailbox(wanted.person.name, wanted.email))
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    if wanted.method is Method.REQUEST:
        attendee.params["PARTSTAT"] = "NEEDS-ACTION"
        attendee.params["RSVP"] = "TRUE"
    return attendee

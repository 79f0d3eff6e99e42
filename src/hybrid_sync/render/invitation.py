"""The mail that carries a registrant's calendar object (iMIP, RFC 6047)."""

from __future__ import annotations

from datetime import datetime

from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import Facts, WantedMessage
from hybrid_sync.domain.ledger import Method
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.render import mime
from hybrid_sync.render.calendar_object import calendar_bytes
from hybrid_sync.render.changes import change_lines
from hybrid_sync.render.letter import (
    Letter,
    Link,
    greeting,
    join_button,
    link_words,
    readable_parts,
    when_lines,
    where_words,
)
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.text import one_line, paragraphs, shortened, web_address
from hybrid_sync.render.times import day, told_time
from hybrid_sync.render.translations import Words, words_in

__all__ = ["Mailbox", "compose", "letter_for"]

_ABOUT_MOST = 3000


def compose(
    event: Event,
    wanted: WantedMessage,
    *,
    stamp: datetime,
    message_id: str,
    sender: Mailbox,
    public_url: str | None,
    own_page: str | None = None,
) -> bytes:
    """The whole message for one person; the same arguments give the same bytes.

    multipart/mixed { multipart/alternative { plain, HTML, text/calendar }, the same calendar bytes as
    application/ics } (calendar.md B5). `sender` is From and ORGANIZER; there is no Reply-To, so that
    answers come back to it. `stamp` (aware) is Date and DTSTAMP. `message_id` comes in angle brackets.
    `public_url` is the event's public page, `own_page` the person's own, where they can withdraw: a secret of
    theirs (P4), and not in the calendar object, which others may read.

    Raises InputError for an address that cannot be written, ValueError for a naive stamp or a broken
    Message-ID.
    """
    letter = letter_for(event, wanted, sender, public_url, own_page)
    heads = mime.heads(
        stamp=stamp,
        sender=sender,
        to=Mailbox(wanted.person.name, wanted.email),
        subject=letter.subject,
        message_id=message_id,
        language=letter.words.code,
        unsubscribe=None if letter.cancelled else web_address(own_page),
    )
    ics = calendar_bytes(event, wanted, stamp=stamp, organiser=sender, public_url=public_url)
    alternative = mime.alternative(
        message_id,
        [
            *readable_parts(letter),
            # Last, because readers take the last form that they know.
            mime.data_part(f"text/calendar; charset=UTF-8; method={wanted.method.value}", ics),
        ],
    )
    copy = mime.data_part('application/ics; name="invite.ics"', ics, 'attachment; filename="invite.ics"')
    return mime.message(heads, mime.mixed(message_id, [alternative, copy]))


def letter_for(
    event: Event,
    wanted: WantedMessage,
    sender: Mailbox,
    public_url: str | None,
    own_page: str | None = None,
) -> Letter:
    """The letter for `wanted`: invitation, update (with what changed) or cancellation (without any secret)."""
    facts = wanted.facts
    words = words_in(facts.language)
    if wanted.method is Method.CANCEL:
        return Letter(
            words,
            subject=_subject(words.text("mail", "Cancelled: {title}, {when}"), event, facts, words),
            greeting=greeting(wanted.person, words),
            intro=_why_cancelled(event, wanted, words),
            title=_title(event, facts),
            sender=sender,
            when=when_lines(facts, words),
            where=where_words(facts, words),
            closing=_after_a_cancellation(event, wanted, words),
            cancelled=True,
        )
    update = wanted.before is not None
    return Letter(
        words,
        subject=_subject(
            words.text("mail", "Updated: {title}, {when}")
            if update
            else words.text("mail", "Invitation: {title}, {when}"),
            event,
            facts,
            words,
        ),
        greeting=greeting(wanted.person, words),
        intro=_intro(update, facts, words),
        title=_title(event, facts),
        sender=sender,
        changes=tuple(change_lines(wanted.before, facts, words)) if wanted.before is not None else (),
        when=when_lines(facts, words),
        where=where_words(facts, words),
        code=door_code(wanted.person.id) if facts.mode == Mode.ROOM.value else "",
        button=join_button(facts, words),
        button_note=link_words(facts, words),
        about=() if update else _about(event),
        closing=(*_event_page(public_url, words), *_what_to_do(web_address(own_page), words)),
    )


def _subject(sentence: str, event: Event, facts: Facts, words: Words) -> str:
    when = day(told_time(facts.starts, facts.zone), words.code)
    return sentence.format(title=shortened(_title(event, facts), 200), when=when)


def _title(event: Event, facts: Facts) -> str:
    return one_line(facts.title) or event.id


def _intro(update: bool, facts: Facts, words: Words) -> str:
    if update:
        return words.text("mail", "Something has changed in an event that you are registered for:")
    if facts.mode == Mode.ONLINE.value:
        return words.text("mail", "You are registered to take part online in:")
    return words.text("mail", "You are registered to take part on site in:")


def _why_cancelled(event: Event, wanted: WantedMessage, words: Words) -> str:
    """Why, in words that fit whoever reads the address (an old one may belong to somebody else by now)."""
    if event.state is EventState.CANCELLED:
        return words.text("mail", "This event has been cancelled:")
    match wanted.person.status:
        case RegistrantStatus.WITHDRAWN:
            return words.text("mail", "Your registration has been withdrawn from:")
        case RegistrantStatus.REJECTED:
            return words.text("mail", "We are sorry that we cannot offer you a place at:")
        case RegistrantStatus.WAITLISTED | RegistrantStatus.PENDING:
            return words.text("mail", "You have no confirmed place at the moment at:")
        case RegistrantStatus.APPROVED:
            return words.text(
                "mail", "This invitation no longer counts, because your registration was changed:"
            )


def _after_a_cancellation(event: Event, wanted: WantedMessage, words: Words) -> tuple[str, ...]:
    gone = words.text("mail", "The entry will be taken out of your calendar.")
    if event.state is EventState.CANCELLED or wanted.person.status is not RegistrantStatus.WITHDRAWN:
        return (gone,)
    return (gone, words.text("mail", "If you did not want this, please answer this message."))


def _event_page(public_url: str | None, words: Words) -> tuple[Link, ...]:
    address = web_address(public_url)
    return (Link(words.text("mail", "Event page"), address),) if address else ()


def _what_to_do(own_page: str | None, words: Words) -> tuple[str | Link, ...]:
    moves = words.text(
        "mail",
        "The attached calendar entry updates itself: if the event moves, you will receive a new version.",
    )
    if own_page is None:
        answer = words.text(
            "mail",
            "If you cannot come, please answer this message, so that somebody else can have your place.",
        )
        return (moves, answer)
    tell = words.text(
        "mail", "If you cannot come, please tell us, so that somebody else can have your place."
    )
    return (moves, tell, Link(words.text("mail", "Change or withdraw your registration"), own_page))


def _about(event: Event) -> tuple[str, ...]:
    text = paragraphs(event.description, _ABOUT_MOST)
    return tuple(text.split("\n\n")) if text else ()

"""The mails without calendar object: the reminder before an event, and the one after it.

Neither carries the calendar object again: a second one would make double entries in some calendars. Both answer the
invitation (In-Reply-To and References, RFC 5322 3.6.4), so that mail programs show them in its thread.
"""

from __future__ import annotations

from datetime import datetime

from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.follow_up import WantedFollowUp
from hybrid_sync.domain.people import Mode
from hybrid_sync.domain.reminders import PlainMail
from hybrid_sync.render import mime
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
from hybrid_sync.render.text import one_line, shortened, web_address
from hybrid_sync.render.times import day, told_time
from hybrid_sync.render.translations import Words, words_in

_CERTIFICATE = "certificate.pdf"


def compose_reminder(
    mail: PlainMail, *, stamp: datetime, message_id: str, sender: Mailbox, own_page: str | None = None
) -> bytes:
    """The reminder for one person; the same arguments give the same bytes.

    It says what the invitation said: time in the event's zone and in UTC, and the way in of that person alone (join
    link, or place and code for the door). `own_page` is the person's own page, where they can withdraw. Raises as
    `invitation.compose` does.
    """
    letter = reminder_letter(mail, sender, own_page)
    body = mime.alternative(message_id, readable_parts(letter))
    return mime.message(_heads(mail, letter, stamp, message_id, unsubscribe=web_address(own_page)), body)


def compose_follow_up(
    mail: WantedFollowUp,
    *,
    stamp: datetime,
    message_id: str,
    sender: Mailbox,
    certificate: bytes | None = None,
) -> bytes:
    """The mail after the event for one person, with their `certificate` (a PDF) where they have one."""
    letter = follow_up_letter(mail, sender, with_certificate=certificate is not None)
    body = mime.alternative(message_id, readable_parts(letter))
    if certificate is not None:
        attached = mime.data_part(
            f'application/pdf; name="{_CERTIFICATE}"',
            certificate,
            f'attachment; filename="{_CERTIFICATE}"',
        )
        body = mime.mixed(message_id, [body, attached])
    return mime.message(_heads(mail, letter, stamp, message_id), body)


def reminder_letter(mail: PlainMail, sender: Mailbox, own_page: str | None = None) -> Letter:
    facts = mail.facts
    words = words_in(facts.language)
    in_room = facts.mode == Mode.ROOM.value
    page = web_address(own_page)
    tell = (
        words.text(
            "reminder",
            "If you cannot come after all, please tell us, so that somebody else can have your place.",
        )
        if page
        else words.text(
            "reminder",
            "If you cannot come after all, please answer this message, so that somebody else can have your place.",
        )
    )
    change = (Link(words.text("reminder", "Change or withdraw your registration"), page),) if page else ()
    return Letter(
        words,
        subject=_subject(words.text("reminder", "Reminder: {title}, {when}"), mail, words),
        greeting=greeting(mail.person, words),
        intro=words.text("reminder", "This is to remind you of an event that you are registered for on site:")
        if in_room
        else words.text("reminder", "This is to remind you of an event that you are registered for online:"),
        title=_title(mail),
        sender=sender,
        when=when_lines(facts, words),
        where=where_words(facts, words),
        code=door_code(mail.person.id) if in_room else "",
        button=join_button(facts, words),
        button_note=link_words(facts, words),
        closing=(tell, *change),
    )


def follow_up_letter(mail: WantedFollowUp, sender: Mailbox, *, with_certificate: bool) -> Letter:
    """Thanks for whoever was seen; words that fit everybody for whoever was not, or of whom nobody knows."""
    words = words_in(mail.facts.language)
    recording = web_address(mail.recording)
    closing = []
    if with_certificate:
        closing.append(words.text("reminder", "Your certificate of attendance is attached to this message."))
    intro = (
        words.text("reminder", "Thank you for taking part in:")
        if mail.came
        else words.text("reminder", "Thank you for your interest in this event. It can be watched now:")
    )
    return Letter(
        words,
        subject=_subject(
            words.text("reminder", "Thank you: {title}, {when}")
            if mail.came
            else words.text("reminder", "Recording: {title}, {when}"),
            mail,
            words,
        ),
        greeting=greeting(mail.person, words),
        intro=intro,
        title=_title(mail),
        sender=sender,
        when=when_lines(mail.facts, words)[:1],
        button=Link(words.text("reminder", "Watch the recording"), recording) if recording else None,
        closing=tuple(closing),
    )


def _heads(
    mail: PlainMail, letter: Letter, stamp: datetime, message_id: str, unsubscribe: str | None = None
) -> list[str]:
    heads = mime.heads(
        stamp=stamp,
        sender=letter.sender,
        to=Mailbox(mail.person.name, mail.email),
        subject=letter.subject,
        message_id=message_id,
        language=letter.words.code,
        unsubscribe=unsubscribe,
    )
    return [
        *heads,
        mime.structured("In-Reply-To", mail.reply_to),
        mime.structured("References", mail.reply_to),
    ]


def _subject(sentence: str, mail: PlainMail, words: Words) -> str:
    when = day(told_time(mail.facts.starts, mail.facts.zone), words.code)
    return sentence.format(title=shortened(_title(mail), 200), when=when)


def _title(mail: PlainMail) -> str:
    return one_line(mail.facts.title) or mail.person.event_id

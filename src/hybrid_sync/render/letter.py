"""What a message to a registrant says; plain text and HTML are made from the same words."""

from __future__ import annotations

from dataclasses import dataclass

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import Facts, LinkKind, Method, WantedMessage
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.render.changes import change_lines, local_range
from hybrid_sync.render.languages import Words, words_for
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.text import one_line, paragraphs, shortened, web_address, wrapped
from hybrid_sync.render.times import day, told_time, utc_range

_ABOUT_MOST = 3000


@dataclass(frozen=True)
class Letter:
    """A message in one language. Empty strings and tuples are parts that this one does not have."""

    words: Words
    subject: str
    greeting: str
    intro: str
    title: str
    changes: tuple[str, ...]
    when: tuple[str, ...]
    where: str
    link: str | None
    link_note: str
    about: tuple[str, ...]
    page: str | None
    notes: tuple[str, ...]
    sender: Mailbox
    cancelled: bool


def letter_for(event: Event, wanted: WantedMessage, sender: Mailbox, public_url: str | None) -> Letter:
    """The letter for `wanted`: invitation, update (with what changed) or cancellation (without any link)."""
    facts = wanted.facts
    words = words_for(facts.language)
    cancelled = wanted.method is Method.CANCEL
    update = not cancelled and wanted.before is not None
    title = one_line(facts.title) or event.id
    starts, ends = told_time(facts.starts, facts.zone), told_time(facts.ends, facts.zone)
    online = facts.mode == Mode.ONLINE.value
    link = web_address(facts.join_link) if online and not cancelled else None
    name = one_line(wanted.person.name)
    subject = (
        words.subject_cancellation
        if cancelled
        else words.subject_update
        if update
        else words.subject_invitation
    )
    return Letter(
        words=words,
        subject=subject.format(title=shortened(title, 200), when=day(starts, words.code)),
        greeting=words.greeting.format(name=name) if name else words.greeting_nameless,
        intro=_cancellation_words(event, wanted, words) if cancelled else _intro(update, online, words),
        title=title,
        changes=tuple(change_lines(wanted.before, facts, words)) if update and wanted.before else (),
        when=(local_range(facts, words.code), utc_range(starts, ends, words.code)),
        where=_where(facts, online, words),
        link=link,
        link_note=link_words(facts, words) if online and not cancelled else "",
        about=() if cancelled or update else _about(event),
        page=None if cancelled else web_address(public_url),
        notes=(words.calendar_note_cancelled,) if cancelled else (words.calendar_note, words.if_not_coming),
        sender=sender,
        cancelled=cancelled,
    )


def plain_text(letter: Letter) -> str:
    """The letter in at most 72 columns, but for links, which stand alone. Lines end with \\n."""
    words = letter.words
    lines = [*wrapped(letter.greeting), "", *wrapped(letter.intro), ""]
    lines += [*wrapped(letter.title, first="  ", rest="  "), ""]
    if letter.changes:
        lines += [words.heading_changes + words.colon.rstrip(), ""]
        for change in letter.changes:
            lines += wrapped(change, first="- ", rest="  ")
        lines.append("")
    width = max(len(words.when), len(words.where)) + 4
    indent = " " * width
    for label, told in ((words.when, letter.when), (words.where, (letter.where,))):
        lines += wrapped("\n".join(told), first=f"  {label}".ljust(width), rest=indent)
    lines.append("")
    if letter.link:
        lines += [words.join_words + words.colon.rstrip(), letter.link, ""]
    if letter.link_note:
        lines += [*wrapped(letter.link_note), ""]
    if letter.about:
        lines += [words.heading_about, "-" * len(words.heading_about), ""]
        for part in letter.about:
            lines += [*wrapped(part), ""]
    if letter.page:
        lines += [words.event_page + words.colon.rstrip(), letter.page, ""]
    for note in letter.notes:
        lines += [*wrapped(note), ""]
    if letter.sender.name:
        lines += wrapped(letter.sender.name)
    lines.append(letter.sender.address)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def link_words(facts: Facts, words: Words) -> str:
    """What somebody who comes online must know of their link; empty while there is none to speak of."""
    if facts.link_kind == LinkKind.MAILED.value:
        return words.link_separate
    if web_address(facts.join_link) is None:
        return ""
    return words.link_shared if facts.link_kind == LinkKind.SHARED.value else words.link_note


def _intro(update: bool, online: bool, words: Words) -> str:
    if update:
        return words.intro_update
    return words.intro_invitation_online if online else words.intro_invitation_room


def _cancellation_words(event: Event, wanted: WantedMessage, words: Words) -> str:
    """Why, in words that fit whoever reads the address (an old one may belong to somebody else by now)."""
    if event.state is EventState.CANCELLED:
        return words.intro_cancellation_event
    return {
        RegistrantStatus.WITHDRAWN: words.intro_cancellation_withdrawn,
        RegistrantStatus.REJECTED: words.intro_cancellation_rejected,
        RegistrantStatus.WAITLISTED: words.intro_cancellation_waiting,
        RegistrantStatus.PENDING: words.intro_cancellation_waiting,
        RegistrantStatus.APPROVED: words.intro_cancellation_moved,
    }[wanted.person.status]


def _where(facts: Facts, online: bool, words: Words) -> str:
    return words.place_online if online else one_line(facts.place) or words.place_unknown


def _about(event: Event) -> tuple[str, ...]:
    text = paragraphs(event.description, _ABOUT_MOST)
    return tuple(text.split("\n\n")) if text else ()

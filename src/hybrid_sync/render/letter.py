"""A message to a registrant as values; plain text and HTML are made from the same words."""

from __future__ import annotations

from dataclasses import dataclass

from hybrid_sync.domain.invitations import Facts, LinkKind
from hybrid_sync.domain.people import Mode, Registrant
from hybrid_sync.render import mime
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.pages import page
from hybrid_sync.render.text import one_line, web_address, wrapped
from hybrid_sync.render.times import time_range, told_time, utc_range
from hybrid_sync.render.translations import Words


@dataclass(frozen=True)
class Link:
    """An address and the words that are pressed to follow it."""

    words: str
    address: str

    def __repr__(self) -> str:
        return f"Link({self.words!r})"


@dataclass(frozen=True)
class Letter:
    """A message in one language. What is left empty, this one does not have.

    `code` is shown at the door. `button` is the one thing to press, `button_note` what must be known of it.
    `changes` are sentences, `about` and `closing` paragraphs; a link in `closing` stands on a line of its own.
    `cancelled` strikes the title through; the words must say it too.
    """

    words: Words
    subject: str
    greeting: str
    intro: str
    title: str
    sender: Mailbox
    changes: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    where: str = ""
    code: str = ""
    button: Link | None = None
    button_note: str = ""
    about: tuple[str, ...] = ()
    closing: tuple[str | Link, ...] = ()
    cancelled: bool = False

    @property
    def details(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What stands in the table: a label, and the lines beside it."""
        words = self.words
        rows = (
            (words.text("mail", "When"), self.when),
            (words.text("mail", "Where"), (self.where,) if self.where else ()),
            (words.text("mail", "Door code"), (self.code,) if self.code else ()),
        )
        return tuple((label, lines) for label, lines in rows if lines)


def readable_parts(letter: Letter) -> list[str]:
    """The letter as plain text and as HTML, in this order: the first parts of a multipart/alternative."""
    html = page("letter.html", letter=letter, words=letter.words)
    return [mime.text_part("text/plain", plain_text(letter)), mime.text_part("text/html", html)]


def plain_text(letter: Letter) -> str:
    """The letter in at most 72 columns, but for links, which stand alone. Lines end with \\n."""
    words = letter.words
    lines = [*wrapped(letter.greeting), "", *wrapped(letter.intro), ""]
    lines += [*wrapped(letter.title, first="  ", rest="  "), ""]
    if letter.changes:
        lines += [headed(words.text("mail", "What has changed"), words), ""]
        for change in letter.changes:
            lines += wrapped(change, first="- ", rest="  ")
        lines.append("")
    width = max((len(label) for label, _ in letter.details), default=0) + 4
    for label, told in letter.details:
        lines += wrapped("\n".join(told), first=f"  {label}".ljust(width), rest=" " * width)
    if letter.details:
        lines.append("")
    if letter.button:
        lines += _link_lines(letter.button, words)
    if letter.button_note:
        lines += [*wrapped(letter.button_note), ""]
    if letter.about:
        heading = words.text("mail", "About the event")
        lines += [heading, "-" * len(heading), ""]
        for paragraph in letter.about:
            lines += [*wrapped(paragraph), ""]
    for part in letter.closing:
        lines += _link_lines(part, words) if isinstance(part, Link) else [*wrapped(part), ""]
    if letter.sender.name:
        lines += wrapped(letter.sender.name)
    lines.append(letter.sender.address)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def headed(words_before: str, words: Words) -> str:
    """What stands before a list or a link, with the colon as the language writes it."""
    return words.text("mail", "{heading}:").format(heading=words_before)


def greeting(person: Registrant, words: Words) -> str:
    """ "Dear Ada Lovelace,", or a greeting for somebody whose name is not known."""
    name = one_line(person.name)
    return words.text("mail", "Dear {name},").format(name=name) if name else words.text("mail", "Hello,")


def when_lines(facts: Facts, words: Words) -> tuple[str, str]:
    """The event's time on its own clock, and in UTC."""
    starts, ends = told_time(facts.starts, facts.zone), told_time(facts.ends, facts.zone)
    return time_range(starts, ends, words.code), utc_range(starts, ends, words.code)


def where_words(facts: Facts, words: Words) -> str:
    """Where the person takes part; never empty."""
    if facts.mode == Mode.ONLINE.value:
        return words.text("mail", "Online (Webex)")
    return one_line(facts.place) or words.text("mail", "On site; the address will follow")


def join_button(facts: Facts, words: Words) -> Link | None:
    """The way into the meeting that the person was given; None for the room, and where there is none."""
    link = web_address(facts.join_link) if facts.mode == Mode.ONLINE.value else None
    return Link(words.text("mail", "Join the event online"), link) if link else None


def link_words(facts: Facts, words: Words) -> str:
    """What somebody who comes online must know of their link; empty while there is none to speak of."""
    if facts.mode != Mode.ONLINE.value:
        return ""
    if facts.link_kind == LinkKind.MAILED.value:
        return words.text("mail", "Your link to join comes in a separate message from Webex.")
    if web_address(facts.join_link) is None:
        return ""
    if facts.link_kind == LinkKind.SHARED.value:
        return words.text(
            "mail",
            "This is the link of the whole meeting: please do not publish it. If you are asked who you are, give "
            "the name and the e-mail address that you registered with.",
        )
    return words.text("mail", "This link is meant for you alone: please do not pass it on.")


def _link_lines(link: Link, words: Words) -> list[str]:
    return [headed(link.words, words), link.address, ""]

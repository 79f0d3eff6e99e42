"""Which words a language must have for the pages. A language is one file beside this one, holding one `PageWords`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """What a page says first: a short heading and one or two sentences. {braces} are filled in."""

    heading: str
    text: str


@dataclass(frozen=True)
class PageWords:
    """Everything that the pages say; mypy finds a word left out.

    `join_as` holds a {name}, `begins_in` and `wait` a {wait}, `questions` a {contact}.
    """

    code: str
    early: Notice
    """{opens} is the local moment from which the button works."""
    moved: Notice
    """Instead of `early` where the event was moved: {before} and {after} are times, {opens} as there."""
    open: Notice
    preparing: Notice
    """The button would work, but the meeting is not made yet."""
    fallback: Notice
    over: Notice
    cancelled: Notice
    withdrawn: Notice
    rejected: Notice
    waiting: Notice
    waitlisted: Notice
    revoked: Notice
    room: Notice
    bad_link: Notice
    home: Notice
    not_found: Notice
    wrong_method: Notice
    too_large: Notice
    too_many: Notice
    failure: Notice

    when: str
    where: str
    place_unknown: str
    wait: str
    moved_line: str
    """As `moved`, in one line above the button."""
    begins_in: str
    has_begun: str
    join: str
    join_as: str
    personal: str
    to_webex: str
    reload: str
    open_meeting: str
    number: str
    password: str
    questions: str
    days: str
    """How the ticking clock shortens a day; hours, minutes and seconds are h, min and s everywhere."""

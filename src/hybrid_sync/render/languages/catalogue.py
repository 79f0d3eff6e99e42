"""Which words a language must have. A language is one file beside this one, holding one `Words`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Everything that a message to a registrant says. {braces} are filled in; mypy finds a word left out.

    Where-and-how words come in pairs by mode: `*_online`, `*_room`.
    """

    code: str
    colon: str
    subject_invitation: str
    subject_update: str
    subject_cancellation: str
    greeting: str
    greeting_nameless: str
    intro_invitation_online: str
    intro_invitation_room: str
    intro_update: str
    intro_cancellation_event: str
    intro_cancellation_withdrawn: str
    intro_cancellation_rejected: str
    intro_cancellation_waiting: str
    intro_cancellation_moved: str
    heading_changes: str
    heading_details: str
    heading_about: str
    when: str
    where: str
    join: str
    place_online: str
    place_unknown: str
    join_words: str
    link_note: str
    """By a personal link; `link_shared` by the meeting's own, `link_separate` where Webex mails one."""
    link_shared: str
    link_separate: str
    event_page: str
    calendar_note: str
    calendar_note_cancelled: str
    if_not_coming: str
    changed_time: str
    changed_utc: str
    changed_title: str
    changed_place: str
    changed_place_new: str
    changed_to_online: str
    changed_to_room: str
    changed_link: str
    changed_link_gone: str
    changed_language: str
    changed_other: str

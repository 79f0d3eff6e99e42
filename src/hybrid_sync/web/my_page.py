"""What a registrant's own page says in each state, as values; the template only sets them out.

state                      | shows                                        | GET | POST withdraw | POST withdraw, sure
---------------------------+----------------------------------------------+-----+---------------+---------------------
coming                     | event, way to take part, the buttons         | 200 | 200 (asks)    | 200 (withdrawn)
waiting                    | event, the button to withdraw                | 200 | 200 (asks)    | 200 (withdrawn)
withdrawn, rejected        | event                                        | 200 | 200           | 200
over, cancelled            | event                                        | 200 | 409           | 409
revoked                    | nothing of the event                         | 410 | 410           | 410

Withdrawing takes two presses: one by mistake must not cost anybody their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.own_page import OwnState
from hybrid_sync.domain.people import Mode
from hybrid_sync.render.text import one_line
from hybrid_sync.render.translations import Words, words_in
from hybrid_sync.sync.own_page import Own
from hybrid_sync.web import notices
from hybrid_sync.web.event_facts import EventFacts, event_facts
from hybrid_sync.web.notices import Notice


class Do(StrEnum):
    """What a button asks for: the value of `do` in the address that the form is sent to."""

    WITHDRAW = "withdraw"
    """Asks first."""
    WITHDRAW_SURE = "withdraw-sure"
    ONLINE = "online"
    ROOM = "room"


@dataclass(frozen=True)
class Button:
    do: Do
    words: str
    plain: bool = False
    """One that nobody is meant to press without need."""


@dataclass(frozen=True)
class MyPage:
    """One rendering. `back` are the words of a link to the page as it was before a question."""

    words: Words
    status: int
    notice: Notice
    tone: str
    facts: EventFacts | None = None
    code: str | None = None
    """What to show at the door of the room."""
    buttons: tuple[Button, ...] = ()
    back: str | None = None
    small: tuple[str, ...] = ()


def my_page(own: Own, *, did: Do | None = None) -> MyPage:
    """The page for what stands behind the link. `did`: what the button that led here asked for, and is done already."""
    words = words_in(own.person.language)
    state = own.view.state
    if state is OwnState.REVOKED:
        return MyPage(words, 410, notices.revoked(words), "stop")
    in_room = own.person.mode is Mode.ROOM
    facts = event_facts(own.event, words, with_place=in_room and state is not OwnState.WITHDRAWN)
    match state:
        case OwnState.OVER:
            return MyPage(words, 409 if did else 200, notices.over(words), "wait", facts)
        case OwnState.CANCELLED:
            return MyPage(words, 409 if did else 200, notices.cancelled(words), "stop", facts)
        case OwnState.REJECTED:
            return MyPage(words, 200, notices.not_coming(own.person.status, words), "stop", facts)
        case OwnState.WITHDRAWN:
            if did is Do.WITHDRAW_SURE:
                return MyPage(words, 200, _withdrawn(words), "go", facts)
            return MyPage(words, 200, notices.not_coming(own.person.status, words), "stop", facts)
    if did is Do.WITHDRAW:
        return _asks(own, words, facts)
    buttons = (*_switch(own, words), Button(Do.WITHDRAW, words.text("page", "I cannot come"), plain=True))
    small = _about(own, words)
    if state is OwnState.WAITING:
        waits = notices.not_coming(own.person.status, words)
        return MyPage(words, 200, waits, "wait", facts, buttons=buttons, small=small)
    code = door_code(own.person.id) if in_room else None
    return MyPage(words, 200, _coming(own, did, words), "go", facts, code=code, buttons=buttons, small=small)


def _coming(own: Own, did: Do | None, words: Words) -> Notice:
    online = own.person.mode is Mode.ONLINE
    heading = (
        words.text("page", "You take part online") if online else words.text("page", "You take part on site")
    )
    if did in (Do.ONLINE, Do.ROOM):
        text = words.text(
            "page", "That is noted. In a few minutes you will receive a new calendar entry by mail."
        )
    elif online:
        text = words.text("page", "Your link to join is in the invitation that we sent you.")
    else:
        text = words.text("page", "A place in the room is kept for you.")
    return Notice(heading, text)


def _asks(own: Own, words: Words, facts: EventFacts) -> MyPage:
    if own.view.state is OwnState.WAITING:
        text = words.text("page", "You will then hear no more from us about this event.")
    else:
        text = words.text(
            "page", "Somebody else can then have your place, and the entry leaves your calendar."
        )
    notice = Notice(words.text("page", "Do you want to withdraw your registration?"), text)
    sure = Button(Do.WITHDRAW_SURE, words.text("page", "Yes, withdraw my registration"))
    back = words.text("page", "No, keep it")
    return MyPage(words, 200, notice, "wait", facts, buttons=(sure,), back=back, small=_about(own, words))


def _withdrawn(words: Words) -> Notice:
    return Notice(
        words.text("page", "Your registration is withdrawn"),
        words.text(
            "page",
            "Thank you for telling us. If the event stands in your calendar, a message will take it out in a few "
            "minutes. If this was a mistake, please get in touch with the organisers.",
        ),
    )


def _switch(own: Own, words: Words) -> tuple[Button, ...]:
    match own.view.switch_to:
        case Mode.ONLINE:
            return (Button(Do.ONLINE, words.text("page", "Take part online instead"), plain=True),)
        case Mode.ROOM:
            return (Button(Do.ROOM, words.text("page", "Come to the room instead"), plain=True),)
        case None:
            return ()


def _about(own: Own, words: Words) -> tuple[str, ...]:
    name = one_line(own.person.name, 120)
    personal = words.text("page", "This page is meant for you alone: please do not pass its address on.")
    if not name:
        return (personal,)
    return (words.text("page", "You are registered as {name}.").format(name=name), personal)

"""What registrants are written, and the page that is theirs, as the settings describe them."""

from __future__ import annotations

from datetime import datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.invitations import WantedMessage
from hybrid_sync.domain.people import Registrant
from hybrid_sync.render import invitation
from hybrid_sync.render.join_links import OwnLinks
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.settings import FEWEST_SECRET_CHARACTERS, Settings
from hybrid_sync.sync.invitations import Compose
from hybrid_sync.wiring.providers import MissingLinks, signs_links


class _NoOwnLinks(MissingLinks, OwnLinks):
    pass


def own_page_links(settings: Settings) -> OwnLinks:
    signs = signs_links(settings)
    if signs is None:
        return _NoOwnLinks(
            "a registrant's own page needs [service] base_url and a [web] secret of at least "
            f"{FEWEST_SECRET_CHARACTERS} characters"
        )
    return OwnLinks(*signs)


def letter_sender(settings: Settings) -> Mailbox:
    """From of every mail, and ORGANIZER of every calendar object."""
    return Mailbox(settings.mail.from_name or settings.service.name, settings.mail.from_address)


def own_page_of(settings: Settings, links: OwnLinks, person: Registrant) -> str | None:
    """The address of the person's own page; None without a public address: then the mail asks for an answer."""
    return None if signs_links(settings) is None else links.link(person)


def invitation_writer(settings: Settings, links: OwnLinks) -> Compose:
    """Writes invitations, updates and cancellations.

    The own page is not among the facts that an update is sent for, so nobody is mailed because of it.
    """
    sender = letter_sender(settings)

    def compose(event: Event, wanted: WantedMessage, *, stamp: datetime, message_id: str) -> bytes:
        return invitation.compose(
            event,
            wanted,
            stamp=stamp,
            message_id=message_id,
            sender=sender,
            public_url=None,
            own_page=own_page_of(settings, links, wanted.person),
        )

    return compose

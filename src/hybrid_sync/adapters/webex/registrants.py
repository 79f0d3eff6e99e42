"""The meeting's own list of registered people, kept without mailing anybody."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence

from hybrid_sync.adapters.webex.registrant_adding import Adding
from hybrid_sync.adapters.webex.registrant_calls import RegistrantCalls
from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.errors import AlreadyThere, Gone, ProviderError, Refused, StillThere
from hybrid_sync.http_client import Json
from hybrid_sync.ports import Added

logger = logging.getLogger(__name__)

_Refusals = dict[str, ProviderError]


class WebexRegistrants:
    """MeetingRegistrants on Webex. `batch_size` at most 50: an older interface refused more (webex.md 2.2).

    Whose mail a registrant gets (P5), by [webex] join_links:

    redirect, shared | Webex is told on every call to mail nobody; everything comes from us.
    webex-mail       | Webex mails its own confirmation, which holds the link that it shows to nobody else: once, when
                     | the registration is made, or approved where `auto_accept` is off. Invitation, changes and
                     | cancellation come from us, without a link; Webex mails nothing about those.

    `webex_mails` is that last mode. `auto_accept` is what the meeting's form was made with.
    """

    def __init__(
        self,
        api: WebexApi,
        *,
        host_email: str | None = None,
        batch_size: int = 40,
        webex_mails: bool = False,
        auto_accept: bool = True,
    ) -> None:
        if not 1 <= batch_size <= 50:
            raise ValueError("Webex takes between 1 and 50 registrants at once")
        self.batch_size = batch_size
        self._calls = RegistrantCalls(api, host_email, batch_size)
        self._adding = Adding(self._calls, mails=webex_mails and auto_accept)
        self._mail_when_approved = webex_mails and not auto_accept

    def listed(self, meeting_id: str, known: Sequence[str] = ()) -> Sequence[MeetingRegistrant]:
        return self._calls.listed(meeting_id, known)

    def add(self, meeting_id: str, people: Sequence[Registrant]) -> Added:
        """All in one call where Webex takes them so (registrant_adding)."""
        return self._adding(meeting_id, people)

    def approve(
        self, meeting_id: str, registrants: Sequence[MeetingRegistrant]
    ) -> Mapping[str, ProviderError]:
        return self._decide(meeting_id, "approve", registrants, mail=self._mail_when_approved)

    def reject(
        self, meeting_id: str, registrants: Sequence[MeetingRegistrant]
    ) -> Mapping[str, ProviderError]:
        return self._decide(meeting_id, "reject", registrants)

    def remove(
        self, meeting_id: str, registrants: Sequence[MeetingRegistrant]
    ) -> Mapping[str, ProviderError]:
        """bulkDelete and not DELETE: only it can be told not to mail (webex.md 2.2). Gone is as good once a query agrees."""
        refused = self._decide(meeting_id, "bulkDelete", registrants)
        gone = {key: error for key, error in refused.items() if isinstance(error, Gone)}
        ids = {one.id for one in registrants}
        return {key: error for key, error in refused.items() if key not in gone} | self._still_there(
            meeting_id, gone, ids
        )

    def _decide(
        self, meeting_id: str, verb: str, registrants: Sequence[MeetingRegistrant], *, mail: bool = False
    ) -> _Refusals:
        """One batch, told apart one by one where Webex refuses it because of somebody in it."""
        if not registrants:
            return {}
        body: Json = {"sendEmail": mail, "registrants": [{"id": one.id} for one in registrants]}
        try:
            self._calls.post(meeting_id, f"/{verb}", body)
        except (Refused, AlreadyThere, Gone) as error:
            if len(registrants) == 1:
                return {registrants[0].key: error}
            logger.info("%s of %d registrants was refused: told apart", verb, len(registrants))
        else:
            return {}
        refused: _Refusals = {}
        for one in registrants:
            refused |= self._decide(meeting_id, verb, [one], mail=mail)
        return refused

    def _still_there(self, meeting_id: str, gone: Mapping[str, Gone], ids: Collection[str]) -> _Refusals:
        """Those of `gone` whose registration (one of `ids`) is there all the same, or could not be asked about."""
        if not gone:
            return {}
        try:
            there = self._calls.found(meeting_id, list(gone))
        except Gone:
            return {}  # the meeting itself is not there
        except ProviderError as error:
            return dict.fromkeys(gone, error)
        return {
            key: StillThere.contrary_to(answer, "the registration")
            for key, answer in gone.items()
            if key in there and there[key].id in ids
        }

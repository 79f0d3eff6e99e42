"""The meeting's own list of registered people, kept without mailing anybody."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hybrid_sync.adapters.webex.paging import Unreadable, complete_list
from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.wire import registrant_body, registrant_of
from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.errors import (
    AlreadyThere,
    Gone,
    OutcomeUnknown,
    ProviderError,
    Refused,
    SignInExpired,
    StillThere,
    TryLater,
)
from hybrid_sync.http_client import Json, items_of, json_of
from hybrid_sync.http_client.verdicts import descriptions
from hybrid_sync.ports import Added

logger = logging.getLogger(__name__)

_ABOUT_SOMEBODY = (400, 403, 409, 413, 422)
"""Refusals of a whole batch that may be about one person in it, or about the last places. 404 is about the meeting."""

_GOES_NO_FURTHER = (TryLater, SignInExpired, OutcomeUnknown)
"""What ends a run of single calls: the next one would fare no better."""

# Registrations go back no further than a meeting's life: a year in practice.
_OLDEST = timedelta(days=450)

_Made = dict[str, MeetingRegistrant]
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
        self._api = api
        self._host = host_email or None
        self._mail_when_made = webex_mails and auto_accept
        self._mail_when_approved = webex_mails and not auto_accept

    def listed(self, meeting_id: str, known: Sequence[str] = ()) -> Sequence[MeetingRegistrant]:
        """Everybody, all pages, each once.

        Where Webex announces no pages and more people registered in one second than a page holds, the `known`
        addresses are asked for by name instead: that is everybody whom we could add or remove.
        """
        now = self._api.clock()
        try:
            items = complete_list(
                self._api,
                f"meetings/{segment(meeting_id)}/registrants",
                {"hostEmail": self._host},
                ("registrationTimeFrom", "registrationTimeTo"),
                (now - _OLDEST, now + timedelta(days=1)),
            )
        except Unreadable:
            if not known:
                raise
            items = self._queried(meeting_id, known)
        found = (registrant_of(item) for item in items)
        return list({one.id: one for one in found if one}.values())

    def add(self, meeting_id: str, people: Sequence[Registrant]) -> Added:
        """Insert all in one call; ask only about those whom the answer leaves open.

        Nothing is asked first: the caller has just read the list. Where Webex refuses the batch, those who are there
        are found by query and the others tried one by one, so that one bad entry refuses one person. Whether the
        others of a refused batch were taken is not documented (webex.md 2.2): a 409 on a single one is read back.
        """
        if len(people) > self.batch_size:
            raise ValueError(f"at most {self.batch_size} people at once, not {len(people)}")
        wanted = {person.key: person for person in people}
        if not wanted:
            return Added({})
        made, refused = self._insert(meeting_id, wanted)
        unsettled = [
            key for key in wanted if key not in made and not isinstance(refused.get(key), _GOES_NO_FURTHER)
        ]
        if unsettled:
            # A refusal may just mean "is there already": whoever is found is fine.
            made |= self._found(meeting_id, unsettled)
        if any(key not in made and isinstance(refused.get(key), AlreadyThere) for key in unsettled):
            # Said to be there, and not found by query: perhaps under another spelling.
            made = {one.key: one for one in self.listed(meeting_id) if one.key in wanted} | made
        return Added(made, {key: _told(error) for key, error in refused.items() if key not in made})

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

    # --- putting people on the list ---

    def _insert(
        self, meeting_id: str, missing: Mapping[str, Registrant], *, again: bool = True
    ) -> tuple[_Made, _Refusals]:
        """One batch. A 409 for people who are there is tried once more without them, the rest one by one."""
        response = self._post(
            meeting_id, "/bulkInsert", {"items": self._forms(missing.values())}, _ABOUT_SOMEBODY
        )
        if response.status_code not in _ABOUT_SOMEBODY:
            return self._answered(json_of(self._api.system, response, safe=False))
        there = self._found(meeting_id, list(missing))
        rest = {key: person for key, person in missing.items() if key not in there}
        if there and rest and again and response.status_code == 409:
            made, refused = self._insert(meeting_id, rest, again=False)
        else:
            made, refused = self._one_by_one(meeting_id, rest)
        if response.status_code == 403 and len(refused) == len(missing) > 1:
            # Nobody got in: it is about the token, the host or the meeting, and not about anybody in it.
            raise next(iter(refused.values()))
        return there | made, refused

    def _answered(self, body: Json) -> tuple[_Made, _Refusals]:
        made: _Made = {}
        refused: _Refusals = {}
        for item in items_of(body):
            registrant = registrant_of(item)
            if registrant:
                made[registrant.key] = registrant
            elif key := email_key(str(item.get("email") or "")):
                # webex.md 7: a list answer can be 200 and hold errors of single items.
                refused[key] = Refused(self._api.system, "; ".join(descriptions(item)) or "not registered")
        return made, refused

    def _one_by_one(self, meeting_id: str, missing: Mapping[str, Registrant]) -> tuple[_Made, _Refusals]:
        """Each alone. A 403 and whatever is not about the person end it: the others share its fate."""
        made: _Made = {}
        refused: _Refusals = {}
        for key, person in missing.items():
            try:
                response = self._post(meeting_id, "", self._forms([person])[0])
                one = registrant_of(json_of(self._api.system, response, safe=False) | {"email": key})
            except Gone:
                raise
            except ProviderError as error:
                refused[key] = error
                if isinstance(error, _GOES_NO_FURTHER) or error.status == 403:
                    return made, dict.fromkeys([one for one in missing if one not in made], error) | refused
                continue
            if one:
                made[key] = one
        return made, refused

    def _forms(self, people: Iterable[Registrant]) -> list[Json]:
        return [registrant_body(person) | {"sendEmail": self._mail_when_made} for person in people]

    # --- deciding about those who are on it ---

    def _decide(
        self, meeting_id: str, verb: str, registrants: Sequence[MeetingRegistrant], *, mail: bool = False
    ) -> _Refusals:
        """One batch, told apart one by one where Webex refuses it because of somebody in it."""
        if not registrants:
            return {}
        body: Json = {"sendEmail": mail, "registrants": [{"id": one.id} for one in registrants]}
        try:
            self._post(meeting_id, f"/{verb}", body)
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
            there = self._found(meeting_id, list(gone))
        except Gone:
            return {}  # the meeting itself is not there
        except ProviderError as error:
            return dict.fromkeys(gone, error)
        return {
            key: StillThere.contrary_to(answer, "the registration")
            for key, answer in gone.items()
            if key in there and there[key].id in ids
        }

    # --- talking ---

    def _found(self, meeting_id: str, keys: Sequence[str]) -> _Made:
        """Those of `keys` who are on the list, by e-mail key."""
        found = (registrant_of(item) for item in self._queried(meeting_id, keys))
        return {one.key: one for one in found if one and one.key in keys}

    def _queried(self, meeting_id: str, keys: Sequence[str]) -> list[Json]:
        """The registrants among `keys`; the query is a POST that changes nothing."""
        items: list[Json] = []
        for start in range(0, len(keys), self.batch_size):
            response = self._post(
                meeting_id, "/query", {"emails": list(keys[start : start + self.batch_size])}, safe=True
            )
            items += items_of(json_of(self._api.system, response, safe=True))
        return items

    def _post(
        self, meeting_id: str, what: str, body: Json, answers: Sequence[int] = (), *, safe: bool = False
    ) -> Any:
        params: Json = {"hostEmail": self._host} | ({"max": 100} if safe else {})
        path = f"meetings/{segment(meeting_id)}/registrants{what}"
        return self._api.call("POST", path, params=params, json=body, answers=answers, safe=safe)


def _told(error: ProviderError) -> ProviderError:
    """What a person can do about a 409 for somebody who is not on the list.

    Whether Webex takes somebody back after a removal or a rejection is not documented (webex.md 2.2).
    """
    if not isinstance(error, AlreadyThere):
        return error
    words = (
        f"{error.words}; yet they are not on the list. Webex may not take back somebody who was removed or rejected "
        "there: let them use another address, or bring them back in Webex by hand, then run sync with --force"
    )
    return AlreadyThere(error.system, words, tracking_id=error.tracking_id)

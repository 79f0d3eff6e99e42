"""People are put on a meeting's list: in one call, and one by one where Webex refuses the call because of somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hybrid_sync.adapters.webex.registrant_calls import Listed, RegistrantCalls
from hybrid_sync.adapters.webex.wire import registrant_body, registrant_of
from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.errors import (
    AlreadyThere,
    Gone,
    OutcomeUnknown,
    ProviderError,
    Refused,
    SignInExpired,
    TryLater,
)
from hybrid_sync.http_client import Json, items_of, json_of
from hybrid_sync.http_client.verdicts import descriptions
from hybrid_sync.ports import Added

_ABOUT_SOMEBODY = (400, 403, 409, 413, 422)
"""Refusals of a whole batch that may be about one person in it, or about the last places. 404 is about the meeting."""

_GOES_NO_FURTHER = (TryLater, SignInExpired, OutcomeUnknown)
"""What ends a run of single calls: the next one would fare no better."""

_Refusals = dict[str, ProviderError]


class Adding:
    """With `mails` Webex confirms each registration to the person."""

    def __init__(self, calls: RegistrantCalls, *, mails: bool) -> None:
        self._calls = calls
        self._mails = mails

    def __call__(self, meeting_id: str, people: Sequence[Registrant]) -> Added:
        """Insert all in one call; ask only about those whom the answer leaves open.

        Nothing is asked first: the caller has just read the list. Where Webex refuses the batch, those who are there
        are found by query and the others tried one by one, so that one bad entry refuses one person. Whether the
        others of a refused batch were taken is not documented (webex.md 2.2): a 409 on a single one is read back.
        """
        if len(people) > self._calls.batch_size:
            raise ValueError(f"at most {self._calls.batch_size} people at once, not {len(people)}")
        wanted = {person.key: person for person in people}
        if not wanted:
            return Added({})
        made, refused = self._insert(meeting_id, wanted)
        unsettled = [
            key for key in wanted if key not in made and not isinstance(refused.get(key), _GOES_NO_FURTHER)
        ]
        if unsettled:
            # A refusal may just mean "is there already": whoever is found is fine.
            made |= self._calls.found(meeting_id, unsettled)
        if any(key not in made and isinstance(refused.get(key), AlreadyThere) for key in unsettled):
            # Said to be there, and not found by query: perhaps under another spelling.
            made = {one.key: one for one in self._calls.listed(meeting_id) if one.key in wanted} | made
        return Added(made, {key: _told(error) for key, error in refused.items() if key not in made})

    def _insert(
        self, meeting_id: str, missing: Mapping[str, Registrant], *, again: bool = True
    ) -> tuple[Listed, _Refusals]:
        """One batch. A 409 for people who are there is tried once more without them, the rest one by one."""
        response = self._calls.post(
            meeting_id, "/bulkInsert", {"items": self._forms(missing.values())}, _ABOUT_SOMEBODY
        )
        if response.status_code not in _ABOUT_SOMEBODY:
            return self._answered(json_of(self._calls.api.system, response, safe=False))
        there = self._calls.found(meeting_id, list(missing))
        rest = {key: person for key, person in missing.items() if key not in there}
        if there and rest and again and response.status_code == 409:
            made, refused = self._insert(meeting_id, rest, again=False)
        else:
            made, refused = self._one_by_one(meeting_id, rest)
        if response.status_code == 403 and len(refused) == len(missing) > 1:
            # Nobody got in: it is about the token, the host or the meeting, and not about anybody in it.
            raise next(iter(refused.values()))
        return there | made, refused

    def _answered(self, body: Json) -> tuple[Listed, _Refusals]:
        made: Listed = {}
        refused: _Refusals = {}
        for item in items_of(body):
            registrant = registrant_of(item)
            if registrant:
                made[registrant.key] = registrant
            elif key := email_key(str(item.get("email") or "")):
                # webex.md 7: a list answer can be 200 and hold errors of single items.
                refused[key] = Refused(
                    self._calls.api.system, "; ".join(descriptions(item)) or "not registered"
                )
        return made, refused

    def _one_by_one(self, meeting_id: str, missing: Mapping[str, Registrant]) -> tuple[Listed, _Refusals]:
        """Each alone. A 403 and whatever is not about the person end it: the others share its fate."""
        made: Listed = {}
        refused: _Refusals = {}
        for key, person in missing.items():
            try:
                response = self._calls.post(meeting_id, "", self._forms([person])[0])
                one = registrant_of(json_of(self._calls.api.system, response, safe=False) | {"email": key})
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
        return [registrant_body(person) | {"sendEmail": self._mails} for person in people]


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

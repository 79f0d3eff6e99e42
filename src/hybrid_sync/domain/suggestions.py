"""Who somebody unmatched may be: for a person to decide, never for a machine."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from hybrid_sync.domain.matching import Click
from hybrid_sync.domain.names import Words, likeness, words_of
from hybrid_sync.domain.people import Registrant

CLICK_BEFORE = timedelta(minutes=5)
"""How long after pressing the button somebody may still be on the way in: a browser starts, a lobby waits."""
CLOCKS_APART = timedelta(seconds=30)
"""How far our clock and Webex's may differ."""

MOST = 5
"""Suggestions for one person; all people of the same name are shown, up to twice as many."""
_MOST_LOOKED_AT = 300
"""Where more people than this share a word, the word alone tells nothing."""

_SAME = 0.95
_CLICKED = 0.5
_CLICK_ALONE = 0.3
_MOST_CLICKS_ALONE = 3
_NOT_SEEN = 0.05
_LOCAL_PART = 0.8


@dataclass(frozen=True)
class Suggestion:
    """Who somebody unmatched may be, and why: for a person to decide, never for a machine. Best first."""

    person: Registrant
    why: str


class Suggester:
    """The approved registrants of an event, to be found by what somebody calls themselves.

    `seen` are the ids of those who were online under their own address; they may still be somebody's second device,
    but come after those who were not. A click on one's own join link shortly before somebody came in is the best sign
    together with a name that fits, and a weak one alone: many press the button in the same minutes.
    """

    def __init__(self, people: Sequence[Registrant], seen: Container[str], clicks: Sequence[Click]) -> None:
        self._people = [person for person in people if person.is_coming]
        self._seen = seen
        self._clicks = sorted((click.at, click.registrant_id) for click in clicks)

    def of(self, name: str, email: str | None, joins: Sequence[datetime]) -> tuple[Suggestion, ...]:
        """Best first. `email` is a real address that matched nobody; `joins` are when they came in online."""
        mine = words_of(name)
        address = words_of(email.partition("@")[0]) if email else ()
        clicked = self._clicked(joins)
        found: list[tuple[float, str, int, str]] = []
        for number in sorted(self._candidates(mine, address) | clicked.keys()):
            person = self._people[number]
            score, why = self._alike(number, mine, address)
            if number in clicked:
                if not score and len(clicked) > _MOST_CLICKS_ALONE:
                    continue
                score += _CLICKED if score else _CLICK_ALONE
                why = [*why, f"pressed their join link {_ago(clicked[number])}"]
            if not score:
                continue
            unseen = person.id not in self._seen
            said = "; ".join(
                [*why, "not online otherwise" if unseen else "was online under their own address"]
            )
            found.append((-score - (_NOT_SEEN if unseen else 0.0), person.name, number, said))
        found.sort()
        best = [row for place, row in enumerate(found) if place < MOST or row[0] <= -_SAME][: 2 * MOST]
        return tuple(Suggestion(self._people[number], said) for _, _, number, said in best)

    def _alike(self, number: int, mine: Words, address: Words) -> tuple[float, list[str]]:
        theirs = self._words[number]
        best, why = 0.0, [""]
        if named := likeness(mine, theirs):
            best, why = named[0], [named[1]]
        if address and (read := likeness(address, theirs)) and 0.9 * read[0] > best:
            best, why = 0.9 * read[0], ["the address reads like the name"]
        local = self._locals[number]
        if local and local in ("".join(mine), "".join(address)) and best < _LOCAL_PART:
            best, why = _LOCAL_PART, ["the beginning of the address is the same"]
        return (best, why) if best else (0.0, [])

    def _clicked(self, joins: Sequence[datetime]) -> Mapping[int, timedelta]:
        """Who pressed their link just before one of `joins` and was not seen online as themselves: how long before."""
        found: dict[int, timedelta] = {}
        for joined in joins if self._clicks else ():
            for at, registrant_id in self._clicks[bisect_left(self._clicks, (joined - CLICK_BEFORE, "")) :]:
                if at > joined + CLOCKS_APART:
                    break
                number = self._numbers.get(registrant_id)
                if number is not None and registrant_id not in self._seen:
                    before = max(joined - at, timedelta(0))
                    found[number] = min(before, found.get(number, before))
        return found

    def _candidates(self, mine: Words, address: Words) -> set[int]:
        """People worth a closer look: of the same words, of a common word, of a common beginning; rare ones first."""
        found: set[int] = set()
        for words in (mine, address):
            found.update(self._wholes.get(" ".join(sorted(words)), ())[:_MOST_LOOKED_AT])
            found.update(self._by_local.get("".join(words), ())[:_MOST_LOOKED_AT])
            for index in (self._by_word, self._by_beginning):
                lists = sorted(
                    (index.get(key, []) for key in _keys(words, index is self._by_beginning)), key=len
                )
                for numbers in lists:
                    if len(found) + len(numbers) > _MOST_LOOKED_AT:
                        break
                    found.update(numbers)
        return found

    # Built at the first question only: most events have nobody to ask about.

    @cached_property
    def _words(self) -> list[Words]:
        return [words_of(person.name) for person in self._people]

    @cached_property
    def _locals(self) -> list[str]:
        return ["".join(words_of(person.key.partition("@")[0])) for person in self._people]

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {person.id: number for number, person in enumerate(self._people)}

    @cached_property
    def _wholes(self) -> Mapping[str, list[int]]:
        return _index([" ".join(sorted(words))] for words in self._words)

    @cached_property
    def _by_local(self) -> Mapping[str, list[int]]:
        return _index([local] for local in self._locals)

    @cached_property
    def _by_word(self) -> Mapping[str, list[int]]:
        return _index(_keys(words, beginning=False) for words in self._words)

    @cached_property
    def _by_beginning(self) -> Mapping[str, list[int]]:
        return _index(_keys(words, beginning=True) for words in self._words)


def _keys(words: Words, beginning: bool) -> list[str]:
    """What people are found by; an initial alone finds nobody."""
    return list({word[:3] if beginning else word for word in words if len(word) > 1})


def _index(keys: Iterator[Sequence[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, some in enumerate(keys):
        for key in some:
            found.setdefault(key, []).append(number)
    return found


def _ago(before: timedelta) -> str:
    minutes = round(before / timedelta(minutes=1))
    return "in the same minute" if minutes < 1 else f"{minutes} min before"

"""Whole lives, in which the worker dies in every chapter, alone and in pairs, on both databases.

`pytest -m long tests/reliability` tries every point; the ordinary run tries a seeded sample of pairs. The lives of
tests/sync/test_crash.py and its neighbours are tried at every point in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hybrid_sync.adapters.mail.smtp import SmtpMailer
from tests.adapters.sql.postgres_server import as_text, new_database, postgres_server
from tests.reliability.chapters import HELD, LIVES, PUBLISHED
from tests.reliability.life import Death, Life, Story, Told, differences, unharmed
from tests.reliability.sleeper import SleepingLife

STEP = 7
LONGEST = 84
"""No chapter has more points than this; checked below."""

ORDINARY = [("held", 0), ("held", 1), ("called off", 0), ("called off", 1), ("webinar", 0)]
"""The pairs of every change: a life and a seed."""

Clean = Callable[[str], Told]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """The lives in which nobody dies, each lived once."""

    @cache
    def lived(life: str) -> Told:
        told = unharmed(tmp_path_factory.mktemp("clean"), LIVES[life])
        assert max(len(trace) for trace in told.traces.values()) < LONGEST
        return told

    return lived


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    with postgres_server() as server:
        yield server


def spread(run: int, story: Story) -> dict[str, Death]:
    """Every seventh point of each chapter, others in each."""
    return {name: Death(run * STEP + number % STEP) for number, name in enumerate(story.chapters)}


def pairs(seed: int, clean: Told) -> dict[str, Death]:
    """A point of each chapter, and one of the pass that takes over, which is about as long."""
    chance = Random(seed)
    return {
        name: Death(chance.randrange(len(trace)), chance.randrange(len(trace)))
        for name, trace in clean.traces.items()
    }


def test_the_life_in_which_nobody_dies_is_as_it_should_be(clean: Clean) -> None:
    """The measure of all others, so it is measured itself."""
    last = clean("held").pictures["a week later"]
    assert len(last["meetings"]) == len(last["entries"]) == 1
    assert dict(last["registered"]) == {"rita@example.org": 1}
    mails = dict(last["mails"])
    for name, invitations, updates, cancellations, others in (
        ("ada", 1, 1, 1, 0),
        ("ana", 1, 0, 0, 3),  # two reminders and the mail afterwards
        ("bob", 1, 2, 0, 3),
        ("rita", 1, 2, 0, 3),
        ("late", 1, 1, 1, 0),
        ("zoe", 1, 1, 1, 0),
        ("eve", 1, 1, 1, 0),
    ):
        kinds = ("invitation", "update", "cancellation", "other")
        assert tuple(mails.get((f"{name}@example.org", kind), 0) for kind in kinds) == (
            invitations,
            updates,
            cancellations,
            others,
        )
    assert (clean("held").pictures["a day later"]["certificates"], last["certificates"]) == (3, 2)
    assert len(last["stays"]) == 7  # two runs of host, Ana and Rita, and Bob at the door
    assert [email for email, _ in last["people"]].count("(erased)") == 2
    assert dict(last["proofs of erasure"]) == {"privacy.erase": 2, "privacy.purge": 2}
    assert last["told by Webex"] == 0


def test_when_their_time_is_over_nobody_is_left(clean: Clean) -> None:
    last = clean("held").pictures["time is over"]
    assert last["registered"] == last["stays"] == []
    assert {email for email, _ in last["people"]} == {"(erased)"}
    assert {row[0] for row in last["ledger"]} <= {"(erased)"}
    assert last["mails"] == clean("held").pictures["a week later"]["mails"]


@pytest.mark.long
@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("run", range(0, LONGEST // STEP, 2))
def test_wherever_it_dies_the_life_goes_on_as_if_nothing_had_happened(
    tmp_path: Path, life: str, clean: Clean, run: int
) -> None:
    told = Life(tmp_path, LIVES[life]).run(spread(run, LIVES[life]))
    assert differences(told, clean(life)) == {}


@pytest.mark.parametrize(("life", "seed"), ORDINARY)
def test_a_second_death_in_the_recovery_changes_nothing(
    tmp_path: Path, life: str, clean: Clean, seed: int
) -> None:
    told = Life(tmp_path, LIVES[life]).run(pairs(seed, clean(life)))
    assert told.deaths > len(LIVES[life].chapters)
    assert differences(told, clean(life)) == {}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_on_postgresql_it_is_the_same(tmp_path: Path, clean: Clean, postgres: Any, seed: int) -> None:
    singles = spread(2 + 3 * seed, HELD)
    for deaths in (singles, pairs(100 + seed, clean("held"))):
        folder = tmp_path / str(deaths is singles)
        told = Life(folder, HELD, as_text(new_database(postgres))).run(deaths)
        assert told.deaths > 0
        assert differences(told, clean("held")) == {}


@pytest.mark.long
@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("run", [0, 2, 4, 6])
def test_a_worker_that_sleeps_while_another_works_to_the_end_doubles_nothing(
    tmp_path: Path, life: str, clean: Clean, run: int
) -> None:
    told = SleepingLife(tmp_path, LIVES[life]).run(spread(run, LIVES[life]))
    assert differences(told, clean(life)) == {}
    assert told.deaths > 0 or run == 6, "nobody was told that the lease was lost"


def test_a_worker_that_sleeps_just_before_it_makes_the_meeting_takes_the_second_one_back(
    tmp_path: Path, clean: Clean
) -> None:
    """The one call that no fence outside can refuse."""
    told = SleepingLife(tmp_path, PUBLISHED).run({"published": Death(4)})
    assert told.deaths == 1
    assert told.traces["published"][4] == "before POST /v1/meetings"
    assert differences(told, clean("held").only("published")) == {}


def test_a_mail_that_is_sent_again_with_other_bytes_is_found_out(
    tmp_path: Path, clean: Clean, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same life with a mailer that gives each try a Message-ID of its own."""
    send, tries = SmtpMailer.send, count()

    def anew(self: SmtpMailer, mime: bytes, to: str, **options: Any) -> str:
        other = mime.replace(b"Message-ID: <", b"Message-ID: <%d." % next(tries), 1)
        assert other != mime
        return send(self, other, to, **options)

    monkeypatch.setattr(SmtpMailer, "send", anew)
    trace = clean("held").traces["published"]
    sent = next(number for number, name in enumerate(trace) if name.startswith("after SEND"))
    expected = dict(clean("held").pictures["published"]["mails"])
    failing = []
    for point in range(sent - 2, sent + 3):
        told = Life(tmp_path / str(point), PUBLISHED).run({"published": Death(point)})
        if dict(told.pictures["published"]["mails"]) != expected:
            failing.append(trace[point])
    assert failing == ["after SEND " + trace[sent].partition(" ")[2].partition(" ")[2], "before COMMIT"]


@pytest.mark.long
@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("point", range(LONGEST))
def test_every_point_of_every_chapter(tmp_path: Path, life: str, clean: Clean, point: int) -> None:
    told = Life(tmp_path, LIVES[life]).run(LIVES[life].always(Death(point)))
    assert differences(told, clean(life)) == {}


@pytest.mark.long
@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("seed", range(1000, 1040))
def test_many_pairs(tmp_path: Path, life: str, clean: Clean, seed: int) -> None:
    told = Life(tmp_path, LIVES[life]).run(pairs(seed, clean(life)))
    assert differences(told, clean(life)) == {}


@pytest.mark.long
@pytest.mark.parametrize("point", range(LONGEST))
def test_every_point_on_postgresql(tmp_path: Path, clean: Clean, postgres: Any, point: int) -> None:
    told = Life(tmp_path, HELD, as_text(new_database(postgres))).run(HELD.always(Death(point)))
    assert differences(told, clean("held")) == {}


@pytest.mark.long
@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("point", range(LONGEST))
def test_a_sleeper_at_every_point(tmp_path: Path, life: str, clean: Clean, point: int) -> None:
    told = SleepingLife(tmp_path, LIVES[life]).run(LIVES[life].always(Death(point)))
    assert differences(told, clean(life)) == {}

"""`attention`: every question has a command that exists, and the commands settle what they say."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import click
import pytest
from typer.main import get_command

from hybrid_sync import wiring
from hybrid_sync.adapters.sql import open_store
from hybrid_sync.cli.app import app
from hybrid_sync.domain.attention import steps_of, way_out
from hybrid_sync.sandbox import Fault, Sandbox
from hybrid_sync.settings import Settings
from hybrid_sync.sync.follow_up import FollowUpStep
from hybrid_sync.sync.publishing import PublishingStep
from hybrid_sync.sync.staff_calendar import StaffCalendarStep
from tests.cli.kit import NOW, Cli
from tests.cli.test_syncing import another

TREE = get_command(app)


def parsed(command: str) -> click.Command:
    """The command that `command` names; fails where it, an option or an argument of it does not exist."""
    name, *words = shlex.split(command)
    assert name == "hybrid-sync"
    found: Any = TREE
    context = click.Context(found, info_name="hybrid-sync")
    while isinstance(found, click.Group) or hasattr(found, "commands"):
        assert words, f"{command} names a group only"
        assert words[0] in found.commands, f"{command}: there is no command {words[0]}"
        found = found.commands[words.pop(0)]
        context = click.Context(found, parent=context)
    found.make_parser(context).parse_args(list(words))
    wanted = [
        one for one in found.params if isinstance(one, click.Argument) or one.param_type_name == "argument"
    ]
    given = [word for word in words if not word.startswith("--")]
    least = sum(1 for one in wanted if one.required)
    assert least <= len(given) <= len(wanted), f"{command}: {len(given)} arguments"
    return found  # type: ignore[no-any-return]


def named_in(message: str) -> list[str]:
    """Every command that prose names: the words after "hybrid-sync" that are commands, and its options."""
    found = []
    for match in re.finditer(r"hybrid-sync ((?:[a-z-]+ ?)+)", message):
        node: Any = TREE
        walked = []
        for word in match.group(1).split():
            if word not in getattr(node, "commands", {}):
                break
            node = node.commands[word]
            walked.append(word)
        assert walked, f"no command: {match.group(0)!r} in {message!r}"
        assert walked == ["attention"] or not hasattr(node, "commands"), f"a group alone: {match.group(0)!r}"
        tail = message[match.start() : match.start() + 120].split(", ")[0].split(" or ")[0].split("; ")[0]
        options = {option for one in node.params for option in [*one.opts, *one.secondary_opts]}
        for option in re.findall(r"(?<= )--[a-z-]+", tail.split("(")[0]):
            assert option in options, f"{walked} has no {option}: {message!r}"
        found.append(" ".join(walked))
    return found


def refused_creation(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/v1/meetings", status=403, times=None))


def expired_token(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(path="/v1/*", status=401, times=None))


def expired_graph(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(path="/graph/v1.0/*", status=401, times=None))


def deleted_meeting(cli: Cli, sandbox: Sandbox) -> None:
    cli.ok("sync", "water")
    sandbox.state.meetings.clear()


def improbable(cli: Cli, sandbox: Sandbox) -> None:
    rows = "".join(f"p{number}@example.org,P{number},X,online\n" for number in range(12))
    people = "Email,First name,Last name,Mode\n" + rows
    cli.ok("registrants", "import", "water", cli.file("many.csv", people))
    cli.ok("sync", "water")
    for number in range(8):
        cli.ok("registrants", "withdraw", "water", f"p{number}@example.org")


def other_kind(cli: Cli, sandbox: Sandbox) -> None:
    cli.ok("sync", "water")
    os.environ["HYBRID_SYNC_WEBEX__KIND"] = "webinar"  # taken back by the test that tells the story


def never_started(cli: Cli, sandbox: Sandbox) -> None:
    cli.ok("sync", "water")
    for day in (
        "2027-06-09T10:00:00Z",
        "2027-06-09T12:00:00Z",
        "2027-06-11T10:00:00Z",
        "2027-06-17T10:00:00Z",
    ):
        cli.at = day
        sandbox.clock.set(datetime.fromisoformat(day))
        cli("sync", "water")


STORIES: list[Callable[[Cli, Sandbox], None]] = [
    refused_creation, expired_token, expired_graph, deleted_meeting, improbable, other_kind,
    never_started,
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_every_question_names_commands_that_exist(
    published: Cli, sandbox: Sandbox, story: Callable[[Cli, Sandbox], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__KIND", "meeting")
    story(published, sandbox)
    published("sync", "water")
    questions = published("attention", "--json").json
    assert questions, story.__name__
    for question in questions:
        parsed(question["command"])
        named_in(question["message"])
        assert question["event"] in ("water", "")


@pytest.mark.parametrize(
    ("key", "message", "command"),
    [
        ("sign-in", "webex: the token is not taken", "hybrid-sync webex login"),
        ("sign-in", "graph: the token is not taken", "hybrid-sync doctor"),
        ("unsafe:registrants", "x", "hybrid-sync sync water --force"),
        ("meeting:water", "use --anew", "hybrid-sync attention create-anew water"),
        ("meeting:water:host", "x", "hybrid-sync attention retry water meeting:water:host"),
        ("meeting:water:twin 7", "x", "hybrid-sync attention retry water 'meeting:water:twin 7'"),
        ("mail:a@b.org", "550", "hybrid-sync registrants readdress water a@b.org NEW"),
        ("mail:a@b.org", "run sync --force", "hybrid-sync attention retry water mail:a@b.org"),
        ("registrant:a@b.org", "registrants approve", "hybrid-sync registrants approve water a@b.org"),
        ("attendance:water:x", "attendance import", "hybrid-sync attendance import water FILE"),
        ("attendance:water:x", "x", "hybrid-sync attendance pull water"),
        ("calendar:water", "x", "hybrid-sync attention retry water calendar:water"),
        ("something new", "x", "hybrid-sync attention retry water 'something new'"),
    ],
)
def test_each_kind_of_question_has_its_command(key: str, message: str, command: str) -> None:
    assert way_out("water", key, message) == command
    parsed(command)


@pytest.mark.parametrize("key", ["sign-in:webex-refresh", "webhooks", "anything"])
def test_questions_of_no_event_have_theirs(key: str) -> None:
    parsed(way_out("", key, "x"))


def test_what_is_forced_is_what_was_asked() -> None:
    assert steps_of("unsafe:registrants") == ("registrants",)
    assert steps_of("something new") == ()
    service = wiring.build(Settings.model_validate({"store": {"url": "sqlite://"}}), create_database=True)
    known = {step.name for step in service.loop.steps}
    known |= {StaffCalendarStep.name, PublishingStep.name, FollowUpStep.name}
    service.close()
    for system in (
        "meeting",
        "cohost",
        "panelist",
        "registrant",
        "calendar",
        "collection",
        "mail",
        "attendance",
    ):
        assert steps_of(f"{system}:x")
        assert set(steps_of(f"{system}:x")) <= known


# --- the commands ---


def asked(cli: Cli, event_id: str, key: str) -> None:
    """A question that is open, whoever raised it."""
    store = open_store(f"sqlite:///{cli.folder}/test.db")
    with store.begin() as tx:
        tx.attentions.open(event_id, key, "words", datetime.fromisoformat(NOW))
    store.close()


def test_the_list_is_what_comes_without_a_command_and_for_one_event(published: Cli, sandbox: Sandbox) -> None:
    refused_creation(published, sandbox)
    published("sync", "water")
    assert published("attention", "--json").json == published("attention", "list", "water", "--json").json
    assert published("attention", "water").code == 3
    assert published("attention", "nothing").code == 2
    assert published("attention", "--nonsense").code == 2


def test_retry_sends_again_what_was_refused(published: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/v1/meetings", status=403))
    assert published("sync", "water").code == 3
    assert published("sync", "water").code == 3  # not sent again by itself
    assert not sandbox.state.meetings
    published.ok("attention", "retry", "water", "meeting:water")
    assert len(sandbox.state.meetings) == 1
    assert published.ok("attention", "--json").json == []


def test_retry_of_one_question_forces_nothing_else(published: Cli, sandbox: Sandbox) -> None:
    improbable(published, sandbox)
    assert published("sync", "water").code == 3
    [meeting] = sandbox.state.meetings.values()
    before = len(meeting.registrants)
    asked(published, "water", "calendar:water")
    assert published("attention", "retry", "water", "calendar:water").code == 3
    assert len(meeting.registrants) == before
    keys = [question["key"] for question in published("attention", "--json").json]
    unsafe = next(key for key in keys if key.startswith("unsafe"))
    published("attention", "retry", "water", unsafe)
    assert len(meeting.registrants) == before - 8


def test_retry_of_a_question_that_is_not_open_says_which_are(published: Cli, sandbox: Sandbox) -> None:
    assert "no question is open" in published("attention", "retry", "water", "x").err
    refused_creation(published, sandbox)
    published("sync", "water")
    ran = published("attention", "retry", "water", "x")
    assert ran.code == 2
    assert "meeting:water" in ran.err


def test_settling_by_hand_is_noted_and_asked_again_while_its_cause_is_there(
    published: Cli, sandbox: Sandbox
) -> None:
    refused_creation(published, sandbox)
    published("sync", "water")
    published.ok("attention", "settle", "water", "meeting:water")
    assert published.ok("attention", "--json").json == []
    trail = published.ok("audit", "show", "water", "--json").json
    assert (trail[-1]["who"], trail[-1]["what"], trail[-1]["whom"]) == (
        "organiser", "attention.settle", "meeting:water",
    )  # fmt: skip
    assert published("sync", "water").code == 3
    assert published("attention", "--json").code == 3


def test_a_question_of_no_event_is_settled_with_a_dash(published: Cli) -> None:
    asked(published, "", "webhooks")
    assert published("attention").code == 3
    published.ok("attention", "settle", "-", "webhooks")
    published.ok("attention")


# --- adopting ---


@pytest.fixture
def by_hand(published: Cli, sandbox: Sandbox) -> tuple[Cli, str]:
    """A meeting at the event's time that somebody made without us."""
    published.ok("sync", "water")
    [meeting] = sandbox.state.meetings.values()
    meeting.tags = ()
    store = open_store(f"sqlite:///{published.folder}/test.db")
    with store.engine.begin() as connection:
        for table in ("meetings", "registrations", "intents"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    store.close()
    return published, str(meeting.id)


def test_a_meeting_made_by_hand_becomes_the_events_own(by_hand: tuple[Cli, str], sandbox: Sandbox) -> None:
    cli, meeting = by_hand
    ran = cli.ok("attention", "adopt", "water", meeting)
    assert "is now the one of event water" in ran.err
    cli.ok("sync", "water")
    assert list(sandbox.state.meetings) == [meeting]
    before = len(sandbox.writes())
    cli.ok("sync", "water")
    assert len(sandbox.writes()) == before
    trail = cli.ok("audit", "show", "water", "--json").json
    assert "meeting.adopt" in [line["what"] for line in trail]


def test_a_meeting_at_another_time_needs_a_word_more(by_hand: tuple[Cli, str], sandbox: Sandbox) -> None:
    cli, meeting = by_hand
    cli.ok("event", "reschedule", "water", "--starts", "2027-06-10 10:00")
    ran = cli("attention", "adopt", "water", meeting)
    assert ran.code == 2
    assert "2027-06-09 08:00" in ran.err
    assert "2027-06-10 08:00" in ran.err
    cli.ok("attention", "adopt", "water", meeting, "--move")
    cli.ok("sync", "water")
    [held] = sandbox.state.meetings.values()
    assert held.start == datetime.fromisoformat("2027-06-10T08:00:00Z")


def test_one_meeting_never_serves_two_events(by_hand: tuple[Cli, str]) -> None:
    cli, meeting = by_hand
    another(cli, "soil")
    cli.ok("attention", "adopt", "water", meeting)
    ran = cli("attention", "adopt", "soil", meeting, "--move")
    assert ran.code == 2
    assert "event water" in ran.err


def test_an_event_whose_meeting_is_there_takes_no_second(published: Cli, sandbox: Sandbox) -> None:
    published.ok("sync", "water")
    [meeting] = sandbox.state.meetings
    assert "already" in published("attention", "adopt", "water", meeting).err
    ran = published("attention", "adopt", "water", "another-one")
    assert ran.code == 2
    assert "one meeting only" in ran.err


@pytest.mark.parametrize("state", ["draft", "over", "nowhere"])
def test_what_cannot_be_adopted_is_refused(by_hand: tuple[Cli, str], state: str) -> None:
    cli, meeting = by_hand
    if state == "draft":
        cli.ok("event", "cancel", "water")
    elif state == "over":
        cli.at = f"{datetime.fromisoformat(NOW) + timedelta(days=60):%Y-%m-%dT%H:%M:%SZ}"
    else:
        meeting = "nothing"
    ran = cli("attention", "adopt", "water", meeting)
    assert ran.code == 2
    assert ran.err.startswith("error: ")

"""What a person is offered when a mail is refused: another address where it speaks of that, else the same mail once more."""

from __future__ import annotations

import shlex
from collections import Counter

import pytest

from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import Cli

ADA = "ada@example.org"
ALL = (ADA, "bob@example.org", "dora@example.org")
REFUSALS = {
    "the message": (
        Fault("DATA", status=552, words="5.3.4 message too big", times=None),
        [(f"mail:{address}", "552 5.3.4 message too big; this speaks of the message") for address in ALL],
    ),
    # `doctor`, which sends nothing, would find all well.
    "the sender": (Fault("MAIL", status=554, times=None), [("sign-in", "see from_address in [mail]")]),
}


def arrived(sandbox: Sandbox) -> Counter[str]:
    return Counter(message.recipients[0] for message in sandbox.inbox)


def asked(cli: Cli) -> list[dict[str, str]]:
    return list(cli("attention", "--json").json)


@pytest.mark.parametrize(("fault", "questions"), REFUSALS.values(), ids=REFUSALS)
def test_what_another_address_would_not_help_is_sent_again_by_the_command_that_the_question_names(
    published: Cli, sandbox: Sandbox, fault: Fault, questions: list[tuple[str, str]]
) -> None:
    sandbox.faults.add(fault)
    assert published("sync", "water").code == 3
    found = asked(published)
    assert sorted(one["key"] for one in found) == [key for key, _ in questions]
    assert all(words in one["message"] for one, (_, words) in zip(found, questions, strict=True))
    commands = [one["command"] for one in found]
    assert sorted(commands) == [f"hybrid-sync attention retry water {key}" for key, _ in questions]
    # While it is not mended, the command changes nothing.
    assert published(*shlex.split(commands[0])[1:]).code == 3
    assert arrived(sandbox) == Counter()
    sandbox.faults.clear()
    published.ok(*shlex.split(commands[0])[1:])
    assert arrived(sandbox) == Counter(ALL)
    assert asked(published) == []

"""What belongs to no event: the chores' rounds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hybrid_sync.domain.attention import way_out
from hybrid_sync.ports import NO_EVENT
from hybrid_sync.sync.chores import question
from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.answers_kit import a_reply
from tests.reliability.matrix import words
from tests.reliability.matrix.calls import (
    Call,
    one_event,
    one_of_everything,
)
from tests.reliability.matrix.heard import heard
from tests.reliability.matrix.stage import Stage, Told

LATER = timedelta(minutes=17)


def round_of(name: str) -> Any:
    """The chores' next round; what goes wrong is read in the log and tried again, and may be asked about."""

    def act(stage: Stage, app: App, event: str) -> tuple[list[Told], Report | None]:
        stage.world.sandbox.clock.advance(LATER)
        with heard("hybrid_sync.sync.chores") as lines:
            app.chores()
        with app.store.read() as tx:
            due = tx.chores.due_at(name)
            asked = {one.key: one.message for one in tx.attentions.unsettled(NO_EVENT)}
        if question(name) in asked:
            words = asked[question(name)]
            return [Told("attention", words, way_out(NO_EVENT, question(name), words))], None
        again = "tried again" if due is not None and due > stage.now else ""
        return [Told("later", line, again) for line in lines], None

    return act


def next_round(stage: Stage, event: str, report: Report | None) -> tuple[list[str], bool]:
    for _ in range(2):
        stage.world.sandbox.clock.advance(LATER)
        stage.app.chores()
    with stage.app.store.read() as tx:
        asked = [one.message for one in tx.attentions.unsettled(NO_EVENT)]
    return stage.quiet("e") + [f"still asked: {one}" for one in asked], False


def chore_named(name: str) -> Any:
    """A chore belongs to no event: it is what the words must name."""

    def judge(told: Told, event: str, system: str, fault: dict[str, Any]) -> list[str]:
        return words.missing(told, name, system, fault)

    return judge


def touched(stage: Stage, event: str, number: int) -> None:
    """Something about the staff entry changes in Outlook, so that its event is to be woken."""
    [entry] = [one for one in stage.world.calendar_entries() if one.data["subject"].endswith("e")]
    entry.change += 1


def answered(stage: Stage, event: str, number: int) -> None:
    """Ada answers, now so and now otherwise."""
    with stage.app.store.read() as tx:
        [message] = [one for one in tx.messages.of("e") if one.email == "ada@example.org"]
    partstat = ("ACCEPTED", "DECLINED")[number % 2]
    stage.world.sandbox.receive(
        a_reply(message.uid, partstat=partstat, stamp=stage.now + timedelta(seconds=1))
    )


def noted(stage: Stage, event: str, number: int) -> list[str]:
    with stage.app.store.read() as tx:
        answers = [record.answer.value for record in tx.replies.of("e").values()]
    wanted = [("accepted", "declined")[number % 2]]
    found = [] if answers == wanted else [f"answers: {answers}"]
    return found + one_of_everything(stage, event, number)


def first_round(stage: Stage) -> None:
    """One event, and every chore was done once."""
    one_event(stage)
    stage.app.chores()


def a_chore(method: str, path: str, want: Any, name: str, where: Any, good: Any) -> Call:
    return Call(
        method,
        path,
        want,
        first_round,
        where,
        "graph",
        good,
        round_of(name),
        next_round,
        judge=chore_named(name),
    )

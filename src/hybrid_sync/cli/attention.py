"""`hybrid-sync attention`: what a machine could not settle, and how a person settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from hybrid_sync.cli import output, syncing
from hybrid_sync.cli.arguments import EventId, Json, MaybeEventId
from hybrid_sync.cli.errors import NEEDS_ATTENTION, Commands
from hybrid_sync.cli.session import opened, opened_store, options
from hybrid_sync.domain.attention import NO_EVENT_SHOWN, steps_of, way_out
from hybrid_sync.errors import InputError, NotFound

if TYPE_CHECKING:
    from hybrid_sync.ports import Attention


class ListsByItself(TyperGroup):
    """A group that lists when no command is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = Commands(
    cls=ListsByItself,
    help="Questions that only a person can settle; without a command they are listed.",
    pretty_exceptions_enable=False,
    add_completion=False,
)

Key = Annotated[str, typer.Argument(metavar="KEY", help="The question's key, as attention list shows it.")]


@app.command("list")
def list_(ctx: typer.Context, event: MaybeEventId = None, as_json: Json = False) -> None:
    """List open questions, oldest first, in the words of whoever raised them. Exit code 3 when there are any.

    A question closes itself as soon as a pass finds that it is settled.
    """
    with opened_store(ctx) as kept:
        with kept.store.read() as tx:
            if event is not None:
                tx.events.get(event)
            questions = sorted(tx.attentions.unsettled(event), key=lambda question: question.opened_at)
        zone = kept.settings.service.time_zone
    if as_json:
        output.data([question_json(question) for question in questions])
    elif questions:
        output.table(
            ("event", "since", "key", "question", "settled by"),
            [question_row(question, zone) for question in questions],
        )
    if not questions:
        output.say("nothing needs attention")
        return
    output.say(f"{output.count(len(questions), 'question')} open")
    raise typer.Exit(NEEDS_ATTENTION)


@app.command()
def retry(
    ctx: typer.Context,
    event: EventId,
    key: Annotated[
        str | None,
        typer.Argument(metavar="KEY", help="Only what this question is about; everything when left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Try again now, also what was refused before, and go past the guard: for this question, or the whole event.

    With KEY nothing else is forced. Without it this is sync EVENT --force.
    """
    with opened(ctx) as service:
        only = None
        if key is not None:
            with service.store.read() as tx:
                _known(tx.attentions.unsettled(event), event, key)
            only = steps_of(key)
        with output.working("trying again"):
            report = service.converge.event(event, force=True, only=only)
        zone = service.settings.service.time_zone
        code = syncing.show(report, zone, as_json=as_json, verbose=options(ctx).verbose)
    raise typer.Exit(code)


@app.command()
def adopt(
    ctx: typer.Context,
    event: EventId,
    meeting: Annotated[str, typer.Argument(metavar="MEETING", help="Id of the meeting in Webex.")],
    move: Annotated[
        bool, typer.Option("--move", help="Take one that is at another time, and move it to the event's.")
    ] = False,
) -> None:
    """Take over a meeting that is in Webex already as the event's own. The next sync brings it in line.

    Refused for a meeting that is not there, is over, belongs to another event or is at another time, and for an event
    whose own meeting is still there.
    """
    with opened(ctx) as service:
        found = service.adopting.adopt(event, meeting, move=move)
    which = f"meeting {found.number}" if found.number else "that meeting"
    output.say(f"{which} is now the one of event {event}")
    output.say(f"next: hybrid-sync plan {event}, then hybrid-sync sync {event} (or the worker does it)")


@app.command("create-anew")
def create_anew(ctx: typer.Context, event: EventId) -> None:
    """Give up the meeting that there is or was, and make a new one with everybody registered again."""
    with opened(ctx) as service:
        service.desk.publish(event, anew=True)
    output.say(f"event {event} gets a new meeting: hybrid-sync sync {event} makes it (or the worker does)")


@app.command()
def settle(
    ctx: typer.Context,
    event: Annotated[
        str, typer.Argument(metavar="EVENT", help="Id of the event; '-' for a question that concerns none.")
    ],
    key: Key,
) -> None:
    """Put a question aside by hand. It is asked again if the next pass still finds a reason."""
    from hybrid_sync.ports import AuditLine

    event_id = "" if event == NO_EVENT_SHOWN else event
    with opened_store(ctx) as kept:
        now = kept.clock()
        with kept.store.begin() as tx:
            question = _known(tx.attentions.unsettled(event_id), event, key)
            tx.attentions.settle(event_id, key, now)
            line = AuditLine(now, event_id, "organiser", "attention.settle", key, question.message)
            tx.audit.add(line)
    output.say(f"settled: {question.message}")
    output.say("if its cause is still there, the next pass asks again")


def _known(questions: Any, event: str, key: str) -> Attention:
    open_keys = [one.key for one in questions]
    for question in questions:
        if question.key == key:
            return question  # type: ignore[no-any-return]
    if not open_keys:
        raise NotFound(f"no question is open about event {event}")
    raise InputError(f"no question '{key}' is open about event {event}; open are: {', '.join(open_keys)}")


def question_json(question: Attention) -> dict[str, str]:
    """One question for machines."""
    from hybrid_sync.render.event_json import utc_text

    return {
        "event": question.event_id,
        "key": question.key,
        "message": question.message,
        "opened_at": utc_text(question.opened_at),
        "command": way_out(question.event_id, question.key, question.message),
    }


def question_row(question: Attention, zone: str) -> tuple[str, ...]:
    """One question for a table."""
    return (
        question.event_id or "(all events)",
        output.moment(question.opened_at, zone),
        question.key,
        question.message,
        way_out(question.event_id, question.key, question.message),
    )

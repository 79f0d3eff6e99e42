"""`hybrid-sync attention`: what a machine could not settle, and waits for a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import NEEDS_ATTENTION
from hybrid_sync.cli.session import opened


class What(StrEnum):
    LIST = "list"


def attention(
    ctx: typer.Context,
    what: Annotated[What, typer.Argument(help="list: the open questions.", show_default=False)] = What.LIST,
    as_json: Json = False,
) -> None:
    """List open questions, oldest first, in the words of whoever raised them. Exit code 3 when there are any.

    A question closes itself as soon as a pass finds that it is settled.
    """
    with opened(ctx) as service:
        with service.store.read() as tx:
            questions = sorted(tx.attentions.unsettled(), key=lambda question: question.opened_at)
        zone = service.settings.service.time_zone
    if as_json:
        from hybrid_sync.render.event_json import utc_text

        output.data(
            [
                {
                    "event": question.event_id,
                    "key": question.key,
                    "message": question.message,
                    "opened_at": utc_text(question.opened_at),
                }
                for question in questions
            ]
        )
    elif questions:
        output.table(
            ("event", "since", "question"),
            [
                (one.event_id or "(all events)", output.moment(one.opened_at, zone), one.message)
                for one in questions
            ],
        )
    if not questions:
        output.say("nothing needs attention")
        return
    output.say(f"{output.count(len(questions), 'question')} open")
    raise typer.Exit(NEEDS_ATTENTION)

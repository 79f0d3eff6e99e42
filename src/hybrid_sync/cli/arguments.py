"""Arguments and options that several commands share, each with its help text once."""

from __future__ import annotations

from typing import Annotated

import typer

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="Id of the event, as event list shows it.")]
MaybeEventId = Annotated[
    str | None, typer.Argument(metavar="EVENT", help="Id of one event; all of them when left out.")
]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The registrant's e-mail address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]

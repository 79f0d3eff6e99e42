"""`hybrid-sync attendance report`: who was there and for how long, in five forms."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import output, reading
from hybrid_sync.cli.arguments import EventId
from hybrid_sync.cli.session import opened
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.domain.attendance import Attendance
    from hybrid_sync.render.report_background import Background
    from hybrid_sync.wiring import App


MANY = 2000
"""People above whom a PDF is worth a warning."""
MEGABYTES_FOR_ONE = 0.23
"""Memory that WeasyPrint takes for one person's line (measured with 2,000 and 10,000 people)."""


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


def report(
    ctx: typer.Context,
    event: EventId,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", help="csv, xlsx, json, html or pdf; taken from the ending of --out when left out."
        ),
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write it; '-' for standard output.")
    ] = reading.STDIN,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", help="en or fr, for html, pdf and xlsx; the first of the settings when left out."
        ),
    ] = None,
    without_names: Annotated[
        bool,
        typer.Option(
            "--without-names", help="P001, P002 ... for people; no addresses, and no small organisations."
        ),
    ] = False,
) -> None:
    """One figure for each person: minutes in presence, online and in the room, from what was pulled so far."""
    form = form or _by_ending(out)
    with opened(ctx) as service:
        words = _language(language, service)
        found, background = _facts(service, event, without_names)
    people = found.registered + len(found.walk_ins) + len(found.unmatched)
    if form is Format.PDF and people >= MANY:
        output.say(
            f"a PDF of {people} people takes minutes and about {people * MEGABYTES_FOR_ONE / 1000:.1f} GB of memory; "
            "--format html takes seconds"
        )
    with output.working(f"writing {form.value}"):
        content = rendered(found, background, form, words)
    if out == reading.STDIN:
        output.raw(content)
        return
    reading.write_file(Path(out), content)
    held = "no names, but it is still about people" if without_names else "it holds personal data"
    output.say(f"{event}: written to {out}; {held}")


def rendered(report: Attendance, background: Background, form: Format, language: str) -> bytes:
    """The report in one of its forms. CSV and JSON are for machines and know no language."""
    match form:
        case Format.CSV:
            from hybrid_sync.render.report_csv import attendance_csv

            return attendance_csv(report)
        case Format.JSON:
            from hybrid_sync.render.report_json import attendance_json

            told = attendance_json(report, background)
            return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()
        case Format.XLSX:
            from hybrid_sync.render.report_xlsx import attendance_xlsx

            return attendance_xlsx(report, language, background)
    from hybrid_sync.render.report_html import attendance_html

    page = attendance_html(report, language, background)
    if form is Format.HTML:
        return page.encode()
    from hybrid_sync.render.pdf import pdf_bytes

    return pdf_bytes(page)


def _by_ending(out: str) -> Format:
    ending = Path(out).suffix.removeprefix(".").lower()
    try:
        return Format(ending)
    except ValueError:
        raise InputError("say which form: --format csv, xlsx, json, html or pdf") from None


def _language(told: str | None, service: App) -> str:
    from hybrid_sync.render.translations import known_languages

    code = reading.language(told, "--language") or service.settings.service.language
    if told is not None and code not in known_languages():
        raise InputError(
            f"--language {told}: there are no words in it; known are {', '.join(known_languages())}"
        )
    return code


def _facts(service: App, event_id: str, nameless: bool) -> tuple[Attendance, Background]:
    from hybrid_sync.render.report_background import Background, without_names

    found = service.attendance_book.of(event_id)
    with service.store.read() as tx:
        applied = len(tx.people.of(event_id))
    if found.pulled_at is None and not found.instances:
        output.doubt(
            f"no attendance is known yet: hybrid-sync attendance pull {event_id}, once the meeting is over"
        )
    settings = service.settings
    background = Background(
        applied=applied,
        present_minutes=settings.attendance.present_minutes,
        margin_minutes=settings.attendance.margin_minutes,
    )
    if not nameless:
        return found, background
    secret = settings.web.secret
    if secret is None:
        raise InputError(
            "--without-names numbers people by [web] secret, so that nobody can work out who is who; "
            "set it (hybrid-sync init writes one)"
        )
    return without_names(found, background, secret.get_secret_value())

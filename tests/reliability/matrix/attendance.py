"""Attendance pulls, and people who press the button that lets them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hybrid_sync.sync.loop import Report
from hybrid_sync.web.app import create_app
from hybrid_sync.wiring import App
from tests.builders import utc
from tests.reliability.matrix import words
from tests.reliability.matrix.calls import (
    many_events,
)
from tests.reliability.matrix.heard import heard
from tests.reliability.matrix.stage import OTHER, Stage, Told
from tests.web.house import TestClient

DAY_AFTER = utc("2027-06-10 10:30")
DOORS_OPEN = utc("2027-06-09 07:50")


# --- attendance ---------------------------------------------------------------------------------------------------


def held(stage: Stage) -> None:
    """An event for every fault took place yesterday: Ada was there for an hour."""
    many_events(stage)
    for meeting in stage.world.meetings():
        if meeting.fields["title"] != OTHER:
            script = [
                {"do": "start", "at": "+0m"},
                {"do": "join", "at": "+0m", "email": "ada@example.org", "until": "+60m"},
                {"do": "end", "at": "+90m"},
            ]
            stage.world.sandbox.happen(meeting.id, script)
    stage.world.sandbox.clock.set(DAY_AFTER)


def nothing(stage: Stage, event: str, number: int) -> None:
    """The pull is due by itself."""


def counted_once(stage: Stage, event: str, number: int) -> list[str]:
    """One figure for Ada, from one stay beside the host's; nobody is asked anything."""
    minutes = [one.total / timedelta(minutes=1) for one in stage.app.attendance_book.of(event).present]
    with stage.app.store.read() as tx:
        stays, pulls = tx.attendance.of(event), tx.attendance.pulls(event)
        asked = tx.attentions.unsettled(event)
    # A report that is refused is no hindrance: what it would have been compared with stands, and the note says so.
    notes = [one for pull in pulls for one in pull.notes if "report could not be compared" not in one]
    found = [] if minutes == [60.0] and len(stays) == 2 else [f"present: {minutes}, {len(stays)} stays"]
    if not pulls or asked or notes:
        found.append(f"{len(pulls)} pulls, asked {asked}, noted {notes}")
    return found


# --- joining ------------------------------------------------------------------------------------------------------


def doors_open(stage: Stage) -> None:
    """Ten minutes before the event."""
    stage.make("e", "ada", "bob")
    assert stage.quiet("e") == []
    stage.world.sandbox.clock.set(DOORS_OPEN)


def press(stage: Stage, app: App, name: str) -> Any:
    """Somebody presses the button on their page."""
    with app.store.read() as tx:
        person = tx.people.find("e", f"{name}@example.org")
    assert person is not None
    with TestClient(create_app(app), follow_redirects=False) as client:
        return client.post(f"/join/{app.links.token(person)}")


def by_press(stage: Stage, app: App, event: str) -> tuple[list[Told], Report | None]:
    with heard("hybrid_sync.sync.joining") as lines:
        answer = press(stage, app, "ada")
    if answer.status_code == 303:
        return [], None
    with app.store.read() as tx:
        record = tx.meetings.get("e")
    assert record is not None
    shown = all(some in answer.text for some in (record.web_link, record.password) if some)
    told = [Told("link", line, answer.text if shown else "") for line in lines]
    return told or [Told("link", "nothing was logged")], None


def page_and_log(told: Told, event: str, system: str, fault: dict[str, Any]) -> list[str]:
    """The log tells the administrator, the page tells the person how to get in all the same."""
    said = words.missing(Told(told.result, told.words, "again"), event, system, fault)
    page = "please use the meeting link below" in told.way_out and "e-mail address" in told.way_out
    return said if page else [*said, f"the page shows no way in: {told.way_out[:500]}"]


def gets_in(stage: Stage, event: str, report: Report | None) -> tuple[list[str], bool]:
    answer = press(stage, stage.app, "ada")
    return ([] if answer.status_code == 303 else [f"pressed again: {answer.status_code}"]), False


def bob_gets_in(stage: Stage, number: int) -> list[str]:
    answer = press(stage, stage.app, "bob")
    return [] if answer.status_code == 303 else [f"somebody else does not get in: {answer.status_code}"]


def clicks_noted(stage: Stage, event: str, number: int) -> list[str]:
    return []

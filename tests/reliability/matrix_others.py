"""The other calls of the matrix: attendance, joining, sign-in, mail, chores, the calendar collection."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
import vobject

from hybrid_sync.domain.public_calendar import public_uid
from hybrid_sync.sync.loop import Report
from hybrid_sync.web.app import create_app
from hybrid_sync.wiring import App
from tests.answers_kit import a_reply
from tests.builders import utc
from tests.radicale_server import PASSWORD, USER, radicale
from tests.reliability import matrix_words
from tests.reliability.matrix_calls import (
    Call,
    cancelled,
    edited,
    joined,
    many_events,
    one_event,
    one_of_everything,
    place,
)
from tests.reliability.matrix_kinds import SMTP
from tests.reliability.matrix_stage import OTHER, Stage, Told
from tests.reliability.spoiling_proxy import spoiling
from tests.sync.test_publishing import names
from tests.web.house import TestClient

LATER = timedelta(minutes=17)
DAY_AFTER = utc("2027-06-10 10:30")
DOORS_OPEN = utc("2027-06-09 07:50")


@contextmanager
def heard(name: str) -> Iterator[list[str]]:
    """What a part of the service logs, in words."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            about = record.exc_info[1] if record.exc_info else None
            lines.append(f"{record.getMessage()}: {about}" if about else record.getMessage())

    lines: list[str] = []
    ear, logger = Ear(), logging.getLogger(name)
    level = logger.level
    logger.addHandler(ear)
    logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        logger.removeHandler(ear)
        logger.setLevel(level)


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
    said = matrix_words.missing(Told(told.result, told.words, "again"), event, system, fault)
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


# --- chores -------------------------------------------------------------------------------------------------------


def round_of(name: str) -> Any:
    """The chores' next round; what goes wrong is read in the log, and is tried again."""

    def act(stage: Stage, app: App, event: str) -> tuple[list[Told], Report | None]:
        stage.world.sandbox.clock.advance(LATER)
        with heard("hybrid_sync.sync.chores") as lines:
            app.chores()
        with app.store.read() as tx:
            due = tx.chores.due_at(name)
        again = "tried again" if due is not None and due > stage.now else ""
        return [Told("later", line, again) for line in lines], None

    return act


def next_round(stage: Stage, event: str, report: Report | None) -> tuple[list[str], bool]:
    for _ in range(2):
        stage.world.sandbox.clock.advance(LATER)
        stage.app.chores()
    return stage.quiet("e"), False


def chore_named(name: str) -> Any:
    """A chore belongs to no event: it is what the words must name."""

    def judge(told: Told, event: str, system: str, fault: dict[str, Any]) -> list[str]:
        return matrix_words.missing(told, name, system, fault)

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


# --- sign-in ------------------------------------------------------------------------------------------------------


def webex_token_ended(stage: Stage, event: str, number: int) -> None:
    """The access token is not accepted any more; the refresh token is."""
    stage.world.sandbox.state.tokens.clear()
    edited(stage, event, number)


def microsoft_token_ended(stage: Stage, event: str, number: int) -> None:
    stage.world.sandbox.state.app_tokens.clear()
    edited(stage, event, number)


def all_but_webex_goes_on(stage: Stage, number: int) -> list[str]:
    """A token is everybody's: what goes on is what another event has elsewhere."""
    stage.app.desk.edit(OTHER, title=f"{OTHER}, edition {number}")
    report = stage.one_pass(OTHER)
    done = {one.kind for one in report.outcomes if one.result == "done"}
    return [] if "calendar.update" in done else [f"another event did not go on: {report.outcomes}"]


# --- the calendar collection --------------------------------------------------------------------------------------


@contextmanager
def with_radicale(folder: Path, kinds: int) -> Iterator[Stage]:
    """A real CalDAV server behind a proxy that spoils its answers."""
    with radicale(folder) as url, spoiling(url) as proxy:
        caldav = {"enabled": True, "url": proxy.url, "username": USER, "password": PASSWORD}
        with place(caldav=caldav, web={"keep_cancelled": "1m"})(folder, kinds) as stage:
            stage.proxy = proxy
            yield stage


def cancelled_a_while_ago(stage: Stage, event: str, number: int) -> None:
    """It was told as cancelled, and its time in the collection is over."""
    cancelled(stage, event, number)
    assert stage.quiet(event) == []
    stage.world.sandbox.clock.advance(timedelta(minutes=2))


def published(stage: Stage, event: str, number: int) -> list[str]:
    """As the store remembers it, and as the collection says."""
    with stage.app.store.read() as tx:
        held = tx.events.get(event)
    assert stage.proxy is not None
    name, there = f"{public_uid(event)}.ics", names(stage.proxy.url)
    found = one_of_everything(stage, event, number)
    if there.count(name) != (held.state.value == "published"):
        found.append(f"in the collection: {there}")
    elif name in there:
        text = requests.get(stage.proxy.url + name, auth=(USER, PASSWORD), timeout=10).text
        title = vobject.readOne(text).vevent.summary.value
        found += [] if title == held.title else [f"in the collection: {title}"]
    return found


ENTRA = {
    "access_token": None,
    "tenant_id": "sandbox-tenant",
    "client_id": "sandbox-app",
    "client_secret": "sandbox-app-secret",
}


@contextmanager
def by_microsoft(folder: Path, kinds: int) -> Iterator[Stage]:
    """The staff calendar with a token of Microsoft's sign-in service."""
    with place()(folder, kinds) as stage:
        world = stage.world
        graph = ENTRA | {"authority": world.sandbox.authority_url}
        stage.build = lambda: world.app(world.settings(graph=graph))
        del stage.app
        yield stage


@contextmanager
def by_graph_mail(folder: Path, kinds: int) -> Iterator[Stage]:
    """Mail by Graph, and answers read by Graph."""
    with place()(folder, kinds) as stage:
        world = stage.world
        mail = {"transport": "graph", "from_address": world.sandbox.mailbox}
        stage.build = lambda: world.app(world.settings(mail=mail, mailbox={"kind": "graph"}))
        del stage.app
        yield stage


INTEGRATION = place(
    webex={
        "access_token": None,
        "client_id": "sandbox-client",
        "client_secret": "sandbox-client-secret",
        "refresh_token": "sandbox-refresh-token",
    },
    store={"secret": "canary-store-secret-of-32-characters-and-more"},
)
SMTP_SERVER = place(
    # One mechanism: with two, smtplib tries the other where one is refused.
    {
        "smtp_username": "box",
        "smtp_password": "canary-pw",
        "smtp_messages_per_connection": 1,
        "smtp_mechanisms": ("PLAIN",),
    },
    mail={"auth": "login", "username": "box", "password": "canary-pw"},
)


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


INBOX = "/graph/v1.0/users/*/mailFolders/inbox/messages"

READING: dict[str, Call] = {
    "attendance: runs": Call("GET", "/v1/meetings", nothing, held, good=counted_once),
    "attendance: participants": Call("GET", "/v1/meetingParticipants", nothing, held, good=counted_once),
    "attendance: report": Call("GET", "/v1/meetingReports/attendees", nothing, held, good=counted_once),
    "a person joins": Call(
        "POST",
        "/v1/meetings/join",
        nothing,
        doors_open,
        good=clicks_noted,
        act=by_press,
        settle=gets_in,
        others=bob_gets_in,
        judge=page_and_log,
    ),
    "entries: batch": a_chore(
        "POST", "/graph/v1.0/$batch", touched, "staff calendar", place(), one_of_everything
    ),
    "mailbox: list": a_chore("GET", INBOX, answered, "mailbox", by_graph_mail, noted),
    "mailbox: mail": a_chore(
        "GET", "/graph/v1.0/users/*/messages/*/$value", answered, "mailbox", by_graph_mail, noted
    ),
    "Webex token": Call(
        "POST", "/v1/access_token", webex_token_ended, where=INTEGRATION, others=all_but_webex_goes_on
    ),
    "Microsoft token": Call(
        "POST", "/entra/*/oauth2/v2.0/token", microsoft_token_ended, where=by_microsoft, system="graph"
    ),
    "collection: look": Call("GET", "*.ics", edited, where=with_radicale, system="caldav", good=published),
}

WRITING: dict[str, Call] = {
    "mail by Graph": Call(
        "POST", "/graph/v1.0/users/*/sendMail", joined, where=by_graph_mail, system="graph"
    ),
    "collection: put": Call("PUT", "*.ics", edited, where=with_radicale, system="caldav", good=published),
    "collection: remove": Call(
        "DELETE", "*.ics", cancelled_a_while_ago, many_events, with_radicale, "caldav", published
    ),
}


def _smtp(method: str, path: str = "*") -> Call:
    return Call(method, path, joined, where=SMTP_SERVER, system="mail", kinds=SMTP)


MAIL: dict[str, Call] = {
    "CONNECT": _smtp("CONNECT"),
    "AUTH": _smtp("AUTH"),
    "MAIL FROM": _smtp("MAIL"),
    "RCPT TO": _smtp("RCPT", "p*"),
    "DATA": _smtp("DATA", "p*"),
}

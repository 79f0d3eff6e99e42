"""The calls of the matrix: which each is on the wire, where it plays, and what makes the service send it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.reliability.matrix import words
from tests.reliability.matrix.kinds import HTTP, Kinds
from tests.reliability.matrix.stage import OTHER, Stage, Told
from tests.world import World, online, outside

Act = Callable[[Stage, App, str], "tuple[list[Told], Report | None]"]


def by_pass(stage: Stage, app: App, event: str) -> tuple[list[Told], Report | None]:
    """A pass over the event."""
    report = stage.one_pass(event, app)
    return stage.read(report), report


def settled(stage: Stage, event: str, report: Report | None) -> tuple[list[str], bool]:
    assert report is not None
    return stage.settle(event, report)


# --- what makes the service call ----------------------------------------------------------------------------------


def made(stage: Stage, event: str, number: int) -> None:
    stage.make(event, "ada")


def edited(stage: Stage, event: str, number: int) -> None:
    stage.app.desk.edit(event, title=f"{event}, edition {number}")


def joined(stage: Stage, event: str, number: int) -> None:
    stage.app.desk.register(event, [online(f"p{number}")])


def left(stage: Stage, event: str, number: int) -> None:
    stage.app.desk.set_status(event, f"p{number}@example.org", RegistrantStatus.WITHDRAWN)


def cancelled(stage: Stage, event: str, number: int) -> None:
    stage.app.desk.cancel(event)


def turned_down(stage: Stage, event: str, number: int) -> None:
    """Somebody waits here and in Webex, and is rejected here."""
    stage.app.desk.register(event, [online(f"z{number}")], approve=False)
    with stage.app.store.read() as tx:
        record = tx.meetings.get(event)
    assert record is not None
    body = {
        "firstName": "Zoe",
        "lastName": "Else",
        "email": f"z{number}@example.org",
        "sendEmail": False,
    }
    sandbox = stage.world.sandbox
    headers = {"Authorization": f"Bearer {sandbox.webex_token}"}
    url = f"{sandbox.webex_url}meetings/{record.meeting_id}/registrants"
    assert requests.post(url, json=body, headers=headers, timeout=10).ok
    stage.app.desk.set_status(event, f"z{number}@example.org", RegistrantStatus.REJECTED)


def spoken(stage: Stage, event: str, number: int) -> None:
    """Another speaker than before: one is invited, one is taken off."""
    stage.app.desk.edit(event, speakers=(Speaker(f"S {number}", email=f"s{number}@example.org"),))


# --- what stands before -------------------------------------------------------------------------------------------


def one_event(stage: Stage) -> None:
    """One event for the whole row."""
    stage.make("e", "ada")
    assert stage.quiet("e") == []


def with_speaker(stage: Stage) -> None:
    """One event, with somebody to take off."""
    stage.make("e", "ada")
    spoken(stage, "e", 99)
    assert stage.quiet("e") == []


def with_people(stage: Stage) -> None:
    """One event, with somebody who leaves for every fault, and enough others."""
    stage.make("e", "ada", *(f"p{number}" for number in range(stage.kinds)))
    assert stage.quiet("e") == []


def many_events(stage: Stage) -> None:
    """An event for every fault."""
    for number in range(stage.kinds):
        stage.make(f"e{number}", "ada")
        stage.one_pass(f"e{number}")


def nothing(stage: Stage) -> None:
    """The event is made in the cell."""


# --- what must be there in the end --------------------------------------------------------------------------------


def one_of_everything(stage: Stage, event_id: str, number: int) -> list[str]:
    """One meeting, one entry, one registration and one mail of each kind, of what is wanted; nothing is pending."""
    world = stage.world
    with stage.app.store.read() as tx:
        event, people, meeting = tx.events.get(event_id), tx.people.of(event_id), tx.meetings.get(event_id)
        pending = [one for one in tx.intents.pending() if one.event_id == event_id]
        pending += tx.messages.pending(event_id)
        sent = tx.messages.of(event_id)
        asked = tx.attentions.unsettled(event_id)
    there = event.state.value == "published"
    found = [f"{name} stands open" for name, some in (("something", pending), ("a question", asked)) if some]
    ours = [one for one in world.meetings() if meeting and one.fields.get("integrationTags") == [meeting.tag]]
    if len(ours) != there:
        found.append(f"{len(ours)} meetings")
    entries = [one for one in world.calendar_entries() if one.data["subject"].endswith(event.title)]
    if len(entries) != there:
        found.append(f"{len(entries)} entries")
    coming = Counter(one.email for one in people if there and one.is_coming)
    registered = Counter(
        one.email for each in ours for one in each.registrants.values() if one.status == "approved"
    )
    if not (ours and ours[0].webinar) and registered != coming:
        found.append(f"registered: {registered}")
    arrived = {one.message_id: one for one in world.sandbox.inbox}
    left_us = {one.message_id for one in sent if one.state.value == "sent"}
    if not left_us <= set(arrived):
        found.append("a mail is said to be sent and never arrived")
    invited = Counter(
        one.email for one in sent if one.kind == "mail.invitation" and one.message_id in arrived
    )
    if any(invited[email] != 1 for email in coming):
        found.append(f"invited: {invited}")
    return found


def links_and_panelists(stage: Stage, event: str, number: int) -> list[str]:
    """Also in a webinar: a link for everybody, and the speaker of now."""
    with stage.app.store.read() as tx:
        record, people, held = tx.meetings.get(event), tx.people.of(event), tx.events.get(event)
    meeting = stage.world.sandbox.state.meetings[record.meeting_id] if record else None
    assert meeting is not None
    found = one_of_everything(stage, event, number)
    sources = Counter(one.email for one in meeting.sources.values())
    if sources != Counter(one.email for one in people if one.is_coming):
        found.append(f"links: {sources}")
    panelists = Counter(one.email for one in meeting.invitees.values() if one.panelist)
    if panelists != Counter(one.email for one in held.speakers):
        found.append(f"panelists: {panelists}")
    return found


# --- where it plays -----------------------------------------------------------------------------------------------

Place = Callable[[Path, int], Any]


def place(options: dict[str, Any] | None = None, **sections: dict[str, Any]) -> Place:
    """A world with these options of the sandbox and sections of the settings, and another event in it."""

    @contextmanager
    def stage(folder: Path, kinds: int) -> Iterator[Stage]:
        with World(folder, outside(**(options or {}))) as world:
            built = Stage(world, lambda: world.app(world.settings(**sections)), kinds)
            built.make(OTHER, "ada", starts="2027-07-09 10:00", ends="2027-07-09 11:30")
            assert built.quiet(OTHER) == []
            yield built

    return stage


USUAL = place()
APPROVING = place(webex={"auto_accept": False})
WEBINAR = place(webex={"kind": "webinar", "webinar_registration": False})


@dataclass(frozen=True)
class Call:
    """One kind of call: a row of a table."""

    method: str
    path: str
    want: Callable[[Stage, str, int], None]
    before: Callable[[Stage], None] = one_event
    where: Place = USUAL
    system: str = "webex"
    good: Callable[[Stage, str, int], list[str]] = one_of_everything
    act: Act = by_pass
    settle: Callable[[Stage, str, Report | None], tuple[list[str], bool]] = settled
    others: Callable[[Stage, int], list[str]] = Stage.other_goes_on
    judge: Callable[[Told, str, str, dict[str, Any]], list[str]] = words.missing
    kinds: Kinds = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.kinds is None:
            object.__setattr__(self, "kinds", HTTP)

    def event(self, number: int) -> str:
        """The event of that cell: its own, or the one of the row."""
        own = self.before in (nothing, many_events) or self.before.__name__ == "held"
        return f"e{number}" if own else "e"


GRAPH = "/graph/v1.0/users/*/events"
PEOPLE = "/v1/meetings/*/registrants"
SOURCES = "/v1/meetings/*/invitationSources"

WRITING: dict[str, Call] = {
    "meeting: create": Call("POST", "/v1/meetings", made, nothing),
    "meeting: change": Call("PATCH", "/v1/meetings/*", edited),
    "meeting: cancel": Call("DELETE", "/v1/meetings/*", cancelled, many_events),
    "people: add": Call("POST", f"{PEOPLE}/bulkInsert", joined),
    "people: approve": Call("POST", f"{PEOPLE}/approve", joined, where=APPROVING),
    "people: reject": Call("POST", f"{PEOPLE}/reject", turned_down, where=APPROVING),
    "people: remove": Call("POST", f"{PEOPLE}/bulkDelete", left, with_people),
    "links: add": Call("POST", SOURCES, joined, where=WEBINAR, good=links_and_panelists),
    "panelist: invite": Call("POST", "/v1/meetingInvitees", spoken, where=WEBINAR, good=links_and_panelists),
    "panelist: take off": Call(
        "DELETE", "/v1/meetingInvitees/*", spoken, with_speaker, where=WEBINAR, good=links_and_panelists
    ),
    "entry: create": Call("POST", GRAPH, made, nothing, system="graph"),
    "entry: change": Call("PATCH", f"{GRAPH}/*", edited, system="graph"),
    "entry: cancel": Call("POST", f"{GRAPH}/*/cancel", cancelled, many_events, system="graph"),
}

READING: dict[str, Call] = {
    "meeting: look": Call("GET", "/v1/meetings/?*", edited),
    "meeting: find": Call("GET", "/v1/meetings", edited),
    "people: list": Call("GET", PEOPLE, joined),
    "links: list": Call("GET", SOURCES, joined, where=WEBINAR, good=links_and_panelists),
    "panelists: list": Call("GET", "/v1/meetingInvitees", spoken, where=WEBINAR, good=links_and_panelists),
    "entry: look": Call("GET", f"{GRAPH}/*", edited, system="graph"),
}

"""Public events in a calendar collection of a real CalDAV server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import vobject

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.public_calendar import public_uid
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.outcome import Outcome
from hybrid_sync.wiring import App
from tests.builders import utc, wall
from tests.radicale_server import PASSWORD, USER, radicale
from tests.sync.crash_kit import Crash
from tests.world import World, online, publish, sync

AUTH = (USER, PASSWORD)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with radicale(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """The collection, emptied afterwards."""
    yield server
    for name in names(server):
        requests.delete(server + name, auth=AUTH, timeout=10)


def names(url: str) -> list[str]:
    body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
    answer = requests.request("PROPFIND", url, data=body, headers={"Depth": "1"}, auth=AUTH, timeout=10)
    hrefs = [part.split("</", 1)[0] for part in answer.text.split("href>")[1::2]]
    return sorted(href.rpartition("/")[2] for href in hrefs if href.endswith(".ics"))


def held(url: str) -> list[Any]:
    texts = [requests.get(url + name, auth=AUTH, timeout=10).content.decode() for name in names(url)]
    return [vobject.readOne(text).vevent for text in texts]


def about_it(report: Report) -> list[Outcome]:
    return [outcome for outcome in report.outcomes if outcome.kind.startswith(("collection", "publishing"))]


class Calls:
    """Counts what goes to the CalDAV server, and can break an answer off: a stand-in for the wire, not for the server."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, phase: str, method: str, route: str) -> None:
        if (
            phase == "before"
            and method in ("PUT", "DELETE", "GET")
            and route.endswith("{id}")
            and "events" in route
        ):
            self.made.append(method)


def an_app(world: World, url: str, **options: Any) -> App:
    caldav = {"enabled": True, "url": url, "username": USER, "password": PASSWORD}
    return world.app(world.settings(caldav=caldav), **options)


def writes(calls: Calls) -> list[str]:
    return [method for method in calls.made if method != "GET"]


def test_a_public_event_stands_in_the_collection_once_and_a_second_run_writes_nothing(
    world: World, url: str
) -> None:
    calls = Calls()
    app = an_app(world, url, observe=calls)
    publish(app, online("ada"))
    assert sync(app).converged
    [event] = held(url)
    assert event.uid.value == public_uid("water")
    assert event.dtstart.value == utc("2027-06-09 08:00")
    assert not hasattr(event, "attendee")
    assert "METHOD" not in requests.get(url + names(url)[0], auth=AUTH, timeout=10).text
    assert writes(calls) == ["PUT"]
    assert about_it(sync(app)) == []
    assert writes(calls) == ["PUT"]


def test_it_moves_with_the_event_and_leaves_some_weeks_after_it_was_cancelled(world: World, url: str) -> None:
    app = an_app(world, url)
    publish(app)
    sync(app)
    app.desk.reschedule("water", local_time(wall("2027-10-30 22:00")), local_time(wall("2027-10-31 06:00")))
    assert sync(app).converged
    [event] = held(url)
    assert (event.dtstart.value, event.dtend.value) == (utc("2027-10-30 20:00"), utc("2027-10-31 05:00"))
    app.desk.cancel("water")
    report = sync(app)
    assert report.converged
    [event] = held(url)
    assert event.status.value == "CANCELLED"
    assert report.next_due is not None
    left = report.next_due - world.sandbox.clock.now()
    assert timedelta(days=28) - timedelta(minutes=1) < left <= timedelta(days=28)
    world.sandbox.clock.set(report.next_due + timedelta(seconds=1))
    assert sync(app).converged
    assert held(url) == []
    assert about_it(sync(app)) == []


def by_hand_removed(url: str, name: str) -> None:
    assert requests.delete(url + name, auth=AUTH, timeout=10).status_code == 200


def by_hand_changed(url: str, name: str) -> None:
    text = requests.get(url + name, auth=AUTH, timeout=10).text.replace("Clean water", "Dirty water")
    assert requests.put(url + name, data=text.encode(), auth=AUTH, timeout=10).ok


@pytest.mark.parametrize("hand", [by_hand_removed, by_hand_changed])
def test_what_somebody_did_to_it_by_hand_is_put_right(
    world: World, url: str, hand: Callable[[str, str], None]
) -> None:
    app = an_app(world, url)
    publish(app)
    sync(app)
    hand(url, names(url)[0])
    [outcome] = about_it(sync(app))
    assert (outcome.kind, outcome.result) == ("collection.publish", "done")
    assert [event.summary.value for event in held(url)] == ["Clean water for all"]
    assert about_it(sync(app)) == []


def test_a_copy_that_somebody_keeps_under_another_name_is_asked_about(world: World, url: str) -> None:
    app = an_app(world, url)
    publish(app)
    sync(app)
    [name] = names(url)
    text = requests.get(url + name, auth=AUTH, timeout=10).content
    by_hand_removed(url, name)
    assert requests.put(url + "copy.ics", data=text, auth=AUTH, timeout=10).status_code == 201
    [outcome] = about_it(sync(app))
    assert outcome.result == "refused"
    assert "under another name" in outcome.detail
    assert names(url) == ["copy.ics"]
    by_hand_removed(url, "copy.ics")
    assert sync(app).converged
    assert len(held(url)) == 1


def test_something_else_under_our_name_is_left_alone_and_asked_about(world: World, url: str) -> None:
    foreign = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\nBEGIN:VEVENT\r\nUID:theirs\r\nDTSTAMP:20270101T000000Z\r\n"
        "DTSTART:20270101T100000Z\r\nDTEND:20270101T110000Z\r\nSUMMARY:Theirs\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    name = f"{public_uid('water')}.ics"
    assert requests.put(url + name, data=foreign.encode(), auth=AUTH, timeout=10).status_code == 201
    app = an_app(world, url)
    publish(app)
    report = sync(app)
    assert report.needs_attention
    assert [event.summary.value for event in held(url)] == ["Theirs"]


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_death_round_a_write_leaves_one_object_and_nothing_unknown(
    world: World, url: str, phase: str, method: str
) -> None:
    app = an_app(world, url)
    publish(app)
    if method == "DELETE":
        sync(app)
        app.desk.cancel("water")
        sync(app)
        world.sandbox.clock.set(world.sandbox.clock.now() + timedelta(days=29))

    def death(at: str, called: str, route: str) -> None:
        if (
            (at, called) == (phase, method)
            and "events" in route
            and "webex" not in route
            and "graph" not in route
        ):
            raise Crash

    with pytest.raises(Crash):
        sync(an_app(world, url, observe=death))
    world.sandbox.clock.set(world.sandbox.clock.now() + timedelta(seconds=61))
    assert sync(app).converged
    assert len(held(url)) == (1 if method == "PUT" else 0)
    calls = Calls()
    again = an_app(world, url, observe=calls)
    sync(again)
    assert writes(calls) == []
    if method == "PUT":
        # The object is known as ours: it leaves when the event does.
        app.desk.cancel("water")
        sync(app)
        assert held(url)[0].status.value == "CANCELLED"


def test_a_server_that_is_away_holds_nobody_else_up(world: World, url: str) -> None:
    closed = "http://127.0.0.1:9/desk/events/"
    app = an_app(world, closed)
    publish(app, online("ada"))
    report = sync(app)
    assert not report.converged
    assert world.mails() == {("ada@example.org", "invitation"): 1}
    [late] = about_it(report)
    assert late.result == "later"


def test_doctor_finds_the_collection_and_says_what_is_wrong_with_it(world: World, url: str) -> None:
    def told(address: str, password: str = PASSWORD) -> Any:
        caldav = {"enabled": True, "url": address, "username": USER, "password": password}
        app = world.app(world.settings(caldav=caldav))
        return next(check for check in app.checks() if check.what == "Calendar collection")

    assert told(url).ok
    assert not told(url, "wrong").ok
    assert not told(url.replace("events", "nothing")).ok
    assert PASSWORD not in str(told(url, "wrong"))


def test_the_collection_needs_an_address(world: World) -> None:
    with pytest.raises(ValueError, match="enabled needs url"):
        world.settings(caldav={"enabled": True})


def test_time_is_not_played_with_while_the_collection_is_a_real_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert world.settings().is_rehearsal
        real = {"enabled": True, "url": "https://calendar.example.org/events/"}
        assert not world.settings(caldav=real).is_rehearsal

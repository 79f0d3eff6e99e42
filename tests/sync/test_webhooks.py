"""Our webhooks at Webex, kept in step by command and by the worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.errors import OutcomeUnknown, SettingsError
from hybrid_sync.ports import NO_EVENT
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.world import SECRET, World, outside

URL = "https://events.example.org/webhooks/webex"
ALL = {"meetings started", "meetings ended", "meetingParticipants joined", "meetingParticipants left"}
HOUR = timedelta(hours=1)


def hooks(world: World) -> list[Any]:
    return list(world.sandbox.state.webhooks.values())


def states(app: App) -> list[str]:
    return [view.state.value for view in app.webhooks.status()]


def keep(world: World, app: App) -> None:
    app.webhooks.keep(world.sandbox.clock.now())


def questions(app: App) -> list[str]:
    with app.store.read() as tx:
        return [one.message for one in tx.attentions.unsettled(NO_EVENT)]


def foreign(world: World, app: App) -> str:
    """A webhook of somebody else on the same account; its id."""
    other = world.app(
        world.settings(service={"name": "Another house", "base_url": "https://other.example.org"})
    )
    other.webhooks.install()
    return "hybrid-sync:Another house:"


def test_installing_makes_one_for_each_event_and_installing_again_changes_nothing(world: World) -> None:
    app = world.app()
    assert states(app) == ["missing"] * 4
    assert {change.target for change in app.webhooks.install()} == ALL
    assert {f"{hook.resource} {hook.event}" for hook in hooks(world)} == ALL
    assert {(hook.target_url, hook.org_wide, hook.filter) for hook in hooks(world)} == {(URL, False, "")}
    assert all(hook.name.startswith("hybrid-sync:InfoPoint:") for hook in hooks(world))
    assert states(app) == ["active"] * 4
    writes = len(world.sandbox.writes())
    assert app.webhooks.install() == []
    keep(world, app)
    assert len(world.sandbox.writes()) == writes


def test_the_secret_is_long_derived_for_this_purpose_and_not_the_web_secret(world: World) -> None:
    world.app().webhooks.install()
    [secret] = {hook.secret for hook in hooks(world)}
    assert len(secret) == 64
    assert SECRET not in secret
    again = world.app(world.settings(web={"secret": "another-secret-of-more-than-32-characters"}))
    assert states(again) == ["other secret"] * 4
    assert [change.done for change in again.webhooks.install()] == ["put right"] * 4
    assert {hook.secret for hook in hooks(world)} != {secret}
    assert len(hooks(world)) == 4


def test_a_changed_address_is_put_right_by_the_command_and_asked_about_by_the_worker(world: World) -> None:
    app = world.app()
    app.webhooks.install()
    moved = world.app(world.settings(service={"base_url": "https://new.example.org/x"}))
    writes = len(world.sandbox.writes())
    keep(world, moved)  # it may be the other of two services that is wrong: nobody takes them away by itself
    assert len(world.sandbox.writes()) == writes
    assert "elsewhere" in questions(moved)[0]
    moved.webhooks.install()
    assert {hook.target_url for hook in hooks(world)} == {"https://new.example.org/x/webhooks/webex"}
    assert questions(moved) == []


def test_webhooks_of_others_are_never_touched(world: World) -> None:
    app = world.app()
    mark = foreign(world, app)
    before = [(hook.id, hook.name, hook.target_url, hook.secret) for hook in hooks(world)]
    app.webhooks.install()
    keep(world, app)
    assert {change.done for change in app.webhooks.remove()} == {"removed"}
    assert [(hook.id, hook.name, hook.target_url, hook.secret) for hook in hooks(world)] == before
    assert all(hook.name.startswith(mark) for hook in hooks(world))
    assert app.webhooks.remove() == []


def test_one_too_many_and_one_of_another_kind_are_removed_and_a_missing_one_is_made(world: World) -> None:
    app = world.app()
    app.webhooks.install()
    first, second, third, _ = hooks(world)
    world.sandbox.state.webhooks["copy"] = type(first)(**{**vars(first), "id": "copy"})
    second.filter = "state=inProgress"
    del world.sandbox.state.webhooks[third.id]
    keep(world, app)
    assert "superfluous" in questions(app)[0]
    assert "missing" in questions(app)[0]
    app.webhooks.install()
    assert states(app) == ["active"] * 4
    assert len(hooks(world)) == 4
    keep(world, app)
    assert questions(app) == []


def test_a_lost_answer_is_found_again_and_not_doubled(world: World) -> None:
    app = world.app()
    world.sandbox.faults.add(Fault("POST", "/v1/webhooks", drop="after"))
    with pytest.raises(OutcomeUnknown):
        app.webhooks.install()
    assert len(hooks(world)) == 1
    app.webhooks.install()
    assert len(hooks(world)) == 4


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("number", range(4))
def test_wherever_installing_dies_the_next_one_finishes_it(world: World, phase: str, number: int) -> None:
    class Crash(BaseException):
        """The process dies here."""

    made: list[int] = []

    def observe(when: str, method: str, route: str) -> None:
        if (when, method) == (phase, "POST"):
            made.append(1)
            if len(made) == number + 1:
                raise Crash

    with pytest.raises(Crash):
        world.app(observe=observe).webhooks.install()
    assert len(hooks(world)) == number + (phase == "after")
    app = world.app()
    app.webhooks.install()
    assert states(app) == ["active"] * 4
    assert len(hooks(world)) == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"service": {"base_url": None}}, ["base_url is missing"]),
        ({"web": {"secret": None}}, ["[web] secret"]),
        ({"web": {"secret": "too short"}}, ["[web] secret"]),
        ({"service": {"base_url": None}, "web": {"secret": None}}, ["base_url is missing", "[web] secret"]),
    ],
)
def test_what_is_missing_for_webhooks_is_said_all_at_once_and_nothing_is_asked_of_webex(
    world: World, changes: dict[str, Any], words: list[str]
) -> None:
    app = world.app(world.settings(**changes))
    with pytest.raises(SettingsError) as caught:
        app.webhooks.install()
    assert len(caught.value.problems) == len(words)
    assert all(word in problem for word, problem in zip(words, caught.value.problems, strict=True))
    app.chores()
    assert [call for call in world.sandbox.calls if "webhooks" in call.route] == []
    app.webhooks.remove()  # that needs neither


def test_an_address_that_is_not_https_is_refused_where_the_provider_is_real(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        settings = world.settings(
            service={"base_url": "http://127.0.0.1:8000"}, webex={"base_url": "https://webexapis.com/v1/"}
        )
        with pytest.raises(SettingsError, match="must be https"):
            world.app(settings).webhooks.install()


def test_webhooks_of_the_organisation_hear_of_the_one_host_only(tmp_path: Path) -> None:
    with World(tmp_path, outside(token_kind="admin")) as world:
        acting = {"webhooks_of": "organisation", "host_email": "host2@hybrid.example"}
        app = world.app(world.settings(webex=acting))
        app.webhooks.install()
        assert {(hook.org_wide, hook.filter) for hook in hooks(world)} == {
            (True, "hostEmail=host2@hybrid.example")
        }
        assert states(app) == ["active"] * 4
        assert app.webhooks.install() == []
        assert len(app.webhooks.remove()) == 4


# --- the worker ---


def disable(world: World) -> None:
    for hook in hooks(world):
        hook.active = False


def active(world: World) -> list[bool]:
    return [hook.active for hook in hooks(world)]


def test_the_worker_makes_disabled_ones_active_again_once_an_hour(world: World) -> None:
    app = world.app()
    app.webhooks.install()
    disable(world)
    assert states(app) == ["disabled"] * 4
    app.chores()
    assert active(world) == [True] * 4
    disable(world)
    for minutes in (10, 20, 29):
        world.sandbox.clock.advance(timedelta(minutes=minutes))
        app.chores()
        keep(world, app)
    assert active(world) == [False] * 4  # 59 minutes
    world.sandbox.clock.advance(timedelta(minutes=2))
    app.chores()
    assert active(world) == [True] * 4
    assert questions(app) == []


def test_one_that_is_disabled_again_and_again_is_put_before_a_person_until_it_holds(world: World) -> None:
    app = world.app()
    app.webhooks.install()
    for _ in range(3):
        assert questions(app) == []
        disable(world)
        app.chores()
        world.sandbox.clock.advance(timedelta(minutes=61))
    [question] = questions(app)
    assert "disabled 3 times within a day" in question
    assert "looked at on schedule" in question
    assert active(world) == [True] * 4
    app.chores()
    assert questions(app) == []


def test_where_nobody_installed_any_the_worker_makes_none(world: World) -> None:
    app = world.app()
    for _ in range(3):
        app.chores()
        world.sandbox.clock.advance(HOUR)
    assert hooks(world) == []
    assert world.sandbox.writes() == []
    assert questions(app) == []


def test_a_webex_that_does_not_answer_costs_one_try(world: World, caplog: pytest.LogCaptureFixture) -> None:
    app = world.app()
    app.webhooks.install()
    disable(world)
    world.sandbox.faults.add(Fault("GET", "/v1/webhooks", status=503, times=None))
    app.chores()
    assert "the chore webhooks failed" in caplog.text
    assert active(world) == [False] * 4
    world.sandbox.faults.clear()
    world.sandbox.clock.advance(timedelta(minutes=16))
    app.chores()
    assert active(world) == [True] * 4

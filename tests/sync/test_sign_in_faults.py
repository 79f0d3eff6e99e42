"""Faults of the sign-in: what the organiser reads, that other systems and other events go on, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.ports import NO_EVENT
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.chores import Chores
from hybrid_sync.sync.sign_in import QUESTION
from hybrid_sync.wiring import App
from hybrid_sync.wiring.sign_in import sign_in_chores
from tests.builders import an_event
from tests.sync.test_faults import MEETINGS, assert_one_of_everything, until_calm
from tests.world import World, online, outside, publish, sync

STORE_SECRET = "canary-store-secret-of-32-characters-and-more"
USER = ("meeting:schedules_read", "meeting:schedules_write", "meeting:participants_read", "spark:people_read")


def questions(app: App, event_id: str | None = None) -> dict[str, str]:
    with app.store.read() as tx:
        return {item.key: item.message for item in tx.attentions.unsettled(event_id)}


def integration(world: World, **webex: Any) -> App:
    """The service as an integration, whose refresh token stands in the settings."""
    options = world.sandbox.options
    keys = {
        "access_token": None,
        "client_id": options.webex_client_id,
        "client_secret": options.webex_client_secret,
        "refresh_token": options.webex_refresh_token,
    }
    return world.app(world.settings(webex=keys | webex, store={"secret": STORE_SECRET}))


def another_event(app: App) -> None:
    app.desk.import_event(replace(an_event(title="Another", online=False), id="other"))
    app.desk.publish("other")


def token_calls(world: World) -> int:
    return len([call for call in world.sandbox.calls if call.path == "/v1/access_token"])


@pytest.mark.parametrize("rotate", [False, True])
def test_an_integration_runs_for_months_over_restarts_without_a_question(
    tmp_path: Path, rotate: bool
) -> None:
    with World(tmp_path, outside(rotate_refresh_token=rotate)) as world:
        publish(integration(world), online("ada"), online("bob"))
        for _ in range(6):
            app = integration(world)
            assert until_calm(world, app).converged
            app.chores()
            assert questions(app) == {}
            world.sandbox.clock.advance(timedelta(days=5))
        assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
        assert 3 <= token_calls(world) <= 6


def test_an_expired_fixed_token_is_put_before_a_person_and_the_rest_goes_on(tmp_path: Path) -> None:
    with World(tmp_path, outside(fixed_token_days=0.001)) as world:
        app = world.app()
        publish(app, online("ada"))
        another_event(app)
        world.sandbox.clock.advance(timedelta(hours=1))
        report = sync(app)
        assert report.needs_attention
        [words] = questions(app, "water").values()
        assert "401" in words
        assert "put another one into [webex] access_token" in words
        assert "tracking id SANDBOX_" in words
        assert len(world.calendar_entries()) == 1
        assert app.converge.event("other").converged
        assert len(world.calendar_entries()) == 2


def test_a_refused_refresh_says_how_to_sign_in_and_a_sign_in_settles_it(world: World) -> None:
    app = integration(world, refresh_token="revoked")
    publish(app, online("ada"), online("bob"))
    another_event(app)
    assert sync(app).needs_attention
    words = questions(app, "water")["sign-in"]
    assert "invalid_grant" in words
    assert "hybrid-sync webex login" in words
    assert "revoked" not in words.replace("expired, revoked, malformed", "")
    assert app.converge.event("other").converged
    calls = token_calls(world)
    sync(app)
    assert token_calls(world) == calls
    app.sign_in.complete(world.sandbox.options.webex_authorization_code)
    assert until_calm(world, app).converged
    assert questions(app) == {}
    assert len(world.meetings()) == 1
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}


def test_a_refresh_that_is_refused_at_half_life_warns_while_work_goes_on(world: World) -> None:
    app = integration(world)
    publish(app, online("ada"))
    assert until_calm(world, app).converged
    world.sandbox.clock.advance(timedelta(days=8))
    world.sandbox.state.refresh_tokens.clear()
    assert sync(app).converged
    app.chores()
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled(NO_EVENT)
    assert question.key == QUESTION
    assert "could not be renewed" in question.message
    assert "calls go on until 2027-05-17" in question.message
    assert "hybrid-sync webex login" in question.message
    app.sign_in.complete(world.sandbox.options.webex_authorization_code)
    world.sandbox.clock.advance(timedelta(days=1, minutes=1))
    app.chores()
    assert questions(app, NO_EVENT) == {}


def test_the_end_of_the_refresh_token_is_warned_of_two_weeks_before_once_and_settled_by_a_renewal(
    world: World,
) -> None:
    app = integration(world)
    publish(app)
    assert until_calm(world, app).converged
    # Nothing renews it, as while Webex cannot be reached.
    watch = Chores(app.store, app.clock, sign_in_chores(app.sign_in_watch))
    world.sandbox.clock.advance(timedelta(days=75))
    watch()
    assert questions(app, NO_EVENT) == {}
    calls = len(world.sandbox.calls)
    world.sandbox.clock.advance(timedelta(days=2))
    watch()
    with app.store.read() as tx:
        [first] = tx.attentions.unsettled(NO_EVENT)
    assert "the Webex sign-in ends on 2027-08-01" in first.message
    world.sandbox.clock.advance(timedelta(days=1, minutes=1))
    watch()
    with app.store.read() as tx:
        [second] = tx.attentions.unsettled(NO_EVENT)
    assert second == first
    assert len(world.sandbox.calls) == calls
    sync(app)
    world.sandbox.clock.advance(timedelta(days=1, minutes=1))
    watch()
    assert questions(app, NO_EVENT) == {}


@pytest.mark.parametrize(
    ("options", "settings", "words"),
    [
        (
            {"webex_scopes": tuple(one for one in USER if "write" not in one)},
            {},
            "hybrid-sync doctor tells more",
        ),
        ({"unlicensed": ("host@hybrid.example",)}, {}, "missing required roles or licenses"),
        ({}, {"site_url": "other.webex.localhost"}, "The site 'other.webex.localhost' is not available"),
    ],
    ids=["wrong scope", "host without licence", "wrong site"],
)
def test_what_webex_refuses_is_read_by_the_organiser_in_its_words_and_the_rest_goes_on(
    tmp_path: Path, options: dict[str, Any], settings: dict[str, Any], words: str
) -> None:
    with World(tmp_path, outside(**options)) as world:
        app = world.app(world.settings(webex=settings))
        publish(app, online("ada"))
        another_event(app)
        report = sync(app)
        assert report.needs_attention
        [refused] = [outcome for outcome in report.outcomes if outcome.ask]
        assert words in refused.detail
        assert "tracking id SANDBOX_" in refused.detail
        assert refused.detail in questions(app, "water").values()
        with app.store.read() as tx:
            [line] = [line for line in tx.audit.of("water") if line.request_id]
        assert line.request_id in refused.detail
        assert len(world.calendar_entries()) == 1
        assert app.converge.event("other").converged
        creations = len(
            [call for call in world.sandbox.calls if call.method == "POST" and call.path == MEETINGS]
        )
        sync(app)
        again = len([call for call in world.sandbox.calls if call.method == "POST" and call.path == MEETINGS])
        assert again == creations == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_storm_of_server_errors_loses_nothing_and_the_rest_goes_on(world: World, status: int) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    another_event(app)
    world.sandbox.faults.add(Fault(path="/v1/*", status=status, times=40))
    first = sync(app)
    assert not first.converged
    assert not first.needs_attention
    assert str(status) in " ".join(outcome.detail for outcome in first.outcomes)
    assert "tracking id SANDBOX_" in " ".join(outcome.detail for outcome in first.outcomes)
    assert app.converge.event("other").converged
    for _ in range(3):
        sync(app)
    world.sandbox.faults.clear()
    assert until_calm(world, app, most=12).converged
    assert_events(world)


def assert_events(world: World) -> None:
    assert len(world.meetings()) == 1
    assert len(world.calendar_entries()) == 2
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("bob@example.org", "invitation"): 1}


def test_an_hours_ban_as_a_page_is_read_as_such_and_kept_to_also_by_the_token_call(world: World) -> None:
    app = integration(world)
    publish(app, online("ada"))
    another_event(app)
    world.sandbox.faults.add(Fault("POST", "/v1/access_token", status=429, retry_after=3600, body="html"))
    first = sync(app)
    assert not first.converged
    assert not first.needs_attention
    assert "429" in " ".join(outcome.detail for outcome in first.outcomes)
    assert app.converge.event("other").converged
    world.sandbox.clock.advance(timedelta(minutes=59))
    assert not sync(app).converged
    assert token_calls(world) == 1
    world.sandbox.clock.advance(timedelta(minutes=8))
    assert until_calm(world, app).converged
    assert len(world.meetings()) == 1


def test_the_question_about_a_sign_in_that_ends_is_among_all_that_are_open_although_it_is_no_events(
    world: World,
) -> None:
    app = integration(world)
    publish(app, online("ada"), online("bob"))
    assert until_calm(world, app).converged
    assert_one_of_everything(world, app)
    world.sandbox.clock.advance(timedelta(days=80))
    app.sign_in_watch(world.sandbox.clock.now())
    assert list(questions(app)) == [QUESTION]

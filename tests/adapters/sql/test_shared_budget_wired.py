"""The service shares its budget of Webex calls through PostgreSQL, and its budget of mails on every database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from tests.world import World, online, publish, sync


def budgets(world: World, of: str) -> dict[str, int]:
    app = world.app()
    with app.store.engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(text("SELECT name, thousandths FROM budgets")).all()
    return {str(row.name): int(row.thousandths) for row in rows if row.name.startswith(f"{of}:")}


def test_two_apps_on_one_postgresql_take_from_one_budget(pg_url: str, tmp_path: Path) -> None:
    with World(tmp_path, url=pg_url) as world:
        settings = world.settings(webex={"requests_per_minute": 60})
        first, second = world.app(settings), world.app(settings)
        publish(first, online("ada"))
        sync(first)
        sync(second)
        [(name, left)] = budgets(world, "webex").items()
        assert world.sandbox.webex_token not in name
        calls = len([call for call in world.sandbox.calls if call.path.startswith("/v1/")])
        # 12 in the bucket; what has come back meanwhile depends on the machine.
        assert calls >= 3
        assert left >= 0
        with first.store.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.execute(text("UPDATE budgets SET thousandths = -9999999"))
        before = len([call for call in world.sandbox.calls if call.path.startswith("/v1/")])
        report = sync(second)
        assert not report.converged
        assert any("shared by all processes" in outcome.detail for outcome in report.outcomes)
        assert len([call for call in world.sandbox.calls if call.path.startswith("/v1/")]) == before


def test_on_sqlite_nothing_is_written_for_the_budget_of_calls(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        publish(world.app(), online("ada"))
        sync(world.app())
        assert budgets(world, "webex") == {}


def test_two_apps_on_one_database_send_from_one_allowance_of_mails(url: str, tmp_path: Path) -> None:
    with World(tmp_path, url=url) as world:
        settings = world.settings(mail={"messages_per_minute": 25})
        first, second = world.app(settings), world.app(settings)
        publish(first, *(online(f"p{number}") for number in range(9)))
        # Five lie in the bucket, one of them is kept for what is urgent; three seconds bring another.
        report = sync(first)
        assert not report.converged
        sent = len(world.sandbox.inbox)
        assert 4 <= sent < 9
        world.sandbox.clock.set(report.next_due or world.now)
        with first.store.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.execute(text("UPDATE budgets SET thousandths = -99999 WHERE name LIKE 'mail:%'"))
        assert not sync(second).converged
        assert len(world.sandbox.inbox) == sent
        [(name, _)] = budgets(world, "mail").items()
        assert "events" not in name

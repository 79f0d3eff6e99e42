"""The service itself shares its budget of Webex calls through PostgreSQL, and keeps its own on SQLite."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from tests.world import World, online, publish, sync


def budgets(world: World) -> dict[str, int]:
    app = world.app()
    with app.store.engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(text("SELECT name, thousandths FROM budgets")).all()
    return {str(row.name): int(row.thousandths) for row in rows}


def test_two_apps_on_one_postgresql_take_from_one_budget(pg_url: str, tmp_path: Path) -> None:
    with World(tmp_path, url=pg_url) as world:
        settings = world.settings(webex={"requests_per_minute": 60})
        first, second = world.app(settings), world.app(settings)
        publish(first, online("ada"))
        sync(first)
        sync(second)
        [(name, left)] = budgets(world).items()
        assert name.startswith("webex:")
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


def test_on_sqlite_nothing_is_written_for_the_budget(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        publish(world.app(), online("ada"))
        sync(world.app())
        assert budgets(world) == {}

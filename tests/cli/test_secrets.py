"""`secrets`: a new [store] secret is taken into use step by step, and nobody has to sign in again (ASVS 13.3.4)."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import Cli
from tests.cli.test_webex_login import STORE_SECRET, integration, paste  # noqa: F401 - a fixture

NEW = "canary-the-new-secret-of-the-store-0123456789"


def taken_into_use(monkeypatch: pytest.MonkeyPatch, *old: str) -> None:
    monkeypatch.setenv("HYBRID_SYNC_STORE__SECRET", NEW)
    monkeypatch.setenv("HYBRID_SYNC_STORE__OLD_SECRETS", json.dumps(old))


def tokens(cli: Cli) -> list[tuple[int | None, bool]]:
    return [(row["secret"], row["renewed"]) for row in cli("secrets", "status", "--json").json["tokens"]]


def test_a_new_secret_of_the_store_is_taken_into_use_without_a_new_sign_in(
    integration: Cli,  # noqa: F811
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "no token is stored" in integration.ok("secrets", "status").err
    assert paste(integration, "code")[0] == 0
    assert tokens(integration) == [(0, False)]

    taken_into_use(monkeypatch, STORE_SECRET)
    assert tokens(integration) == [(1, False)]
    assert "hybrid-sync secrets rotate" in integration.ok("secrets", "status").out
    assert integration.ok("webex", "status", "--json").json["ok"]

    ran = integration.ok("secrets", "rotate")
    assert "sealed again" in ran.out
    assert "can be taken out" in ran.err
    assert tokens(integration) == [(0, False)]
    assert "sealed again" not in integration.ok("secrets", "rotate").out

    from hybrid_sync.adapters.sql import open_store
    from hybrid_sync.domain.retention import Marker
    from tests.builders import NOW

    store = open_store(f"sqlite:///{integration.folder}/test.db", marker=Marker((STORE_SECRET,)))
    with store.begin() as tx:
        tx.tombstones.add(["eve@example.org"], "at their request", NOW)
    store.close()
    said = integration.ok("secrets", "status").err
    assert "keep them all the same" in said
    assert "can be taken out" not in said

    taken_into_use(monkeypatch)
    assert integration.ok("webex", "status", "--json").json["ok"]


def test_an_old_secret_that_was_taken_out_too_early_is_told_with_the_way_back(
    integration: Cli,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert paste(integration, "code")[0] == 0
    taken_into_use(monkeypatch)
    for command in ("status", "rotate"):
        ran = integration("secrets", command)
        assert ran.code == 3
        assert "old_secrets" in ran.out.replace("\n", "")
        assert "canary" not in ran.out + ran.err
    taken_into_use(monkeypatch, STORE_SECRET)
    assert integration.ok("secrets", "rotate").code == 0


def test_a_new_secret_is_printed_each_time_another_and_long_enough(bare: Cli) -> None:
    first, second = (bare.ok("secrets", "new").out.strip() for _ in range(2))
    assert first != second
    assert len(first) >= 43


def test_without_a_secret_of_the_store_it_says_what_is_missing(cli: Cli) -> None:
    ran = cli("secrets", "status")
    assert ran.code == 2
    assert "[store] secret is missing" in ran.err


def test_the_database_is_made_for_its_owner_alone_and_doctor_tells_when_it_was_opened(
    bare: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 13.3.2, 14.2.4."""
    file = Path(bare.folder) / "own.db"
    monkeypatch.setenv("HYBRID_SYNC_STORE__URL", f"sqlite:///{file}")
    bare.ok("db", "upgrade")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert bare.ok("db", "check").code == 0
    file.chmod(0o644)
    ran = bare("db", "check", "--json")
    assert ran.code == 3
    [wrong] = [check for check in ran.json if check["ok"] is False]
    assert (wrong["what"], wrong["advice"]) == ("database file", f"chmod o-rwx {file}")
    bare.ok("db", "backup", str(bare.folder / "copy.db"))
    assert stat.S_IMODE((bare.folder / "copy.db").stat().st_mode) == 0o600

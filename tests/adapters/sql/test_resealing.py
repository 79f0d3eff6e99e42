"""`secrets rotate` on both databases: stored tokens come under the newest [store] secret (ASVS 13.3.4, 11.2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from tests.builders import NOW

from hybrid_sync.adapters.sealing import Resealing, Sealer
from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.ports import SealedTokens
from hybrid_sync.settings import Settings
from hybrid_sync.wiring.sealing import seals
from hybrid_sync.wiring.sign_in import token_seals

NEW = "the newest secret, which has forty characters"
OLD = "the secret before it, which has some more too"
OLDEST = "a secret that was in use before anybody cared"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    store = open_store(url)
    yield store
    store.close()


def kept(store: SqlStore, name: str, secrets: list[str], text: str = "canary-token") -> SealedTokens:
    row = SealedTokens(name, Sealer(secrets, "p").seal(text, f"tokens/{name}"), NOW, None, NOW, "a problem")
    with store.begin() as tx:
        tx.tokens.put(row)
    return row


def opened(store: SqlStore, name: str, *secrets: str) -> str | None:
    with store.read() as tx:
        row = tx.tokens.get(name)
    assert row is not None
    return Sealer(secrets, "p").open(row.ciphertext, f"tokens/{name}")


def test_everything_comes_under_the_newest_secret_and_keeps_what_stands_beside_it(store: SqlStore) -> None:
    before = kept(store, "webex", [OLD])
    kept(store, "other", [OLDEST], "another")
    kept(store, "new", [NEW])
    work = Resealing(store, Sealer([NEW, OLD, OLDEST], "p"))
    assert [(row.name, row.secret) for row in work.status()] == [("new", 0), ("other", 2), ("webex", 1)]
    assert [(row.name, row.secret, row.renewed) for row in work.rotate()] == [
        ("new", 0, False), ("other", 0, True), ("webex", 0, True),
    ]  # fmt: skip
    assert opened(store, "webex", NEW) == "canary-token"
    assert opened(store, "other", NEW) == "another"
    assert opened(store, "webex", OLD) is None
    with store.read() as tx:
        after = tx.tokens.get("webex")
    assert after is not None
    assert (after.expires, after.updated, after.problem) == (before.expires, before.updated, "a problem")
    assert not any(row.renewed for row in work.rotate())


def test_what_no_secret_opens_is_told_and_left_as_it_is(store: SqlStore) -> None:
    row = kept(store, "webex", [OLDEST])
    work = Resealing(store, Sealer([NEW, OLD], "p"))
    assert [(one.secret, one.renewed) for one in work.rotate()] == [(None, False)]
    with store.read() as tx:
        assert tx.tokens.get("webex") == row


class _Dies(BaseException):
    pass


class DyingStore:
    """The store of a process that dies before or after its n-th commit."""

    def __init__(self, store: SqlStore, point: int, *, after: bool) -> None:
        self._store, self._left, self._after = store, point, after
        self.read = store.read

    @contextmanager
    def begin(self) -> Iterator[Any]:
        self._left -= 1
        if self._left == 0 and not self._after:
            with self._store.begin() as tx:
                yield tx
                raise _Dies
        with self._store.begin() as tx:
            yield tx
        if self._left == 0:
            raise _Dies


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("point", [1, 2, 3])
def test_it_may_die_at_any_commit_and_be_run_again(store: SqlStore, point: int, after: bool) -> None:
    names = ("a", "b", "c")
    for name in names:
        kept(store, name, [OLD], name)
    seals = Sealer([NEW, OLD], "p")
    with pytest.raises(_Dies):
        Resealing(DyingStore(store, point, after=after), seals).rotate()  # type: ignore[arg-type]
    assert [opened(store, name, NEW, OLD) for name in names] == list(names)
    assert sum(row.secret == 0 for row in Resealing(store, seals).status()) == point - (not after)
    Resealing(store, seals).rotate()
    assert [opened(store, name, NEW) for name in names] == list(names)


def test_a_worker_that_renews_at_the_same_moment_wins(store: SqlStore) -> None:
    kept(store, "webex", [OLD], "the token before")
    seals = Sealer([NEW, OLD], "p")

    class Meanwhile(DyingStore):
        """Between the look and the first write a worker, which has both secrets, keeps newer tokens."""

        @contextmanager
        def begin(self) -> Iterator[Any]:
            kept(store, "webex", [OLD, NEW], "the newer token")
            with store.begin() as tx:
                yield tx

    rows = Resealing(Meanwhile(store, 0, after=False), seals).rotate()  # type: ignore[arg-type]
    assert [(row.secret, row.renewed) for row in rows] == [(0, True)]
    assert opened(store, "webex", NEW) == "the newer token"


def test_the_command_works_on_the_database_of_the_settings_while_a_worker_has_it_open(
    store: SqlStore, url: str
) -> None:
    def settings(secret: str, *old: str) -> Settings:
        return Settings.model_validate({"store": {"url": url, "secret": secret, "old_secrets": old}})

    sealed = token_seals(settings(OLD)).seal("canary-token", "tokens/webex")
    with store.begin() as tx:
        tx.tokens.put(SealedTokens("webex", sealed, NOW, None, NOW, None))
    with closing(seals(settings(NEW, OLD))) as opened:
        assert [(row.secret, row.renewed) for row in opened.resealing.rotate()] == [(0, True)]
        assert opened.erased() == 0
    with store.read() as tx:
        row = tx.tokens.get("webex")
    assert row is not None
    assert token_seals(settings(NEW)).open(row.ciphertext, "tokens/webex") == "canary-token"
    assert token_seals(settings(OLD)).open(row.ciphertext, "tokens/webex") is None

"""A budget of calls that several processes share, in the database.

The arithmetic is that of http_client.TokenBucket: the bucket holds a fifth of the minute's allowance and fills at the
other four fifths a minute. Each taking is one short transaction on the database's own clock: machines whose clocks
disagree still share one minute in PostgreSQL, and the processes on one SQLite file are on one machine.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, TextClause, text

from hybrid_sync.errors import TryLater
from hybrid_sync.http_client.budget import MOST_JITTER, kept_back

_CALL = 1000
"""A call in thousandths."""

_WORDS = {
    "postgresql": {
        # clock_timestamp() moves on within a transaction that had to wait; now() does not.
        "millis": "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        "least": "LEAST",
        "most": "GREATEST",
    },
    "sqlite": {
        "millis": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
        "least": "MIN",
        "most": "MAX",
    },
}

# The instant is read once: it moves on within a statement. A row that somebody else changed while we waited for its
# lock may be newer than our instant; time never runs backwards here.
_TAKE = """
    UPDATE budgets AS b
    SET thousandths = {least}(:capacity, b.thousandths + {most}(0, p.t - b.at) * :rate / 1000) - :call,
        at = {most}(b.at, p.t)
    FROM (SELECT {millis} AS t) AS p
    WHERE b.name = :name
      AND {least}(:capacity, b.thousandths + {most}(0, p.t - b.at) * :rate / 1000) >= :call + :kept
    RETURNING thousandths
"""
_OPEN = """
    INSERT INTO budgets (name, thousandths, at)
    VALUES (:name, :capacity - :call, {millis})
    ON CONFLICT (name) DO NOTHING
    RETURNING name
"""
_LEFT = """
    SELECT thousandths + {most}(0, {millis} - at) * :rate / 1000
    FROM budgets WHERE name = :name
"""


class SharedBudget:
    """http_client.Budget over all processes on one database; never sleeps. `chance` gives 0..1.

    `name` says whose budget it is: Webex counts by the token's user (webex.md 7), Exchange by the sending mailbox.
    Raises ValueError for an allowance below one call a minute.
    """

    def __init__(
        self, engine: Engine, system: str, name: str, per_minute: int, *, chance: Callable[[], float]
    ) -> None:
        if per_minute < 1:
            raise ValueError(f"{system}: a budget of {per_minute} calls a minute allows nothing")
        self._engine = engine
        self._system = system
        self._per_minute = per_minute
        self._chance = chance
        capacity = max(1, per_minute // 5)
        # Thousandths of a call for each thousand milliseconds.
        rate = max(1, (max(1, per_minute - capacity) * _CALL) // 60)
        self._capacity, self._rate = capacity * _CALL, rate
        self._kept = round(kept_back(capacity) * _CALL)
        self._values = {"name": name, "capacity": capacity * _CALL, "rate": rate, "call": _CALL}
        words = _WORDS[engine.dialect.name]
        self._take, self._open, self._left = (_said(one, words) for one in (_TAKE, _OPEN, _LEFT))

    def take(self, *, sparing: bool = False) -> None:
        """Take one, or raise TryLater with the seconds until half of what may be taken is there, and up to 10 % more."""
        kept = self._kept if sparing else 0
        with self._engine.begin() as connection:
            if connection.execute(self._take, self._values | {"kept": kept}).one_or_none() is not None:
                return
            if connection.execute(self._open, self._values).one_or_none() is not None:
                return
            left = int(connection.execute(self._left, self._values).scalar_one())
        missing = kept + max(_CALL, (self._capacity - kept) // 2) - left
        wait = max(0.0, missing / self._rate) * (1 + MOST_JITTER * self._chance())
        raise TryLater(
            self._system,
            f"our budget of {self._per_minute} a minute, shared by all processes, is used up",
            after=wait,
        )


def _said(statement: str, words: dict[str, str]) -> TextClause:
    return text(statement.format(**words))

"""A budget of calls that several processes share, in PostgreSQL.

The arithmetic is that of http_client.TokenBucket: the bucket holds a fifth of the minute's allowance and fills at the
other four fifths a minute. Each taking is one short transaction on the database's own clock, so that machines whose
clocks disagree still share one minute. SQLite has no such clock, and one machine: there the budget of the process does.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, text

from hybrid_sync.errors import TryLater
from hybrid_sync.http_client.budget import MOST_JITTER

_CALL = 1000
"""A call in thousandths."""

# clock_timestamp() once: it moves on within a statement. A row that somebody else changed while we waited for its
# lock may be newer than our instant; time never runs backwards here.
_TAKE = text(
    """
    UPDATE budgets AS b
    SET thousandths = LEAST(:capacity, b.thousandths + GREATEST(0, p.t - b.at) * :rate / 1000) - :call,
        at = GREATEST(b.at, p.t)
    FROM (SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS t) AS p
    WHERE b.name = :name
      AND LEAST(:capacity, b.thousandths + GREATEST(0, p.t - b.at) * :rate / 1000) >= :call
    RETURNING b.thousandths
    """
)
_OPEN = text(
    """
    INSERT INTO budgets (name, thousandths, at)
    VALUES (:name, :capacity - :call, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT))
    ON CONFLICT (name) DO NOTHING
    RETURNING name
    """
)
_LEFT = text(
    """
    SELECT thousandths
         + GREATEST(0, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) - at) * :rate / 1000
    FROM budgets WHERE name = :name
    """
)


class SharedBudget:
    """http_client.Budget over all processes on one PostgreSQL database; never sleeps. `chance` gives 0..1.

    `name` says whose budget it is: Webex counts by the token's user (webex.md 7). Raises ValueError for an allowance
    below one call a minute.
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
        self._values = {"name": name, "capacity": capacity * _CALL, "rate": rate, "call": _CALL}

    def take(self) -> None:
        """Take one, or raise TryLater with the seconds until the bucket is half full again, and up to 10 % more."""
        with self._engine.begin() as connection:
            if connection.execute(_TAKE, self._values).one_or_none() is not None:
                return
            if connection.execute(_OPEN, self._values).one_or_none() is not None:
                return
            left = int(connection.execute(_LEFT, self._values).scalar_one())
        missing = max(_CALL, self._capacity // 2) - left
        wait = max(0.0, missing / self._rate) * (1 + MOST_JITTER * self._chance())
        raise TryLater(
            self._system,
            f"our budget of {self._per_minute} a minute, shared by all processes, is used up",
            after=wait,
        )

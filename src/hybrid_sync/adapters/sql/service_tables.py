"""Tables of the service itself, which belong to no single event."""

from __future__ import annotations

from sqlalchemy import Column

from hybrid_sync.adapters.sql.columns import big_integer
from hybrid_sync.adapters.sql.table_parts import a_table, instant, number, text

chores = a_table(
    "chores",
    text("name", primary_key=True),
    # While a process is at it: when another may take it. Afterwards: when it is due again.
    instant("due_at"),
)

tokens = a_table(
    "tokens",
    text("name", primary_key=True),
    # Both tokens and their scopes, sealed under [store] secret; the instants are no secrets.
    text("ciphertext"),
    instant("expires"),
    instant("refresh_expires", nullable=True),
    instant("updated"),
    # What the provider said when it refused to renew them.
    text("problem", nullable=True),
)

locks = a_table(
    "locks",
    text("name", primary_key=True),
    text("owner"),
    instant("until"),
)

budgets = a_table(
    "budgets",
    text("name", primary_key=True),
    # Thousandths of a call that are left, as of `at` (milliseconds on the database's own clock).
    Column("thousandths", big_integer(), nullable=False),
    Column("at", big_integer(), nullable=False),
)

deliveries = a_table(
    "deliveries",
    text("key", primary_key=True),
    instant("at", index=True),
)

tombstones = a_table(
    "tombstones",
    # Keyed hash of an address whose owner was erased: a list that is read again must not bring them back. Says nothing
    # without the key.
    text("key", primary_key=True),
    text("reason"),
    instant("at"),
)

home = a_table(
    "home",
    # One row.
    number("id", primary_key=True, autoincrement=False),
    # 1 in a copy that `db backup` made.
    number("copied"),
    # PostgreSQL: the server's system identifier ("" where its role may not ask), the database and this very table. What
    # a dump is put back into has another table, what is made WITH TEMPLATE another database. SQLite: "", 0, 0.
    text("cluster"),
    Column("database_oid", big_integer(), nullable=False),
    Column("table_oid", big_integer(), nullable=False),
)

"""Runs revisions on the connection that `schema.upgrade` hands over, within its transaction.

A new revision: change tables.py, then `python -m hybrid_sync.adapters.sql.migrations.draft 0002 "what it is for"`,
read what came out, set `schema.HEAD`.
"""

from alembic import context

from hybrid_sync.adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # Both databases can roll tables back; Alembic believes that SQLite cannot, because Python's own BEGIN comes late.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

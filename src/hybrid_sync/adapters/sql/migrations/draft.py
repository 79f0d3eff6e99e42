"""For developers: `python -m hybrid_sync.adapters.sql.migrations.draft 0002 "words"` drafts the next revision.

It compares tables.py with a database in memory that has all revisions so far. Read the draft before using it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from hybrid_sync.adapters.sql import schema
from hybrid_sync.adapters.sql.engine import open_engine


def draft(revision: str, words: str) -> None:
    """Write versions/<revision>_<words>.py with what tables.py has and the revisions have not."""
    engine = open_engine("sqlite://")
    schema.upgrade(engine)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, words, autogenerate=True, rev_id=revision)
    engine.dispose()


if __name__ == "__main__":
    draft(sys.argv[1], sys.argv[2])

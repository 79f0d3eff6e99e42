"""ports.Store on a SQL database: transactions round the rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, IntegrityError

from hybrid_sync.adapters.sql import schema
from hybrid_sync.adapters.sql.answers import SqlBounces, SqlMailboxes, SqlReplies
from hybrid_sync.adapters.sql.attendance import SqlAttendance
from hybrid_sync.adapters.sql.audit import SqlAudit
from hybrid_sync.adapters.sql.certificates import SqlCertificates
from hybrid_sync.adapters.sql.chores import SqlChores, SqlDeliveries
from hybrid_sync.adapters.sql.engine import look, open_engine
from hybrid_sync.adapters.sql.entrances import SqlMeetingStaff, SqlSources
from hybrid_sync.adapters.sql.events import SqlEvents
from hybrid_sync.adapters.sql.figures import SqlFigures
from hybrid_sync.adapters.sql.home import SqlHome
from hybrid_sync.adapters.sql.imports import SqlImports, SqlMappings
from hybrid_sync.adapters.sql.matching import SqlAliases, SqlMatches
from hybrid_sync.adapters.sql.messages import SqlMessages
from hybrid_sync.adapters.sql.notes import SqlAttentions
from hybrid_sync.adapters.sql.outside import SqlEntries, SqlIntents, SqlMeetings, SqlRestores
from hybrid_sync.adapters.sql.people import SqlPeople, SqlRegistrations
from hybrid_sync.adapters.sql.privacy import SqlPrivacy
from hybrid_sync.adapters.sql.publishing import SqlPublished
from hybrid_sync.adapters.sql.sign_in import SqlLocks, SqlTokens
from hybrid_sync.adapters.sql.statements import is_missing_reference
from hybrid_sync.adapters.sql.tombstones import SqlTombstones
from hybrid_sync.adapters.sql.work import SqlWork
from hybrid_sync.domain.retention import NO_MARKER, Marker
from hybrid_sync.errors import NotFound, SettingsError
from hybrid_sync.ports import Clock, Lease, Store


class SqlTransaction:
    """ports.Transaction: the rooms on one connection. Of no use once its `with` has ended."""

    def __init__(
        self,
        connection: Connection,
        now: datetime | None,
        tzdata: str | None,
        marker: Marker = NO_MARKER,
    ) -> None:
        self.tombstones = SqlTombstones(connection, marker)
        self.privacy = SqlPrivacy(connection)
        self.events = SqlEvents(connection, tzdata)
        self.people = SqlPeople(connection, now)
        self.meetings = SqlMeetings(connection)
        self.registrations = SqlRegistrations(connection)
        self.sources = SqlSources(connection)
        self.meeting_staff = SqlMeetingStaff(connection)
        self.entries = SqlEntries(connection, now)
        self.published = SqlPublished(connection)
        self.messages = SqlMessages(connection)
        self.replies = SqlReplies(connection)
        self.bounces = SqlBounces(connection)
        self.mailboxes = SqlMailboxes(connection)
        self.intents = SqlIntents(connection)
        self.restores = SqlRestores(connection)
        self.home = SqlHome(connection)
        self.work = SqlWork(connection)
        self.attendance = SqlAttendance(connection, self.tombstones)
        self.matches = SqlMatches(connection)
        self.aliases = SqlAliases(connection)
        self.imports = SqlImports(connection)
        self.mappings = SqlMappings(connection)
        self.certificates = SqlCertificates(connection)
        self.attentions = SqlAttentions(connection, self.tombstones)
        self.audit = SqlAudit(connection, marker)
        self.tokens = SqlTokens(connection)
        self.locks = SqlLocks(connection)
        self.chores = SqlChores(connection)
        self.deliveries = SqlDeliveries(connection)
        self.figures = SqlFigures(connection)


class SqlStore:
    """ports.Store. Keep transactions short: on SQLite every write waits for the one before it.

    `clock` gives the arrival time of people whose registration time nobody told (without it they stand last), and
    the instant from which `begin` renews a lease when it is told none. `tzdata` names the zone data in use. `marker`
    recognises people who were erased.
    Transactions do not nest. A database that stays locked raises sqlalchemy's OperationalError; it is no
    ProviderError, so that it can never be read as the answer of an outside call.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock | None = None,
        tzdata: str | None = None,
        marker: Marker = NO_MARKER,
    ) -> None:
        self.engine = engine
        self._clock = clock
        self._tzdata = tzdata
        self._marker = marker

    @contextmanager
    def begin(self, lease: Lease | None = None, now: datetime | None = None) -> Iterator[SqlTransaction]:
        """One write transaction; with `lease` its fence is checked and the lease renewed first (LostLease)."""
        present = now if now is not None or self._clock is None else self._clock()
        try:
            with self.engine.begin() as connection:
                transaction = SqlTransaction(connection, present, self._tzdata, self._marker)
                if lease is not None:
                    transaction.work.hold(lease, present)
                yield transaction
                # Last of all: nobody who waits for the end of the trail holds up what this one still needs.
                transaction.audit.write()
        except IntegrityError as error:
            if is_missing_reference(error):
                raise NotFound(
                    "what was to be written belongs to an event that is not in the store"
                ) from error
            raise

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """One consistent look; the database refuses to write."""
        with look(self.engine) as connection:
            transaction = SqlTransaction(connection, None, self._tzdata, self._marker)
            yield transaction
            transaction.audit.write()  # refused like every other write

    def recompute_utc(self, now: datetime) -> tuple[str, ...]:
        """After a change of zone data: derive UTC of coming events anew and wake those that moved (their ids)."""
        with self.begin(now=now) as transaction:
            moved = transaction.events.recompute_utc(now)
            for event_id in moved:
                transaction.work.wake(event_id, now)
        return moved

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_store(
    url: str,
    *,
    clock: Clock | None = None,
    tzdata: str | None = None,
    create: bool = False,
    marker: Marker = NO_MARKER,
) -> SqlStore:
    """The store at `url`, ready for use.

    With `create` the database and its tables are made or upgraded first. Otherwise raises SettingsError, with the
    way out, when they are missing, older or newer than this program, or cannot be reached.
    """
    engine = open_engine(url)
    try:
        if create:
            schema.upgrade(engine)
        else:
            schema.require_current(engine)
    except DatabaseError as error:
        engine.dispose()
        where = engine.url.render_as_string(hide_password=True)
        raise SettingsError(f"cannot open the database {where}: {error.orig}") from error
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine, clock, tzdata, marker)


# For the type checker alone: it proves here that the store is what the port asks for.
_store: Callable[[Engine], Store] = SqlStore

"""A backup that was taken at any moment, put back later: what the lost time did outside is found, not done again."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url
from tests.adapters.sql.postgres_server import _binaries, as_text, new_database
from tests.builders import NOW, an_event, wall
from tests.world import World, online, publish, sync, until_calm

from hybrid_sync.adapters.sql import SqlStore, backup, check, open_store
from hybrid_sync.domain.audit_chain import verify
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.ports import AuditLine
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.restored import note_restore


@contextmanager
def a_busy_writer(store: SqlStore) -> Iterator[None]:
    """Somebody who writes without a pause for as long as the `with` lasts."""
    stop = threading.Event()
    trouble: list[BaseException] = []

    def write() -> None:
        number = 0
        try:
            while not stop.is_set():
                with store.begin() as tx:
                    tx.audit.add(AuditLine(NOW, "water", "worker", "mail.reminder", str(number), "sent"))
                    tx.work.wake("water", NOW - timedelta(seconds=number))
                number += 1
        except BaseException as error:  # noqa: BLE001 - raised below
            trouble.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert trouble == []


def sound(url: str) -> int:
    """Every check passes and the trail is whole; gives its length."""
    store = open_store(url)
    found = check(store.engine)
    assert [one.what for one in found if not one.ok] in ([], ["restored from a backup"]), found
    with store.read() as tx:
        verdict = verify(tx.audit.kept())
    store.close()
    assert verdict.whole
    return verdict.lines


def test_backups_taken_while_a_worker_writes_are_sound_and_their_trail_is_whole(
    sqlite_url: str, tmp_path: Path
) -> None:
    store = open_store(sqlite_url)
    with store.begin() as tx:
        tx.events.save(an_event())
    with a_busy_writer(store):
        for number in range(5):
            backup(store.engine, tmp_path / f"copy{number}.db")
    lengths = [sound(f"sqlite:///{tmp_path}/copy{number}.db") for number in range(5)]
    store.close()
    assert lengths == sorted(lengths)


def test_a_dump_of_a_living_postgresql_database_is_restored_whole(
    pg_server: URL, pg_url: str, tmp_path: Path
) -> None:
    """What docs tell an operator to type, with the real programs."""
    binaries = _binaries()
    if binaries is None or not (binaries / "pg_dump").exists():
        pytest.skip("no pg_dump here: apt-get install postgresql-client")
    store = open_store(pg_url)
    with store.begin() as tx:
        tx.events.save(an_event())

    def run(program: str, database: str | None, *arguments: str) -> None:
        where = ["--host", str(pg_server.query["host"]), "--username", "postgres", "--dbname", str(database)]
        subprocess.run([str(binaries / program), *where, *arguments], check=True, timeout=120)

    dump = tmp_path / "hs.dump"
    with a_busy_writer(store):
        run("pg_dump", make_url(pg_url).database, "--format=custom", f"--file={dump}")
    store.close()
    restored = new_database(pg_server)
    run("pg_restore", restored.database, "--exit-on-error", "--no-owner", str(dump))
    sound(as_text(restored))
    again = open_store(as_text(restored))
    with again.begin() as tx:
        tx.audit.add(AuditLine(NOW, "water", "organiser", "event.edit", "water", "after the restore"))
    again.close()
    sound(as_text(restored))


# --- what the lost time did ---


def put_back(world: World, copy: Path, *, said: bool = True) -> None:
    """Every process ends; the file of the backup takes the place of the database, and somebody says so."""
    for app in world.apps:
        app.close()
    world.apps.clear()
    file = make_url(world.url).database
    assert file is not None
    for beside in (f"{file}-wal", f"{file}-shm", f"{file}-journal"):
        Path(beside).unlink(missing_ok=True)
    shutil.copy(copy, file)
    store = open_store(world.url)
    [reminder] = [one for one in check(store.engine) if not one.ok]
    assert reminder.advice.startswith("hybrid-sync db restored")
    if said:
        note_restore(store, world.sandbox.clock.now())
    store.close()


def test_what_was_made_after_the_backup_is_found_outside_and_not_made_again(tmp_path: Path) -> None:
    """Published, saved, then pushed: the backup knows of nothing that is outside."""
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"), online("bob"))
        backup(app.store.engine, tmp_path / "copy.db")
        assert until_calm(world, app).converged
        made = [one.id for one in world.meetings()]
        world.sandbox.clock.set(NOW + timedelta(hours=1))

        put_back(world, tmp_path / "copy.db")
        again = world.app()
        assert until_calm(world, again).converged
        assert [one.id for one in world.meetings()] == made
        assert set(world.registrant_emails().values()) == {1}
        assert len(world.calendar_entries()) == 1
        calls = len(world.sandbox.writes())
        assert sync(again).converged
        assert len(world.sandbox.writes()) == calls


def test_a_mail_sent_after_the_backup_goes_out_again_with_the_same_uid_and_a_higher_sequence(
    tmp_path: Path,
) -> None:
    """The only trace of a mail is our ledger. A calendar keeps one entry, people see two mails."""
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"))
        backup(app.store.engine, tmp_path / "copy.db")
        until_calm(world, app)
        with app.store.read() as tx:
            [first] = tx.messages.of("water")
        arrived = len(world.sandbox.inbox)
        put_back(world, tmp_path / "copy.db")
        again = world.app()
        until_calm(world, again)
        with again.store.read() as tx:
            [second] = tx.messages.of("water")
        assert len(world.sandbox.inbox) == arrived + 1
        assert second.uid == first.uid
        assert second.sequence > first.sequence


def test_a_mail_that_was_written_down_in_the_backup_goes_out_again_byte_by_byte(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"))
        world.sandbox.faults.add(Fault("DATA", "ada@example.org", status=451))
        sync(app)
        with app.store.read() as tx:
            assert len(tx.messages.pending("water")) == 1
        backup(app.store.engine, tmp_path / "copy.db")
        world.sandbox.faults.clear()
        until_calm(world, app)
        world.sandbox.clock.set(NOW + timedelta(hours=3))
        put_back(world, tmp_path / "copy.db")
        until_calm(world, world.app())
        copies = [message for message in world.sandbox.inbox if message.recipients[0] == "ada@example.org"]
        assert len(copies) == 2
        assert copies[0].content == copies[1].content


def test_what_people_entered_after_the_backup_is_lost_here_and_is_told_where_it_is_seen(
    tmp_path: Path,
) -> None:
    """Somebody was registered: the record of the backup holds, nobody is removed, and a person is asked."""
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"))
        until_calm(world, app)
        backup(app.store.engine, tmp_path / "copy.db")
        app.desk.register("water", [online("cyd")])
        until_calm(world, app)
        put_back(world, tmp_path / "copy.db")
        again = world.app()
        until_calm(world, again)
        assert set(world.registrant_emails()) == {"ada@example.org", "cyd@example.org"}
        with again.store.read() as tx:
            assert [person.email for person in tx.people.of("water")] == ["ada@example.org"]
            questions = [question.message for question in tx.attentions.unsettled("water")]
            assert any("Cyd Example" in question for question in questions), questions


def test_before_somebody_says_that_a_copy_was_put_back_nothing_is_done_with_it(tmp_path: Path) -> None:
    """The event was moved since: the record of the backup would move it back, and nobody would be told."""
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"))
        until_calm(world, app)
        backup(app.store.engine, tmp_path / "copy.db")
        [meeting] = world.meetings()
        before = meeting.start
        app.desk.reschedule("water", local_time(wall("2027-06-10 10:00"), "Europe/Brussels"))
        until_calm(world, app)
        assert world.meetings()[0].start != before
        made = len(world.sandbox.writes()), len(world.sandbox.inbox)
        put_back(world, tmp_path / "copy.db", said=False)
        again = world.app()
        for force in (False, True):
            assert not sync(again, force=force).converged
            assert again.loop.plan("water", force=force).actions == ()
        assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == made
        with again.store.read() as tx:
            [asked] = tx.attentions.unsettled("water")
        assert "hybrid-sync db restored" in asked.message
        note_restore(again.store, world.sandbox.clock.now())
        assert sync(again, force=True).converged
        assert world.meetings()[0].start == before
        with again.store.read() as tx:
            assert tx.attentions.unsettled("water") == []

"""Bounces that lie in a real IMAP mailbox (Dovecot), read through a proxy that spoils its commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hybrid_sync.domain.ledger import MessageState
from hybrid_sync.ports import NO_EVENT
from hybrid_sync.sync.loop import Report
from tests.answers_kit import a_bounce
from tests.dovecot_server import PASSWORD, USER, dovecot
from tests.http_client.certificates import a_certificate
from tests.reliability.matrix.calls import Call, one_of_everything, place, with_people
from tests.reliability.matrix.chores import LATER, chore_named, round_of
from tests.reliability.matrix.kinds import IMAP, IMAP_FIRST, IMAP_GREETING, Kinds
from tests.reliability.matrix.spoiling_lines import spoiling_lines
from tests.reliability.matrix.stage import Stage


@contextmanager
def with_mailbox(folder: Path, kinds: int) -> Iterator[Stage]:
    pem = folder / "imap.pem"
    pem.write_text(a_certificate("imap", for_server=True).pem)
    with dovecot(pem, pem) as box, spoiling_lines(box.port) as lines:
        mailbox = {
            "kind": "imap", "host": "127.0.0.1", "port": lines.port, "security": "none", "username": USER, "password": PASSWORD
        }  # fmt: skip
        with place(mailbox=mailbox)(folder, kinds) as stage:
            stage.proxy, stage.mailbox = lines, box
            yield stage


def known(stage: Stage) -> None:
    """An event with somebody for every fault, and the mailbox was looked at once."""
    with_people(stage)
    stage.app.chores()


def _address(number: int) -> str:
    return f"p{number}@example.org"


def came_back(stage: Stage, event: str, number: int) -> None:
    """The invitation of somebody comes back."""
    with stage.app.store.read() as tx:
        [message] = [one for one in tx.messages.of(event) if one.email == _address(number)]
    assert stage.mailbox is not None
    stage.mailbox.put(a_bounce(message.email, message.message_id))


def asked_once(stage: Stage, event: str, report: Report | None) -> tuple[list[str], bool]:
    """The rounds that follow ask about nobody but that one, whoever it is."""
    # Both processes: what passes is asked about when one of them has failed three times in a row.
    for app in (stage.app, stage.hasty):
        stage.world.sandbox.clock.advance(LATER)
        app.chores()
    stage.one_pass(event)
    return [], False


def noted_and_mended(stage: Stage, event: str, number: int) -> list[str]:
    """Noted once, asked in the server's words, the mailbox's own question closed; then the person gets another address."""
    email = _address(number)
    with stage.app.store.read() as tx:
        bounces = [one for one in tx.bounces.of(event) if one.email_key == email]
        states = [one.state for one in tx.messages.of(event) if one.email == email]
        asked = {one.key: one.message for one in tx.attentions.unsettled(event)}
        about_mailbox = tx.attentions.unsettled(NO_EVENT)
        audited = [one for one in tx.audit.of(event) if one.what == "mail.bounce"]
    found = [] if len(bounces) == 1 and states == [MessageState.REFUSED] else [f"noted: {bounces}, {states}"]
    if list(asked) != [f"mail:{email}"] or "550 5.1.1 user unknown" not in asked[f"mail:{email}"]:
        found.append(f"asked: {asked}")
    if about_mailbox or len(audited) != number + 1:
        found.append(f"asked about the mailbox: {about_mailbox}, {len(audited)} lines in the audit")
    stage.app.desk.readdress(event, email, f"new-{email}")
    return found + stage.quiet(event) + one_of_everything(stage, event, number)


def _imap(method: str, path: str = "*", kinds: Kinds = IMAP) -> Call:
    return Call(
        method,
        path,
        came_back,
        known,
        with_mailbox,
        "mailbox",
        noted_and_mended,
        round_of("mailbox"),
        asked_once,
        judge=chore_named("mailbox"),
        kinds=kinds,
    )


MAILBOX: dict[str, Call] = {
    "IMAP connection": _imap("CONNECT", kinds=IMAP_GREETING),
    "IMAP CAPABILITY": _imap("CAPABILITY", kinds=IMAP_FIRST),
    "IMAP LOGIN": _imap("LOGIN"),
    "IMAP EXAMINE": _imap("EXAMINE"),
    "IMAP SEARCH": _imap("SEARCH"),
    "IMAP FETCH sizes": _imap("FETCH", "*SIZE*"),
    "IMAP FETCH mails": _imap("FETCH", "*BODY*"),
    "IMAP LOGOUT": _imap("LOGOUT"),
}

"""A mailbox on a real IMAP server (Dovecot), read without leaving a trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.answers_kit import an_out_of_office
from tests.dovecot_server import PASSWORD, USER, Imap, dovecot
from tests.http_client.certificates import a_certificate
from tests.reliability.matrix.spoiling_lines import spoiling_lines

from hybrid_sync.adapters.mail import ImapMailbox
from hybrid_sync.errors import ProviderError, Refused, SettingsError, SignInExpired, TryLater
from hybrid_sync.http_client import FixedToken
from hybrid_sync.sandbox import Fault

NOW = datetime.now(UTC)
SINCE = NOW - timedelta(days=30)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    made = a_certificate("imap", for_server=True)
    (folder / "server.pem").write_text(made.pem)
    (folder / "authority.pem").write_text(made.authority)
    return folder


@pytest.fixture(scope="module")
def server(authority: Path) -> Iterator[Imap]:
    with dovecot(authority / "server.pem", authority / "server.pem") as running:
        yield running


@pytest.fixture
def imap(server: Imap) -> Imap:
    server.emptied()
    return server


def mailbox(imap: Imap, **options: object) -> ImapMailbox:
    usual = {
        "host": "127.0.0.1", "port": imap.port, "username": USER, "password": PASSWORD, "security": "none", "seconds": 10
    }  # fmt: skip
    return ImapMailbox(**{**usual, **options})  # type: ignore[arg-type]


def a_mail(number: int) -> bytes:
    return an_out_of_office().replace(b"Automatic reply", b"mail %d" % number)


def subjects(mails: object) -> list[bytes]:
    return [mail.split(b"Subject: ")[1].split(b":")[0] for mail in mails]  # type: ignore[attr-defined]


def test_mails_are_read_in_order_once_and_not_marked(imap: Imap) -> None:
    imap.put(*(a_mail(number) for number in range(5)))
    box = mailbox(imap)
    first, position = box.after(None, SINCE, 3, NOW)
    second, position = box.after(position, SINCE, 3, NOW)
    nothing, same = box.after(position, SINCE, 3, NOW)
    assert subjects(first) == [b"mail 0", b"mail 1", b"mail 2"]
    assert subjects(second) == [b"mail 3", b"mail 4"]
    assert nothing == []
    assert same.last_uid == position.last_uid
    imap.put(a_mail(5))
    later, _ = box.after(position, SINCE, 3, NOW)
    assert subjects(later) == [b"mail 5"]
    assert all(b"Seen" not in line for line in imap.flags())


def test_a_mailbox_that_is_numbered_anew_is_read_from_the_start_of_the_window(imap: Imap) -> None:
    from dataclasses import replace

    imap.put(a_mail(1))
    box = mailbox(imap)
    _, position = box.after(None, SINCE, 9, NOW)
    again, _ = box.after(replace(position, validity="1", last_uid=10**6), SINCE, 9, NOW)
    assert subjects(again) == [b"mail 1"]


def test_an_empty_mailbox_is_read_to_its_end(imap: Imap) -> None:
    mails, position = mailbox(imap).after(None, SINCE, 9, NOW)
    assert mails == []
    assert mailbox(imap).after(position, SINCE, 9, NOW)[0] == []


def test_a_mail_larger_than_any_answer_is_not_fetched(imap: Imap) -> None:
    imap.put(a_mail(1) + b"x" * 10_100_000, a_mail(2))
    mails, position = mailbox(imap).after(None, SINCE, 9, NOW)
    assert subjects(mails) == [b"mail 2"]
    assert mailbox(imap).after(position, SINCE, 9, NOW)[0] == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_it_signs_in_over_tls(imap: Imap, authority: Path, security: str) -> None:
    port = imap.tls_port if security == "tls" else imap.port
    box = mailbox(imap, port=port, security=security, ca_bundle=str(authority / "authority.pem"))
    assert box.check()[0].ok


def test_a_certificate_that_nobody_vouches_for_is_refused(imap: Imap) -> None:
    with pytest.raises(Refused, match="certificate"):
        mailbox(imap, port=imap.tls_port, security="tls").after(None, SINCE, 9, NOW)


def test_a_wrong_password_is_a_sign_in_that_has_ended(imap: Imap) -> None:
    box = mailbox(imap, password="canary-wrong")
    with pytest.raises(SignInExpired) as caught:
        box.after(None, SINCE, 9, NOW)
    assert "canary" not in str(caught.value)
    [check] = box.check()
    assert not check.ok
    assert "[mailbox]" in check.advice


def test_a_server_without_xoauth2_refuses_the_token_in_words(imap: Imap) -> None:
    box = mailbox(imap, password=None, token=FixedToken("canary-token"))
    with pytest.raises((SignInExpired, TryLater)) as caught:
        box.after(None, SINCE, 9, NOW)
    assert "canary" not in str(caught.value)


def test_a_server_that_is_away_is_later(imap: Imap) -> None:
    with pytest.raises(TryLater):
        mailbox(imap, port=9).after(None, SINCE, 9, NOW)


def test_a_folder_that_is_not_there_is_told_by_name(imap: Imap) -> None:
    [check] = mailbox(imap, folder="Nowhere").check()
    assert not check.ok
    assert "Nowhere" in check.detail or "exist" in check.detail


def test_a_password_does_not_cross_the_network_in_clear() -> None:
    with pytest.raises(SettingsError, match="in clear"):
        ImapMailbox(host="mail.example.org", port=143, username="u", password="p", security="none")


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault("LOGIN", drop="before"), TryLater, "the connection broke at LOGIN"),
        (Fault("LOGIN", status=500, words="NO [UNAVAILABLE] not now"), TryLater, "[UNAVAILABLE] not now"),
        (Fault("LOGIN", status=500, words="NO no"), SignInExpired, "no"),
        (
            Fault("EXAMINE", status=500, words="BYE going down"),
            TryLater,
            "the server hung up at EXAMINE: going down",
        ),
        (Fault("FETCH", "*BODY*", body="truncated"), TryLater, "the connection broke at FETCH"),
        (Fault("FETCH", "*SIZE*", drip=0.05), TryLater, "no answer in time"),
        (Fault("CONNECT", drip=0.05), TryLater, "no answer in time"),
    ],
    ids=lambda value: (
        f"{value.method} {value.words or value.drop or value.body}" if isinstance(value, Fault) else None
    ),
)
def test_what_goes_wrong_is_told_in_words_without_a_piece_of_anybodys_mail(
    imap: Imap, fault: Fault, kind: type[ProviderError], words: str
) -> None:
    imap.put(a_mail(1))
    with spoiling_lines(imap.port) as lines:
        lines.faults.add(fault)
        box = mailbox(imap, port=lines.port, total_seconds=1 if fault.drip else 30)
        with pytest.raises(kind) as caught:
            box.after(None, SINCE, 9, NOW)
        assert (type(caught.value), caught.value.words) == (kind, words)
        lines.faults.clear()  # on a slow machine the time is over before the rule was met
        lines.faults.clear()  # on a busy machine its time may have been over before it came to the fault
        again = mailbox(imap, port=lines.port)
        assert subjects(again.after(None, SINCE, 9, NOW)[0]) == [b"mail 1"]

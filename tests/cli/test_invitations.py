"""`invitation show` and `invitation list`: what people are told, without what lets others in."""

from __future__ import annotations

from email import message_from_string, policy

import pytest

from tests.cli.kit import Cli

LINK = "http://127.0.0.1:8000/join/"


def test_the_message_is_shown_as_a_person_reads_it_without_the_link(published: Cli) -> None:
    published.ok("sync", "water")
    ran = published.ok("invitation", "show", "water", "ada@example.org")
    assert ran.out.startswith("From: ")
    assert "To: Ada Lovelace <ada@example.org>" in ran.out
    assert "Clean water for all" in ran.out
    assert f"{LINK}***" in ran.out
    link = published.ok("invitation", "show", "water", "ada@example.org", "--with-links").out
    assert f"{LINK}***" not in link
    assert LINK in link


def test_raw_is_the_whole_message_and_warns_of_its_link(published: Cli) -> None:
    ran = published.ok("invitation", "show", "water", "bob@example.org", "--raw")
    message = message_from_string(ran.out, policy=policy.default)
    assert message["To"] == "Bob Bee <bob@example.org>"
    assert "METHOD:REQUEST" in ran.out or "text/calendar" in ran.out
    assert "do not pass it on" in ran.err


def test_a_shared_meeting_link_is_hidden_too(published: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__JOIN_LINKS", "shared")
    published.ok("sync", "water")
    shown = published.ok("invitation", "show", "water", "ada@example.org").out
    full = published.ok("invitation", "show", "water", "ada@example.org", "--with-links").out
    assert "***" in shown
    assert shown != full
    assert "MTID" not in shown


def test_the_ledger_says_what_became_of_each_message_and_holds_no_link(published: Cli) -> None:
    assert published.ok("invitation", "list", "water", "--json").json == []
    published.ok("sync", "water")
    published.ok("registrants", "withdraw", "water", "ada@example.org")
    published.ok("sync", "water")
    ran = published.ok("invitation", "list", "water", "--json")
    assert "/join/" not in ran.out
    assert [(row["email"], row["kind"], row["state"], row["sequence"]) for row in ran.json] == [
        ("ada@example.org", "mail.invitation", "sent", 0),
        ("bob@example.org", "mail.invitation", "sent", 0),
        ("dora@example.org", "mail.invitation", "sent", 0),
        ("ada@example.org", "mail.cancellation", "sent", 1),
    ]
    assert "mail.cancellation" in published.ok("invitation", "list", "water").out


def test_nobody_of_that_address_is_exit_code_2(published: Cli) -> None:
    ran = published("invitation", "show", "water", "nobody@example.org")
    assert ran.code == 2
    assert "nobody with the address nobody@example.org" in ran.err
    assert published("invitation", "list", "nothing").code == 2

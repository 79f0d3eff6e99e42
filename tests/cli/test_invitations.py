"""`invitation show` and `invitation list`: what people are told, without what lets others in."""

from __future__ import annotations

from email import message_from_bytes, message_from_string, policy
from typing import Any

import pytest

from hybrid_sync.cli import ledger
from hybrid_sync.domain.invitations import facts_for
from hybrid_sync.domain.ledger import Message, MessageState, Method
from tests.builders import NOW, a_person, an_event
from tests.cli.kit import Cli

LINK = "http://127.0.0.1:8000/join/"


def ledger_row(**changes: Any) -> Message:
    person = a_person()
    facts = facts_for(an_event(), person, f"{LINK}x")
    told: dict[str, Any] = {
        "registrant_id": person.id, "event_id": "water", "email": person.email, "uid": "u", "incarnation": 1,
        "sequence": 0, "method": Method.REQUEST, "state": MessageState.SENT, "stamp": NOW, "message_id": "<u@x>",
        "facts": facts,
    }  # fmt: skip
    return Message(**told | changes)


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


def test_an_eml_is_the_message_byte_for_byte_and_for_its_owner_alone(published: Cli) -> None:
    published.ok("sync", "water")
    path = published.folder / "ada.eml"
    ran = published.ok("invitation", "show", "water", "ada@example.org", "--eml", str(path))
    assert ran.out == ""
    assert "do not pass it on" in ran.err
    assert f"wrote {path}" in ran.err
    content = path.read_bytes()
    assert content == published.ok("invitation", "show", "water", "ada@example.org", "--raw").out.replace(
        "\r\n", "\n"
    ).replace("\n", "\r\n").encode("ascii")
    assert path.stat().st_mode & 0o777 == 0o600
    message = message_from_bytes(content, policy=policy.default)
    assert message["Subject"].startswith("Invitation: Clean water for all")
    assert "X-Unsent" not in message
    assert [part.get_content_type() for part in message.walk()][-2:] == ["text/calendar", "application/ics"]


def test_a_file_that_cannot_be_written_is_said(published: Cli) -> None:
    published.ok("sync", "water")
    path = str(published.folder / "nowhere" / "ada.eml")
    ran = published("invitation", "show", "water", "ada@example.org", "--eml", path)
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_the_personal_links_are_hidden_both(published: Cli) -> None:
    published.ok("sync", "water")
    shown = published.ok("invitation", "show", "water", "ada@example.org").out
    assert "http://127.0.0.1:8000/my/***" in shown
    assert f"{LINK}***" in shown
    with_links = published.ok("invitation", "show", "water", "ada@example.org", "--with-links").out
    assert "/my/***" not in with_links
    assert "/my/" in with_links


def test_one_person_s_story_says_exactly_what_they_were_told(published: Cli) -> None:
    published.ok("sync", "water")
    published.ok("event", "reschedule", "water", "--starts", "2027-06-10 14:00")
    published.ok("sync", "water")
    published.ok("registrants", "switch", "water", "ada@example.org", "room")
    published.ok("sync", "water")
    published.ok("registrants", "withdraw", "water", "ada@example.org")
    published.ok("sync", "water")
    story = published.ok("invitation", "list", "water", "ada@example.org").out
    first, moved, switched, gone = story.strip().split("\n\n")
    assert first.splitlines()[1:] == [
        "    Clean water for all",
        "    Wednesday 9 June 2027, 10:00 - 11:30 (CEST); 08:00 - 09:30 UTC",
        "    online, with their own link; written in en",
    ]
    assert "mail.update, sequence 1: sent" in moved
    assert moved.splitlines()[-1] == (
        "    new: Time: moved from Wednesday 9 June 2027, 10:00 - 11:30 (CEST) to "
        "Thursday 10 June 2027, 14:00 - 15:30 (CEST)"
    )
    assert switched.splitlines()[-2:] == [
        "    room: InfoPoint, Brussels, Belgium; written in en",
        "    new: You now take part on site",
    ]
    assert "mail.cancellation, sequence 3: sent" in gone
    assert "takes out of the calendar: Clean water for all" in gone
    assert "bob@example.org" not in story
    assert "/join/" not in story

    data = published.ok("invitation", "list", "water", "ada@example.org", "--json").json
    assert [row["sequence"] for row in data] == [0, 1, 2, 3]
    assert data[1]["tells"]["starts_utc"] == "2027-06-10T12:00:00+00:00"
    assert {row["purpose"] for row in data} == {None}


def test_nobody_s_story_is_an_error(published: Cli) -> None:
    assert (
        published.ok("invitation", "list", "water", "ada@example.org").out == "nothing has been written yet\n"
    )
    ran = published("invitation", "list", "water", "nobody@example.org")
    assert ran.code == 2
    assert "nobody with the address nobody@example.org" in ran.err


def test_a_reminder_has_its_purpose_in_the_list() -> None:
    told = ledger_row(purpose="reminder 24h", kind="mail.reminder", method=Method.NONE)
    [row] = ledger.rows([told], "Europe/Brussels")
    assert dict(zip(ledger.COLUMNS, row, strict=True))["purpose"] == "reminder 24h"
    assert ledger.as_json([told])[0]["purpose"] == "reminder 24h"
    assert "to ada@example.org: reminder 24h: sent" in ledger.told([told], "Europe/Brussels")

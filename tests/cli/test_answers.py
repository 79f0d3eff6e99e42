"""What came back to invitations, read by a person."""

from __future__ import annotations

from datetime import UTC, datetime

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.domain.answers import Answer, BounceRecord, ReplyRecord
from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import Cli

NOW = datetime(2027, 5, 3, 9, 30, tzinfo=UTC)


def noted(cli: Cli) -> None:
    """As the worker would have noted it."""
    store = open_store(f"sqlite:///{cli.folder}/test.db")
    with store.begin() as tx:
        ada, bob = tx.people.find("water", "ada@example.org"), tx.people.find("water", "bob@example.org")
        assert ada is not None
        assert bob is not None
        tx.replies.save(ReplyRecord("water", ada.id, "uid", 0, Answer.ACCEPTED, NOW, NOW))
        tx.bounces.save(
            BounceRecord("water", bob.key, "<m@x>", bob.id, "failed", "5.1.1", "user unknown", NOW)
        )
    store.close()


def test_answers_and_mails_that_came_back_are_listed(published: Cli) -> None:
    noted(published)
    told = published.ok("invitation", "answers", "water")
    assert "accepted" in told.out
    assert "5.1.1 user unknown" in told.out
    assert "1 accepted, 2 no answer" in told.err
    rows = {row["email"]: row for row in published.ok("invitation", "answers", "water", "--json").json}
    assert rows["ada@example.org"]["answer"] == "accepted"
    assert rows["ada@example.org"]["answered"] == "2027-05-03T09:30:00Z"
    assert rows["bob@example.org"]["bounced"] == "5.1.1 user unknown"
    assert rows["dora@example.org"]["answer"] is None


def test_an_address_that_works_again_is_written_to_once_more(published: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("RCPT", "bob@example.org", status=550))
    assert published("sync", "water").code == 3
    assert published("sync", "water").code == 3
    published.ok("invitation", "resend", "water", "bob@example.org")
    published.ok("sync", "water")
    assert [m.recipients for m in sandbox.inbox].count(("bob@example.org",)) == 1
    assert published("invitation", "resend", "water", "bob@example.org").code == 2

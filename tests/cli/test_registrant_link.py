"""`registrants link`: shown only when asked for, replaced when revoked."""

from __future__ import annotations

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import Cli

ADA = ("registrants", "link", "water", "ada@example.org")


def test_the_link_is_printed_with_show_only(published: Cli) -> None:
    for options in ((), ("--json",), ("--revoke",)):
        ran = published.ok(*ADA, *options)
        assert "/join/" not in ran.out + ran.err
    shown = published.ok(*ADA, "--show")
    assert shown.out.startswith("http://127.0.0.1:8000/join/")
    assert "do not pass it on" in shown.err
    assert published.ok(*ADA, "--show", "--json").json == {
        "email": "ada@example.org",
        "generation": 2,
        "join_link": shown.out.strip(),
    }


def test_a_revoked_link_is_another_one_and_goes_out_with_the_next_sync(
    published: Cli, sandbox: Sandbox
) -> None:
    published.ok("sync", "water")
    old = published.ok(*ADA, "--show").out.strip()
    ran = published.ok(*ADA, "--revoke")
    assert "the next sync mails them link number 2" in ran.err
    new = published.ok(*ADA, "--show").out.strip()
    assert new != old
    published.ok("sync", "water")
    kinds = sorted(one.kind for one in sandbox.inbox if one.recipients[0] == "ada@example.org")
    assert kinds == ["invitation", "update"]
    assert new in published.ok("invitation", "show", "water", "ada@example.org", "--with-links").out
    assert published.ok("sync", "water", "--json").json["actions"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["water", "bob@example.org"], "has no join link (room)"),
        (["water", "bob@example.org", "--revoke"], "has no join link (room)"),
        (["water", "nobody@example.org"], "nobody with the address"),
        (["water", "nobody@example.org", "--revoke"], "nobody with the address"),
        (["nothing", "ada@example.org"], "there is no event"),
    ],
)
def test_who_has_no_link_is_told_so(published: Cli, arguments: list[str], words: str) -> None:
    ran = published("registrants", "link", *arguments)
    assert ran.code == 2
    assert words in ran.err


@pytest.mark.parametrize("kind", ["shared", "webex-mail"])
def test_links_that_are_not_ours_are_neither_shown_nor_revoked(
    published: Cli, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__JOIN_LINKS", kind)
    for option in ("--show", "--revoke"):
        ran = published(*ADA, option)
        assert ran.code == 2
        assert "nobody has a link of ours" in ran.err

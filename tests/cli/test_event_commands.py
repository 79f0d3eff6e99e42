"""`event list|show|edit|publish|reschedule|cancel`."""

from __future__ import annotations

import pytest

from tests.cli.kit import RECORD, Cli


@pytest.fixture
def draft(cli: Cli) -> Cli:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    return cli


def test_the_list_shows_local_times_and_how_many_come(published: Cli) -> None:
    ran = published.ok("event", "list")
    assert "2027-06-09 10:00 to 11:30 CEST" in ran.out
    assert "published" in ran.out
    assert " 3 " in ran.out


def test_show_tells_neither_link_nor_password(published: Cli) -> None:
    published.ok("sync", "water")
    for options in ([], ["--json"], ["--toml"]):
        out = published.ok("event", "show", "water", *options).out
        assert "password" not in out
        assert "http" not in out
    assert "3" in published.ok("event", "show", "water").out


def test_fields_can_be_changed_one_by_one(draft: Cli) -> None:
    changes = [
        "--title",
        "Water",
        "--venue",
        "Room 5",
        "--city",
        "",
        "--language",
        "French",
        "--language",
        "en",
    ]
    changes += [
        "--organiser",
        "DG A",
        "--organiser",
        "DG B",
        "--description",
        "New.",
        "--no-online",
        "--onsite",
    ]
    event = draft.ok("event", "edit", "water", *changes, "--json").json
    assert event["title"] == "Water"
    assert (event["venue"], event["city"], event["country"]) == ("Room 5", None, "Belgium")
    assert event["languages"] == ["fr", "en"]
    assert event["organisers"] == ["DG A", "DG B"]
    assert (event["onsite"], event["online"]) == (True, False)
    assert event["description"] == "New."


def test_one_of_the_two_showings_of_a_repeated_hour_is_chosen_by_its_offset(draft: Cli) -> None:
    ran = draft("event", "reschedule", "water", "--starts", "2027-10-31 02:30")
    assert ran.code == 2
    assert "00:30 UTC" in ran.err
    assert "01:30 UTC" in ran.err
    second = ["--starts", "2027-10-31 02:30+01:00", "--ends", "2027-10-31 04:00"]
    assert (
        draft.ok("event", "reschedule", "water", *second, "--json").json["starts_utc"]
        == "2027-10-31T01:30:00Z"
    )


def test_a_moved_event_keeps_its_length(draft: Cli) -> None:
    event = draft.ok("event", "reschedule", "water", "--starts", "2027-11-02 9:00", "--json").json
    assert event["starts"] == "2027-11-02T09:00:00+01:00"
    assert event["ends"] == "2027-11-02T10:30:00+01:00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["edit", "water"], "nothing to change"),
        (["edit", "water", "--ends", "2027-06-09 09:00"], "before it starts"),
        (["edit", "water", "--language", "klingon"], "two-letter code"),
        (["reschedule", "water", "--starts", "2027-03-28 02:30"], "does not exist"),
        (
            ["reschedule", "water", "--starts", "2027-06-09 10:00", "--ends", "2027-06-09 09:00"],
            "after --starts",
        ),
        (["show", "nothing"], "there is no event 'nothing'"),
        (["publish", "nothing"], "there is no event 'nothing'"),
        (["cancel", "nothing"], "there is no event 'nothing'"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    draft: Cli, arguments: list[str], words: str
) -> None:
    before = draft.ok("event", "show", "water", "--json").json
    ran = draft("event", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert draft.ok("event", "show", "water", "--json").json == before


def test_publishing_tells_all_that_is_missing_at_once(draft: Cli) -> None:
    record = RECORD.replace("ends = 2027-06-09T11:30:00\n", "online = false\nonsite = false\n")
    draft.ok("event", "import", draft.file("bare.toml", record), "--id", "bare")
    ran = draft("event", "publish", "bare")
    assert ran.code == 2
    assert ran.err.count("error: ") == 2
    assert "hybrid-sync event edit bare --ends" in ran.err


def test_an_event_that_was_cancelled_is_shown_as_cancelled(published: Cli) -> None:
    assert published.ok("event", "cancel", "water", "--json").json["state"] == "cancelled"
    assert published.ok("event", "cancel", "water", "--json").json["state"] == "cancelled"

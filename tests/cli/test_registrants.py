"""`registrants`: lists with good and bad rows, single people, and their join links."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.kit import PEOPLE, RECORD, Cli

MIXED = """\
Email;First name;Last name;Organisation
ada@example.org;Ada;Lovelace;Analytical Engines
not-an-address;Bob;Bee;
=cmd@example.org;Carl;Cee;
dora@example.org;;;
ADA@example.org;Ada;Again;
"""


@pytest.fixture
def event(cli: Cli) -> Cli:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    return cli


def people(cli: Cli) -> dict[str, Any]:
    return {person["email"]: person for person in cli.ok("registrants", "list", "water", "--json").json}


def test_bad_rows_are_named_with_file_line_field_and_reason_and_the_rest_is_taken(event: Cli) -> None:
    path = event.file("people.csv", MIXED)
    ran = event("registrants", "import", "water", path, "--json")
    assert ran.code == 0
    assert ran.json["new"] == 1
    assert [(row["line"], row["field"]) for row in ran.json["refused"]] == [
        (3, "email"),
        (4, "email"),
        (5, "first_name"),
        (6, "email"),
    ]
    assert f"error: {path}, line 3, email: is not an e-mail address" in ran.err
    assert "1 of 5 rows taken, 4 refused" in ran.err
    assert list(people(event)) == ["ada@example.org"]


def test_a_list_of_which_nothing_could_be_taken_is_exit_code_2(event: Cli) -> None:
    ran = event("registrants", "import", "water", event.file("people.csv", "Email,Name\nnobody,Nobody\n"))
    assert ran.code == 2
    assert "0 of 1 rows taken, 1 refused" in ran.err


def test_many_bad_rows_are_counted_unless_asked_for_all(event: Cli) -> None:
    rows = "".join(f"wrong{number},Name\n" for number in range(200))
    path = event.file("people.csv", "Email,Name\nada@example.org,Ada\n" + rows)
    ran = event.ok("registrants", "import", "water", path)
    assert ran.err.count("error: ") == 50
    assert "… and 150 more" in ran.err
    assert event.ok("-v", "registrants", "import", "water", path).err.count("error: ") == 200


def test_columns_can_be_named(event: Cli) -> None:
    path = event.file("people.csv", "Kontakt,Wer\nada@example.org,Ada Lovelace\n")
    assert event("registrants", "import", "water", path).code == 2
    ran = event.ok(
        "registrants", "import", "water", path, "--map", "email=Kontakt", "--map", "name=Wer", "--json"
    )
    assert ran.json["columns"] == {"email": "Kontakt", "name": "Wer"}
    assert people(event)["ada@example.org"]["last_name"] == "Lovelace"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--map", "email"], "write it like --map email="),
        (["--map", "=x"], "write it like --map email="),
        (["--map", "phone=Email"], "there is no field 'phone'"),
        (["--map", "email=Address"], "has no column 'Address'"),
        (["--map", "email=Email", "--map", "email=Email"], "is given twice"),
    ],
)
def test_a_wrong_mapping_is_refused(event: Cli, options: list[str], words: str) -> None:
    ran = event("registrants", "import", "water", event.file("people.csv", PEOPLE), *options)
    assert ran.code == 2
    assert words in ran.err
    assert people(event) == {}


def test_a_list_comes_on_standard_input_too(event: Cli) -> None:
    event.ok("registrants", "import", "water", "-", input=PEOPLE)
    assert len(people(event)) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("Email,Name\n", "no rows"),
        ("just words", "--map email=COLUMN"),
        (b"PK\x03\x04", "Office"),
    ],
)
def test_a_file_that_is_no_list_is_one_line_and_exit_code_2(
    event: Cli, content: str | bytes, words: str
) -> None:
    ran = event("registrants", "import", "water", event.file("people.csv", content))
    assert ran.code == 2
    assert words in ran.err
    assert ran.err.count("\n") == 1


def test_a_50_mb_list_is_refused_before_it_is_read(event: Cli) -> None:
    path = event.folder / "large.csv"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    ran = event("registrants", "import", "water", str(path))
    assert ran.code == 2
    assert "is 50.0 MB" in ran.err


def test_a_list_for_an_unknown_event_stores_nobody(event: Cli) -> None:
    ran = event("registrants", "import", "nothing", event.file("people.csv", PEOPLE))
    assert ran.code == 2
    assert "there is no event 'nothing'" in ran.err


def test_an_old_list_without_modes_moves_nobody_and_brings_nobody_back(event: Cli) -> None:
    event.ok("registrants", "import", "water", event.file("people.csv", PEOPLE))
    event.ok("registrants", "withdraw", "water", "ada@example.org")
    short = "Email,First name,Last name\nada@example.org,Ada,Lovelace\nbob@example.org,Bob,Bee\n"
    ran = event.ok("registrants", "import", "water", event.file("short.csv", short), "--json")
    assert ran.json["left_withdrawn"] == ["ada@example.org"]
    assert people(event)["bob@example.org"]["mode"] == "room"
    assert people(event)["ada@example.org"]["status"] == "withdrawn"


def test_new_people_get_the_first_language_of_the_service_and_the_only_way_to_come(
    event: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYBRID_SYNC_SERVICE__LANGUAGES", '["fr", "en"]')
    event.ok("event", "edit", "water", "--no-online")
    event.ok("registrants", "import", "water", event.file("p.csv", "Email,Name\nada@example.org,Ada\n"))
    event.ok("registrants", "add", "water", "bob@example.org", "--first-name", "Bob")
    for person in people(event).values():
        assert (person["language"], person["mode"]) == ("fr", "room")


def test_one_person_is_added_changed_withdrawn_and_back(event: Cli) -> None:
    add = ["registrants", "add", "water", "ada@example.org", "--first-name", "Ada", "--last-name", "Lovelace"]
    person = event.ok(*add, "--mode", "room", "--language", "fr", "--json").json
    assert (person["mode"], person["status"], person["language"]) == ("room", "approved", "fr")
    assert "nothing changed" in event.ok(*add).err
    assert event.ok(*add, "--organisation", "ACME", "--json").json["organisation"] == "ACME"
    event.ok("registrants", "withdraw", "water", "ada@example.org")
    assert event.ok(*add, "--json").json["status"] == "approved"


def test_somebody_can_wait_for_a_word_and_be_moved(event: Cli) -> None:
    event.ok("registrants", "add", "water", "ada@example.org", "--first-name", "Ada", "--pending")
    assert people(event)["ada@example.org"]["status"] == "pending"
    assert (
        event.ok("registrants", "approve", "water", "ADA@example.org", "--json").json["status"] == "approved"
    )
    assert (
        event.ok("registrants", "switch", "water", "ada@example.org", "room", "--json").json["mode"] == "room"
    )
    assert (
        event.ok("registrants", "reject", "water", "ada@example.org", "--json").json["status"] == "rejected"
    )


def test_a_wrong_address_is_mended_and_the_person_stays_the_same(event: Cli) -> None:
    event.ok("registrants", "add", "water", "adda@example.org", "--first-name", "Ada")
    before = people(event)["adda@example.org"]
    after = event.ok(
        "registrants", "readdress", "water", "adda@example.org", "ada@example.org", "--json"
    ).json
    assert after["email"] == "ada@example.org"
    assert people(event)["ada@example.org"]["id"] == before["id"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "water", "nobody", "--first-name", "X"],
        ["add", "water", "ada@example.org", "--first-name", "X", "--language", "klingon"],
        ["add", "water", "ada@example.org", "--first-name", "X", "--mode", "moon"],
        ["add", "nothing", "ada@example.org", "--first-name", "X"],
        ["approve", "water", "nobody@example.org"],
        ["switch", "water", "nobody@example.org", "room"],
        ["readdress", "water", "nobody@example.org", "ada@example.org"],
        ["list", "nothing"],
    ],
)
def test_unknown_people_events_and_words_are_exit_code_2(event: Cli, arguments: list[str]) -> None:
    ran = event("registrants", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert people(event) == {}


def test_join_links_are_shown_only_when_asked_for_and_only_of_those_who_come_online(published: Cli) -> None:
    published.ok("registrants", "withdraw", "water", "dora@example.org")
    for options in ([], ["--json"]):
        assert "/join/" not in published.ok("registrants", "list", "water", *options).out
    listed = published.ok("registrants", "list", "water", "--json", "--with-links").json
    assert [person["email"] for person in listed if "join_link" in person] == ["ada@example.org"]
    table = published.ok("registrants", "list", "water", "--with-links").out
    assert table.count("http://127.0.0.1:8000/join/") == 1

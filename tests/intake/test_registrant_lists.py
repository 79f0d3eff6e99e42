from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.people import Mode
from hybrid_sync.errors import InputError
from hybrid_sync.intake.registrant_lists import ListedPerson, ListReading, read_registrants
from tests.intake.reading import unhurried


def read(text: str, encoding: str = "utf-8", **mapping: str) -> ListReading:
    return read_registrants(text.encode(encoding), "people.csv", mapping)


def test_rows_are_taken_with_the_line_they_stand_on() -> None:
    text = (
        "E-mail,First name,Last name,Organisation,Language,Mode\n"
        'ana@example.org,Ana,López,"Wells, Ltd",es,Room\n'
        "\n"
        "bo@example.org,Bo,,,English,online\n"
    )
    reading = read(text)
    assert reading.rows == (
        ListedPerson(2, "ana@example.org", "Ana", "López", "Wells, Ltd", "es", Mode.ROOM),
        ListedPerson(4, "bo@example.org", "Bo", "", None, "en", Mode.ONLINE),
    )
    assert reading.refused == ()
    assert (reading.delimiter, reading.encoding) == (",", "utf-8")
    assert reading.columns["last_name"] == "Last name"
    assert reading.summary == "people.csv: 2 of 2 rows taken, 0 refused"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Prénom;Nom;Courriel;Organisme;Langue;Participation", "Ana;López;a@example.org;X;français;présentiel"),
        ("Vorname;Name;E-Mail-Adresse;Firma;Sprache;Teilnahme", "Ana;López;a@example.org;X;Französisch;vor Ort"),
        ("Voornaam;Achternaam;E-mailadres;Organisatie;Taal;Deelname", "Ana;López;a@example.org;X;Frans;ter plaatse"),
        ("FIRST_NAME;last_name;EMAIL;company;lang;mode", "Ana;López;a@example.org;X;FR;in person"),
        ("First name *;Last name (as on badge);Your e-mail;Employer;Preferred language;Format", "Ana;López;a@example.org;X;fr-BE;onsite"),
        ("Name;Surname;Mail", "Ana;López;a@example.org"),
        ("Nome;Cognome;Posta elettronica;Ente;Lingua;Modalità", "Ana;López;a@example.org;X;francese;in presenza"),
    ],
)  # fmt: skip
def test_columns_are_found_by_their_words_in_several_languages(header: str, row: str) -> None:
    reading = read(f"{header}\n{row}\n")
    (person,) = reading.rows
    assert (person.first_name, person.last_name, person.email) == ("Ana", "López", "a@example.org")
    if header.count(";") > 2:
        assert "email" in reading.columns
        assert person.language in ("fr", None)


def test_french_german_and_dutch_words_for_the_room_are_understood() -> None:
    text = "email;nom;mode\na@example.org;A;présentiel\nb@example.org;B;à distance\nc@example.org;C;Vor Ort\nd@example.org;D;zaal\n"
    assert [person.mode for person in read(text).rows] == [Mode.ROOM, Mode.ONLINE, Mode.ROOM, Mode.ROOM]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_delimiter_and_encoding_are_found_out(delimiter: str, encoding: str) -> None:
    text = f"email{delimiter}name\nzoe@example.org{delimiter}Zoë Müller\n"
    reading = read(text, encoding)
    assert reading.delimiter == delimiter
    assert reading.rows[0].last_name == "Müller"


def test_the_delimiter_that_excel_declares_is_used() -> None:
    reading = read("sep=;\nemail;name\na@example.org;A, B\n")
    assert reading.delimiter == ";"
    assert (reading.rows[0].line, reading.rows[0].first_name, reading.rows[0].last_name) == (3, "B", "A")


def test_lines_above_the_column_names_are_skipped() -> None:
    reading = read("Alias,wells\nExport Date,2024-03-01\n\nE-mail,Name\na@example.org,Ana López\n")
    assert [(person.line, person.email) for person in reading.rows] == [(5, "a@example.org")]


def test_a_quoted_cell_may_hold_line_ends() -> None:
    reading = read('email,name,organisation\na@example.org,Ana,"Wells\nand Wires"\nb@example.org,Bo,X\n')
    assert [(person.line, person.organisation) for person in reading.rows] == [
        (2, "Wells and Wires"),
        (4, "X"),
    ]


def test_each_bad_row_is_refused_with_line_field_and_reason_and_the_rest_is_taken() -> None:
    long_name = "x" * 500
    text = (
        "email;first name;last name;mode\n"
        "good@example.org;Ana;López;\n"
        "GOOD@example.org;Ana;Again;\n"
        "not-an-address;Bo;B;\n"
        ";Cy;C;\n"
        f"long@example.org;{long_name};L;\n"
        "=cmd@example.org;Eve;E;\n"
        "anon@example.org;;;\n"
        "maybe@example.org;Flo;F;perhaps\n"
        "wide@example.org;Guy;G;room;extra\n"
        "fine@example.org;Hal;;room\n"
    )
    reading = read(text)
    assert [person.email for person in reading.rows] == ["good@example.org", "fine@example.org"]
    assert [(row.line, row.field, row.reason) for row in reading.refused] == [
        (3, "email", "is on line 2 already; the first one was taken"),
        (4, "email", "is not an e-mail address; write it like name@example.org"),
        (5, "email", "is empty"),
        (6, "first_name", "has 500 characters, at most 200 are taken"),
        (7, "email", "begins with '=' as a formula does: not an address"),
        (8, "first_name", "is empty: there is no name to print on an invitation"),
        (9, "mode", "is neither room nor online; write one of these two words"),
        (10, "row", "has 5 cells where the header has 4: is a delimiter not quoted?"),
    ]
    assert all(len(row.value_shown) <= 40 for row in reading.refused)
    assert str(reading.refused[1]) == (
        "people.csv, line 4, email: is not an e-mail address; write it like name@example.org (read: 'not-an-address')"
    )
    assert reading.summary.startswith(
        "people.csv: 2 of 10 rows taken, 8 refused (4 for email, 2 for first_name"
    )


def test_a_quote_that_is_never_closed_costs_its_own_row_only() -> None:
    reading = read('email,name\n"a@example.org,Ana\nb@example.org,Bo\n')
    assert [person.email for person in reading.rows] == ["b@example.org"]
    assert [(row.line, row.reason) for row in reading.refused] == [
        (2, 'a quote (") opens a cell here and is never closed')
    ]


def test_a_name_that_is_a_formula_is_recorded_as_it_is() -> None:
    (person,) = read('email,first name,last name\na@example.org,"=HYPERLINK(""x"")",+44\n').rows
    assert (person.first_name, person.last_name) == ('=HYPERLINK("x")', "+44")


def test_control_and_direction_characters_are_taken_out_with_a_note() -> None:
    reading = read("email,name\na@example.org,An\x07a\u202e L\u200bópez\n")
    (person,) = reading.rows
    assert (person.first_name, person.last_name) == ("Ana", "López")
    assert [(note.line, note.field) for note in reading.notes] == [(2, "name")]


def test_an_unknown_language_is_noted_and_left_open() -> None:
    reading = read("email,name,language\na@example.org,Ana,Klingon\n")
    assert reading.rows[0].language is None
    assert "no language we know" in reading.notes[0].reason


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ana López García", "Ana", "López García"),
        ("López, Ana", "Ana", "López"),
        ("DUPONT LEROY Marie", "Marie", "DUPONT LEROY"),
        ("Marie-Claire DUPONT", "Marie-Claire", "DUPONT"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Suharto", "Suharto", ""),
    ],
)
def test_a_whole_name_is_taken_apart(name: str, first: str, last: str) -> None:
    (person,) = read(f'email;name\na@example.org;"{name}"\n').rows
    assert (person.first_name, person.last_name) == (first, last)


def test_the_only_name_of_a_person_is_the_first_name() -> None:
    (person,) = read("email,first name,last name\na@example.org,,Suharto\n").rows
    assert (person.first_name, person.last_name) == ("Suharto", "")


def test_a_mapping_names_the_columns() -> None:
    reading = read(
        "Contact,Who,Gruppe\na@example.org,Ana López,X\n", email="contact", name="WHO", organisation="Gruppe"
    )
    assert reading.rows[0].organisation == "X"
    assert reading.columns == {"email": "Contact", "name": "Who", "organisation": "Gruppe"}


def test_a_mapping_to_nothing_names_the_columns_seen() -> None:
    with pytest.raises(InputError) as caught:
        read("email,name\na@example.org,Ana\n", organisation="Company", shoe="size")
    assert caught.value.problems == (
        "--map organisation=Company: people.csv has no column 'Company'; columns seen: 'email', 'name'",
        (
            "--map shoe=size: there is no field 'shoe'; fields are email, first_name, last_name, name, organisation, "
            "language, mode"
        ),
    )


def test_missing_columns_are_named_with_the_way_out() -> None:
    with pytest.raises(InputError) as caught:
        read("Contact;Who\na@example.org;Ana\n")
    assert str(caught.value) == (
        "people.csv, line 1: needed and not found: an e-mail column, a name column; columns seen: 'Contact', 'Who'. "
        "Name them with --map email=COLUMN --map first_name=COLUMN --map last_name=COLUMN (or --map name=COLUMN)"
    )


def test_a_list_without_column_names_does_not_echo_the_first_person() -> None:
    with pytest.raises(InputError, match="looks like a person") as caught:
        read("Ana,López,ana@example.org\n")
    assert "ana@" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "is empty"), ("email,name\n", "no rows below"), ("email,name\n,\n ,\n", "no rows below")],
)
def test_a_list_with_nothing_in_it_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read(text)


def test_200_000_rows_are_read_in_seconds() -> None:
    body = "".join(f'Ana{n},López,ana{n}@example.org,"Wells, Ltd",es,room\n' for n in range(200_000))
    began = time.process_time()
    reading = read("First name,Last name,E-mail,Organisation,Language,Mode\n" + body)
    assert len(reading.rows) == 200_000
    assert time.process_time() - began < 30


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["a@example.org", "A@example.org", "b@example.org", "", '"', "=1+1", "room", "x" * 300]
)


@unhurried
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8), st.sampled_from([",", ";", "\t"]))
def test_taken_and_refused_rows_are_all_the_rows(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(("email", "first name", "last name"))
    writer.writerows(rows)
    data_rows = [row for row in rows if any(cell.strip() for cell in row)]
    try:
        reading = read(out.getvalue())
    except InputError:
        # nothing in it, or so many control characters that it is no text
        assert not data_rows or any(letter < " " for row in rows for cell in row for letter in cell)
        return
    assert len(reading.rows) + len(reading.refused) == len(data_rows)


@unhurried
@given(st.text(max_size=200) | st.text(alphabet='email,name;\n"a@b.org\t', max_size=200))
def test_no_text_makes_the_reader_of_lists_fail_with_anything_but_an_input_error(text: str) -> None:
    for head in ("", "email,name\n"):
        try:
            reading = read_registrants((head + text).encode("utf-8", "replace"), "f")
        except InputError:
            continue
        assert len({person.email.casefold() for person in reading.rows}) == len(reading.rows)

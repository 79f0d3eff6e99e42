from __future__ import annotations

import pytest

from hybrid_sync.intake.outline import sections
from hybrid_sync.intake.page_lines import page_of_text
from hybrid_sync.intake.people_lines import find_people, person_of


@pytest.mark.parametrize(
    ("line", "name", "role", "organisation"),
    [
        ("Nora Lindqvist, Head of Sector, DG WATER", "Nora Lindqvist", "Head of Sector", "DG WATER"),
        ("Nora Lindqvist", "Nora Lindqvist", None, None),
        ("Dr. Nora Lindqvist, University of Bergen", "Dr. Nora Lindqvist", None, "University of Bergen"),
        ("Jean-Luc D'Hondt – Director, Blue Agency", "Jean-Luc D'Hondt", "Director", "Blue Agency"),
        ("Ludwig van den Berg (Harbour Board)", "Ludwig van den Berg", None, "Harbour Board"),
        (
            "Kwame Boateng, Engineer, Wells for All, Ghana",
            "Kwame Boateng",
            "Engineer",
            "Wells for All, Ghana",
        ),
        ("Ana Ruiz, former editor at Radio Sol", "Ana Ruiz", "former editor", "Radio Sol"),
        ("Ana Ruiz, editora | @anaruiz", "Ana Ruiz", "editora", None),
        ("Keynote speaker: Ana Ruiz, Radio Sol", "Ana Ruiz", "Radio Sol", None),
        ("Closing address: Ana Ruiz", "Ana Ruiz", "Closing address", None),
        ("Ana RUIZ (video-message)", "Ana RUIZ", None, None),
        ("Γιώργος Παππάς, καθηγητής", "Γιώργος Παππάς", "καθηγητής", None),
    ],
)
def test_a_speaker_s_line_is_taken_apart(
    line: str, name: str, role: str | None, organisation: str | None
) -> None:
    person, moderates = person_of(line)
    assert person is not None
    assert (person.name, person.role, person.organisation, moderates) == (name, role, organisation, False)


@pytest.mark.parametrize(
    "line",
    ["Moderated by Ana Ruiz, editor", "Moderator: Ana Ruiz", "Ana Ruiz, editor, moderator", "Moderador: Ana Ruiz",
     "Animée par Ana Ruiz, journaliste", "Chair: Ana Ruiz", "Moderation: Ana Ruiz"],
)  # fmt: skip
def test_a_moderator_is_known_however_the_line_says_it(line: str) -> None:
    person, moderates = person_of(line)
    assert person is not None
    assert (person.name, moderates) == ("Ana Ruiz", True)


@pytest.mark.parametrize(
    "line", ["Speaker TBC", "N.N., Head of Unit", "Coffee break", "to be announced", "", "14:00 Opening"]
)
def test_a_line_that_names_nobody_gives_nobody(line: str) -> None:
    assert person_of(line)[0] is None


def test_a_role_on_the_line_below_belongs_to_the_name_above() -> None:
    text = "Speakers\nAna Ruiz\nEditor, Radio Sol\nBo Lund\nEngineer, Wells for All"
    people = find_people(sections(page_of_text(text)))
    assert [(person.name, person.role) for person in people.speakers] == [
        ("Ana Ruiz", "Editor"),
        ("Bo Lund", "Engineer"),
    ]


def test_bullets_that_are_no_people_are_not_taken_for_speakers() -> None:
    text = "Aims\n- Better Wells: a plan, with costs\n- Clean Water, for all\n- Ana Ruiz, editor, Radio Sol"
    people = find_people(sections(page_of_text(text)))
    assert "Ana Ruiz" in [person.name for person in people.speakers]

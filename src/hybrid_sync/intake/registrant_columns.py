"""Which column of a registrant list holds what, by the words of its header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hybrid_sync.errors import InputError
from hybrid_sync.intake.characters import bare, shown

FIELDS = ("email", "first_name", "last_name", "name", "organisation", "language", "mode")

# English, French, German, Dutch, Spanish, Italian, Portuguese, Polish; written as `bare` leaves them.
_WORDS: dict[str, str] = {
    "email": """
        email emailaddress mail mailaddress emails attendeeemail registrantemail participantemail useremail
        workemail businessemail contactemail youremail adresseemail adressemail adressemel
        adresseelectronique courriel mel emailadresse mailadresse emailadres mailadres correoelectronico
        correo direccionemail postaelettronica indirizzoemail enderecodeemail correioeletronico adresemail""",
    "first_name": """
        firstname first givenname givennames forename prenom prenoms vorname vornamen voornaam voornamen
        roepnaam nombre nombredepila nome primeironome imie name1""",
    "last_name": """
        lastname last surname familyname nomdefamille nachname familienname zuname achternaam familienaam
        apellido apellidos cognome sobrenome apelido nazwisko name2""",
    "name": """
        name fullname displayname participant participantname attendee attendeename registrant
        registrantname username nomcomplet nometprenom nomprenom prenomnom prenometnom vollstandigername
        vorundnachname vornameundnachname vornamenachname teilnehmer naam volledigenaam voorenachternaam
        nombrecompleto nombreyapellidos nomecompleto nomeecognome imieinazwisko""",
    "organisation": """
        organisation organization company companyname employer institution institute affiliation
        organisationname organizationname organisme
        entreprise societe employeur etablissement firma unternehmen
        arbeitgeber einrichtung organisatie bedrijf werkgever instelling organizacion empresa institucion
        organizzazione azienda ente organizacao instituicao organizacja instytucja""",
    "language": """
        language preferredlanguage languages lang langue languepreferee sprache bevorzugtesprache taal
        voorkeurstaal idioma lingua jezyk""",
    "mode": """
        mode participation participationmode modeofparticipation attendancemode typeofattendance
        attendancetype participationtype attending format modedeparticipation typedeparticipation modalite
        teilnahme teilnahmeart artderteilnahme deelname deelnamewijze wijzevandeelname modalidad modalita
        modalitadipartecipazione""",
}
_FIELD_OF = {bare(word): field for field, words in _WORDS.items() for word in words.split()}

# What EUSurvey puts behind the answers (csv-layouts.md 4). Its user name is how somebody signed in, not who they are.
_FORM_MARK, _FORM_LOGIN = "contributionid", "username"

_PLAIN = ("nom", "name", "naam", "nome", "nombre")

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\*")


def field_of(header: str) -> str | None:
    """The field that a column of that header holds; None for a column that is not ours."""
    return _FIELD_OF.get(bare(_ASIDE.sub("", header))) or _FIELD_OF.get(bare(header))


def choose(header: Sequence[str]) -> dict[str, int]:
    """Field -> column number, by the words of `header` alone; the first of two equal columns counts."""
    found: dict[str, int] = {}
    if any(bare(text) == _FORM_MARK for text in header):
        header = ["" if bare(text) == _FORM_LOGIN else text for text in header]
    for number, text in enumerate(header):
        field = field_of(text)
        if field:
            found.setdefault(field, number)
    _settle_plain_name(header, found)
    return found


def _settle_plain_name(header: Sequence[str], found: dict[str, int]) -> None:
    """Decide what a column called just "Name", "Nom", "Naam" or "Nome" holds, by its neighbours.

    beside a first name: the family name (Vorname, Name)   ·   beside a family name: the first name (Name,
    Surname) alone: the whole name
    """
    plain = next((n for n, text in enumerate(header) if bare(_ASIDE.sub("", text)) in _PLAIN), None)
    if plain is None:
        return
    for field in [field for field, number in found.items() if number == plain]:
        del found[field]
    if "first_name" in found and "last_name" in found:
        found.setdefault("name", plain)
    elif "first_name" in found:
        found["last_name"] = plain
    else:
        found["first_name" if "last_name" in found else "name"] = plain


def apply_mapping(header: Sequence[str], mapping: Mapping[str, str], name: str) -> dict[str, int]:
    """Columns by header words, overruled by `mapping`. Raises InputError for a FIELD or COLUMN not there."""
    columns = choose(header)
    problems = []
    for field, wanted in mapping.items():
        places = [number for number, text in enumerate(header) if bare(text) == bare(wanted) and text.strip()]
        if field not in FIELDS:
            problems.append(
                f"--map {field}={wanted}: there is no field '{field}'; fields are {', '.join(FIELDS)}"
            )
        elif not places:
            problems.append(
                f"--map {field}={wanted}: {name} has no column '{shown(wanted)}'; {_seen(header)}"
            )
        else:
            columns = {other: number for other, number in columns.items() if number != places[0]}
            columns[field] = places[0]
    if problems:
        raise InputError(problems)
    return columns


def check_needed(columns: Mapping[str, int], header: Sequence[str], name: str, line: int) -> None:
    """Raise InputError when the e-mail or every kind of name is missing; it says what columns there are."""
    missing = []
    if "email" not in columns:
        missing.append(("an e-mail column", "--map email=COLUMN"))
    if not {"first_name", "last_name", "name"} & set(columns):
        missing.append(
            ("a name column", "--map first_name=COLUMN --map last_name=COLUMN (or --map name=COLUMN)")
        )
    if missing:
        what = ", ".join(thing for thing, _ in missing)
        way = " ".join(option for _, option in missing)
        raise InputError(
            f"{name}, line {line}: needed and not found: {what}; {_seen(header)}. Name them with {way}"
        )


def _seen(header: Sequence[str]) -> str:
    # A list without a header begins with a person; their data do not belong into a message.
    if any("@" in text for text in header):
        return (
            "the first line looks like a person, not like column names: put a line of column names above it"
        )
    return "columns seen: " + (
        ", ".join(f"'{shown(text)}'" for text in header[:20] if text.strip()) or "none"
    )

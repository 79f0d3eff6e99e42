"""Which column of an attendance file holds what, by the words of its header.

Webex and Teams write headers in the language of the person who exports. English and Portuguese are as real exports have
them (csv-layouts.md 1a, 2a); French, German, Dutch, Spanish and Italian are the plain words for these things, not seen in
an export. Whatever else there is asks for --map.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hybrid_sync.errors import InputError
from hybrid_sync.intake import registrant_columns
from hybrid_sync.intake.characters import bare, shown

FIELDS = (
    "email", "name", "first_name", "last_name", "code", "joined", "left", "duration", "meeting", "meeting_start",
    "role", "device", "session",
)  # fmt: skip
IN_WEBEX_ORDER = (
    "meeting", "meeting_start", None, "name", "first_name", "last_name", "role", "email", "joined", "left", "duration",
    "device", "session",
)  # fmt: skip
"""The thirteen columns of a Webex attendance report, whatever the language (csv-layouts.md 1a); None is its end."""

# As `bare` leaves them.
_WORDS: dict[str, str] = {
    "meeting": """
        meetingname meetingtitle meetingtopic nomedareuniao nomdelareunion titredelareunion namedesmeetings meetingnaam
        naamvandevergadering nombredelareunion nomedellariunione""",
    "meeting_start": """
        meetingstarttime datadeiniciodareuniao heurededebutdelareunion startzeitdesmeetings startzeitmeeting
        begintijdvandevergadering horadeiniciodelareunion oradiiniziodellariunione""",
    "meeting_end": """
        meetingendtime datadeterminodareuniao heuredefindelareunion endzeitdesmeetings endzeitmeeting
        eindtijdvandevergadering horadefinalizaciondelareunion oradifinedellariunione""",
    "name": """
        displayname nomedeexibicao nomdaffichage nomaffiche anzeigename weergavenaam nombreparamostrar
        nombredevisualizacion nomevisualizzato usernameoriginalname""",
    "email": """
        attendeeemail emaildoconvidado emaildelinvite emaildesteilnehmers emailvandeelnemer
        correoelectronicodelasistente emaildelpartecipante""",
    "code": "code doorcode badge badgecode codedaccueil turcode deurcode",
    "joined": """
        joined jointime joinedat firstjoin horadaentrada heuredentree heuredarrivee arrivee entree beitrittszeit beitritt
        eintritt ankunft deelnametijd aankomst horadeentrada entrada oradiingresso ingresso in checkin checkedin
        checkintime arrival arrived start from""",
    "left": """
        left leavetime leftat lastleave horadasaida heuredesortie heurededepart depart sortie austrittszeit austritt
        abgang vertrektijd vertrek horadesalida salida oradiuscita uscita out checkout checkedout checkouttime
        departure departed end until""",
    "duration": """
        duration attendanceduration duracaodapresenca dureedepresence duree dauer teilnahmedauer anwesenheitsdauer duur
        aanwezigheidsduur duracion duraciondelaasistencia durata duratadellapresenza inmeetingduration
        timeinsession timeinsessionminutes minutes""",
    "role": "role funcao rolle rol ruolo",
    "device": """
        connectiontype tipodeconexao typedeconnexion verbindungstyp verbindungsart verbindingstype tipodeconexion
        tipodiconnessione device""",
    "session": """
        session sessionname nomedasessao nomdelasession sitzungsname sessienaam nombredelasesion nomedellasessione
        breakout breakoutsession""",
}
_FIELD_OF = {bare(word): field for field, words in _WORDS.items() for word in words.split()}
_AT_THE_DOOR = {
    "in", "out", "checkin", "checkedin", "checkintime", "checkout", "checkedout", "checkouttime", "code", "doorcode",
    "badge", "badgecode",
}  # fmt: skip
_PERSON = ("email", "name", "first_name", "last_name")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\*")


def choose(header: Sequence[str]) -> dict[str, int]:
    """Field -> column number; the first of two equal columns counts. `meeting_end` is known so that it is not asked for."""
    found: dict[str, int] = {}
    for number, text in enumerate(header):
        field = _FIELD_OF.get(bare(text)) or _FIELD_OF.get(bare(_ASIDE.sub("", text)))
        if field:
            found.setdefault(field, number)
    taken = set(found.values())
    for field, number in registrant_columns.choose(header).items():
        if field in _PERSON and number not in taken:
            found.setdefault(field, number)
    return found


def apply_mapping(
    header: Sequence[str], mapping: Mapping[str, str], remembered: Mapping[str, str], name: str
) -> tuple[dict[str, int], list[str]]:
    """Columns by header words, overruled by what is remembered, and that by `mapping`; and what to tell about it.

    A remembered column that this file lacks is told, not refused. Raises InputError for a FIELD or COLUMN not there.
    """
    columns = choose(header)
    problems, notes = [], []
    for field, wanted in {**remembered, **mapping}.items():
        places = [number for number, text in enumerate(header) if bare(text) == bare(wanted) and text.strip()]
        if field not in FIELDS:
            problems.append(
                f"--map {field}={wanted}: there is no field '{field}'; fields are {', '.join(FIELDS)}"
            )
        elif places:
            columns = {other: number for other, number in columns.items() if number != places[0]}
            columns[field] = places[0]
        elif field in mapping:
            problems.append(f"--map {field}={wanted}: {name} has no column '{shown(wanted)}'; {seen(header)}")
        else:
            notes.append(f"remembered column '{shown(wanted)}' for {field} is not in this file")
    if problems:
        raise InputError(problems)
    return columns, notes


def at_the_door(header: Sequence[str]) -> bool:
    """Whether the words are those of a door list rather than of a meeting's report."""
    return any(bare(text) in _AT_THE_DOOR for text in header)


def unknown(header: Sequence[str], name: str, line: int, missing: Sequence[str]) -> InputError:
    """What to say when needed columns were not found: which there are, and how to name them."""
    options = {
        "joined": "--map joined=COLUMN --map left=COLUMN",
        "who": "--map email=COLUMN (or name=COLUMN)",
    }
    words = {"joined": "when people came", "who": "who it was"}
    what = " and ".join(words[thing] for thing in missing)
    way = " ".join(options[thing] for thing in missing)
    text = f"{name}, line {line}: no column tells {what}; {seen(header)}. Name them with {way}"
    if list(missing) == ["joined"]:
        text += "; for a list of who was in the room, without times, say --layout door"
    if len(header) == len(IN_WEBEX_ORDER) and not any("@" in cell for cell in header):
        usual = " ".join(
            f"--map {field}='{shown(header[number])}'"
            for number, field in enumerate(IN_WEBEX_ORDER)
            if field in ("meeting_start", "name", "email", "joined", "left")
        )
        text += f"; if it is a Webex report in another language, look whether this is right: {usual}"
    return InputError(text)


def seen(header: Sequence[str]) -> str:
    """The header for a message; never a person's data."""
    if any("@" in text for text in header):
        return "the line looks like a person, not like column names: put a line of column names above it"
    named = ", ".join(f"'{shown(text)}'" for text in header[:20] if text.strip())
    return f"columns seen: {named or 'none'}"

"""Smaller facts of a page: languages, organisers, registration, description, whether it is called off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from hybrid_sync.intake.characters import bare
from hybrid_sync.intake.languages import language_code, names
from hybrid_sync.intake.outline import Section, of_kind
from hybrid_sync.intake.page_lines import Line, Link, Page, sentences
from hybrid_sync.intake.words import label_kind, speaks_of_registration

_LANGUAGE_SENTENCE = re.compile(
    r"\b(interpret\w*|working languages?|(?:be|is|held|conducted|take place|takes place|"
    r"session) (?:held )?in)\b",
    re.IGNORECASE,
)
_LANGUAGE_SPLIT = re.compile(r"\s*(?:[,;/|&·]|\band\b|\bet\b|\bund\b|\ben\b(?=\s\w)|\by\b)\s*", re.IGNORECASE)
_THE = r"(?:the |an? )?"
_ORGANISED_BY = re.compile(
    rf"\b(?:(?:jointly |co-?)?(?:organi[sz]ed|hosted)|"
    rf"convened) (?:together )?by {_THE}(?P<who>[^.,;:()]{{3,160}})",
    re.IGNORECASE,
)
_WILL_ORGANISE = re.compile(
    rf"(?:^|[,.] ){_THE}(?P<who>[A-ZÀ-Ý][^.,;:()]{{1,100}}?) (?:will |is |are )?(?:host|organi[sz]e|"
    rf"organi[sz]ing|hosting)\b"
)
_PORADA = re.compile(r"\b(?:pořádá|organizuje|usporiada) (?P<who>[A-ZÀ-ÝŠŽČ]\w+ \w+)")
_URL = re.compile(r"https?://[^\s<>\"'„“”«»]+[^\s<>\"'„“”«».,;:!?)\]]")
_ABOUT_REGISTERING = re.compile(
    r"\b(?:registrations? (?:is|are|was|form|link|opens?|closes?|will)|registration$|"
    r"register(?:ed)?\b(?! of)|registrac|inscription|"
    r"anmeld(?:ung|en)|inscri[bp]|inschrijv)\w*",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(closes?d?|necessary|required|obligatory|before|until|deadline|limited|free|by)\b", re.IGNORECASE
)
_CALLED_OFF = (
    r"cancell?ed|annulée?s?|abgesagt|afgelast|geannuleerd|cancelad[oa]s?|suspendid[oa]|annullat[oa]|"
    r"cancellat[oa]|anulat[ăa]?|"
    r"odwołan[eya]|zrušen[aoéý]?|otkazan[oa]?|odpovedan[oa]?|peruttu|inställt|inställd|aflyst|ακυρώθηκε|"
    r"ακυρώνεται|"
    r"отменен[оа]?|elmarad|törölve|atšaukta[s]?|atcelts|atcelta|tühistatud|ikkanċellat|curtha ar ceal|ar ceal"
)
_PUT_OFF = (
    r"postponed|reportée?s?|verschoben|uitgesteld|aplazad[oa]|pospuest[oa]|rinviat[oa]|adiad[oa]|"
    r"amânat[ăa]?|przełożon[eya]|"
    r"odložen[aoéý]?|odgođen[oa]?|prestavljen[oa]?|lykätty|uppskjut\w+|udskudt|αναβάλλεται|αναβλήθηκε|"
    r"отложен[оа]?|elhalasztva|"
    r"atidėta[s]?|atlikts|atlikta|edasi lükatud|posposta"
)
_THING = (
    r"(?:event|conference|meeting|session|seminar|webinar|workshop|infopoint|it|manifestation|conférence|réunion|"
    r"veranstaltung)"
)
_HAS_BEEN = r"(?:is|was|has been|had to be|had been|est|a été|wurde|ist|will be) (?:now |unfortunately )?"


def called_off(page: Page, sections: Sequence[Section]) -> str | None:
    """ "cancelled" or "postponed" when the page says so of its event; None otherwise."""
    status = [line.text for section in of_kind(tuple(sections), "status") for line in section.lines]
    heads = [text for text in (page.heading, page.page_title) if text]
    for word, pattern in (("cancelled", _CALLED_OFF), ("postponed", _PUT_OFF)):
        if any(re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE) for text in status):
            return word
        # "has been postponed to 3 June" tells the day that holds now.
        said = rf"\b{_THING} {_HAS_BEEN}(?:{pattern})\b(?! (?:to|from|until|till) (?:\w+ )?\d)"
        marked = rf"\W*(?:{pattern})\b(?:\W|$)|.*[\[(\-–:!]\s*(?:{pattern})\W*$"
        for text in [*heads, *(line.text for line in page.lines)]:
            short = len(text) <= 140 and re.match(marked, text, re.IGNORECASE)
            if (short and not speaks_of_registration(text)) or re.search(said, text, re.IGNORECASE):
                return word
    return None


def spoken_languages(sections: Sequence[Section]) -> tuple[str, ...]:
    """ISO 639-1 codes of the languages of the event, in the page's order; empty when it says nothing."""
    found: dict[str, None] = {}
    labelled = [line.text for section in of_kind(tuple(sections), "languages") for line in section.lines]
    for text in labelled:
        for part in _LANGUAGE_SPLIT.split(re.sub(r"\([^)]*\)", "", text)):
            code = language_code(part.strip(" .:"))
            if code:
                found.setdefault(code)
            else:
                found.update(dict.fromkeys(_named_in(part)))
    if not labelled:
        for section in sections:
            for line in section.lines:
                for sentence in sentences(line.text):
                    if _LANGUAGE_SENTENCE.search(sentence):
                        found.update(dict.fromkeys(_named_in(sentence)))
    return tuple(found)


def _named_in(text: str) -> Iterator[str]:
    """The languages that capitalised words name: "in English and French"."""
    for word in re.findall(r"\b[^\W\d_]{4,}\b", text):
        if word[0].isupper():
            code = names().get(bare(word))
            if code:
                yield code


def find_organisers(sections: Sequence[Section]) -> tuple[str, ...]:
    """Who organises: what stands under the label, else who the text says hosts or organises it."""
    labelled = [
        part.strip(" .;")
        for section in of_kind(tuple(sections), "organisers")
        for line in section.lines
        for part in re.split(r"\s*[;|]\s*", line.text)
    ]
    if labelled:
        return tuple(dict.fromkeys(name for name in labelled if 1 < len(name) <= 200))
    for line in (
        line
        for section in sections
        if section.kind in (None, "description", "programme")
        for line in section.lines
    ):
        found = _ORGANISED_BY.search(line.text)
        if found:
            return tuple(_several(found["who"]))
        single = _WILL_ORGANISE.search(line.text) or _PORADA.search(line.text)
        if single and len(single["who"].split()) <= 12:
            return (re.sub(r"^(?:the|The) ", "", single["who"]).strip(),)
    return ()


def _several(who: str) -> Iterator[str]:
    """ "the A and the B" are two; "the Internal Market and Consumer Protection Committee" is one."""
    for part in re.split(
        r"\s+and (?=the\b)|\s+and (?=(?:[A-Z]\w+ )+(?:Commission|Parliament|Council|Union|Agency|"
        r"Committee)\b)",
        who,
    ):
        name = re.split(
            r"\s+(?:in|on|at|with|under|from|under|to|for) (?=[a-z0-9]|the\b)|\s+the first\b", part.strip()
        )[0]
        name = re.sub(r"^(?:the|an?) ", "", name, flags=re.IGNORECASE).strip(" .")
        if name:
            yield name


def registration(page: Page, sections: Sequence[Section]) -> tuple[str | None, str | None]:
    """Address and words about registering. Both may be None: a heading with nothing under it is normal."""
    lines = [line for section in of_kind(tuple(sections), "registration") for line in section.lines]
    deadlines = [line.text for section in of_kind(tuple(sections), "deadline") for line in section.lines]
    address = _address(lines, anywhere=True)
    everywhere = [line for section in sections if section.kind != "related" for line in section.lines]
    address = address or _address(everywhere, anywhere=False)
    texts = [line.text for line in lines[:3] if not _URL.fullmatch(line.text) and not label_kind(line.text)]
    note = " ".join(texts) or None
    if note is None:
        note = next(iter(deadlines), None) or _note(everywhere)
    return address, note[:500] if note else None


def _note(lines: Iterable[Line]) -> str | None:
    """From the first sentence about registering to the end of its line; conditions go before the rest."""
    found: list[tuple[bool, int, str]] = []
    for line in lines:
        told = list(sentences(line.text))
        for number, sentence in enumerate(told):
            if _ABOUT_REGISTERING.search(sentence) and len(sentence) > 12 and " " in sentence:
                found.append((not _CONDITION.search(sentence), len(found), " ".join(told[number:])))
                break
    return min(found)[2] if found else None


def _address(lines: Iterable[Line], *, anywhere: bool) -> str | None:
    for line in lines:
        links: list[Link] = [link for link in line.links if anywhere or speaks_of_registration(link.text)]
        if links:
            return links[0].href
        for sentence in sentences(line.text):
            found = _URL.search(sentence)
            if found and (anywhere or speaks_of_registration(sentence[: found.start()])):
                return found[0]
    return None


def description(sections: Sequence[Section]) -> str:
    """The paragraphs under "Description", else the paragraphs before the first list of facts or people."""
    under = [line.text for section in of_kind(tuple(sections), "description") for line in section.lines]
    if under:
        return "\n\n".join(under)
    loose = [line for section in sections if section.kind in (None, "programme") for line in section.lines]
    return "\n\n".join(line.text for line in loose if len(line.text) >= 80 and not line.bullet)

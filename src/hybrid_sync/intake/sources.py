"""Bytes from a file or an address become text; what kind of text; and the name an event gets from it."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from hybrid_sync.errors import InputError

MAX_BYTES = 5 * 1024 * 1024
"""An event page or record larger than this is a mistake."""
MAX_LIST_BYTES = 40 * 1024 * 1024
"""Lists and attendance files may be longer: 200,000 people are about 20 MB."""
LONGEST_ID = 60

Kind = Literal["html", "text", "toml"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FORMATS = (
    (b"%PDF", "a PDF document: copy its text into a .txt file"),
    (b"PK\x03\x04", "an Office or zip file: save it as CSV (UTF-8) or as text"),
    (b"\xd0\xcf\x11\xe0", "an old Office file: save it as CSV (UTF-8) or as text"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip file: unpack it first"),
)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_BEGINS_AS_HTML = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TAGS = re.compile(r"</?(div|p|span|body|h[1-6]|section|article|ul|table|main)\b[^>]*>", re.IGNORECASE)
_TOML_KEY = re.compile(r"^\s*(title|starts|id)\s*=\s*\S", re.MULTILINE)


class Decoded(NamedTuple):
    """Text and the name of the encoding it was read with."""

    text: str
    encoding: str


def decode(data: bytes, name: str, limit: int = MAX_BYTES) -> str:
    """The text of `data`; `name` is used in messages.

    Raises InputError for nothing at all, more than `limit` bytes, and what is not text.
    """
    return decoded(data, name, limit).text


def decoded(data: bytes, name: str, limit: int = MAX_BYTES) -> Decoded:
    """As `decode`, with the encoding: by mark, as HTML declares, UTF-8, else Windows-1252 (Latin-1)."""
    _check_size(data, name, limit)
    refuse_other_formats(data, name)
    result = _by_encoding(data, name)
    if not result.text.strip():
        raise InputError(f"{name} is empty: nothing to read")
    _check_is_text(result.text, name)
    return result


def refuse_other_formats(data: bytes, name: str) -> None:
    """Raise InputError, with the way out, for what begins as another kind of file does."""
    for start, what in _OTHER_FORMATS:
        if data.startswith(start):
            raise InputError(f"{name} is {what}")


def _check_size(data: bytes, name: str, limit: int) -> None:
    if not data:
        raise InputError(f"{name} is empty: nothing to read")
    if len(data) > limit:
        size = len(data) / 1024 / 1024
        raise InputError(
            f"{name} is {size:.1f} MB, and at most {limit // 1024 // 1024} MB are read: is it the right file?"
        )


def _by_encoding(data: bytes, name: str) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data.decode(encoding), encoding)
            except UnicodeDecodeError as error:
                raise InputError(
                    f"{name} begins as {encoding} but is damaged at byte {error.start}"
                ) from error
    if _looks_like_utf16(data):
        return Decoded(data.decode("utf-16-le", errors="replace"), "utf-16-le")
    for encoding in (*_declared_encoding(data), "utf-8", "cp1252"):
        try:
            return Decoded(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue  # the next candidate; Latin-1 below takes every byte
    return Decoded(data.decode("latin-1"), "latin-1")


def _looks_like_utf16(data: bytes) -> bool:
    # Webex exports are UTF-16LE (csv-layouts.md 1a); some tools lose the mark on the way.
    head = data[:4000]
    return len(head) >= 4 and head[1::2].count(0) > 0.4 * len(head) and head[::2].count(0) == 0


def _declared_encoding(data: bytes) -> tuple[str, ...]:
    found = _DECLARED.search(data[:4096]) if b"<" in data[:4096] else None
    if not found:
        return ()
    try:
        return (
            (codecs.lookup(found[1].decode("ascii")).name,)
            if _is_text_codec(found[1].decode("ascii"))
            else ()
        )
    except LookupError:
        return ()  # a page that names an encoding nobody knows is read as if it named none


def _is_text_codec(name: str) -> bool:
    # "charset=base64" or "idna" would be looked up as well, and raise other errors than UnicodeDecodeError.
    return (
        re.match(r"(utf-?(8|16)|iso-?8859|windows|cp\d|latin|us-ascii|ascii|koi8|mac)", name, re.IGNORECASE)
        is not None
    )


def _check_is_text(text: str, name: str) -> None:
    head = text[:8000]
    odd = sum(1 for letter in head if letter < " " and letter not in "\t\n\r\f\x1b")
    if odd > 0.02 * len(head) and odd > 4:
        raise InputError(f"{name} is not a text file: give a text, HTML, TOML or CSV file")


def kind_of(name: str, data: bytes) -> Kind:
    """What `data` is, by what it begins with and by the ending of `name` (a path or an address)."""
    head = data[:4096].decode("latin-1").lstrip("\u00ef\u00bb\u00bf").replace("\x00", "")
    suffix = PurePosixPath(urlsplit(name).path if "://" in name else name.replace("\\", "/")).suffix.lower()
    if _BEGINS_AS_HTML.match(head) or suffix in (".html", ".htm", ".xhtml"):
        return "html"
    if suffix == ".toml":
        return "toml"
    if suffix in (".txt", ".text", ".md"):
        return "text"
    if len(_TAGS.findall(head)) >= 3:
        return "html"
    if "://" not in name and len(_TOML_KEY.findall(head)) >= 2:
        return "toml"
    return "text"


# Greek and Bulgarian letters, so that their titles give readable names too (ELOT 743 and the Bulgarian road
# signs).
_LETTERS = str.maketrans(
    {
        **dict(zip("αβγδεζηικλμνξοπρστυφωςё", "avgdeziiklmnxoprstyfose", strict=True)),
        **dict(zip("абвгдезийклмнопрстуфъыэ", "abvgdeziyklmnoprstufaye", strict=True)),
        "θ": "th", "χ": "ch", "ψ": "ps", "ж": "zh", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht",
        "ь": "y", "ю": "yu", "я": "ya", "є": "ye", "і": "i", "ї": "yi", "ø": "o", "æ": "ae",
        "œ": "oe", "ß": "ss",
        "ł": "l", "đ": "d", "ħ": "h", "þ": "th", "ð": "d", "ı": "i",
    }
)  # fmt: skip


def event_id_for(title: str, day: date) -> str:
    """A readable, stable name such as "2024-03-13-safer-borders": ASCII, at most 60 characters.

    The same title and day always give the same name. A title that had to be cut, or that has no letters we
    can write, ends in six characters of its digest, so that two long titles of one day stay apart.
    """
    folded = unicodedata.normalize("NFD", title.lower())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter)).translate(_LETTERS)
    words = [word for word in re.split(r"[^a-z0-9]+", plain.replace("'", "").replace("’", "")) if word]
    slug = "-".join([day.isoformat(), *words])
    if words and len(slug) <= LONGEST_ID:
        return slug
    digest = hashlib.sha256(title.strip().lower().encode("utf-8", "replace")).hexdigest()[:6]
    kept = slug[: LONGEST_ID - 7]
    if len(slug) > len(kept) and slug[len(kept)] != "-" and kept.count("-") > 3:
        kept = kept.rpartition("-")[0]
    return f"{kept.rstrip('-')}-{digest}" if words else f"{day.isoformat()}-event-{digest}"

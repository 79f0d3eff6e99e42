"""What the page of a certificate's code says, as values; the template only sets them out.

code                      | shows                                | status
--------------------------+--------------------------------------+-------
of a valid certificate    | name, event, time, place, minutes    | 200
of a withdrawn one        | that it does not hold; nobody's name | 410
unknown, or no code       | that nobody was given it             | 404
"""

from __future__ import annotations

from dataclasses import dataclass

from hybrid_sync.domain.certificates import Certificate, shown_code
from hybrid_sync.domain.events import Event
from hybrid_sync.render.certificate import minutes_words, when_words, where_words
from hybrid_sync.render.text import one_line
from hybrid_sync.render.translations import Words
from hybrid_sync.web.notices import Notice


@dataclass(frozen=True)
class CertificatePage:
    """One rendering. `tone` is "go" or "stop", the colour at the side; the words say the same."""

    words: Words
    status: int
    notice: Notice
    tone: str
    rows: tuple[tuple[str, str], ...] = ()
    code: str = ""


def valid(event: Event, certificate: Certificate, service: str, words: Words) -> CertificatePage:
    """What whoever was shown the paper compares it with."""
    rows = (
        (
            words.text("certificate", "Name"),
            one_line(certificate.name) or words.text("certificate", "(no name)"),
        ),
        (words.text("certificate", "Event"), one_line(event.title) or event.id),
        (words.text("certificate", "When"), when_words(event, words)),
        (words.text("certificate", "Where"), where_words(event, words)),
        (words.text("certificate", "Attendance"), minutes_words(certificate.minutes, words)),
    )
    notice = Notice(
        words.text("certificate", "This certificate is valid"),
        words.text(
            "certificate",
            "It was issued by {service} to the person named here. Compare the name and the event with what you were "
            "shown.",
        ).format(service=service),
    )
    told = tuple(row for row in rows if row[1])
    return CertificatePage(words, 200, notice, "go", told, shown_code(certificate.code))


def withdrawn(words: Words) -> CertificatePage:
    notice = Notice(
        words.text("certificate", "This certificate was withdrawn"),
        words.text("certificate", "It does not hold any more."),
    )
    return CertificatePage(words, 410, notice, "stop")


def unknown(words: Words) -> CertificatePage:
    """A wrong code and one that is not a code look the same."""
    notice = Notice(
        words.text("certificate", "No certificate has this code"),
        words.text(
            "certificate",
            "Check the code: it has 20 letters and digits. A code that is not known here was not issued by us.",
        ),
    )
    return CertificatePage(words, 404, notice, "stop")


def too_many(words: Words) -> Notice:
    return Notice(
        words.text("certificate", "Please wait a moment"),
        words.text("certificate", "Many codes were asked for in a row. It works again in a minute."),
    )

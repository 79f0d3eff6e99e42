"""A certificate of attendance as one HTML page that becomes a PDF; and where it is verified."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hybrid_sync.domain.certificates import Certificate, shown_code
from hybrid_sync.domain.events import Event
from hybrid_sync.render.pages import page
from hybrid_sync.render.pdf import pdf_bytes
from hybrid_sync.render.text import one_line, shortened
from hybrid_sync.render.times import day, moment, time_range
from hybrid_sync.render.translations import Words, words_in

_MOST = 180
"""Characters of name, title, place and organisers each: all of them at their longest still fit on the page."""


@dataclass(frozen=True)
class CertificateText:
    """What a certificate says, line by line. `rows` are labels and what stands beside them."""

    words: Words
    heading: str
    intro: str
    name: str
    took_part: str
    title: str
    rows: tuple[tuple[str, str], ...]
    verify: str
    code: str
    address: str
    service: str


def certificate_address(base_url: str, code: str) -> str:
    """Where everybody who holds the certificate can verify it."""
    return f"{base_url.rstrip('/')}/certificates/{shown_code(code)}"


def certificate_pdf(event: Event, certificate: Certificate, *, base_url: str, service: str) -> bytes:
    """The document in the person's language. Raises SettingsError where what draws it is not installed."""
    return pdf_bytes(certificate_html(event, certificate, base_url=base_url, service=service))


def certificate_html(event: Event, certificate: Certificate, *, base_url: str, service: str) -> str:
    """The page that the document is drawn from: it holds everything itself."""
    text = certificate_text(event, certificate, base_url=base_url, service=service)
    return page("certificate.html", text=text, words=text.words)


def certificate_text(
    event: Event, certificate: Certificate, *, base_url: str, service: str
) -> CertificateText:
    words = words_in(certificate.language)
    issued = certificate.issued_at.astimezone(ZoneInfo(event.time_zone))
    organisers = ", ".join(one_line(name) for name in event.organisers)
    rows = [
        (words.text("certificate", "When"), when_words(event, words)),
        (words.text("certificate", "Where"), where_words(event, words)),
        (words.text("certificate", "Attendance"), minutes_words(certificate.minutes, words)),
        (words.text("certificate", "Organiser"), shortened(organisers, _MOST)),
        (words.text("certificate", "Issued on"), day(issued, words.code)),
    ]
    return CertificateText(
        words=words,
        heading=words.text("certificate", "Certificate of attendance"),
        intro=words.text("certificate", "This is to certify that"),
        name=one_line(certificate.name, _MOST) or words.text("certificate", "(no name)"),
        took_part=words.text("certificate", "took part in"),
        title=one_line(event.title, _MOST) or event.id,
        rows=tuple((label, told) for label, told in rows if told),
        verify=words.text(
            "certificate", "Whoever is shown this certificate can verify it with its code here:"
        ),
        code=shown_code(certificate.code),
        address=certificate_address(base_url, certificate.code),
        service=one_line(service),
    )


def minutes_words(minutes: int, words: Words) -> str:
    """How long, or only that they were there where it was less than a minute."""
    if minutes < 1:
        return words.text("certificate", "attended")
    return words.count("certificate", "{count} minute", "{count} minutes", minutes)


def when_words(event: Event, words: Words) -> str:
    """The event's time on its own clock."""
    if event.ends is None:
        return moment(event.starts.aware, words.code)
    return time_range(event.starts.aware, event.ends.aware, words.code)


def where_words(event: Event, words: Words) -> str:
    """The event's place, and that it was online too; not how this person took part."""
    place = one_line(event.place, _MOST) if event.onsite else ""
    if not event.online:
        return place
    if not place:
        return words.text("certificate", "Online")
    return words.text("certificate", "{place}, and online").format(place=place)

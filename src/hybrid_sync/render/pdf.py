"""HTML -> PDF by WeasyPrint (extra `pdf`), tagged for screen readers (PDF/UA-1, ISO 14289-1).

Nothing is fetched: a page must hold its styles and pictures itself. Title, language and description of the document
are taken from <title>, <html lang> and <meta name="description">. The same page gives the same bytes on one machine:
no clock and no random identifier goes in. Another version of WeasyPrint, Pango or the fonts may give other bytes.
"""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import redirect_stdout, suppress
from hashlib import sha256
from typing import Any

from hybrid_sync.errors import SettingsError

MISSING = (
    "PDF needs WeasyPrint and the system's Pango: install hybrid-sync with its extra pdf "
    "(pip install 'hybrid-sync[pdf]'), and Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0 fonts-dejavu-core); --format html prints to PDF from any browser meanwhile"
)


def pdf_bytes(html: str) -> bytes:
    """`html` as PDF.

    Raises SettingsError when WeasyPrint or Pango is not installed, and ValueError when the page asks for anything
    from outside itself: what comes from a browser may not make this machine call another one, nor read its files.
    """
    weasyprint, refusal = _library()
    # It warns of every rule that is for screens only, which the page has on purpose; its errors stay.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    refused: list[str] = []

    def refuse(url: str, *_: object, **__: object) -> Any:
        refused.append(url)
        raise refusal(url)

    written = b""
    # Refused while an SVG picture is drawn, it is swallowed on the way up; so what was refused is looked at in the end.
    with suppress(refusal):
        document = weasyprint.HTML(string=html, url_fetcher=refuse, media_type="print")
        written = document.write_pdf(
            pdf_variant="pdf/ua-1",
            # It would be random otherwise; ISO 32000-1 14.4 wants one that tells documents apart.
            pdf_identifier=sha256(html.encode()).hexdigest()[:32].encode(),
        )
    if refused:
        raise ValueError(f"the page asks for {refused[0][:60]!r}; it must hold everything itself")
    return bytes(written)


def _library() -> tuple[Any, type[BaseException]]:
    """WeasyPrint and its error that stops everything. Pango is looked for while it is imported."""
    # It prints its advice on standard output when Pango is missing; ours says it better, and that stream is for data.
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # says that HarfBuzz-Subset is missing, which is no fault
        try:
            import weasyprint
            from weasyprint.urls import FatalURLFetchingError
        except (ImportError, OSError) as error:
            raise SettingsError(f"{MISSING} ({error})") from None
    return weasyprint, FatalURLFetchingError

"""The report as PDF: what a reader, a screen reader and a second writing of it see."""

from __future__ import annotations

import builtins
import ctypes.util
import io
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from hybrid_sync.errors import SettingsError
from hybrid_sync.render.pdf import pdf_bytes
from hybrid_sync.render.report_html import attendance_html

needs_pango = pytest.mark.skipif(
    ctypes.util.find_library("pango-1.0") is None or ctypes.util.find_library("pangoft2-1.0") is None,
    reason="needs Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core",
)
PAGE = '<!DOCTYPE html><html lang="fr"><head><title>T</title></head><body>{}</body></html>'


def read(content: bytes) -> Any:
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(content))


def tags(root: Any) -> list[Any]:
    """Every element of the structure tree, from the top."""
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            if "/S" in one:
                found.append(one)
            if "/K" in one:
                waiting.append(one["/K"])
    return found


@needs_pango
def test_the_pdf_says_what_the_page_says(make: SimpleNamespace) -> None:
    reader = read(pdf_bytes(attendance_html(make.report())))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for words in (
        "Clean water, safe schools", "Attended (3)", "Zoë Müller", "Dan Óla", "iPhone 12", "Average stay",
        "Eva: no leave time, counted to the end", "Wednesday 9 June 2027, 10:00 - 11:30 (CEST)", f"1 / {len(reader.pages)}",
    ):  # fmt: skip
        assert words in text


@needs_pango
def test_the_pdf_is_tagged_and_knows_its_title_and_language(make: SimpleNamespace) -> None:
    reader = read(pdf_bytes(attendance_html(make.report(), "fr")))
    catalog = reader.root_object
    assert catalog["/Lang"] == "fr"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Présence\u00a0: Clean water, safe schools"
    assert b"pdfuaid" in catalog["/Metadata"].get_data()
    found = tags(catalog["/StructTreeRoot"]["/K"])
    kinds = [str(one["/S"]) for one in found]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Caption", "/Figure"} <= set(kinds)
    assert kinds.count("/H1") == 1
    assert all(one.get("/Alt") for one in found if one["/S"] == "/Figure")


@needs_pango
def test_the_same_page_gives_the_same_bytes_in_another_process_too(make: SimpleNamespace) -> None:
    page = attendance_html(make.report())
    content = pdf_bytes(page)
    assert pdf_bytes(page) == content
    assert pdf_bytes(page.replace("Zoë", "Zoe")) != content
    code = "import sys; from hybrid_sync.render.pdf import pdf_bytes; sys.stdout.buffer.write(pdf_bytes(sys.stdin.read()))"
    other = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], input=page.encode(), capture_output=True, check=True, timeout=120,
        env={"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert other.stdout == content


@needs_pango
def test_names_of_all_scripts_are_no_trouble(make: SimpleNamespace) -> None:
    report = make.report()

    def text(*names: str) -> str:
        rows = tuple(replace(report.unmatched[0], name=name) for name in names)
        reader = read(pdf_bytes(attendance_html(replace(report, unmatched=rows))))
        return "\n".join(page.extract_text() for page in reader.pages)

    names = ("Ωραία Παπαδοπούλου", "Жанна Шевчук", "Łucja Żółć", "Şükrü Ğ")
    said = text(*names)
    assert [name for name in names if name not in said] == []
    # DejaVu has no glyphs for these, and pypdf does not read a font with characters beyond the first plane.
    assert text("山田 太郎", "🎉 Zoë 👩🏽‍🔬", "مريم") != ""


@needs_pango
@pytest.mark.parametrize(
    "inside",
    [
        '<img src="http://127.0.0.1:9/x.png" alt="">',
        '<img src="file:///etc/hostname" alt="">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        '<p style="background: url(file:///etc/hostname)">x</p>',
        '<svg width="9" height="9"><image href="file:///etc/hostname" width="9" height="9"/></svg>',
        '<a rel="attachment" href="file:///etc/hostname">x</a>',
    ],
)
def test_nothing_is_fetched(inside: str) -> None:
    with pytest.raises(ValueError, match="must hold everything itself"):
        pdf_bytes(PAGE.format(inside))


def test_a_missing_library_is_said_with_the_names_of_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] == "weasyprint":
            print("advice that must not stand in the data")
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError) as raised:
        pdf_bytes(PAGE.format("x"))
    for words in ("hybrid-sync[pdf]", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert words in str(raised.value)

from __future__ import annotations

import pytest

from hybrid_sync.intake.html import page_of_html
from hybrid_sync.intake.page_lines import Link


def texts(html: str) -> list[str]:
    return [line.text for line in page_of_html(html).lines]


def test_blocks_make_lines_and_inline_tags_do_not() -> None:
    assert texts("<p>One <b>bold</b> word</p><div>Two<br>Three</div><ul><li>Four</li></ul>") == [
        "One bold word", "Two", "Three", "Four",
    ]  # fmt: skip


def test_entities_are_decoded_and_blanks_made_one() -> None:
    assert texts("<p>Fish &amp; chips&nbsp;&ndash;\n  caf&eacute;</p>") == ["Fish & chips – café"]


@pytest.mark.parametrize(
    "around",
    [
        "<nav>x</nav>", "<script>x</script>", "<style>x</style>", "<footer>x</footer>", "<aside>x</aside>",
        "<!-- x -->", "<div hidden>x</div>", '<div style="display: none">x</div>', '<span aria-hidden="true">x</span>',
        '<div class="ecl-breadcrumb">x</div>', '<div id="cookie-consent">x</div>', '<div role="navigation">x</div>',
        "<noscript>x</noscript>", "<select><option>x</option></select>", '<span class="sr-only">x</span>',
    ],
)  # fmt: skip
def test_what_is_no_content_is_left_out(around: str) -> None:
    assert texts(f"<body>{around}<p>content</p>{around}</body>") == ["content"]


def test_the_main_part_is_preferred_to_what_stands_around_it() -> None:
    main = (
        "The event's own words, long enough to be the main part of a page, which is more than eighty letters."
    )
    assert texts(f"<body><div>Site name</div><main><p>{main}</p></main></body>") == [main]


def test_an_empty_main_part_is_not_preferred() -> None:
    assert texts("<body><main></main><p>The words stand outside.</p></body>") == ["The words stand outside."]


def test_links_are_made_absolute_and_others_left_out() -> None:
    html = '<p><a href="/r?a=1&amp;b=2">Register</a> <a href="javascript:x()">no</a> <a href="http://[">bad</a></p>'
    page = page_of_html(html, "https://example.eu/events/talk")
    assert page.links == (Link("Register", "https://example.eu/r?a=1&b=2"),)


def test_title_and_heading_are_told_apart() -> None:
    page = page_of_html(
        "<html><head><title>Talk | Site</title></head><body><h1>The <i>Talk</i></h1></body></html>"
    )
    assert (page.page_title, page.heading) == ("Talk | Site", "The Talk")


def test_a_page_nested_without_end_is_still_read() -> None:
    assert texts("<div>" * 3000 + "deep" + "</div>" * 3000) == ["deep"]


def test_xhtml_and_text_without_tags_are_read_without_a_warning() -> None:
    assert texts('<?xml version="1.0"?>\n<div><p>one</p></div>') == ["one"]
    assert texts("https://example.eu/events/talk") == ["https://example.eu/events/talk"]


def test_a_wrapper_named_after_a_sidebar_is_kept_when_it_holds_the_heading() -> None:
    assert texts('<div class="has-sidebar"><h1>Talk</h1><p>words</p></div>') == ["Talk", "words"]

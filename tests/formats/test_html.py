"""The page in HTML: what it says, what it links to, and that text of others is never markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkb.core.models import Author, Entry, Link
from diffkb.core.references import Reference
from diffkb.formats import Style
from diffkb.formats.html import write_page
from diffkb.formats.html.formulas import set_formula
from diffkb.formats.html.prose import safe_url, set_line, set_note

if TYPE_CHECKING:
    from collections.abc import Iterable

ENTRY = Entry(
    id=1,
    document="A list",
    kind="paper",
    title="A title",
    url="https://example.org/a",
    links=(),
    year=2020,
    year_from="heading",
    wr=2,
    read=None,
    section=("Strings",),
    tags=("bowed",),
    note="Good.",
    arxiv_id=None,
    doi=None,
    openreview_id=None,
    authors=(Author("Ada Example"),),
    venue=None,
    published=None,
    abstract=None,
    pending=False,
    key="a",
)
HOSTILE = (
    "<script>alert(1)</script>",
    "</style></script><img src=x onerror=alert(1)>",
    "\" onmouseover='alert(1)' x=\"",
    "[x](javascript:alert(1)) ![y](https://example.org/y.png) <javascript:alert(1)>",
    "]]></textarea><!-- {{ 7 * 7 }} {% raw %} -->",
    "$x^{<img src=x onerror=alert(1)>}$ $\\text{</span><script>}$",
    "\u202eoot \u0627\u0644 \x00\x1b\ud800",
)
TEXT = st.sampled_from(HOSTILE) | st.text(max_size=30)
URL = st.sampled_from(
    ["javascript:alert(1)", "data:text/html,x", "//x.org", 'https://x.org/"><b>', "x y"]
)
VOID = frozenset("meta link input".split())
TAGS = frozenset(
    "html head meta title link style script body header h1 h2 h3 h4 h5 h6 p button form label span"
    " input select option div nav details summary ul ol li a main section time pre code footer"
    " dialog dl dt dd kbd em strong br hr blockquote sup sub i b".split()
)


class Page(HTMLParser):
    """A page taken apart: fails where elements are not closed as they were opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID | {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def reference(entry: Entry, private: str | None = None) -> Reference:
    return Reference(entry, entry.key or "k", None, "2024-01-01", "2024-01-01", private, {})


def page(entries: Iterable[Entry], style: Style = Style()) -> str:  # noqa: B008 - it is a value
    return "".join(write_page(map(reference, entries), style, None))


@settings(max_examples=60, deadline=None)
@given(texts=st.tuples(*[TEXT] * 7), url=URL)
def test_no_text_of_an_entry_is_markup_or_a_script(texts: tuple[str, ...], url: str) -> None:
    title, note, tag, author, section, venue, key = texts
    hostile = replace(
        ENTRY,
        document=section,
        title=title,
        note=note,
        tags=(tag,),
        authors=(Author(author),),
        section=(section, title),
        venue=venue,
        url=url,
        links=(Link(title, url),),
        key=key,
    )
    read = Page(page([hostile, ENTRY]))
    assert {tag for tag, _ in read.seen} <= TAGS
    assert [tag for tag, _ in read.seen].count("script") == 1
    for _, attributes in read.seen:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        href = attributes.get("href") or "#"
        assert re.match(r"#|https?://|mailto:|data:,$", href), href
        assert not attributes.get("src")


def test_the_same_entries_give_the_same_page() -> None:
    assert page([ENTRY]) == page([ENTRY])


def test_entries_stand_under_their_sections_and_the_years_of_headings() -> None:
    below = ("Strings", "Bowed")
    told = replace(ENTRY, key="b", year=2021, year_from="text", section=below, published="2022")
    text = page([ENTRY, told])
    names = re.findall(r'<h(\d) class="(section|year)" dir="auto">(.*?)</h', text)
    assert names == [("2", "section", "Strings"), ("3", "year", "2020"), ("3", "section", "Bowed")]
    assert 'href="#/strings/bowed"' in text
    assert "listed under 2021" in text


def test_of_several_lists_each_is_named() -> None:
    text = page([ENTRY, replace(ENTRY, key="b", document="Other")])
    assert re.findall(r"<h2 [^>]*>(.*?)</h2>", text)[:1] == ["A list"]
    assert "<title>Reading list</title>" in text
    Page(text)


def test_sorted_entries_stand_under_years_or_alone() -> None:
    none = replace(ENTRY, key="b", year=None)
    assert re.findall(
        r'class="year" dir="auto">(.*?)<', page([ENTRY, none], Style(sorted_by="year"))
    ) == [
        "2020",
        "Undated",
    ]
    assert 'class="year"' not in page([ENTRY, none], Style(sorted_by="title"))


def test_private_notes_are_there_only_where_they_were_selected() -> None:
    secret = reference(ENTRY, "secret")
    assert "secret" in "".join(write_page([secret], Style(private=True), None))
    assert "secret" not in page([ENTRY])


def test_what_can_be_copied_is_written_by_the_format_for_it() -> None:
    text = "".join(
        write_page(
            [reference(ENTRY)], Style(), lambda ones, _: (f"@misc{{{one.key}}}<" for one in ones)
        )
    )
    assert "<pre>@misc{a}&lt;</pre>" in text


def test_an_empty_selection_is_a_page_too() -> None:
    Page(page([]))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("doi:10.1000/x<y", "https://doi.org/10.1000/x%3Cy"),
        ("10.1000/xyz", "https://doi.org/10.1000/xyz"),
        ("javascript:alert(1)", None),
        (" JaVaScript:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("vbscript:x", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("//example.org", None),
        ("https://", None),
        (None, None),
    ],
)
def test_only_links_that_lead_to_pages_and_mailboxes_are_links(
    url: str | None, safe: str | None
) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        (r"256 \times 256", "256\u2009\u00d7\u2009256"),
        ("x_t", "<i>x</i><sub><i>t</i></sub>"),
        (r"x^{n+1}", "<i>x</i><sup><i>n</i>\u2009+\u20091</sup>"),
        (r"\mathbb{R}^d", "\u211d<sup><i>d</i></sup>"),
        (r"\mathcal{L}_{\text{simple}}", "\u2112<sub>simple</sub>"),
        (r"O(n \log n)", "<i>O</i>(<i>n</i>log\u2009<i>n</i>)"),
        (r"\frac{a}{b+1}", "<i>a</i>/(<i>b</i>\u2009+\u20091)"),
        (r"\hat{x}", "<i>x\u0302</i>"),
        (r"\epsilon", "<i>ϵ</i>"),
    ],
)
def test_short_formulas_are_set_in_a_line(latex: str, html: str) -> None:
    assert set_formula(latex) == f'<span class="formula">{html}</span>'


@pytest.mark.parametrize("latex", [r"\begin{pmatrix}1\end{pmatrix}", r"\unknown", "{", "x" * 500])
def test_other_formulas_are_shown_as_they_were_written(latex: str) -> None:
    assert set_formula(latex).startswith("<code>")


def test_amounts_of_money_are_no_formulas() -> None:
    assert set_line("From $5 to $10") == "From $5 to $10"
    assert "formula" in set_line("The $h$-space")


def test_a_note_asks_no_other_place_for_a_picture() -> None:
    assert set_note("![Fig](https://example.org/f.png)") == (
        '<p><a href="https://example.org/f.png" rel="noopener noreferrer">Fig</a></p>\n'
    )
    assert set_note("[*x*](javascript:y)") == "<p><span><em>x</em></span></p>\n"

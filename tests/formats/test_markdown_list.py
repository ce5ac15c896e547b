"""Markdown lists of any entries: what they say is read back, under their sections and years."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.entries import BARE

from diffkb.formats.markdown_list import OWN_FORM, write_entries
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document
from diffkb.services.importing import section_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.core.models import Entry

PLAIN = replace(BARE, url="https://example.org/a")
# Words with everything in them that means something in Markdown.
TITLE = st.text(st.sampled_from("ab*_`[]<>\\&#$~!é1"), min_size=1, max_size=12)
SECTION = st.sampled_from([(), ("Strings",), ("Strings", "Bowed"), ("Strings", "# _Plucked_")])
ENTRIES = st.lists(
    st.builds(
        lambda **given: replace(PLAIN, **given),
        title=TITLE.filter(lambda text: text.strip()),
        url=st.sampled_from(["https://example.org/a", "https://example.org/a_(b)", "x y"]),
        year=st.none() | st.integers(2018, 2021),
        wr=st.none() | st.integers(0, 12),
        section=SECTION,
        note=st.none()
        | st.sampled_from(["Good.", "Good.\n\nVery.", "# Not a heading", "- a\n- b"]),
    ),
    max_size=8,
)


def read(text: str) -> list[tuple[object, ...]]:
    """Gives what a list says of each entry."""
    reading = read_document(text, Dialect(scale=OWN_FORM.dialect.scale, titled=True))
    return [
        (section_path(reading, block.section), one.year, one.title, one.url, one.wr, one.note)
        for block in reading.blocks
        for one in block.entries
    ]


def said(entries: Iterable[Entry]) -> list[tuple[object, ...]]:
    """Gives what entries say."""
    return [(one.section, one.year, one.title, one.url, one.wr, one.note) for one in entries]


@given(ENTRIES)
def test_what_is_written_is_read_back(entries: list[Entry]) -> None:
    entries.sort(key=lambda one: (one.section, one.year is not None, -(one.year or 0)))
    assert read("".join(write_entries(entries))) == said(entries)


@given(ENTRIES)
def test_in_any_order_no_entry_is_lost(entries: list[Entry]) -> None:
    # Two stretches of one section are two headings, and one section to a person.
    for sorted_by in (None, "year", "title"):
        found = read("".join(write_entries(entries, sorted_by)))
        assert Counter(row[2:] for row in found) == Counter(row[2:] for row in said(entries))


def test_years_that_do_not_rise_or_fall_go_from_new_to_old() -> None:
    entries = [
        replace(PLAIN, title=f"T{year}", year=year) for year in (2019, 2021, None, 2020, 2021)
    ]
    text = "".join(write_entries(entries))
    assert re.findall("## 20..|T[N2]...", text) == [
        *("TNone", "## 2021", "T2021", "T2021", "## 2020", "T2020", "## 2019", "T2019"),
    ]


def test_what_the_form_cannot_hold_is_written_as_plainly_as_can_be() -> None:
    entries = [
        replace(PLAIN, title="A *work* without a link", url=None, wr=2, note="One.\n\nTwo."),
        replace(PLAIN, url="a\nb", section=(" ",)),
    ]
    assert "".join(write_entries(entries)) == (
        "# A list\n\n- [A *work\\* without a link]() **WR=2**  \nOne.\n\n  Two.\n\n"
        "## \n\n- A title: <a b>\n"
    )


def test_below_years_the_undated_have_a_heading_of_their_own() -> None:
    entries = [replace(PLAIN, title=title, year=year) for title, year in (("A", 2020), ("B", None))]
    text = "".join(write_entries(entries, "year"))
    assert re.findall("## .*|\\[.\\]", text) == ["## 2020", "[A]", "## Undated", "[B]"]

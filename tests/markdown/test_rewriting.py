"""The laws of the lens over entries of every dialect, and new entries in the form of others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.lists import listings

from diffkb.core.models import Fields, Link
from diffkb.errors import CannotWrite
from diffkb.markdown import Context, get_fields, read_document
from diffkb.markdown.inline import urls_in
from diffkb.markdown.link_labels import label_like
from diffkb.markdown.numbering import new_number, number_in, shifted, with_number
from diffkb.markdown.placing import insert_block, write_new
from diffkb.markdown.removing import close_gap
from diffkb.markdown.rewriting import put_curated
from diffkb.markdown.settling import Piece, settle_dialect
from diffkb.markdown.spans import links_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.markdown import Block

LISTINGS = listings()
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

# What a label may say of any work.
LABELS = frozenset(["paper", "pdf", "arxiv"])

titles = st.sampled_from(["Rain on Warm Roofs", "A*b [c] <d> Dust", "Rain | Roofs and Gutters"])
urls = st.sampled_from(
    ["https://arxiv.org/abs/2305.01234", "https://example.org/rain.pdf", "https://e.org/(a)"]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": titles,
    "url": st.none() | urls,
    "wr": st.sampled_from([None, 1, 2, 3, 9]),
    "note": st.sampled_from(
        [None, "Says more about rain than others.", "First line here.\nSecond one."]
    ),
    "year": st.sampled_from([None, 1998, 2004, 2023]),
    "venue": st.sampled_from([None, "ICML", "SIGMOD"]),
    "authors": st.sampled_from([None, "Kay Loon, Lou Wren", "Mo Crane and Ned Quail"]),
    "read": st.sampled_from([None, True, False]),
    "tags": st.sampled_from([(), ("rain",), ("rain", "wet roofs")]),
    "links": st.sampled_from([(), (Link("code", "https://example.org/else"),)]),
}
changes = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.tuples(st.just(name), VALUES[name])
)


def few(examples: int) -> Callable[[Any], Any]:
    """Sets how many examples a law is tried on."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)


def entries_of(text: str) -> list[Block]:
    """Gives the blocks that are entries of a dialect that is not the project's own."""
    return [block for block in read_document(text).blocks if block.context and block.entries]


def neighbours_of(blocks: list[Block]) -> list[tuple[str, Context]]:
    return [(block.raw, block.context or Context()) for block in blocks]


def put_or_refused(
    values: dict[str, Any], block: Block, raw: str, near: list[tuple[str, Context]]
) -> str | None:
    """Writes values; None stands for a refusal, which must name one of them."""
    refused = ""
    try:
        return put_curated(values, raw, block.context or Context(), near)
    except CannotWrite as refusal:
        refused = refusal.field
    assert refused in values
    return None


@few(40)
@given(LISTINGS)
def test_writing_what_is_read_changes_nothing(listing: Any) -> None:
    for block in entries_of(listing.text):
        (fields,) = block.entries
        values = {name: getattr(fields, name) for name in Fields.__dataclass_fields__}
        assert put_or_refused(values, block, block.raw, []) == block.raw


@few(150)
@given(LISTINGS, changes, st.data())
def test_what_is_written_is_read_or_the_field_is_named(
    listing: Any, change: tuple[str, Any], data: st.DataObject
) -> None:
    blocks = entries_of(listing.text)
    assume(blocks)
    block = data.draw(st.sampled_from(blocks))
    name, value = change
    after = put_or_refused({name: value}, block, block.raw, neighbours_of(blocks))
    if after is None:
        return
    (before,), (now,) = block.entries, get_fields(after, block.context or Context())
    changed: dict[str, Any] = {name: value}
    wanted = replace(before, **changed)
    if name == "note":
        wanted = replace(wanted, mentioned=urls_in(value or ""))
    if name in {"year", "venue"}:
        # A year that comes or goes takes with it where it stands.
        wanted = replace(wanted, year_from=now.year_from, links=now.links)
    assert now == wanted


@few(100)
@given(LISTINGS, st.sampled_from(["title", "url", "wr", "note", "year", "authors"]), st.data())
def test_the_last_of_two_writings_counts_alone(
    listing: Any, name: str, data: st.DataObject
) -> None:
    blocks = entries_of(listing.text)
    assume(blocks)
    block = data.draw(st.sampled_from(blocks))
    first, second = data.draw(VALUES[name]), data.draw(VALUES[name])
    assume(None not in {first, second} and second != getattr(block.entries[0], name))
    near = neighbours_of(blocks)
    between = put_or_refused({name: first}, block, block.raw, near)
    if between is not None:
        last = put_or_refused({name: second}, block, between, near)
        assert last == put_or_refused({name: second}, block, block.raw, near)


@few(100)
@given(LISTINGS, titles, urls, st.sampled_from([None, 2021]), st.sampled_from([None, 2]))
def test_a_new_entry_reads_as_given_and_takes_no_word_of_its_neighbours(
    listing: Any, title: str, url: str, year: int | None, wr: int | None
) -> None:
    blocks = entries_of(listing.text)
    assume(blocks)
    ctx = blocks[-1].context or Context()
    fields = Fields(title, url, year=ctx.year or year, wr=wr)
    new = write_new(fields, [neighbours_of(blocks)], ctx._replace(unit="", columns=()))
    (read,) = get_fields(new.text, new.ctx)
    assert (read.title, read.url, read.wr) == (title, url, wr)
    assert read.year in {fields.year, None}
    assert (read.note, read.authors, read.venue, read.links) == (None, None, None, ())
    own = words_in(title) | words_in(url) | LABELS
    assert words_in(new.text.replace("\\", "")) <= own | {"details", "summary", "href"}


def words_in(text: str) -> set[str]:
    """Gives the words that say something."""
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}


@few(40)
@given(LISTINGS)
def test_every_dialect_takes_a_new_entry_in_a_form_of_its_own(listing: Any) -> None:
    blocks = entries_of(listing.text)
    assume(blocks)
    ctx = blocks[-1].context or Context()
    fields = Fields("Rain on Warm Roofs", "https://arxiv.org/abs/2305.01234", year=ctx.year)
    new = write_new(fields, [neighbours_of(blocks)], ctx._replace(unit="", columns=()))
    assert new.ctx.unit == ctx.unit
    assert new.ctx.columns == ctx.columns


@pytest.mark.parametrize(
    ("link", "url", "label"),
    [
        ("[arXiv](https://arxiv.org/abs/1)", "https://arxiv.org/abs/2401.00001", "arXiv"),
        ("[arXiv](https://arxiv.org/abs/1)", "https://example.org/a", "Paper"),
        ("[[pdf]](https://example.org/b.pdf)", "https://example.org/a", "[paper]"),
        ("[PDF](https://example.org/b.pdf)", "https://example.org/a.pdf", "PDF"),
        ("[PDF](https://example.org/b.pdf)", "https://example.org/a", "PAPER"),
        ("[**Paper**](https://example.org/b.pdf)", "https://example.org/a", "**Paper**"),
        ("[WACV2021](https://example.org/b)", "https://example.org/a", "Paper"),
        ("[arXiv:2301.00001](b)", "https://arxiv.org/abs/2401.00002v3", "arXiv:2401.00002v3"),
        ("[10.1000/1](https://doi.org/10.1000/1)", "https://doi.org/10.1000/2", "10.1000/2"),
        ("[10.1000/1](https://doi.org/10.1000/1)", "https://example.org/a", "Paper"),
        ("[Blog](https://example.org/b)", "https://arxiv.org/abs/2401.00001", "Paper"),
        (
            "[![arXiv](https://b.org/badge/arXiv-2301.00001-red)](https://arxiv.org/abs/2301.00001)",
            "https://arxiv.org/abs/2401.00002",
            "![arXiv](https://b.org/badge/arXiv-2401.00002-red)",
        ),
        (
            "[![arXiv](https://b.org/badge/arXiv-2301.00001-red)](https://arxiv.org/abs/2301.00001)",
            "https://example.org/a",
            "Paper",
        ),
        (
            "[![Paper](https://b.org/badge/Paper-red)](https://example.org/b)",
            "https://example.org/a",
            "![Paper](https://b.org/badge/Paper-red)",
        ),
        ("[thesis](https://example.org/b)", "https://example.org/a", "paper"),
        (":x:", "", None),
    ],
)
def test_a_label_is_taken_over_where_it_fits(link: str, url: str, label: str | None) -> None:
    found = links_of(link, 0, len(link))
    assert [label_like(link, one, url).text for one in found] == ([label] if label else [])


@pytest.mark.parametrize(
    ("raw", "unit", "value"),
    [
        ("12. [T](u)", "item", 12),
        ("- [T](u)", "item", None),
        ("- **[18]** T", "item", 18),
        ("- [ ] **[18]** T", "item", 18),
        ("| 7 | T |", "row", 7),
        ("| 8) **T** - x | y |", "row", 8),
        ("| 2021 | T |", "row", None),
        ("7|T|u", "row", 7),
        ("### 8. T", "heading", 8),
        ("### 8 T", "heading", None),
        ("**[5]** T", "para", 5),
        ("[5] T", "para", 5),
        ("2021. T", "para", None),
    ],
)
def test_a_number_is_told_from_a_year_and_from_words(
    raw: str, unit: str, value: int | None
) -> None:
    number = number_in(raw, unit)
    assert (number.value if number else None) == value
    if number:
        changed = with_number(raw, unit, 99)
        assert changed == raw[: number.start] + "99" + raw[number.end :]


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ([[1, 2]], [[]], 3),
        ([[1, 1]], [[]], 1),
        ([[1, 2], []], [[]], 1),
        ([[1, 2], [3, 4], []], [[]], 5),
        ([[1, 2], []], [[], [3]], 3),
        ([[1, 2], []], [[], [1]], 1),
        ([[]], [[]], 1),
        ([[1, 1], [1]], [[]], 1),
        ([[7]], [[]], 8),
        ([[]], [[3, 2, 1]], 4),
        ([[2, 1], []], [[3, 2, 1]], 4),
        ([[2, 1], []], [[1, 2]], 1),
    ],
)
def test_a_new_entry_counts_as_its_list_does(
    before: list[list[int]], after: list[list[int]], new: int
) -> None:
    def numbers(values: list[int]) -> list[Any]:
        return [number_in(f"{value}. T", "item") for value in values]

    form = ("item", "", ".")
    earlier, later = ([numbers(group) for group in side] for side in (before, after))
    assert new_number(earlier, later, form) == new


@pytest.mark.parametrize(
    ("later", "changed"),
    [
        (["3. a", "4. b"], [(0, 4), (1, 5)]),
        (["3. a", "text", "4. b"], [(0, 4), (2, 5)]),
        (["3. a", "1. b", "4. c"], [(0, 4)]),
        (["1. a", "2. b"], []),
        (["3) a"], []),
        (["  3. a"], []),
    ],
)
def test_only_numbers_that_count_on_follow(
    later: list[str], changed: list[tuple[int, int]]
) -> None:
    numbers = [number_in(raw, "item") for raw in later]
    assert list(shifted(numbers, 3, 1, ("item", "", "."))) == changed


def test_a_neighbour_that_would_depend_on_other_things_is_noticed() -> None:
    table = "| Title | Year |\n|---|---|\n" + "".join(
        f"| [A Study of Rivers {n}](https://example.org/{n}) | 20{n} |\n" for n in range(10, 14)
    )
    reading = read_document(table)
    pieces = [Piece(block.kind, block.raw, block.context) for block in reading.blocks]
    assert settle_dialect(pieces, reading.dialect) == reading.dialect
    for changed in ({"columns": ("title", "venue")}, {"year": 2011}, {"unit": "para"}):
        other = [
            one._replace(context=one.context and one.context._replace(**changed)) for one in pieces
        ]
        with pytest.raises(CannotWrite, match="read otherwise"):
            settle_dialect(other, reading.dialect)


ROW, HEAD = "| a | b |\n", "| A | B |\n|---|---|\n"


@pytest.mark.parametrize(
    ("before", "after", "units", "expected"),
    [
        (ROW + "\n", "text", ("row", "row", "other"), (ROW, "| n |\n\n")),
        (ROW, ROW, ("row", "row", "row"), (ROW, "| n |\n")),
        (ROW.strip(), None, ("row", "row", "other"), (ROW, "| n |")),
        (HEAD, None, ("table", "row", "other"), (HEAD, "| n |\n")),
        (HEAD + "\n", "text", ("table", "row", "other"), (HEAD, "| n |\n\n")),
        ("**A**\n\n\n", "**B**", ("para", "para", "para"), ("**A**\n\n", "| n |\n\n\n")),
    ],
)
def test_a_row_or_paragraph_is_set_among_its_like(
    before: str, after: str | None, units: tuple[str, str, str], expected: tuple[str, str]
) -> None:
    assert insert_block(before, "| n |", after, Context(), gap=0, units=units) == expected
    if units[0] in {"row", "para"} and len(before) - len(before.rstrip()) == 1:
        assert close_gap(*expected, after, last=after is None, units=units) == before


@pytest.mark.parametrize(
    ("before", "removed", "after", "units", "left"),
    [
        (HEAD, ROW + "\n", "## B\n", ("table", "row", "heading"), HEAD + "\n"),
        ("Text:\n", "- a\n\n", "## B\n", ("other", "item", "heading"), "Text:\n\n"),
        ("Text:\n", "- a\n", "- b\n", ("other", "item", "item"), "Text:\n"),
        ("## A\n\n", "- a\n\n", "## B\n", ("heading", "item", "heading"), "## A\n\n"),
        ("- a\n", "- b\n\n", "## B\n", ("item", "item", "heading"), "- a\n\n"),
    ],
)
def test_what_is_taken_out_leaves_no_gap(
    before: str, removed: str, after: str, units: tuple[str, str, str], left: str
) -> None:
    assert close_gap(before, removed, after, last=False, units=units) == left

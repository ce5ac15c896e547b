"""Options become a selection: the base finds the entries that Python would find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.query import EVERYTHING, Between, SortKey
from diffkb.errors import BadValue, DocumentNotFound, SectionNotFound, UsageError
from diffkb.paths import BaseChoice
from diffkb.services.importing import bring_lists
from diffkb.services.listing import Wish, parse_order, parse_years, select
from diffkb.store.reader import Reader
from diffkb.store.tables import BlockRow, DocumentRow, SectionRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from diffkb.core.models import Entry


@pytest.fixture(scope="module")
def reader(new_base: Callable[[], Path], seed_list: Path, lists: Path) -> Iterator[Reader]:
    """Gives a base that holds two documents."""
    base = new_base()
    choice = BaseChoice(base, "option", "", base)
    done = bring_lists(choice, [seed_list, lists / "sounds.md"], dry_run=False, report=print)
    assert not [one for one in done if isinstance(one, Exception)]
    with Reader.open(base) as opened:
        yield opened


def ids(reader: Reader, wish: Wish) -> list[int]:
    chosen = select(reader, wish)
    found = reader.entry_rows(("id",), chosen.condition, chosen.order, chosen.limit)
    return [entry_id for (entry_id,) in found]


NUMBER = st.none() | st.sampled_from([-(10**30), 0, 1, 2, 3, 10**30])
YEAR = st.sampled_from([None, "2020", "2019..2022", "2022..", "..2021", "0..9999"])
SECTIONS = {
    None: (),
    "Strings": ("Strings",),
    "inverse PROBLEMS": ("Inverse problems",),
    "Papers": ("Papers",),
    "Reeds": ("Reeds",),
    "Winds/Brass": ("Winds/Brass",),
}
OF_THE_OTHER = {"inverse PROBLEMS", "Papers"}
WISH = st.builds(
    Wish,
    section=st.sampled_from(list(SECTIONS)),
    document=st.sampled_from([None, "sounds WORTH hearing"]),
    year=YEAR,
    min_wr=NUMBER,
    max_wr=NUMBER,
    unrated=st.booleans(),
    include_unrated=st.booleans(),
).filter(lambda wish: wish.document is None or wish.section not in OF_THE_OTHER)


def fits(entry: Entry, wish: Wish) -> bool:
    """Says in Python whether an entry is meant."""
    return (
        (not wish.document or entry.document.casefold() == wish.document.casefold())
        and set(SECTIONS[wish.section]) <= set(entry.section)
        and fits_year(entry, wish)
        and fits_wr(entry, wish)
    )


def fits_year(entry: Entry, wish: Wish) -> bool:
    if wish.year is None:
        return True
    span = parse_years(wish.year)
    return entry.year is not None and within(entry.year, span.low, span.high)


def fits_wr(entry: Entry, wish: Wish) -> bool:
    if wish.unrated:
        return entry.wr is None
    if wish.min_wr is None and wish.max_wr is None:
        return True
    if entry.wr is None:
        return wish.include_unrated
    return within(entry.wr, wish.min_wr, wish.max_wr)


def within(number: int, low: int | None, high: int | None) -> bool:
    return (low is None or low <= number) and (high is None or number <= high)


@given(WISH)
def test_sql_selects_what_python_selects(reader: Reader, wish: Wish) -> None:
    bounded = wish.min_wr is not None or wish.max_wr is not None
    if wish.unrated and bounded:
        with pytest.raises(UsageError):
            select(reader, wish)
        return
    expected = [entry.id for entry in reader.entries(EVERYTHING) if fits(entry, wish)]
    assert ids(reader, wish) == expected


def test_sections_of_a_name_are_what_the_outline_tells(reader: Reader) -> None:
    outline = reader.outline()
    for name in {node.name for node in outline.nodes} | {"nowhere", "INVERSE  problems"}:
        spans = [outline.span(node) for node in outline.find(name)]
        assert reader.spans_named(name) == spans
        for document_id in (1, 2):
            expected = [span for span in spans if span.document_id == document_id]
            assert reader.spans_named(name, document_id) == expected


NAMES = ["Straße", "STRASSE", "a b", "A  b", " a b ", "ǅ", "ǆ", "plain", "Kelvin", "\u212aelvin"]


@pytest.mark.parametrize("name", NAMES)
def test_sections_are_found_whatever_the_case_of_their_letters(
    new_base: Callable[[], Path], name: str
) -> None:
    base = new_base()
    with UnitOfWork(base, command="make") as unit:
        add = unit.session.add
        add(DocumentRow(id=1, name="a", dialect="{}", added="t", changed="t"))
        unit.session.flush()
        for number, one in enumerate(NAMES, start=1):
            add(BlockRow(id=number, document_id=1, position=number, kind="heading", raw=b""))
            unit.session.flush()
            add(SectionRow(document_id=1, block_id=number, level=2, role="section", name=one))
    with Reader.open(base) as opened:
        outline = opened.outline()
        expected = [outline.span(node) for node in outline.find(name)]
        assert opened.spans_named(name) == expected


def test_the_headings_above_sections_tell_their_paths(reader: Reader) -> None:
    outline = reader.outline()
    ids = [node.id for node in outline.nodes]
    above = reader.outline_above([*ids[::3], None])
    assert [above.path(one) for one in ids[::3]] == [outline.path(one) for one in ids[::3]]


def test_a_section_of_another_document_is_not_found(reader: Reader) -> None:
    with pytest.raises(SectionNotFound):
        select(reader, Wish(section="Inverse problems", document="Sounds worth hearing"))


@given(
    st.lists(st.sampled_from(["year", "wr", "title", "id"]), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(["", "+", "-"]), min_size=3, max_size=3),
    st.none() | st.integers(0, 70),
)
def test_entries_are_sorted_key_by_key_and_those_without_a_value_come_last(
    reader: Reader, names: list[str], signs: list[str], limit: int | None
) -> None:
    keys = [name + sign for name, sign in zip(names, signs, strict=False)]
    found = ids(reader, Wish(sort=[",".join(keys)], limit=limit))
    expected = list(reader.entries(EVERYTHING))
    for key in reversed(keys):
        expected = in_order(expected, key.rstrip("+-"), descending=key.endswith("-"))
    assert found == [entry.id for entry in expected][:limit]


def in_order(entries: list[Entry], name: str, *, descending: bool) -> list[Entry]:
    """Sorts by one field as SQLite does: of a title's letters only those of ASCII have no case."""

    def value(entry: Entry) -> Any:
        found = getattr(entry, name)
        if isinstance(found, str):
            return "".join(one.lower() if one.isascii() else one for one in found)
        return found

    there = [entry for entry in entries if getattr(entry, name) is not None]
    missing = [entry for entry in entries if getattr(entry, name) is None]
    return sorted(there, key=value, reverse=descending) + missing


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2023", 2023, 2023),
        (" 2023 ", 2023, 2023),
        ("2020..2022", 2020, 2022),
        ("2022..", 2022, None),
        ("..2019", None, 2019),
        ("0", 0, 0),
    ],
)
def test_years_are_one_or_a_range(text: str, low: int | None, high: int | None) -> None:
    assert parse_years(text) == Between("year", low, high)


@pytest.mark.parametrize(
    "text", ["", "..", " .. ", "x", "20233", "2020...2022", "2020-2022", "-5", "2020..x", "٢٠٢٣"]
)
def test_other_words_are_no_years(text: str) -> None:
    with pytest.raises(BadValue) as told:
        parse_years(text)
    assert told.value.hint == ("--year takes a year such as 2023, or a range such as 2020..2022")


def test_sort_keys_are_read_whatever_their_case_and_however_they_are_given() -> None:
    expected = (SortKey("year", descending=True), SortKey("wr"), SortKey("title"))
    assert parse_order(["Year-, wr+", "title"]) == expected
    assert parse_order([]) == parse_order([",", ""]) == ()


@pytest.mark.parametrize("key", ["foo", "year--", "year+-", "-year", "-", "note", "year wr"])
def test_what_nothing_is_sorted_by_is_refused(key: str) -> None:
    with pytest.raises(BadValue, match="does not fit --sort"):
        parse_order([key])


def test_an_unknown_document_is_refused_with_the_names(reader: Reader) -> None:
    with pytest.raises(DocumentNotFound) as told:
        select(reader, Wish(document="sound"))
    assert told.value.hint is not None
    assert '"Sounds worth hearing"' in told.value.hint


def test_only_a_filter_that_leaves_unrated_entries_out_is_told(reader: Reader) -> None:
    assert select(reader, Wish(min_wr=2)).whatever_wr == EVERYTHING
    for wish in (Wish(), Wish(unrated=True), Wish(max_wr=2, include_unrated=True)):
        assert select(reader, wish).whatever_wr is None

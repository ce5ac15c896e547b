"""Merging three texts of a list: what either side changed alone is kept, to the byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lists import listings

from diffkb.markdown.document import read_document
from diffkb.markdown.merging import merge_blocks, merge_texts
from diffkb.markdown.pairing import longest_rise, pair_units, units_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.markdown.merging import Merge

LISTINGS = listings()
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
LINES = (
    "- [Rain on Warm Roofs](https://example.org/rain) **WR=2**\n",
    "- [Snow on Cold Roofs](https://example.org/snow)\n",
    "#### 2023\n",
    "## Elsewhere still\n",
    "\n",
    "Some words of somebody.\n",
)
LIST = """\
# Weather

## Rain

#### 2024

- [Rain on Roofs](https://example.org/1) **WR=2**
  It drums.

- [Rain on Lakes](https://example.org/2) **WR=1**

#### 2023

- [Rain on Roads](https://example.org/3)
  It rests.

## Snow

Of snow there is less every year.

- [Snow on Roofs](https://example.org/4)
"""


@st.composite
def edited(draw: st.DrawFn, text: str, most: int = 3) -> str:
    """Gives a text some lines of which were edited."""
    lines = text.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, most))):
        place = draw(st.integers(0, max(0, len(lines) - 1)))
        kind = draw(st.sampled_from(["remove", "insert", "move", "words", "blank"]))
        if kind == "insert" or not lines:
            lines.insert(place, draw(st.sampled_from(LINES)))
        elif kind == "remove":
            del lines[place]
        elif kind == "move":
            line = lines.pop(place)
            lines.insert(draw(st.integers(0, len(lines))), line)
        elif kind == "words":
            lines[place] = lines[place].rstrip("\n") + " and more\n"
        else:
            lines[place] = lines[place].rstrip("\n") + "  \n"
    return "".join(lines)


def merge(agreed: str | None, base: str, file: str, prefer: Any = None) -> Merge:
    dialect = read_document(agreed or base).dialect
    return merge_texts(agreed, base, file, dialect, prefer)


@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_what_one_side_alone_changed_is_taken_as_it_is(listing: Any, data: st.DataObject) -> None:
    text, file = listing.text, data.draw(edited(listing.text))
    dialect = read_document(text).dialect
    for merging in (merge_texts, merge_blocks):
        assert merging(text, text, file, dialect) == (file, [])
        assert merging(text, file, text, dialect) == (file, [])
        assert merging(text, file, file, dialect) == (file, [])


@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_merging_again_changes_nothing(listing: Any, data: st.DataObject) -> None:
    base, file = data.draw(edited(listing.text)), data.draw(edited(listing.text))
    dialect = read_document(listing.text).dialect
    done = merge(listing.text, base, file)
    if done.conflicts:
        for side in ("base", "file"):
            settled = merge(listing.text, base, file, side).text
            assert merge_blocks(settled, settled, settled, dialect) == (settled, [])
        return
    # Whoever takes the merge up has all that both did: merged with either it stays.
    for side in (base, file):
        assert merge_blocks(side, done.text, side, dialect) == (done.text, [])


@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_the_sides_may_change_places_where_they_edited_apart(
    listing: Any, data: st.DataObject
) -> None:
    entries = [block for block in read_document(listing.text).blocks if block.entries]
    one, other = data.draw(
        st.lists(st.sampled_from(entries), min_size=2, max_size=2, unique_by=lambda b: b.line)
    )
    change = st.sampled_from([_with_word, _without])
    base = data.draw(change)(listing.text, one.raw, one.entries[0].title)
    file = data.draw(change)(listing.text, other.raw, other.entries[0].title)
    if listing.text in {base, file} or listing.text.count(one.raw) > 1:
        return
    done, turned = merge(listing.text, base, file), merge(listing.text, file, base)
    assert done.text == turned.text or done.conflicts
    assert bool(done.conflicts) == bool(turned.conflicts)


def _with_word(text: str, raw: str, title: str) -> str:
    return text.replace(raw, raw.replace(title, f"{title} Again"))


def _without(text: str, raw: str, _title: str) -> str:
    return text.replace(raw, "")


def in_list(change: Callable[[str], str]) -> str:
    done = change(LIST)
    assert done != LIST
    return done


def test_fields_of_one_entry_are_merged() -> None:
    base = in_list(lambda text: text.replace("WR=2", "WR=3"))
    file = in_list(lambda text: text.replace("It drums.", "It drums softly."))
    both = base.replace("It drums.", "It drums softly.")
    assert merge(LIST, base, file) == (both, [])
    assert merge(LIST, file, base) == (both, [])


def test_an_entry_that_was_moved_keeps_what_was_written_on_it() -> None:
    entry = "- [Rain on Roads](https://example.org/3)\n  It rests.\n\n"
    base = in_list(lambda text: text.replace("It rests.", "It never rests."))
    file = in_list(lambda text: text.replace(entry, "") + "\n" + entry.rstrip("\n") + "\n")
    done = merge(LIST, base, file)
    assert done == (file.replace("It rests.", "It never rests."), [])


def test_what_both_add_at_one_place_stays_in_its_section() -> None:
    heading = "## Snow\n"
    mine = "- [Rain at Sea](https://example.org/5)\n\n"
    base = in_list(lambda text: text.replace(heading, mine + heading))
    file = in_list(
        lambda text: text.replace(
            heading, "## Hail\n\n- [Hail on Roofs](https://example.org/6)\n\n" + heading
        )
    )
    for done in (merge(LIST, base, file), merge(LIST, file, base)):
        assert done.conflicts == []
        assert done.text.index("Rain at Sea") < done.text.index("## Hail")


def test_in_a_list_without_blank_lines_none_is_left_over() -> None:
    text = "# T\n\n- [A](https://example.org/a)\n- [B](https://example.org/b)\n\n## S\n"
    base = text.replace("\n\n## S", "\n- [C](https://example.org/c)\n\n## S")
    file = text.replace("\n\n## S", "\n- [D](https://example.org/d)\n\n## S")
    both = text.replace(
        "\n\n## S", "\n- [C](https://example.org/c)\n- [D](https://example.org/d)\n\n## S"
    )
    assert merge(text, base, file) == (both, [])


def test_what_the_file_moved_stands_as_close_as_it_does_there() -> None:
    a, b, c, d, e = (f"- [{name}](https://example.org/{name})\n" for name in "abcde")
    text = f"# T\n\n{a}{b}\n## S\n\n{d}{c}"
    base, file = f"# T\n\n{a}{b}{e}\n## S\n\n{d}{c}", f"# T\n\n{a}{b}{d}\n## S\n\n{c}"
    assert merge(text, base, file) == (f"# T\n\n{a}{b}{e}{d}\n## S\n\n{c}", [])


def test_the_same_new_entry_on_both_sides_is_one() -> None:
    more = "\n- [Snow at Sea](https://example.org/7)\n"
    base = in_list(lambda text: text + more)
    file = in_list(lambda text: text.replace("## Snow\n", "## Snow\n" + more))
    done = merge(LIST, base, file)
    assert done.text.count("Snow at Sea") == 1
    assert done.conflicts == []


@pytest.mark.parametrize(
    ("old", "mine", "others", "field"),
    [
        ("WR=2", "WR=3", "WR=1", "wr"),
        ("[Rain on Roofs]", "[Rain on Tin]", "[Rain on Slate]", "title"),
        ("  It drums.\n", "  It sings.\n", "  It roars.\n", "note"),
        ("less every year", "more every year", "as much as ever", "text"),
        ("## Snow", "## Ice", "## Sleet", "text"),
    ],
)
def test_a_field_that_both_changed_is_a_conflict_which_a_preference_settles(
    old: str, mine: str, others: str, field: str
) -> None:
    base, file = LIST.replace(old, mine), LIST.replace(old, others)
    [conflict] = merge(LIST, base, file).conflicts
    assert conflict.field == field
    assert base.splitlines()[(conflict.base_line or 0) - 1].strip()
    assert conflict.base != conflict.file
    assert merge(LIST, base, file, "base").text == base
    assert merge(LIST, base, file, "file").text == file


def test_what_one_removed_and_the_other_changed_is_a_conflict() -> None:
    entry = "- [Rain on Lakes](https://example.org/2) **WR=1**\n\n"
    base, file = LIST.replace("WR=1", "WR=3"), LIST.replace(entry, "")
    [conflict] = merge(LIST, base, file).conflicts
    assert (conflict.field, conflict.base, conflict.file) == ("presence", "Rain on Lakes", None)
    assert merge(LIST, base, file, "base").text == base
    assert merge(LIST, base, file, "file").text == file


def test_a_heading_that_one_removed_stays_where_the_other_wrote_under_it() -> None:
    base = LIST.replace("- [Snow on", "- [Sleet](https://example.org/8)\n\n- [Snow on")
    file = LIST[: LIST.index("## Snow")]
    conflicts = merge(LIST, base, file).conflicts
    assert [(one.name, one.field) for one in conflicts] == [("Snow", "presence")]
    done = merge(LIST, base, file, "file")
    assert "## Snow" in done.text
    assert "Sleet" in done.text
    assert "Snow on Roofs" not in done.text


def test_an_entry_moved_to_two_places_is_a_conflict() -> None:
    entry = "- [Rain on Lakes](https://example.org/2) **WR=1**\n\n"
    without = LIST.replace(entry, "")
    base = without.replace("#### 2023\n\n", "#### 2023\n\n" + entry)
    file = without.rstrip("\n") + "\n\n" + entry.rstrip("\n") + "\n"
    [conflict] = merge(LIST, base, file).conflicts
    assert (conflict.name, conflict.field) == ("Rain on Lakes", "place")
    assert (conflict.base, conflict.file) == (
        'under "2023"',
        'under "Snow", after "Snow on Roofs"',
    )
    assert merge(LIST, base, file, "base").text == base
    assert merge(LIST, base, file, "file").text == file


def test_without_a_text_that_both_had_only_what_is_in_both_must_agree() -> None:
    base = LIST + "\n- [Snow at Sea](https://example.org/7)\n"
    file = LIST.replace("#### 2023\n", "#### 2023\n\n- [Rain at Sea](https://example.org/5)\n")
    done = merge(None, base, file)
    assert done.conflicts == []
    assert "Snow at Sea" in done.text
    assert "Rain at Sea" in done.text
    assert merge(None, base.replace("WR=2", "WR=3"), file).conflicts[0].field == "wr"


def test_line_ends_of_the_file_are_no_conflict() -> None:
    base = LIST.replace("WR=2", "WR=3")
    file = LIST.replace("\n", "\r\n")
    assert merge(LIST, base, file) == (base.replace("\n", "\r\n"), [])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 50), unique=True))
def test_the_longest_rise_rises_and_is_the_longest(values: list[int]) -> None:
    rise = longest_rise(values)
    kept = [value for value in values if value in rise]
    assert kept == sorted(kept)
    lengths: list[int] = []
    for place, value in enumerate(values):
        lengths.append(1 + max((lengths[k] for k in range(place) if values[k] < value), default=0))
    assert len(kept) == max(lengths, default=0)


@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_blocks_are_paired_once_and_the_same_way_round(listing: Any, data: st.DataObject) -> None:
    old = units_of(read_document(listing.text).blocks)
    new = units_of(read_document(data.draw(edited(listing.text))).blocks)
    mates = pair_units(old, new)
    found = [mate for mate in mates if mate is not None]
    assert len(found) == len(set(found))
    assert all(old[i].kind == new[j].kind for i, j in enumerate(mates) if j is not None)
    assert pair_units(old, old) == list(range(len(old)))


def test_a_long_list_is_paired_in_time_that_its_length_asks_for() -> None:
    text = "".join(
        f"- [Title {n}](https://example.org/{n})\n  The same words as ever.\n\n"
        for n in range(3000)
    )
    other = re.sub("same", "very same", text)
    old, new = (units_of(read_document(one).blocks) for one in (text, other))
    assert pair_units(old, new) == list(range(3000))

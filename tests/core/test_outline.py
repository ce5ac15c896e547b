"""The tree of headings: paths, stretches, and finding a section by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.outline import Node, Outline, Role, Span, split_path, write_path

NAMES = st.text(st.sampled_from("ab/\\ é"), min_size=1, max_size=6).map(str.strip).filter(bool)


def outline(*lines: str) -> Outline:
    """Makes an outline of headings such as `## Name`, a year or a title by its text."""
    nodes: list[Node] = []
    above: list[Node] = []
    for number, line in enumerate(lines, start=1):
        marks, _, name = line.partition(" ")
        level = len(marks)
        above = [node for node in above if node.level < level]
        role: Role = "title" if level == 1 else "year" if name.isdigit() else "section"
        year = int(name) if role == "year" else None
        parent = above[-1].id if above else None
        node = Node(number, 1, parent, role, level, name, year, number, number * 10)
        nodes.append(node)
        above.append(node)
    return Outline(nodes)


TREE = outline(
    *("# A title", "## Strings", "### 2021", "### 2020", "## Winds/Brass", "### Reeds"),
    *("#### 2020", "### Strings", "## Archive", "### Reeds"),
)


def paths(name: str) -> list[str]:
    return [write_path(TREE.path(node.id)) for node in TREE.find(name)]


def test_years_and_the_title_are_no_part_of_a_path() -> None:
    assert TREE.path(7) == ("Winds/Brass", "Reeds")
    assert TREE.path(1) == ()
    assert TREE.path(None) == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("archive", ["Archive"]),
        ("  ARCHIVE ", ["Archive"]),
        ("reeds", ["Winds\\/Brass/Reeds", "Archive/Reeds"]),
        ("Archive/Reeds", ["Archive/Reeds"]),
        ("Archive / Reeds", ["Archive/Reeds"]),
        ("strings", ["Strings", "Winds\\/Brass/Strings"]),
        ("Winds/Brass", ["Winds\\/Brass"]),
        ("winds\\/brass", ["Winds\\/Brass"]),
        ("Winds\\/Brass/Reeds", ["Winds\\/Brass/Reeds"]),
        ("2020", []),
        ("A title", []),
        ("Reeds/Archive", []),
        ("Ree", []),
        ("/", []),
        ("", []),
    ],
)
def test_a_section_is_found_by_name_or_path_at_any_depth(name: str, found: list[str]) -> None:
    assert paths(name) == found


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Reads", ["Winds\\/Brass/Reeds", "Archive/Reeds"]),
        ("arch", ["Archive"]),
        ("Papers/Archiv", ["Archive"]),
        ("nothing like it", []),
        ("", []),
    ],
)
def test_the_nearest_sections_are_named_by_path(name: str, near: list[str]) -> None:
    assert TREE.nearest(name) == near


def test_a_stretch_reaches_to_the_next_heading_that_is_not_below() -> None:
    assert TREE.span(TREE[2]) == Span(1, 20, 50)
    assert TREE.span(TREE[5]) == Span(1, 50, 90)
    assert TREE.span(TREE[10]) == Span(1, 100, None)
    assert TREE.span(TREE[1]) == Span(1, 10, None)
    assert TREE.own_span(TREE[5]) == Span(1, 50, 60)


def test_the_headings_right_below_one_are_its_children() -> None:
    assert [node.id for node in TREE.children(5)] == [6, 8]


def test_a_stretch_ends_with_its_document() -> None:
    other = Node(11, 2, None, "section", 2, "Reeds", None, 11, 10)
    both = Outline([*TREE.nodes, other])
    assert both.span(both[10]) == Span(1, 100, None)
    assert 11 in both
    assert 12 not in both


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_path_that_is_written_is_read_again(names: list[str]) -> None:
    plain = [name for name in names if "\\" not in name]
    assert list(split_path(write_path(plain))) == plain


@given(st.lists(st.tuples(st.integers(2, 5), NAMES), min_size=1, max_size=12))
def test_every_section_is_found_by_its_own_name_and_path(
    headings: list[tuple[int, str]],
) -> None:
    tree = outline(*(f"{'#' * level} {name}" for level, name in headings))
    for node in tree.sections:
        if "\\" not in node.name:
            assert node in tree.find(node.name.replace("/", "\\/"))
            assert node in tree.find(node.name)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_stretches_nest_as_headings_do(levels: list[int]) -> None:
    tree = outline(*(f"{'#' * level} n{number}" for number, level in enumerate(levels)))
    for node in tree.nodes:
        span = tree.span(node)
        inside = {
            other.id
            for other in tree.nodes
            if span.low <= other.position and (span.high is None or other.position < span.high)
        }
        assert inside == {one.id for one in tree.nodes if node in tree.upwards(one.id)}

"""`diffkb section list`: the tree of sections, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]


@pytest.fixture
def sounds(call: Call, new_base: Callable[[], Path], lists: Path) -> Call:
    """Gives a function that runs diffkb on a base with the list of sounds."""
    base = str(new_base())
    call("import", str(lists / "sounds.md"), DIFFKB_BASE=base)
    return lambda *words: call(*words, DIFFKB_BASE=base)


def test_an_entry_counts_in_its_section_and_all_above(sounds: Call) -> None:
    done = sounds("section", "list")
    assert (done.status, done.stderr) == (0, "")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert {row[3] for row in rows} == {"Sounds worth hearing"}
    assert [row[:3] for row in rows] == [
        ["Strings", "3", "1"],
        ["Winds\\/Brass", "3", "1"],
        ["Winds\\/Brass/Reeds", "2", "1"],
        ["Winds\\/Brass/Strings", "1", "0"],
        ["Archive", "1", "0"],
        ["Archive/Reeds", "1", "0"],
    ]


def test_each_path_finds_as_many_entries_as_it_counts(call: Call, sounds: Call) -> None:
    for run in (call, sounds):
        for line in run("section").stdout.splitlines():
            path, entries, unrated, _ = line.split("\t")
            found = run("list", "--section", path, "--format", "ids").stdout.split()
            missing = run("list", "--section", path, "--unrated", "--format", "ids").stdout.split()
            if "/" in path or path == "Archive":
                assert (len(found), len(missing)) == (int(entries), int(unrated))


def test_json_has_paths_as_arrays(sounds: Call) -> None:
    sections = sounds("section", "list", "--json").data["sections"]
    assert [one["section"] for one in sections][2] == ["Winds/Brass", "Reeds"]
    assert {frozenset(one) for one in sections} == {
        frozenset({"id", "document", "section", "level", "entries", "unrated"})
    }


def test_on_a_terminal_it_is_a_tree(on_terminal: Callable[..., str], seed_base: Path) -> None:
    shown = on_terminal("-m", "diffkb", "--base", str(seed_base), "section")
    assert shown.splitlines()[1:4] == [
        "Papers  (46, 24 unrated)",
        "  Foundations  (8)",
        "  Representation learning  (10)",
    ]


def test_of_several_documents_one_can_be_meant(call: Call, lists: Path) -> None:
    call("import", str(lists / "sounds.md"))
    assert len(call("section").stdout.splitlines()) == 13
    chosen = call("section", "list", "--document", "Sounds worth hearing")
    assert len(chosen.stdout.splitlines()) == 6
    unknown = call("section", "list", "--document", "Other")
    assert (unknown.status, unknown.stdout) == (3, "")


def test_a_base_without_sections_has_none(call: Call, new_base: Callable[[], Path]) -> None:
    done = call("section", DIFFKB_BASE=str(new_base()))
    assert (done.status, done.stdout, done.stderr) == (0, "", "")

"""`diffkb undo`, `redo` and `log`: what is said, and what is refused with a way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.journal import ask, held, last_step, timeless

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

SHIPPED = "1\t2026-11-22T00:00:00Z\t\tthe list diffkb ships with: 53 entries"


@pytest.fixture
def rated(call: Call) -> Call:
    """Gives a base in which entry 12 was rated, a paper added, and entry 13 tagged."""
    assert call("rate", "12", "1").status == 0
    assert call("add", "2401.00001", "--no-fetch", "--section", "Foundations").status == 0
    assert call("tag", "13", "+old").status == 0
    return call


def test_an_undo_says_what_it_took_back_and_a_further_one_goes_further(
    rated: Call, base: Path
) -> None:
    done = rated("undo")
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr.startswith("undid step 4: tagged 13 ")
    assert "undid step 3: add 2401.00001 (" in rated("undo").stderr
    assert "undid step 2: rated 12 " in rated("undo").stderr
    done = rated("undo")
    assert done.status == 4
    assert done.stderr.splitlines() == [
        "error: nothing was done here that could be undone",
        "hint: `diffkb log` shows what was",
    ]
    assert last_step(base) == 7


def test_all_or_none_of_the_steps_are_undone(rated: Call, base: Path) -> None:
    before = held(base)
    done = rated("undo", "4")
    assert done.stderr.splitlines() == [
        "error: only 3 steps can be undone, not 4",
        "hint: `diffkb undo 3` undoes all",
    ]
    assert (done.status, held(base)) == (4, before)
    assert rated("undo", "3").status == 0
    assert rated("redo", "3").status == 0
    assert held(base) == before


def test_what_came_with_the_base_stays(call: Call, base: Path) -> None:
    before = base.read_bytes()
    assert call("undo").status == 4
    done = call("undo", "--step", "1")
    assert done.status == 4
    assert "step 1 came with the base, and stays" in done.stderr
    assert base.read_bytes() == before


def test_a_redo_needs_that_nothing_was_done_since(rated: Call) -> None:
    assert "error: nothing is undone" in rated("redo").stderr
    rated("undo")
    rated("undo")
    assert "only 2 undos can be taken back, not 3" in rated("redo", "3").stderr
    rated("tag", "14", "+new")
    done = rated("redo")
    assert done.status == 4
    assert 'since the last undo, step 7 was done: tagged 14 "' in done.stderr


def test_one_step_is_undone_alone(rated: Call) -> None:
    done = rated("undo", "--step", "2", "--json")
    assert [step["id"] for step in done.data["steps"]] == [2]
    assert done.data["by"] == [5]
    assert rated("show", "12", "--json").data["entries"][0]["wr"] == 3
    assert rated("show", "13", "--json").data["entries"][0]["tags"] == ["old"]
    assert "error: step 2 is undone already" in rated("undo", "--step", "2").stderr
    assert rated("undo", "--step", "9").status == 3
    assert rated("undo", "2", "--step", "2").status == 2


def test_an_undo_is_undone_alone_too(rated: Call, base: Path) -> None:
    before = held(base)
    rated("undo", "--step", "2")
    rated("tag", "14", "+new")
    assert rated("redo").status == 4
    assert "redid step 2: " in rated("undo", "--step", "5").stderr
    assert "undid step 2: " in rated("undo", "--step", "7").stderr
    assert rated("undo", "--step", "8").status == 0
    assert rated("undo", "--step", "6").status == 0
    assert timeless(held(base)) == timeless(before)


def test_steps_in_the_way_are_named(rated: Call, base: Path) -> None:
    rated("rate", "54", "3")
    rated("note", "12", "Once more.")
    before = held(base)
    done = rated("undo", "--step", "3")
    assert done.status == 4
    assert "step 3 cannot be undone alone, as later ones touched the same: 5 " in done.stderr
    assert "hint: `diffkb undo --step 5` takes the last of these back first" in done.stderr
    assert held(base) == before
    assert "touched the same: 6 " in rated("undo", "--step", "2").stderr
    assert rated("undo", "--step", "5").status == rated("undo", "--step", "3").status == 0


def test_what_builds_on_what_is_undone_waits_for_it(call: Call, base: Path) -> None:
    for words in ("12 key=free", "13 key=ho2020denoising", "13 key=other"):
        assert call("edit", *words.split()).status == 0
    assert call("undo", "--step", "2").status == 0
    before = held(base)
    done = call("undo")
    assert done.status == 4
    assert "step 4 cannot be undone, as others are undone: 2 " in done.stderr
    assert "hint: `diffkb undo --step 5` brings step 2 back first" in done.stderr
    assert held(base) == before
    assert call("undo", "--step", "5").status == 0
    assert call("undo").status == 0


def test_a_dry_run_shows_the_lines_that_would_differ(rated: Call, base: Path) -> None:
    before = base.read_bytes()
    done = rated("undo", "2", "--dry-run")
    assert done.stderr.count("would undo step ") == 2
    gone = [line for line in done.stdout.splitlines() if line.startswith("-- ")]
    assert gone == ["-- [arXiv:2401.00001](https://arxiv.org/abs/2401.00001)"]
    assert rated("undo", "--dry-run", "--json").data["outcome"] == "would-undo"
    assert "the Markdown would stay as it is" in rated("undo", "--dry-run").stderr
    assert base.read_bytes() == before


def test_the_log_is_a_step_a_line(rated: Call) -> None:
    rated("undo")
    lines = rated("log").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["5", "4", "3", "2", "1"]
    assert lines[-1] == SHIPPED
    assert lines[0].split("\t")[3] == "undo 4: " + lines[1].split("\t")[3].removesuffix(" (undone)")
    assert rated("log", "--limit", "1").stdout.splitlines() == lines[:1]
    steps = rated("log", "--json").data["steps"]
    assert [step["undoes"] for step in steps] == [4, None, None, None, None]
    assert [step["undone"] for step in steps] == [False, True, False, False, False]
    assert [step["shipped"] for step in steps] == [False, False, False, False, True]


def test_the_log_is_a_table_on_a_terminal(base: Path, on_terminal: Callable[..., str]) -> None:
    shown = on_terminal("-m", "diffkb", "--base", str(base), "log", NO_COLOR="1")
    head, line = shown.splitlines()
    assert head.split() == ["step", "when", "who", "what"]
    assert line.split() == ["1", "2026-11-22", "00:00", *SHIPPED.split("\t")[3].split()]


def commands_of(call: Call, ref: str) -> list[str]:
    """Gives the verbs of the steps that touched an entry, the oldest first."""
    return [step["command"] for step in reversed(call("log", ref, "--json").data["steps"])]


def test_an_entry_has_a_life_of_its_own(rated: Call) -> None:
    assert commands_of(rated, "12") == ["import", "rate"]
    assert commands_of(rated, "13") == ["import", "tag"]
    assert commands_of(rated, "54") == ["add"]
    rated("note", "54", "--private", "ask Ann")
    rated("merge", "12", "54")
    assert commands_of(rated, "54") == ["add", "note", "merge"]
    rated("edit", "12", "venue=J. Waters")
    assert commands_of(rated, "54")[-1] == "edit"
    rated("undo", "2")
    assert commands_of(rated, "12") == ["import", "rate", "merge", "edit", "undo", "undo"]
    rated("rate", "12", "3")
    assert commands_of(rated, "54")[-1] == "undo"


def test_an_entry_that_is_gone_is_named_by_its_id(rated: Call) -> None:
    assert rated("rm", "54").status == 0
    assert len(commands_of(rated, "54")) == 2
    assert rated("log", "99").status == 3
    assert rated("log", "no such words").status == 3


def test_show_tells_what_was_undone(rated: Call) -> None:
    rated("undo", "--step", "2")
    shown = rated("show", "12").stdout
    assert 'rated 12 "Denoising Diffusion Probabilistic Models" 1 (undone)\n' in shown
    [first, *_] = json.loads(rated("show", "12", "--json").stdout)["data"]["history"]
    assert (first["entry"], first["command"], first["shipped"]) == (12, "import", True)


def test_what_would_stand_elsewhere_is_in_the_way(call: Call, base: Path) -> None:
    assert call("section", "move", "Inverse problems", "/").status == 0
    assert call("move", "12", "--before", "40").status == 0
    rows = "SELECT id FROM journal_blocks WHERE step_id = ? UNION SELECT id FROM journal_entries"
    mine, theirs = ({*ask(base, f"{rows} WHERE step_id = ?", one, one)} for one in (2, 3))
    assert not mine & theirs
    done = call("undo", "--step", "2")
    assert done.status == 4
    assert "later ones touched the same: 3 moved 12 " in done.stderr

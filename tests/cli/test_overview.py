"""`diffkb` alone: what the base holds, and what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]


def test_it_counts_documents_sections_and_unrated_entries(call: Call, base: Path) -> None:
    done = call()
    assert (done.status, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"{base} (named by DIFFKB_BASE)"
    assert "Knowledge Base - Diffusion Models: 53 entries" in lines
    assert "  Papers  (46, 24 unrated)" in lines
    assert "    Inverse problems  (23, 23 unrated)" in lines
    assert "31 unrated, 53 not fetched yet" in lines


def test_every_command_it_proposes_is_one(call: Call) -> None:
    for line in call().stdout.splitlines():
        words = line.split("  ")[1].split() if line.startswith("  diffkb ") else []
        if words and words[1] != "add":
            assert call(*words[1:]).status == 0, line


def test_of_an_empty_base_the_first_steps_are_told(
    call: Call, new_base: Callable[[], Path]
) -> None:
    done = call(DIFFKB_BASE=str(new_base()))
    assert done.status == 0
    assert "no entries yet" in done.stdout
    assert "diffkb import FILE.md" in done.stdout


def test_a_base_that_is_not_there_is_no_error(call: Call, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.sqlite")
    done = call(DIFFKB_BASE=missing)
    assert (done.status, done.stderr) == (0, "")
    assert "it does not exist yet" in done.stdout
    data = call("--json", DIFFKB_BASE=missing).data
    assert (data["documents"], data["entries"]) == ([], 0)


def test_json_says_the_same(call: Call, base: Path) -> None:
    data = call("--json").data
    assert set(data) == {
        *("base", "documents", "sections", "entries", "unrated", "pending", "unfetched"),
    }
    assert (data["base"], data["entries"], data["unrated"]) == (str(base), 53, 31)
    assert {"document", "section", "entries", "unrated"} == set(data["sections"][0])


def test_several_documents_are_summed(call: Call, lists: Path) -> None:
    call("import", str(lists / "sounds.md"))
    lines = call().stdout.splitlines()
    assert "Sounds worth hearing: 7 entries" in lines
    assert any(line.startswith("60 entries in all, 33 unrated") for line in lines)


def test_what_waits_is_counted(call: Call) -> None:
    call("add", "2401.00001", "--section", "Flow Matching", "--offline")
    assert "1 pending" in call().stdout
    assert call("--json").data["pending"] == 1


def test_no_name_steers_the_terminal(
    call: Call, new_base: Callable[[], Path], tmp_path: Path
) -> None:
    base, file = str(new_base()), tmp_path / "list.md"
    file.write_bytes(b"# T \x1b\\[2J\n\n## S \x07\n\n- [A](https://example.org/a)\n\n## Z\n")
    call("import", str(file), DIFFKB_BASE=base)
    for words in ((), ("section",), ("list", "--format", "table")):
        shown = call(*words, DIFFKB_BASE=base).stdout
        assert "\x1b" not in shown
        assert "S \\x07" in shown

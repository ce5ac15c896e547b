"""`diffkb show`: everything known about an entry, found by any of its names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]


@pytest.mark.parametrize(
    "ref",
    [
        "12",
        "2006.11239",
        "arXiv:2006.11239v2",
        "https://arxiv.org/pdf/2006.11239",
        "10.48550/arXiv.2006.11239",
        "ho2020denoising",
        "denoising diffusion probabilistic models",
        "Denoising Probabilistic Diffusion",
    ],
)
def test_an_entry_is_shown_by_any_of_its_names(call: Call, ref: str) -> None:
    done = call("show", ref)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("title       Denoising Diffusion Probabilistic Models\n")


def test_what_the_list_says_comes_before_what_sources_said(call: Call) -> None:
    lines = call("show", "12").stdout.splitlines()
    labels = [line[:12].strip() for line in lines]
    assert labels[:8] == ["title", "url", "section", "document", "year", "wr", "note", "key"]
    assert lines[2] == "section     Papers / Foundations"
    assert lines[5] == "wr          3"
    for label in ("official", "authors", "published"):
        [line] = [line for line in lines if line.startswith(label)]
        assert line.endswith(", 2026-11-22]")
    assert lines[-1].startswith("history     2026-11-22 ")


def test_what_a_list_alone_says_is_shown_too(call: Call, tmp_path: Path) -> None:
    file, base = tmp_path / "list.md", str(tmp_path / "own.sqlite")
    file.write_text(
        "# Sand\n\n## Wet\n\n"
        "- [x] [Wet Sand](https://arxiv.org/abs/2101.00001), A. Lark, ICML 2021\n"
        "- [ ] [Sea Sand](https://arxiv.org/abs/2101.00002), B. Finch, ICLR 2020\n\n"
        "## Dry\n\n- [ ] [Dry Sand](https://arxiv.org/abs/2101.00001), A. Lark, ICML 2021\n"
    )
    call("--base", base, "import", str(file))
    lines = call("--base", base, "show", "1").stdout.splitlines()
    for line in (
        "authors     A. Lark [the list]",
        "venue       ICML [the list]",
        "read        yes",
        "also        3 in Sand / Dry",
    ):
        assert line in lines


def test_a_title_that_differs_is_marked(call: Call) -> None:
    [line] = [one for one in call("show", "4").stdout.splitlines() if one.startswith("official")]
    assert "(differs) [" in line
    assert "differs" not in call("show", "12").stdout


def test_an_unrated_entry_says_so_and_its_link_is_shown_once(call: Call) -> None:
    lines = call("show", "3").stdout.splitlines()
    assert "wr          unrated" in lines
    assert sum("https://github.com/diff-usion" in line for line in lines) == 1


@pytest.mark.parametrize("ref", ["999", "0", "no such words", "", "2401.99999", "\udcff"])
def test_what_is_nobodys_name_is_not_found(call: Call, ref: str) -> None:
    done = call("show", ref)
    assert (done.status, done.stdout) == (3, "")
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: no entry is meant by `")
    assert hint == "hint: `diffkb list` shows the entries with their ids"


def test_what_names_several_entries_is_told_with_candidates(call: Call) -> None:
    done = call("show", "consistency")
    error, hint = done.stderr.splitlines()
    assert (done.status, done.stdout) == (4, "")
    assert error.startswith("error: `consistency` means ")
    assert hint.startswith("hint: name one by its id: ")
    assert "41 Direct Diffusion Bridge using Data Consistency" in hint
    # Two entries of this list lead to one paper.
    assert call("show", "2208.11970").status == 4


def test_of_several_refs_those_that_are_found_are_shown(call: Call) -> None:
    done = call("show", "12", "no such words", "52")
    assert done.status == 1
    assert done.stdout.count("title       ") == 2
    assert "\n\ntitle       Consistency Models\n" in done.stdout
    assert done.stderr.startswith("error: no entry is meant by `no such words`\n")
    assert call("show", "no such words", "consistency").status == 3


def test_json_holds_entries_facts_and_history(call: Call) -> None:
    data = call("show", "12", "52", "--json").data
    assert set(data) == {"entries", "facts", "proposals", "history"}
    assert [entry["id"] for entry in data["entries"]] == [12, 52]
    assert data["entries"][0]["arxiv_id"] == "2006.11239"
    assert {fact["entry"] for fact in data["facts"]} == {12, 52}
    assert set(data["facts"][0]) == {"entry", "name", "value", "source", "fetched", "chosen"}
    assert set(data["history"][0]) >= {"entry", "id", "made", "command", "summary", "undone"}


def test_json_of_some_that_are_missing_is_partial(call: Call) -> None:
    answer = json.loads(call("show", "12", "no such words", "--json").stdout)
    assert (answer["status"], answer["exit_code"]) == ("partial", 1)
    assert [entry["id"] for entry in answer["data"]["entries"]] == [12]
    [error] = answer["errors"]
    assert (error["code"], error["ref"]) == ("entry-not-found", "no such words")


def test_nothing_in_a_note_steers_the_terminal(
    call: Call, new_base: Callable[[], Path], tmp_path: Path
) -> None:
    file, base = tmp_path / "list.md", str(new_base())
    file.write_bytes(b"- [A](https://example.org/a) **WR=1**  \nOne \x1b\\[2J line.\n\nx\n")
    call("import", str(file), DIFFKB_BASE=base)
    shown = call("show", "1", DIFFKB_BASE=base).stdout
    assert "\x1b" not in shown
    assert "One \\x1b" in shown


@pytest.mark.parametrize("columns", [40, 60, 120])
def test_on_a_terminal_lines_are_wrapped_to_its_width(
    on_terminal: Callable[..., str], seed_base: Path, columns: int
) -> None:
    shown = on_terminal("-m", "diffkb", "--base", str(seed_base), "show", "8", columns=columns)
    lines = [line for line in shown.splitlines() if not line.startswith("url")]
    notes = lines[lines.index("wr          3") + 1 :]
    assert notes[0].startswith("note        Simple but very")
    assert all(len(line) <= columns or " " not in line[12:] for line in lines)
    if columns < 120:
        assert notes[1].startswith(" " * 12)

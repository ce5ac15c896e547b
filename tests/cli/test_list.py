"""`diffkb list`: which entries, in which form, and what is said where there are none."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]
    Runner = Callable[..., subprocess.CompletedProcess[Any]]

ENTRY_KEYS = {
    *("id", "document", "kind", "title", "url", "links", "year", "year_from", "wr", "read"),
    *("section", "tags", "note", "arxiv_id", "doi", "openreview_id", "authors", "venue"),
    *("published", "abstract", "pending", "key"),
}

AWKWARD = """\
- [Tab\there](https://example.org/tab) **WR=1**
- [Two
lines](https://example.org/lines)
- [Red \x1b\\[31mletters\x07](https://example.org/red)
- [Turned \u202eround\u2028](https://example.org/turned)
- [A \udcff byte](https://example.org/byte)
"""


@pytest.fixture
def sounds(call: Call, new_base: Callable[[], Path], lists: Path) -> Call:
    """Gives a function that runs diffkb on a base with the list of sounds."""
    base = str(new_base())
    assert call("import", str(lists / "sounds.md"), DIFFKB_BASE=base).status == 0
    return lambda *words: call(*words, DIFFKB_BASE=base)


def ids(call: Call, *words: str) -> list[int]:
    done = call("list", *words, "--format", "ids")
    assert (done.status, done.stderr) == (0, "")
    return [int(line) for line in done.stdout.splitlines()]


def test_piped_it_is_a_record_a_line(call: Call) -> None:
    done = call("list", "--section", "Foundations")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[4] == [
        *("12", "2020", "3", "Denoising Diffusion Probabilistic Models"),
        "https://arxiv.org/abs/2006.11239",
    ]
    assert {len(row) for row in rows} == {5}
    assert done.stderr == ""


def test_the_owners_example_says_that_all_of_the_section_is_unrated(call: Call) -> None:
    done = call("list", "--section", "Inverse problems", "--min-wr", "2")
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == (
        "23 entries are in that section, all unrated; `--include-unrated` shows them\n"
    )


def test_they_are_shown_when_asked_for(call: Call) -> None:
    found = ids(call, "--section", "Inverse problems", "--min-wr", "2", "--include-unrated")
    assert found == ids(call, "--section", "Inverse problems")
    assert len(found) == 23


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--min-wr", "4"), "53 entries are there, 31 of them unrated"),
        (("--section", "Papers", "--max-wr", "0"), "46 entries are in that section, 24 of them"),
        (("--section", "Flow Matching", "--min-wr", "1"), "1 entry is in that section, all unr"),
        (("--section", "Foundations", "--min-wr", "4"), "WR goes from 1 to 3 here\n"),
        (("wr:9",), "WR goes from 1 to 3 here\n"),
        (("wr:..0 or title:xyzzy",), "WR goes from 1 to 3 here\n"),
        (("not wr:..9", "not wr:none"), None),
        (("--min-wr", "4", "--quiet"), None),
        (("--min-wr", "3", "--limit", "0"), None),
        (("--min-wr", "3"), None),
        (("--year", "1990"), None),
        (("--unrated", "--section", "Foundations"), None),
    ],
)
def test_unrated_entries_are_counted_where_the_answer_is_empty(
    call: Call, words: tuple[str, ...], said: str | None
) -> None:
    done = call("list", *words)
    assert done.status == 0
    if said is None:
        assert done.stderr == ""
    else:
        assert done.stdout == ""
        assert said in done.stderr


def test_on_a_terminal_they_are_counted_beside_the_answer(
    on_terminal: Callable[..., str], seed_base: Path
) -> None:
    program = ("-m", "diffkb", "--base", str(seed_base))
    shown = on_terminal(*program, "list", "--min-wr", "3", "--limit", "1")
    assert shown.endswith("31 entries without WR left out; `--include-unrated` shows them\n")
    assert "left out" not in on_terminal(*program, "list", "--limit", "1")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [1, 2, 3, 4, 5, 6, 7]),
        (("--section", "strings"), [1, 2, 3, 6]),
        (("--topic", "  REEDS"), [4, 5, 7]),
        (("--section", "Winds/Brass"), [4, 5, 6]),
        (("--section", "winds\\/brass/strings"), [6]),
        (("--section", "archive/reeds"), [7]),
        (("--document", "sounds WORTH hearing", "--section", "Archive"), [7]),
        (("--year", "2020"), [4, 5]),
        (("--year", "2020.."), [2, 4, 5]),
        (("--year", "..2020"), [3, 4, 5]),
        (("--year", "2019..2021"), [2, 3, 4, 5]),
        (("--min-wr", "2"), [1, 4, 6]),
        (("--max-wr", "1"), [2, 7]),
        (("--min-wr", "2", "--max-wr", "2"), [4, 6]),
        (("--min-wr", "3", "--include-unrated"), [1, 3, 5]),
        (("--unrated",), [3, 5]),
        (("--include-unrated",), [1, 2, 3, 4, 5, 6, 7]),
        (("--sort", "wr-"), [1, 4, 6, 2, 7, 3, 5]),
        (("--sort", "wr-,title"), [1, 4, 6, 7, 2, 5, 3]),
        (("--sort", "year", "--sort", "id-"), [3, 5, 4, 2, 7, 6, 1]),
        (("--sort", "title", "--limit", "2"), [4, 5]),
        (("--limit", "0"), []),
        (("--limit", "99999999999999999999"), [1, 2, 3, 4, 5, 6, 7]),
        (("--max-wr", "99999999999999999999"), [1, 2, 4, 6, 7]),
    ],
)
def test_filters_add_up(sounds: Call, words: tuple[str, ...], expected: list[int]) -> None:
    assert ids(sounds, *words) == expected


@pytest.mark.parametrize(
    ("words", "status", "error", "hint"),
    [
        (
            ("--section", "Invers problem"),
            3,
            'no section "Invers',
            'est: "Papers/Inverse problems"',
        ),
        (("--section", "xyzzy"), 3, 'there is no section "xyzzy"', "`diffkb section list` shows"),
        (("--section", ""), 3, 'there is no section ""', "`diffkb section list` shows"),
        (("--document", "Other"), 3, 'no document "Other"', '"Knowledge Base - Diffusion Models"'),
        (("--year", "2021..2019"), 2, "`2021..2019` does not fit", "begins with its first year"),
        (("--year", "last"), 2, "`last` does not fit --year", "a range such as 2020..2022"),
        (("--year", "2020-2022"), 2, "`2020-2022` does not fit --year", "2020..2022"),
        (("--sort", "colour"), 2, "`colour` does not fit --sort", "one of year, wr, title"),
        (
            ("--format", "xml"),
            2,
            "`xml` does not fit --format",
            "table, plain, json, csv, ids",
        ),
        (("--min-wr", "x"), 2, "invalid value for '--min-wr'", "`diffkb list --help`"),
        (("--limit", "-1"), 2, "-1 is less than 0", "`diffkb list --help`"),
        (("--unrated", "--min-wr", "1"), 2, "unrated entries have no WR", "--include-unrated adds"),
        (("--unratd",), 2, "no such option: --unratd", "did you mean `--unrated`"),
    ],
)
def test_what_cannot_be_meant_is_told(
    call: Call, words: tuple[str, ...], status: int, error: str, hint: str
) -> None:
    done = call("list", *words)
    assert (done.status, done.stdout) == (status, "")
    said, next_step = done.stderr.splitlines()
    assert said.startswith("error: ")
    assert error in said
    assert next_step.startswith("hint: ")
    assert hint in next_step


def test_ls_is_the_same_command(call: Call) -> None:
    assert call("ls", "--json").stdout == call("list", "--json").stdout


def test_json_is_one_object_with_whole_entries(call: Call) -> None:
    done = call("list", "--section", "Foundations", "--json")
    answer = json.loads(done.stdout)
    assert (answer["command"], answer["status"], answer["exit_code"]) == ("list", "ok", 0)
    entries = answer["data"]["entries"]
    assert {frozenset(entry) for entry in entries} == {frozenset(ENTRY_KEYS)}
    [ddpm] = [entry for entry in entries if entry["key"] == "ho2020denoising"]
    assert ddpm["section"] == ["Papers", "Foundations"]
    assert ddpm["authors"][0] == {"family": None, "given": None, "name": "Jonathan Ho"}
    assert (ddpm["year"], ddpm["year_from"], ddpm["published"]) == (2020, "heading", "2020-06-19")
    assert call("list", "--section", "Foundations", "--format", "json").data["entries"] == entries


def test_json_lines_are_the_same_entries(call: Call) -> None:
    done = call("list", "--limit", "5", "--format", "jsonl")
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    assert entries == call("list", "--limit", "5", "--json").data["entries"]


def test_an_empty_answer_in_json_is_an_empty_array(call: Call) -> None:
    done = call("list", "--section", "Inverse problems", "--min-wr", "2", "--json")
    assert (done.status, done.data) == (0, {"entries": []})
    assert "all unrated" in done.stderr
    assert call("list", "--year", "1990", "--format", "jsonl").stdout == ""


def test_an_error_in_json_is_the_same_object(call: Call) -> None:
    done = call("list", "--section", "Foundation", "--json")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["exit_code"], answer["data"]) == ("error", 3, None)
    [error] = answer["errors"]
    assert (error["code"], error["ref"]) == ("section-not-found", "Foundation")
    assert "Papers/Foundations" in error["hint"]


def test_no_title_breaks_its_line(call: Call, new_base: Callable[[], Path], tmp_path: Path) -> None:
    file, base = tmp_path / "awkward.md", str(new_base())
    file.write_bytes(AWKWARD.encode("utf-8", "surrogateescape"))
    call("import", str(file), DIFFKB_BASE=base)
    rows = [line.split("\t") for line in call("list", DIFFKB_BASE=base).stdout.split("\n")[:-1]]
    assert [row[3] for row in rows] == [
        "Tab here",
        "Two lines",
        "Red \\x1b[31mletters\\x07",
        "Turned \\u202eround\\u2028",
        "A \ufffd byte",
    ]
    assert {len(row) for row in rows} == {5}
    table = call("list", "--format", "table", DIFFKB_BASE=base).stdout
    assert "\x1b" not in table
    assert "Red \\x1b[31mletters\\x07" in table


def test_whoever_stops_reading_is_not_told_about_it(
    clean_environment: dict[str, str], seed_base: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "diffkb", "--base", str(seed_base), "list", "--format", "jsonl"],
        env=clean_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_base_without_entries_has_none_to_list(call: Call, new_base: Callable[[], Path]) -> None:
    base = str(new_base())
    for words in (("list",), ("list", "--min-wr", "2"), ("list", "--format", "ids")):
        done = call(*words, DIFFKB_BASE=base)
        assert (done.status, done.stdout, done.stderr) == (0, "", "")
    done = call("list", "--section", "Any", DIFFKB_BASE=base)
    assert done.status == 3

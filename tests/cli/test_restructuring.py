"""`diffkb section add|rename|move|rm`, `copy`, and `add --title`: as people use them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journal import last_step, rows, take_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

SEED = "Knowledge Base - Diffusion Models"
OTHER = """\
# Other

## Foundations

| Title | Year | Link |
|---|---|---|
| A Study of Slow Rivers | 2019 | [pdf](https://example.org/a.pdf) |
| A Study of Fast Rivers | 2020 | [pdf](https://example.org/b.pdf) |

## Surveys

- Rivers and Lakes. Ann Lark, Ben Finch. *ICML 2020*. [[pdf]](https://example.org/c.pdf)
- Lakes and Ponds. Cy Wren, Di Owl. *CVPR 2021*. [[pdf]](https://example.org/d.pdf)
"""


@pytest.fixture
def other(call: Call, tmp_path: Path) -> str:
    """Brings a second list into the base, and gives its name."""
    file = tmp_path / "other.md"
    file.write_text(OTHER)
    assert call("import", str(file)).status == 0
    return "Other"


def exported(call: Call, document: str = SEED) -> str:
    text: str = call("export", "markdown", "--document", document).stdout
    return text


def test_a_section_is_made_renamed_moved_and_removed(call: Call, base: Path) -> None:
    before, held, steps = exported(call), rows(base), last_step(base)
    lines = [
        (("add", "Papers/New one"), 'added section "Papers/New one"\n'),
        (("rename", "New one", "Old one"), 'renamed section "Papers/New one": "Papers/Old one"\n'),
        (("move", "Old one", "/"), 'moved section "Papers/Old one": "Old one"\n'),
        (("move", "Foundations", "Old one"), "moved section"),
        (("rm", "Old one", "--yes"), 'removed section "Old one" with 8 entries and 1 section\n'),
    ]
    for words, said in lines:
        done = call("section", *words)
        assert (done.status, done.stdout[: len(said)]) == (0, said)
    assert "# Old one" not in exported(call)
    for step in range(last_step(base), steps, -1):
        take_back(base, step)
    assert exported(call) == before
    assert rows(base) == held


def test_a_dry_run_shows_the_lines_and_changes_nothing(call: Call, base: Path) -> None:
    held = base.read_bytes()
    done = call("section", "rename", "Foundations", "Basics", "--dry-run")
    changed = [line for line in done.stdout.splitlines() if re.match(r"[-+](?!--|\+\+)", line)]
    assert (done.status, changed) == (0, ["-### Foundations", "+### Basics"])
    assert "would rename section" in done.stderr
    assert base.read_bytes() == held


def test_a_section_that_holds_something_is_removed_only_when_that_is_meant(
    call: Call, base: Path
) -> None:
    held = base.read_bytes()
    done = call("section", "rm", "Inverse problems")
    assert done.status == 2
    assert 'remove section "Papers/Inverse problems" with 23 entries' in done.stderr
    assert base.read_bytes() == held
    call("section", "add", "Empty")
    assert call("section", "rm", "Empty").status == 0
    assert call("section", "rm", "Inverse problems", "--recursive").status == 0
    assert call("list", "section:Papers", "--format", "ids").stdout.count("\n") == 23


def test_links_to_the_old_name_are_told(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    file.write_text("# L\n\nSee [here](#slow-waves).\n\n## Slow Waves\n\n- [A](https://x.org/a)\n")
    base = str(tmp_path / "own.sqlite")
    call("import", str(file), DIFFKB_BASE=base)
    done = call("section", "rename", "Slow Waves", "Fast", DIFFKB_BASE=base)
    assert "line 3 of the list still links to the old name" in done.stderr
    answer = call("section", "rename", "Fast", "Slow Waves", "--json", DIFFKB_BASE=base).data
    assert (answer["outcome"], answer["dead_links"]) == ("changed", [])


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("add", "Nowhere/New"), 3, "section-not-found"),
        (("add", "papers"), 4, "section-exists"),
        (("add", " "), 2, "bad-value"),
        (("rename", "Nowhere", "New"), 3, "section-not-found"),
        (("rename", "Foundations", "2021"), 4, "cannot-write"),
        (("rename", "Foundations", "Inverse problems"), 4, "section-exists"),
        (("move", "Papers", "Foundations"), 4, "section-inside"),
        (("rm", "Nowhere"), 3, "section-not-found"),
        (("rm", "Foundations", "--document", "None"), 3, "document-not-found"),
    ],
)
def test_what_cannot_be_done_to_a_section_is_said(
    call: Call, base: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    held = base.read_bytes()
    done = call("section", *words, "--json")
    [error] = json.loads(done.stdout)["errors"]
    assert (done.status, error["code"], bool(error["hint"])) == (status, code, True)
    assert base.read_bytes() == held


def test_nothing_to_do_is_said_and_leaves_no_step(call: Call, base: Path) -> None:
    steps = last_step(base)
    for words in (("rename", "Foundations", "Foundations"), ("move", "Foundations", "Papers")):
        done = call("section", *words, "--json")
        assert (done.status, done.data["outcome"], done.data["step"]) == (0, "unchanged", None)
    assert last_step(base) == steps


def test_an_entry_is_copied_in_the_form_of_the_other_list(call: Call, other: str) -> None:
    seed = exported(call)
    done = call("copy", "12", "--document", other, "--section", "Surveys")
    title = "Denoising Diffusion Probabilistic Models"
    assert (done.status, done.stdout) == (0, f'copied 12 "{title}" to "Other/Surveys" as 58\n')
    added = exported(call, other).removeprefix(OTHER)
    assert added.startswith(f"- {title}. Jonathan Ho, Ajay Jain, Pieter Abbeel. *2020*. ")
    entries = call("show", "12", "58", "--json").data["entries"]
    assert entries[0]["arxiv_id"] == entries[1]["arxiv_id"] == "2006.11239"
    assert "also        58 in Other / Surveys" in call("show", "12").stdout
    assert exported(call) == seed


def test_what_is_there_already_is_told(call: Call, other: str, base: Path) -> None:
    call("copy", "12", "--document", other)
    held = exported(call, other)
    done = call("copy", "12", "--document", other, "--json")
    [copy] = done.data["copies"]
    assert (done.status, copy["copy"], copy["known"]) == (0, 58, True)
    assert "entry 12 is there already, as entry 58" in done.stderr
    assert exported(call, other) == held
    before = rows(base)
    assert call("copy", "12", "--document", other, "--again").status == 0
    take_back(base, last_step(base))
    assert rows(base) == before


def test_what_the_other_list_has_no_place_for_is_told(call: Call, other: str) -> None:
    done = call("copy", "12", "--document", other, "--json")
    assert done.data["copies"][0]["left_out"] == ["note"]
    assert "has no place for this of entry 12: note" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("12",), 2, "usage"),
        (("12", "--document", "Nowhere"), 3, "document-not-found"),
        (("12", "--document", "Other", "--section", "Nowhere"), 3, "section-not-found"),
        (("99", "--document", "Other"), 3, "entry-not-found"),
        (("12", "13", "--document", "Other"), 2, "usage"),
    ],
)
@pytest.mark.usefixtures("other")
def test_what_cannot_be_copied_is_said(
    call: Call, base: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    held = base.read_bytes()
    done = call("copy", *words, "--json")
    [error] = json.loads(done.stdout)["errors"]
    assert (done.status, error["code"]) == (status, code)
    assert base.read_bytes() == held


def test_a_title_alone_makes_an_entry_without_a_link(call: Call, base: Path) -> None:
    before, held = exported(call), rows(base)
    words = ("add", "--title", "A Book on my Desk", "--section", "Foundations", "--year", "2019")
    assert call(*words, "--dry-run").stdout == (
        'would add "A Book on my Desk" (Papers / Foundations, 2019)\n'
    )
    assert rows(base) == held
    more = ("--wr", "2", "--note", "Read it.", "--tag", "book", "--tag", "old")
    done = call(*words, *more, "--json")
    [result] = done.data["results"]
    entry = result["entry"]
    assert (done.status, result["outcome"], entry["url"]) == (0, "added", None)
    assert [entry[one] for one in ("year", "wr", "note", "tags")] == [
        *(2019, 2, "Read it.", ["book", "old"])
    ]
    assert "- [A Book on my Desk]() **WR=2**\nRead it.\n" in exported(call)
    known = call("add", "--title", "a book on  my desk", "--section", "Foundations")
    assert (known.status, known.stdout[:9]) == (0, "known 54 ")
    assert (
        call("add", "--title", "A Book on my Desk", "--section", "Foundations", "--again").status
        == 0
    )
    for step in (last_step(base), last_step(base) - 1):
        take_back(base, step)
    assert exported(call) == before
    assert rows(base) == held


def test_a_title_is_the_first_entry_of_an_empty_base(call: Call, tmp_path: Path) -> None:
    base = str(tmp_path / "new.sqlite")
    assert call("add", "--title", "First", "--dry-run", DIFFKB_BASE=base).status == 0
    assert call("add", "--title", "First", DIFFKB_BASE=base).status == 0
    shown = call("export", "markdown", DIFFKB_BASE=base).stdout
    assert shown == "# Reading list\n\n## Unsorted\n\n- [First]()\n"
    assert call("section", "add", "Books", DIFFKB_BASE=base).status == 0
    assert call("edit", "1", "url=https://example.org/a", DIFFKB_BASE=base).status == 0
    shown = call("export", "markdown", DIFFKB_BASE=base).stdout
    assert (
        shown == "# Reading list\n\n## Unsorted\n\n- [First](https://example.org/a)\n\n## Books\n"
    )


def test_a_first_section_makes_the_list(call: Call, tmp_path: Path) -> None:
    base = str(tmp_path / "new.sqlite")
    assert call("section", "add", "Books", DIFFKB_BASE=base).status == 0
    assert call("export", "markdown", DIFFKB_BASE=base).stdout == "# Reading list\n\n## Books\n"


CONTROLS = ["\x1b[2J", "a\0b", "\ud800", "\udcff", "\u202eabc", "\n# A"]
PLAIN = ["'; DROP TABLE entries; --", "=1+1", "](#x)", "a/b\\/c", "<!--", "```", "x" * 100_000]
HOSTILE = st.sampled_from([*CONTROLS, *PLAIN, "-x", "--yes", "/", "#", "2021"]) | st.text(
    max_size=20
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    words=st.sampled_from(
        [
            ("section", "add"),
            ("section", "rename", "Foundations"),
            ("section", "move", "Foundations"),
            ("section", "rm", "--dry-run"),
            ("add", "--title"),
            ("copy", "12", "--document", SEED, "--again", "--section"),
        ]
    ),
    text=HOSTILE,
)
def test_no_text_breaks_anything(call: Call, base: Path, words: tuple[str, ...], text: str) -> None:
    held, steps = rows(base), last_step(base)
    done = call(*words, text, "--json")
    assert done.status in {0, 2, 3, 4}
    json.loads(done.stdout)
    if last_step(base) > steps:
        take_back(base, last_step(base))
    assert rows(base) == held

"""The forms of a listing that a person chooses: columns, CSV, templates, and the pager."""

from __future__ import annotations

import csv
import io
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.cli.render.columns import COLUMNS
from diffkb.cli.render.pager import paged
from diffkb.cli.render.query_language import EXAMPLES
from diffkb.core.fields import FIELDS
from diffkb.formats.spreadsheet import FORMULA, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

CELL = st.text(st.characters(exclude_categories=["Cs"]))


def test_columns_come_in_the_order_they_are_asked_for(call: Call) -> None:
    done = call("list", "arxiv:2006.11239", "--columns", "title,id", "--columns", "section,authors")
    assert done.stdout == (
        "Denoising Diffusion Probabilistic Models\t12\tPapers / Foundations\t"
        "Jonathan Ho; Ajay Jain; Pieter Abbeel\n"
    )


def test_csv_holds_every_column_unless_some_are_chosen(call: Call) -> None:
    rows = list(csv.DictReader(io.StringIO(call("list", "--format", "csv").stdout, newline="")))
    assert len(rows) == 53
    assert list(rows[0]) == list(COLUMNS)
    assert {row["pending"] for row in rows} == {"no"}
    chosen = call("list", "id:12", "--format", "csv", "--columns", "id,wr,tags").stdout
    assert chosen == "id,wr,tags\r\n12,3,\r\n"


@given(st.lists(st.lists(CELL, min_size=2, max_size=2)))
def test_csv_gives_cells_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    text = "".join(write_csv(["a", "b"], rows))
    head, *read = csv.reader(io.StringIO(text, newline=""))
    assert head == ["a", "b"]
    assert not [cell for row in read for cell in row if cell.startswith(FORMULA)]
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


def test_a_template_is_filled_for_each_entry(call: Call) -> None:
    done = call("list", "id:12,13", "--format", "{{{year:>6}}} {title:.9}|{tags}|")
    assert done.stdout == "{  2020} Denoising||\n{  2019} Generativ||\n"


@pytest.mark.parametrize("words", [("list", "--format", "markdown"), ("export", "markdown")])
def test_markdown_of_a_query_is_a_list_of_its_own(call: Call, words: tuple[str, ...]) -> None:
    done = call(*words, "wr:3 section:foundations year:2020")
    assert re.findall(r"#.*|\[.*?\]|\*\*.*\*\*", done.stdout) == [
        *("# Knowledge Base - Diffusion Models", "## Papers", "### Foundations", "#### 2020"),
        *("[Denoising Diffusion Implicit Models]", "**WR=3**"),
        *("[Denoising Diffusion Probabilistic Models]", "**WR=3**"),
    ]
    assert call(*words, "wr:3 year+").stdout.startswith("## 2020\n\n- [Denoising Diffusion Impl")


@pytest.mark.parametrize("template", ["{", "{}", "{0}", "{nothing}", "{title.x}", "{year:d}", "}{"])
def test_a_template_that_cannot_be_filled_is_told(call: Call, template: str) -> None:
    done = call("list", "--format", template)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("form", ["ids", "json", "jsonl", "{year}"])
def test_a_form_without_columns_says_so(call: Call, form: str) -> None:
    done = call("list", "--format", form, "--columns", "id")
    assert done.status == 2
    assert "--columns is for table, plain, csv" in done.stderr


@pytest.mark.parametrize("columns", [60, 100, 200])
def test_chosen_columns_are_a_table_with_a_head(
    on_terminal: Callable[..., str], seed_base: Path, columns: int
) -> None:
    words = ("-m", "diffkb", "--base", str(seed_base), "list", "wr:3", "--columns", "id,wr,title")
    shown = on_terminal(*words, columns=columns, NO_COLOR="1").splitlines()
    assert shown[0].split() == ["id", "wr", "title"]
    assert shown[1].split()[:3] == ["8", "3", "Classifier-Free"]
    assert max(map(len, shown)) <= columns


PAGER = "import sys; sys.stdout.write('PAGED\\n'); sys.stdout.write(sys.stdin.{})"


@pytest.mark.parametrize(
    ("reads", "options"),
    [
        ("read()", ()),
        ("readline()", ()),
        ("read()", ("--no-pager",)),
        ("read()", ("--format", "ids")),
    ],
)
def test_a_table_goes_through_the_pager(
    on_terminal: Callable[..., str],
    seed_base: Path,
    tmp_path: Path,
    reads: str,
    options: tuple[str, ...],
) -> None:
    pager = tmp_path / "pager.py"
    pager.write_text(PAGER.format(reads))
    words = ("-m", "diffkb", "--base", str(seed_base), "list", "wr:3", *options)
    out = on_terminal(*words, PAGER=f"{sys.executable} {pager}")
    assert ("PAGED" in out) == (options == ())
    # A person who leaves after the first line has not seen the rest.
    assert ("Consistency Models" in out) == (reads == "read()" and "ids" not in options)
    assert "Traceback" not in out


def test_who_leaves_the_pager_has_seen_enough(tmp_path: Path) -> None:
    pager = tmp_path / "pager.py"
    pager.write_text("import sys; sys.stdin.readline()")
    with paged({"PAGER": f"{sys.executable} {pager}"}, wanted=True) as stream:
        for _ in range(100_000):
            stream.write("more than a pipe holds\n")
    assert stream.closed


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager", "'"])
def test_without_a_pager_the_table_is_printed(
    on_terminal: Callable[..., str], seed_base: Path, pager: str
) -> None:
    out = on_terminal("-m", "diffkb", "--base", str(seed_base), "list", "wr:3", PAGER=pager)
    assert "Classifier-Free" in out


@pytest.mark.parametrize("query", [query for query, _ in EXAMPLES])
def test_each_example_of_help_query_finds_what_it_says(call: Call, query: str) -> None:
    done = call("list", query)
    assert (done.status, done.stderr) == (0, "")


def test_help_query_names_each_field(call: Call) -> None:
    shown = call("help", "query").stdout
    for name, field in FIELDS.items():
        assert f"  {name} " in shown
        assert field.example in shown


def test_help_of_a_command_is_that_of_the_command(call: Call) -> None:
    assert call("help", "section", "list").stdout == call("section", "list", "--help").stdout
    assert call("help").stdout == call("--help").stdout
    assert call("help", "nothing").status == 2


def test_columns_go_by_the_names_that_queries_know(call: Call) -> None:
    asked = ("author:song", "--limit", "1")
    columns = call("list", *asked, "--columns", "arxiv,author", "--format", "csv").stdout
    assert columns.splitlines()[0] == "arxiv,author"
    plain = call("list", *asked, "--format", "{arxiv_id}, {authors}").stdout
    assert call("list", *asked, "--format", "{arxiv}, {author}").stdout == plain


def test_a_trouble_in_a_query_is_pointed_at(call: Call) -> None:
    done = call("list", "扩散", "tilte:x")
    assert done.status == 2
    assert done.stderr.splitlines() == [
        "error: the query cannot be read: there is no field `tilte`",
        "  扩散 tilte:x",
        "       ^",
        "hint: did you mean `title`?",
    ]
    for words, at in (("wr:3 year:2021..2019", 10), ("added:2026-02..2026-01", 6)):
        done = call("list", words)
        backwards = f"error: the query cannot be read: `{words[at:]}` runs backwards"
        assert done.stderr.splitlines()[:3] == [backwards, f"  {words}", f"  {' ' * at}^"]
    assert call("list", "added:2026-02..2026").status == 0
    far = call("list", "long " * 40 + "year:x" + " long" * 40).stderr.splitlines()
    assert max(map(len, far)) < 110
    assert far[1][far[2].index("^")] == "x"

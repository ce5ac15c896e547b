"""`diffkb document`: several lists in one base."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

SHIPPED = "Knowledge Base - Diffusion Models"
OTHER = "# Other\n\n## S\n\n- [Again](https://arxiv.org/abs/2006.11239)\n- [B](https://b.example)\n"


@pytest.fixture
def both(call: Call, tmp_path: Path) -> Call:
    """Gives the program on a base with the shipped list and another one."""
    (tmp_path / "other.md").write_text(OTHER)
    assert call("import", str(tmp_path / "other.md")).status == 0
    return call


def test_every_document_is_listed_with_its_entries(both: Call, tmp_path: Path) -> None:
    path = tmp_path / "other.md"
    assert both("document").stdout == f"{SHIPPED}\t53\t\t\nOther\t2\t{path}\t\n"
    assert both("document", "list", "--json").data["documents"][1] == {
        "name": "Other",
        "title": "Other",
        "path": str(path),
        "entries": 2,
        "default": False,
    }


def test_without_a_default_the_document_must_be_named(both: Call) -> None:
    done = both("export", "markdown")
    assert done.status == 4
    assert '--document: "Knowledge Base - Diffusion Models", "Other"' in done.stderr
    assert both("export", "markdown", "--document", "other").stdout == OTHER


def test_the_default_is_meant_where_none_is_named(both: Call) -> None:
    assert both("document", "default", "OTHER").status == 0
    assert both("export", "markdown").stdout == OTHER
    assert both("document", "default", SHIPPED).status == 0
    assert both("export", "markdown").stdout.startswith(f"# {SHIPPED}\n")


def test_the_configuration_may_name_the_default(both: Call) -> None:
    assert both("export", "markdown", DIFFKB_DEFAULT_DOCUMENT="Other").stdout == OTHER


@pytest.mark.usefixtures("both")
def test_the_same_work_in_two_lists_is_one_paper(base: Path) -> None:
    with closing(sqlite3.connect(base)) as connection:
        found = connection.execute("SELECT DISTINCT paper_id FROM entries WHERE id IN (12, 54)")
        assert len(found.fetchall()) == 1


def test_a_new_name_changes_no_byte_of_the_list(both: Call) -> None:
    assert both("document", "rename", "other", " My  list ").status == 0
    assert both("export", "markdown", "--document", "my list").stdout == OTHER
    assert both("document", "rename", "my list", SHIPPED.upper()).status == 4
    assert both("document", "rename", "my list", " ").status == 2


def test_removing_a_document_leaves_the_others(both: Call, base: Path) -> None:
    assert both("document", "rm", "Other").status == 2
    done = both("document", "rm", "Other", "--yes", "--json")
    assert json.loads(done.stdout)["data"] == {"document": "Other", "entries": 2}
    assert both("document").stdout == f"{SHIPPED}\t53\t\t\n"
    assert both("show", "2006.11239").status == 0
    with closing(sqlite3.connect(base)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        left = "SELECT count(*) FROM identifiers WHERE value LIKE '%b.example%'"
        assert connection.execute(left).fetchone() == (0,)


def test_the_list_can_be_imported_again_after_it_was_removed(both: Call, tmp_path: Path) -> None:
    path = str(tmp_path / "other.md")
    assert both("import", path).status == 4
    both("document", "rm", "Other", "--yes")
    assert both("import", path).status == 0


@pytest.mark.parametrize("verb", ["default", "rm"])
def test_a_name_that_nobody_has_is_told_with_those_there_are(both: Call, verb: str) -> None:
    done = both("document", verb, "nope")
    assert done.status == 3
    assert 'documents: "Knowledge Base - Diffusion Models", "Other"' in done.stderr

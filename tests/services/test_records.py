"""Records of a file go into a list at once: as if added one by one, read back, and undone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bases import export
from tests.journal import ask, last_step, rows, take_back
from tests.services.test_placing import FIELDS, LISTS, bases, is_within, listed, read_again

from diffkb.core.models import Fields
from diffkb.core.query import EVERYTHING
from diffkb.errors import AmbiguousDocument, CannotWrite, DocumentNotFound, UnreadableInput
from diffkb.formats import BY_NAME, jsonl
from diffkb.paths import BaseChoice
from diffkb.services.importing import import_list, read_list
from diffkb.services.pages import Page
from diffkb.services.placing import add_entry
from diffkb.services.records import Brought, bring_records
from diffkb.store.reader import Reader
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["bases"]

LAW = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=25,
    deadline=None,
)
OWN = sorted(set(LISTS) - {"numbered"})
KNOWN = st.sampled_from([["First"], ["Second"]])
NEW = st.sampled_from([[], ["First"], ["Third"], ["Second", "Below"], ["Third", "# _Deep_"]])


def records(sections: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draws records, each of another work."""
    one = st.tuples(sections, FIELDS)
    return st.lists(one, min_size=1, max_size=8).map(
        lambda drawn: [
            {
                "section": section,
                "title": " ".join(fields.title.split()) or "T",
                "url": f"{fields.url}{number}",
                "year": fields.year,
                "wr": fields.wr,
                "note": fields.note,
            }
            for number, (section, fields) in enumerate(drawn)
        ]
    )


def with_plain_notes(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gives records whose notes fit any form: others have a form that the next one takes up."""
    return [{**one, "note": one["note"] and "A note."} for one in found]


def lines_of(base: Path) -> list[str]:
    """Gives the lines of a base's list that are not blank."""
    return [line for line in export(base).splitlines() if line.strip()]


def bring(
    base: Path, found: Iterable[object], document: str | None = None, default: str | None = None
) -> Brought:
    """Imports records, each on a line."""
    file = base.with_suffix(".jsonl")
    lines = (one if isinstance(one, str) else json.dumps(one) for one in found)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return bring_records(
        BaseChoice(base, "option", "named by --base", base),
        file,
        BY_NAME["jsonl"],
        document=document,
        default_document=default,
        dry_run=False,
        report=print,
    )


@LAW
@given(name=st.sampled_from(sorted(LISTS)), found=records(NEW))
def test_what_is_brought_reads_as_it_was_written_and_can_be_undone(
    bases: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    found: list[dict[str, Any]],
) -> None:
    base = Path(shutil.copy(bases[name], tmp_path_factory.mktemp("law") / "kb.sqlite"))
    before, held, step = export(base), rows(base), last_step(base)
    brought = bring(base, found)
    assert brought.added + len(brought.errors) == len(found)
    assert is_within(before, export(base))
    assert read_again(base) == listed(base)
    assert len(ask(base, "SELECT 1 FROM entries")) == len(held["entries"]) + brought.added
    positions = ask(base, "SELECT position FROM blocks WHERE document_id = 1")
    assert len(set(positions)) == len(positions)
    if brought.added:
        assert last_step(base) == step + 1
        take_back(base, step + 1)
    assert rows(base) == held


@LAW
@given(name=st.sampled_from(OWN), found=records(KNOWN).map(with_plain_notes))
def test_all_at_once_is_as_one_by_one(
    bases: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    found: list[dict[str, Any]],
) -> None:
    folder = tmp_path_factory.mktemp("law")
    at_once, one_by_one = folder / "once.sqlite", folder / "one.sqlite"
    for base in (at_once, one_by_one):
        shutil.copy(bases[name], base)
    brought = bring(at_once, found)
    added = 0
    with UnitOfWork(one_by_one, command="add") as unit:
        page = Page.open(unit, 1)
        for one in found:
            fields = Fields(**{key: one[key] for key in ("title", "url", "year", "wr", "note")})
            try:
                section = page.section(one["section"][0], create=False)
                add_entry(page, section, fields, kind="link", paper_id=None)
                added += 1
            except CannotWrite:
                continue
    assert brought.added == added
    # The first of a section may have come before a year group was made above it, or after.
    assert lines_of(at_once) == lines_of(one_by_one)


def entries(base: Path) -> list[dict[str, Any]]:
    """Gives the entries of a base as JSON holds them, but for what another base has otherwise."""
    with Reader.open(base) as reader:
        found = [jsonl.entry_object(entry) for entry in reader.entries(EVERYTHING)]
    return [{key: one[key] for key in one if key not in {"id", "year_from"}} for one in found]


def test_lines_of_one_base_make_the_same_entries_in_another(
    seed_base: Path, new_base: Callable[[], Path]
) -> None:
    wanted = entries(seed_base)
    base = new_base()
    assert bring(base, wanted).added == 53
    assert json.dumps(entries(base)) == json.dumps(wanted)
    again = bring(base, wanted)
    assert (again.added, again.known, again.errors) == (0, 53, [])


def test_a_year_makes_its_group_where_there_are_others_or_the_section_is_new(
    bases: dict[str, Path],
    tmp_path: Path,
) -> None:
    base = Path(shutil.copy(bases["years go down"], tmp_path / "kb.sqlite"))
    found = [
        {"title": f"{section[-1]} {year}", "url": f"https://x.example/{number}", "year": year}
        | {"section": section}
        for number, (section, year) in enumerate(
            [
                (["First"], 2020),
                (["Second"], 2020),
                (["New"], 2019),
                (["New"], 2021),
                (["New"], None),
            ]
        )
    ]
    brought = bring(base, found)
    assert (brought.added, brought.undated) == (5, 1)
    assert export(base) == (
        "# List\n\nIntro.\n\n## First\n\n### 2022\n\n"
        "- [A](https://a.example)  **WR=2**  \nNote.\n\n"
        "- [B](https://b.example)\n\n### 2020\n\n- [First 2020](https://x.example/0)\n\n"
        "### 2019\n\n- [C](https://c.example)\n\n## Second\n\nText.\n\n"
        "- [Second 2020](https://x.example/1)\n\n## New\n\n- [New None](https://x.example/4)\n\n"
        "### 2021\n\n- [New 2021](https://x.example/3)\n\n### 2019\n\n"
        "- [New 2019](https://x.example/2)\n"
    )


BAD = [
    ("{", "it is no JSON"),
    ("[" * 100_000, "it is no JSON"),
    ('"A"', "it is no JSON object"),
    ('{"title": " "}', "it has no `title`"),
    ('{"title": 1}', "`title` is no text"),
    ('{"title": "A", "year": "2020"}', "`year` is no whole number"),
    ('{"title": "A", "wr": true}', "`wr` is no whole number"),
    ('{"title": "A", "tags": ["a", 1]}', "`tags` is no list of texts"),
    ('{"title": "A", "links": [1]}', "`links` is no list of objects"),
    ('{"title": "A", "links": [{"url": "u"}]}', "`label` is missing"),
    ('{"title": "A", "kind": "book"}', "`kind` is none of paper, link"),
    ('{"title": "A", "arxiv_id": "no"}', "`arxiv_id` is none: no"),
    ('{"title": "A", "doi": "2006.11239"}', "`doi` is none: 2006.11239"),
    ('{"title": "A", "openreview_id": "a b"}', "`openreview_id` is none: a b"),
    ('{"title": "A", "authors": [1]}', "`authors` is no list of authors"),
    ('{"title": "A", "authors": [{}]}', "an author has no `name`"),
    ('{"title": "A", "url": "u", "wr": 9}', "the list cannot hold this wr"),
]


@pytest.mark.parametrize(("line", "why"), BAD)
def test_a_bad_line_is_told_and_the_others_are_taken(
    new_base: Callable[[], Path], line: str, why: str
) -> None:
    good = '{"title": "Good", "url": "https://x.example/good"}'
    brought = bring(new_base(), ["", good, line, "  "])
    assert brought.added == 1
    [error] = brought.errors
    assert (error.line, why in error.message) == (3, True)


def test_what_no_column_holds_is_kept(new_base: Callable[[], Path]) -> None:
    base = new_base()
    line = {
        "title": "A  title",
        "url": "https://x.example/a",
        "links": [{"label": "code", "url": "https://x.example/code"}],
        "tags": ["loud"],
        "read": True,
        "shelf": {"row": 3},
    }
    assert bring(base, [line, line]).known == 1
    [(extra, read, tag)] = ask(
        base,
        "SELECT e.extra, e.read, t.name FROM entries e JOIN tags t ON t.entry_id = e.id",
    )
    assert json.loads(extra) == {"jsonl": {"shelf": {"row": 3}}, "links": line["links"]}
    assert (read, tag) == (1, "loud")
    assert [one["title"] for one in entries(base)] == ["A title"]


def test_each_entry_goes_to_the_list_it_names_or_to_the_one_that_is_meant(
    seed_base: Path, tmp_path: Path, lists: Path
) -> None:
    base = Path(shutil.copy(seed_base, tmp_path / "kb.sqlite"))
    with UnitOfWork(base, command="import") as unit:
        name, _ = import_list(unit, read_list(lists / "sounds.md"))
    lines = [{"title": f"Work {n}", "url": f"https://x.example/{n}"} for n in range(5)]
    for document, kind in ((None, AmbiguousDocument), ("Nowhere", DocumentNotFound)):
        with pytest.raises(kind):
            bring(base, lines[:1], document=document)
    bring(base, [{**lines[1], "document": name}])
    bring(base, lines[2:3], default=name)
    bring(base, [{**lines[3], "document": name}], document="knowledge base - diffusion models")
    bring(base, [{**lines[4], "document": "Another"}], default=name)
    found = "SELECT title, document_id FROM entries WHERE title LIKE 'Work %' ORDER BY title"
    assert ask(base, found) == [("Work 1", 2), ("Work 2", 2), ("Work 3", 1), ("Work 4", 2)]


def test_what_cannot_be_read_is_told(tmp_path: Path, new_base: Callable[[], Path]) -> None:
    base = new_base()
    for path in (tmp_path / "nowhere.jsonl", tmp_path):
        with pytest.raises(UnreadableInput):
            bring_records(
                BaseChoice(base, "option", "", base),
                path,
                BY_NAME["jsonl"],
                document=None,
                default_document=None,
                dry_run=False,
                report=print,
            )

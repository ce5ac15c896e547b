"""Edits of lists in every dialect: what a careful person would have done by hand, and undone."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing, suppress
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from tests.bases import export, make_base
from tests.journal import rows, take_back
from tests.lists import listings

from diffkb.core.models import Author, Fields, Link
from diffkb.errors import CannotWrite
from diffkb.markdown.crediting import Facts
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document
from diffkb.services.changing import change_entry
from diffkb.services.curating import Editing
from diffkb.services.moving import Place, moving_to
from diffkb.services.pages import Page
from diffkb.services.placing import add_entry
from diffkb.services.relocating import move_entry, place_entry, siblings_of
from diffkb.services.taking_out import remove_entry
from diffkb.store.reader import Reader
from diffkb.store.tables import EntryRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from diffkb.core.outline import Node

TESTS = Path(__file__).parents[1]
LISTINGS = listings()
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```markdown\n(?P<before>.*?)```\n```json\n(?P<edit>[^\n]*)\n```\n"
    r"(?:```markdown\n(?P<after>.*?)```\n)?",
    re.DOTALL | re.MULTILINE,
)
EDITS = (TESTS / "data" / "lists" / "edits.md").read_bytes().decode()
CASES = {found["title"]: found for found in CASE.finditer(EDITS)}
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
CHANGES: tuple[dict[str, Any], ...] = (
    {"title": "Other Words"},
    {"wr": 1},
    {"url": "https://arxiv.org/abs/2305.01234"},
    {"note": "Says more than its title."},
    {"read": True},
    {"read": False},
    {"tags": ("moss",)},
)
TITLE, URL = "Rain on Warm Roofs", "https://arxiv.org/abs/2305.01234"


def listed(base: Path) -> list[tuple[Any, ...]]:
    """Gives what the base holds of each entry that its Markdown says too."""
    with closing(sqlite3.connect(base)) as connection:
        return connection.execute(
            "SELECT e.title, e.url, e.year, e.year_from, e.wr, e.read, e.venue, e.authors, n.text,"
            " s.name, (SELECT json_group_array(t.name) FROM tags t WHERE t.entry_id = e.id)"
            " FROM blocks b JOIN entries e ON e.block_id = b.id"
            " LEFT JOIN notes n ON n.entry_id = e.id LEFT JOIN sections s ON s.id = e.section_id"
            " ORDER BY b.position"
        ).fetchall()


def read_again(base: Path) -> list[tuple[Any, ...]]:
    """Gives the same of a new reading of the export, by what the document decided once."""
    with Reader.open(base) as reader:
        dialect = Dialect.from_json(reader.documents()[0].dialect)
    reading = read_document(export(base), dialect)
    told = []
    for block in reading.blocks:
        heading = None if block.section is None else reading.blocks[block.section].heading
        told += [
            (
                *(one.title, one.url, one.year, one.year_from, one.wr, one.read, one.venue),
                *(one.authors, one.note, heading.name if heading else None),
                json.dumps(one.tags, separators=(",", ":"), ensure_ascii=False),
            )
            for one in block.entries
        ]
    return told


def entry_of(unit: UnitOfWork, title: str) -> EntryRow:
    return unit.session.exec(select(EntryRow).where(EntryRow.title == title)).one()


def fields_of(values: dict[str, Any]) -> dict[str, Any]:
    """Gives values as the lens takes them."""
    made = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
    if "links" in made:
        made["links"] = tuple(Link(*one) for one in made["links"])
    return made


def facts_of(edit: dict[str, Any]) -> Facts:
    """Returns what a source says of a new entry."""
    told = edit.get("facts", {})
    authors = tuple(Author(name) for name in told.get("authors", ()))
    return Facts(authors, told.get("venue"), told.get("preprint", False))


def carry_out(page: Page, unit: UnitOfWork, edit: dict[str, Any]) -> None:
    """Does one edit."""
    name = edit.get("section")
    section: Node | None = page.section(name, create=False) if name else None
    if "add" in edit:
        fields = Fields(**fields_of(edit["add"]))
        add_entry(page, section, fields, kind="paper", paper_id=None, facts=facts_of(edit))
    elif "remove" in edit:
        remove_entry(page, entry_of(unit, edit["remove"]))
    elif "move" in edit:
        move_entry(page, entry_of(unit, edit["move"]), section, edit.get("year"))
    elif "place" in edit:
        place(page, unit, edit)
    else:
        change_entry(page, entry_of(unit, edit["change"]), fields_of(edit["to"]))


def place(page: Page, unit: UnitOfWork, edit: dict[str, Any]) -> None:
    """Sets an entry beside another one, or at an end of where it stands."""
    entry = entry_of(unit, edit["place"])
    if "to" in edit:
        edited = Editing(unit)
        moving_to(Place(end=edit["to"]))(edited, entry)
    else:
        after = "after" in edit
        place_entry(page, entry, entry_of(unit, edit["after" if after else "before"]), after=after)


def test_every_case_is_found() -> None:
    assert len(CASES) == EDITS.count("```json") > 0


@pytest.mark.parametrize("title", CASES)
def test_an_edit_is_what_a_careful_person_would_have_made(title: str, tmp_path: Path) -> None:
    case = CASES[title]
    edit = json.loads(case["edit"])
    base = make_base(tmp_path, case["before"])
    before, held = export(base), rows(base)
    refused = None
    step = 0
    try:
        with UnitOfWork(base, command="edit") as unit:
            carry_out(Page.open(unit, 1), unit, edit)
            step = unit.step_id
    except CannotWrite as refusal:
        refused = refusal.field
    assert refused == edit.get("refused")
    assert export(base) == (case["after"] or before)
    assert listed(base) == read_again(base)
    if step:
        take_back(base, step)
    assert rows(base) == held


@st.composite
def edits(draw: st.DrawFn, titles: list[str], sections: list[str]) -> dict[str, Any]:
    """Gives edits of a list with these entries and sections."""
    title = draw(st.sampled_from(titles))
    section = draw(st.sampled_from(sections))
    kind = draw(st.sampled_from(["add", "remove", "move", "change", "place", "place"]))
    if kind == "add":
        year = draw(st.sampled_from([None, 2019, 2021]))
        wr = draw(st.sampled_from([None, None, 2]))
        return {"section": section, "add": {"title": TITLE, "url": URL, "year": year, "wr": wr}}
    if kind == "change":
        to = draw(st.sampled_from(CHANGES))
        return {"change": title, "to": to}
    if kind == "place":
        other = draw(st.sampled_from(titles))
        where = draw(st.sampled_from(["before", "after", "to"]))
        where = "to" if other == title else where
        there = draw(st.sampled_from(["top", "bottom"])) if where == "to" else other
        return {"place": title, where: there}
    return {kind: title, "section": section}


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_an_edit_changes_its_lines_alone_and_can_be_undone(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    base = make_base(tmp_path_factory.mktemp("law"), listing.text)
    before, held = export(base), rows(base)
    titles = [row[0] for row in listed(base)]
    with Reader.open(base) as reader:
        sections = [node.name for node in reader.outline(1).sections]
    assume(len(set(titles)) == len(titles) and sections)
    edit = data.draw(edits(titles, sections))
    try:
        with UnitOfWork(base, command="edit") as unit:
            carry_out(Page.open(unit, 1), unit, edit)
            step = unit.step_id
    except CannotWrite:
        assert rows(base) == held
        return
    after = export(base)
    assert listed(base) == read_again(base)
    assert ("\r\n" in before) == ("\r\n" in after)
    assert "\n\n\n\n" not in after.replace("\r", "")
    assert_alike(before, after, edit)
    take_back(base, step)
    assert export(base) == before
    assert rows(base) == held


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_an_entry_beside_another_one_takes_its_lines_along_and_can_go_back(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    base = make_base(tmp_path_factory.mktemp("law"), listing.text)
    before, held = export(base), rows(base)
    titles = [row[0] for row in listed(base)]
    assume(len(set(titles)) == len(titles))
    title, other = data.draw(st.permutations(titles))[:2]
    after = data.draw(st.booleans())
    try:
        with UnitOfWork(base, command="move") as unit:
            page, entry = Page.open(unit, 1), entry_of(unit, title)
            others = [one.title for one in siblings_of(page, entry)]
            place_entry(page, entry, entry_of(unit, other), after=after)
            step = unit.step_id
    except CannotWrite:
        assert rows(base) == held
        return
    order = [row[0] for row in listed(base)]
    assert order.index(title) == order.index(other) + (1 if after else -1)
    assert [one for one in order if one != title] == [one for one in titles if one != title]
    assert words_of(export(base)) == words_of(before)
    assert listed(base) == read_again(base)
    back = step
    at = others.index(title)
    if len(others) > 1:
        with UnitOfWork(base, command="move") as unit:
            beside = entry_of(unit, others[at - 1] if at else others[1])
            place_entry(Page.open(unit, 1), entry_of(unit, title), beside, after=at > 0)
            back = unit.step_id
        assert export(base) == before
    for one in sorted({step, back}, reverse=True):
        take_back(base, one)
    assert rows(base) == held


def words_of(text: str) -> list[str]:
    """Gives the lines that are not blank, numbers and markers apart, in no order."""
    lines = (re.sub(r"^[ \t]*([-*+]|[0-9]+[.)])[ \t]+", "", one) for one in text.splitlines())
    return sorted(re.sub(r"[0-9]+", "0", line) for line in lines if line.strip())


def assert_alike(before: str, after: str, edit: dict[str, Any]) -> None:
    """Makes sure that all lines but those of one entry are as before, numbers apart."""
    old, new = (re.sub(r"[0-9]+", "0", text).splitlines() for text in (before, after))
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    kinds = [tag for tag, *_ in changes if tag != "equal"]
    most = {"add": 2, "remove": 2, "move": 4, "change": 2, "place": 4}
    assert len(kinds) <= most[next(iter(set(edit) & set(most)))]
    gone = [
        line for tag, a, b, _, _ in changes if tag in {"delete", "replace"} for line in old[a:b]
    ]
    if "add" in edit:
        assert not [line for line in gone if line.strip()]


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_a_list_stays_stable_after_many_edits(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    base = make_base(tmp_path_factory.mktemp("law"), listing.text)
    before, held = export(base), rows(base)
    with Reader.open(base) as reader:
        sections = [node.name for node in reader.outline(1).sections]
    assume(sections)
    with UnitOfWork(base, command="edit") as unit:
        for _ in range(data.draw(st.integers(2, 6))):
            titles = unit.session.exec(select(EntryRow.title)).all()
            assume(titles and len(set(titles)) == len(titles))
            with suppress(CannotWrite):
                carry_out(Page.open(unit, 1), unit, data.draw(edits(list(titles), sections)))
        step = unit.step_id
    assert listed(base) == read_again(base)
    take_back(base, step)
    assert export(base) == before
    assert rows(base) == held


def test_a_year_group_that_was_made_goes_with_its_last_entry(tmp_path: Path) -> None:
    case = CASES["a year group of its own"]
    base = make_base(tmp_path, case["before"])
    with UnitOfWork(base, command="add") as unit:
        page = Page.open(unit, 1)
        carry_out(page, unit, json.loads(case["edit"]))
    assert export(base) != case["before"]
    with UnitOfWork(base, command="rm") as unit:
        remove_entry(Page.open(unit, 1), entry_of(unit, "A Study of Quiet Rivers"))
    assert export(base) == case["before"]


def test_what_is_removed_leaves_no_row_behind(tmp_path: Path) -> None:
    text = CASES["one more label"]["before"]
    base = make_base(tmp_path, text)
    with UnitOfWork(base, command="rm") as unit:
        remove_entry(Page.open(unit, 1), entry_of(unit, "Moss on Northern Stones"))
    held = rows(base)
    assert len(held["entries"]) == 2
    assert {row[1] for row in held["tags"]} <= {row[0] for row in held["entries"]}
    assert len(held["blocks"]) == len(read_document(export(base)).blocks)

"""Sections that are edited: the same tree read again, few bytes changed, and all of it undone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bases import export, make_base
from tests.journal import last_step, rows, take_back
from tests.lists import listings

from diffkb.errors import CannotWrite, DiffkbError, SectionExists, SectionInside, SectionNotFound
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document
from diffkb.services.pages import Page
from diffkb.store.reader import Reader
from diffkb.store.tables import BlockRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from diffkb.services.sections import Sections

LISTINGS = listings()
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
OWN = """\
# Waves

- [Slow](#slow)

## Slow

### 2021

- [Slow Waves in Shallow Water](https://example.org/slow) **WR=2**

### Tides ###

- [On Tides and their Causes](https://example.org/tides)

## 2020 and before

- [Old Waves](https://example.org/old)

Fast
----

- [Fast Waves in Deep Water](https://example.org/deep)
  Read it."""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Gives a base of a list with headings of several forms."""
    return make_base(tmp_path, OWN)


def edit(base: Path, change: Callable[[Sections], Any]) -> str:
    """Edits the sections of a base, and gives its list then."""
    with UnitOfWork(base, command="section") as unit:
        change(Page.open(unit, 1).sections)
    assert stored(base) == read_again(base)
    return export(base)


def stored(base: Path) -> list[tuple[Any, ...]]:
    """Gives the tree as the base holds it, and where entries stand in it."""
    with closing(sqlite3.connect(base)) as connection:
        return connection.execute(
            "SELECT b.kind, b.raw, s.level, s.role, s.name, s.year, p.name, e.title, e.year,"
            " i.name, g.name FROM blocks b LEFT JOIN sections s ON s.block_id = b.id"
            " LEFT JOIN sections p ON p.id = s.parent_id LEFT JOIN entries e ON e.block_id = b.id"
            " LEFT JOIN sections i ON i.id = e.section_id LEFT JOIN sections g ON g.id = e.group_id"
            " ORDER BY b.position"
        ).fetchall()


def read_again(base: Path) -> list[tuple[Any, ...]]:
    """Gives the same of a new reading of the export, by what the document decided once."""
    with Reader.open(base) as reader:
        dialect = Dialect.from_json(reader.documents()[0].dialect)
    blocks = read_document(export(base), dialect).blocks
    names: dict[int | None, str] = {
        place: block.heading.name for place, block in enumerate(blocks) if block.heading
    }
    told = []
    for block in blocks:
        head = block.heading
        [one] = block.entries or [None]
        told.append(
            (
                *(block.kind, block.raw.encode()),
                *((head.level, head.role, head.name, head.year) if head else (None,) * 4),
                names.get(block.parent) if head else None,
                *((one.title, one.year) if one else (None, None)),
                names.get(block.section) if one else None,
                names.get(block.parent) if one else None,
            )
        )
    return told


def test_a_name_is_changed_and_nothing_else(own: Path) -> None:
    assert edit(own, lambda it: it.rename(it.find("Slow"), "Slower *ones*")) == OWN.replace(
        "## Slow\n", "## Slower *ones\\*\n"
    )


def test_a_section_goes_with_all_that_stands_in_it(own: Path) -> None:
    start, end = OWN.index("## Slow"), OWN.index("## 2020")
    moved = OWN[start:end].replace("##", "###").replace("### Tides", "### Tides")
    after = edit(own, lambda it: it.move(it.find("Slow"), it.find("Fast")))
    assert after == OWN[:start] + OWN[end:] + "\n\n" + moved.rstrip("\n")


def test_what_stood_last_and_what_does_then_keep_the_end_of_the_document(own: Path) -> None:
    start = OWN.index("Fast\n")
    after = edit(own, lambda it: it.move(it.find("Fast"), it.find("Tides")))
    place = OWN.index("## 2020")
    moved = OWN[start:].replace("Fast\n----", "#### Fast")
    assert after == OWN[:place] + moved + "\n\n" + OWN[place:start].rstrip("\n")


def test_a_section_may_go_up_again(own: Path) -> None:
    after = edit(own, lambda it: it.move(it.find("Tides"), None))
    start, end = OWN.index("### Tides"), OWN.index("## 2020")
    moved = OWN[start:end].replace("###", "##").rstrip("\n")
    assert after == OWN[:start] + OWN[end:] + "\n\n" + moved


def test_a_new_section_has_the_form_of_its_siblings(own: Path) -> None:
    assert edit(own, lambda it: it.add("Still")) == OWN + "\n\n## Still"
    assert "### Ebbs ###\n\n## 2020" in edit(own, lambda it: it.add("Slow/Ebbs"))
    after = edit(own, lambda it: it.add("New/Newer", create=True))
    assert after.endswith("## New\n\n### Newer ###")


def test_a_section_is_taken_out_with_its_entries(own: Path) -> None:
    start, end = OWN.index("## Slow"), OWN.index("## 2020")
    assert edit(own, lambda it: it.remove(it.find("Slow"))) == OWN[:start] + OWN[end:]
    assert edit(own, lambda it: it.remove(it.find("Fast"))).endswith("/old)")
    held = rows(own)
    assert (len(held["entries"]), len(held["notes"]), len(held["sections"])) == (1, 0, 2)


def test_years_that_a_name_gives_go_with_it(own: Path) -> None:
    edit(own, lambda it: it.rename(it.find("2020 and before"), "2019 and before"))
    assert stored(own)[-3][7:9] == ("Old Waves", 2019)
    edit(own, lambda it: it.rename(it.find("2019 and before"), "Before"))
    assert stored(own)[-3][7:9] == ("Old Waves", None)


def test_links_to_a_name_that_is_gone_are_found(own: Path) -> None:
    def change(it: Sections) -> None:
        it.rename(it.find("Slow"), "Other")
        assert it.dead_links(["Slow", "Fast", "Nowhere"]) == [3]

    edit(own, change)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda it: it.rename(it.find("Slow"), "Fast"), SectionExists),
        (lambda it: it.rename(it.find("Slow"), "2021"), CannotWrite),
        (lambda it: it.rename(it.find("Slow"), " "), CannotWrite),
        (lambda it: it.rename(it.find("Slow"), "a\nb"), CannotWrite),
        (lambda it: it.rename(it.find("Nothing"), "b"), SectionNotFound),
        (lambda it: it.move(it.find("Slow"), it.find("Tides")), SectionInside),
        (lambda it: it.move(it.find("Slow"), it.find("Slow")), SectionInside),
        (lambda it: it.add("slow"), SectionExists),
        (lambda it: it.add("Nowhere/New"), SectionNotFound),
    ],
)
def test_what_cannot_be_leaves_all_as_it_is(
    own: Path, change: Callable[[Sections], Any], error: type[DiffkbError]
) -> None:
    held = rows(own)
    with pytest.raises(error):
        edit(own, change)
    assert rows(own) == held


def test_a_section_finds_room_where_there_is_none(own: Path) -> None:
    held = rows(own)
    with UnitOfWork(own, command="squeeze") as unit:
        ids = [row[0] for row in sorted(held["blocks"], key=lambda row: row[2])]
        places = [(place, one) for place, one in enumerate(ids, start=1)]
        unit.update_rows(BlockRow, ("position",), places)
    squeezed = rows(own)
    after = edit(own, lambda it: it.move(it.find("Slow"), it.find("2020 and before")))
    assert "## 2020 and before" in after
    assert after.index("### Slow") > after.index("/old)")
    take_back(own, last_step(own))
    assert rows(own) == squeezed


@st.composite
def changes(draw: st.DrawFn, names: list[str]) -> tuple[str, Callable[[Sections], Any]]:
    """Gives changes of sections with these names."""
    one, other = draw(st.sampled_from(names)), draw(st.sampled_from(names))
    new = draw(st.sampled_from(["New", "A & b", "C#", "*a*", "Contents", "2020 and before", "x_y"]))
    kind = draw(st.sampled_from(["add", "rename", "move", "up", "remove"]))
    return kind, {
        "add": lambda it: it.add(f"{one}/{new}"),
        "rename": lambda it: it.rename(it.find(one), new),
        "move": lambda it: it.move(it.find(one), it.find(other)),
        "up": lambda it: it.move(it.find(one), None),
        "remove": lambda it: it.remove(it.find(one)),
    }[kind]


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_any_list_reads_as_it_is_stored_after_its_sections_were_edited(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    base = make_base(tmp_path_factory.mktemp("law"), listing.text)
    before, held = export(base), rows(base)
    for _ in range(data.draw(st.integers(1, 3))):
        with Reader.open(base) as reader:
            names = [node.name for node in reader.outline(1).sections]
        if not names:
            return
        kind, change = data.draw(changes(names))
        previous, state = export(base), rows(base)
        try:
            after = edit(base, change)
        except DiffkbError:
            assert rows(base) == state
            continue
        assert ("\r\n" in previous) >= ("\r\n" in after)
        if kind in {"move", "up"}:
            assert words_of(after) == words_of(previous)
    for step in range(last_step(base), 1, -1):
        take_back(base, step)
    assert export(base) == before
    assert rows(base) == held


def words_of(text: str) -> list[str]:
    """Gives the lines of a text in any order, without the marks of headings."""
    return sorted(re.sub(r"^#+|#+$|<(/?)h[1-6]", r"\1", one) for one in text.split())

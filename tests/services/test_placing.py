"""Placing: what was there stays, what is written reads back, and all of it can be undone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bases import export
from tests.journal import take_back

from diffkb.core.models import Fields
from diffkb.errors import CannotWrite
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document
from diffkb.services.blocks import make_room
from diffkb.services.importing import import_list, read_list
from diffkb.services.pages import Page
from diffkb.services.placing import add_entry
from diffkb.store.reader import Reader
from diffkb.store.schema import create_base
from diffkb.store.tables import BlockRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from diffkb.markdown.document import Reading

LISTS = {
    "years go down": (
        "# List\n\nIntro.\n\n## First\n\n### 2022\n\n"
        "- [A](https://a.example)  **WR=2**  \nNote.\n\n"
        "- [B](https://b.example)\n\n### 2019\n\n- [C](https://c.example)\n\n## Second\n\nText.\n"
    ),
    "years go up, tight": (
        "## First\n### 2019\n* [A](https://a.example)\n* [B](https://b.example)\n"
        "### 2022\n* [C](https://c.example)\n## Second\n* [D](https://d.example)"
    ),
    "windows": "# List\r\n\r\n## First\r\n\r\n- [A](https://a.example)\r\n\r\n## Second\r\n",
    "numbered": "## First\n\n1. [A](https://a.example)\n2. [B](https://b.example)\n\n## Second",
}

FIELDS = st.builds(
    Fields,
    title=st.text(st.characters(codec="utf-8"), min_size=1, max_size=9),
    url=st.sampled_from(["https://x.example/a", "https://x.example/(b)", "https://x.example/c d"]),
    year=st.sampled_from([None, 2018, 2019, 2021, 2023]),
    wr=st.sampled_from([None, 1, 3]),
    note=st.none() | st.text(st.sampled_from("ab *[]#->1.`\n|_"), min_size=1, max_size=30),
)
ADDITION = st.tuples(st.sampled_from(["First", "Second", "Unsorted"]), FIELDS)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Gives a base for each of the lists."""
    folder = tmp_path_factory.mktemp("bases")
    made = {}
    for name, text in LISTS.items():
        file = folder / f"{name}.md"
        file.write_bytes(text.encode())
        made[name] = folder / f"{name}.sqlite"
        create_base(made[name])
        with UnitOfWork(made[name], command="import") as unit:
            import_list(unit, read_list(file))
    return made


def listed(path: Path) -> list[tuple[Any, ...]]:
    """Returns what the base holds of each entry that its Markdown says too."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT e.title, e.url, e.year, e.wr, n.text, s.name FROM blocks b"
            " JOIN entries e ON e.block_id = b.id LEFT JOIN notes n ON n.entry_id = e.id"
            " LEFT JOIN sections s ON s.id = e.section_id ORDER BY b.position"
        ).fetchall()


def read_again(path: Path) -> list[tuple[Any, ...]]:
    """Returns the same of a new reading of the export, by what the document decided once."""
    with Reader.open(path) as reader:
        dialect = Dialect.from_json(reader.documents()[0].dialect)
    reading = read_document(export(path), dialect)
    return [
        (
            fields.title.replace("\0", "\ufffd"),
            fields.url,
            fields.year,
            fields.wr,
            fields.note,
            None if block.section is None else heading_name(reading, block.section),
        )
        for block in reading.blocks
        for fields in block.entries
    ]


def heading_name(reading: Reading, index: int) -> str:
    heading = reading.blocks[index].heading
    assert heading is not None
    return heading.name


def is_within(inner: str, outer: str) -> bool:
    """Says whether a text is another one with something put in."""
    rest = iter(outer)
    return all(character in rest for character in inner)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(name=st.sampled_from(sorted(LISTS)), additions=st.lists(ADDITION, min_size=1, max_size=5))
def test_additions_only_put_something_in_and_read_as_they_were_written(
    bases: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    additions: list[tuple[str, Fields]],
) -> None:
    path = Path(shutil.copy(bases[name], tmp_path_factory.mktemp("law") / "kb.sqlite"))
    before = export(path)
    entries_before = listed(path)
    added = 0
    with UnitOfWork(path, command="add") as unit:
        for section, fields in additions:
            page = Page.open(unit, 1)
            try:
                with unit.attempt():
                    node = page.section(section, create=False)
                    add_entry(page, node, fields, kind="paper", paper_id=None)
                added += 1
            except CannotWrite:
                continue
        step = unit.step_id
    after = export(path)
    assert is_within(before, after)
    assert len(listed(path)) == len(entries_before) + added
    assert read_again(path) == listed(path)
    assert ("\r\n" in before) == ("\r\n" in after) or not added
    take_back(path, step)
    assert export(path) == before
    assert listed(path) == entries_before


def test_every_title_that_is_one_line_can_be_added(bases: dict[str, Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(bases["years go down"], tmp_path / "kb.sqlite"))
    titles = ["[red]x[/]", "](javascript:x)", "**b** `c` _d_", "<script>", "a | b", "\\", "--help"]
    with UnitOfWork(path, command="add") as unit:
        page = Page.open(unit, 1)
        node = page.section("Second", create=False)
        for title in titles:
            fields = Fields(title=title, url="https://x.example")
            assert add_entry(page, node, fields, kind="paper", paper_id=None).title == title


def test_room_is_made_where_positions_run_out(bases: dict[str, Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(bases["years go down"], tmp_path / "kb.sqlite"))
    before = export(path)
    with UnitOfWork(path, command="squeeze") as unit:
        ids = [row for (row,) in unit.connection.execute("SELECT id FROM blocks ORDER BY position")]
        unit.update_rows(BlockRow, ("position",), [(-row, row) for row in ids])
        unit.update_rows(BlockRow, ("position",), [(n, row) for n, row in enumerate(ids, 1)])
    assert export(path) == before
    with UnitOfWork(path, command="add") as unit:
        page = Page.open(unit, 1)
        for number in range(30):
            node = page.section("First", create=False)
            fields = Fields(title=f"T{number}", url="https://x.example", year=2022)
            add_entry(page, node, fields, kind="paper", paper_id=None)
    assert is_within(before, export(path))
    assert read_again(path) == listed(path)


def test_making_room_moves_few_of_many(tmp_path: Path) -> None:
    path = tmp_path / "kb.sqlite"
    create_base(path)
    file = tmp_path / "list.md"
    file.write_text("## S\n\n" + "".join(f"- [T{n}](https://x.example)\n" for n in range(2_000)))
    with UnitOfWork(path, command="import") as unit:
        import_list(unit, read_list(file))
    with UnitOfWork(path, command="room") as unit:
        make_room(unit, 1, 1 << 20)
        moved = unit.connection.execute("SELECT count(*) FROM journal_blocks").fetchone()[0]
    assert 0 < moved <= 16


WORDS = (
    "# Engines\n\n## Words\n\n* LLM: Large Language Model\n* MoE: Mixture of Experts Layers\n"
    "* KV: Key and Value Cache\n\n## Papers\n\n* [Small Engines of Words](https://a.example/1)\n"
    "* [Large Engines of Words](https://a.example/2)\n"
)


def test_what_was_no_entry_stays_none_however_many_are_added_beside_it(tmp_path: Path) -> None:
    file, base = tmp_path / "list.md", tmp_path / "kb.sqlite"
    file.write_text(WORDS)
    create_base(base)
    with UnitOfWork(base, command="import") as unit:
        import_list(unit, read_list(file))
    for number in range(4):
        with UnitOfWork(base, command="add") as unit:
            page = Page.open(unit, 1)
            section = page.section("Words", create=False)
            fields = Fields(f"A Study of Rivers {number}", url=f"https://b.example/{number}")
            add_entry(page, section, fields, kind="link", paper_id=None)
    added = "".join(f"* [A Study of Rivers {n}](https://b.example/{n})\n" for n in range(4))
    assert export(base) == WORDS.replace("Value Cache\n", f"Value Cache\n{added}")
    assert [row[0] for row in listed(base)] == [
        *(f"A Study of Rivers {number}" for number in range(4)),
        "Small Engines of Words",
        "Large Engines of Words",
    ]
    assert listed(base) == read_again(base)

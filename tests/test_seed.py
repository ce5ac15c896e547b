"""The base diffkb ships with: built from what lies beside it, and sound whatever it holds."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document
from diffkb.store.opening import DATA_TABLES, REVISION, connect_for_reading, revision_of

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
HOW = "`python data/build.py` builds it anew"

SEED_ENTRIES = 53


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "kb.sqlite"
    run_path(str(DATA / "build.py"))["build"](path)
    return path


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives the base as it is committed, or where there is no history, as it lies here."""
    path = tmp_path_factory.mktemp("shipped") / "kb.sqlite"
    done = subprocess.run(
        ["git", "show", "HEAD:data/kb.sqlite"], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode == 0:
        path.write_bytes(done.stdout)
    else:
        shutil.copy(DATA / "kb.sqlite", path)
    return path


def rows_of_the_seed(path: Path, table: str) -> list[tuple[Any, ...]]:
    """Returns a table's rows as far as they are about the seed's entries."""
    where = {
        "documents": "id = 1",
        "blocks": "id <= (SELECT max(block_id) FROM entries WHERE id <= 53)",
        "sections": "block_id <= (SELECT max(block_id) FROM entries WHERE id <= 53)",
        "entries": "id <= 53",
        "notes": "entry_id <= 53",
        "tags": "entry_id <= 53",
        "papers": "id IN (SELECT paper_id FROM entries WHERE id <= 53)",
        "identifiers": "paper_id IN (SELECT paper_id FROM entries WHERE id <= 53)",
        "facts": "paper_id IN (SELECT paper_id FROM entries WHERE id <= 53)",
        "authors": "fact_id IN (SELECT id FROM facts WHERE paper_id IN"
        " (SELECT paper_id FROM entries WHERE id <= 53))",
        "proposals": "paper_id IN (SELECT paper_id FROM entries WHERE id <= 53)",
    }[table]
    # What the owner adds changes when the document was changed, and the block before it.
    hidden = {"documents": "changed", "blocks": "raw"}.get(table)
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        shown = ", ".join(column for column in columns if column != hidden)
        return connection.execute(
            f"SELECT {shown} FROM {table} WHERE {where} ORDER BY id"
        ).fetchall()


@pytest.mark.parametrize("table", DATA_TABLES)
def test_the_files_beside_it_give_the_seed_s_entries(
    built: Path, shipped: Path, table: str
) -> None:
    assert rows_of_the_seed(built, table) == rows_of_the_seed(shipped, table), HOW


def test_building_it_gives_the_list_back(built: Path) -> None:
    with closing(connect_for_reading(built)) as connection:
        raws = connection.execute("SELECT raw FROM blocks ORDER BY position").fetchall()
    assert b"".join(raw for (raw,) in raws) == (DATA / "knowledge-base.md").read_bytes()


def test_every_entry_of_the_seed_has_a_citation_key(built: Path) -> None:
    with closing(connect_for_reading(built)) as connection:
        keys = connection.execute("SELECT citation_key FROM entries").fetchall()
    assert len(set(keys)) == SEED_ENTRIES
    assert ("ho2020denoising",) in keys
    assert (None,) not in keys


def test_every_fact_has_a_source_and_a_time(built: Path) -> None:
    with closing(connect_for_reading(built)) as connection:
        facts = connection.execute("SELECT source, fetched FROM facts").fetchall()
    assert len(facts) > SEED_ENTRIES
    assert all(source and fetched == "2026-11-22T00:00:00Z" for source, fetched in facts)


def test_nothing_is_known_of_what_line_8_only_means(built: Path) -> None:
    with closing(connect_for_reading(built)) as connection:
        found = connection.execute("SELECT value FROM facts WHERE value LIKE '%personal website%'")
        assert found.fetchall() == []


def test_the_steps_it_came_with_are_marked(built: Path) -> None:
    with closing(connect_for_reading(built)) as connection:
        assert connection.execute("SELECT command, shipped FROM steps").fetchall() == [
            ("import", 1)
        ]


def test_it_is_sound(shipped: Path) -> None:
    with closing(connect_for_reading(shipped)) as connection:
        assert revision_of(connection) == REVISION
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA journal_mode").fetchall() == [("delete",)]


def test_its_documents_read_again_give_the_same_blocks(shipped: Path) -> None:
    with closing(connect_for_reading(shipped)) as connection:
        for document_id, dialect in connection.execute(
            "SELECT id, dialect FROM documents"
        ).fetchall():
            blocks = connection.execute(
                "SELECT kind, raw FROM blocks WHERE document_id = ? ORDER BY position",
                (document_id,),
            ).fetchall()
            text = b"".join(raw for _, raw in blocks).decode("utf-8", "surrogateescape")
            reading = read_document(text, Dialect.from_json(dialect))
            again = [
                (block.kind, block.raw.encode("utf-8", "surrogateescape"))
                for block in reading.blocks
            ]
            assert again == blocks

"""The read path: what is asked of a base, and what its rows say."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from diffkb.core.models import Author
from diffkb.core.query import EVERYTHING, And, Between, InDocument, Missing, Or, Within
from diffkb.errors import NotABase
from diffkb.store.columns import COLUMNS
from diffkb.store.conditions import compile_condition
from diffkb.store.entries import SELECT_ENTRY
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DIFFUSION = 12


@pytest.fixture
def reader(seed_base: Path) -> Iterator[Reader]:
    with Reader.open(seed_base) as opened:
        yield opened


def test_entries_come_in_the_order_of_the_list(reader: Reader, seed_list: Path) -> None:
    titles = [title for (title,) in reader.entry_rows(("title",), InDocument(1))]
    text = seed_list.read_text()
    places = [text.index(f"[{title}]") for title in titles]
    assert places == sorted(places)
    assert len(titles) == 53


def test_an_entry_holds_what_the_list_and_the_sources_say(reader: Reader) -> None:
    [entry] = reader.entries_of([DIFFUSION])
    assert (entry.title, entry.year, entry.wr, entry.section) == (
        *("Denoising Diffusion Probabilistic Models", 2020, 3),
        ("Papers", "Foundations"),
    )
    assert (entry.arxiv_id, entry.published, entry.key) == (
        *("2006.11239", "2020-06-19", "ho2020denoising"),
    )
    assert entry.authors[0] == Author("Jonathan Ho")
    assert (entry.tags, entry.read, entry.pending) == ((), None, False)


def test_one_by_one_or_all_at_once_entries_are_the_same(reader: Reader) -> None:
    everything = list(reader.entries(EVERYTHING))
    ids = [entry.id for entry in everything]
    assert reader.entries_of(ids) == everything
    assert reader.entries_of([*reversed(ids), 999]) == everything[::-1]
    assert reader.entries_of([]) == []


def test_every_column_can_be_asked_for(reader: Reader) -> None:
    [row] = reader.entry_rows(tuple(COLUMNS), EVERYTHING, limit=1)
    assert len(row) == len(COLUMNS)


@pytest.mark.parametrize(
    ("condition", "counted"),
    [
        (EVERYTHING, (53, 31)),
        (And(()), (53, 31)),
        (Or(()), (0, 0)),
        (Within(()), (0, 0)),
        (Missing("wr"), (31, 31)),
        (Between("wr"), (22, 0)),
        (Between("wr", 1, 3), (22, 0)),
        (Or((Between("wr"), Missing("wr"))), (53, 31)),
        (And((Between("wr"), Missing("wr"))), (0, 0)),
        (And((Or((Missing("wr"), Missing("year"))), Between("wr"))), (0, 0)),
        (InDocument(2), (0, 0)),
        (Between("year", 10**30), (0, 0)),
        (Between("year", -(10**30), 10**30), (46, 24)),
    ],
)
def test_conditions_are_counted(reader: Reader, condition: And, counted: tuple[int, int]) -> None:
    assert reader.count(condition) == counted
    assert len(list(reader.entry_rows(("id",), condition))) == counted[0]


def test_what_a_person_typed_is_bound_and_never_part_of_the_statement() -> None:
    statement, parameters = compile_condition(And((Between("year", 1, 2), InDocument(3))))
    assert (statement.count("?"), parameters) == (3, [1, 2, 3])


def test_limits_are_any_number(reader: Reader) -> None:
    for limit, count in ((0, 0), (1, 1), (53, 53), (10**30, 53), (None, 53)):
        assert len(list(reader.entry_rows(("id",), EVERYTHING, limit=limit))) == count


def test_sections_and_states_are_counted(reader: Reader) -> None:
    assert sum(entries for _, entries, _ in reader.section_counts()) == 53
    assert sum(unrated for _, _, unrated in reader.section_counts()) == 31
    assert sum(reader.states().values()) <= 53
    [(document, count)] = reader.document_counts()
    assert (document.title, count) == ("Knowledge Base - Diffusion Models", 53)


def test_the_text_of_a_document_is_its_blocks(reader: Reader, seed_list: Path) -> None:
    assert b"".join(reader.texts(1)) == seed_list.read_bytes()
    assert b"".join(raw for _, raw in reader.blocks(1)) == seed_list.read_bytes()
    assert list(reader.texts(2)) == []


def test_facts_are_told_with_where_they_come_from_the_chosen_first(reader: Reader) -> None:
    facts = reader.facts(DIFFUSION)
    assert {fact.name for fact in facts} >= {"title", "authors", "published"}
    assert all(fact.source and fact.fetched for fact in facts)
    assert [fact.chosen for fact in facts] == sorted((fact.chosen for fact in facts), reverse=True)
    assert reader.facts(999) == []


def test_what_nobody_knows_is_none_or_nothing(reader: Reader) -> None:
    assert reader.private_note(DIFFUSION) is None
    assert reader.state(999) is None
    assert reader.identifiers(999) == []
    assert reader.titles([]) == []


def test_completion_gives_ids_and_keys_that_start_so(reader: Reader) -> None:
    assert reader.refs_starting("HO2020", 9) == ["ho2020denoising"]
    assert reader.refs_starting("5", 9) == ["5", *(f"5{n}" for n in range(4))]
    assert len(reader.refs_starting("", 9)) == 9
    assert reader.refs_starting("%", 9) == reader.refs_starting("_", 9) == []


@pytest.mark.parametrize("table", ["identifiers", "facts", "authors"])
def test_records_are_rows_by_column(reader: Reader, table: str) -> None:
    records = list(reader.records(table))
    assert records
    assert next(iter(records[0])) == "id"
    assert json.dumps(records)


def test_damage_that_shows_only_later_is_told_too(seed_base: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copy(seed_base, tmp_path))
    content = bytearray(damaged.read_bytes())
    with closing(sqlite3.connect(damaged)) as connection:
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entries'")
        [(size,)] = connection.execute("PRAGMA page_size")
    content[(page - 1) * size : page * size] = b"\xff" * size
    damaged.write_bytes(content)
    with Reader.open(damaged) as reader, pytest.raises(NotABase, match="damaged"):
        list(reader.entry_rows(("id",), EVERYTHING))


def test_an_entry_is_read_by_keys_alone(new_base: Callable[[], Path]) -> None:
    with Reader.open(new_base()) as reader:
        plan = [row[3] for row in reader.rows(f"EXPLAIN QUERY PLAN {SELECT_ENTRY}", (1,))]
    walked = [step for step in plan if step.startswith("SCAN") and "subquery" not in step.lower()]
    assert walked == []
    identifiers = [step for step in plan if "identifiers" in step]
    assert len(identifiers) == 3
    assert all("ix_identifiers_paper_id" in step for step in identifiers)

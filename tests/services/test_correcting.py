"""Merging and splitting: the entries of one work are what was said last, and all can be undone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journal import ask, last_step, rows, take_back

from diffkb.core.models import ARXIV, DOI, OPENREVIEW, Author, Candidate, Identifier
from diffkb.errors import AlreadyOne, EntryNotFound, NothingToSplit
from diffkb.paths import BaseChoice
from diffkb.services.accepting import accept_candidate
from diffkb.services.correcting import merge_entries, split_entry
from diffkb.services.importing import bring_lists
from diffkb.store.tables import EntryRow, PaperRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = """\
- [Kettles](https://arxiv.org/abs/2401.00001)
- [Teapots](https://arxiv.org/abs/2401.00002)
- [Kettles, printed](https://doi.org/10.1000/kettles)
- [Kettles, reviewed](https://openreview.net/forum?id=aBc12)
- [Kettles, a page](https://example.org/kettles)
"""
ENTRIES = range(1, 6)
SOURCES = {
    1: ("arXiv", Identifier(ARXIV, "2401.00001")),
    2: ("arXiv", Identifier(ARXIV, "2401.00002")),
    3: ("Crossref", Identifier(DOI, "10.1000/kettles")),
    4: ("OpenReview", Identifier(OPENREVIEW, "aBc12")),
}


@pytest.fixture(scope="module")
def prepared(new_base: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives a base with five works, of four of which a source has spoken."""
    file = tmp_path_factory.mktemp("works") / "list.md"
    file.write_text(LIST)
    base = new_base()
    list(bring_lists(choice(base), [file], dry_run=False, report=print))
    with UnitOfWork(base, command="refresh") as unit:
        for entry_id, (source, identifier) in SOURCES.items():
            entry = unit.session.get_one(EntryRow, entry_id)
            candidate = Candidate(
                source=source,
                identifiers=(identifier,),
                title=f"Official {entry_id}",
                authors=(Author(f"Ada Example {entry_id}"),),
                published=f"2024-0{entry_id}-01",
            )
            accept_candidate(unit, unit.session.get_one(PaperRow, entry.paper_id), candidate)
    return base


@pytest.fixture
def base(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(prepared, tmp_path / "kb.sqlite"))


def choice(base: Path) -> BaseChoice:
    return BaseChoice(base, "option", "", base)


def merge(base: Path, first: int, second: int) -> None:
    merge_entries(choice(base), str(first), str(second), dry_run=False, report=print)


def split(base: Path, entry_id: int) -> None:
    split_entry(choice(base), str(entry_id), dry_run=False, report=print)


def works(base: Path) -> set[frozenset[int]]:
    """Returns the entries of each work."""
    found: dict[Any, set[int]] = {}
    for entry_id, paper_id in ask(base, "SELECT id, paper_id FROM entries"):
        found.setdefault(paper_id, set()).add(entry_id)
    return {frozenset(ids) for ids in found.values()}


def named(base: Path) -> dict[str, set[int]]:
    """Returns the entries that each identifier leads to."""
    found: dict[str, set[int]] = {}
    query = "SELECT i.value, e.id FROM identifiers i JOIN entries e ON e.paper_id = i.paper_id"
    for value, entry_id in ask(base, query):
        found.setdefault(value, set()).add(entry_id)
    return found


# What is turned down, and the work's own all the same.
OWN_VERSIONS = (
    "SELECT p.id FROM proposals p JOIN identifiers i ON i.paper_id = p.paper_id"
    " AND i.scheme = p.scheme AND i.value = p.value WHERE p.state <> 'accepted'"
)
CORRECTION = st.tuples(st.sampled_from(ENTRIES), st.none() | st.sampled_from(ENTRIES))


@settings(max_examples=25, deadline=None)
@given(corrections=st.lists(CORRECTION, min_size=1, max_size=6))
def test_what_was_said_last_counts_and_each_step_can_be_undone(
    prepared: Path, tmp_path_factory: pytest.TempPathFactory, corrections: list[tuple[int, Any]]
) -> None:
    base = Path(shutil.copy(prepared, tmp_path_factory.mktemp("law") / "kb.sqlite"))
    owners = named(base)
    model = {one: {one} for one in ENTRIES}
    for first, second in corrections:
        before, steps = rows(base), last_step(base)
        if second is None:
            if len(model[first]) == 1:
                with pytest.raises(NothingToSplit):
                    split(base, first)
                assert rows(base) == before
                continue
            split(base, first)
            model[first].remove(first)
            model[first] = {first}
        else:
            if second in model[first]:
                with pytest.raises(AlreadyOne):
                    merge(base, first, second)
                assert rows(base) == before
                continue
            merge(base, first, second)
            model[first] |= model[second]
            model.update(dict.fromkeys(model[first], model[first]))
        assert works(base) == {frozenset(ids) for ids in model.values()}
        for value, ids in owners.items():
            (owner,) = ids
            assert named(base)[value] == model[owner]
        twice = "SELECT paper_id, name FROM facts GROUP BY 1, 2 HAVING sum(chosen) <> 1"
        assert ask(base, twice) == []
        assert ask(base, OWN_VERSIONS) == []
        assert last_step(base) == steps + 1
        undone = Path(shutil.copy(base, base.with_name("undone.sqlite")))
        take_back(undone, steps + 1)
        assert rows(undone) == before


@pytest.mark.parametrize(("first", "second"), [(1, 3), (3, 1), (1, 4), (5, 3)])
def test_a_split_after_a_merge_gives_each_its_own_again(
    base: Path, first: int, second: int
) -> None:
    before = (works(base), named(base), facts(base))
    merge(base, first, second)
    assert works(base) != before[0]
    split(base, second)
    assert (works(base), named(base), facts(base)) == before


def facts(base: Path) -> set[tuple[Any, ...]]:
    """Returns what counts about the work of each entry."""
    query = "SELECT e.id, f.name, f.value, f.source FROM entries e JOIN facts f"
    return set(ask(base, f"{query} ON f.paper_id = e.paper_id WHERE f.chosen"))


def test_what_was_told_apart_is_not_joined_by_what_a_source_says(base: Path) -> None:
    merge(base, 1, 3)
    split(base, 3)
    before = works(base)
    (_, arxiv), (_, doi) = SOURCES[1], SOURCES[3]
    for entry_id in (1, 3):
        with UnitOfWork(base, command="refresh") as unit:
            entry = unit.session.get_one(EntryRow, entry_id)
            candidate = Candidate(source="page", identifiers=(arxiv, doi), title="Kettles")
            accept_candidate(unit, unit.session.get_one(PaperRow, entry.paper_id), candidate)
    assert works(base) == before


def test_what_one_source_said_of_two_works_is_asked_again_after_a_split(base: Path) -> None:
    merge(base, 1, 2)
    split(base, 2)
    query = "SELECT p.state FROM papers p JOIN entries e ON e.paper_id = p.id WHERE e.id IN (1, 2)"
    assert ask(base, query) == [("unfetched",), ("unfetched",)]


@pytest.mark.parametrize("words", [(1, 3), (3,)])
def test_a_dry_run_writes_nothing(base: Path, words: tuple[int, ...]) -> None:
    merge(base, 2, 3)
    before = base.read_bytes()
    refs = [str(one) for one in words]
    if len(refs) == 1:
        split_entry(choice(base), refs[0], dry_run=True, report=print)
    else:
        done = merge_entries(choice(base), *refs, dry_run=True, report=print)
        assert done.entry_ids == (1, 2, 3)
    assert base.read_bytes() == before


def test_nothing_is_written_for_an_entry_that_is_not_there(base: Path) -> None:
    before = base.read_bytes()
    with pytest.raises(EntryNotFound):
        merge(base, 1, 99)
    with pytest.raises(EntryNotFound):
        split(base, 99)
    assert base.read_bytes() == before

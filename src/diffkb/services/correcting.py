"""Which entries are one work, by a curator's word: joining what is one, splitting what is two."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from diffkb import sources
from diffkb.core.models import ARXIV, Fields, Identifier, Link
from diffkb.errors import AlreadyOne, NothingToSplit
from diffkb.services.list_rows import identify
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.refs import resolve_ref
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.tables import PaperRow
    from diffkb.store.writer import UnitOfWork


class Merge(NamedTuple):
    """Entries that become one work.

    Attributes:
        first: the entry whose work stays.
        second: the entry whose work goes into it.
        entry_ids: all entries of that work then.
        identifiers: all its identifiers then.
    """

    first: int
    second: int
    entry_ids: tuple[int, ...]
    identifiers: tuple[Identifier, ...]


class Split(NamedTuple):
    """An entry that gets a work of its own.

    Attributes:
        entry_id: the entry.
        taken: the identifiers that go with it.
        left: those that stay.
        others: the entries that stay.
    """

    entry_id: int
    taken: tuple[Identifier, ...]
    left: tuple[Identifier, ...]
    others: tuple[int, ...]


def merge_entries(
    choice: BaseChoice, first: str, second: str, *, dry_run: bool, report: Report
) -> Merge:
    """Makes the works of two entries one: that of the second goes into that of the first.

    Args:
        choice: the base.
        first: the entry whose work stays.
        second: the entry whose work goes into it, with all its entries.
        dry_run: whether nothing is written.
        report: takes a sentence about what had to be done.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
        AlreadyOne: they are.
        StorageError: the base cannot be read or written.
    """
    with open_reader(choice, report) as reader:
        merge = _plan_merge(reader, first, second)
    if not dry_run:
        with open_unit(choice, "merge", report) as unit:
            # Another process may have changed something since.
            merge = _plan_merge(Reader(unit.connection, unit.path), first, second)
            _merge(unit, merge)
            unit.summary = f"merge {merge.first} {merge.second}"
    return merge


def split_entry(choice: BaseChoice, ref: str, *, dry_run: bool, report: Report) -> Split:
    """Gives an entry a work of its own, with the identifiers that only its own links name.

    What services state later does not join the two again.

    Args:
        choice: the base.
        ref: the entry.
        dry_run: whether nothing is written.
        report: takes a sentence about what had to be done.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
        NothingToSplit: it has one already.
        StorageError: the base cannot be read or written.
    """
    with open_reader(choice, report) as reader:
        split = _plan_split(reader, ref)
    if not dry_run:
        with open_unit(choice, "split", report) as unit:
            # Another process may have changed something since.
            split = _plan_split(Reader(unit.connection, unit.path), ref)
            _split(unit, split)
            unit.summary = f"split {split.entry_id}"
    return split


def _plan_merge(reader: Reader, first: str, second: str) -> Merge:
    """Says what becomes one work."""
    ids = resolve_ref(reader, first), resolve_ref(reader, second)
    papers = [reader.paper_of(entry_id) for entry_id in ids]
    if ids[0] == ids[1] or (papers[0] is not None and papers[0] == papers[1]):
        raise AlreadyOne(*ids)
    entries = set(ids)
    for paper_id in papers:
        entries |= set(reader.ids_by_paper(paper_id)) if paper_id is not None else set()
    names = [Identifier(*pair) for entry_id in ids for pair in reader.identifiers(entry_id)]
    return Merge(*ids, tuple(sorted(entries)), tuple(names))


def _merge(unit: UnitOfWork, merge: Merge) -> None:
    """Makes two works one; an entry without a work gets that of the other."""
    from diffkb.services.identity import join_papers, make_paper
    from diffkb.services.versions import bring_together
    from diffkb.store.tables import EntryRow, PaperRow, id_of

    entries = [unit.session.get_one(EntryRow, one) for one in (merge.first, merge.second)]
    papers = [unit.session.get(PaperRow, one.paper_id) for one in entries if one.paper_id]
    found = [paper for paper in papers if paper is not None]
    if len(found) == len(entries):
        bring_together(unit, found[0], found[1])
        join_papers(unit, found[0], found[1])
    paper = found[0] if found else make_paper(unit, [])
    for entry in entries:
        entry.paper_id = id_of(paper)
        unit.session.add(entry)
    unit.session.flush()


def _plan_split(reader: Reader, ref: str) -> Split:
    """Says what goes with an entry, and what stays."""
    entry_id = resolve_ref(reader, ref)
    paper_id = reader.paper_of(entry_id)
    if paper_id is None:
        raise NothingToSplit(entry_id)
    others = [one for one in reader.ids_by_paper(paper_id) if one != entry_id]
    theirs = {name for other in others for name in _named_by(reader, other)}
    mine = _named_by(reader, entry_id) - theirs
    names = [Identifier(*pair) for pair in reader.identifiers(entry_id)]
    taken = tuple(name for name in names if name in mine)
    left = tuple(name for name in names if name not in mine)
    if not others and not (taken and left):
        raise NothingToSplit(entry_id)
    return Split(entry_id, taken, left, tuple(others))


def _named_by(reader: Reader, entry_id: int) -> set[Identifier]:
    """Returns the identifiers that an entry's own links name."""
    url, links = reader.links_of(entry_id)
    pairs = json.loads(links) if links else []
    named = identify(Fields("", url=url, links=tuple(Link(*pair) for pair in pairs)))
    return {Identifier(one.scheme, one.value) for one in named}


def _split(unit: UnitOfWork, split: Split) -> None:
    """Gives an entry a work of its own, and notes that the two are two."""
    from diffkb.services.facts import CURATOR, move_facts
    from diffkb.services.identity import make_paper
    from diffkb.services.versions import keep_apart
    from diffkb.store.tables import EntryRow, PaperRow, id_of

    entry = unit.session.get_one(EntryRow, split.entry_id)
    old = unit.session.get_one(PaperRow, entry.paper_id)
    new = make_paper(unit, [])
    _move_identifiers(unit, old, new, split.taken)
    mine, theirs = _names_of_sources(split.taken), _names_of_sources(split.left)
    move_facts(unit, old, new, mine - theirs)
    if any(one.scheme == ARXIV for one in split.taken):
        _move_open_proposals(unit, old, new)
    entry.paper_id = id_of(new)
    unit.session.add(entry)
    new.asked = old.asked
    for paper in (old, new):
        # Of which of the two a source spoke that knows both, only the source can say.
        _set_state(unit, paper, is_certain=not mine & theirs)
    keep_apart(unit, old, new, CURATOR)


def _move_identifiers(
    unit: UnitOfWork, old: PaperRow, new: PaperRow, taken: Iterable[Identifier]
) -> None:
    """Gives identifiers of one work to another."""
    from sqlmodel import select

    from diffkb.store.tables import IdentifierRow, id_of

    names = {(one.scheme, one.value) for one in taken}
    for row in unit.session.exec(select(IdentifierRow).where(IdentifierRow.paper_id == old.id)):
        if (row.scheme, row.value) in names:
            row.paper_id = id_of(new)
            unit.session.add(row)
    unit.session.flush()


def _move_open_proposals(unit: UnitOfWork, old: PaperRow, new: PaperRow) -> None:
    """Gives what is proposed for a pre-print to the work that is the pre-print now."""
    from sqlmodel import select

    from diffkb.services.versions import OPEN, PUBLISHED
    from diffkb.store.tables import ProposalRow, id_of

    for row in unit.session.exec(select(ProposalRow).where(ProposalRow.paper_id == old.id)):
        if row.state == OPEN and row.relation == PUBLISHED:
            row.paper_id = id_of(new)
            unit.session.add(row)
    unit.session.flush()


def _set_state(unit: UnitOfWork, paper: PaperRow, *, is_certain: bool) -> None:
    """Says of a work that was split whether what is known of it is its own."""
    known = unit.connection.execute("SELECT 1 FROM facts WHERE paper_id = ?", (paper.id,))
    if paper.state in {"fetched", "unfetched"}:
        paper.state = "fetched" if is_certain and known.fetchone() else "unfetched"
        unit.session.add(paper)
        unit.session.flush()


def _names_of_sources(identifiers: Iterable[Identifier]) -> set[str]:
    """Returns the names of all who answer for some identifiers."""
    found = [sources.find_source(one) for one in identifiers]
    return {
        name
        for source in found
        if source is not None
        for name in (source.name, *(route.name for route in source.routes))
    }

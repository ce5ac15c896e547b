"""Which work is which: identifiers, what services state of other versions, and works that meet.

Only what a service states of a work makes two works one, and a curator's word beats it: works
that a curator told apart are never joined again by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.models import ARXIV, Identifier
from diffkb.services.facts import move_facts
from diffkb.services.findings import Finding, entries_of, named
from diffkb.services.versions import (
    OPEN,
    PREPRINT,
    PUBLISHED,
    are_kept_apart,
    close_fulfilled,
    find_proposal,
    identifiers_of,
    is_contradicted,
    is_rejected,
    move_proposals,
    new_proposal,
    paper_of,
    stating,
)
from diffkb.store.tables import EntryRow, IdentifierRow, PaperRow, id_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from diffkb.core.models import Candidate, Versions
    from diffkb.store.writer import UnitOfWork


def find_paper(unit: UnitOfWork, identifiers: Iterable[Identifier]) -> PaperRow | None:
    """Returns the work that has one of these identifiers, the first that is known deciding.

    A work has an identifier too where a service states it of that work.
    """
    for identifier in identifiers:
        found = paper_of(unit.connection, identifier) or stating(unit.connection, identifier)
        if found is not None:
            return unit.session.get(PaperRow, found)
    return None


def make_paper(unit: UnitOfWork, identifiers: Iterable[Identifier]) -> PaperRow:
    """Makes a work of which nothing but these identifiers is known."""
    paper = PaperRow()
    unit.session.add(paper)
    unit.session.flush()
    add_identifiers(unit, paper, identifiers)
    return paper


def add_identifiers(unit: UnitOfWork, paper: PaperRow, identifiers: Iterable[Identifier]) -> None:
    """Gives a work the identifiers that no work has yet."""
    for identifier in identifiers:
        if paper_of(unit.connection, identifier) is None:
            unit.session.add(
                IdentifierRow(
                    paper_id=id_of(paper), scheme=identifier.scheme, value=identifier.value
                )
            )
            unit.session.flush()
    close_fulfilled(unit, paper)


def met_paper(connection: sqlite3.Connection, candidate: Candidate) -> int | None:
    """Returns the work in the base that an answer is about, or another version of.

    Args:
        connection: to the base.
        candidate: about a work that has no row yet.
    """
    own = candidate.identifiers
    versions = [identifier for _, identifier in _stated(candidate.versions)]
    for identifier in (*own, *versions):
        paper_id = paper_of(connection, identifier)
        if paper_id is None:
            continue
        others = identifiers_of(connection, paper_id)
        rejected = any(is_rejected(connection, paper_id, one) for one in own)
        if not rejected and not _are_told_apart(own, others):
            return paper_id
    return None


def recognise(unit: UnitOfWork, paper: PaperRow, candidate: Candidate) -> list[Finding]:
    """Takes over the identifiers of a work, and joins it with those its record states it is.

    Args:
        unit: the change it is part of.
        paper: the work; of works that are joined its row is the one that stays.
        candidate: what a source said about it.

    Returns:
        Which works were joined.
    """
    findings = []
    for identifier in candidate.identifiers:
        findings += _take(unit, paper, identifier, candidate.source)
    for relation, identifier in _stated(candidate.versions):
        findings += _hear(unit, paper, relation, identifier, candidate.source)
    for identifier in identifiers_of(unit.connection, id_of(paper)):
        other_id = stating(unit.connection, identifier)
        if other_id is not None and other_id != paper.id:
            findings += _meet(unit, paper, other_id, f"a record of it names {identifier}")
    close_fulfilled(unit, paper)
    return findings


def join_papers(unit: UnitOfWork, into: PaperRow, other: PaperRow) -> None:
    """Makes two works one: entries, identifiers and facts of the other go to the first.

    Args:
        unit: the change it is part of.
        into: the row that stays.
        other: the row that goes.
    """
    for kind in (IdentifierRow, EntryRow):
        for row in unit.session.exec(select(kind).where(kind.paper_id == other.id)).all():
            row.paper_id = id_of(into)
            unit.session.add(row)
    unit.session.flush()
    move_facts(unit, other, into)
    move_proposals(unit, into, other)
    into.asked = max(filter(None, (into.asked, other.asked)), default=None)
    if other.state == "fetched":
        into.state, into.reason = "fetched", None
    unit.session.add(into)
    unit.session.delete(other)
    unit.session.flush()


def _stated(versions: Versions) -> Iterator[tuple[str, Identifier]]:
    """Yields the other versions that a record states, with what they are to the work."""
    for identifier in versions.published:
        yield PUBLISHED, identifier
    for identifier in versions.preprints:
        yield PREPRINT, identifier


def _take(unit: UnitOfWork, paper: PaperRow, identifier: Identifier, source: str) -> list[Finding]:
    """Takes over an identifier of a record's own; where another work has it, they meet.

    Where the curator gave the work another one of that scheme, it is none of its.
    """
    if is_contradicted(unit.connection, id_of(paper), identifier):
        return []
    holder = paper_of(unit.connection, identifier)
    if holder is not None:
        return _meet(unit, paper, holder, f"{source}'s record names {identifier}")
    if not is_rejected(unit.connection, id_of(paper), identifier):
        add_identifiers(unit, paper, [identifier])
    return []


def _hear(
    unit: UnitOfWork, paper: PaperRow, relation: str, identifier: Identifier, source: str
) -> list[Finding]:
    """Takes note of another version that a record states; where it is listed, they meet."""
    if is_contradicted(unit.connection, id_of(paper), identifier):
        return []
    row = find_proposal(unit, paper, identifier)
    if row is not None and row.state != OPEN:
        return []
    holder = paper_of(unit.connection, identifier)
    if holder == paper.id:
        return []
    why = f"{source}'s own record names it"
    if row is None:
        row = new_proposal(unit, paper, identifier, relation=relation, source=source, evidence=why)
    elif not row.stated:
        row.evidence = f"{why}; {row.evidence}"
    row.stated = True
    unit.session.add(row)
    unit.session.flush()
    if holder is None:
        return []
    return _meet(unit, paper, holder, f"{source}'s record names {identifier}")


def _meet(unit: UnitOfWork, paper: PaperRow, other_id: int, why: str) -> list[Finding]:
    """Joins two works that a service states to be one, unless something says that they are two."""
    connection = unit.connection
    other = unit.session.get(PaperRow, other_id)
    if other is None or other is paper or are_kept_apart(connection, id_of(paper), other_id):
        return []
    if _are_told_apart(
        identifiers_of(connection, id_of(paper)), identifiers_of(connection, other_id)
    ):
        return []
    is_listed = bool(entries_of(unit, other))
    join_papers(unit, paper, other)
    ids = entries_of(unit, paper)
    return [Finding("joined", ids, f"{named(ids)} are one work now: {why}")] if is_listed else []


def _are_told_apart(some: Iterable[Identifier], others: Iterable[Identifier]) -> bool:
    """Says whether arXiv knows two works by different identifiers: it tells its papers apart.

    Authors give the DOI of a whole book, or of another part, with several papers.
    """
    on_arxiv = [{one.value for one in named if one.scheme == ARXIV} for named in (some, others)]
    return all(on_arxiv) and not on_arxiv[0] & on_arxiv[1]

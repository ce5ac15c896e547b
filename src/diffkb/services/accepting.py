"""Taking over what a source said about a work: beside what the curator wrote, never over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from diffkb.core.keys import make_key
from diffkb.core.models import Author
from diffkb.store.tables import AuthorRow, EntryRow, FactRow, IdentifierRow, PaperRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.core.models import Candidate, Identifier
    from diffkb.store.writer import UnitOfWork

# Facts given by hand are a source of their own that beats the others.
CURATOR = "curator"
AUTHORS = "authors"


def find_paper(unit: UnitOfWork, identifiers: Iterable[Identifier]) -> PaperRow | None:
    """Returns the work that has one of these identifiers, the first that is known deciding."""
    for identifier in identifiers:
        row = _identifier_row(unit, identifier)
        if row is not None:
            return unit.session.get(PaperRow, row.paper_id)
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
        if _identifier_row(unit, identifier) is None:
            unit.session.add(
                IdentifierRow(paper_id=_id(paper), scheme=identifier.scheme, value=identifier.value)
            )
            unit.session.flush()


def mark_pending(unit: UnitOfWork, paper: PaperRow, reason: str) -> None:
    """Notes that a source was asked and could not answer; what is known already stays."""
    _mark(unit, paper, "pending", reason)


def mark_unknown(unit: UnitOfWork, paper: PaperRow, reason: str) -> None:
    """Notes that a source knows no such work: it is not asked again but by name."""
    _mark(unit, paper, "unknown", reason)


def _mark(unit: UnitOfWork, paper: PaperRow, state: str, reason: str) -> None:
    """Notes why a work is not fetched; of one that was fetched once, only that it was asked for."""
    if paper.state != "fetched":
        paper.state = state
        paper.reason = reason
    paper.asked = unit.time
    unit.session.add(paper)


def accept_candidate(unit: UnitOfWork, paper: PaperRow, candidate: Candidate) -> None:
    """Takes over what a source said about a work.

    Args:
        unit: the change it is part of.
        paper: the work.
        candidate: what the source said; what it does not say replaces nothing.
    """
    for name, value in candidate.facts():
        keep_fact(unit, paper, name, value, candidate.source)
    if candidate.authors:
        keep_authors(unit, paper, candidate.authors, candidate.source)
    add_identifiers(unit, paper, candidate.identifiers)
    paper.state = "fetched"
    paper.reason = None
    paper.asked = unit.time
    unit.session.add(paper)
    unit.session.flush()


def keep_fact(unit: UnitOfWork, paper: PaperRow, name: str, value: str, source: str) -> FactRow:
    """Keeps one fact, and lets the latest answer count unless the curator gave the fact."""
    found = unit.session.exec(
        select(FactRow).where(FactRow.paper_id == _id(paper), FactRow.name == name)
    ).all()
    mine = next((fact for fact in found if fact.source == source), None)
    if mine is None:
        mine = FactRow(
            paper_id=_id(paper), name=name, value=value, source=source, fetched=unit.time
        )
    mine.value = value
    mine.fetched = unit.time
    curated = next((fact for fact in found if fact.source == CURATOR), None)
    for fact in [*found, mine]:
        fact.chosen = fact is (curated or mine)
        unit.session.add(fact)
    unit.session.flush()
    return mine


def keep_authors(unit: UnitOfWork, paper: PaperRow, authors: Sequence[Author], source: str) -> None:
    """Keeps the authors a source gave, in order."""
    names = "; ".join(author.name for author in authors)
    fact = keep_fact(unit, paper, AUTHORS, names, source)
    rows = unit.session.exec(
        select(AuthorRow).where(AuthorRow.fact_id == fact.id).order_by(col(AuthorRow.position))
    ).all()
    if [(row.name, row.family, row.given) for row in rows] == [
        (author.name, author.family, author.given) for author in authors
    ]:
        return
    for row in rows:
        unit.session.delete(row)
    unit.session.flush()
    for position, author in enumerate(authors):
        unit.session.add(
            AuthorRow(
                fact_id=_id(fact),
                position=position,
                name=author.name,
                family=author.family,
                given=author.given,
            )
        )
    unit.session.flush()


def chosen_facts(unit: UnitOfWork, paper_id: int | None) -> dict[str, str]:
    """Returns by name what counts about a work."""
    found = select(FactRow).where(FactRow.paper_id == paper_id, col(FactRow.chosen))
    return {fact.name: fact.value for fact in unit.session.exec(found)}


def chosen_authors(unit: UnitOfWork, paper_id: int | None) -> list[Author]:
    """Returns the authors of a work that count, in order."""
    found = (
        select(AuthorRow)
        .join(FactRow)
        .where(FactRow.paper_id == paper_id, col(FactRow.chosen))
        .order_by(col(AuthorRow.position))
    )
    return [Author(row.name, row.family, row.given) for row in unit.session.exec(found)]


def give_key(
    unit: UnitOfWork, entry: EntryRow, authors: Sequence[Author], year: int | None, title: str
) -> None:
    """Gives an entry a citation key; one that it has already never changes."""
    if entry.citation_key is not None:
        return

    def taken(key: str) -> bool:
        found = select(EntryRow.id).where(EntryRow.citation_key == key)
        return unit.session.exec(found).first() is not None

    entry.citation_key = make_key(authors, year, title, taken)
    unit.session.add(entry)
    unit.session.flush()


def _identifier_row(unit: UnitOfWork, identifier: Identifier) -> IdentifierRow | None:
    """Returns the row of an identifier."""
    return unit.session.exec(
        select(IdentifierRow).where(
            IdentifierRow.scheme == identifier.scheme, IdentifierRow.value == identifier.value
        )
    ).first()


def _id(row: PaperRow | FactRow) -> int:
    """Returns the id of a row that was flushed."""
    if row.id is None:
        raise ValueError("the row was not flushed")
    return row.id

"""What sources said about works, kept side by side, and which of them counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from diffkb.core.models import Author
from diffkb.store.tables import AuthorRow, FactRow, id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from diffkb.store.tables import PaperRow
    from diffkb.store.writer import UnitOfWork

# Facts given by hand are a source of their own that beats the others.
CURATOR = "curator"
AUTHORS = "authors"
# What these say is about the published version, which counts before the pre-print.
PUBLISHERS = frozenset(
    {"Crossref", "doi.org", "OpenReview", "CVF", "PMLR", "NeurIPS", "ACL Anthology", "IEEE Xplore"}
)
# These collect what others say.
COLLECTORS = frozenset({"Semantic Scholar", "OpenAlex"})


def keep_facts(
    unit: UnitOfWork, paper: PaperRow, facts: Iterable[tuple[str, str]], source: str
) -> dict[str, FactRow]:
    """Keeps what a source said of a work, and says anew which facts count.

    Args:
        unit: the change it is part of.
        paper: the work.
        facts: names and values.
        source: who said so.

    Returns:
        The rows by name.
    """
    known: dict[str, list[FactRow]] = {}
    for fact in _facts(unit, paper):
        known.setdefault(fact.name, []).append(fact)
    kept = {}
    for name, value in facts:
        rivals = known.setdefault(name, [])
        mine = next((fact for fact in rivals if fact.source == source), None)
        if mine is None:
            mine = FactRow(
                paper_id=id_of(paper), name=name, value=value, source=source, fetched=unit.time
            )
            rivals.append(mine)
        mine.value = value
        mine.fetched = unit.time
        _choose(unit, rivals, latest=mine)
        kept[name] = mine
    unit.session.flush()
    return kept


def keep_fact(unit: UnitOfWork, paper: PaperRow, name: str, value: str, source: str) -> FactRow:
    """Keeps one fact, and says anew which of that name counts."""
    return keep_facts(unit, paper, [(name, value)], source)[name]


def drop_fact(unit: UnitOfWork, paper: PaperRow, name: str, source: str) -> None:
    """Takes back what a source said, if it did; of the others the best counts."""
    found = _facts(unit, paper, name)
    mine = [fact for fact in found if fact.source == source]
    for fact in mine:
        _delete_fact(unit, fact)
    if mine:
        _choose(unit, [fact for fact in found if fact not in mine])
        unit.session.flush()


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
                fact_id=id_of(fact),
                position=position,
                name=author.name,
                family=author.family,
                given=author.given,
            )
        )
    unit.session.flush()


def move_facts(
    unit: UnitOfWork, old: PaperRow, new: PaperRow, sources: Collection[str] | None = None
) -> None:
    """Gives facts of one work to another.

    Where both have one of the same name and source, the one that was fetched later stays; of the
    curator's that of the work they go to.

    Args:
        unit: the change it is part of.
        old: the work that has them.
        new: the work they go to.
        sources: whose; None for all.
    """
    there = {(fact.name, fact.source): fact for fact in _facts(unit, new)}
    moving = [fact for fact in _facts(unit, old) if sources is None or fact.source in sources]
    for fact in moving:
        rival = there.get((fact.name, fact.source))
        if rival is not None:
            stays = rival.source == CURATOR or rival.fetched >= fact.fetched
            _delete_fact(unit, fact if stays else rival)
            if stays:
                continue
        fact.paper_id = id_of(new)
        unit.session.add(fact)
        unit.session.flush()
    for paper in (old, new):
        for name in {fact.name for fact in moving}:
            _choose(unit, _facts(unit, paper, name))
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


def _facts(unit: UnitOfWork, paper: PaperRow, name: str | None = None) -> list[FactRow]:
    """Returns what is known of a work, or what of one name is."""
    found = select(FactRow).where(FactRow.paper_id == paper.id).order_by(col(FactRow.id))
    if name is not None:
        found = found.where(FactRow.name == name)
    return list(unit.session.exec(found))


def _choose(unit: UnitOfWork, found: Sequence[FactRow], latest: FactRow | None = None) -> None:
    """Marks the one that counts among facts of one name: the best source's, its latest answer."""

    def key(fact: FactRow) -> tuple[int, bool, str, int]:
        return -_rank(fact.source), fact is latest, fact.fetched, fact.id or 0

    best = max(found, key=key, default=None)
    for fact in found:
        fact.chosen = fact is best
        unit.session.add(fact)


def _rank(source: str) -> int:
    """Returns the place of a source among those that say different things; 0 is the first."""
    if source == CURATOR:
        return 0
    if source in PUBLISHERS:
        return 1
    return 3 if source in COLLECTORS else 2


def _delete_fact(unit: UnitOfWork, fact: FactRow) -> None:
    """Deletes a fact with its authors."""
    for row in unit.session.exec(select(AuthorRow).where(AuthorRow.fact_id == fact.id)).all():
        unit.session.delete(row)
    unit.session.flush()
    unit.session.delete(fact)
    unit.session.flush()

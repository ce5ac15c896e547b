"""What a curator says of a work by hand: a source of its own that beats all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.identifiers import work
from diffkb.core.models import Fields, Identifier, Link
from diffkb.errors import IdentifierTaken
from diffkb.services.facts import (
    AUTHORS,
    CURATOR,
    drop_fact,
    keep_authors,
    keep_fact,
)
from diffkb.services.identity import add_identifiers, make_paper
from diffkb.services.list_rows import identify
from diffkb.services.versions import REJECTED, find_proposal, paper_of
from diffkb.store.tables import EntryRow, FactRow, IdentifierRow, PaperRow, id_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Author
    from diffkb.store.writer import UnitOfWork


def work_of_entry(unit: UnitOfWork, entry: EntryRow) -> PaperRow:
    """Returns the work of an entry; one that has none gets one of which nothing is known."""
    if entry.paper_id is not None:
        return unit.session.get_one(PaperRow, entry.paper_id)
    paper = make_paper(unit, [])
    entry.paper_id = id_of(paper)
    unit.session.add(entry)
    unit.session.flush()
    return paper


def vouch_for(
    unit: UnitOfWork, entry: EntryRow, name: str, value: str | tuple[Author, ...] | None
) -> bool:
    """Keeps what a curator says of an entry's work; None takes it back.

    What others say counts again then, the best of it first.

    Args:
        unit: the change it is part of.
        entry: the entry.
        name: of the fact: authors, venue, published or abstract.
        value: what it is.

    Returns:
        Whether the curator said something else before.
    """
    said = _said(unit, entry, name)
    if value is None:
        if said is None:
            return False
        drop_fact(unit, work_of_entry(unit, entry), name, CURATOR)
        return True
    text = value if isinstance(value, str) else "; ".join(author.name for author in value)
    if said == text and isinstance(value, str):
        return False
    paper = work_of_entry(unit, entry)
    if name == AUTHORS and not isinstance(value, str):
        before = _rows_of_authors(unit, paper)
        keep_authors(unit, paper, value, CURATOR)
        return before != _rows_of_authors(unit, paper)
    keep_fact(unit, paper, name, text, CURATOR)
    return True


def vouch_for_identifier(
    unit: UnitOfWork, entry: EntryRow, scheme: str, identifier: Identifier | None
) -> bool:
    """Gives an entry's work the identifier that is its in a scheme; None takes that back.

    Services are then asked about it anew. What they say of another one of that scheme counts no
    more, as long as the curator's word stands.

    Args:
        unit: the change it is part of.
        entry: the entry.
        scheme: of the identifier.
        identifier: the work's.

    Returns:
        Whether the curator said something else before.

    Raises:
        IdentifierTaken: it is that of another work that is listed.
    """
    said = _said(unit, entry, scheme)
    if (identifier.value if identifier else None) == said:
        return False
    if identifier is not None:
        _refuse_taken(unit, entry, identifier)
    paper = work_of_entry(unit, entry)
    for row in _identifiers(unit, paper, scheme):
        if identifier is None or row.value != identifier.value:
            unit.session.delete(row)
    unit.session.flush()
    if identifier is None:
        drop_fact(unit, paper, scheme, CURATOR)
        linked = [one for one in _linked(unit, paper) if one.scheme == scheme]
        add_identifiers(unit, paper, linked)
    else:
        turned_down = find_proposal(unit, paper, identifier)
        if turned_down is not None and turned_down.state == REJECTED:
            unit.session.delete(turned_down)
            unit.session.flush()
        add_identifiers(unit, paper, [identifier])
        keep_fact(unit, paper, scheme, identifier.value, CURATOR)
    paper.state, paper.reason = "unfetched", None
    unit.session.add(paper)
    unit.session.flush()
    return True


def _said(unit: UnitOfWork, entry: EntryRow, name: str) -> str | None:
    """Returns what the curator said of an entry's work."""
    if entry.paper_id is None:
        return None
    asked = select(FactRow.value).where(
        FactRow.paper_id == entry.paper_id, FactRow.name == name, FactRow.source == CURATOR
    )
    return unit.session.exec(asked).first()


def _rows_of_authors(unit: UnitOfWork, paper: PaperRow) -> list[tuple[str, str | None]]:
    """Returns the authors that the curator named, as they are kept."""
    return unit.connection.execute(
        "SELECT a.name, a.family, a.given FROM authors a JOIN facts f ON f.id = a.fact_id"
        " WHERE f.paper_id = ? AND f.source = ? ORDER BY a.position",
        (paper.id, CURATOR),
    ).fetchall()


def _refuse_taken(unit: UnitOfWork, entry: EntryRow, identifier: Identifier) -> None:
    """Refuses an identifier of another work; one that nothing lists gives it away."""
    holder = paper_of(unit.connection, identifier)
    if holder is None or holder == entry.paper_id:
        return
    asked = select(EntryRow).where(EntryRow.paper_id == holder).order_by("id")
    other = unit.session.exec(asked).first()
    if other is not None:
        raise IdentifierTaken(str(identifier), id_of(other), other.title, id_of(entry))
    for row in unit.session.exec(select(IdentifierRow).where(IdentifierRow.paper_id == holder)):
        if (row.scheme, row.value) == (identifier.scheme, identifier.value):
            unit.session.delete(row)
    unit.session.flush()


def _identifiers(unit: UnitOfWork, paper: PaperRow, scheme: str) -> list[IdentifierRow]:
    """Returns the identifiers of a work in a scheme."""
    asked = select(IdentifierRow).where(
        IdentifierRow.paper_id == paper.id, IdentifierRow.scheme == scheme
    )
    return list(unit.session.exec(asked))


def _linked(unit: UnitOfWork, paper: PaperRow) -> Iterator[Identifier]:
    """Yields the identifiers that the links of a work's entries name."""
    for entry in unit.session.exec(select(EntryRow).where(EntryRow.paper_id == paper.id)):
        yield from names_in_links(entry)


def names_in_links(entry: EntryRow) -> tuple[Identifier, ...]:
    """Returns the identifiers that an entry's links name, without versions."""
    import json

    links = tuple(Link(*pair) for pair in json.loads(entry.links)) if entry.links else ()
    return tuple(map(work, identify(Fields("", url=entry.url, links=links))))

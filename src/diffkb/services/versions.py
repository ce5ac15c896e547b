"""What is noted of other versions of works: stated, proposed, accepted, or turned down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.models import Identifier
from diffkb.services.facts import CURATOR
from diffkb.store.tables import ProposalRow, id_of

if TYPE_CHECKING:
    import sqlite3

    from diffkb.store.tables import PaperRow
    from diffkb.store.writer import UnitOfWork

# What a version is to the work.
PUBLISHED = "published"
PREPRINT = "preprint"
# What became of a proposal.
OPEN, ACCEPTED, REJECTED = "open", "accepted", "rejected"


def paper_of(connection: sqlite3.Connection, identifier: Identifier) -> int | None:
    """Returns the work that has an identifier."""
    found = connection.execute(
        "SELECT paper_id FROM identifiers WHERE scheme = ? AND value = ?",
        (identifier.scheme, identifier.value),
    ).fetchone()
    return None if found is None else int(found[0])


def identifiers_of(connection: sqlite3.Connection, paper_id: int) -> list[Identifier]:
    """Returns the identifiers of a work, in the order in which they came."""
    found = connection.execute(
        "SELECT scheme, value FROM identifiers WHERE paper_id = ? ORDER BY id", (paper_id,)
    )
    return [Identifier(*row) for row in found]


def stating(connection: sqlite3.Connection, identifier: Identifier) -> int | None:
    """Returns the work of which a service states that an identifier is another version's.

    Of several works it would be that of a book, say: then it is none's.
    """
    found = connection.execute(
        "SELECT paper_id FROM proposals WHERE scheme = ? AND value = ? AND stated"
        " AND state <> 'rejected'",
        (identifier.scheme, identifier.value),
    ).fetchall()
    return found[0][0] if len(found) == 1 else None


def is_rejected(connection: sqlite3.Connection, paper_id: int, identifier: Identifier) -> bool:
    """Says whether a curator said that an identifier is not that work's."""
    found = connection.execute(
        "SELECT 1 FROM proposals WHERE paper_id = ? AND scheme = ? AND value = ?"
        " AND state = 'rejected'",
        (paper_id, identifier.scheme, identifier.value),
    )
    return found.fetchone() is not None


def is_contradicted(connection: sqlite3.Connection, paper_id: int, identifier: Identifier) -> bool:
    """Says whether a curator gave a work another identifier of the same scheme."""
    found = connection.execute(
        "SELECT 1 FROM facts WHERE paper_id = ? AND name = ? AND source = ? AND value <> ?",
        (paper_id, identifier.scheme, CURATOR, identifier.value),
    )
    return found.fetchone() is not None


def are_kept_apart(connection: sqlite3.Connection, one: int, other: int) -> bool:
    """Says whether a curator told two works apart."""
    found = connection.execute(
        "SELECT 1 FROM proposals p JOIN identifiers i ON i.scheme = p.scheme AND i.value = p.value"
        " WHERE p.state = 'rejected' AND (p.paper_id = ?1 AND i.paper_id = ?2"
        " OR p.paper_id = ?2 AND i.paper_id = ?1)",
        (one, other),
    )
    return found.fetchone() is not None


def keep_apart(unit: UnitOfWork, one: PaperRow, other: PaperRow, source: str) -> None:
    """Notes that two works are two, whatever services state.

    Args:
        unit: the change it is part of.
        one: a work.
        other: another one.
        source: who says so.
    """
    for paper, rival in ((one, other), (other, one)):
        for identifier in identifiers_of(unit.connection, id_of(rival)):
            row = find_proposal(unit, paper, identifier) or new_proposal(
                unit,
                paper,
                identifier,
                relation=PUBLISHED,
                source=source,
                evidence="they were told apart",
            )
            row.state = REJECTED
            row.source = source
            unit.session.add(row)
    unit.session.flush()


def bring_together(unit: UnitOfWork, one: PaperRow, other: PaperRow) -> None:
    """Forgets that two works were told apart."""
    for paper, rival in ((one, other), (other, one)):
        for identifier in identifiers_of(unit.connection, id_of(rival)):
            row = find_proposal(unit, paper, identifier)
            if row is not None and row.state == REJECTED:
                unit.session.delete(row)
    unit.session.flush()


def find_proposal(unit: UnitOfWork, paper: PaperRow, identifier: Identifier) -> ProposalRow | None:
    """Returns what is noted of a work and another version of it."""
    return unit.session.exec(
        select(ProposalRow).where(
            ProposalRow.paper_id == paper.id,
            ProposalRow.scheme == identifier.scheme,
            ProposalRow.value == identifier.value,
        )
    ).first()


def new_proposal(
    unit: UnitOfWork,
    paper: PaperRow,
    identifier: Identifier,
    *,
    relation: str,
    source: str,
    evidence: str,
) -> ProposalRow:
    """Makes the row of a proposal, which is not written yet."""
    return ProposalRow(
        paper_id=id_of(paper),
        scheme=identifier.scheme,
        value=identifier.value,
        relation=relation,
        source=source,
        evidence=evidence,
        found=unit.time,
    )


def move_proposals(unit: UnitOfWork, into: PaperRow, other: PaperRow) -> None:
    """Gives what is noted of one work to another, which has the last word."""
    there = {(row.scheme, row.value) for row in _proposals(unit, into)}
    for row in _proposals(unit, other):
        if (row.scheme, row.value) in there:
            unit.session.delete(row)
        else:
            row.paper_id = id_of(into)
            unit.session.add(row)
    unit.session.flush()
    close_fulfilled(unit, into)


def close_fulfilled(unit: UnitOfWork, paper: PaperRow) -> None:
    """Closes the proposals that came true: the work has the identifier now."""
    own = {(one.scheme, one.value) for one in identifiers_of(unit.connection, id_of(paper))}
    for row in _proposals(unit, paper):
        if row.state == OPEN and (row.scheme, row.value) in own:
            row.state = ACCEPTED
            unit.session.add(row)
    unit.session.flush()


def _proposals(unit: UnitOfWork, paper: PaperRow) -> list[ProposalRow]:
    """Returns what is noted of a work."""
    return list(unit.session.exec(select(ProposalRow).where(ProposalRow.paper_id == paper.id)))

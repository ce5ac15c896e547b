"""Taking over what a source said about a work: beside what the curator wrote, never over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.keys import make_key
from diffkb.services.facts import drop_fact, keep_authors, keep_facts
from diffkb.services.findings import find_changes
from diffkb.services.identity import recognise
from diffkb.store.tables import EntryRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.models import Author, Candidate
    from diffkb.services.findings import Finding
    from diffkb.store.tables import PaperRow
    from diffkb.store.writer import UnitOfWork


def mark_pending(unit: UnitOfWork, paper: PaperRow, reason: str) -> None:
    """Notes that a source was asked and could not answer; what is known already stays.

    What was fetched before is due again, however young it is.
    """
    if paper.state != "fetched":
        paper.state = "pending"
    paper.reason = reason
    paper.asked = unit.time
    unit.session.add(paper)


def mark_unknown(unit: UnitOfWork, paper: PaperRow, reason: str) -> None:
    """Notes that a source knows no such work: it is not asked again but by name.

    What was fetched before stays, and counts as asked for.
    """
    is_new = paper.state != "fetched"
    paper.state = "unknown" if is_new else paper.state
    paper.reason = reason if is_new else None
    paper.asked = unit.time
    unit.session.add(paper)


def accept_candidate(unit: UnitOfWork, paper: PaperRow, candidate: Candidate) -> list[Finding]:
    """Takes over what a source said about a work.

    Args:
        unit: the change it is part of.
        paper: the work; where it is joined with another one, its row stays.
        candidate: what the source said; what it does not say replaces nothing, but a withdrawal
            that it does not repeat is over.

    Returns:
        What came to light.
    """
    findings = find_changes(unit, paper, candidate)
    keep_facts(unit, paper, candidate.facts(), candidate.source)
    if candidate.authors:
        keep_authors(unit, paper, candidate.authors, candidate.source)
    if candidate.withdrawn is None:
        drop_fact(unit, paper, "withdrawn", candidate.source)
    paper.state = "fetched"
    paper.reason = None
    paper.asked = unit.time
    unit.session.add(paper)
    unit.session.flush()
    return [*findings, *recognise(unit, paper, candidate)]


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

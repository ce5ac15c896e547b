"""Completing an entry whose source answered late: its key, and what stood in for better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.services.accepting import give_key
from diffkb.services.additions import published_year
from diffkb.services.placing import Page

if TYPE_CHECKING:
    from diffkb.core.models import Candidate
    from diffkb.store.tables import EntryRow
    from diffkb.store.writer import UnitOfWork


def complete_entry(unit: UnitOfWork, entry: EntryRow, candidate: Candidate) -> None:
    """Completes an entry that is listed already by what was said about its work.

    Nothing curated changes: only a title that nobody typed is replaced, and a year that nobody
    named.

    Args:
        unit: the change it is part of.
        entry: the entry.
        candidate: what the source said.
    """
    year = published_year(candidate)
    title = (candidate.title if entry.placeholder else None) or entry.title
    give_key(unit, entry, candidate.authors, year or entry.year, title)
    if entry.placeholder and candidate.title:
        Page.open(unit, entry.document_id).replace_placeholder(
            entry, " ".join(candidate.title.split()), year
        )

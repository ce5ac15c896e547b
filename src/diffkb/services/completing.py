"""Completing an entry whose source answered late: its key, and what stood in for better."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from diffkb.errors import CannotWrite
from diffkb.services.accepting import give_key
from diffkb.services.additions import published_year
from diffkb.services.changing import change_entry
from diffkb.services.pages import Page
from diffkb.services.relocating import move_entry

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
        page = Page.open(unit, entry.document_id)
        _replace_placeholder(page, entry, " ".join(candidate.title.split()), year)


def _replace_placeholder(page: Page, entry: EntryRow, title: str, year: int | None) -> None:
    """Gives an entry the title it could not have before, and the year group that goes with it.

    What a person typed since stays; where the list cannot hold the title, the placeholder
    does.
    """
    with suppress(CannotWrite), page.unit.attempt():
        change_entry(page, entry, {"title": title})
        entry.placeholder = False
        page.blocks.save(entry)
        if year is not None and entry.provisional_year:
            entry.provisional_year = False
            _move_to_year(page, entry, year)


def _move_to_year(page: Page, entry: EntryRow, year: int) -> None:
    """Moves an entry to the end of another year group of its section."""
    section = None if entry.section_id is None else page.outline()[entry.section_id]
    group = page.headings.year_group(section, year)
    if group is not None and group.id not in {entry.group_id, entry.section_id}:
        move_entry(page, entry, section, year)

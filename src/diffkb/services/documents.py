"""The documents of a base: which one is meant by default, their names, and taking one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.text import storable
from diffkb.errors import AlreadyThere, BadValue
from diffkb.services.listing import find_document
from diffkb.services.opening import open_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.reader import Document
    from diffkb.store.writer import UnitOfWork

# Works that no entry stands for any more.
ORPHANS = "id NOT IN (SELECT paper_id FROM entries WHERE paper_id IS NOT NULL)"


def prefer_document(choice: BaseChoice, name: str, report: Report) -> str:
    """Makes a document the one that is meant where none is named; returns its name.

    Raises:
        DocumentNotFound: there is no document of that name.
        StorageError: the base cannot be written.
    """
    from sqlmodel import select

    from diffkb.store.tables import DocumentRow

    with open_unit(choice, "document default", report) as unit:
        wanted = _find(unit, name)
        for row in unit.session.exec(select(DocumentRow)).all():
            row.preferred = row.id == wanted.id
            unit.session.add(row)
        unit.summary = f"document default {wanted.name}"
        return wanted.name


def rename_document(choice: BaseChoice, name: str, new: str, report: Report) -> tuple[str, str]:
    """Gives a document another name; its Markdown, title and all, stays as it is.

    Returns:
        The name it had, and the one it has.

    Raises:
        DocumentNotFound: there is no document of that name.
        AlreadyThere: another document has the new one.
        BadValue: the new name holds nothing.
        StorageError: the base cannot be written.
    """
    from sqlmodel import select

    from diffkb.store.tables import DocumentRow

    wanted_name = " ".join(storable(new).split())
    if not wanted_name:
        raise BadValue("NEW", new, "the new name")
    with open_unit(choice, "document rename", report) as unit:
        wanted = _find(unit, name)
        for row in unit.session.exec(select(DocumentRow)).all():
            if row.id != wanted.id and row.name.casefold() == wanted_name.casefold():
                raise AlreadyThere(f'the document "{row.name}"', hint="choose another name")
        row = unit.session.get_one(DocumentRow, wanted.id)
        row.name = wanted_name
        row.changed = unit.time
        unit.session.add(row)
        unit.summary = f"document rename {wanted.name}: {wanted_name}"
    return wanted.name, wanted_name


def remove_document(choice: BaseChoice, name: str, report: Report) -> tuple[str, int]:
    """Takes a document out of the base, with its entries, notes and tags.

    Works that no other document lists go with it. All of it stays in the journal.

    Returns:
        The document's name, and how many entries it had.

    Raises:
        DocumentNotFound: there is no document of that name.
        StorageError: the base cannot be written.
    """
    from diffkb.store import tables

    with open_unit(choice, "document rm", report) as unit:
        wanted = _find(unit, name)
        mine = (wanted.id,)
        of_entries = "entry_id IN (SELECT id FROM entries WHERE document_id = ?)"
        unit.delete_rows(tables.NoteRow, of_entries, mine)
        unit.delete_rows(tables.TagRow, of_entries, mine)
        count = unit.delete_rows(tables.EntryRow, "document_id = ?", mine)
        unit.delete_rows(tables.SectionRow, "document_id = ?", mine)
        unit.delete_rows(tables.BlockRow, "document_id = ?", mine)
        unit.delete_rows(tables.DocumentRow, "id = ?", mine)
        remove_orphans(unit)
        unit.summary = f"document rm {wanted.name}: {count} entries"
    return wanted.name, count


def remove_orphans(unit: UnitOfWork, among: Iterable[int] | None = None) -> None:
    """Removes works that no entry stands for, with what is known about them.

    Args:
        unit: the change.
        among: only these works, which spares a look at all others.
    """
    from diffkb.store import tables

    orphans = ORPHANS
    if among is not None:
        orphans += f" AND id IN ({', '.join(str(int(one)) for one in among)})"
    of_orphans = f"paper_id IN (SELECT id FROM papers WHERE {orphans})"
    unit.delete_rows(tables.AuthorRow, f"fact_id IN (SELECT id FROM facts WHERE {of_orphans})")
    unit.delete_rows(tables.FactRow, of_orphans)
    unit.delete_rows(tables.IdentifierRow, of_orphans)
    unit.delete_rows(tables.ProposalRow, of_orphans)
    unit.delete_rows(tables.PaperRow, orphans)


def _find(unit: UnitOfWork, name: str) -> Document:
    """Returns the document of that name, as the unit sees it."""
    from diffkb.store.reader import Reader

    return find_document(Reader(unit.connection, unit.path).documents(), name)

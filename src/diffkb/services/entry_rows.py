"""The rows of an entry: its columns, its note and its tags, as its Markdown has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.text import storable
from diffkb.services.list_rows import entry_columns
from diffkb.store.tables import EntryRow, NoteRow, TagRow

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from diffkb.core.models import Fields
    from diffkb.store.writer import UnitOfWork

# The columns of an entry that `entry_columns` fills, in its order.
READ_COLUMNS = (
    "url",
    "links",
    "year",
    "year_from",
    "wr",
    "read",
    "venue",
    "authors",
    "mentioned",
)


def read_back(unit: UnitOfWork, entry: EntryRow, fields: Fields) -> None:
    """Fills an entry's columns, its note and its tags with what its Markdown says.

    Args:
        unit: the change.
        entry: the entry's row; a new one is written.
        fields: what the Markdown says.
    """
    entry.title = storable(fields.title)
    for name, value in zip(READ_COLUMNS, entry_columns(fields), strict=True):
        setattr(entry, name, value)
    _save(unit, entry)
    note = unit.session.exec(
        select(NoteRow).where(NoteRow.entry_id == entry.id, NoteRow.kind == "listed")
    ).first()
    if fields.note is None:
        if note is not None:
            _delete(unit, note)
    else:
        row = note or NoteRow(entry_id=_id(entry), kind="listed", text="")
        row.text = storable(fields.note)
        _save(unit, row)
    _keep_tags(unit, entry, fields)


def belongings(unit: UnitOfWork, entry: EntryRow) -> list[NoteRow | TagRow]:
    """Returns the rows that belong to an entry alone."""
    notes = unit.session.exec(select(NoteRow).where(NoteRow.entry_id == entry.id))
    tags = unit.session.exec(select(TagRow).where(TagRow.entry_id == entry.id))
    return [*notes.all(), *tags.all()]


def _keep_tags(unit: UnitOfWork, entry: EntryRow, fields: Fields) -> None:
    """Keeps the labels that an entry's Markdown shows."""
    found = unit.session.exec(select(TagRow).where(TagRow.entry_id == entry.id)).all()
    names = dict.fromkeys(map(storable, fields.tags))
    for row in found:
        if row.name not in names:
            _delete(unit, row)
    kept = {row.name for row in found}
    for name in names:
        if name not in kept:
            _save(unit, TagRow(entry_id=_id(entry), name=name))


def _save(unit: UnitOfWork, row: SQLModel) -> None:
    """Writes a row, so that plain SQL sees it."""
    unit.session.add(row)
    unit.session.flush()


def _delete(unit: UnitOfWork, row: SQLModel) -> None:
    """Deletes a row, so that plain SQL sees it."""
    unit.session.delete(row)
    unit.session.flush()


def _id(row: EntryRow) -> int:
    """Returns the id of a row that was written."""
    if row.id is None:
        raise ValueError("the row was not written")
    return row.id

"""The rows of an entry: its columns, its note and its tags, as its Markdown has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.text import storable
from diffkb.services.list_rows import READ_COLUMNS, entry_columns
from diffkb.store.tables import EntryRow, NoteRow, TagRow, id_of

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from diffkb.core.models import Fields
    from diffkb.store.writer import UnitOfWork


def read_back(
    unit: UnitOfWork, entry: EntryRow, fields: Fields, before: Fields | None = None
) -> None:
    """Fills an entry's columns, its note and its tags with what its Markdown says.

    The state of reading and the labels that its Markdown did not say before are held by the base
    alone, and stay.

    Args:
        unit: the change.
        entry: the entry's row; a new one is written.
        fields: what the Markdown says.
        before: what it said before; None of a new entry.
    """
    read = entry.read if before is not None and before.read is None else None
    entry.title = storable(fields.title)
    for name, value in zip(READ_COLUMNS, entry_columns(fields), strict=True):
        setattr(entry, name, value)
    if fields.read is None:
        entry.read = read
    _save(unit, entry)
    note = unit.session.exec(
        select(NoteRow).where(NoteRow.entry_id == entry.id, NoteRow.kind == "listed")
    ).first()
    if fields.note is None:
        if note is not None:
            _delete(unit, note)
    else:
        row = note or NoteRow(entry_id=id_of(entry), kind="listed", text="")
        row.text = storable(fields.note)
        _save(unit, row)
    _keep_tags(unit, entry, fields, before)


def belongings(unit: UnitOfWork, entry: EntryRow) -> list[NoteRow | TagRow]:
    """Returns the rows that belong to an entry alone."""
    notes = unit.session.exec(select(NoteRow).where(NoteRow.entry_id == entry.id))
    tags = unit.session.exec(select(TagRow).where(TagRow.entry_id == entry.id))
    return [*notes.all(), *tags.all()]


def _keep_tags(unit: UnitOfWork, entry: EntryRow, fields: Fields, before: Fields | None) -> None:
    """Keeps the labels that an entry's Markdown shows, and those that it never did."""
    found = unit.session.exec(select(TagRow).where(TagRow.entry_id == entry.id)).all()
    names = dict.fromkeys(map(storable, fields.tags))
    shown = set(map(storable, before.tags)) if before else {row.name for row in found}
    for row in found:
        if row.name not in names and row.name in shown:
            _delete(unit, row)
    kept = {row.name for row in found}
    for name in names:
        if name not in kept:
            _save(unit, TagRow(entry_id=id_of(entry), name=name))


def _save(unit: UnitOfWork, row: SQLModel) -> None:
    """Writes a row, so that plain SQL sees it."""
    unit.session.add(row)
    unit.session.flush()


def _delete(unit: UnitOfWork, row: SQLModel) -> None:
    """Deletes a row, so that plain SQL sees it."""
    unit.session.delete(row)
    unit.session.flush()

"""Labels of entries: written into the Markdown where the list has such, else kept in the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.text import storable
from diffkb.errors import BadValue
from diffkb.services.curating import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.services.curating import Edit, Editing
    from diffkb.store.tables import EntryRow, TagRow

TAG = Verb("tag", "tagged")


def tag_name(text: str) -> str:
    """Returns a label as it is kept: on one line, with single blanks.

    Raises:
        BadValue: it is blank.
    """
    name = " ".join(storable(text).split())
    if not name:
        raise BadValue("a tag", text, "a word or more")
    return name


def tagging(added: Sequence[str], removed: Sequence[str]) -> Edit:
    """Returns the edit that gives an entry labels, and takes others off.

    Args:
        added: labels to give; one that is there, whatever its case, stays as it is.
        removed: labels to take off, whatever their case.
    """

    def tag(editing: Editing, entry: EntryRow) -> str | None:
        rows = {row.name.casefold(): row for row in _rows(editing, entry)}
        gone = [rows[name.casefold()] for name in removed if name.casefold() in rows]
        new = [name for name in added if name.casefold() not in rows]
        if not gone and not new:
            return None
        names = [row.name for row in gone]
        _write(editing, entry, new, gone)
        return " ".join([*(f"+{name}" for name in new), *(f"-{name}" for name in names)])

    return tag


def _write(editing: Editing, entry: EntryRow, new: Sequence[str], gone: Sequence[TagRow]) -> None:
    """Gives labels and takes labels off, in the Markdown as far as the list has such."""
    from diffkb.services.changing import change_entry
    from diffkb.services.neighbours import said_near
    from diffkb.store.tables import TagRow, id_of

    page = editing.page(entry.document_id)
    shown = page.fields_of(entry).tags
    lost = {row.name for row in gone}
    kept = [name for name in shown if storable(name) not in lost]
    in_list = bool(said_near(page, entry, "tags"))
    wanted = [*kept, *(new if in_list else ())]
    in_base = [row for row in gone if row.name not in set(map(storable, shown))]
    if wanted != list(shown):
        change_entry(page, entry, {"tags": tuple(wanted)})
    session = editing.unit.session
    for row in in_base:
        session.delete(row)
    for name in () if in_list else new:
        session.add(TagRow(entry_id=id_of(entry), name=name))
    entry.changed = editing.unit.time
    session.add(entry)
    session.flush()


def _rows(editing: Editing, entry: EntryRow) -> Iterable[TagRow]:
    """Returns the rows of an entry's labels."""
    from sqlmodel import select

    from diffkb.store.tables import TagRow

    return editing.unit.session.exec(select(TagRow).where(TagRow.entry_id == entry.id)).all()

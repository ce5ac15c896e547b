"""Rows of a base put right, as one step that can be undone like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.markdown import get_fields
from diffkb.services.blocks import text_of
from diffkb.services.documents import remove_orphans
from diffkb.services.entry_rows import read_back
from diffkb.services.opening import user_name
from diffkb.services.pages import Page
from diffkb.store.tables import BlockRow, EntryRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from diffkb.core.models import Fields


def repair_rows(path: Path, entries: Iterable[int], *, orphans: bool) -> None:
    """Makes rows of entries say what the Markdown says, and removes works without entries.

    Args:
        path: the base.
        entries: the ids of the entries.
        orphans: whether works without entries are removed.

    Raises:
        StorageError: the base cannot be written.
    """
    with UnitOfWork(path, command="base doctor --repair", who=user_name()) as unit:
        for entry_id in entries:
            entry = unit.session.get(EntryRow, entry_id)
            if entry is not None:
                fields = _fields(unit, entry)
                # What the base alone holds, tags and the state of reading, is none of this.
                read_back(unit, entry, fields, before=fields)
        if orphans:
            remove_orphans(unit)


def _fields(unit: UnitOfWork, entry: EntryRow) -> Fields:
    """Returns what an entry's Markdown says."""
    page = Page.open(unit, entry.document_id)
    block = unit.session.get_one(BlockRow, entry.block_id)
    return get_fields(text_of(block), page.context_of(entry))[entry.ordinal]

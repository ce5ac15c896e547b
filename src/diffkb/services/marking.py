"""Whether entries were read: the list's own marks where it has such, else kept in the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.errors import CannotWrite
from diffkb.services.curating import Verb

if TYPE_CHECKING:
    from diffkb.services.curating import Edit, Editing
    from diffkb.services.placing import Page
    from diffkb.store.tables import EntryRow

READ = Verb("mark as read", "read")
UNREAD = Verb("mark as unread", "unread")


def marking(*, read: bool) -> Edit:
    """Returns the edit that marks an entry as read, or as not read."""

    def mark(editing: Editing, entry: EntryRow) -> str | None:
        if bool(entry.read) is read:
            return None
        page = editing.page(entry.document_id)
        if page.shows(entry, "read"):
            _write(page, entry, read=read)
        else:
            entry.read = read
            entry.changed = editing.unit.time
            editing.unit.session.add(entry)
            editing.unit.session.flush()
        return ""

    return mark


def _write(page: Page, entry: EntryRow, *, read: bool) -> None:
    """Changes the mark in the Markdown; where the list has none for unread, it goes."""
    try:
        page.change_entry(entry, {"read": read})
    except CannotWrite:
        if read or page.fields_of(entry).read is None:
            raise
        page.change_entry(entry, {"read": None})

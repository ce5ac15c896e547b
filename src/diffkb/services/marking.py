"""Whether entries were read: the list's own marks where it has such, else kept in the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.services.curating import Verb

if TYPE_CHECKING:
    from diffkb.services.curating import Edit, Editing
    from diffkb.store.tables import EntryRow

READ = Verb("mark as read", "read")
UNREAD = Verb("mark as unread", "unread")


def marking(*, read: bool) -> Edit:
    """Returns the edit that marks an entry as read, or as not read."""

    def mark(editing: Editing, entry: EntryRow) -> str | None:
        from diffkb.services.changing import change_entry
        from diffkb.services.neighbours import said_near

        if bool(entry.read) is read:
            return None
        page = editing.page(entry.document_id)
        said = said_near(page, entry, "read")
        if said or page.is_task(entry):
            # Most lists that mark what was read leave the rest without a mark.
            marks_both = False in said or page.is_task(entry)
            change_entry(page, entry, {"read": read if read or marks_both else None})
            return ""
        entry.read = read
        entry.changed = editing.unit.time
        editing.unit.session.add(entry)
        editing.unit.session.flush()
        return ""

    return mark

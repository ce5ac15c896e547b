"""Taking entries out of their lists, and works that are then listed nowhere out of the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.services.curating import Verb

if TYPE_CHECKING:
    from diffkb.services.curating import Editing
    from diffkb.store.tables import EntryRow

REMOVE = Verb("remove", "removed")


class Removing:
    """The edit that takes out entries, and in the end their works."""

    def __init__(self) -> None:
        self._papers: set[int] = set()

    def __call__(self, editing: Editing, entry: EntryRow) -> str:
        """Takes an entry out of its list, with its notes and its labels."""
        from diffkb.services.taking_out import remove_entry

        if entry.paper_id is not None:
            self._papers.add(entry.paper_id)
        remove_entry(editing.page(entry.document_id), entry)
        return ""

    def finish(self, editing: Editing) -> None:
        """Takes out the works that no entry stands for any more."""
        from diffkb.services.documents import remove_orphans

        remove_orphans(editing.unit, among=sorted(self._papers))
        self._papers.clear()

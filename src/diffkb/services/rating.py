"""How much entries are worth reading: the mark on each, within the scale of its list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.errors import WrOutOfScale
from diffkb.services.curating import Verb

if TYPE_CHECKING:
    from diffkb.services.curating import Edit, Editing
    from diffkb.store.tables import EntryRow

RATE = Verb("rate", "rated")
UNRATED = "none"


def rating(wr: int | None) -> Edit:
    """Returns the edit that gives an entry a mark, or with None takes it off.

    The edit raises WrOutOfScale where the entry's list has another scale, and CannotWrite where
    it has no place for a mark.
    """

    def rate(editing: Editing, entry: EntryRow) -> str | None:
        from diffkb.services.changing import change_entry

        page = editing.page(entry.document_id)
        low, high = page.scale
        if wr is not None and not low <= wr <= high:
            raise WrOutOfScale(wr, low, high)
        if entry.wr == wr:
            return None
        change_entry(page, entry, {"wr": wr})
        return UNRATED if wr is None else str(wr)

    return rate

"""Works of the same title: a reason to warn, for one title may well be that of two works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from diffkb.core.text import fold

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


class SameTitles:
    """The entries that have one of some titles, found in one pass over the base.

    Args:
        connection: to the base.
        titles: those that may be asked about.
    """

    def __init__(self, connection: sqlite3.Connection, titles: Iterable[str]) -> None:
        self._entries: dict[str, dict[int, int | None]] = {}
        wanted = set(map(_folded, titles))
        if not wanted:
            return
        # SQLite lowers ASCII alone, which is most titles; the others are folded here.
        found = connection.execute(
            "SELECT id, title, paper_id FROM entries WHERE lower(title) IN"
            " (SELECT value FROM json_each(?)) OR title GLOB '*[^ -~]*'",
            (json.dumps(sorted(wanted)),),
        )
        for entry_id, title, paper_id in found:
            if _folded(title) in wanted:
                self.note(title, entry_id, paper_id)

    def note(self, title: str, entry_id: int, paper_id: int | None) -> None:
        """Adds an entry."""
        self._entries.setdefault(_folded(title), {})[entry_id] = paper_id

    def of_other_works(self, title: str, paper_id: int | None) -> list[int]:
        """Returns the entries of that title that stand for another work, by their ids."""
        found = self._entries.get(_folded(title), {})
        return sorted(one for one, other in found.items() if other is None or other != paper_id)


def _folded(title: str) -> str:
    """Returns a title without case, diacritics and superfluous blanks."""
    return " ".join(fold(title).split())

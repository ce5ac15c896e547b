"""Works of the same title: a reason to warn, for one title may well be that of two works."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from diffkb.core.query import Phrase
from diffkb.core.text import fold, words
from diffkb.store.conditions import match_expression

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    Titled = tuple[int, str, int | None]


# Titles that are looked up one by one; for more, one pass over the base is faster.
FEW = 100


class SameTitles:
    """The entries that have one of some titles.

    Args:
        connection: to the base, whose index holds what stood there before this change.
        titles: those that may be asked about.
    """

    def __init__(self, connection: sqlite3.Connection, titles: Iterable[str]) -> None:
        self._entries: dict[str, dict[int, int | None]] = {}
        wanted = set(map(_folded, titles))
        if not wanted:
            return
        sought = {title: words(title) for title in wanted}
        if len(sought) <= FEW and all(sought.values()):
            found: Iterable[Titled] = chain.from_iterable(
                _with_words(connection, one) for one in sought.values()
            )
        else:
            found = _candidates(connection, wanted)
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


def _with_words(connection: sqlite3.Connection, sought: Sequence[str]) -> Iterable[Titled]:
    """Returns the entries whose title has some words side by side, as the index of texts tells."""
    return connection.execute(
        "SELECT e.id, e.title, e.paper_id FROM search CROSS JOIN entries e ON e.id = search.rowid"
        " WHERE search MATCH ?",
        (match_expression(Phrase("title", tuple(sought))),),
    )


def _candidates(connection: sqlite3.Connection, wanted: Iterable[str]) -> Iterable[Titled]:
    """Returns the entries that may have one of many titles, in one pass over the base.

    SQLite lowers ASCII alone, which is most titles; the others are all returned.
    """
    return connection.execute(
        "SELECT id, title, paper_id FROM entries WHERE lower(title) IN"
        " (SELECT value FROM json_each(?)) OR title GLOB '*[^ -~]*'",
        (json.dumps(sorted(wanted)),),
    )


def _folded(title: str) -> str:
    """Returns a title without case, diacritics and superfluous blanks."""
    return " ".join(fold(title).split())

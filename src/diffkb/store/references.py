"""Entries as bibliographies cite them, made of the base's rows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diffkb.core.keys import make_key
from diffkb.core.models import Link
from diffkb.core.references import Reference, date_of
from diffkb.store.entries import ENTRY_COLUMNS, make_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.models import Entry
    from diffkb.core.query import Condition, SortKey
    from diffkb.store.reader import Reader

REFERENCE_COLUMNS = (*ENTRY_COLUMNS, "category", "added", "changed", "extra", "private")


def select_references(
    reader: Reader,
    condition: Condition,
    order: Iterable[SortKey] = (),
    limit: int | None = None,
    *,
    private: bool = False,
) -> Iterator[Reference]:
    """Yields entries as references; one without a citation key has one made up for this time.

    Args:
        reader: the base.
        condition: which.
        order: by what to sort before the list's own order.
        limit: at most so many.
        private: whether notes that do not stand in the list are told.
    """
    headings = reader.outline()
    keys = Keys(reader)
    for row in reader.entry_rows(REFERENCE_COLUMNS, condition, order, limit):
        *columns, category, added, changed, extra, note = row
        entry = make_entry(tuple(columns), headings)
        kept: dict[str, Any] = json.loads(extra) if extra else {}
        if not entry.links:
            links = (Link(one["label"], one["url"]) for one in kept.get("links", ()))
            entry = replace(entry, links=tuple(links))
        yield Reference(
            entry,
            entry.key or keys.make(entry),
            category,
            added,
            changed,
            note if private else None,
            kept,
        )


class Keys:
    """Citation keys for entries that have none yet.

    Args:
        reader: the base, whose keys are taken.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._made: set[str] = set()

    def make(self, entry: Entry) -> str:
        """Returns a key for an entry that no other has."""
        date = date_of(entry)
        key = make_key(entry.authors, date.year if date else None, entry.title, self._is_taken)
        self._made.add(key)
        return key

    def _is_taken(self, key: str) -> bool:
        """Says whether a key is in use."""
        return key in self._made or bool(self._reader.ids_by_key(key))

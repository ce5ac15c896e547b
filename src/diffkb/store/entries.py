"""Whole entries made of the base's rows; plain listings do without, as it takes time to load."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from diffkb.core.models import Author, Entry, Link
from diffkb.store.columns import COLUMNS

if TYPE_CHECKING:
    from diffkb.core.outline import Outline

# The columns an Entry is made of, in its order, but for those that stand for others; then those
# it falls back on.
ENTRY_COLUMNS = (
    *({"section": "section_id"}.get(name, name) for name in Entry.__dataclass_fields__),
    "authors_as_written",
)

# Where among them the section stands, as the id of its heading.
SECTION = ENTRY_COLUMNS.index("section_id")

SELECT_ENTRY = (
    f"SELECT {', '.join(COLUMNS[name] for name in ENTRY_COLUMNS)} FROM entries e"
    " JOIN documents d ON d.id = e.document_id WHERE e.id = ?"
)


def make_entry(row: tuple[Any, ...], outline: Outline) -> Entry:
    """Makes an entry of its row, whose section is a number among the headings.

    Where no source names the authors, they are those the list shows.
    """
    *known, written = row
    values = dict(zip(Entry.__dataclass_fields__, known, strict=True))
    values["section"] = outline.path(values["section"])
    values["links"] = tuple(Link(*link) for link in _array(values["links"]))
    values["tags"] = tuple(_array(values["tags"]))
    authors = tuple(Author(*author) for author in _array(values["authors"]))
    values["authors"] = authors or (_listed_authors(written) if written else ())
    values["read"] = None if values["read"] is None else bool(values["read"])
    values["pending"] = bool(values["pending"])
    return Entry(**values)


def _listed_authors(written: str) -> tuple[Author, ...]:
    """Returns the authors that a list shows; only lists that show some need what tells them."""
    from diffkb.markdown.persons import split_authors

    return split_authors(written)


def _array(text: str | None) -> list[Any]:
    """Returns a JSON array's values; most are empty, and need no parser."""
    if not text or text == "[]":
        return []
    found: list[Any] = json.loads(text)
    return found

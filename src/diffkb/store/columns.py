"""What may be selected of an entry, as SQL; e is the entry, d its document."""

from __future__ import annotations

# A chosen fact of the entry's paper.
FACT = "(SELECT value FROM facts WHERE paper_id = e.paper_id AND name = '{name}' AND chosen)"

# The least value an identifier of the entry's paper has in a scheme: several DOIs have one order.
# The plus keeps SQLite from walking the scheme's index, all of it, for the sake of `min`.
IDENTIFIER = (
    "(SELECT min(value) FROM identifiers WHERE paper_id = e.paper_id AND +scheme = '{name}')"
)

# What may be selected of an entry. e is the entry, b its block, d its document.
COLUMNS = {
    "id": "e.id",
    "document": "d.name",
    "document_id": "e.document_id",
    "kind": "e.kind",
    "title": "e.title",
    "url": "e.url",
    "links": "e.links",
    "year": "e.year",
    "year_from": "e.year_from",
    "wr": "e.wr",
    "read": "e.read",
    "section_id": "e.section_id",
    "tags": "(SELECT json_group_array(name) FROM"
    " (SELECT name FROM tags WHERE entry_id = e.id ORDER BY id))",
    "note": "(SELECT text FROM notes WHERE entry_id = e.id AND kind = 'listed')",
    "arxiv_id": IDENTIFIER.format(name="arxiv"),
    "doi": IDENTIFIER.format(name="doi"),
    "openreview_id": IDENTIFIER.format(name="openreview"),
    "authors": "(SELECT json_group_array(json_array(name, family, given)) FROM"
    " (SELECT a.name, a.family, a.given FROM facts f JOIN authors a ON a.fact_id = f.id"
    " WHERE f.paper_id = e.paper_id AND f.name = 'authors' AND f.chosen ORDER BY a.position))",
    "authors_as_written": "e.authors",
    "venue": "coalesce(e.venue, " + FACT.format(name="venue") + ")",
    "published": "substr(" + FACT.format(name="published") + ", 1, 10)",
    "abstract": FACT.format(name="abstract"),
    "pending": "coalesce((SELECT state = 'pending' FROM papers WHERE id = e.paper_id), 0)",
    "key": "e.citation_key",
    "added": "e.added",
    "changed": "e.changed",
    "placeholder": "e.placeholder",
    "category": FACT.format(name="category"),
    "extra": "e.extra",
    "private": "(SELECT text FROM notes WHERE entry_id = e.id AND kind = 'private')",
}

# What SQLite's integers reach to; no number in a base is greater.
GREATEST = 2**63 - 1


def fitting(number: int) -> int:
    """Returns a number that a person typed, or the nearest one that SQLite can compare with."""
    return max(-GREATEST, min(number, GREATEST))

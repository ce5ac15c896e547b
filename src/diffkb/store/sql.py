"""Conditions and orders as SQL with bound parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.core.query import And, Between, InDocument, Missing, Or, Within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.core.outline import Span
    from diffkb.core.query import Condition, SortKey

Clause = tuple[str, list[Any]]

# A chosen fact of the entry's paper.
FACT = "(SELECT value FROM facts WHERE paper_id = e.paper_id AND name = '{name}' AND chosen)"
# The least value an identifier of the entry's paper has in a scheme: several DOIs have one order.
IDENTIFIER = (
    "(SELECT min(value) FROM identifiers WHERE paper_id = e.paper_id AND scheme = '{name}')"
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
}

# What SQLite's integers reach to; no number in a base is greater.
GREATEST = 2**63 - 1

LIST_ORDER = "b.document_id, b.position, e.ordinal"


def select_entries(
    columns: Sequence[str],
    condition: Condition,
    order: Iterable[SortKey] = (),
    limit: int | None = None,
) -> Clause:
    """Returns the statement that selects entries.

    Args:
        columns: names of COLUMNS.
        condition: which entries.
        order: by what to sort before the list's own order.
        limit: at most so many.
    """
    where, parameters = compile_condition(condition)
    # CROSS JOIN tells SQLite to walk the blocks in order: nothing is sorted, the first row is
    # there at once.
    statement = (
        f"SELECT {', '.join(COLUMNS[name] for name in columns)} FROM blocks b"
        " CROSS JOIN entries e ON e.block_id = b.id JOIN documents d ON d.id = e.document_id"
        f" WHERE {where} ORDER BY {', '.join([*map(_sorted_by, order), LIST_ORDER])}"
    )
    if limit is not None:
        statement += " LIMIT ?"
        parameters.append(_fitting(limit))
    return statement, parameters


def count_entries(condition: Condition) -> Clause:
    """Returns the statement that counts entries, and the unrated ones among them."""
    where, parameters = compile_condition(condition)
    counts = "SELECT count(*), count(*) - count(e.wr) FROM blocks b"
    return f"{counts} JOIN entries e ON e.block_id = b.id WHERE {where}", parameters


def compile_condition(condition: Condition) -> Clause:
    """Returns a condition as an SQL expression, with its parameters."""
    match condition:
        case Between(field, low, high):
            return _between(COLUMNS[field], low, high)
        case Missing(field):
            return f"{COLUMNS[field]} IS NULL", []
        case Within(spans):
            return _joined("OR", [_within(span) for span in spans], "0")
        case InDocument(document_id):
            return "b.document_id = ?", [document_id]
        case And(parts):
            return _joined("AND", [compile_condition(part) for part in parts], "1")
        case Or(parts):
            return _joined("OR", [compile_condition(part) for part in parts], "0")


def _between(column: str, low: int | None, high: int | None) -> Clause:
    """Returns the expression for a number between bounds; without any, for one that is there."""
    bounds = [(f"{column} >= ?", low), (f"{column} <= ?", high)]
    given = [(text, bound) for text, bound in bounds if bound is not None]
    if not given:
        return f"{column} IS NOT NULL", []
    return " AND ".join(text for text, _ in given), [_fitting(bound) for _, bound in given]


def _fitting(number: int) -> int:
    """Returns a number that a person typed, or the nearest one that SQLite can compare with."""
    return max(-GREATEST, min(number, GREATEST))


def _within(span: Span) -> Clause:
    """Returns the expression for a place in a stretch of a document."""
    if span.high is None:
        return "b.document_id = ? AND b.position >= ?", [span.document_id, span.low]
    return (
        "b.document_id = ? AND b.position >= ? AND b.position < ?",
        [span.document_id, span.low, span.high],
    )


def _joined(word: str, clauses: list[Clause], empty: str) -> Clause:
    """Joins expressions by AND or OR."""
    if not clauses:
        return empty, []
    text = f" {word} ".join(f"({text})" for text, _ in clauses)
    return text, [parameter for _, parameters in clauses for parameter in parameters]


def _sorted_by(key: SortKey) -> str:
    """Returns a term of ORDER BY."""
    column = COLUMNS[key.field]
    collation = " COLLATE NOCASE" if key.field == "title" else ""
    return f"{column} IS NULL, {column}{collation} {'DESC' if key.descending else 'ASC'}"

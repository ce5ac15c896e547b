"""Conditions and orders as SQL with bound parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.core.query import (
    And,
    Between,
    Dated,
    InDocument,
    InSection,
    Missing,
    Not,
    Or,
    Within,
)
from diffkb.store.conditions import (
    FACT,
    compile_missing,
    compile_on_field,
    compile_words,
    fitting,
    is_of_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.core.outline import Span
    from diffkb.core.query import Condition, SortKey

Clause = tuple[str, list[Any]]

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
}

LIST_ORDER = "b.document_id, b.position, e.ordinal"


# Two ways to walk a base. In list order nothing is sorted, and the first row is there at once.
# Where few entries can be meant, these are looked up and then sorted. CROSS JOIN keeps SQLite
# from choosing by itself: it knows nothing of how many entries hold a word.
IN_ORDER = "FROM blocks b CROSS JOIN entries e ON e.block_id = b.id"
FEW = "FROM entries e CROSS JOIN blocks b ON b.id = e.block_id"


def select_entries(
    columns: Sequence[str],
    condition: Condition,
    order: Iterable[SortKey] = (),
    limit: int | None = None,
    *,
    few: bool = False,
) -> Clause:
    """Returns the statement that selects entries.

    Args:
        columns: names of COLUMNS.
        condition: which entries.
        order: by what to sort before the list's own order.
        limit: at most so many.
        few: whether the condition leads to few entries that SQLite can look up.
    """
    where, parameters = compile_condition(condition)
    statement = (
        f"SELECT {', '.join(COLUMNS[name] for name in columns)} {FEW if few else IN_ORDER}"
        " JOIN documents d ON d.id = e.document_id"
        f" WHERE {where} ORDER BY {', '.join([*map(_sorted_by, order), LIST_ORDER])}"
    )
    if limit is not None:
        statement += " LIMIT ?"
        parameters.append(fitting(limit))
    return statement, parameters


# bm25 (https://www.sqlite.org/fts5.html#the_bm25_function) with a title worth more than a note,
# that more than an author, and that more than an abstract; the best is the least.
SCORE = "bm25(search, 8.0, 4.0, 2.0, 1.0)"


def select_ranked(condition: Condition, expression: str, limit: int, among: int | None) -> Clause:
    """Returns the statement that selects ids of entries by how well they hold what is sought.

    Args:
        condition: which entries.
        expression: what the index must hold of each, or of those that are ranked.
        limit: at most so many.
        among: how many are ranked, the newest first; None ranks all.
    """
    newest = "" if among is None else f" ORDER BY rowid DESC LIMIT {among}"
    ranked = f"(SELECT rowid AS id, {SCORE} AS score FROM search WHERE search MATCH ?{newest}) s"
    if is_of_words(condition):
        statement = f"SELECT s.id FROM {ranked} ORDER BY s.score, s.id LIMIT ?"
        return statement, [expression, fitting(limit)]
    where, parameters = compile_condition(condition)
    statement = (
        f"SELECT s.id FROM {ranked} CROSS JOIN entries e ON e.id = s.id"
        f" JOIN blocks b ON b.id = e.block_id WHERE {where} ORDER BY s.score, s.id LIMIT ?"
    )
    return statement, [expression, *parameters, fitting(limit)]


def count_words(expression: str, most: int) -> Clause:
    """Returns the statement that counts entries whose texts hold what is sought, up to a number."""
    inner = "SELECT 1 FROM search WHERE search MATCH ? LIMIT ?"
    return f"SELECT count(*) FROM ({inner})", [expression, most]


def count_entries(condition: Condition) -> Clause:
    """Returns the statement that counts entries, and the unrated ones among them."""
    where, parameters = compile_condition(condition)
    counts = "SELECT count(*), count(*) - count(e.wr) FROM blocks b"
    return f"{counts} JOIN entries e ON e.block_id = b.id WHERE {where}", parameters


def compile_condition(condition: Condition) -> Clause:
    """Returns a condition as an SQL expression, with its parameters.

    Raises:
        ValueError: it names a section that is not resolved.
    """
    match condition:
        case And(parts):
            clause = _all_of(parts)
        case Or(parts) if parts and is_of_words(condition):
            clause = compile_words(condition)
        case Or(parts):
            clause = _joined("OR", [compile_condition(part) for part in parts], "0")
        case Not(part):
            text, parameters = compile_condition(part)
            # What nobody knows does not hold: without this, unrated entries would be lost.
            clause = f"({text}) IS NOT TRUE", parameters
        case Within(spans):
            clause = _joined("OR", [_within(span) for span in spans], "0")
        case InDocument(document_id):
            clause = "b.document_id = ?", [document_id]
        case Missing(field):
            clause = compile_missing(field)
        case InSection(name):
            raise ValueError(f"the section {name} is not resolved")
        case _:
            clause = compile_on_field(condition)
    return clause


def _all_of(parts: Sequence[Condition]) -> Clause:
    """Returns the expression that conditions hold together; the index is asked once for all."""
    of_words = tuple(part for part in parts if is_of_words(part))
    others = [compile_condition(part) for part in parts if part not in of_words]
    in_index = [compile_words(And(of_words))] if of_words else []
    return _joined("AND", [*in_index, *others], "1")


def needs_functions(condition: Condition) -> bool:
    """Says whether the expression of a condition calls functions that SQL must be taught."""
    match condition:
        case And(parts) | Or(parts):
            return any(map(needs_functions, parts))
        case Not(part):
            return needs_functions(part)
        case Missing(field):
            return field in {"host", "category"}
        case Between() | Dated() | Within() | InDocument():
            return False
        case _:
            return True


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

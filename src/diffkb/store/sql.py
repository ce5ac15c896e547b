"""The statements that select entries, with bound parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.core.query import is_everything
from diffkb.store.columns import COLUMNS, fitting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.core.query import Condition, SortKey

Clause = tuple[str, list[Any]]

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
    where, parameters = _where(condition)
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


def select_ranked(
    condition: Condition, expression: str, limit: int, among: int, *, newest: bool
) -> Clause:
    """Returns the statement that selects ids of entries by how well they hold what is sought.

    Each row has the number of entries that were ranked too.

    Args:
        condition: which entries.
        expression: what the index must hold of each, or of those that are ranked.
        limit: at most so many.
        among: how many are ranked at most.
        newest: whether the newest of them are; else any.
    """
    order = " ORDER BY rowid DESC" if newest else ""
    ranked = (
        f"WITH s AS MATERIALIZED (SELECT rowid AS id, {SCORE} AS score FROM search"
        f" WHERE search MATCH ?{order} LIMIT {among})"
    )
    columns = "s.id, (SELECT count(*) FROM s)"
    from diffkb.store.conditions import is_of_words

    if is_of_words(condition):
        statement = f"{ranked} SELECT {columns} FROM s ORDER BY s.score, s.id LIMIT ?"
        return statement, [expression, fitting(limit)]
    where, parameters = _where(condition)
    statement = (
        f"{ranked} SELECT {columns} FROM s CROSS JOIN entries e ON e.id = s.id"
        f" JOIN blocks b ON b.id = e.block_id WHERE {where} ORDER BY s.score, s.id LIMIT ?"
    )
    return statement, [expression, *parameters, fitting(limit)]


def count_words(expression: str, most: int) -> Clause:
    """Returns the statement that counts entries whose texts hold what is sought, up to a number."""
    inner = "SELECT 1 FROM search WHERE search MATCH ? LIMIT ?"
    return f"SELECT count(*) FROM ({inner})", [expression, most]


def count_entries(condition: Condition) -> Clause:
    """Returns the statement that counts entries, and the unrated ones among them."""
    where, parameters = _where(condition)
    counts = "SELECT count(*), count(*) - count(e.wr) FROM blocks b"
    return f"{counts} JOIN entries e ON e.block_id = b.id WHERE {where}", parameters


def _where(condition: Condition) -> Clause:
    """Returns a condition as SQL; what it takes is loaded only where there is one."""
    if is_everything(condition):
        return "1", []
    from diffkb.store.conditions import compile_condition

    return compile_condition(condition)


def _sorted_by(key: SortKey) -> str:
    """Returns a term of ORDER BY."""
    column = COLUMNS[key.field]
    collation = " COLLATE NOCASE" if key.field == "title" else ""
    return f"{column} IS NULL, {column}{collation} {'DESC' if key.descending else 'ASC'}"

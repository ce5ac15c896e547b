"""The index of texts, kept beside the rows: what a step changed is taken out and put in anew.

The index (https://www.sqlite.org/fts5.html) holds no text of its own, so that to take an entry out
it must be told again what went in. The journal knows: it holds each row as it was.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.text import words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

Row = dict[str, Any]

# With more entries than this to change, and a good part of all, the index is made anew.
MANY = 20_000
# Between the names of two authors, so that no phrase reaches from one to the next.
BETWEEN = "\u00b6"

# What is indexed of an entry; {0} chooses the entries.
_SELECT = """
    SELECT e.id, e.title,
        (SELECT text FROM notes WHERE entry_id = e.id AND kind = 'listed'),
        coalesce(
            (SELECT json_group_array(name) FROM (
                SELECT a.name FROM facts f JOIN authors a ON a.fact_id = f.id
                WHERE f.paper_id = e.paper_id AND f.name = 'authors' AND f.chosen
                ORDER BY a.position) HAVING count(*)),
            json_array(e.authors)),
        (SELECT value FROM facts WHERE paper_id = e.paper_id AND name = 'abstract' AND chosen)
    FROM entries e WHERE {0}
"""
_INSERT = "INSERT INTO search (rowid, title, note, author, abstract) VALUES (?, ?, ?, ?, ?)"
_DELETE = (
    "INSERT INTO search (search, rowid, title, note, author, abstract)"
    " VALUES ('delete', ?, ?, ?, ?, ?)"
)
# The entries a step touched: in themselves, in their notes, or in what is known of their works.
# CROSS JOIN keeps SQLite from going through a whole table for the sake of the few rows of a step.
_TOUCHED = """
    WITH added (name, low, high) AS (
        SELECT table_name, first_id, last_id FROM journal_inserted WHERE step_id = :step),
    known (paper_id) AS (
        SELECT paper_id FROM journal_facts WHERE step_id = :step
        UNION SELECT f.paper_id FROM journal_facts j
            JOIN facts f ON f.id = j.id WHERE j.step_id = :step
        UNION SELECT f.paper_id FROM journal_authors a
            JOIN facts f ON f.id = a.fact_id WHERE a.step_id = :step
        UNION SELECT f.paper_id FROM added CROSS JOIN facts f
            WHERE added.name = 'facts' AND f.id BETWEEN low AND high
        UNION SELECT f.paper_id FROM added CROSS JOIN authors a
            CROSS JOIN facts f ON f.id = a.fact_id
            WHERE added.name = 'authors' AND a.id BETWEEN low AND high)
    SELECT id FROM journal_entries WHERE step_id = :step
    UNION SELECT entry_id FROM journal_notes WHERE step_id = :step
    UNION SELECT n.entry_id FROM added CROSS JOIN notes n
        WHERE added.name = 'notes' AND n.id BETWEEN low AND high
    UNION SELECT e.id FROM known CROSS JOIN entries e WHERE e.paper_id = known.paper_id
"""


class Indexed(NamedTuple):
    """What the index holds of an entry: folded words with blanks between."""

    id: int
    title: str
    note: str
    author: str
    abstract: str


def rebuild_index(connection: sqlite3.Connection) -> None:
    """Makes the index anew from the rows."""
    connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
    connection.executemany(_INSERT, indexed_entries(connection))


def remake_index(connection: sqlite3.Connection) -> None:
    """Makes the index anew from nothing: one that is damaged cannot even be emptied.

    Args:
        connection: inside a transaction.
    """
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE name IN ('search', 'search_words') ORDER BY name"
    ).fetchall()
    for name, _ in reversed(tables):
        connection.execute(f"DROP TABLE {name}")
    for _, statement in tables:
        connection.execute(statement)
    rebuild_index(connection)


def indexed_entries(connection: sqlite3.Connection) -> Iterator[Indexed]:
    """Yields what the index has to hold of every entry."""
    return _indexed(connection.execute(_SELECT.format("1")))


def update_index(connection: sqlite3.Connection, step_id: int) -> None:
    """Brings the index up to what a step made of the rows.

    Args:
        connection: inside the step's transaction, at its end.
        step_id: the step.
    """
    added = connection.execute(
        "SELECT first_id, last_id FROM journal_inserted"
        " WHERE step_id = ? AND table_name = 'entries'",
        (step_id,),
    ).fetchall()
    touched = [row[0] for row in connection.execute(_TOUCHED, {"step": step_id})]
    old = [one for one in touched if not any(low <= one <= high for low, high in added)]
    if len(old) > MANY:
        rebuild_index(connection)
        return
    before = _Before(connection, step_id)
    connection.executemany(_DELETE, [one for one in map(before.entry, old) if one])
    connection.executemany(_INSERT, _of_ids(connection, old))
    for low, high in added:
        rows = connection.execute(_SELECT.format("e.id BETWEEN ? AND ?"), (low, high))
        connection.executemany(_INSERT, _indexed(rows))


@contextmanager
def reindexed(connection: sqlite3.Connection, step_id: int) -> Iterator[None]:
    """Brings the index up to what taking a step back makes of the rows.

    What is taken out is read from the rows before they change, so that it takes no more memory for
    a million of them than for one.

    Args:
        connection: inside the transaction in which the step is taken back.
        step_id: the step.
    """
    connection.execute("CREATE TEMP TABLE touched (id INTEGER PRIMARY KEY)")
    connection.execute(f"INSERT INTO temp.touched {_TOUCHED}", {"step": step_id})
    connection.execute(
        "INSERT OR IGNORE INTO temp.touched SELECT e.id FROM journal_inserted j JOIN entries e"
        " ON e.id BETWEEN j.first_id AND j.last_id"
        " WHERE j.step_id = ? AND j.table_name = 'entries'",
        (step_id,),
    )
    [(are_many,)] = connection.execute(
        "SELECT 2 * (SELECT count(*) FROM temp.touched) > (SELECT count(*) FROM entries)"
    )
    chosen = _SELECT.format("e.id IN (SELECT id FROM temp.touched)")
    if not are_many:
        connection.executemany(_DELETE, _indexed(connection.execute(chosen)))
    yield
    if are_many:
        rebuild_index(connection)
    else:
        connection.executemany(_INSERT, _indexed(connection.execute(chosen)))
    connection.execute("DROP TABLE temp.touched")


def _of_ids(connection: sqlite3.Connection, ids: Iterable[int]) -> Iterator[Indexed]:
    """Yields what is to be indexed of entries, as they are now."""
    for entry_id in ids:
        yield from _indexed(connection.execute(_SELECT.format("e.id = ?"), (entry_id,)))


def _indexed(rows: Iterable[tuple[int, str, str | None, str, str | None]]) -> Iterator[Indexed]:
    """Yields rows of an entry's texts as the index holds them."""
    for entry_id, title, note, authors, abstract in rows:
        names = [name for name in json.loads(authors) if name]
        yield _folded(entry_id, title, note, names, abstract)


def _folded(
    entry_id: int, title: str, note: str | None, authors: Iterable[str], abstract: str | None
) -> Indexed:
    """Returns an entry's texts as folded words."""
    return Indexed(
        entry_id,
        " ".join(words(title)),
        " ".join(words(note or "")),
        f" {BETWEEN} ".join(" ".join(words(name)) for name in authors),
        " ".join(words(abstract or "")),
    )


class _Before:
    """The rows as they were before a step, from the copies its journal has.

    Args:
        connection: inside the step's transaction.
        step_id: the step.
    """

    def __init__(self, connection: sqlite3.Connection, step_id: int) -> None:
        self._connection = connection
        self._step = step_id
        self._added: dict[str, list[tuple[int, int]]] = {}
        for name, low, high in connection.execute(
            "SELECT table_name, first_id, last_id FROM journal_inserted"
            " WHERE step_id = ? ORDER BY first_id",
            (step_id,),
        ):
            self._added.setdefault(name, []).append((low, high))
        self._copied: dict[str, set[int]] = {}
        self._copies: dict[str, dict[Any, list[Row]]] = {}

    def entry(self, entry_id: int) -> Indexed | None:
        """Returns what was indexed of an entry; None where it was not there."""
        row = next(self._rows("entries", "id", entry_id), None)
        if row is None:
            return None
        notes = self._rows("notes", "entry_id", entry_id)
        listed = next((note["text"] for note in notes if note["kind"] == "listed"), None)
        facts = self._rows("facts", "paper_id", row["paper_id"])
        chosen = {fact["name"]: fact for fact in facts if fact["chosen"]}
        abstract = chosen["abstract"]["value"] if "abstract" in chosen else None
        names = self._names(chosen.get("authors"), row["authors"])
        return _folded(entry_id, row["title"], listed, names, abstract)

    def _names(self, fact: Row | None, written: str | None) -> list[str]:
        """Returns the names of the authors; where no source names any, what the list says."""
        rows = self._rows("authors", "fact_id", fact["id"]) if fact else ()
        found = sorted(rows, key=itemgetter("position"))
        return [row["name"] for row in found] or ([written] if written else [])

    def _rows(self, table: str, column: str, value: Any) -> Iterator[Row]:
        """Yields rows of a table as they were, by the value of a column, always the same one."""
        if table not in self._copies:
            self._read_copies(table, column)
        yield from self._copies[table].get(value, ())
        cursor = self._connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))
        for row in _as_rows(cursor):
            if row["id"] not in self._copied[table] and not self._is_new(table, row["id"]):
                yield row

    def _read_copies(self, table: str, column: str) -> None:
        """Reads the copies of a table's rows that the step made."""
        self._copied[table] = set()
        self._copies[table] = {}
        cursor = self._connection.execute(
            f"SELECT * FROM journal_{table} WHERE step_id = ?", (self._step,)
        )
        for row in _as_rows(cursor):
            self._copied[table].add(row["id"])
            self._copies[table].setdefault(row[column], []).append(row)

    def _is_new(self, table: str, row_id: int) -> bool:
        """Says whether the step added a row."""
        ranges = self._added.get(table, [])
        place = bisect_right(ranges, row_id, key=itemgetter(0))
        return place > 0 and row_id <= ranges[place - 1][1]


def _as_rows(cursor: sqlite3.Cursor) -> list[Row]:
    """Returns the rows of an answer by their columns."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor]

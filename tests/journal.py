"""All that a base holds, its texts and its index, to be compared before and after an undo."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.undoing import Undone
from diffkb.store.indexing import rebuild_index
from diffkb.store.opening import DATA_TABLES
from diffkb.store.undoing import Reversal
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from pathlib import Path


class Held(NamedTuple):
    """What a base holds: the rows of every table of data, and the bytes of each document."""

    rows: dict[str, list[tuple[Any, ...]]]
    texts: dict[int, bytes]


def held(base: Path) -> Held:
    """Gives all that has to be as before once a step is undone."""
    texts: dict[int, bytes] = {}
    for document_id, raw in ask(base, "SELECT document_id, raw FROM blocks ORDER BY 1, position"):
        texts[document_id] = texts.get(document_id, b"") + raw
    return Held(rows(base), texts)


def timeless(held: Held) -> Held:
    """Gives what a base holds without when each document was changed last."""
    documents = [row[:-1] for row in held.rows["documents"]]
    return held._replace(rows={**held.rows, "documents": documents})


def rows(base: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Gives the rows of every table of data."""
    with closing(sqlite3.connect(base)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in DATA_TABLES
        }


def ask(base: Path, question: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Gives the rows that a query selects."""
    with closing(sqlite3.connect(base)) as connection:
        return connection.execute(question, parameters).fetchall()


def last_step(base: Path) -> int:
    """Gives the number of the last step; 0 where there is none."""
    [(step,)] = ask(base, "SELECT coalesce(max(id), 0) FROM steps")
    return int(step)


def take_back(base: Path, step: int) -> None:
    """Undoes a step, the last one that is not undone, whatever made it."""
    undone = Undone(ask(base, "SELECT id, undoes_id FROM steps WHERE undoes_id IS NOT NULL"))
    with (
        UnitOfWork(base, command="undo") as unit,
        Reversal.opened(unit.connection, undone.stands_since(step)) as reversal,
    ):
        reversal.carry_out(unit.add_undo(step, command="undo", summary=f"undo {step}"))


def index_of(base: Path, *, anew: bool = False) -> list[tuple[Any, ...]]:
    """Gives each word of the index with its entry, text and place; `anew` as it should be."""
    with closing(sqlite3.connect(base)) as file, closing(sqlite3.connect(":memory:")) as copy:
        file.backup(copy)
        if anew:
            rebuild_index(copy)
        copy.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, search, instance)")
        return sorted(copy.execute('SELECT term, doc, col, "offset" FROM temp.v').fetchall())


def flaws(base: Path) -> list[str]:
    """Says what is wrong with a base: dangling references, or an index that is out of step."""
    found = [f"dangling: {row}" for row in ask(base, "PRAGMA foreign_key_check")]
    if index_of(base) != index_of(base, anew=True):
        found.append("the index is out of step")
    return found

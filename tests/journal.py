"""All that a base holds, and a step taken back by its journal alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from diffkb.store.opening import DATA_TABLES

if TYPE_CHECKING:
    from pathlib import Path


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
    """Undoes a step by its journal alone."""
    with closing(sqlite3.connect(base)) as connection:
        for table in reversed(DATA_TABLES):
            connection.execute(
                f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM journal_inserted j"
                f" WHERE j.step_id = ? AND j.table_name = ?"
                f" AND {table}.id BETWEEN j.first_id AND j.last_id)",
                (step, table),
            )
        for table in DATA_TABLES:
            found = connection.execute(f"SELECT * FROM {table} LIMIT 0").description
            columns = ", ".join(column[0] for column in found)
            # Of a row that was changed more than once the first copy counts.
            connection.execute(
                f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns}"
                f" FROM journal_{table} WHERE step_id = ? ORDER BY journal_id DESC",
                (step,),
            )
        connection.commit()

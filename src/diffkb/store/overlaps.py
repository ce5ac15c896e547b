"""Which later steps keep one from being taken back alone, as they touched what it touched."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from diffkb.store.undoing import DOCUMENTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator

    from diffkb.store.undoing import JournaledTable, Reversal

# Rows that are looked at; where there are more, these tell enough.
SHOWN = 20

_AMONG = "step_id IN (SELECT value FROM json_each(:later))"


def steps_in_the_way(reversal: Reversal, later: Collection[int]) -> set[int]:
    """Returns those of some later changes that keep a step from being taken back alone.

    They touched rows that the step touched too, or gave others what must be unique. Of a
    document's row, which every edit touches, only the columns count that differ.

    Args:
        reversal: of the step, not carried out yet.
        later: the changes.
    """
    found = reversal.spare_documents(later)
    parameters = {"mine": reversal.step_id, "later": json.dumps(sorted(later))}
    for table in reversal.tables:
        for statement in _same_rows(table.name):
            rows = reversal.connection.execute(statement, parameters)
            found.update(step for (step,) in rows)
        taken = [(table.name, row_id) for row_id in _taken(reversal, table)]
        found |= steps_of_rows(reversal.connection, taken, later)
    return found


def steps_left_dangling(connection: sqlite3.Connection, later: Collection[int]) -> set[int]:
    """Returns those of some later changes that refer to what is not there, or took it away.

    Args:
        connection: inside the transaction, after a step was taken back.
        later: the changes.
    """
    return steps_of_rows(connection, _dangling_rows(connection), later)


def steps_of_rows(
    connection: sqlite3.Connection, rows: Iterable[tuple[str, int]], steps: Collection[int]
) -> set[int]:
    """Returns those of some steps that touched any of some rows.

    Args:
        connection: to the base.
        rows: each a table's name and an id.
        steps: the steps that are asked about.
    """
    listed = json.dumps(sorted(steps))
    found: set[int] = set()
    for table, row_id in rows:
        touching = connection.execute(
            f"SELECT step_id FROM journal_{table} WHERE id = :id AND {_AMONG}"
            " UNION SELECT step_id FROM journal_inserted"
            f" WHERE table_name = :table AND :id BETWEEN first_id AND last_id AND {_AMONG}",
            {"id": row_id, "table": table, "later": listed},
        )
        found.update(step for (step,) in touching)
    return found


def _same_rows(name: str) -> Iterator[str]:
    """Yields the statements that find later steps which touched rows of a table as a step did."""
    mine = f"r.step_id = :mine AND r.table_name = '{name}'"
    theirs = f"t.table_name = '{name}' AND t.{_AMONG}"
    if name != DOCUMENTS:
        yield (
            f"SELECT DISTINCT t.step_id FROM journal_{name} t"
            f" JOIN temp.before_{name} b ON b.id = t.id WHERE t.{_AMONG}"
        )
    yield (
        f"SELECT DISTINCT t.step_id FROM journal_inserted t JOIN temp.before_{name} b"
        f" ON b.id BETWEEN t.first_id AND t.last_id WHERE {theirs}"
    )
    yield (
        f"SELECT DISTINCT t.step_id FROM journal_{name} t JOIN journal_inserted r"
        f" ON t.id BETWEEN r.first_id AND r.last_id WHERE {mine} AND t.{_AMONG}"
    )
    yield (
        "SELECT DISTINCT t.step_id FROM journal_inserted t JOIN journal_inserted r"
        f" ON t.first_id <= r.last_id AND t.last_id >= r.first_id WHERE {mine} AND {theirs}"
    )


def _taken(reversal: Reversal, table: JournaledTable) -> Iterator[int]:
    """Yields rows of others that have what must be unique of a row that is to come back."""
    name = table.name
    for columns in table.unique:
        alike = " AND ".join(f"x.{column} = j.{column}" for column in columns)
        rows = reversal.connection.execute(
            f"SELECT x.id FROM temp.before_{name} b"
            f" JOIN journal_{name} j ON j.journal_id = b.journal_id JOIN {name} x ON {alike}"
            f" WHERE b.state <> 'there' AND x.id NOT IN (SELECT id FROM temp.before_{name})"
            " AND NOT EXISTS (SELECT 1 FROM journal_inserted r WHERE r.step_id = ?"
            f" AND r.table_name = ? AND x.id BETWEEN r.first_id AND r.last_id) LIMIT {SHOWN}",
            (reversal.step_id, name),
        )
        yield from (row_id for (row_id,) in rows)


def _dangling_rows(connection: sqlite3.Connection) -> set[tuple[str, int]]:
    """Returns rows that refer to others which are not there, and those others; some, if many."""
    found = set()
    violations = connection.execute("PRAGMA foreign_key_check")
    for table, row_id, parent, key in islice(violations, SHOWN):
        found.add((table, row_id))
        keys = {row[0]: row[3] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
        [(missing,)] = connection.execute(
            f"SELECT {keys[key]} FROM {table} WHERE id = ?", (row_id,)
        )
        found.add((parent, missing))
    return found

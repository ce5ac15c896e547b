"""Taking a step back by its journal: rows go and come by SQL, and what goes is journaled in turn.

What a step inserted is deleted, what it changed or deleted comes back as it was, by the same ids.
Each statement moves many rows, so that memory stays flat however long the step is.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import UniqueConstraint

from diffkb.store.indexing import reindexed
from diffkb.store.tables import JOURNALED, table_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

    from sqlmodel import SQLModel

Ranges = list[tuple[int, int]]

# Every edit notes in its document's row when the document was changed.
DOCUMENTS, CHANGED = "documents", "changed"


class JournaledTable(NamedTuple):
    """A table whose rows are journaled.

    Attributes:
        name: its name.
        columns: all of them.
        unique: the columns of each of its unique constraints.
    """

    name: str
    columns: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, row: type[SQLModel]) -> JournaledTable:
        """Returns what the schema says of a row class's table."""
        table = table_of(row)
        unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
        return cls(
            table.name,
            tuple(column.name for column in table.columns),
            tuple(tuple(column.name for column in one.columns) for one in unique),
        )

    @property
    def listed(self) -> str:
        """Its columns between commas."""
        return ", ".join(self.columns)

    @property
    def told_apart_by(self) -> list[str]:
        """The columns in which no two rows may be alike, those of all constraints."""
        return sorted({column for columns in self.unique for column in columns})


TABLES = tuple(map(JournaledTable.of, JOURNALED))


class Reversal:
    """A step that is being taken back, in a transaction.

    For each table that it touched there is a temporary table `before_…` with the rows of which the
    journal has copies: their id, which copy counts, and their state. A row is gone, there, or
    there with another value in a unique column.

    Attributes:
        connection: inside the transaction.
        step_id: the step.
        tables: those it touched.
        ranges: of each the ids it inserted.
    """

    def __init__(self, connection: sqlite3.Connection, step_id: int) -> None:
        self.connection = connection
        self.step_id = step_id
        self.ranges: dict[str, Ranges] = {}
        self.tables: list[JournaledTable] = []
        self._parts: dict[int, dict[str, Any]] = {}

    @classmethod
    @contextmanager
    def opened(cls, connection: sqlite3.Connection, step_id: int) -> Iterator[Reversal]:
        """Gives the reversal of a step; what it notes for itself is gone at the end."""
        reversal = cls(connection, step_id)
        try:
            for table in TABLES:
                reversal._look_at(table)
            yield reversal
        finally:
            for table in reversal.tables:
                connection.execute(f"DROP TABLE IF EXISTS temp.before_{table.name}")

    def _look_at(self, table: JournaledTable) -> None:
        """Notes which rows of a table the step inserted, and of which there are copies.

        Of several copies of a row the first counts, and of a row that the step itself inserted
        none.
        """
        ranges = self.connection.execute(
            "SELECT first_id, last_id FROM journal_inserted"
            " WHERE step_id = ? AND table_name = ? ORDER BY first_id",
            (self.step_id, table.name),
        ).fetchall()
        touched = self.connection.execute(
            f"SELECT 1 FROM journal_{table.name} WHERE step_id = ? LIMIT 1", (self.step_id,)
        ).fetchone()
        if not ranges and touched is None:
            return
        self.tables.append(table)
        self.ranges[table.name] = ranges
        alike = " AND ".join(f"x.{name} IS j.{name}" for name in table.told_apart_by) or "1"
        self.connection.execute(
            f"CREATE TEMP TABLE before_{table.name}"
            " (id INTEGER PRIMARY KEY, journal_id INTEGER NOT NULL, state TEXT NOT NULL)"
        )
        self.connection.execute(
            f"INSERT OR IGNORE INTO temp.before_{table.name} SELECT j.id, j.journal_id,"
            f" CASE WHEN x.id IS NULL THEN 'gone' WHEN {alike} THEN 'there' ELSE 'other' END"
            f" FROM journal_{table.name} j LEFT JOIN {table.name} x ON x.id = j.id"
            " WHERE j.step_id = ? ORDER BY j.journal_id",
            (self.step_id,),
        )
        self.connection.executemany(
            f"DELETE FROM temp.before_{table.name} WHERE id BETWEEN ? AND ?", ranges
        )

    def carry_out(self, by: int) -> None:
        """Takes the step back, and journals what goes as what another step did.

        Foreign keys are looked at when the transaction commits, as rows of all tables go first,
        and come then.

        Args:
            by: the step that takes it back.
        """
        self.connection.execute("PRAGMA defer_foreign_keys=ON")
        self._restore_parts(by)
        with reindexed(self.connection, self.step_id):
            for table in reversed(self.tables):
                self._remove(table, by)
            for table in self.tables:
                self._restore(table, by)

    def _remove(self, table: JournaledTable, by: int) -> None:
        """Deletes what the step inserted, and what has to make room for others of its table."""
        name = table.name
        keep = _keeping(table)
        ranges = self.ranges[name]
        self.connection.executemany(
            f"{keep} WHERE id BETWEEN ? AND ?",
            ((by, "deleted", low, high) for low, high in ranges),
        )
        self.connection.execute(
            f"{keep} WHERE id IN (SELECT id FROM temp.before_{name} WHERE state <> 'gone')",
            (by, "changed"),
        )
        self.connection.executemany(f"DELETE FROM {name} WHERE id BETWEEN ? AND ?", ranges)
        self.connection.execute(
            f"DELETE FROM {name} WHERE id IN"
            f" (SELECT id FROM temp.before_{name} WHERE state = 'other')"
        )

    def _restore(self, table: JournaledTable, by: int) -> None:
        """Gives back what the step changed or deleted."""
        name, columns = table.name, table.listed
        copies = f"temp.before_{name} b JOIN journal_{name} j ON j.journal_id = b.journal_id"
        # A row that stays where it is keeps what refers to it from being looked through.
        self.connection.execute(
            f"UPDATE {name} SET ({columns}) = (SELECT {_of('j', table)} FROM {copies}"
            f" WHERE b.id = {name}.id)"
            f" WHERE id IN (SELECT id FROM temp.before_{name} WHERE state = 'there')"
        )
        self.connection.execute(
            f"INSERT INTO {name} ({columns}) SELECT {_of('j', table)} FROM {copies}"
            " WHERE b.state <> 'there' ORDER BY b.id"
        )
        self.connection.execute(
            "INSERT INTO journal_inserted (step_id, table_name, first_id, last_id)"
            " SELECT ?, ?, min(id), max(id) FROM"
            " (SELECT id, id - row_number() OVER (ORDER BY id) AS stretch"
            f" FROM temp.before_{name} WHERE state = 'gone') GROUP BY stretch ORDER BY 3",
            (by, name),
        )

    def spare_documents(self, later: Collection[int]) -> set[int]:
        """Spares the rows of documents that later changes touched too, as every edit does.

        From then on only the columns of them that the step changed are to come back, without the
        time of the last change: that is what the later ones made it.

        Returns:
            Those of the later changes that made something else of such a column.
        """
        if DOCUMENTS not in self.ranges:
            return set()
        touched = self.connection.execute(
            "SELECT b.id, j.step_id, b.state = 'gone' FROM temp.before_documents b"
            " JOIN journal_documents j ON j.id = b.id"
            " AND j.step_id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(later)),),
        ).fetchall()
        found = set()
        for row_id, step, gone in touched:
            if gone:
                found.add(int(step))
                continue
            before, after, now = self._states_of_document(row_id)
            mine = [name for name in before if name != CHANGED and before[name] != after[name]]
            self._parts[row_id] = {name: before[name] for name in mine}
            if any(now[name] != after[name] for name in mine):
                found.add(int(step))
        return found

    def _states_of_document(self, row_id: int) -> list[dict[str, Any]]:
        """Returns a document's row before the step, after it, and now."""
        columns = _named(DOCUMENTS).columns
        listed = ", ".join(columns)
        first = "journal_id = (SELECT journal_id FROM temp.before_documents WHERE id = ?1)"
        following = "id = ?1 AND step_id > ?2 ORDER BY journal_id LIMIT 1"
        found = [
            self.connection.execute(statement, (row_id, self.step_id)[:count]).fetchone()
            for statement, count in (
                (f"SELECT {listed} FROM journal_documents WHERE {first}", 1),
                (f"SELECT {listed} FROM journal_documents WHERE {following}", 2),
                (f"SELECT {listed} FROM documents WHERE id = ?1", 1),
            )
        ]
        # Where nobody kept a copy since, the row is what the step made of it.
        before, after, now = found[0], found[1] or found[2], found[2]
        return [dict(zip(columns, values, strict=True)) for values in (before, after, now)]

    def _restore_parts(self, by: int) -> None:
        """Gives back the columns of documents in which no later change was met."""
        table = _named(DOCUMENTS)
        for row_id, values in self._parts.items():
            self.connection.execute("DELETE FROM temp.before_documents WHERE id = ?", (row_id,))
            if values:
                self.connection.execute(f"{_keeping(table)} WHERE id = ?", (by, "changed", row_id))
                settings = ", ".join(f"{name} = ?" for name in values)
                self.connection.execute(
                    f"UPDATE documents SET {settings} WHERE id = ?", (*values.values(), row_id)
                )


def count_blocks(connection: sqlite3.Connection, step_id: int) -> int:
    """Returns how many blocks a step touched."""
    [(count,)] = connection.execute(
        "SELECT (SELECT count(*) FROM journal_blocks WHERE step_id = :mine)"
        " + (SELECT coalesce(sum(last_id - first_id + 1), 0) FROM journal_inserted"
        " WHERE step_id = :mine AND table_name = 'blocks')",
        {"mine": step_id},
    )
    return int(count)


def documents_of(connection: sqlite3.Connection, step_id: int) -> list[int]:
    """Returns the documents that a step touched which are there, or will be without it."""
    found = connection.execute(
        "SELECT document_id FROM journal_blocks WHERE step_id = :mine"
        " UNION SELECT b.document_id FROM journal_inserted r JOIN blocks b"
        " ON b.id BETWEEN r.first_id AND r.last_id"
        " WHERE r.step_id = :mine AND r.table_name = 'blocks'",
        {"mine": step_id},
    )
    return [document_id for (document_id,) in found]


def _keeping(table: JournaledTable) -> str:
    """Returns the start of what copies rows of a table into the journal: a step and what it did."""
    columns = table.listed
    return (
        f"INSERT INTO journal_{table.name} (step_id, operation, {columns})"
        f" SELECT ?, ?, {columns} FROM {table.name}"
    )


def _of(alias: str, table: JournaledTable) -> str:
    """Returns a table's columns as those of an alias."""
    return ", ".join(f"{alias}.{column}" for column in table.columns)


def _named(name: str) -> JournaledTable:
    """Returns the table of that name."""
    return next(table for table in TABLES if table.name == name)

"""The one way to change a base: a unit of work that journals what it changes as it changes it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sqlalchemy import create_engine, event, pool
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from diffkb.store.indexing import update_index
from diffkb.store.opening import connect_for_writing, storage_error
from diffkb.store.tables import JOURNALED, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

# Rows of one executemany: enough to be fast, few enough to keep memory flat.
CHUNK = 5_000

NAMES = {row: table_of(row).name for row in JOURNALED}
COLUMNS = {row: tuple(column.name for column in table_of(row).columns) for row in JOURNALED}


def utc_now() -> str:
    """Returns the time as the base holds it: UTC in ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class UnitOfWork:
    """One change of a base: it happens as a whole, with its journal record, or not at all.

    It begins with BEGIN IMMEDIATE, before its first read, so that what it reads stays true until
    it commits. A unit that changed nothing leaves no step.

    Attributes:
        session: the SQLModel session; rows that are added, changed or deleted through it are
            journaled when they are flushed.
        time: when it happens, for the rows' own times.
        summary: what happened, for people; to be set before the end.
    """

    def __init__(
        self,
        path: Path,
        *,
        command: str,
        who: str | None = None,
        clock: Callable[[], str] = utc_now,
        shipped: bool = False,
    ) -> None:
        self.path = path
        self.time = clock()
        self.summary = command
        self._command = command
        self._who = who
        self._shipped = shipped
        self._abandoned = False
        self._step_id: int | None = None
        self._kept: set[tuple[str, int]] = set()
        self._added: dict[str, list[_Inserted]] = {}

    def __enter__(self) -> Self:
        """Begins the transaction.

        Raises:
            StorageError: the base cannot be written.
        """
        self._raw = connect_for_writing(self.path)
        self._engine = create_engine(
            "sqlite://", creator=lambda: self._raw, poolclass=pool.StaticPool
        )
        event.listen(self._engine, "begin", _begin_immediately)
        # A query must see what the unit has added, and rows stay readable after the end.
        self.session = Session(self._engine, expire_on_commit=False)
        event.listen(self.session, "before_flush", self._keep_changed)
        event.listen(self.session, "after_flush", self._note_added)
        try:
            self.session.connection()
        except BaseException as error:
            self._close()
            raise self._translated(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Commits, or rolls back where an error came up or the unit was abandoned.

        Raises:
            StorageError: the base could not take it; nothing has changed.
        """
        try:
            if error is None and not self._abandoned:
                self._commit()
            else:
                self.session.rollback()
                if isinstance(error, DBAPIError | sqlite3.Error):
                    raise self._translated(error) from error
        finally:
            self._close()

    def abandon(self) -> None:
        """Lets the end take back whatever was changed: it was only to be looked at."""
        self._abandoned = True

    def _commit(self) -> None:
        """Flushes, completes the step, and commits."""
        try:
            self.session.flush()
            if self._step_id is not None:
                update_index(self._raw, self._step_id)
                self._raw.execute(
                    "UPDATE steps SET summary = ? WHERE id = ?", (self.summary, self._step_id)
                )
            self.session.commit()
        except (DBAPIError, sqlite3.Error) as error:
            self.session.rollback()
            raise self._translated(error) from error

    def _close(self) -> None:
        """Gives the connection back to the system."""
        self.session.close()
        self._engine.dispose()
        self._raw.close()

    def _translated(self, error: BaseException) -> BaseException:
        """Returns an error of the database as diffkb's own; a bug is returned as it is."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, sqlite3.Error) or isinstance(cause, sqlite3.IntegrityError):
            return error
        return storage_error(cause, self.path)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Makes what is done inside a part that is taken back alone where it fails."""
        self.session.flush()
        before = self._step_id, set(self._kept), {name: [*at] for name, at in self._added.items()}
        part = self.session.begin_nested()
        # SQLAlchemy sets the savepoint at the first use, which plain SQL would forestall.
        self.session.connection()
        try:
            yield
            part.commit()
        except BaseException:
            part.rollback()
            self._step_id, self._kept, self._added = before
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The transaction's own connection, for reading by plain SQL what the unit sees."""
        self.session.flush()
        return self._raw

    @property
    def changed(self) -> bool:
        """Whether anything was changed so far."""
        self.session.flush()
        return self._step_id is not None

    @property
    def step_id(self) -> int:
        """The id of this unit's step; asking for it makes the step."""
        if self._step_id is None:
            made = self._raw.execute(
                "INSERT INTO steps (made, command, summary, who, shipped) VALUES (?, ?, ?, ?, ?)",
                (self.time, self._command, self.summary, self._who, self._shipped),
            )
            self._step_id = made.lastrowid or 0
        return self._step_id

    def add_undo(self, step_id: int, *, command: str, summary: str) -> int:
        """Adds a step of its own that takes another back, and returns its id.

        Args:
            step_id: the other; whatever is changed for it is journaled by whoever asks.
            command: undo or redo.
            summary: what it takes or brings back, for people.
        """
        self.session.flush()
        self.session.expire_all()
        made = self._raw.execute(
            "INSERT INTO steps (made, command, summary, who, undoes_id, shipped)"
            " VALUES (?, ?, ?, ?, ?, 0)",
            (self.time, command, summary, self._who, step_id),
        )
        return made.lastrowid or 0

    def next_id(self, row: type[SQLModel]) -> int:
        """Returns the id the next new row of a table will have."""
        found = self.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (NAMES[row],)
        ).fetchone()
        return int(found[0]) + 1 if found else 1

    def insert_rows(self, row: type[SQLModel], values: Iterable[tuple[Any, ...]]) -> int:
        """Inserts many rows at once.

        Args:
            row: the table's class.
            values: each row's values in the order of the class, ids included: consecutive, and
                starting with `next_id`.

        Returns:
            How many there were.
        """
        columns = COLUMNS[row]
        statement = (
            f"INSERT INTO {NAMES[row]} ({', '.join(columns)}) "
            f"VALUES ({', '.join('?' * len(columns))})"
        )
        first = self.next_id(row)
        count = 0
        for chunk in _chunks(values):
            self._raw.executemany(statement, chunk)
            count += len(chunk)
        if count:
            self._note_range(NAMES[row], first, first + count - 1)
        return count

    def place_rows(self, row: type[SQLModel], values: Iterable[tuple[Any, ...]]) -> int:
        """Inserts many rows with ids of their own, which nothing had before.

        Args:
            row: the table's class.
            values: each row's values in the order of the class, by rising ids.

        Returns:
            How many there were.
        """
        columns = COLUMNS[row]
        place = columns.index("id")
        statement = (
            f"INSERT INTO {NAMES[row]} ({', '.join(columns)}) "
            f"VALUES ({', '.join('?' * len(columns))})"
        )
        count = 0
        for chunk in _chunks(values):
            self._raw.executemany(statement, chunk)
            for first, last in _ranges([one[place] for one in chunk]):
                self._note_range(NAMES[row], first, last)
            count += len(chunk)
        return count

    def update_rows(
        self, row: type[SQLModel], columns: tuple[str, ...], values: Iterable[tuple[Any, ...]]
    ) -> None:
        """Changes many rows at once.

        Args:
            row: the table's class.
            columns: the columns to set.
            values: for each row the new values in that order, then its id.
        """
        settings = ", ".join(f"{column} = ?" for column in columns)
        statement = f"UPDATE {NAMES[row]} SET {settings} WHERE id = ?"
        for chunk in _chunks(values):
            for *_, row_id in chunk:
                self._keep(NAMES[row], row_id, "changed")
            self._raw.executemany(statement, chunk)

    def delete_rows(self, row: type[SQLModel], where: str, parameters: Sequence[Any] = ()) -> int:
        """Deletes many rows at once; the journal keeps them.

        Args:
            row: the table's class.
            where: an SQL condition on its columns.
            parameters: of the condition.

        Returns:
            How many there were.
        """
        self.session.flush()
        self.session.expire_all()
        name = NAMES[row]
        columns = ", ".join(COLUMNS[row])
        self._raw.execute(
            f"INSERT INTO journal_{name} (step_id, operation, {columns})"
            f" SELECT ?, 'deleted', {columns} FROM {name} WHERE {where}",
            (self.step_id, *parameters),
        )
        return self._raw.execute(f"DELETE FROM {name} WHERE {where}", parameters).rowcount

    def _keep_changed(self, session: Session, _context: object, _instances: object) -> None:
        """Copies rows into the journal before they are changed or deleted."""
        changed = [one for one in session.dirty if session.is_modified(one)]
        for operation, instances in (("changed", changed), ("deleted", list(session.deleted))):
            for instance in instances:
                name = NAMES.get(type(instance))
                if name is not None:
                    self._keep(name, instance.id, operation)

    def _note_added(self, session: Session, _context: object) -> None:
        """Notes the ids of rows that were added."""
        ids: dict[str, list[int]] = {}
        for instance in session.new:
            name = NAMES.get(type(instance))
            if name is not None:
                ids.setdefault(name, []).append(instance.id)
        for name, found in ids.items():
            for first, last in _ranges(sorted(found)):
                self._note_range(name, first, last)

    def _keep(self, table: str, row_id: int, operation: str) -> None:
        """Copies one row as it is into the journal.

        Of a row that changes twice the first copy is the one to keep, and of a row that this
        very step inserted none.
        """
        if operation == "changed" and (table, row_id) in self._kept:
            return
        if any(one.first <= row_id <= one.last for one in self._added.get(table, ())):
            return
        self._kept.add((table, row_id))
        columns = ", ".join(_columns_of(table))
        self._raw.execute(
            f"INSERT INTO journal_{table} (step_id, operation, {columns}) "
            f"SELECT ?, ?, {columns} FROM {table} WHERE id = ?",
            (self.step_id, operation, row_id),
        )

    def _note_range(self, table: str, first: int, last: int) -> None:
        """Records that a range of rows was inserted; it may go on from the one before."""
        ranges = self._added.setdefault(table, [])
        if ranges and ranges[-1].last == first - 1:
            ranges[-1] = ranges[-1]._replace(last=last)
            self._raw.execute(
                "UPDATE journal_inserted SET last_id = ? WHERE id = ?", (last, ranges[-1].row_id)
            )
            return
        noted = self._raw.execute(
            "INSERT INTO journal_inserted (step_id, table_name, first_id, last_id) "
            "VALUES (?, ?, ?, ?)",
            (self.step_id, table, first, last),
        )
        ranges.append(_Inserted(first, last, noted.lastrowid or 0))


class _Inserted(NamedTuple):
    """A range of rows that this step inserted, and the row of the journal that says so."""

    first: int
    last: int
    row_id: int


def _begin_immediately(connection: Any) -> None:
    """Takes the base for writing before its first read."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _columns_of(table: str) -> tuple[str, ...]:
    """Returns the columns of a table by its name."""
    return next(COLUMNS[row] for row, name in NAMES.items() if name == table)


def _chunks(values: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yields rows in lists that executemany takes at once."""
    rows = iter(values)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _ranges(ids: list[int]) -> Iterator[tuple[int, int]]:
    """Yields sorted ids as ranges without gaps."""
    start = previous = ids[0]
    for one in ids[1:]:
        if one != previous + 1:
            yield start, previous
            start = one
        previous = one
    yield start, previous

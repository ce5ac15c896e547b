"""The whole base as one file, and a base made of one: row by row, every byte as it was."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.text import storable
from diffkb.errors import BadRecord, BaseNotEmpty, UnreadableInput
from diffkb.formats import NoRecord
from diffkb.formats.json_base import Head, Row, Table, read_head, read_rows, write
from diffkb.paths import BaseChoice
from diffkb.store.opening import DATA_TABLES, REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from sqlmodel import SQLModel

    from diffkb.services.opening import Report
    from diffkb.store.reader import Reader
    from diffkb.store.writer import UnitOfWork

# Documents of more blocks are not read anew to be compared: `base doctor` does it piece by piece.
MOST_COMPARED = 50_000
_GREATEST = 2**63


class Made(NamedTuple):
    """What was made of a file.

    Attributes:
        path: the file, as the person typed it.
        size: its bytes.
        documents: how many lists it brought.
        entries: how many entries.
        private: whether private notes are among it.
    """

    path: str
    size: int
    documents: int
    entries: int
    private: bool


def export_whole(reader: Reader, *, private: bool) -> Iterator[str]:
    """Yields the whole base as one JSON object, piece by piece; its history stays behind.

    Args:
        reader: the base.
        private: whether notes that do not stand in the Markdown go with it.
    """
    tables = (Table(name, _rows(reader, name, private=private)) for name in DATA_TABLES)
    return write(Head(REVISION, private), tables)


def _rows(reader: Reader, table: str, *, private: bool) -> Iterator[dict[str, Any]]:
    """Yields the rows of a table."""
    for row in reader.records(table):
        if private or table != "notes" or row["kind"] != "private":
            yield row


def bring_whole(choice: BaseChoice, path: Path, *, dry_run: bool, report: Report) -> Made:
    """Makes a base of a file that `export json` wrote, in one step: every row as it was.

    Args:
        choice: the base, which has to be new or never to have held anything.
        path: the file.
        dry_run: whether the file is only looked through.
        report: takes a sentence about what had to be done.

    Raises:
        UnreadableInput: the file cannot be read, or is none that can be taken.
        BadRecord: one of its lines cannot be taken; nothing has changed.
        BaseNotEmpty: the base holds, or held, something.
        StorageError: the base cannot be written.
    """
    try:
        with path.open("rb") as stream, ExitStack() as stack:
            head = _head(stream, path)
            if dry_run:
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                place = Path(folder) / "kb.sqlite"
                choice, report = BaseChoice(place, "option", "for a look", place), _silently
            made = _make(choice, path, stream, report)
            size = stream.seek(0, 2)
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    return Made(str(path), size, made["documents"], made["entries"], head.private)


def _silently(_: str) -> None:
    """Says nothing of a base that is there for a moment."""


def _make(choice: BaseChoice, path: Path, stream: BinaryIO, report: Report) -> dict[str, int]:
    """Makes the rows of a file in a base, and returns how many there are of each table."""
    from diffkb.services.opening import open_unit

    with open_unit(choice, "import", report, empty=True) as unit:
        made = _Making(unit, path).make(stream)
        unit.summary = storable(f"import {path.name}: the whole base")
    return made


def _head(stream: BinaryIO, path: Path) -> Head:
    """Reads what the file says of itself.

    Raises:
        UnreadableInput: it is none that can be taken.
    """
    try:
        head = read_head(stream.readline())
    except NoRecord as error:
        raise UnreadableInput(str(path), str(error)) from error
    if head.revision != REVISION:
        raise UnreadableInput(
            str(path),
            f"it is of revision {head.revision}, and this diffkb has {REVISION}",
            hint="import it with the diffkb that wrote it; `base upgrade` takes the base further",
        )
    return head


class _Making:
    """Makes the rows of a file in a base.

    Args:
        unit: the change.
        path: the file, for what has to be said of it.
    """

    def __init__(self, unit: UnitOfWork, path: Path) -> None:
        self._unit = unit
        self._path = str(path)
        self._line = 1

    def make(self, stream: BinaryIO) -> dict[str, int]:
        """Makes all rows, and returns how many there are of each table."""
        from diffkb.store.tables import JOURNALED, table_of

        self._check_empty()
        kinds = {table_of(row).name: row for row in JOURNALED}
        counts = dict.fromkeys(DATA_TABLES, 0)
        self._unit.connection.execute("PRAGMA defer_foreign_keys=ON")
        try:
            for name, rows in groupby(read_rows(stream, 2), key=lambda row: row.table):
                counts[name] = self._place(None if counts.get(name) else kinds.get(name), rows)
        except NoRecord as error:
            raise BadRecord(self._path, error.args[1], str(error.args[0])) from error
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            raise BadRecord(self._path, self._line, f"it contradicts others: {error}") from error
        self._check_whole()
        return counts

    def _place(self, kind: type[SQLModel] | None, rows: Iterator[Row]) -> int:
        """Makes the rows of a table, and returns how many they were.

        Raises:
            BadRecord: there is no such table, or there was already; or a row cannot be taken.
        """
        if kind is None:
            first = next(rows)
            raise BadRecord(self._path, first.line, f"no table `{first.table}` is expected")
        return self._unit.place_rows(kind, self._values(kind, rows))

    def _check_empty(self) -> None:
        """Makes sure that no row ever had the ids that come now.

        Raises:
            BaseNotEmpty: the base holds, or held, something.
        """
        listed = ", ".join(f"'{name}'" for name in DATA_TABLES)
        held = f"SELECT 1 FROM sqlite_sequence WHERE name IN ({listed}) AND seq > 0"
        if self._unit.connection.execute(held).fetchone() is not None:
            raise BaseNotEmpty(str(self._unit.path))

    def _values(self, kind: type[SQLModel], rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
        """Yields the values of rows in the order of their columns.

        Raises:
            BadRecord: a value cannot be its column's.
        """
        from diffkb.store.tables import table_of

        columns = [
            (column.name, _python_type(column.type), bool(column.nullable))
            for column in table_of(kind).columns
        ]
        last = 0
        for row in rows:
            self._line = row.line
            names = {name for name, _, _ in columns}
            if set(row.values) != names:
                different = ", ".join(sorted(names ^ set(row.values)))
                raise BadRecord(self._path, row.line, f"its columns are others: {different}")
            values = tuple(row.values[name] for name, _, _ in columns)
            for value, (name, wanted, nullable) in zip(values, columns, strict=True):
                if not _fits(value, wanted, nullable=nullable):
                    raise BadRecord(self._path, row.line, f"`{name}` holds what it cannot")
            if row.values["id"] <= last:
                raise BadRecord(self._path, row.line, "its id does not follow the one before")
            last = row.values["id"]
            yield values

    def _check_whole(self) -> None:
        """Makes sure that rows refer to what is there, and lists read as they are stored.

        Raises:
            UnreadableInput: they do not.
        """
        from diffkb.services.rereading import reads_as_stored

        connection = self._unit.connection
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            why = f"row {broken[1]} of {broken[0]} names a row of {broken[2]} that is not there"
            raise UnreadableInput(self._path, why)
        lists = connection.execute(
            "SELECT d.id, d.name FROM documents d WHERE"
            " (SELECT count(*) FROM blocks b WHERE b.document_id = d.id) <= ?",
            (MOST_COMPARED,),
        ).fetchall()
        for document_id, name in lists:
            if not reads_as_stored(self._unit, document_id):
                raise UnreadableInput(self._path, f'"{name}" reads otherwise than its rows say')


def _python_type(kind: object) -> type:
    """Returns what values of a column are; SQLModel's own text tells it of none."""
    from sqlalchemy import Boolean, Integer, LargeBinary

    known = ((LargeBinary, bytes), (Boolean, bool), (Integer, int))
    return next((found for one, found in known if isinstance(kind, one)), str)


def _fits(value: object, wanted: type, *, nullable: bool) -> bool:
    """Says whether a value can stand in a column."""
    if value is None:
        return nullable
    if wanted is bytes:
        return isinstance(value, bytes)
    if wanted is str:
        return isinstance(value, str) and storable(value) == value
    if wanted is bool:
        return value in {0, 1}
    return (
        isinstance(value, int) and not isinstance(value, bool) and -_GREATEST <= value < _GREATEST
    )

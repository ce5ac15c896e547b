"""How a base is opened over sqlite3, and what is refused before a row of it is read."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from diffkb.errors import (
    BaseForeign,
    BaseLocked,
    BaseNewer,
    BaseNotFound,
    BaseOlder,
    BaseReadOnly,
    NotABase,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The newest revision in migrations/, known here without Alembic; a test compares.
REVISION = "0005"

# The tables of that revision: whatever else a base holds was not made by diffkb.
DATA_TABLES = (
    "documents",
    "blocks",
    "sections",
    "papers",
    "identifiers",
    "facts",
    "authors",
    "entries",
    "notes",
    "tags",
    "proposals",
)
# The index of texts, and the tables in which SQLite keeps it.
INDEX_TABLES = frozenset(
    {"search", "search_config", "search_data", "search_docsize", "search_idx", "search_words"}
)
TABLES = INDEX_TABLES | frozenset(
    {"alembic_version", "sqlite_sequence", "sqlite_stat1", "sqlite_stat4", "steps", "agreements"}
    | {"journal_inserted", *DATA_TABLES, *(f"journal_{name}" for name in DATA_TABLES)}
)

# Seconds another process may keep the base before it counts as locked.
PATIENCE = 30.0

# Bytes 18 and 19 of the header are 2 in write-ahead mode (https://sqlite.org/fileformat2.html).
WAL_HEADER = b"\x02\x02"

# Characters that end or steer the path in SQLite's URIs (https://sqlite.org/uri.html).
URI_ESCAPES = {ord("%"): "%25", ord("?"): "%3f", ord("#"): "%23"}

# What is said where the disk is to blame; SQLite's own words come after it.
_DISK = {
    sqlite3.SQLITE_FULL: (
        "there is no room to write {}",
        "make room, and try again; nothing was changed",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk does not let {} be read or written",
        "see whether it is full or failing, and try again; nothing was changed",
    ),
}


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """Opens a base to read it.

    A base that may be written is opened so, to let SQLite mend what a killed process left; the
    connection itself refuses to write. In a place that cannot be written it is opened read-only,
    and without looking for locks where nobody can be writing it.

    Args:
        path: the file.

    Returns:
        A connection of the right revision, in autocommit mode.

    Raises:
        BaseNotFound: there is no such file.
        BaseOlder: it has an older revision.
        StorageError: it cannot be used: NotABase, BaseNewer, BaseForeign, BaseLocked, …
    """
    connection = connect_unchecked(path)
    with translating(path):
        try:
            connection.execute("PRAGMA query_only=ON")
            check(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_unchecked(path: Path) -> sqlite3.Connection:
    """Opens what may be a base, to look at it; nothing of it is read yet.

    Raises:
        BaseNotFound: there is no such file.
        StorageError: it cannot be opened.
    """
    _look(path)
    with translating(path):
        connection = sqlite3.connect(
            f"file:{_quoted(path)}?{_mode(path)}", uri=True, timeout=PATIENCE, isolation_level=None
        )
        prepare(connection)
    return connection


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """Opens a base to write it; it is checked as for reading, which also says what is raised.

    Raises:
        BaseReadOnly: the file or its folder cannot be written.
    """
    _look(path)
    if not is_writable(path):
        raise BaseReadOnly(str(path))
    with translating(path):
        connection = sqlite3.connect(
            f"file:{_quoted(path)}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None
        )
        try:
            prepare(connection)
            connection.execute("PRAGMA foreign_keys=ON")
            check(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_to_look(path: Path) -> sqlite3.Connection:
    """Opens a file without changing anything beside it either; errors come with the first look."""
    return sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=PATIENCE)


def _look(path: Path) -> None:
    """Refuses a path that no base can be at: SQLite would only say that it cannot open it."""
    if not path.exists():
        raise BaseNotFound(str(path))
    if path.is_dir():
        raise NotABase(str(path), "it is a folder")


def prepare(connection: sqlite3.Connection) -> None:
    """Makes a connection distrust what the schema of a stranger's file would have run."""
    connection.execute("PRAGMA trusted_schema=OFF")


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses what is no base of this revision.

    Raises:
        NotABase: another program's database.
        BaseOlder, BaseNewer: the revision is another one.
        BaseForeign: it holds triggers, views or tables that diffkb did not make.
    """
    revision = known_revision(connection, path)
    foreign = foreign_objects(connection)
    if foreign:
        raise BaseForeign(str(path), foreign)
    if revision < REVISION:
        raise BaseOlder(str(path), revision, REVISION)


def known_revision(connection: sqlite3.Connection, path: Path) -> str:
    """Returns the revision of a base, which is this diffkb's or an older one.

    Raises:
        NotABase: it is another program's database.
        BaseNewer: a newer diffkb wrote it.
    """
    found = _objects(connection)
    if ("table", "alembic_version") not in found:
        raise NotABase(str(path), "it holds another program's data" if found else "it is empty")
    revision = revision_of(connection)
    if revision is None or not revision.isdecimal():
        raise NotABase(str(path), f"its revision is {revision or 'missing'}")
    if revision > REVISION:
        raise BaseNewer(str(path), revision, REVISION)
    return revision


def foreign_objects(connection: sqlite3.Connection) -> list[str]:
    """Returns the triggers, views and tables that diffkb did not make, each with its kind."""
    return [
        f"{kind} {name}"
        for kind, name in _objects(connection)
        if kind != "table" or name not in TABLES
    ]


def _objects(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Returns kind and name of what a database is made of, indexes apart."""
    return connection.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view', 'trigger')"
    ).fetchall()


def revision_of(connection: sqlite3.Connection) -> str | None:
    """Returns the revision a base says it has."""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


@contextmanager
def translating(path: Path) -> Iterator[None]:
    """Turns sqlite3's errors about a base into diffkb's.

    Raises:
        StorageError: what SQLite said, for people.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise storage_error(error, path) from error
    except UnicodeDecodeError as error:
        # SQLite puts names of a damaged schema into its words as they are.
        raise NotABase(str(path), "it is damaged (its names are no UTF-8)") from error


def storage_error(error: sqlite3.Error, path: Path) -> StorageError:
    """Returns diffkb's error for one of sqlite3's (https://sqlite.org/rescode.html)."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BaseLocked(str(path))
    if code == sqlite3.SQLITE_READONLY:
        return BaseReadOnly(str(path))
    if code == sqlite3.SQLITE_NOTADB:
        return NotABase(str(path), "it is no SQLite database")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_SCHEMA}:
        return NotABase(str(path), f"it is damaged ({error})")
    message, hint = _DISK.get(code, ("{} cannot be used", "`diffkb base doctor` looks at it"))
    return StorageError(f"{message.format(path)}: {error}", hint=hint)


def _mode(path: Path) -> str:
    """Returns the parameters of the URI a base is read with."""
    if is_writable(path):
        return "mode=rw"
    if not _uses_wal(path):
        return "mode=ro"
    if path.with_name(f"{path.name}-wal").exists():
        raise BaseReadOnly(
            str(path), "changes that another diffkb made wait in its -wal file, and cannot be read"
        )
    return "mode=ro&immutable=1"


def is_writable(path: Path) -> bool:
    """Says whether the base and the files SQLite puts beside it can be written."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _uses_wal(path: Path) -> bool:
    """Says whether a base is in write-ahead mode, from its header."""
    try:
        with path.open("rb") as stream:
            return stream.read(20)[18:20] == WAL_HEADER
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read: {error.strerror}", hint="check its permissions"
        ) from error


def _quoted(path: Path) -> str:
    """Returns a path as it stands in one of SQLite's URIs."""
    return str(path.absolute()).translate(URI_ESCAPES)

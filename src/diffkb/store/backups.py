"""Copies of a base: made whole while others write, verified, put back, and at most five kept."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import AlreadyThere, BadValue, BaseForeign, BaseLocked, NotABase, StorageError
from diffkb.store.opening import (
    connect_to_look,
    connect_unchecked,
    foreign_objects,
    known_revision,
    revision_of,
    storage_error,
    translating,
)
from diffkb.store.publishing import connect, exclusively, publish, sync, unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Progress = Callable[[int, int], None]

# So many automatic copies are kept of a base.
KEPT = 5
# The folder beside a base for copies that a person asked for without naming a place.
FOLDER = "backups"
# Pages of one step of SQLite's backup, about 4 MB: between two steps progress is shown.
PAGES = 1_000

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# What SQLite puts beside a base, and what belongs to it until it is applied.
BESIDE = ("-wal", "-journal")


class Copy(NamedTuple):
    """A copy of a base that was looked through and found whole.

    Attributes:
        path: where it is.
        revision: of its tables.
        rows: how many there are in each table.
    """

    path: Path
    revision: str
    rows: dict[str, int]


def back_up(
    base: Path, path: Path, *, replacing: bool = False, progress: Progress | None = None
) -> Copy:
    """Copies a base as it is at one instant, while others may go on writing.

    The copy gets its name once it is on the disk, and was found to be whole and to hold the same.

    Args:
        base: the base; an older one is copied as it is.
        path: where the copy is to be; a single file in journal mode DELETE.
        replacing: whether a file that is there is replaced.
        progress: takes how many pages of how many are written.

    Raises:
        AlreadyThere: there is a file already, or it is in use.
        BadValue: the name is that of an automatic copy.
        StorageError: the base cannot be used, or the copy cannot be written.
    """
    if path.exists() and path.samefile(base):
        raise AlreadyThere(str(path), hint="it is the base itself: name another file")
    if is_automatic(path, base):
        raise BadValue(
            "FILE", str(path), f"no name of an automatic backup: {KEPT} of them are kept"
        )
    for suffix in BESIDE:
        if path.with_name(path.name + suffix).exists():
            raise AlreadyThere(
                f"{path}{suffix}", hint=f"{path} is in use as a base: name another file"
            )
    with closing(connect_unchecked(base)) as reader, translating(base):
        # All that is read of the base from here on is of this instant.
        reader.execute("BEGIN")
        revision = known_revision(reader, base)
        if foreign := foreign_objects(reader):
            raise BaseForeign(str(base), foreign)
        rows = count_rows(reader)

        def fill(temporary: Path) -> None:
            _copy_pages(reader, temporary, base, progress)
            found = verify(temporary)
            if (found.revision, found.rows) != (revision, rows):
                raise StorageError(
                    f"the copy of {base} does not hold what the base holds",
                    hint="`diffkb base doctor` looks at the base",
                )

        instead = "replace this one with --force"
        publish(path, fill, wal=False, replacing=replacing, instead=instead)
    return Copy(path, revision, rows)


def verify(path: Path) -> Copy:
    """Looks through a copy of a base.

    Raises:
        BaseNotFound: there is no such file.
        StorageError: it is no base, or a newer one, it is damaged, or holds what is foreign.
    """
    with closing(connect_unchecked(path)) as connection, translating(path):
        connection.execute("BEGIN")
        revision = known_revision(connection, path)
        if foreign := foreign_objects(connection):
            raise BaseForeign(str(path), foreign)
        [(found,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if found != "ok":
            raise NotABase(str(path), f"it is damaged ({found.splitlines()[-1]})")
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise NotABase(str(path), "it is damaged (rows that it refers to are missing)")
        return Copy(path, revision, count_rows(connection))


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Returns how many rows each of diffkb's tables has."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for (name,) in names
    }


def restore(backup: Path, base: Path, *, progress: Progress | None = None) -> Path | None:
    """Puts a copy in the place of a base, which is kept as it was.

    What the base held is replaced inside one transaction, so that whoever is at work sees it
    before or after. Only a base that SQLite cannot read at all is replaced as a file.

    Args:
        backup: the copy; it is looked through first.
        base: the base; it may be missing.
        progress: takes how many pages of how many are written.

    Returns:
        The automatic copy of the base as it was; None where there was none.

    Raises:
        BaseNotFound: there is no such copy.
        StorageError: the copy is not whole, or the base cannot be written.
    """
    if base.exists() and backup.exists() and backup.samefile(base):
        raise AlreadyThere(str(base), hint="it is the base itself: name a backup of it")
    verify(backup)
    try:
        if not base.exists():
            publish(base, lambda temporary: _write_copy(backup, temporary, progress), wal=True)
            return None
        with exclusively(base):
            return _replace(backup, base, progress)
    except OSError as error:
        raise unwritable(base, error) from error


def _replace(backup: Path, base: Path, progress: Progress | None) -> Path:
    """Replaces a base, as what it holds if that can be done, else as a file."""
    if is_readable(base):
        return _replace_contents(backup, base, progress)
    return _replace_file(backup, base, progress)


def is_readable(path: Path) -> bool:
    """Says whether SQLite finds its way into a file at all, whatever else is wrong with it."""
    # For reading alone: what belongs to a broken base, SQLite would take away.
    with closing(connect_to_look(path)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                return False
            raise storage_error(error, path) from error
    return True


def _replace_contents(backup: Path, base: Path, progress: Progress | None) -> Path:
    """Replaces what a base holds, in one transaction.

    Raises:
        BaseLocked: others write to it without an end, or read it in journal mode DELETE.
    """
    with translating(base), closing(connect(base)) as target:
        [(mode,)] = target.execute("PRAGMA journal_mode").fetchall()
        # In write-ahead mode nobody who reads has to wait, and none of them is in the way.
        if target.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
            raise BaseLocked(str(base))
        kept = _replace_in(target, backup, base, progress)
        # Where others have it open by now, it stays in write-ahead mode, which is no harm.
        with suppress(sqlite3.OperationalError):
            target.execute(f"PRAGMA journal_mode={mode}")
    return kept


def _replace_in(
    target: sqlite3.Connection, backup: Path, base: Path, progress: Progress | None
) -> Path:
    """Replaces what a base in write-ahead mode holds, and returns the copy of what that was.

    Raises:
        BaseLocked: somebody is writing to it.
    """
    kept: list[Path] = []
    with closing(connect_unchecked(backup)) as source, closing(connect(base)) as reader:
        source.execute("BEGIN")
        [(pages,)] = source.execute("PRAGMA page_count").fetchall()

        def look(status: int, remaining: int, total: int) -> None:
            if status in BUSY:
                raise BaseLocked(str(base))
            # From the first step on nobody else can write, and others see the base as it was.
            if not kept:
                kept.append(keep_automatic(reader, base))
            if progress is not None:
                progress(total - remaining, total)

        # In more than one step, as the last one is seen by all.
        source.backup(target, pages=max(1, min(PAGES, pages // 2)), progress=look)
    return kept[0]


def _replace_file(backup: Path, base: Path, progress: Progress | None) -> Path:
    """Replaces a base that nobody can open, and what belongs to it, as files."""
    kept = keep_file(base)
    for suffix in BESIDE:
        # Applied to another file than that it was made for, it would damage it.
        with suppress(FileNotFoundError):
            base.with_name(base.name + suffix).unlink()
    with suppress(FileNotFoundError):
        base.with_name(f"{base.name}-shm").unlink()
    publish(
        base, lambda temporary: _write_copy(backup, temporary, progress), wal=True, replacing=True
    )
    return kept


def keep_automatic(connection: sqlite3.Connection, base: Path) -> Path:
    """Copies a base before it is changed as a whole, and drops the oldest of such copies.

    Whether it is whole is not asked: it is kept as it is.

    Args:
        connection: to the base.
        base: its file.

    Returns:
        Where the copy is.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        label = revision_of(connection) or "0"
    except sqlite3.OperationalError:
        # Another program's, or empty.
        label = "0"

    def fill(temporary: Path) -> None:
        _copy_pages(connection, temporary, base, None)

    path = _publish_automatic(base, label, fill)
    _prune(base, path)
    return path


def keep_file(base: Path) -> Path:
    """Copies a base that cannot be opened, with what belongs to it; else as `keep_automatic`."""
    for path in _automatic_names(base, "broken"):
        with suppress(FileExistsError):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            os.close(handle)
            break
    for suffix in ("", *BESIDE):
        part = base.with_name(base.name + suffix)
        if part.exists():
            copy = path.with_name(path.name + suffix)
            shutil.copyfile(part, copy)
            copy.chmod(0o600)
            sync(copy)
    _prune(base, path)
    return path


def _publish_automatic(base: Path, label: str, fill: Callable[[Path], None]) -> Path:
    """Writes an automatic copy under the first name that is free."""
    for path in _automatic_names(base, label):
        with suppress(AlreadyThere):
            publish(path, fill, wal=False)
            return path
    raise AssertionError("names do not end")


def _automatic_names(base: Path, label: str) -> Iterator[Path]:
    """Yields names of automatic copies that may be free."""
    yield base.with_name(f"{base.name}.bak-{label}")
    for name in _dated(f"{base.name}.bak-{label}-{{}}"):
        yield base.with_name(name)


def _dated(pattern: str) -> Iterator[str]:
    """Yields names with the time of now, the second one of a second with a number."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield pattern.format(now)
    for number in count(2):
        yield pattern.format(f"{now}-{number}")


def dated_place(base: Path, folder: Path | None = None) -> Path:
    """Returns a free name with today's date for a copy that a person asked for.

    Args:
        base: what is copied.
        folder: where to; by default the folder of copies beside the base.
    """
    places = (
        (folder or base.with_name(FOLDER)) / name for name in _dated(f"{base.stem}-{{}}.sqlite")
    )
    return next(place for place in places if not place.exists())


def is_automatic(path: Path, base: Path) -> bool:
    """Says whether a file is, by its name, an automatic copy of a base."""
    pattern = rf"{re.escape(base.name)}\.bak-([0-9]+|broken)(-[0-9]{{8}}T[0-9]{{6}}Z(-[0-9]+)?)?"
    same_place = path.absolute().parent == base.absolute().parent
    return same_place and re.fullmatch(pattern, path.name) is not None


def automatic_copies(base: Path) -> list[Path]:
    """Returns the automatic copies of a base, the newest first."""
    found = base.parent.glob(f"{_escaped(base.name)}.bak-*")
    return _newest_first(path for path in found if is_automatic(path, base))


def all_copies(base: Path) -> list[Path]:
    """Returns the copies that lie where diffkb puts them, the newest first."""
    own = base.with_name(FOLDER).glob(f"{_escaped(base.stem)}-*.sqlite")
    return _newest_first([*automatic_copies(base), *own])


def newest_good_copy(base: Path) -> Copy | None:
    """Returns the newest copy of a base that is whole; None where there is none."""
    for path in all_copies(base):
        with suppress(StorageError):
            return verify(path)
    return None


def _newest_first(paths: Iterable[Path]) -> list[Path]:
    """Returns files by when they were written."""
    return sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def _escaped(name: str) -> str:
    """Returns a name as a pattern that means it alone."""
    return re.sub(r"([*?[])", r"[\1]", name)


def _prune(base: Path, newest: Path) -> None:
    """Removes the oldest automatic copies, so that the last few are kept."""
    others = [path for path in automatic_copies(base) if path != newest]
    for path in others[KEPT - 1 :]:
        for suffix in (*BESIDE, ""):
            # One that cannot be removed is in nobody's way.
            with suppress(OSError):
                path.with_name(path.name + suffix).unlink()


def _write_copy(backup: Path, temporary: Path, progress: Progress | None) -> None:
    """Writes what a copy holds into a new file."""
    with closing(connect_unchecked(backup)) as source:
        source.execute("BEGIN")
        _copy_pages(source, temporary, backup, progress)


def _copy_pages(
    source: sqlite3.Connection, path: Path, base: Path, progress: Progress | None
) -> None:
    """Writes all pages of a database into a file.

    Raises:
        BaseLocked: somebody keeps the database locked.
    """

    def look(status: int, remaining: int, total: int) -> None:
        if status in BUSY:
            raise BaseLocked(str(base))
        if progress is not None:
            progress(total - remaining, total)

    with closing(connect(path)) as target:
        source.backup(target, pages=PAGES, progress=look)

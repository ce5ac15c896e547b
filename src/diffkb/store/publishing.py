"""Bases as files: a new one gets its name in one step, and what replaces one waits for its turn."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from diffkb.errors import AlreadyThere, StorageError
from diffkb.paths import make_private_folder
from diffkb.store.opening import PATIENCE, translating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What a killed process left unfinished is taken away after a day: nothing takes as long.
ABANDONED_SECONDS = 24 * 3600.0


def connect(path: Path) -> sqlite3.Connection:
    """Opens a file without a question; transactions are said by hand."""
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)


def publish(
    path: Path,
    fill: Callable[[Path], None],
    *,
    wal: bool,
    replacing: bool = False,
    instead: str = "remove this one",
) -> None:
    """Writes a base beside its place, and gives it its name in one step.

    Linking, unlike renaming, fails where the name is taken: of many who do this at once one
    wins, and nobody's base is replaced.

    Args:
        path: where it is to be; its folder is made where missing.
        fill: writes it into an empty file.
        wal: whether it works in write-ahead mode.
        replacing: whether a file that is there is replaced.
        instead: what a person can do with one that is there, for the hint.

    Raises:
        AlreadyThere: there is a file already.
        StorageError: it cannot be written there.
    """
    try:
        make_private_folder(path.parent)
        _remove_abandoned(path)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            temporary.touch(mode=0o600)
            with translating(path):
                fill(temporary)
                _settle(temporary, wal=wal)
            if replacing:
                temporary.replace(path)
            else:
                _name(temporary, path)
        sync(path.parent)
    except OSError as error:
        if isinstance(error, FileExistsError) and path.parent.is_dir():
            hint = f"name another file, or {instead}"
            raise AlreadyThere(str(path), hint=hint) from error
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> StorageError:
    """Returns the error for a base or a copy that the system does not let be written."""
    return StorageError(
        f"{path} cannot be written: {error.strerror or error}",
        hint="check the folder's permissions, or name another base with --base",
    )


def _name(temporary: Path, path: Path) -> None:
    """Gives a file its name, unless that is taken.

    Raises:
        FileExistsError: it is.
    """
    try:
        os.link(temporary, path)
    except PermissionError:
        # Some disks, as those of cameras, know no links: the name is taken first.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        temporary.replace(path)


def _remove_abandoned(path: Path) -> None:
    """Removes what was begun long ago and never got the name."""
    for folder in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):
            if folder.is_dir() and folder.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _settle(path: Path, *, wal: bool) -> None:
    """Puts a new base into its journal mode, and onto the disk."""
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
    sync(path)


def sync(path: Path) -> None:
    """Waits until a file or a folder's names are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Keeps others from upgrading, restoring or repairing a base; a dead process keeps nobody.

    Raises:
        OSError: the lock cannot be made beside the base.
    """
    lock = path.with_name(f"{path.name}.lock")
    handle = _locked(lock)
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(handle)


def _locked(lock: Path) -> int:
    """Returns the handle of a lock file that this process holds.

    Whoever held it before has taken its name away, so that it may be another file meanwhile.
    """
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        if os.name != "posix":
            return handle
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), lock.stat()):
                return handle
        os.close(handle)

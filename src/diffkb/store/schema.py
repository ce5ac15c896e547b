"""Making a base and bringing it to the newest revision, by the revisions in `migrations/`.

Alembic takes as long to load as everything else together, so only what makes or upgrades a base
imports this.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool

from diffkb.errors import AlreadyThere, BaseReadOnly, NotABase, StorageError
from diffkb.paths import migrations_folder
from diffkb.store.indexing import rebuild_index
from diffkb.store.opening import PATIENCE, REVISION, connect_for_reading, revision_of, translating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def create_base(path: Path, *, wal: bool = True) -> None:
    """Makes an empty base; a base that is published is whole from its first instant.

    Args:
        path: where it is to be; its folder is made where missing.
        wal: whether it works in write-ahead mode, in which readers never wait for a writer.

    Raises:
        AlreadyThere: there is a file already.
        StorageError: it cannot be written there.
    """

    def fill(temporary: Path) -> None:
        with closing(_connect(temporary)) as connection:
            _run_revisions(connection, migrations_folder(), REVISION)

    publish(path, fill, wal=wal)


def copy_base(source: Path, path: Path, *, wal: bool = True) -> None:
    """Makes a base as a copy of another; the arguments and errors are those of `create_base`."""

    def fill(temporary: Path) -> None:
        with (
            closing(connect_for_reading(source)) as reader,
            closing(_connect(temporary)) as writer,
        ):
            reader.backup(writer)

    publish(path, fill, wal=wal)


def publish(path: Path, fill: Callable[[Path], None], *, wal: bool) -> None:
    """Writes a base beside its place, and gives it its name in one step.

    Linking, unlike renaming, fails where the name is taken: of many who do this at once one
    wins, and nobody's base is replaced.

    Raises:
        AlreadyThere: there is a file already.
        StorageError: it cannot be written there.
    """
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            temporary.touch(mode=0o600)
            with translating(path):
                fill(temporary)
                _settle(temporary, wal=wal)
            os.link(temporary, path)
        _sync(path.parent)
    except OSError as error:
        if isinstance(error, FileExistsError) and path.parent.is_dir():
            hint = "name another file, or remove this one"
            raise AlreadyThere(str(path), hint=hint) from error
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}",
            hint="check the folder's permissions, or name another base with --base",
        ) from error


def upgrade_base(
    path: Path, *, migrations: Path | None = None, revision: str = REVISION
) -> tuple[str, Path] | None:
    """Brings a base to the newest revision, after a copy of it as it was.

    Args:
        path: the base.
        migrations: the folder of revisions; by default the one diffkb ships with.
        revision: the revision to reach.

    Returns:
        The revision it had and where the copy is; None where another process did it meanwhile.

    Raises:
        BaseReadOnly: the file or its folder cannot be written.
        StorageError: as for reading it.
    """
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise BaseReadOnly(str(path), "it has an older revision and must be upgraded first")
    folder = migrations or migrations_folder()
    # A copy cannot be made inside a transaction, so a file keeps others out meanwhile.
    with translating(path), _exclusively(path), closing(_connect(path)) as connection:
        found = revision_of(connection)
        if found == revision:
            return None
        if found is None:
            raise NotABase(str(path), "its revision is missing")
        copy = path.with_name(f"{path.name}.bak-{found}")
        _back_up(connection, copy)
        _run_revisions(connection, folder, revision)
    return found, copy


def _connect(path: Path) -> sqlite3.Connection:
    """Opens a file without a question; transactions are said by hand."""
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)


def _run_revisions(connection: sqlite3.Connection, folder: Path, revision: str) -> None:
    """Runs the revisions up to one, in one transaction."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=pool.StaticPool)
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    with engine.connect() as handed:
        handed.exec_driver_sql("PRAGMA foreign_keys=OFF")
        handed.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = handed
        command.upgrade(config, revision)
        if revision == REVISION:
            rebuild_index(connection)
        handed.exec_driver_sql("COMMIT")


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    """Writes a copy of the base; one that an earlier attempt left is replaced."""
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    with closing(_connect(copy)) as writer:
        connection.backup(writer)
    _sync(copy)


@contextmanager
def _exclusively(path: Path) -> Iterator[None]:
    """Holds a lock that the system frees when the process dies."""
    lock = path.with_name(f"{path.name}.upgrade")
    with lock.open("w") as stream:
        if os.name == "posix":
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
    lock.unlink(missing_ok=True)


def _settle(path: Path, *, wal: bool) -> None:
    """Puts a new base into its journal mode, and onto the disk."""
    with closing(_connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
    _sync(path)


def _sync(path: Path) -> None:
    """Waits until a file or a folder's names are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

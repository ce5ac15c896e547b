"""Making a base and bringing it to the newest revision, by the revisions in `migrations/`.

Alembic takes as long to load as everything else together, so only what makes or upgrades a base
imports this.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool
from sqlalchemy.exc import DBAPIError

from diffkb.errors import BaseForeign, BaseReadOnly, NotABase
from diffkb.paths import migrations_folder
from diffkb.store.backups import keep_automatic
from diffkb.store.indexing import rebuild_index
from diffkb.store.opening import (
    REVISION,
    connect_for_reading,
    foreign_objects,
    is_writable,
    revision_of,
    translating,
)
from diffkb.store.publishing import connect, exclusively, publish, unwritable

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


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
        with closing(connect(temporary)) as connection:
            _run_revisions(connection, migrations_folder(), REVISION)

    publish(path, fill, wal=wal)


def copy_base(source: Path, path: Path, *, wal: bool = True) -> None:
    """Makes a base as a copy of another; the arguments and errors are those of `create_base`."""

    def fill(temporary: Path) -> None:
        with (
            closing(connect_for_reading(source)) as reader,
            closing(connect(temporary)) as writer,
        ):
            reader.backup(writer)

    publish(path, fill, wal=wal)


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
    if not is_writable(path):
        raise BaseReadOnly(
            str(path),
            "it has an older revision and must be upgraded first",
            hint="copy it to a place of your own; there `diffkb --base COPY base upgrade` does it",
        )
    try:
        with exclusively(path):
            return _upgrade(path, migrations or migrations_folder(), revision)
    except OSError as error:
        raise unwritable(path, error) from error


def _upgrade(path: Path, folder: Path, revision: str) -> tuple[str, Path] | None:
    """Does what `upgrade_base` says, while nobody else does."""
    with translating(path), closing(connect(path)) as connection:
        found = revision_of(connection)
        if found == revision:
            return None
        if found is None:
            raise NotABase(str(path), "its revision is missing")
        # What is foreign would take part in the changes.
        if foreign := foreign_objects(connection):
            raise BaseForeign(str(path), foreign)
        copy = keep_automatic(connection, path)
        _run_revisions(connection, folder, revision)
    return found, copy


def _run_revisions(connection: sqlite3.Connection, folder: Path, revision: str) -> None:
    """Runs the revisions up to one, in one transaction."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=pool.StaticPool)
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    with engine.connect() as handed:
        config.attributes["connection"] = handed
        try:
            handed.exec_driver_sql("PRAGMA foreign_keys=OFF")
            handed.exec_driver_sql("BEGIN IMMEDIATE")
            command.upgrade(config, revision)
            if revision == REVISION:
                rebuild_index(connection)
            handed.exec_driver_sql("COMMIT")
        except DBAPIError as error:
            raise (error.orig or error) from error

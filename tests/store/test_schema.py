"""The schema: models and revisions agree, and a base is made, copied and upgraded whole."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from diffkb.errors import AlreadyThere, BaseReadOnly, StorageError
from diffkb.paths import migrations_folder
from diffkb.store import columns, opening, tables
from diffkb.store.schema import copy_base, create_base, upgrade_base
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

NEWEST = opening.REVISION
NEXT = f"{int(NEWEST) + 1:04}"
NEXT_REVISION = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{NEWEST}"


def upgrade():
    op.add_column("documents", sa.Column("colour", sa.String()))
"""


def differences(connection: Connection) -> list[Any]:
    """Gives what the tables of a base have that the models lack, and the other way round.

    The index of texts is SQLite's own: of its tables there are no models.
    """
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": is_of_a_model}
    )
    found: list[Any] = compare_metadata(context, tables.metadata)
    return found


def is_of_a_model(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name not in opening.INDEX_TABLES


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "kb.sqlite"
    create_base(path)
    return path


@pytest.fixture
def next_migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "100% migrations"
    shutil.copytree(migrations_folder(), folder)
    (folder / "versions" / f"{NEXT}_next.py").write_text(NEXT_REVISION)
    return folder


def test_models_and_revisions_make_the_same_tables(base: Path) -> None:
    with create_engine(f"sqlite:///{base}", poolclass=NullPool).connect() as connection:
        assert differences(connection) == []


def test_a_drift_would_be_seen(base: Path) -> None:
    with closing(sqlite3.connect(base)) as connection:
        connection.execute("ALTER TABLE notes ADD COLUMN more TEXT")
    with create_engine(f"sqlite:///{base}", poolclass=NullPool).connect() as connection:
        assert differences(connection) != []


def test_there_is_one_newest_revision_and_the_read_path_knows_it() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    assert ScriptDirectory.from_config(config).get_heads() == [opening.REVISION]


def test_the_read_path_knows_every_table() -> None:
    assert set(tables.metadata.tables) == opening.TABLES - {
        "alembic_version",
        "sqlite_sequence",
        "sqlite_stat1",
        "sqlite_stat4",
        *opening.INDEX_TABLES,
    }
    assert [tables.table_of(row).name for row in tables.JOURNALED] == list(opening.DATA_TABLES)


def test_every_column_the_read_path_selects_is_there(base: Path) -> None:
    names = ", ".join(columns.COLUMNS.values())
    with closing(sqlite3.connect(base)) as connection:
        found = connection.execute(
            f"SELECT {names} FROM blocks b JOIN entries e ON e.block_id = b.id"
            " JOIN documents d ON d.id = e.document_id"
        )
    assert len(found.description) == len(columns.COLUMNS)


def test_a_journal_table_has_the_columns_of_its_table() -> None:
    for row in tables.JOURNALED:
        table = tables.table_of(row)
        kept = {column.name: str(column.type) for column in tables.JOURNALS[table.name].columns}
        for name in ("journal_id", "step_id", "operation"):
            del kept[name]
        assert kept == {column.name: str(column.type) for column in table.columns}


def test_every_constraint_has_the_name_of_the_convention() -> None:
    for table in tables.metadata.tables.values():
        for constraint in table.constraints:
            if constraint is not table.primary_key:
                assert str(constraint.name).startswith(("fk_", "uq_"))
        assert all(str(index.name).startswith(f"ix_{table.name}") for index in table.indexes)


def test_a_new_base_is_its_owners_alone_and_works_ahead(base: Path) -> None:
    assert stat.S_IMODE(base.stat().st_mode) == 0o600
    with closing(sqlite3.connect(base)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nothing_but_the_base_is_left_in_its_folder(base: Path) -> None:
    assert list(base.parent.iterdir()) == [base]


def test_an_existing_file_is_never_replaced(base: Path, tmp_path: Path) -> None:
    before = base.read_bytes()
    with pytest.raises(AlreadyThere):
        create_base(base)
    with pytest.raises(AlreadyThere):
        copy_base(base, base)
    assert base.read_bytes() == before
    assert list(tmp_path.iterdir()) == [base]


def test_of_many_who_make_a_base_at_once_one_wins(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped.sqlite"
    create_base(shipped, wal=False)
    mine = tmp_path / "mine" / "kb.sqlite"
    outcomes: list[str] = []

    def make() -> None:
        try:
            copy_base(shipped, mine)
        except AlreadyThere:
            outcomes.append("there")
        else:
            outcomes.append("made")

    threads = [threading.Thread(target=make) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", *["there"] * 11]
    assert [path.name for path in mine.parent.iterdir() if not path.name.endswith("-shm")] == [
        "kb.sqlite"
    ]
    opening.connect_for_reading(mine).close()


def test_a_place_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        create_base(tmp_path / "file" / "kb.sqlite")


def test_an_older_base_is_copied_and_upgraded_with_its_rows(
    base: Path, next_migrations: Path
) -> None:
    with UnitOfWork(base, command="test") as unit:
        unit.session.add(
            tables.DocumentRow(name="a", dialect="{}", added=unit.time, changed=unit.time)
        )
    done = upgrade_base(base, migrations=next_migrations, revision=NEXT)
    copy = base.with_name(f"kb.sqlite.bak-{NEWEST}")
    assert done == (NEWEST, copy)
    with closing(sqlite3.connect(base)) as connection:
        assert connection.execute("SELECT name, colour FROM documents").fetchall() == [("a", None)]
        assert opening.revision_of(connection) == NEXT
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with closing(sqlite3.connect(copy)) as connection:
        assert opening.revision_of(connection) == NEWEST
        assert connection.execute("SELECT name FROM documents").fetchall() == [("a",)]
    assert upgrade_base(base, migrations=next_migrations, revision=NEXT) is None


def test_a_base_of_the_first_revision_is_upgraded_and_keeps_what_it_holds(tmp_path: Path) -> None:
    base = tmp_path / "kb.sqlite"
    make_old_base(base, "0001")
    with closing(sqlite3.connect(base)) as connection:
        connection.execute("INSERT INTO papers (state) VALUES ('fetched')")
        connection.execute("INSERT INTO identifiers VALUES (1, 1, 'doi', '10.5555/kettle.1')")
        connection.commit()
        before = list(connection.iterdump())
    copy = base.with_name("kb.sqlite.bak-0001")
    assert upgrade_base(base) == ("0001", copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert list(connection.iterdump()) == before
    with create_engine(f"sqlite:///{base}", poolclass=NullPool).connect() as migrated:
        assert differences(migrated) == []
    with closing(opening.connect_for_reading(base)) as connection:
        found = connection.execute("SELECT i.value, p.state FROM identifiers i JOIN papers p")
        assert found.fetchall() == [("10.5555/kettle.1", "fetched")]
        assert connection.execute("SELECT count(*) FROM proposals").fetchone() == (0,)


def test_a_base_before_agreements_is_upgraded_with_all_that_it_holds(tmp_path: Path) -> None:
    base = tmp_path / "kb.sqlite"
    make_old_base(base, "0003")
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(
            "INSERT INTO documents (name, dialect, preferred, added, changed, path, sha256)"
            " VALUES ('a', '{}', 0, '', '', '/lists/a.md', 'ab')"
        )
        connection.commit()
    assert upgrade_base(base) == ("0003", base.with_name("kb.sqlite.bak-0003"))
    with create_engine(f"sqlite:///{base}", poolclass=NullPool).connect() as migrated:
        assert differences(migrated) == []
    with closing(opening.connect_for_reading(base)) as connection:
        found = connection.execute("SELECT path, sha256 FROM documents").fetchall()
        assert found == [("/lists/a.md", "ab")]
        assert connection.execute("SELECT count(*) FROM agreements").fetchone() == (0,)


def make_old_base(path: Path, revision: str) -> None:
    """Makes a base as an earlier diffkb did."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_a_revision_that_fails_leaves_the_base_as_it_was(base: Path, next_migrations: Path) -> None:
    broken = NEXT_REVISION + "    op.execute('SELECT nonsense')\n"
    (next_migrations / "versions" / f"{NEXT}_next.py").write_text(broken)
    with pytest.raises(Exception, match="nonsense"):
        upgrade_base(base, migrations=next_migrations, revision=NEXT)
    opening.connect_for_reading(base).close()


def test_a_base_in_a_place_that_cannot_be_written_is_not_upgraded(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the superuser every file can be written, whatever its mode says.
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(BaseReadOnly):
        upgrade_base(base)

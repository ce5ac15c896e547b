"""Opening a base: what is refused, and in which words."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from diffkb.errors import (
    BaseForeign,
    BaseLocked,
    BaseNewer,
    BaseNotFound,
    BaseOlder,
    BaseReadOnly,
    NotABase,
)
from diffkb.store import opening
from diffkb.store.opening import connect_for_reading, connect_for_writing
from diffkb.store.schema import create_base


@pytest.fixture(scope="session")
def empty_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "kb.sqlite"
    create_base(path)
    return path


@pytest.fixture
def base(empty_base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_base, tmp_path / "a ?#%20b.sqlite"))


def change(base: Path, statement: str) -> None:
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_base_is_read_whatever_its_name(base: Path) -> None:
    with closing(connect_for_reading(base)) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (0,)


def test_a_reader_cannot_write(base: Path) -> None:
    with (
        closing(connect_for_reading(base)) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM entries")


def test_a_base_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for connect in (connect_for_reading, connect_for_writing):
        with pytest.raises(BaseNotFound):
            connect(tmp_path / "kb.sqlite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("connect", [connect_for_reading, connect_for_writing])
@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "it is empty"), (b"no database at all\n" * 99, "it is no SQLite database")],
)
def test_what_is_no_database_is_refused(
    tmp_path: Path, connect: object, content: bytes, why: str
) -> None:
    path = tmp_path / "kb.sqlite"
    path.write_bytes(content)
    with pytest.raises(NotABase, match=why):
        connect(path)  # type: ignore[operator]
    assert path.read_bytes() == content


def test_a_damaged_base_is_refused(base: Path) -> None:
    base.write_bytes(base.read_bytes()[:5000])
    with pytest.raises(NotABase, match="damaged"):
        connect_for_reading(base)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    change(path, "CREATE TABLE cookies (id)")
    with pytest.raises(NotABase, match="another program's"):
        connect_for_reading(path)


@pytest.mark.parametrize(
    ("revision", "error"), [("0000", BaseOlder), ("9999", BaseNewer), ("abc", NotABase)]
)
def test_another_revision_is_refused(base: Path, revision: str, error: type[Exception]) -> None:
    change(base, f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(error):
        connect_for_reading(base)
    with pytest.raises(error):
        connect_for_writing(base)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE cookies (id)",
    ],
)
def test_what_diffkb_did_not_make_is_refused_by_name(base: Path, statement: str) -> None:
    change(base, statement)
    with pytest.raises(BaseForeign) as told:
        connect_for_reading(base)
    assert told.value.objects == [" ".join(statement.split()[1:3]).lower()]


def test_a_base_that_is_kept_is_locked(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 0.0)
    change(base, "PRAGMA journal_mode=DELETE")
    with closing(sqlite3.connect(base, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BaseLocked):
            connect_for_reading(base)


def test_in_a_place_that_cannot_be_written_a_base_is_read_without_locks(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    before = sorted(path.name for path in base.parent.iterdir())
    with closing(connect_for_reading(base)) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (0,)
    assert sorted(path.name for path in base.parent.iterdir()) == before
    with pytest.raises(BaseReadOnly):
        connect_for_writing(base)


def test_changes_that_wait_in_such_a_place_are_told_and_not_passed_over(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.with_name(f"{base.name}-wal").write_bytes(b"x")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(BaseReadOnly, match="-wal"):
        connect_for_reading(base)

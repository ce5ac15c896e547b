"""Opening the base that is meant: read in place, and made before the first change."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from diffkb.core.query import EVERYTHING
from diffkb.errors import BaseNotFound, BaseOlder, BaseReadOnly, NotABase
from diffkb.paths import BaseChoice, choose_base, migrations_folder, shipped_base
from diffkb.services.opening import open_reader, open_unit, prepare_target
from diffkb.store.opening import REVISION
from diffkb.store.schema import create_base, upgrade_base

NEXT = f"{int(REVISION) + 1:04}"


@pytest.fixture
def said() -> list[str]:
    """Gives the list in which a test collects what it is told."""
    return []


@pytest.fixture
def fresh(tmp_path: Path) -> BaseChoice:
    """Gives what is chosen on a machine where diffkb never ran."""
    return choose_base(None, {"HOME": str(tmp_path)}, tmp_path)


def count(choice: BaseChoice) -> int:
    with open_reader(choice, print) as reader:
        return reader.count(EVERYTHING)[0]


def test_the_shipped_base_is_read_in_place(fresh: BaseChoice, tmp_path: Path) -> None:
    assert (fresh.origin, fresh.path) == ("shipped", shipped_base())
    assert count(fresh) > 0
    assert not fresh.target.exists()
    assert list(tmp_path.iterdir()) == []


def test_the_first_change_makes_a_private_copy(
    fresh: BaseChoice, tmp_path: Path, said: list[str]
) -> None:
    before = shipped_base().read_bytes()
    with open_unit(fresh, "test", said.append) as unit:
        assert unit.path == fresh.target
    own = choose_base(None, {"HOME": str(tmp_path)}, tmp_path)
    assert (own.origin, own.path) == ("user", fresh.target)
    assert count(own) == count(fresh)
    assert stat.S_IMODE(own.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(own.path.parent.stat().st_mode) == 0o700
    assert [file.name for file in own.path.parent.iterdir()] == ["kb.sqlite"]
    assert said == [f"{own.path} is now your own base, a copy of the one diffkb ships with"]
    assert shipped_base().read_bytes() == before


def test_a_list_of_ones_own_starts_an_empty_base(fresh: BaseChoice, said: list[str]) -> None:
    prepare_target(fresh, said.append, empty=True)
    assert said == [f"{fresh.target} is now your own base"]
    assert count(BaseChoice(fresh.target, "user", "", fresh.target)) == 0


def test_a_second_change_makes_nothing(fresh: BaseChoice, said: list[str]) -> None:
    prepare_target(fresh, said.append, empty=True)
    prepare_target(fresh, said.append)
    assert len(said) == 1
    assert fresh.target.exists()


def test_a_named_base_that_is_not_there_is_made_empty_by_a_change_only(
    tmp_path: Path, said: list[str]
) -> None:
    choice = choose_base(str(tmp_path / "new" / "kb.sqlite"), {}, tmp_path)
    with pytest.raises(BaseNotFound) as told:
        open_reader(choice, said.append)
    assert told.value.hint is not None
    assert "base init" in told.value.hint
    assert not choice.path.parent.exists()
    prepare_target(choice, said.append)
    assert count(choice) == 0


def test_a_change_of_the_checkouts_base_is_told(
    new_base: object, tmp_path: Path, said: list[str]
) -> None:
    assert callable(new_base)
    (tmp_path / "data").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "diffkb"\n')
    path = Path(shutil.copy(new_base(), tmp_path / "data" / "kb.sqlite"))
    choice = choose_base(None, {"HOME": str(tmp_path)}, tmp_path / "data")
    prepare_target(choice, said.append)
    assert said == [f"writing to {path}, the base of the checkout {tmp_path}"]


@pytest.fixture
def older(new_base: object, tmp_path: Path) -> Path:
    """Gives a base whose revision is said to be an older one, though its tables are not."""
    assert callable(new_base)
    path = Path(shutil.copy(new_base(), tmp_path / "older.sqlite"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    return path


def test_an_older_base_in_a_place_that_cannot_be_written_is_told(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = BaseChoice(older, "option", "", older)
    before = older.read_bytes()
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises((BaseReadOnly, BaseOlder)) as told:
        open_reader(choice, print)
    assert told.value.exit_code == 7
    assert older.read_bytes() == before


def test_a_folder_is_no_base(tmp_path: Path) -> None:
    choice = BaseChoice(tmp_path, "option", "", tmp_path)
    with pytest.raises(NotABase, match="it is a folder"):
        open_reader(choice, print)
    with pytest.raises(NotABase, match="it is a folder"):
        open_unit(choice, "test", print)


def test_an_older_base_is_upgraded_when_it_is_opened_and_that_is_said(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next revision is made up here: to this diffkb, today's base is then an older one."""
    base = tmp_path / "kb.sqlite"
    create_base(base)
    folder = tmp_path / "migrations"
    shutil.copytree(migrations_folder(), folder)
    (folder / "versions" / f"{NEXT}_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision = "{NEXT}"\ndown_revision = "{REVISION}"\n'
        'def upgrade():\n    op.add_column("notes", sa.Column("more", sa.String()))\n'
    )
    monkeypatch.setattr("diffkb.store.opening.REVISION", NEXT)
    monkeypatch.setattr("diffkb.store.schema.migrations_folder", lambda: folder)
    monkeypatch.setattr(upgrade_base, "__kwdefaults__", {"migrations": None, "revision": NEXT})
    choice = choose_base(str(base), {}, tmp_path)

    with open_reader(choice, said.append) as reader:
        assert reader.documents() == []
    with open_unit(choice, "test", said.append) as unit:
        assert not unit.changed

    copy = tmp_path / f"kb.sqlite.bak-{REVISION}"
    assert said == [f"{base} was upgraded from revision {REVISION}; as it was, it is in {copy}"]
    assert copy.exists()

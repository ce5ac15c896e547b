"""`diffkb base`, and what happens to a base that cannot be used: nothing, in clear words."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diffkb.paths import shipped_base
from diffkb.store import opening

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Call = Callable[..., Any]
    Runner = Callable[..., subprocess.CompletedProcess[Any]]

READING: tuple[tuple[str, ...], ...] = (
    *(("list",), ("list", "--json"), ("show", "1"), ("export", "markdown"), ("export", "json")),
    *(("section",), ("base",), ()),
)
WRITING: tuple[tuple[str, ...], ...] = (("add", "2401.00001", "--no-fetch"), ("import", "LIST"))


@pytest.fixture
def fresh(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Gives a function that runs diffkb as on a machine where it never ran."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    return lambda *words: call(*words, DIFFKB_BASE="", HOME=str(home))


def test_it_says_which_base_and_why(call: Call, base: Path) -> None:
    done = call("base")
    assert (done.status, done.stdout) == (0, f"{base}\n")
    assert done.stderr == "it is named by DIFFKB_BASE\n53 entries in 1 document\n"
    data = call("base", "which", "--json").data
    assert data == {
        "path": str(base),
        "origin": "environment",
        "why": "named by DIFFKB_BASE",
        "writes_to": str(base),
        "exists": True,
        "documents": ["Knowledge Base - Diffusion Models"],
        "entries": 53,
    }


def test_a_base_that_is_not_there_is_said_to_be_missing(call: Call, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.sqlite")
    done = call("--base", missing, "base")
    assert (done.status, done.stdout) == (0, f"{missing}\n")
    assert "it does not exist yet" in done.stderr
    data = call("base", "--base", missing, "--json").data
    assert (data["exists"], data["origin"], data["entries"]) == (False, "option", 0)


@pytest.mark.parametrize("words", [one for one in READING if one not in {("base",), ()}])
def test_reading_a_named_base_that_is_not_there_is_an_error(
    call: Call, tmp_path: Path, words: tuple[str, ...]
) -> None:
    missing = tmp_path / "no" / "base.sqlite"
    done = call(*words, DIFFKB_BASE=str(missing))
    assert done.status == 3
    assert done.stderr == (
        f"error: there is no base at {missing}\n"
        f"hint: `diffkb --base {missing} base init` makes one; so does the first change\n"
    )
    assert not missing.parent.exists()


def test_before_the_first_change_the_shipped_base_is_read_in_place(
    fresh: Call, tmp_path: Path
) -> None:
    before = shipped_base().read_bytes()
    for words in READING:
        assert fresh(*words).status == 0
    data = fresh("base", "--json").data
    assert (data["origin"], data["path"]) == ("shipped", str(shipped_base()))
    assert data["writes_to"] == str(tmp_path / "home/.local/share/diffkb/kb.sqlite")
    assert list((tmp_path / "home").iterdir()) == []
    assert shipped_base().read_bytes() == before


def test_the_first_change_makes_a_copy_for_oneself_alone(fresh: Call, tmp_path: Path) -> None:
    before = shipped_base().read_bytes()
    done = fresh("add", "2401.00001", "--no-fetch", "--section", "Flow Matching")
    own = tmp_path / "home/.local/share/diffkb/kb.sqlite"
    assert done.status == 0
    assert f"{own} is now your own base, a copy of the one diffkb ships with" in done.stderr
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert fresh("base", "--json").data["origin"] == "user"
    assert len(fresh("list", "--format", "ids").stdout.split()) == 54
    assert shipped_base().read_bytes() == before


def test_outside_a_checkout_a_program_of_its_own_does_the_same(
    run_diffkb: Runner, tmp_path: Path
) -> None:
    before = shipped_base().read_bytes()
    assert run_diffkb("base", "init").returncode == 0
    own = tmp_path / ".local/share/diffkb/kb.sqlite"
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert run_diffkb("base").stdout == f"{own}\n"
    assert shipped_base().read_bytes() == before


def test_init_copies_the_shipped_base_or_makes_an_empty_one(call: Call, tmp_path: Path) -> None:
    full, empty = (str(tmp_path / name) for name in ("full.sqlite", "sub/empty.sqlite"))
    assert call("--base", full, "base", "init").stderr == f"{full} is made\n"
    assert call("--base", empty, "base", "init", "--empty").stderr == f"{empty} is made, empty\n"
    assert call("--base", full, "base", "--json").data["entries"] > 0
    assert call("--base", empty, "base", "--json").data["entries"] == 0
    again = call("--base", empty, "base", "init", "--json")
    assert again.status == 4
    assert json.loads(again.stdout)["errors"][0]["code"] == "already-there"


def test_init_never_replaces_a_file(call: Call, base: Path) -> None:
    before = base.read_bytes()
    done = call("base", "init", "--empty")
    assert done.status == 4
    assert done.stderr == (
        f"error: {base} exists already\nhint: name another file, or remove this one\n"
    )
    assert base.read_bytes() == before


def test_init_makes_no_base_where_the_checkout_has_one(
    call: Call, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    base.rename(tmp_path / "data" / "kb.sqlite")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "diffkb"\n')
    monkeypatch.chdir(tmp_path)
    assert call("base", "--json", DIFFKB_BASE="").data["origin"] == "checkout"
    done = call("base", "init", DIFFKB_BASE="")
    assert done.status == 2
    assert "is the base of the checkout, and there already" in done.stderr


@pytest.mark.parametrize("where", ["option", "environment"])
@pytest.mark.parametrize("path", ["", "  ", "~nobody-of-this-name/kb.sqlite"])
def test_a_path_that_is_none_is_told(call: Call, path: str, where: str) -> None:
    if where == "option":
        done = call("--base", path, "list")
    elif path:
        done = call("list", DIFFKB_BASE=path)
    else:
        return
    assert (done.status, done.stdout) == (2, "")
    assert "the path of a base" in done.stderr


def text(base: Path) -> None:
    base.write_bytes(b"no database at all\n" * 99)


def nothing(base: Path) -> None:
    base.write_bytes(b"")


def truncated(base: Path) -> None:
    base.write_bytes(base.read_bytes()[:5000])


def halved(base: Path) -> None:
    content = base.read_bytes()
    base.write_bytes(content[: len(content) // 8192 * 4096])


def folder(base: Path) -> None:
    base.unlink()
    base.mkdir()


def changed(*statements: str) -> Callable[[Path], None]:
    def change(base: Path) -> None:
        with closing(sqlite3.connect(base)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return change


def another_program(base: Path) -> None:
    base.unlink()
    changed("CREATE TABLE cookies (id)")(base)


BAD: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "text": (text, "is not a diffkb base: it is no SQLite database", "name another with --base"),
    "nothing": (nothing, "is not a diffkb base: it is empty", "name another with --base"),
    "truncated": (truncated, "is not a diffkb base: it is damaged", "restore a copy"),
    "halved": (halved, "is not a diffkb base: it is damaged", "restore a copy"),
    "folder": (folder, "is not a diffkb base: it is a folder", "name another with --base"),
    "another program's": (
        another_program,
        "is not a diffkb base: it holds another program's data",
        "name another with --base",
    ),
    "newer": (
        changed("UPDATE alembic_version SET version_num = '9999'"),
        f"has revision 9999; this diffkb knows {opening.REVISION} and older ones",
        "upgrade diffkb",
    ),
    "of no revision": (
        changed("DELETE FROM alembic_version"),
        "is not a diffkb base: its revision is missing",
        "name another with --base",
    ),
    "with a trigger": (
        changed("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END"),
        "holds what diffkb did not make: trigger t",
        "open it only if you trust it",
    ),
    "with a view": (
        changed("CREATE VIEW v AS SELECT 1", "CREATE TABLE cookies (id)"),
        "holds what diffkb did not make: view v, table cookies",
        "remove these with the sqlite3 program",
    ),
}


def content(path: Path) -> bytes | None:
    return None if path.is_dir() else path.read_bytes()


@pytest.mark.parametrize("kind", BAD)
def test_a_base_that_cannot_be_used_is_told_and_left_alone(
    call: Call, base: Path, lists: Path, kind: str
) -> None:
    make, why, next_step = BAD[kind]
    make(base)
    before = content(base)
    for words in (*READING, *WRITING):
        done = call(*(str(lists / "sounds.md") if one == "LIST" else one for one in words))
        assert done.status == 7, words
        said, hint = done.stderr.splitlines()
        assert said.startswith(f"error: {base} ")
        assert why in said
        assert hint.startswith("hint: ")
        assert next_step in hint
        if "--json" not in words:
            assert done.stdout == ""
    assert content(base) == before
    assert [file.name for file in base.parent.iterdir()] == [base.name]


def test_a_locked_base_is_told(
    call: Call, base: Path, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 0.0)
    with closing(sqlite3.connect(base, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for words in (*READING, ("import", str(lists / "sounds.md"))):
            done = call(*words)
            assert done.status == 7
            assert done.stderr.splitlines()[-2:] == [
                f"error: {base} is locked by another program",
                "hint: wait for it to finish, then run the command again; nothing was changed",
            ]


def test_a_base_that_somebody_is_writing_is_read_all_the_same(
    call: Call, base: Path, new_base: Callable[[], Path], lists: Path
) -> None:
    wal = new_base()
    call("import", str(lists / "sounds.md"), DIFFKB_BASE=str(wal))
    for path, count in ((base, 53), (wal, 7)):
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("DELETE FROM notes")
            done = call("list", "--format", "ids", DIFFKB_BASE=str(path))
        assert (done.status, len(done.stdout.split())) == (0, count)


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_base_in_a_place_that_cannot_be_written_is_read_and_not_written(
    call: Call, base: Path, lists: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    changed(f"PRAGMA journal_mode={mode}")(base)
    before = base.read_bytes()
    # Root may write everywhere, so it is the question that is answered so.
    monkeypatch.setattr("os.access", lambda *_: False)
    for words in READING:
        assert call(*words).status == 0
    for words in (("add", "2401.00001", "--no-fetch"), ("import", str(lists / "sounds.md"))):
        done = call(*words)
        assert (done.status, done.stdout) == (7, "")
        assert f"error: {base} is read-only: it cannot be written\n" in done.stderr
        assert done.stderr.splitlines()[-1].startswith("hint: copy it to a place of your own")
    assert base.read_bytes() == before
    assert [file.name for file in base.parent.iterdir()] == [base.name]


def test_a_place_that_cannot_be_made_is_told(call: Call, lists: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    inside = tmp_path / "file" / "kb.sqlite"
    for words in (("base", "init"), ("import", str(lists / "sounds.md"))):
        done = call(*words, DIFFKB_BASE=str(inside))
        assert done.status == 7
        said, hint = done.stderr.splitlines()
        assert said.startswith(f"error: {inside} cannot be written: ")
        assert hint.startswith("hint: check the folder's permissions")


def test_the_copy_in_use_is_no_worse_for_many_readers(
    call: Call, base: Path, tmp_path: Path
) -> None:
    before = base.read_bytes()
    copy = Path(shutil.copy(base, tmp_path / "copy ?#%.sqlite"))
    for words in READING:
        assert call("--base", str(copy), *words).status == 0
    assert copy.read_bytes() == before

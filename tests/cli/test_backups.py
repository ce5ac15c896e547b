"""`diffkb base backup`, `restore` and `upgrade`: whatever happens, a whole base is left."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.journal import ask, rows
from tests.older import make_older

from diffkb.errors import BaseLocked
from diffkb.store import publishing
from diffkb.store.backups import KEPT, automatic_copies, back_up, restore
from diffkb.store.opening import REVISION, connect_for_reading

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]


ADD = "INSERT INTO papers (state) VALUES ('unfetched')"


@pytest.fixture
def live(new_base: Callable[[], Path], call: Call, lists: Path) -> Path:
    """Gives a base in write-ahead mode, with a few entries."""
    path = new_base()
    assert call("--base", str(path), "import", str(lists / "sounds.md")).status == 0
    return path


def change(base: Path, statement: str) -> None:
    with closing(sqlite3.connect(base)) as connection:
        connection.executescript(statement)
        connection.commit()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_backup_gets_a_name_with_the_time_and_holds_the_same(call: Call, live: Path) -> None:
    done = call("--base", str(live), "base", "backup")
    made = Path(done.stdout.strip())
    assert (done.status, done.stderr) == (0, f"verified: 7 entries, revision {REVISION}\n")
    assert made.parent == live.parent / "backups"
    assert made.name.startswith(f"{live.stem}-20")
    assert rows(made) == rows(live)
    assert ask(made, "PRAGMA journal_mode") == [("delete",)]
    assert call("--base", str(made), "list", "--format", "ids").stdout.split()[0] == "1"


def test_a_backup_goes_where_one_says(call: Call, base: Path, tmp_path: Path) -> None:
    assert call("base", "backup", str(tmp_path / "deep" / "er" / "copy")).status == 0
    assert rows(tmp_path / "deep" / "er" / "copy") == rows(base)
    inside = Path(call("base", "backup", str(tmp_path / "deep")).stdout.strip())
    assert inside.parent == tmp_path / "deep"


def test_a_backup_replaces_no_file_unless_that_is_said(
    call: Call, base: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    done = call("base", "backup", str(mine))
    assert (done.status, mine.read_text()) == (4, "mine")
    assert done.stderr.startswith(f"error: {mine} exists already\nhint: ")
    assert "replace this one with --force" in done.stderr
    assert call("base", "backup", "--force", str(mine)).status == 0
    assert rows(mine) == rows(base)


def test_no_backup_is_written_over_a_base_in_use_or_the_base_itself(
    call: Call, base: Path, live: Path
) -> None:
    with closing(sqlite3.connect(live)) as other:
        other.execute(ADD)
        other.commit()
        for path in (base, live):
            before = path.read_bytes()
            done = call("base", "backup", "--force", str(path))
            assert done.status == 4
            assert path.read_bytes() == before


def test_a_backup_holds_what_was_committed_and_nothing_of_what_is_being_written(
    live: Path, tmp_path: Path
) -> None:
    before = rows(live)
    with closing(sqlite3.connect(live, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute(ADD)
        back_up(live, tmp_path / "copy")
        other.execute("COMMIT")
    assert rows(tmp_path / "copy") == before
    assert rows(live) != before


def test_a_damaged_base_gives_no_backup(call: Call, base: Path, tmp_path: Path) -> None:
    content = bytearray(base.read_bytes())
    for at in range(4096 * 20, len(content), 4096):
        content[at : at + 64] = b"\xff" * 64
    base.write_bytes(content)
    done = call("base", "backup", str(tmp_path / "copy"))
    assert done.status == 7
    assert "damaged" in done.stderr
    assert not (tmp_path / "copy").exists()


def test_a_base_that_lacks_rows_gives_no_backup_and_its_copy_no_name(
    call: Call, base: Path, tmp_path: Path
) -> None:
    change(base, "DELETE FROM papers WHERE id = 2")
    done = call("base", "backup", str(tmp_path / "deep" / "copy"))
    assert done.status == 7
    assert "rows that it refers to are missing" in done.stderr
    assert list((tmp_path / "deep").iterdir()) == []


def test_backups_are_listed_the_newest_first(call: Call, base: Path) -> None:
    assert "there is no backup" in call("base", "backup", "--list").stderr
    mine = call("base", "backup").stdout.strip()
    assert call("base", "restore", mine).status == 0
    listed = call("base", "backup", "--list", "--json").data["backups"]
    assert [(one["path"], one["automatic"]) for one in listed] == [
        (f"{base}.bak-{REVISION}", True),
        (mine, False),
    ]
    lines = call("base", "backup", "--list").stdout.splitlines()
    assert [line.split("\t")[2] for line in lines] == ["automatic", "yours"]
    assert call("base", "backup", "x", "--list").status == 2


def test_the_name_of_an_automatic_backup_is_not_to_be_had(call: Call, base: Path) -> None:
    assert call("base", "backup", f"{base}.bak-0001").status == 2
    assert call("base", "backup", f"{base}.bak-mine").status == 0


def test_a_restored_base_holds_what_the_backup_holds_and_can_go_back(
    call: Call, base: Path
) -> None:
    made = call("base", "backup").stdout.strip()
    before = rows(base)
    assert call("add", "2401.00001", "--no-fetch").status == 0
    after = rows(base)
    done = call("base", "restore", made)
    assert (done.status, done.stdout) == (0, "")
    assert rows(base) == before
    kept = Path(done.stderr.splitlines()[-1].removeprefix("as it was, it is in "))
    assert rows(kept) == after
    assert call("base", "restore", str(kept)).status == 0
    assert rows(base) == after
    assert call("base", "doctor").status == 0


def test_the_base_keeps_its_journal_mode(call: Call, base: Path, live: Path) -> None:
    for path, mode in ((base, "delete"), (live, "wal")):
        made = call("--base", str(path), "base", "backup").stdout.strip()
        assert call("--base", str(path), "base", "restore", made).status == 0
        assert ask(path, "PRAGMA journal_mode") == [(mode,)]


def test_whoever_reads_meanwhile_sees_the_base_before_or_after(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "copy")
    change(live, ADD)
    with closing(sqlite3.connect(live, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        [before] = reader.execute("SELECT count(*) FROM papers").fetchall()
        restore(tmp_path / "copy", live)
        assert reader.execute("SELECT count(*) FROM papers").fetchall() == [before]
        reader.execute("COMMIT")
        [after] = reader.execute("SELECT count(*) FROM papers").fetchall()
    assert after[0] == before[0] - 1


def test_whoever_writes_keeps_the_base_from_being_restored(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PATIENCE", 0.0)
    back_up(live, tmp_path / "copy")
    with closing(sqlite3.connect(live, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute(ADD)
        with pytest.raises(BaseLocked):
            restore(tmp_path / "copy", live)
        writer.execute("COMMIT")
    with closing(connect_for_reading(live)):
        pass
    assert ask(live, "SELECT count(*) FROM papers") != ask(
        tmp_path / "copy", "SELECT count(*) FROM papers"
    )


def test_what_others_write_while_a_base_is_restored_is_in_it_or_in_what_is_kept(
    live: Path, tmp_path: Path
) -> None:
    back_up(live, tmp_path / "copy")
    written: list[int] = []
    over = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(live, timeout=60, isolation_level=None)) as connection:
            while not over.is_set():
                number = 10_000 + len(written)
                connection.execute(f"INSERT INTO papers (state) VALUES ('{number}')")
                written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        kept = [restore(tmp_path / "copy", live) for _ in range(4)]
    finally:
        over.set()
        writer.join()
    found: set[int] = set()
    for path in (live, *kept):
        assert path is not None
        found |= {
            int(one)
            for (one,) in ask(
                path, "SELECT state FROM papers WHERE CAST(state AS INTEGER) >= 10000"
            )
        }
    assert set(written) <= found
    assert len(written) > 4


@pytest.mark.parametrize("trouble", ["text", "truncated", "empty", "header"])
def test_a_base_that_nobody_can_open_is_replaced_and_kept_as_it_was(
    call: Call, live: Path, trouble: str
) -> None:
    made = call("--base", str(live), "base", "backup").stdout.strip()
    before = rows(live)
    content = live.read_bytes()
    broken = {
        "text": b"no database at all\n" * 99,
        "truncated": content[:5000],
        "empty": b"",
        "header": b"x" * 100 + content[100:],
    }[trouble]
    live.write_bytes(broken)
    live.with_name(f"{live.name}-wal").write_bytes(b"changes of another base")
    done = call("--base", str(live), "base", "restore", made)
    assert done.status == 0, done.stderr
    assert rows(live) == before
    assert call("--base", str(live), "base", "doctor").status == 0
    if trouble != "empty":
        kept = Path(done.stderr.splitlines()[-1].removeprefix("as it was, it is in "))
        assert kept.read_bytes() == broken
        assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"changes of another base"


def test_a_missing_base_is_made_of_a_backup(call: Call, base: Path) -> None:
    made = call("base", "backup").stdout.strip()
    before = rows(base)
    base.unlink()
    done = call("base", "restore", made, "--json")
    assert (done.status, done.data["kept"]) == (0, None)
    assert rows(base) == before
    assert mode_of(base) == 0o600


def text(path: Path) -> None:
    path.write_bytes(b"no database at all\n" * 99)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 8192 * 4096)


def another_program(path: Path) -> None:
    path.unlink()
    change(path, "CREATE TABLE cookies (id)")


BAD: dict[str, Callable[[Path], None]] = {
    "text": text,
    "truncated": truncated,
    "foreign": lambda path: change(path, "CREATE VIEW v AS SELECT 1"),
    "newer": lambda path: change(path, "UPDATE alembic_version SET version_num = '9999'"),
    "without some rows": lambda path: change(path, "DELETE FROM papers WHERE id = 2"),
    "another program's": another_program,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_backup_is_refused_and_the_base_left_alone(call: Call, base: Path, kind: str) -> None:
    made = Path(call("base", "backup").stdout.strip())
    BAD[kind](made)
    before = base.read_bytes()
    done = call("base", "restore", str(made))
    assert done.status == 7
    assert done.stderr.startswith(f"error: {made} ")
    assert base.read_bytes() == before
    assert automatic_copies(base) == []


def test_a_backup_that_is_not_there_is_told_with_those_that_are(call: Call, base: Path) -> None:
    made = call("base", "backup").stdout.strip()
    done = call("base", "restore", "no-such-file", "--json")
    assert done.status == 3
    [error] = json.loads(done.stdout)["errors"]
    assert error["code"] == "backup-not-found"
    assert f"the newest is {made}" in error["hint"]
    assert call("base", "restore", str(base)).status == 4


def test_an_older_backup_is_brought_to_the_newest_revision(
    call: Call, base: Path, tmp_path: Path
) -> None:
    old = Path(shutil.copy(base, tmp_path / "old"))
    make_older(old)
    done = call("base", "restore", str(old))
    assert done.status == 0
    assert "was upgraded from revision 0002" in done.stderr
    assert call("base", "doctor").status == 0


def test_an_older_base_is_upgraded_by_name(call: Call, base: Path) -> None:
    assert (
        call("base", "upgrade").stderr == f"{base} has the newest revision, {REVISION}, already\n"
    )
    make_older(base)
    before = rows(base)
    done = call("base", "upgrade", "--json")
    assert done.data == {"path": str(base), "before": "0002", "revision": REVISION}
    assert rows(base) == before
    assert call("base", "doctor").status == 0
    [kept] = automatic_copies(base)
    assert ask(kept, "SELECT version_num FROM alembic_version") == [("0002",)]


def test_an_older_base_that_cannot_be_written_is_told_how_it_is_upgraded(
    call: Call, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(base)
    before = base.read_bytes()
    monkeypatch.setattr("os.access", lambda *_: False)
    for words in (("list",), ("base", "upgrade")):
        done = call(*words)
        assert done.status == 7
        assert done.stderr.splitlines() == [
            f"error: {base} is read-only: it has an older revision and must be upgraded first",
            "hint: copy it to a place of your own; there `diffkb --base COPY base upgrade` does it",
        ]
    assert base.read_bytes() == before


def test_an_older_base_with_a_trigger_is_not_upgraded(call: Call, base: Path) -> None:
    make_older(base)
    change(base, "CREATE TRIGGER t AFTER UPDATE ON alembic_version BEGIN DELETE FROM notes; END")
    before = rows(base)
    for words in (("list",), ("base", "upgrade")):
        done = call(*words)
        assert done.status == 7
        assert "trigger t" in done.stderr
    assert rows(base) == before


def test_the_last_five_automatic_backups_are_kept_and_all_of_a_persons_own(
    call: Call, base: Path
) -> None:
    mine = [call("base", "backup").stdout.strip() for _ in range(3)]
    shutil.copy(base, f"{base}.bak-mine")
    for number in range(KEPT + 3):
        change(base, f"UPDATE entries SET wr = 1 WHERE id = {number + 1}")
        assert call("base", "restore", mine[0]).status == 0
    found = automatic_copies(base)
    assert len(found) == KEPT
    held = [ask(path, "SELECT wr FROM entries WHERE id <= 8 ORDER BY id") for path in found]
    for number, wr in zip(range(KEPT + 3, 3, -1), held, strict=True):
        assert wr[number - 1] == (1,)
    assert all(Path(path).exists() for path in [*mine, f"{base}.bak-mine"])


def test_a_disk_without_links_has_backups_too(
    call: Call, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    assert call("base", "backup", str(tmp_path / "copy")).status == 0
    assert rows(tmp_path / "copy") == rows(base)
    assert call("base", "backup", str(tmp_path / "copy")).status == 4


@pytest.mark.usefixtures("base")
def test_what_was_begun_long_ago_is_taken_away(call: Call, tmp_path: Path) -> None:
    begun = [tmp_path / ".copy.old", tmp_path / ".copy.new"]
    for folder in begun:
        folder.mkdir()
        (folder / "copy").write_text("unfinished")
    os.utime(begun[0], (0, 0))
    assert call("base", "backup", str(tmp_path / "copy")).status == 0
    assert [folder.exists() for folder in begun] == [False, True]


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
def test_everything_is_the_users_alone(
    call: Call, arxiv: Any, lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "a" / "home"
    monkeypatch.chdir(tmp_path)
    where = {"DIFFKB_BASE": "", "HOME": str(home)}
    arxiv.papers["2401.00001"] = sys.modules[type(arxiv).__module__].Paper("Rain", "2024-01-01")
    arxiv.files["/pdf/2401.00001"] = b"%PDF-1.4\n%%EOF\n"
    old = os.umask(0)
    try:
        for words in (
            ("config", "set", "contact", "me@example.org"),
            ("add", "2401.00001"),
            ("import", str(lists / "sounds.md")),
            ("open", "2401.00001", "--pdf", "--download"),
            ("base", "backup"),
            ("base", "doctor", "--repair"),
        ):
            done = call(*words, **where)
            assert done.status == 0, done.stderr
        base = home / ".local/share/diffkb/kb.sqlite"
        with closing(sqlite3.connect(base)) as connection:
            connection.execute(ADD)
            connection.commit()
            kept = call("base", "doctor", "--repair", **where)
            assert kept.status == 0, kept.stdout
            made = [path for path in home.rglob("*") if path != home]
            assert any(path.name == "kb.sqlite-wal" for path in made)
            assert any(path.name.startswith("kb.sqlite.bak-") for path in made)
            assert {path.suffix for path in made} >= {".sqlite", ".toml", ".pdf"}
            wrong = {
                str(path.relative_to(home)): oct(mode_of(path))
                for path in made
                if mode_of(path) != (0o700 if path.is_dir() else 0o600)
            }
            assert wrong == {}
    finally:
        os.umask(old)

"""`diffkb base doctor`: a sound base is called sound, and each trouble by its name."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.journal import ask

from diffkb.store.opening import DATA_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]

LISTS = ("small.md", "sounds.md", "edits.md", "dialects.md", "recognising.md", "fields.md")

# What is done to a base, the kind of finding it leads to, and whether that can be repaired.
TROUBLES: dict[str, tuple[str, str, bool]] = {
    "a paper is gone": ("DELETE FROM papers WHERE id = 3", "reference", False),
    "a note's entry is gone": (
        "UPDATE notes SET entry_id = 999 WHERE id = (SELECT min(id) FROM notes)",
        "reference",
        False,
    ),
    "a work is nobody's": ("INSERT INTO papers (state) VALUES ('unfetched')", "orphan", True),
    "a number is a word": ("UPDATE entries SET wr = 'three' WHERE id = 12", "value", True),
    "a text is no UTF-8": (
        "UPDATE facts SET value = CAST(x'41ff42' AS TEXT) WHERE id = 1",
        "value",
        False,
    ),
    "a list's links are no JSON": ("UPDATE entries SET links = '[' WHERE id = 5", "value", True),
    "the dialect is lost": ("UPDATE documents SET dialect = '7'", "value", False),
    "a block is of no kind": ("UPDATE blocks SET kind = 'entsy' WHERE id = 9", "value", False),
    "a title is not the list's": ("UPDATE entries SET title = 'x' WHERE id = 12", "lens", True),
    "a mark is not the list's": ("UPDATE entries SET wr = 1 WHERE id = 12", "lens", True),
    "a year is not the list's": ("UPDATE entries SET year = 1999 WHERE id = 12", "lens", True),
    "a note is not the list's": (
        "UPDATE notes SET text = 'x' WHERE entry_id = 12 AND kind = 'listed'",
        "lens",
        True,
    ),
    "an entry is elsewhere": (
        (
            "UPDATE entries SET section_id = (SELECT id FROM sections WHERE role = 'section'"
            " AND id <> section_id LIMIT 1), group_id = section_id WHERE id = 50"
        ),
        "place",
        False,
    ),
    "a heading is elsewhere": (
        (
            "UPDATE sections SET parent_id = NULL WHERE role = 'year' AND id ="
            " (SELECT max(id) FROM sections)"
        ),
        "block",
        False,
    ),
    "a heading says something else": (
        "UPDATE sections SET name = 'x' WHERE id = 2",
        "block",
        False,
    ),
    "two blocks are one": (
        (
            "UPDATE blocks SET raw = CAST(CAST(raw AS TEXT) || '  and more' AS BLOB)"
            " WHERE kind = 'heading' AND id = (SELECT max(id) FROM blocks WHERE kind = 'heading')"
        ),
        "block",
        False,
    ),
    "a block is cut in two": (
        (
            "UPDATE blocks SET raw = CAST(CAST(raw AS TEXT) || char(10, 10) || '- [a](b)'"
            " || char(10) AS BLOB) WHERE id = (SELECT block_id FROM entries WHERE id = 12)"
        ),
        "partition",
        False,
    ),
    "a block is off the page": ("UPDATE blocks SET position = -7 WHERE id = 30", "block", False),
    "the index lacks an entry": ("DELETE FROM search_docsize WHERE id = 12", "search", True),
    "the index has one more": (
        "INSERT INTO search (rowid, title) VALUES (999, 'ghost')",
        "search",
        True,
    ),
    "the index has other words": (
        (
            "INSERT INTO search (search, rowid, title, note, author, abstract)"
            " VALUES ('delete', 12, 'denoising', '', '', '')"
        ),
        "search",
        True,
    ),
    "the index has the words of two exchanged": (
        (
            "UPDATE notes SET entry_id = CASE entry_id WHEN 1 THEN -2 ELSE -1 END"
            " WHERE entry_id IN (1, 2) AND kind = 'listed';"
            "UPDATE notes SET entry_id = -entry_id WHERE entry_id < 0"
        ),
        "search",
        True,
    ),
    "the index is damaged": (
        "UPDATE search_data SET block = x'00' WHERE id = (SELECT max(id) FROM search_data)",
        "search",
        True,
    ),
    "an id would be given twice": (
        "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'entries'",
        "journal",
        False,
    ),
    "the journal names what never was": (
        "UPDATE journal_inserted SET last_id = 9999 WHERE id = 1",
        "journal",
        False,
    ),
    "the journal holds a strange word": (
        "INSERT INTO journal_tags (step_id, operation, id) VALUES (1, 'eaten', 1)",
        "journal",
        False,
    ),
}

FATAL: dict[str, tuple[str, str]] = {
    "a table is gone": ("DROP TABLE tags", "structure"),
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON notes BEGIN SELECT 1; END", "base-foreign"),
    "a view": ("CREATE VIEW v AS SELECT 1", "base-foreign"),
    "a table of another program": ("CREATE TABLE cookies (id)", "base-foreign"),
    "a newer revision": ("UPDATE alembic_version SET version_num = '9999'", "base-newer"),
    "no revision": ("DELETE FROM alembic_version", "not-a-base"),
}


def change(base: Path, statements: str) -> None:
    """Does to a base what diffkb never would."""
    with closing(sqlite3.connect(base)) as connection:
        connection.executescript(statements)
        connection.commit()


def rows(base: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Gives the rows of every table of data, texts as bytes."""
    with closing(sqlite3.connect(base)) as connection:
        connection.text_factory = bytes
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in DATA_TABLES
        }


def kinds(data: Any) -> set[str]:
    return {one["kind"] for one in data["findings"]}


def test_a_sound_base_is_called_sound(call: Call, base: Path) -> None:
    before = base.read_bytes()
    done = call("base", "doctor")
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == f"{base} is sound: 53 entries in 1 document\n"
    assert base.read_bytes() == before


@pytest.mark.parametrize("name", LISTS)
def test_a_base_of_any_list_is_sound(
    call: Call, new_base: Callable[[], Path], lists: Path, name: str
) -> None:
    path = str(new_base())
    assert call("--base", path, "import", str(lists / name)).status == 0
    done = call("--base", path, "base", "doctor")
    assert (done.status, done.stdout) == (0, "")


def test_a_long_list_is_sound_and_one_changed_character_is_found(
    call: Call, new_base: Callable[[], Path], tmp_path: Path
) -> None:
    path = new_base()
    entries = [f"- [Rain {n}](https://example.org/{n}) **WR={n % 3 + 1}**\n" for n in range(1700)]
    (tmp_path / "long.md").write_text("# Long\n\n## 2020\n\n" + "".join(entries))
    assert call("--base", str(path), "import", str(tmp_path / "long.md")).status == 0
    assert call("--base", str(path), "base", "doctor").status == 0
    change(
        path, "UPDATE blocks SET raw = replace(raw, 'Rain 1003', 'Rain 1O03') WHERE kind='entry'"
    )
    data = call("--base", str(path), "base", "doctor", "--json").data
    change(path, "UPDATE blocks SET raw = CAST(raw AS BLOB)")
    data = call("--base", str(path), "base", "doctor", "--json").data
    [found] = data["findings"]
    assert found["kind"] == "lens"
    assert 'entry 1004 (line 1008 of "Long") says another title' in found["message"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_is_named_and_repaired_where_it_can_be(
    call: Call, base: Path, trouble: str
) -> None:
    statements, kind, repairable = TROUBLES[trouble]
    change(base, statements)
    before = rows(base)
    done = call("base", "doctor")
    assert done.status == 1
    lines = done.stdout.splitlines()
    assert any(line.startswith(f"{kind}: ") and "`diffkb base " in line for line in lines), lines
    assert rows(base) == before
    found = call("base", "doctor", "--json")
    assert found.status == 1
    assert json.loads(found.stdout)["status"] == "partial"
    assert kind in kinds(found.data)
    repaired = call("base", "doctor", "--repair", "--json")
    if repairable:
        assert kind not in kinds(repaired.data)
        assert repaired.data["repaired"]
        with closing(sqlite3.connect(repaired.data["kept"])) as kept:
            assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert rows(Path(repaired.data["kept"])) == before
    else:
        assert kind in kinds(repaired.data)


def test_repairing_what_is_sound_changes_nothing(call: Call, base: Path) -> None:
    before = base.read_bytes()
    assert call("base", "doctor", "--repair").status == 0
    assert base.read_bytes() == before
    assert [path.name for path in base.parent.iterdir()] == [base.name]


def test_what_a_repair_changes_is_a_step(call: Call, base: Path) -> None:
    change(base, "UPDATE entries SET title = 'x' WHERE id = 12")
    done = call("base", "doctor", "--repair")
    assert done.status == 0
    assert "what is stored of entries was taken from the Markdown" in done.stderr
    assert "as it was, the base is in" in done.stderr
    assert ask(base, "SELECT command FROM steps ORDER BY id DESC LIMIT 1") == [
        ("base doctor --repair",)
    ]


def test_tags_and_the_state_of_reading_that_the_base_alone_holds_are_no_finding(
    call: Call, base: Path
) -> None:
    change(base, "INSERT INTO tags (entry_id, name) VALUES (12, 'mine')")
    change(base, "UPDATE entries SET read = 1 WHERE id = 12")
    assert call("base", "doctor").status == 0
    change(base, "UPDATE entries SET title = 'x' WHERE id = 12")
    assert call("base", "doctor", "--repair").status == 0
    assert ask(base, "SELECT read FROM entries WHERE id = 12") == [(1,)]
    assert ask(base, "SELECT name FROM tags WHERE entry_id = 12") == [("mine",)]


def test_an_index_of_sqlites_own_is_made_anew(call: Call, base: Path) -> None:
    with closing(sqlite3.connect(base, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        where = "FROM sqlite_master WHERE name = 'ix_tags_name'"
        row = connection.execute(f"SELECT * {where}").fetchone()
        connection.execute(f"DELETE {where}")
    with closing(sqlite3.connect(base, isolation_level=None)) as connection:
        connection.execute("INSERT INTO tags (entry_id, name) VALUES (12, 'mine')")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", row)
    data = call("base", "doctor", "--json").data
    assert kinds(data) == {"order"}
    assert data["usable"]
    done = call("base", "doctor", "--repair")
    assert (done.status, done.stdout) == (0, "")
    assert "SQLite's indexes were made anew" in done.stderr


@pytest.mark.parametrize("trouble", FATAL)
def test_a_base_that_cannot_be_used_is_told_with_the_way_back(
    call: Call, base: Path, trouble: str
) -> None:
    statements, kind = FATAL[trouble]
    made = call("base", "backup", "--json").data["path"]
    change(base, statements)
    before = base.read_bytes()
    done = call("base", "doctor", "--json")
    assert done.status == 7
    assert not done.data["usable"]
    assert kinds(done.data) == {kind}
    assert done.data["backup"] == made
    told = call("base", "doctor", "--repair")
    assert told.status == 7
    assert f"base restore {made}` goes back to the newest backup that is whole" in told.stderr
    assert base.read_bytes() == before
    assert call("base", "restore", made).status == 0
    assert call("base", "doctor").status == 0


def test_an_older_base_is_told_to_be_upgraded(call: Call, base: Path) -> None:
    change(base, "UPDATE alembic_version SET version_num = '0002'")
    done = call("base", "doctor")
    assert done.status == 1
    assert done.stdout.startswith("older: it has revision 0002")
    assert "`diffkb base upgrade`" in done.stdout


def test_without_a_backup_the_way_is_what_sqlite_can_save(call: Call, base: Path) -> None:
    base.write_bytes(b"no database at all\n" * 99)
    done = call("base", "doctor")
    assert done.status == 7
    assert done.stdout.startswith("not-a-base: ")
    assert f"`sqlite3 {base} .recover | sqlite3 saved.sqlite`" in done.stderr


def test_of_many_findings_of_a_kind_some_are_told_and_the_others_counted(
    call: Call, base: Path
) -> None:
    change(base, "UPDATE entries SET wr = 1")
    done = call("base", "doctor")
    lines = [line for line in done.stdout.splitlines() if line.startswith("lens: ")]
    assert len(lines) == 11
    assert "more of this kind" in lines[-1]


def test_a_base_that_is_not_there_is_not_found(call: Call, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.sqlite")
    assert call("--base", missing, "base", "doctor").status == 3


def test_a_base_is_looked_at_where_it_cannot_be_written(
    call: Call, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert call("base", "doctor").status == 0
    shutil.copy(base, base.with_name("copy.sqlite"))
    change(base, "UPDATE entries SET title = 'x' WHERE id = 12")
    done = call("base", "doctor", "--repair")
    assert done.status == 7
    assert "read-only" in done.stderr

"""Lists go into a base and come back: the same bytes, whatever they are."""

from __future__ import annotations

import gc
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffkb.core.query import EVERYTHING
from diffkb.errors import AlreadyImported, DiffkbError, NotABase, UnreadableInput
from diffkb.formats.jsonl import entry_object
from diffkb.paths import BaseChoice
from diffkb.services.exporting import export_markdown
from diffkb.services.importing import Imported, bring_lists, read_list
from diffkb.store.opening import DATA_TABLES
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    NewBase = Callable[[], Path]

LIST = """\
# A list

## First

- [One](https://arxiv.org/abs/2101.00001) **WR=2**
Words about it.

- [Two](https://example.org/two)

### 2020

- [Three](https://arxiv.org/abs/2101.00001v2) **WR=3**

Words of nobody.
"""


def choice_of(base: Path) -> BaseChoice:
    return BaseChoice(base, "option", "named by --base", base)


def bring(base: Path, *files: Path, dry_run: bool = False) -> list[Imported | DiffkbError]:
    return list(bring_lists(choice_of(base), files, dry_run=dry_run, report=print))


def brought(base: Path, file: Path) -> Imported:
    """Imports one list and returns what it brought."""
    [outcome] = bring(base, file)
    if isinstance(outcome, DiffkbError):
        raise outcome
    return outcome


def exported(base: Path, name: str) -> bytes:
    with Reader.open(base) as reader:
        [document] = [one for one in reader.documents() if one.name == name]
        return b"".join(export_markdown(reader, document))


def rows(base: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Returns every row of what a base holds, its journal left out."""
    with closing(sqlite3.connect(base)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in DATA_TABLES
        }


@pytest.fixture(scope="session")
def through_a_base(
    new_base: NewBase, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[bytes], bytes]:
    """Gives a function that takes bytes into a base of their own and gives them back."""
    file = tmp_path_factory.mktemp("bytes") / "list.md"

    def go(content: bytes) -> bytes:
        base = new_base()
        file.write_bytes(content)
        back = exported(base, brought(base, file).name)
        base.unlink()
        return back

    return go


@pytest.fixture(scope="session")
def seed(seed_list: Path) -> bytes:
    return seed_list.read_bytes()


def mixed_ends(content: bytes) -> bytes:
    ends = [b"\n", b"\r\n", b"\r"]
    lines = content.split(b"\n")
    return b"".join(line + ends[place % 3] for place, line in enumerate(lines))


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda content: content,
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "lone CR": lambda content: content.replace(b"\n", b"\r"),
    "mixed ends": mixed_ends,
    "BOM": lambda content: b"\xef\xbb\xbf" + content,
    "two BOMs": lambda content: b"\xef\xbb\xbf" * 2 + content,
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "not UTF-8": lambda content: content.replace(b"a", b"\xff", 3).replace(b"](", b"\xe9](", 9),
    "no last newline": lambda content: content.rstrip(b"\n"),
    "one last newline": lambda content: content.rstrip(b"\n") + b"\n",
    "three last newlines": lambda content: content.rstrip(b"\n") + b"\n\n\n",
    "tabs": lambda content: content.replace(b" ", b"\t"),
    "trailing blanks": lambda content: content.replace(b"\n", b" \t \n"),
    "form feeds": lambda content: content.replace(b"\n\n", b"\n\x0c\n"),
    "NUL bytes": lambda content: content.replace(b" ", b"\0"),
    "no blank lines": lambda content: content.replace(b"\n\n", b"\n"),
    "indented": lambda content: content.replace(b"\n", b"\n    "),
    "quoted": lambda content: content.replace(b"\n", b"\n> "),
    "in a fence": lambda content: b"```\n" + content,
    "twice": lambda content: content + content,
    "empty": lambda _: b"",
    "one newline": lambda _: b"\n",
    "one NUL": lambda _: b"\0",
    "a title of no UTF-8": lambda content: b"# \xff\xfe\0\n\n" + content,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_list_comes_back_byte_for_byte(
    through_a_base: Callable[[bytes], bytes], seed: bytes, change: str
) -> None:
    content = CHANGES[change](seed)
    assert through_a_base(content) == content


def test_a_strange_paragraph_between_any_two_lines_comes_back(
    through_a_base: Callable[[bytes], bytes], seed: bytes
) -> None:
    lines = seed.splitlines(keepends=True)
    for place in range(0, len(lines) + 1, 6):
        strange = [*lines[:place], b"Words, $x$ and {braces} of nobody.\n", *lines[place:]]
        assert through_a_base(b"".join(strange)) == b"".join(strange)


FRAGMENTS = st.sampled_from(
    [
        *(b"\n", b"\n\n", b"\r\n", b"\r", b" ", b"\t", b"\x0c", b"\0", b"\xff", b"\xc3", b"\xa9"),
        *(b"# ", b"## 2020", b"- [a](", b"https://x.org/", b")", b" **WR=2**", b"```", b"|"),
        *(b"<!--", b"-->", b"---", b"> ", b"1. ", b"[", b"]", b"\xef\xbb\xbf"),
        b"https://arxiv.org/abs/2101.00001",
    ]
)
ANY_BYTES = st.binary(max_size=60) | st.lists(FRAGMENTS, max_size=24).map(b"".join)


@settings(max_examples=120, deadline=None)
@given(ANY_BYTES)
def test_any_bytes_at_all_come_back(
    through_a_base: Callable[[bytes], bytes], content: bytes
) -> None:
    assert through_a_base(content) == content


@pytest.mark.parametrize("content", [b"", b"# Only a title\n", b"\xef\xbb\xbf"])
def test_a_list_without_entries_is_a_document_all_the_same(
    new_base: NewBase, tmp_path: Path, content: bytes
) -> None:
    base, file = new_base(), tmp_path / "a list.md"
    file.write_bytes(content)
    imported = brought(base, file)
    assert (list(imported.entries()), imported.size, exported(base, imported.name)) == (
        *([], len(content)),
        content,
    )


@pytest.mark.parametrize(
    ("content", "offset"), [(b"abc", None), ("é\xa0".encode(), None), (b"ab\xff\xff", 2)]
)
def test_the_first_byte_that_is_no_utf8_is_told(
    tmp_path: Path, content: bytes, offset: int | None
) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(content)
    assert read_list(file).not_utf8 == offset


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.md"
    path.write_text(LIST)
    return path


def test_an_import_is_one_step_and_its_journal_takes_it_back(
    new_base: NewBase, file: Path, seed_list: Path
) -> None:
    base = new_base()
    brought(base, seed_list)
    before = rows(base)
    brought(base, file)
    assert rows(base) != before
    with closing(sqlite3.connect(base)) as connection:
        [(step,)] = connection.execute("SELECT max(id) FROM steps")
        assert connection.execute("SELECT id FROM steps").fetchall() == [(1,), (2,)]
        ranges = connection.execute(
            "SELECT table_name, first_id, last_id FROM journal_inserted WHERE step_id = ?", (step,)
        ).fetchall()
        for table in reversed(DATA_TABLES):
            for first, last in [(low, high) for name, low, high in ranges if name == table]:
                connection.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", (first, last))
        connection.commit()
    assert rows(base) == before


def test_every_row_of_an_import_stands_in_its_journal(new_base: NewBase, file: Path) -> None:
    base = new_base()
    brought(base, file)
    with closing(sqlite3.connect(base)) as connection:
        ranges = connection.execute(
            "SELECT table_name, first_id, last_id FROM journal_inserted"
        ).fetchall()
    noted = {
        table: [one for name, low, high in ranges if name == table for one in range(low, high + 1)]
        for table in DATA_TABLES
    }
    assert noted == {table: [row[0] for row in found] for table, found in rows(base).items()}


def test_entries_of_one_work_share_it_across_documents(
    new_base: NewBase, file: Path, tmp_path: Path
) -> None:
    base = new_base()
    brought(base, file)
    other = tmp_path / "other.md"
    other.write_text(
        "- [Again](https://arxiv.org/pdf/2101.00001)\n- [New](https://example.org/n)\n"
    )
    brought(base, other)
    with closing(sqlite3.connect(base)) as connection:
        works = dict(connection.execute("SELECT title, paper_id FROM entries"))
        assert connection.execute("SELECT DISTINCT state FROM papers").fetchall() == [
            ("unfetched",)
        ]
    assert works["One"] == works["Three"] == works["Again"]
    assert len(set(works.values())) == 3


def test_the_ids_told_are_those_of_the_base(new_base: NewBase, file: Path, lists: Path) -> None:
    base = new_base()
    outcomes = bring(base, lists / "sounds.md", file)
    told = [one["id"] for outcome in outcomes for one in entries_of(outcome)]
    with Reader.open(base) as reader:
        found = list(reader.entries(EVERYTHING))
    assert told == [entry.id for entry in found] == list(range(1, len(found) + 1))


def entries_of(outcome: Imported | DiffkbError) -> list[dict[str, Any]]:
    return list(outcome.entries()) if isinstance(outcome, Imported) else []


def test_what_is_told_is_what_the_base_then_says(new_base: NewBase, lists: Path) -> None:
    base = new_base()
    told = list(brought(base, lists / "sounds.md").entries())
    with Reader.open(base) as reader:
        found = [entry_object(entry) for entry in reader.entries(EVERYTHING)]
    for one in told:
        one["links"] = tuple(one["links"])
        del one["line"], one["end_line"]
    assert told == [
        {**one, "section": list(one["section"]), "tags": [], "authors": []} for one in found
    ]


def test_a_document_is_named_by_its_title_else_by_its_file(
    new_base: NewBase, tmp_path: Path
) -> None:
    base = new_base()
    names = []
    for number, text in enumerate(["# T\n\n## x\n", "# t\n\n## y\n", "words\n", "more words\n"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "words.md").write_text(text)
        names.append(brought(base, folder / "words.md").name)
    assert names == ["T", "t (2)", "words", "words (2)"]


@pytest.mark.parametrize("same", ["path", "bytes"])
def test_the_same_list_is_not_taken_twice(
    new_base: NewBase, file: Path, tmp_path: Path, same: str
) -> None:
    base = new_base()
    brought(base, file)
    before = rows(base)
    if same == "path":
        file.write_text("Other words.\n")
        again = tmp_path / "x" / ".." / "mine.md"
        (tmp_path / "x").mkdir()
    else:
        again = tmp_path / "copy.md"
        again.write_bytes(file.read_bytes())
    [outcome] = bring(base, again)
    assert isinstance(outcome, AlreadyImported)
    assert f"(the same {same})" in outcome.message
    assert rows(base) == before


def test_a_file_that_cannot_be_read_stops_no_other(
    new_base: NewBase, file: Path, tmp_path: Path
) -> None:
    base = new_base()
    missing, folder, taken, again = bring(base, tmp_path / "no.md", tmp_path, file, file)
    assert isinstance(missing, UnreadableInput)
    assert "No such file" in missing.message
    assert isinstance(folder, UnreadableInput)
    assert "Is a directory" in folder.message
    assert isinstance(taken, Imported)
    assert isinstance(again, AlreadyImported)


def test_python_collects_again_between_and_after_imports(
    new_base: NewBase, file: Path, tmp_path: Path
) -> None:
    outcomes = bring_lists(
        choice_of(new_base()), [file, tmp_path / "none.md"], dry_run=False, report=print
    )
    assert [gc.isenabled() for _ in outcomes] == [True, True]
    assert gc.isenabled()


def test_a_base_that_is_none_stops_all(file: Path, tmp_path: Path) -> None:
    base = tmp_path / "kb.sqlite"
    base.write_bytes(b"no database at all\n" * 99)
    with pytest.raises(NotABase):
        bring(base, file, file)
    assert base.read_bytes() == b"no database at all\n" * 99


def test_a_file_that_cannot_be_read_makes_no_base(tmp_path: Path) -> None:
    base = tmp_path / "new" / "kb.sqlite"
    bring(base, tmp_path / "no.md")
    assert not base.parent.exists()


def test_a_dry_run_needs_no_base_and_makes_none(file: Path, tmp_path: Path) -> None:
    base = tmp_path / "new" / "kb.sqlite"
    [outcome] = bring(base, file, dry_run=True)
    assert [(one["id"], one["title"]) for one in entries_of(outcome)] == [
        *((None, "One"), (None, "Two"), (None, "Three"))
    ]
    assert not base.parent.exists()


@pytest.mark.parametrize("name", [b"\xff.md", b"a\nb.md", "é.md".encode()])
def test_a_file_may_have_any_name(new_base: NewBase, tmp_path: Path, name: bytes) -> None:
    base, file = new_base(), tmp_path / os.fsdecode(name)
    file.write_text("Words.\n")
    brought(base, file)
    [again] = bring(base, file)
    assert isinstance(again, AlreadyImported)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4, unique=True))
def test_documents_of_one_base_keep_to_themselves(
    new_base: NewBase, tmp_path: Path, contents: list[bytes]
) -> None:
    base = new_base()
    for number, content in enumerate(contents):
        (tmp_path / f"{number}.md").write_bytes(content)
        brought(base, tmp_path / f"{number}.md")
    with Reader.open(base) as reader:
        back = [b"".join(export_markdown(reader, one)) for one in reader.documents()]
    base.unlink()
    assert back == contents


def test_a_file_without_permission_is_unreadable(
    new_base: NewBase, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    # Root reads everything, so it is Python that refuses here.
    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    [outcome] = bring(new_base(), file)
    assert isinstance(outcome, UnreadableInput)
    assert outcome.message == f"{file} cannot be read: Permission denied"

"""A list and its file brought together: both hold what either changed, and it can be undone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from tests.bases import export, make_base
from tests.journal import ask, last_step, rows, take_back
from tests.markdown.test_merging import LISTINGS, edited
from tests.services.test_curating import (
    carry_out,
    edits,
    listed,
    read_again,
)

from diffkb.errors import (
    AmbiguousDocument,
    CannotWrite,
    NeverSeen,
    SidesDiffer,
    UnreadableInput,
)
from diffkb.markdown.dialect import Dialect
from diffkb.paths import BaseChoice
from diffkb.services.changing import change_entry
from diffkb.services.importing import import_list, read_list
from diffkb.services.pages import Page
from diffkb.services.syncing import sync_file
from diffkb.store.agreements import digest, imported_text
from diffkb.store.reader import Reader
from diffkb.store.tables import EntryRow, NoteRow, TagRow, id_of
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from diffkb.services.syncing import Synced

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
LIST = """\
# Weather

## Rain

#### 2024

- [Rain on Roofs](https://arxiv.org/abs/2401.00001) **WR=2**
  It drums.

- [Rain on Lakes](https://example.org/2) **WR=1**

#### 2023

- [Rain on Roads](https://example.org/3)
  It rests.

## Snow

Of snow there is less every year.

- [Snow on Roofs](https://example.org/4)
"""


def sync(folder: Path, **how: Any) -> Synced:
    """Syncs the list of a folder with its base."""
    wanted: dict[str, Any] = {"document": None, "prefer": None, "dry_run": False, **how}
    file = wanted.pop("file", folder / "list.md")
    base = folder / "kb.sqlite"
    choice = BaseChoice(base, "option", "named by the test", base)
    return sync_file(choice, file, report=lambda _: None, **wanted)


def read(folder: Path) -> str:
    """Gives the list as it is, line ends and all."""
    return (folder / "list.md").read_bytes().decode()


def rate(base: Path, title: str, wr: int | None) -> None:
    with UnitOfWork(base, command="rate") as unit:
        entry = unit.session.exec(select(EntryRow).where(EntryRow.title == title)).one()
        change_entry(Page.open(unit, entry.document_id), entry, {"wr": wr})


def ids(base: Path) -> dict[str, int]:
    return dict(ask(base, "SELECT title, id FROM entries"))


def works(base: Path) -> dict[tuple[str, str], int]:
    """Gives the ids of the entries that are told by title and link."""
    found = ask(base, "SELECT title, url, id FROM entries")
    named = [(title, url) for title, url, _ in found]
    return {(title, url): one for title, url, one in found if named.count((title, url)) == 1}


def told(entries: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Gives what is said of entries, the labels of each in no order."""
    return [(*entry[:-1], sorted(json.loads(entry[-1]))) for entry in entries]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Gives a folder with a list and a base that holds it."""
    make_base(tmp_path, LIST)
    return tmp_path


def edit_file(folder: Path, change: Callable[[str], str]) -> str:
    text = change(read(folder))
    assert text != read(folder)
    (folder / "list.md").write_text(text)
    return text


def curate(base: Path, data: st.DataObject) -> None:
    """Edits the list of a base somehow."""
    with Reader.open(base) as reader:
        sections = [node.name for node in reader.outline(1).sections]
    assume(sections)
    with UnitOfWork(base, command="edit") as unit:
        for _ in range(data.draw(st.integers(1, 3))):
            titles = unit.session.exec(select(EntryRow.title)).all()
            assume(titles and len(set(titles)) == len(titles))
            with suppress(CannotWrite):
                carry_out(Page.open(unit, 1), unit, data.draw(edits(list(titles), sections)))


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_the_file_alone_was_edited(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("sync")
    base = make_base(folder, listing.text)
    before, held, known = export(base), rows(base), works(base)
    file = folder / "list.md"
    text = data.draw(edited(listing.text))
    file.write_bytes(text.encode())
    done = sync(folder)
    assert (export(base), file.read_bytes()) == (text, text.encode())
    assert told(listed(base)) == told(read_again(base))
    now = works(base)
    assert all(now[work] == known[work] for work in now if work in known)
    assert sync(folder).merged == done.merged
    assert ask(base, "PRAGMA foreign_key_check") == []
    if text != before:
        take_back(base, last_step(base))
    assert (export(base), rows(base)) == (before, held)


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_the_base_alone_was_edited(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("sync")
    base = make_base(folder, listing.text)
    curate(base, data)
    held = rows(base)
    sync(folder)
    assert read(folder) == export(base)
    assert rows(base) == held
    with Reader.open(base) as reader:
        assert imported_text(reader.connection, 1) == listing.text.encode()


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_both_were_edited(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("sync")
    base = make_base(folder, listing.text)
    curate(base, data)
    before, held, known = export(base), rows(base), works(base)
    file = folder / "list.md"
    text = data.draw(edited(listing.text))
    file.write_bytes(text.encode())
    step = last_step(base)
    try:
        done = sync(folder)
    except SidesDiffer:
        untouched = (export(base), read(folder), rows(base))
        done = sync(folder, prefer=data.draw(st.sampled_from(["base", "file"])))
    else:
        untouched = (before, text, held)
    assert untouched == (before, text, held)
    merged = export(base)
    assert (merged.encode(), read(folder)) == (done.merged, merged)
    assert told(listed(base)) == told(read_again(base))
    now = works(base)
    assert all(now[work] == known[work] for work in now if work in known)
    assert ask(base, "PRAGMA foreign_key_check") == []
    again = sync(folder)
    assert [*again.to_base, *again.to_file] == []
    assert last_step(base) <= step + 1
    if last_step(base) > step:
        take_back(base, step + 1)
    assert (export(base), rows(base)) == (before, held)


def test_what_stays_keeps_its_id_its_private_note_its_tags_and_its_work(folder: Path) -> None:
    base = folder / "kb.sqlite"
    with UnitOfWork(base, command="tag") as unit:
        entry = unit.session.exec(select(EntryRow).where(EntryRow.title == "Rain on Roofs")).one()
        entry.read = True
        unit.session.add(entry)
        unit.session.add(NoteRow(entry_id=id_of(entry), kind="private", text="mine"))
        unit.session.add(TagRow(entry_id=id_of(entry), name="wet"))
        entry_id, paper_id = id_of(entry), entry.paper_id
    text = "- [Rain on Roofs](https://arxiv.org/abs/2401.00001) **WR=2**\n  It drums.\n\n"
    moved = text.replace("Roofs", "Tin Roofs").replace("abs", "pdf").replace("WR=2", "WR=3")
    edit_file(folder, lambda old: old.replace(text, "") + "\n" + moved.rstrip("\n") + "\n")
    done = sync(folder)
    [change] = [one for one in done.to_base if one.change.what == "entry"]
    assert change.id == entry_id
    assert {one.field for one in change.change.differences} == {
        *("section", "title", "url", "wr", "year")
    }
    found = ask(
        base,
        "SELECT e.id, e.title, e.paper_id, e.read, n.text, t.name, s.name FROM entries e"
        " JOIN notes n ON n.entry_id = e.id AND n.kind = 'private' JOIN tags t ON t.entry_id = e.id"
        " JOIN sections s ON s.id = e.section_id",
    )
    assert found == [(entry_id, "Rain on Tin Roofs", paper_id, 1, "mine", "wet", "Snow")]


def test_what_is_new_in_the_file_is_told_with_its_id_and_found_by_its_words(folder: Path) -> None:
    edit_file(folder, lambda text: text + "\n- [Sleet](https://arxiv.org/abs/2401.00009)\n")
    [change] = sync(folder).to_base
    assert (change.change.kind, change.change.name) == ("added", "Sleet")
    base = folder / "kb.sqlite"
    assert ids(base)["Sleet"] == change.id
    assert ask(base, "SELECT rowid FROM search WHERE search MATCH 'sleet'") == [(change.id,)]
    assert ask(base, "SELECT scheme, value FROM identifiers WHERE value LIKE '%9'") == [
        ("arxiv", "2401.00009")
    ]
    assert ask(base, "SELECT command, summary FROM steps WHERE id = 2") == [
        ("sync", "sync list.md: 1 change")
    ]


def test_a_link_that_leads_elsewhere_makes_another_work(folder: Path) -> None:
    base = folder / "kb.sqlite"
    [(before,)] = ask(base, "SELECT paper_id FROM entries WHERE title = 'Rain on Roofs'")
    edit_file(folder, lambda text: text.replace("2401.00001", "2401.00002"))
    sync(folder)
    [(after,)] = ask(base, "SELECT paper_id FROM entries WHERE title = 'Rain on Roofs'")
    assert before != after
    assert ask(base, "SELECT value FROM identifiers WHERE paper_id = ?", after) == [("2401.00002",)]


def test_a_dry_run_does_nothing_and_says_all(folder: Path) -> None:
    base = folder / "kb.sqlite"
    rate(base, "Rain on Lakes", 3)
    text = edit_file(folder, lambda text: text.replace("It drums.", "It drums softly."))
    held = rows(base)
    done = sync(folder, dry_run=True)
    assert (rows(base), read(folder)) == (held, text)
    assert [one.change.name for one in done.to_base] == ["Rain on Roofs"]
    assert [one.change.name for one in done.to_file] == ["Rain on Lakes"]
    assert [one.id for one in (*done.to_base, *done.to_file)] == [
        ids(base)["Rain on Roofs"],
        ids(base)["Rain on Lakes"],
    ]
    assert sync(folder).merged == done.merged


def test_a_conflict_names_the_entry_both_values_and_their_lines(folder: Path) -> None:
    base = folder / "kb.sqlite"
    rate(base, "Rain on Lakes", 3)
    edit_file(folder, lambda text: text.replace("WR=1", "WR=2"))
    with pytest.raises(SidesDiffer) as raised:
        sync(folder)
    found: Any = raised.value.conflicts
    assert [(one[1], *one[0]) for one in found] == [
        (ids(base)["Rain on Lakes"], "Rain on Lakes", "wr", 3, 2, 10, 10)
    ]


def test_the_file_of_a_sync_is_found_again_and_merged_from_there(folder: Path) -> None:
    base = folder / "kb.sqlite"
    edit_file(folder, lambda text: text.replace("WR=1", "WR=2"))
    sync(folder)
    # Back to what it was before: a change, as both agreed on the other since.
    edit_file(
        folder,
        lambda text: text.replace(
            "Lakes](https://example.org/2) **WR=2", "Lakes](https://example.org/2) **WR=1"
        ),
    )
    done = sync(folder)
    assert [one.change.name for one in done.to_base] == ["Rain on Lakes"]
    assert export(base) == LIST


def test_after_an_undo_the_file_follows_the_base(folder: Path) -> None:
    base = folder / "kb.sqlite"
    edit_file(folder, lambda text: text.replace("WR=1", "WR=2"))
    sync(folder)
    take_back(base, last_step(base))
    done = sync(folder)
    assert (done.to_base, len(done.to_file)) == ([], 1)
    assert read(folder) == export(base) == LIST


def test_a_copy_elsewhere_is_known_by_its_bytes_or_by_name(folder: Path) -> None:
    copy = folder / "clone" / "list.md"
    copy.parent.mkdir()
    copy.write_text(LIST)
    rate(folder / "kb.sqlite", "Rain on Lakes", 3)
    assert len(sync(folder, file=copy).to_file) == 1
    other = folder / "other.md"
    other.write_text(LIST.replace("It rests.", "It runs."))
    with pytest.raises(NeverSeen):
        sync(folder, file=other)
    done = sync(folder, file=other, document="weather")
    assert [one.change.name for one in done.to_base] == ["Rain on Roads"]
    assert [one.change.name for one in done.to_file] == ["Rain on Lakes"]


def test_a_file_of_two_documents_must_be_said_which(folder: Path) -> None:
    base = folder / "kb.sqlite"
    with UnitOfWork(base, command="import") as unit:
        import_list(unit, read_list(folder / "list.md"), "Again")
    with pytest.raises(AmbiguousDocument):
        sync(folder)
    assert sync(folder, document="Again").document == "Again"


def test_what_is_no_list_is_refused(folder: Path) -> None:
    for name, content in (("missing.md", None), ("a.pdf", b"%PDF-1.5\n" + b"x" * 600)):
        if content is not None:
            (folder / name).write_bytes(content)
        with pytest.raises(UnreadableInput):
            sync(folder, file=folder / name, document="Weather")
    with pytest.raises(UnreadableInput):
        sync(folder, file=folder, document="Weather")


def test_a_list_that_was_empty_is_read_as_what_it_has_become(tmp_path: Path) -> None:
    base = make_base(tmp_path, "# Nothing yet\n")
    rows_of_table = "# Nothing yet\n\n| Title | Year |\n|---|---|\n" + "".join(
        f"| [On Kettles, Volume {n}](https://arxiv.org/abs/20{n}.00001) | 20{n} |\n"
        for n in range(10, 16)
    )
    (tmp_path / "list.md").write_text(rows_of_table)
    sync(tmp_path)
    assert export(base) == rows_of_table
    assert told(listed(base)) == told(read_again(base))
    assert [row[2] for row in listed(base)] == [*range(2010, 2016)]


def test_a_mark_beyond_the_scale_widens_it(tmp_path: Path) -> None:
    item = '- **[1]** Lark, Ann. "**{}**." (2014). [[pdf]](https://example.org/{}) :star:\n'
    text = "# T\n\n" + "".join(
        item.format(f"Birds that Count to {name}", name) for name in ("One", "Two", "Six")
    )
    base = make_base(tmp_path, text)
    edit_file(tmp_path, lambda old: old.replace("Two) :star:", "Two) " + 5 * ":star:"))
    sync(tmp_path)
    assert told(listed(base)) == told(read_again(base))
    with Reader.open(base) as reader:
        scale = Dialect.from_json(reader.documents()[0].dialect).scale
    assert scale is not None
    assert scale[1] == 5


def test_many_blocks_between_two_make_room(folder: Path) -> None:
    base = folder / "kb.sqlite"
    lakes = "- [Rain on Lakes]"
    for number in range(30):
        new = f"- [Rain {number}](https://example.org/n{number})\n\n"
        text = read(folder).replace(lakes, new + lakes)
        (folder / "list.md").write_text(text)
        sync(folder)
    assert export(base) == read(folder)
    assert told(listed(base)) == told(read_again(base))
    assert ask(base, "SELECT count(*) FROM entries") == [(34,)]


def test_one_more_link_is_one_more_name_of_the_work(folder: Path) -> None:
    base = folder / "kb.sqlite"
    before = ask(base, "SELECT id, paper_id FROM entries ORDER BY id")
    edit_file(
        folder, lambda text: text.replace("https://example.org/3", "https://doi.org/10.5555/road")
    )
    sync(folder)
    assert ask(base, "SELECT id, paper_id FROM entries ORDER BY id") == before
    assert ask(base, "SELECT paper_id FROM identifiers WHERE value = '10.5555/road'") == [
        (before[2][1],)
    ]


def test_a_sync_that_was_killed_before_the_file_is_finished_by_the_next(folder: Path) -> None:
    base = folder / "kb.sqlite"
    rate(base, "Rain on Lakes", 3)
    text = edit_file(folder, lambda old: old.replace("WR=1", "WR=2"))
    merged = sync(folder, prefer="base").merged
    # As it is between the commit of the base and the renaming of the file.
    (folder / "list.md").write_text(text)
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(
            "UPDATE agreements SET intended_sha256 = sha256, intended_text = text,"
            " taken_sha256 = ?, sha256 = NULL, text = NULL",
            (digest(text.encode()),),
        )
        connection.commit()
    assert sync(folder).to_base == []
    assert (read(folder).encode(), export(base).encode()) == (merged, merged)


def test_a_file_that_was_written_but_not_noted_is_known_as_its_own(folder: Path) -> None:
    base = folder / "kb.sqlite"
    rate(base, "Rain on Lakes", 3)
    sync(folder)
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(
            "UPDATE agreements SET intended_sha256 = sha256, intended_text = text,"
            " sha256 = NULL, text = NULL"
        )
        connection.commit()
    rate(base, "Rain on Lakes", 2)
    done = sync(folder)
    assert (done.to_base, len(done.to_file)) == ([], 1)

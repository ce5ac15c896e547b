"""The unit of work: all or nothing, and a journal by which every change can be taken back."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from tests.journal import ask, take_back

from diffkb.errors import BaseLocked
from diffkb.store import opening
from diffkb.store.schema import create_base
from diffkb.store.tables import BlockRow, DocumentRow, PaperRow
from diffkb.store.writer import UnitOfWork


@pytest.fixture(scope="session")
def empty_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "kb.sqlite"
    create_base(path)
    return path


@pytest.fixture
def base(empty_base: Path, tmp_path: Path) -> Path:
    path = Path(shutil.copy(empty_base, tmp_path / "kb.sqlite"))
    with UnitOfWork(path, command="make") as unit:
        unit.session.add(document("first"))
    return path


def document(name: str) -> DocumentRow:
    return DocumentRow(name=name, dialect="{}", added="t", changed="t")


def test_a_change_is_a_step_with_what_was_inserted(base: Path) -> None:
    assert ask(base, "SELECT command FROM steps") == [("make",)]
    assert ask(base, "SELECT table_name, first_id, last_id FROM journal_inserted") == [
        ("documents", 1, 1)
    ]


def test_a_unit_that_changes_nothing_leaves_no_step(base: Path) -> None:
    with UnitOfWork(base, command="look") as unit:
        assert unit.session.exec(select(DocumentRow)).one().name == "first"
        assert not unit.changed
    assert ask(base, "SELECT count(*) FROM steps") == [(1,)]


def test_what_was_only_to_be_looked_at_is_taken_back(base: Path) -> None:
    with UnitOfWork(base, command="look") as unit:
        unit.abandon()
        unit.session.add(document("second"))
        assert unit.connection.execute("SELECT count(*) FROM documents").fetchone() == (2,)
    assert ask(base, "SELECT name FROM documents") == [("first",)]
    assert ask(base, "SELECT count(*) FROM steps") == [(1,)]


def test_an_error_takes_everything_back(base: Path) -> None:
    def fail() -> None:
        with UnitOfWork(base, command="fail") as unit:
            unit.session.add(document("second"))
            unit.insert_rows(BlockRow, [(1, 1, 1, "prose", b"x")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ask(base, "SELECT name FROM documents") == [("first",)]
    assert ask(base, "SELECT count(*) FROM steps") == [(1,)]


def test_the_base_is_taken_before_the_first_read(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with UnitOfWork(base, command="one"):
        monkeypatch.setattr(opening, "PATIENCE", 0.0)
        with pytest.raises(BaseLocked), UnitOfWork(base, command="two"):
            pass


def test_a_changed_row_is_kept_once_as_it_was_first(base: Path) -> None:
    with UnitOfWork(base, command="edit") as unit:
        row = unit.session.exec(select(DocumentRow)).one()
        for name in ("second", "third"):
            row.name = name
            unit.session.add(row)
            unit.session.flush()
        unit.update_rows(DocumentRow, ("name",), [("fourth", 1)])
    assert ask(base, "SELECT operation, name FROM journal_documents") == [("changed", "first")]
    assert ask(base, "SELECT name FROM documents") == [("fourth",)]


def test_ids_are_never_given_out_twice(base: Path) -> None:
    with UnitOfWork(base, command="rm") as unit:
        unit.session.delete(unit.session.exec(select(DocumentRow)).one())
    with UnitOfWork(base, command="add") as unit:
        assert unit.next_id(DocumentRow) == 2
        unit.session.add(document("second"))
    assert ask(base, "SELECT id FROM documents") == [(2,)]


def test_a_reader_sees_the_base_as_it_was_until_the_end(base: Path) -> None:
    with UnitOfWork(base, command="add") as unit:
        unit.session.add(document("second"))
        unit.session.flush()
        assert ask(base, "SELECT count(*) FROM documents") == [(1,)]
    assert ask(base, "SELECT count(*) FROM documents") == [(2,)]


CHANGE = st.tuples(
    st.sampled_from(["add", "bulk", "edit", "bulk edit", "swap", "delete", "bulk delete"]),
    st.integers(0, 9),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(st.lists(CHANGE, max_size=12))
def test_the_journal_holds_all_it_takes_to_go_back(
    base: Path, tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int]]
) -> None:
    path = Path(shutil.copy(base, tmp_path_factory.mktemp("law") / "kb.sqlite"))
    with UnitOfWork(path, command="fill") as unit:
        first = unit.next_id(BlockRow)
        rows = [(first + n, 1, n, "prose", b"%d" % n) for n in range(6)]
        unit.insert_rows(BlockRow, rows)
    before = ask(path, "SELECT * FROM blocks ORDER BY id")
    with UnitOfWork(path, command="change") as unit:
        for number, (what, index) in enumerate(changes):
            apply(unit, what, index, number)
        step = unit.step_id
    take_back(path, step)
    assert ask(path, "SELECT * FROM blocks ORDER BY id") == before


def apply(unit: UnitOfWork, what: str, index: int, number: int) -> None:
    place = 100 + 2 * number
    if what == "add":
        unit.session.add(BlockRow(document_id=1, position=place, kind="prose", raw=b"new"))
        return
    if what == "bulk":
        first = unit.next_id(BlockRow)
        unit.insert_rows(BlockRow, [(first + n, 1, place + n, "prose", b"b") for n in (0, 1)])
        return
    unit.session.expire_all()
    found = unit.session.exec(select(BlockRow).order_by("id")).all()
    if not found:
        return
    row = found[index % len(found)]
    if what == "edit":
        row.raw = b"edited %d" % number
        unit.session.add(row)
    elif what == "bulk edit":
        unit.update_rows(BlockRow, ("raw",), [(b"bulk %d" % number, row.id)])
    elif what == "swap":
        # Twice, as no two blocks may share a position even for a moment.
        places = [(found[0].position, row.id), (row.position, found[0].id)]
        unit.update_rows(BlockRow, ("position",), [(-1 - n, places[n][1]) for n in (0, 1)])
        unit.update_rows(BlockRow, ("position",), places)
    elif what == "bulk delete":
        unit.delete_rows(BlockRow, "id = ?", (row.id,))
    else:
        unit.session.delete(row)
    unit.session.flush()


def test_rows_inserted_one_after_the_other_are_one_range(base: Path) -> None:
    with UnitOfWork(base, command="add") as unit:
        for name in ("second", "third", "fourth"):
            unit.session.add(document(name))
            unit.session.flush()
            with suppress(ZeroDivisionError), unit.attempt():
                unit.session.add(document(f"not the {name}"))
                unit.session.flush()
                raise ZeroDivisionError
        step = unit.step_id
    noted = ask(base, f"SELECT first_id, last_id FROM journal_inserted WHERE step_id = {step}")
    assert noted == [(2, 4)]
    take_back(base, step)
    assert ask(base, "SELECT name FROM documents") == [("first",)]


def test_what_plain_sql_wrote_in_a_part_is_taken_back_with_it(base: Path) -> None:
    with UnitOfWork(base, command="add") as unit:
        with suppress(ZeroDivisionError), unit.attempt():
            unit.insert_rows(PaperRow, [(unit.next_id(PaperRow), "unfetched", None, None)])
            raise ZeroDivisionError
        assert not unit.changed
    assert ask(base, "SELECT count(*) FROM papers") == [(0,)]

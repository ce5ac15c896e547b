"""A base that is made of the file of another is equal to it, byte for byte and row for row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journal import ask, flaws, rows, take_back

from diffkb.errors import BadRecord, BaseNotEmpty, UnreadableInput
from diffkb.paths import BaseChoice
from diffkb.services.importing import import_list, read_list
from diffkb.services.whole_base import Made, bring_whole, export_whole
from diffkb.store.opening import DATA_TABLES
from diffkb.store.reader import Reader
from diffkb.store.schema import create_base
from diffkb.store.tables import EntryRow, NoteRow, TagRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from pathlib import Path

LAW = settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
PIECES = (
    b"# Waters\n\n",
    b"## Rivers\r\n\r\n",
    b"- [Quiet Rivers](https://arxiv.org/abs/2401.00001)  **WR=3**  \nA note.\n\n",
    b"- [Bells](https://doi.org/10.1000/182) \xff\xfe\n\n",
    b"| Paper | Year |\n|---|---|\n| [Ropes](https://x.example/r) | 2021 |\n\n",
    "- [扩散 模型](https://x.example/c) \u2b50\n".encode(),
    b"\x00\x0c\r lone\n",
    b"#### 2023\n\n",
)


def choice(base: Path) -> BaseChoice:
    return BaseChoice(base, "option", "named by --base", base)


def made_base(folder: Path, name: str, lists: list[list[bytes]]) -> Path:
    """Gives a base of lists, with tags, private notes and an entry that was removed again."""
    base = folder / f"{name}.sqlite"
    create_base(base)
    for number, pieces in enumerate(lists):
        file = folder / f"{name}{number}.md"
        file.write_bytes(b"".join(pieces) + f"<!-- {number} -->\n".encode())
        with UnitOfWork(base, command="import") as unit:
            import_list(unit, read_list(file))
    with UnitOfWork(base, command="note") as unit:
        for (entry_id,) in ask(base, "SELECT id FROM entries WHERE id % 2"):
            unit.session.add(NoteRow(entry_id=entry_id, kind="private", text="Mine \u2028 alone."))
            unit.session.add(TagRow(entry_id=entry_id, name="wet"))
            unit.session.get_one(EntryRow, entry_id).citation_key = f"key{entry_id}"
    return base


def written(base: Path, file: Path, *, private: bool = True) -> Path:
    with Reader.open(base) as reader:
        file.write_text("".join(export_whole(reader, private=private)), encoding="utf-8")
    return file


def bring(base: Path, file: Path, *, dry_run: bool = False) -> Made:
    return bring_whole(choice(base), file, dry_run=dry_run, report=print)


@LAW
@given(lists=st.lists(st.lists(st.sampled_from(PIECES), max_size=6), max_size=2))
def test_a_base_made_of_the_file_of_another_is_equal(
    tmp_path_factory: pytest.TempPathFactory, lists: list[list[bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("whole")
    base, other = made_base(folder, "one", lists), folder / "other.sqlite"
    file = written(base, folder / "all.json")
    bring(other, file)
    assert {name: rows(other)[name] for name in DATA_TABLES} == {
        name: rows(base)[name] for name in DATA_TABLES
    }
    assert flaws(other) == []
    assert written(other, folder / "again.json").read_bytes() == file.read_bytes()
    take_back(other, 1)
    assert all(not rows(other)[name] for name in DATA_TABLES)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Gives the file of a base with a list."""
    return written(made_base(tmp_path, "one", [list(PIECES)]), tmp_path / "all.json")


def test_private_notes_go_with_it_only_when_they_are_asked_for(tmp_path: Path, file: Path) -> None:
    assert "Mine" in file.read_text()
    without = written(tmp_path / "one.sqlite", tmp_path / "b.json", private=False)
    assert "Mine" not in without.read_text()
    made = bring(tmp_path / "b.sqlite", without)
    assert (made.documents, made.private) == (1, False)


def test_a_base_that_holds_something_is_left_alone(tmp_path: Path, file: Path) -> None:
    base = tmp_path / "one.sqlite"
    before = rows(base)
    with pytest.raises(BaseNotEmpty):
        bring(base, file)
    assert rows(base) == before


def test_a_rehearsal_changes_nothing(tmp_path: Path, file: Path) -> None:
    made = bring(tmp_path / "new.sqlite", file, dry_run=True)
    assert made.entries
    assert not (tmp_path / "new.sqlite").exists()


def changed(file: Path, table: str, **values: Any) -> Path:
    """Gives a file in which a table's last row has other values."""
    lines = file.read_text().split("\n")
    start = lines.index(f'"{table}": [')
    end = next(number for number in range(start, len(lines)) if lines[number].startswith("]"))
    row = json.loads(lines[end - 1]) | values
    lines[end - 1] = json.dumps({name: value for name, value in row.items() if value != ...})
    file.write_text("\n".join(lines))
    return file


@pytest.mark.parametrize(
    ("table", "values", "why"),
    [
        ("entries", {"wr": "x"}, "`wr` holds what it cannot"),
        ("entries", {"title": None}, "`title` holds what it cannot"),
        ("entries", {"title": "\ud800"}, "`title` holds what it cannot"),
        ("entries", {"wr": 2**70}, "`wr` holds what it cannot"),
        ("entries", {"wr": ...}, "its columns are others: wr"),
        ("entries", {"colour": 1}, "its columns are others: colour"),
        ("entries", {"id": 1}, "its id does not follow"),
        ("entries", {"section_id": 999}, "that is not there"),
        ("entries", {"citation_key": "key1"}, "contradicts"),
        ("blocks", {"raw": "- [New](https://x.example/n)\n"}, "reads otherwise than its rows say"),
    ],
)
def test_what_contradicts_itself_is_refused(
    tmp_path: Path, file: Path, table: str, values: dict[str, Any], why: str
) -> None:
    base = tmp_path / "new.sqlite"
    with pytest.raises(UnreadableInput) as told:
        bring(base, changed(file, table, **values))
    assert why in told.value.message
    assert all(not rows(base)[name] for name in DATA_TABLES)


def test_other_revisions_and_other_tables_are_refused(tmp_path: Path, file: Path) -> None:
    text = file.read_text()
    file.write_text(text.replace('"0005"', '"0009"'))
    with pytest.raises(UnreadableInput, match="of revision 0009"):
        bring(tmp_path / "new.sqlite", file)
    file.write_text(text.replace('"tags": [', '"steps": ['))
    with pytest.raises(BadRecord, match="no table `steps` is expected"):
        bring(tmp_path / "new.sqlite", file)

"""Edits of real lists, where they lie beside the checkout: few lines change, all are undone."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from tests.journal import rows, take_back

from diffkb.core.models import Fields
from diffkb.errors import CannotWrite
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document
from diffkb.services.changing import change_entry
from diffkb.services.importing import import_list, read_list
from diffkb.services.pages import Page
from diffkb.services.placing import add_entry
from diffkb.services.relocating import place_entry, siblings_of
from diffkb.services.taking_out import remove_entry
from diffkb.store.reader import Reader
from diffkb.store.schema import create_base
from diffkb.store.tables import EntryRow
from diffkb.store.writer import UnitOfWork

FILES = Path(__file__).parents[2] / "shared" / "corpus" / "files"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FILES.is_dir(), reason="no lists lie beside this checkout"),
]

# So many bytes are read again for the edits of one list, as each edit reads all of it.
MOST_BYTES = 1_500_000
EDITS = ("add", "title", "url", "wr", "note", "remove", "before", "after", "top", "bottom")
PLACING = frozenset(("before", "after", "top", "bottom"))
VALUES: dict[str, object] = {
    "title": "Rain on Warm Roofs",
    "url": "https://example.org/rain.pdf",
    "wr": 2,
    "note": "Says more about rain than most of the others do.",
}
NEW = Fields("A Study of Quiet Rivers in Winter", "https://arxiv.org/abs/2401.01234")


def export(base: Path) -> bytes:
    with Reader.open(base) as reader:
        return b"".join(reader.texts(1))


def dialect_of(base: Path) -> Dialect:
    """Gives what the list decides, which may take up how it was read before an edit."""
    with Reader.open(base) as reader:
        return Dialect.from_json(reader.documents()[0].dialect)


def do(page: Page, entry: EntryRow, other: EntryRow, edit: str) -> None:
    """Does an edit of an entry, or beside it or another one."""
    if edit == "add":
        section = None if entry.section_id is None else page.outline()[entry.section_id]
        add_entry(page, section, NEW, kind="paper", paper_id=None)
    elif edit in PLACING:
        others = [one for one in siblings_of(page, entry) if one.id != entry.id]
        other = other if edit in {"before", "after"} else others[0 if edit == "top" else -1]
        place_entry(page, entry, other, after=edit in {"after", "bottom"})
    elif edit == "remove":
        remove_entry(page, entry)
    else:
        change_entry(page, entry, {edit: VALUES[edit]})


def lines_of(text: bytes) -> list[bytes]:
    """Gives lines, numbers apart."""
    return re.sub(rb"[0-9]+", b"0", text).split(b"\n")


def moved(before: bytes, after: bytes) -> int:
    """Gives how many lines that are not blank stand in only one of two texts."""
    old, new = (
        Counter(line for line in lines_of(text) if line.strip()) for text in (before, after)
    )
    return ((old - new) + (new - old)).total()


def unlike(before: bytes, after: bytes) -> tuple[int, int]:
    """Gives how many lines in one stretch went, and how many came."""
    old, new = lines_of(before), lines_of(after)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return len(old) - start - end, len(new) - start - end


def stands_alone(unit: UnitOfWork, entry: EntryRow) -> bool:
    """Says whether an entry has no other one to change places with."""
    return len(siblings_of(Page.open(unit, 1), entry)) == 1


@pytest.fixture(scope="module")
def tried() -> list[tuple[str, bool]]:
    """Gathers each edit that was tried, and whether the list took it."""
    return []


@pytest.mark.parametrize("file", sorted(FILES.glob("*.md")), ids=lambda file: str(file.stem))
def test_an_edit_of_a_real_list_changes_little_and_can_be_undone(
    file: Path, tmp_path: Path, tried: list[tuple[str, bool]]
) -> None:
    base = tmp_path / "kb.sqlite"
    create_base(base)
    with UnitOfWork(base, command="import") as unit:
        import_list(unit, read_list(file))
    before, held = export(base), rows(base)
    ids = [row[0] for row in held["entries"]]
    chance = random.Random(file.stem)  # noqa: S311 - a sample, the same each time
    few = max(2, min(len(EDITS), MOST_BYTES // max(1, len(before))))
    for edit in chance.sample(EDITS, few) if ids else ():
        try:
            with UnitOfWork(base, command=edit) as unit:
                entry = unit.session.get_one(EntryRow, chance.choice(ids))
                size = len(
                    unit.connection.execute(
                        "SELECT raw FROM blocks WHERE id = ?", (entry.block_id,)
                    )
                    .fetchone()[0]
                    .split(b"\n")
                )
                other = unit.session.get_one(EntryRow, chance.choice(ids))
                if other is entry or (edit in PLACING and stands_alone(unit, entry)):
                    continue
                do(Page.open(unit, 1), entry, other, edit)
                step = unit.step_id
        except CannotWrite:
            tried.append((edit, False))
            assert export(base) == before
            continue
        tried.append((edit, True))
        after = export(base)
        gone, come = unlike(before, after)
        if edit in PLACING:
            # Only a marker may have to be that of the entries there.
            assert moved(before, after) <= 2 * size
        else:
            assert gone <= {"add": 0, "remove": size + 1}.get(edit, size)
            assert come <= {"add": 14, "remove": 0}.get(edit, size + 2)
        again = read_document(after.decode("utf-8", "surrogateescape"), dialect_of(base))
        titles = [one.title for block in again.blocks for one in block.entries]
        assert len(titles) == len(rows(base)["entries"])
        take_back(base, step)
        assert export(base) == before
        assert rows(base) == held


def test_nearly_every_list_takes_nearly_every_edit(tried: list[tuple[str, bool]]) -> None:
    for edit, least in {"add": 0.95, "title": 0.9, "url": 0.9, "wr": 0.8, "remove": 0.9}.items():
        taken = [done for name, done in tried if name == edit]
        assert sum(taken) >= least * len(taken)

"""Undo and redo: whatever was done, the base is as it was, to the last row and the last byte."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.journal import Held, ask, flaws, held, last_step, timeless

from diffkb.cli.app import BUG, run_program
from diffkb.cli.run import Run
from diffkb.core.models import ARXIV, DOI, Author, Candidate, Identifier, Versions
from diffkb.errors import NothingToRedo, NothingToUndo, StepsInTheWay
from diffkb.paths import BaseChoice
from diffkb.services.accepting import accept_candidate
from diffkb.services.history import list_steps, redo_steps, undo_step, undo_steps
from diffkb.services.rereading import reads_as_stored
from diffkb.services.versions import PUBLISHED, new_proposal
from diffkb.store.reader import Reader
from diffkb.store.schema import create_base
from diffkb.store.tables import EntryRow, PaperRow
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OWN = """\
# Waters

## Rivers

#### 2024

- [Alpha Waters](https://arxiv.org/abs/2401.00001) **WR=3**
  Broad and slow.

- [Beta Waters](https://arxiv.org/abs/2401.00002)

#### 2023

- [Gamma Waters](https://arxiv.org/abs/2301.00003) **WR=1**

## Lakes

- [Delta Waters](https://example.org/delta)
"""
# Lists in other dialects; one holds a paper of the first in its published version.
STONES = """\
# Stones

1. [Alpha Waters](https://doi.org/10.1000/alpha) (2024)
2. [Old Stones](https://arxiv.org/abs/1901.00001) (2019)
3. [New Stones](https://arxiv.org/abs/2201.00002) (2022)
"""
BIRDS = """\
# Birds

## Small

- [ ] [Wrens](https://example.org/wrens), Ann Lark, ICML 2021
- [x] [Larks](https://arxiv.org/abs/2101.00001), Ben Finch, ICLR 2020
- [ ] [Owls](https://arxiv.org/abs/2101.00002), Cy Wren, ICLR 2020\
""".replace("\n", "\r\n")
ROPES = """\
# Ropes

| Year | Venue | Title | Authors |
| --- | --- | --- | --- |
| 2020 | ICML | [Ropes in Winter](https://arxiv.org/abs/2001.00001) | Ann Lark, Ben Finch |
| 2021 | ICLR | [Bells at Night](https://arxiv.org/abs/2101.00009) | Cy Wren |
"""
OTHERS = (STONES, BIRDS, ROPES)
# Entries of another program: of works that are there and others, and with sections to be made.
RECORDS: tuple[tuple[dict[str, object], ...], ...] = (
    (
        {"title": "Alpha Waters", "arxiv_id": "2401.00001", "year": 2024, "section": ["Rivers"]},
        {"title": "Slow Waters", "year": 2022, "section": ["Rivers"], "links": []},
    ),
    (
        {"title": "Far Waters", "document": "Seas", "section": ["Deep", "Cold"], "wr": 2},
        {"title": "Near Waters", "document": "Seas", "note": "Warm.", "tags": ["wet"]},
    ),
    (
        {
            "title": "Old Waters",
            "url": "https://example.org/old",
            "section": ["Lakes", "Salt"],
            "authors": [{"name": "Ann Lark", "family": "Lark", "given": "Ann"}],
            "abstract": "Of salt.",
            "read": True,
            "colour": "green",
        },
        {"title": "Wet Stones", "doi": "10.1000/alpha", "venue": "J. Waters", "key": "wet2024"},
    ),
)
# What a person does to the file of a list: words, and what stands there instead.
FILE_EDITS: dict[str, tuple[bytes, bytes]] = {
    "rated": (b"**WR=3**", b"**WR=2**"),
    "named": (b"[Alpha Waters]", b"[Wide Waters]"),
    "noted": (b"Broad and slow.", b"Broad, and not slow."),
    "moved": (b"## Lakes", b"## Rivers and Lakes"),
    "brought": (b"#### 2023", b"- [New](https://example.org/n) **WR=1**\n\n#### 2023"),
    "taken": (b"- [Beta Waters](https://arxiv.org/abs/2401.00002)\n\n", b""),
    "read": (b"- [ ]", b"- [x]"),
}
PREFERRED = ((), ("--prefer", "file"), ("--prefer", "base"))
PREPRINT, VERSION = Identifier(ARXIV, "2401.00001"), Identifier(DOI, "10.1000/alpha")
RECORD = Candidate(
    source="arXiv",
    identifiers=(PREPRINT,),
    title="Official Waters",
    authors=(Author("Ada Example"), Author("Grace Sample")),
    abstract="Of slow rivers.",
    published="2024-01-02",
)
# What sources say of two works, which one of them may state to be the same.
SAID = {
    "a record": (PREPRINT, RECORD),
    "a record with a version": (
        PREPRINT,
        replace(RECORD, versions=Versions(published=(VERSION,))),
    ),
    "a version": (
        VERSION,
        Candidate(source="Crossref", identifiers=(VERSION,), title="W", venue="J. Waters"),
    ),
}
PICK = st.integers(0, 7)

SECTIONS = "SELECT name FROM sections WHERE role = 'section' ORDER BY id"
ENTRIES = "SELECT id FROM entries ORDER BY id"
NAMED = {
    "a": ENTRIES,
    "b": ENTRIES,
    "s": SECTIONS,
    "t": SECTIONS,
    "d": "SELECT name FROM documents ORDER BY id",
}
PICKS = st.tuples(*(PICK for _ in NAMED))

# What people type; in braces stand an entry and another, a section and another, and a document.
# A new verb is a new line here.
LINES: tuple[tuple[str, ...], ...] = (
    ("add", "2402.00007", "--section", "{s}", "--wr", "2"),
    ("add", "10.1000/alpha", "--year", "2022", "--again", "--document", "{d}"),
    ("add", "2401.00001", "https://example.org/new", "--document", "{d}"),
    ("add", "2305.00008", "--section", "{s}/Mouths", "--create", "--document", "Waters"),
    ("add", "--title", "A Book of Waters", "--section", "{s}", "--document", "{d}"),
    ("copy", "{a}", "--document", "{d}"),
    ("copy", "{a}", "--document", "{d}", "--again"),
    ("rate", "{a}", "2"),
    ("rate", "{a}", "{b}", "none", "--yes"),
    ("note", "{a}", "More words."),
    ("note", "{a}", "--replace", "Other words."),
    ("note", "{a}", "--private", "ask Ann"),
    ("tag", "{a}", "{b}", "+wet", "-dry", "--yes"),
    ("tag", "{a}", "-wet"),
    ("read", "{a}"),
    ("unread", "{a}", "{b}", "--yes"),
    ("edit", "{a}", "title=Other Words"),
    ("edit", "{a}", "title=Wet [Words] *here*", "url=https://example.org/elsewhere"),
    ("edit", "{a}", "year=2022"),
    ("edit", "{a}", "section={s}"),
    ("edit", "{a}", "authors=Ho, Jonathan; Jain, Ajay", "venue=J. Waters", "abstract=Slow."),
    ("edit", "{a}", "doi=10.1000/alpha", "venue="),
    ("edit", "{a}", "key=alpha"),
    ("edit", "{a}", "arxiv=2401.00099", "published=2024-01-09"),
    ("move", "{a}", "--section", "{s}"),
    ("move", "{a}", "--section", "New", "--create", "--year", "2022"),
    ("move", "{a}", "--before", "{b}"),
    ("move", "{a}", "--after", "{b}"),
    ("move", "{a}", "--top"),
    ("move", "{a}", "{b}", "--bottom", "--yes"),
    ("rm", "{a}"),
    ("rm", "{a}", "{b}", "--yes"),
    ("merge", "{a}", "{b}"),
    ("split", "{a}"),
    ("accept", "{a}"),
    ("accept", "{a}", "--reject"),
    ("section", "add", "Seas", "--document", "{d}"),
    ("section", "add", "{s}/Deep", "--document", "{d}"),
    ("section", "rename", "{s}", "Still"),
    ("section", "move", "{s}", "{t}"),
    ("section", "move", "{s}", "/"),
    ("section", "rm", "{s}", "--yes"),
    ("document", "default", "{d}"),
    ("document", "rename", "{d}", "Deep"),
    ("document", "rm", "{d}", "--yes"),
)


def silent(_: str) -> None:
    """Takes what would be said to people."""


def filled(base: Path, line: tuple[str, ...], picks: Sequence[int]) -> list[str]:
    """Gives a line with names of what the base holds in its braces."""
    names = {}
    for (letter, question), pick in zip(NAMED.items(), picks, strict=True):
        found = [str(one) for (one,) in ask(base, question)] or ["none"]
        names[letter] = found[pick % len(found)]
    return [word.format_map(names) for word in line]


class Bench:
    """A base of a list, with all that can be done to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = folder / "kb.sqlite"
        create_base(self.base)
        self.bring("waters", OWN)

    @property
    def choice(self) -> BaseChoice:
        return BaseChoice(self.base, "option", "", self.base)

    def type(self, *words: str) -> int:
        """Does what people type, and gives the exit status; a bug is told with its traceback."""
        environ = {"HOME": str(self.folder), "DIFFKB_BASE": str(self.base)}
        status = run_program([*words, "--offline", "--debug"], Run(environ))
        assert status != BUG
        return status

    def bring(self, name: str, text: str) -> int:
        file = self.folder / f"{name}.md"
        file.write_bytes(text.encode())
        return self.type("import", str(file))

    def bring_records(self, name: str, records: Sequence[dict[str, object]], document: str) -> int:
        """Brings entries of another program; those that name no document go to the one given."""
        file = self.folder / f"{name}.jsonl"
        file.write_text("".join(f"{json.dumps(one)}\n" for one in records))
        return self.type("import", str(file), "--document", document)

    def give_file(self, document: str) -> int:
        """Writes a document to the file that is edited and synced."""
        file = str(self.folder / "given.md")
        return self.type("export", "markdown", "--document", document, "-o", file, "--force")

    def sync(self, edits: Sequence[str], *options: str) -> int:
        """Edits the file, and syncs it."""
        file = self.folder / "given.md"
        content = file.read_bytes()
        for words, instead in (FILE_EDITS[edit] for edit in edits):
            content = content.replace(words, instead)
        file.write_bytes(content)
        return self.type("sync", str(file), *options)

    def hear(self, identifier: Identifier, candidate: Candidate) -> None:
        """Takes over what a source says of the work of an identifier."""
        with UnitOfWork(self.base, command="refresh") as unit:
            for (paper_id,) in unit.connection.execute(
                "SELECT paper_id FROM identifiers WHERE scheme = ? AND value = ?",
                (identifier.scheme, identifier.value),
            ).fetchall():
                accept_candidate(unit, unit.session.get_one(PaperRow, paper_id), candidate)

    def propose(self, entry_id: int) -> None:
        """Proposes a published version for the work of an entry."""
        with UnitOfWork(self.base, command="refresh") as unit:
            entry = unit.session.get(EntryRow, entry_id)
            paper = unit.session.get(PaperRow, entry.paper_id) if entry and entry.paper_id else None
            if paper is not None:
                row = new_proposal(
                    unit, paper, VERSION, relation=PUBLISHED, source="Crossref", evidence="alike"
                )
                row.facts = '{"venue": "J. Waters"}'
                unit.session.add(row)

    def undo(self, count: int = 1) -> None:
        undo_steps(self.choice, count, dry_run=False, report=silent)

    def redo(self, count: int = 1) -> None:
        redo_steps(self.choice, count, dry_run=False, report=silent)

    def undo_alone(self, step: int) -> None:
        undo_step(self.choice, step, dry_run=False, report=silent)

    def steps(self) -> list[int]:
        """Gives the changes that are not undone, in order."""
        with Reader.open(self.base) as reader:
            steps = list_steps(reader)
        return [step.id for step in reversed(steps) if not step.undone and step.undoes is None]

    def reads_as_stored(self) -> bool:
        """Says whether each document reads anew as it is stored."""
        numbers = [number for (number,) in ask(self.base, "SELECT id FROM documents")]
        with UnitOfWork(self.base, command="look") as unit:
            return all(reads_as_stored(unit, number) for number in numbers)

    def copy(self) -> Bench:
        """Gives a bench of its own on a copy of the base."""
        other = Bench.__new__(Bench)
        other.folder = self.folder
        other.base = Path(shutil.copy(self.base, self.folder / "copy.sqlite"))
        return other


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Gives a base of two lists with what a source said, a proposal, and entries that are one."""
    bench = Bench(tmp_path_factory.mktemp("prepared"))
    bench.bring("other", STONES)
    bench.hear(PREPRINT, RECORD)
    bench.propose(2)
    assert bench.type("merge", "1", "5") == 0
    assert bench.type("section", "add", "Rivers/Mouths", "--document", "Waters") == 0
    assert bench.type("tag", "2", "+wet") == bench.type("read", "3") == 0
    return bench


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_whatever_is_typed_is_undone_and_redone(prepared: Bench, line: tuple[str, ...]) -> None:
    bench = prepared.copy()
    before, steps = held(bench.base), last_step(bench.base)
    for first in range(8):
        bench.type(*filled(bench.base, line, [first, first + 1, first, first + 1, first]))
        if last_step(bench.base) > steps:
            break
    after = held(bench.base)
    assert (last_step(bench.base), after != before) == (steps + 1, True)
    bench.undo()
    assert (held(bench.base), flaws(bench.base)) == (before, [])
    bench.redo()
    assert (held(bench.base), flaws(bench.base)) == (after, [])


@pytest.mark.parametrize("records", RECORDS, ids=str)
def test_entries_of_a_program_are_undone_and_redone(
    prepared: Bench, records: tuple[dict[str, object], ...]
) -> None:
    bench = prepared.copy()
    undo_and_redo(bench, lambda: bench.bring_records("records", records, "Waters"))


@pytest.mark.parametrize("edit", [one for one in FILE_EDITS if one != "read"])
def test_a_sync_is_undone_and_redone(prepared: Bench, edit: str) -> None:
    bench = prepared.copy()
    assert bench.give_file("Waters") == 0
    undo_and_redo(bench, lambda: bench.sync([edit]))


def undo_and_redo(bench: Bench, do: Callable[[], int]) -> None:
    """Does something, and takes it back and again."""
    before, steps = held(bench.base), last_step(bench.base)
    assert do() == 0
    after = held(bench.base)
    assert (last_step(bench.base), after != before) == (steps + 1, True)
    bench.undo()
    assert (held(bench.base), flaws(bench.base)) == (before, [])
    bench.redo()
    assert (held(bench.base), flaws(bench.base)) == (after, [])


class Undoing(RuleBasedStateMachine):
    """Changes of every kind, undone and redone."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="diffkb-")
        self.bench = Bench(Path(self.folder.name))
        self.first = held(self.bench.base)
        self.done: list[tuple[Held, Held]] = []
        self.undone: list[tuple[Held, Held]] = []
        self.sequences: dict[str, int] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(other=st.sampled_from(OTHERS))
    def bring_another_list(self, other: str) -> None:
        self.change(lambda: self.bench.bring("other", other))

    def change(self, do: Callable[[], object]) -> None:
        """Does something, in one step; what leaves no step has changed nothing."""
        before, steps = held(self.bench.base), last_step(self.bench.base)
        do()
        now = held(self.bench.base)
        if last_step(self.bench.base) == steps:
            assert now == before
            return
        assert last_step(self.bench.base) == steps + 1
        self.done.append((before, now))
        self.undone = []

    @rule(typed=st.lists(st.tuples(st.sampled_from(LINES), PICKS), min_size=1, max_size=4))
    def type(self, typed: list[tuple[tuple[str, ...], tuple[int, ...]]]) -> None:
        for line, picks in typed:
            words = filled(self.bench.base, line, picks)
            self.change(partial(self.bench.type, *words))

    @rule(number=st.integers(0, 1), other=st.sampled_from(OTHERS))
    def bring(self, number: int, other: str) -> None:
        self.change(lambda: self.bench.bring(f"more{number}", f"{other}\n"))

    @rule(number=st.integers(0, 2), records=st.sampled_from(RECORDS), pick=PICK)
    def bring_records(self, number: int, records: tuple[dict[str, object], ...], pick: int) -> None:
        [name] = filled(self.bench.base, ("{d}",), [pick] * len(NAMED))
        self.change(lambda: self.bench.bring_records(f"records{number}", records, name))

    @rule(pick=PICK)
    def give_file(self, pick: int) -> None:
        [name] = filled(self.bench.base, ("{d}",), [pick] * len(NAMED))
        self.change(lambda: self.bench.give_file(name))

    @precondition(lambda self: (self.bench.folder / "given.md").exists())
    @rule(
        edits=st.lists(st.sampled_from([*FILE_EDITS]), max_size=3),
        preferred=st.sampled_from(PREFERRED),
    )
    def sync(self, edits: list[str], preferred: tuple[str, ...]) -> None:
        self.change(lambda: self.bench.sync(edits, *preferred))

    @rule(said=st.sampled_from([*SAID]))
    def hear(self, said: str) -> None:
        self.change(lambda: self.bench.hear(*SAID[said]))

    @rule(pick=PICK, decided=st.sampled_from([(), ("accept",), ("accept", "--reject")]))
    def propose(self, pick: int, decided: tuple[str, ...]) -> None:
        [entry] = filled(self.bench.base, ("{a}",), [pick] * len(NAMED))
        if entry == "none" or ask(self.bench.base, "SELECT 1 FROM proposals"):
            return
        self.change(lambda: self.bench.propose(int(entry)))
        if decided:
            self.change(lambda: self.bench.type(*decided, entry))

    @rule(count=st.integers(1, 4))
    def undo(self, count: int) -> None:
        if count > len(self.done):
            before = held(self.bench.base)
            with pytest.raises(NothingToUndo):
                self.bench.undo(count + 1)
            assert held(self.bench.base) == before
            return
        self.bench.undo(count)
        for _ in range(count):
            self.undone.append(self.done.pop())
        assert held(self.bench.base) == self.undone[-1][0]

    @rule(count=st.integers(1, 3))
    def redo(self, count: int) -> None:
        if count > len(self.undone):
            before = held(self.bench.base)
            with pytest.raises(NothingToRedo):
                self.bench.redo(count)
            assert held(self.bench.base) == before
            return
        self.bench.redo(count)
        for _ in range(count):
            self.done.append(self.undone.pop())
        assert held(self.bench.base) == self.done[-1][1]

    @rule(pick=PICK)
    def undo_one_alone(self, pick: int) -> None:
        """On a copy: the rest still reads as it is stored, and leads back to the start as well."""
        steps = self.bench.steps()[1:]
        if len(steps) < 2:
            return
        bench, before = self.bench.copy(), held(self.bench.base)
        try:
            bench.undo_alone(steps[pick % len(steps)])
        except StepsInTheWay:
            assert held(bench.base) == before
            return
        alone = held(bench.base)
        assert flaws(bench.base) == []
        assert bench.reads_as_stored()
        bench.redo()
        assert held(bench.base) == before
        bench.undo()
        assert held(bench.base) == alone
        bench.undo(len(steps) - 1)
        assert timeless(held(bench.base)) == timeless(self.first)

    @invariant()
    def holds_together(self) -> None:
        assert flaws(self.bench.base) == []

    @invariant()
    def never_gives_an_id_twice(self) -> None:
        now = dict(ask(self.bench.base, "SELECT name, seq FROM sqlite_sequence"))
        assert all(now[name] >= last for name, last in self.sequences.items())
        self.sequences = now


TestUndoing = Undoing.TestCase
TestUndoing.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

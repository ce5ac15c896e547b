"""Changing entries as a curator asks for it: many at once, as one step, or only to be looked at."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import CannotWrite, DiffkbError, EntryNotFound
from diffkb.services.choosing import choose_entries
from diffkb.services.opening import open_reader, open_rehearsal, open_unit
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from diffkb.core.models import Entry
    from diffkb.paths import BaseChoice
    from diffkb.services.choosing import Meant
    from diffkb.services.opening import Report
    from diffkb.services.pages import Page
    from diffkb.store.tables import EntryRow
    from diffkb.store.writer import UnitOfWork

    # Changes one entry; returns what follows the entry's name in the sentence that says so
    # ("3" in `rated 12 "Denoising …" 3`), or None where there was nothing to change.
    Edit = Callable[["Editing", EntryRow], str | None]
    # Is given how many entries are meant, and what shows them as they would be; raises where the
    # person does not want it.
    Agree = Callable[[int, Callable[[], "Curated"]], None]

# Of a title so many characters stand in a step's summary, and of entries so many ids.
SHOWN = 60
NAMED = 10


class Verb(NamedTuple):
    """What is done to entries, in words: `rate`, and of what was done `rated`."""

    name: str
    past: str


class Change(NamedTuple):
    """What became of an entry.

    Attributes:
        entry_id: the entry.
        rest: what follows its name in the sentence about it; None where nothing was to be changed.
        before: as it was.
        after: as it is; None where it was removed.
    """

    entry_id: int
    rest: str | None
    before: Entry
    after: Entry | None


class Curated(NamedTuple):
    """What became of all entries that were meant.

    Attributes:
        changes: each of them.
        diff: of a rehearsal the lines that differ in the Markdown; else empty.
        step_id: the step that holds it; None of a rehearsal, and where nothing was changed.
    """

    changes: tuple[Change, ...] = ()
    diff: tuple[bytes, ...] = ()
    step_id: int | None = None

    @property
    def changed(self) -> list[Change]:
        """Those that were changed."""
        return [change for change in self.changes if change.rest is not None]


class Editing:
    """A unit of work in which entries are edited, with the documents they stand in.

    Args:
        unit: the change.
        compared: whether the documents are kept as they were, to be compared at the end.
        defers: whether documents are read again only at the end, which `settle` does.

    Attributes:
        unit: the change.
        done: the entries that were edited so far, in order.
    """

    def __init__(self, unit: UnitOfWork, *, compared: bool = False, defers: bool = False) -> None:
        self.unit = unit
        self.done: list[int] = []
        self._compared = compared
        self._defers = defers
        self._pages: dict[int, Page] = {}
        self._as_they_were: dict[int, list[tuple[int, bytes]]] = {}

    @property
    def reader(self) -> Reader:
        """Reads the base as the unit sees it."""
        return Reader(self.unit.connection, self.unit.path)

    def page(self, document_id: int) -> Page:
        """Opens a document to be edited."""
        from diffkb.services.pages import Page

        if document_id not in self._pages:
            if self._compared:
                self._as_they_were[document_id] = self._blocks(document_id)
            self._pages[document_id] = Page.open(self.unit, document_id)
            if self._defers:
                self._pages[document_id].defer_checks()
        return self._pages[document_id]

    def settle(self) -> None:
        """Makes sure that all documents read as they are stored.

        Raises:
            CannotWrite: some block would read differently.
        """
        for page in self._pages.values():
            page.settle()

    def row(self, entry_id: int) -> EntryRow:
        """Returns an entry's row.

        Raises:
            EntryNotFound: it was removed meanwhile.
        """
        from diffkb.store.tables import EntryRow

        row = self.unit.session.get(EntryRow, entry_id)
        if row is None:
            raise EntryNotFound(str(entry_id))
        return row

    def differences(self) -> list[bytes]:
        """Returns the lines that differ in the documents that were opened, as a unified diff."""
        from diffkb.core.line_diff import diff_blocks

        names = {one.id: one.name for one in self.reader.documents()}
        return [
            line
            for document_id, before in self._as_they_were.items()
            for line in diff_blocks(
                before, self._blocks(document_id), names.get(document_id, str(document_id))
            )
        ]

    def _blocks(self, document_id: int) -> list[tuple[int, bytes]]:
        """Returns the ids and the bytes of a document's blocks."""
        return self.unit.connection.execute(
            "SELECT id, raw FROM blocks WHERE document_id = ? AND position > 0 ORDER BY position",
            (document_id,),
        ).fetchall()


def curate(
    choice: BaseChoice,
    verb: Verb,
    meant: Meant,
    edit: Edit,
    *,
    dry_run: bool,
    agree: Agree,
    report: Report,
    finish: Callable[[Editing], None] = lambda _: None,
    last_first: bool = False,
) -> Curated:
    """Changes the entries that are meant, all of them or, where one cannot be changed, none.

    Args:
        choice: the base.
        verb: what is done, for the journal and for people.
        meant: which entries.
        edit: changes one of them.
        dry_run: whether it is only to be looked at.
        agree: is asked before more than one entry is changed.
        report: takes a sentence about what had to be done.
        finish: is called after the last of them.
        last_first: whether those that stand last in their lists are changed first, so that what
            is nested comes before what holds it.

    Raises:
        UsageError, EntryNotFound, AmbiguousRef, BadQuery: as `choose_entries` says.
        DiffkbError: what an edit raised, with the entry named; nothing has changed.
        StorageError: the base cannot be read or written.
    """
    with open_reader(choice, report) as reader:
        ids = choose_entries(reader, meant)
    if not ids:
        return Curated()

    task = _Task(ids, edit, finish, last_first)

    def rehearse() -> Curated:
        with open_rehearsal(choice, verb.name) as unit:
            return task.carry_out(unit, compared=True)

    if dry_run:
        return rehearse()
    if len(ids) > 1:
        agree(len(ids), rehearse)
    with open_unit(choice, verb.name, report) as unit:
        done = task.carry_out(unit)
        if not done.changed:
            # What was made on the way to nothing, such as a section, is not kept either.
            unit.abandon()
            return done
        unit.summary = summarise(verb, done.changed)
        return done._replace(step_id=unit.step_id)


class _Task(NamedTuple):
    """Entries that are meant, and what is to be done to each; as for `curate`."""

    ids: Sequence[int]
    edit: Edit
    finish: Callable[[Editing], None]
    last_first: bool

    def carry_out(self, unit: UnitOfWork, *, compared: bool = False) -> Curated:
        """Does it; documents are read again once for all, or where that fails each time."""
        if len(self.ids) > 1:
            with suppress(CannotWrite), unit.attempt():
                return self._carry_out(Editing(unit, compared=compared, defers=True))
        return self._carry_out(Editing(unit, compared=compared))

    def _carry_out(self, editing: Editing) -> Curated:
        """Changes entries one by one, and says what became of each."""
        before = {entry.id: entry for entry in editing.reader.entries_of(self.ids)}
        rests = {}
        for entry_id in editing.reader.last_first(self.ids) if self.last_first else self.ids:
            try:
                rests[entry_id] = self.edit(editing, editing.row(entry_id))
            except DiffkbError as error:
                raise _naming(error, before.get(entry_id), alone=len(self.ids) == 1) from error
            editing.done.append(entry_id)
        self.finish(editing)
        editing.settle()
        after = {entry.id: entry for entry in editing.reader.entries_of(self.ids)}
        changes = (Change(one, rests[one], before[one], after.get(one)) for one in self.ids)
        return Curated(tuple(changes), tuple(editing.differences()))


def _naming(error: DiffkbError, entry: Entry | None, *, alone: bool) -> DiffkbError:
    """Returns an error that names the entry it is about, where it might be about another."""
    if entry is not None:
        error.ref = error.ref or str(entry.id)
        if not alone:
            error.message = f"{named(entry.id, entry.title, shortened=True)}: {error.message}"
    return error


def summarise(verb: Verb, changes: Sequence[Change]) -> str:
    """Returns what was done in one sentence, for the journal."""
    if len(changes) == 1:
        return say_change(verb.past, changes[0], shortened=True)
    ids = [str(change.entry_id) for change in changes[:NAMED]]
    more = f" and {len(changes) - NAMED} more" if len(changes) > NAMED else ""
    rests = _only(change.rest for change in changes)
    return f"{verb.past} {len(changes)} entries {rests}".rstrip() + f": {', '.join(ids)}{more}"


def say_change(word: str, change: Change, *, shortened: bool = False) -> str:
    """Returns what was done to an entry in one sentence.

    Args:
        word: what was done.
        change: to which entry.
        shortened: whether a long title is.
    """
    name = named(change.entry_id, change.before.title, shortened=shortened)
    return f"{word} {name} {change.rest or ''}".rstrip()


def named(entry_id: int, title: str, *, shortened: bool = False) -> str:
    """Returns an entry as people are told of it: its id, and its title."""
    shown = " ".join(title.split())
    if shortened and len(shown) > SHOWN:
        shown = f"{shown[: SHOWN - 1].rstrip()}…"
    return f'{entry_id} "{shown}"'


def _only(texts: Iterable[str | None]) -> str:
    """Returns what all texts say, where it is the same."""
    found = set(texts)
    return (found.pop() or "") if len(found) == 1 else ""

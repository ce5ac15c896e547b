"""Taking the entries of a file that another program wrote into the base, an entry a record."""

from __future__ import annotations

import tempfile
from array import array
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from heapq import merge
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.core.text import storable
from diffkb.errors import BadRecord, CannotWrite, UnreadableInput
from diffkb.formats import NoRecord
from diffkb.formats.jsonl import read_record
from diffkb.services.exporting import choose_document
from diffkb.services.listing import find_document
from diffkb.services.opening import open_unit
from diffkb.services.record_rows import RecordRows, extra_of
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from diffkb.core.models import Fields, Record
    from diffkb.markdown.dialect import Context, Form
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.services.pages import Page
    from diffkb.services.planning import Heading, Place, Written
    from diffkb.services.record_rows import Work
    from diffkb.store.writer import UnitOfWork

STDIN = "-"
# Errors that are told one by one; of more, their number.
MOST_ERRORS = 1_000


class RecordFile(NamedTuple):
    """A file of records as it was looked through.

    Attributes:
        path: the file, as the person typed it.
        size: its bytes.
        groups: where records begin and in which lines, by document, section and year.
        total: how many can be read.
        errors: those that cannot.
    """

    path: str
    size: int
    groups: dict[Group, Spots]
    total: int
    errors: list[BadRecord]


class Group(NamedTuple):
    """What records have in common that go to one place."""

    document: str | None
    section: tuple[str, ...]
    year: int | None


class Spots(NamedTuple):
    """Where records stand in a file: their lines, and the offsets of their first bytes."""

    lines: array[int]
    offsets: array[int]


class Brought(NamedTuple):
    """What a file of records brought.

    Attributes:
        path: the file, as the person typed it.
        size: its bytes.
        documents: the names of the lists that took them.
        first_id: the id of the first new entry, the others follow; None where nothing was written.
        added: how many entries are new.
        known: how many were listed already.
        undated: how many have a year that their list has no place for.
        errors: the records that could not be taken.
    """

    path: str
    size: int
    documents: tuple[str, ...]
    first_id: int | None
    added: int
    known: int
    undated: int
    errors: list[BadRecord]


def bring_records(
    choice: BaseChoice,
    path: Path,
    *,
    document: str | None,
    default_document: str | None,
    dry_run: bool,
    report: Report,
) -> Brought:
    """Imports a file of JSON lines, all in one step.

    Each entry goes last into its section and year, which are made where they are missing, and
    takes the form of the list. A work that the list holds already is left as it is.

    Args:
        choice: the base; one that has to be made for this starts empty.
        path: the file; `-` is standard input.
        document: the list all of them go to; None for the one each names, where there is one of
            that name, else the default one.
        default_document: the name of the one the configuration makes the default.
        dry_run: whether the file is only looked through.
        report: takes a sentence about what had to be done.

    Raises:
        UnreadableInput: the file cannot be read.
        AmbiguousDocument, DocumentNotFound: nothing says where the entries go.
        StorageError: the base cannot be written.
    """
    with _opened(path) as stream:
        file = look_through(str(path), stream)
        if dry_run or not file.total:
            return Brought(file.path, file.size, (), None, file.total, 0, 0, file.errors)
        with open_unit(choice, "import", report, empty=True) as unit:
            taking = _Taking(unit, file, stream, document, default_document)
            taking.take_all()
            unit.summary = storable(f"import {path.name}: {taking.added} entries")
    return Brought(
        file.path,
        file.size,
        tuple(taking.documents),
        taking.first_id,
        taking.added,
        taking.known,
        taking.undated,
        sorted(file.errors, key=lambda error: error.line or 0),
    )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Opens a file to be read more than once; standard input is kept in a temporary one."""
    with ExitStack() as stack:
        try:
            stream: BinaryIO
            if str(path) == STDIN:
                import shutil
                import sys

                stream = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(sys.stdin.buffer, stream)
            else:
                stream = stack.enter_context(path.open("rb"))
                if not stream.seekable():
                    raise UnreadableInput(str(path), "it is no file", hint="`-` reads a stream")
        except OSError as error:
            raise UnreadableInput(str(path), error.strerror or str(error)) from error
        yield stream


def look_through(path: str, stream: BinaryIO) -> RecordFile:
    """Reads a file of records once, and keeps of each only where it stands and where it goes."""
    groups: dict[Group, Spots] = {}
    errors: list[BadRecord] = []
    offset = count = 0
    stream.seek(0)
    for number, line in enumerate(stream, start=1):
        try:
            record = _read(line, number)
        except NoRecord as error:
            _note(errors, BadRecord(path, number, str(error)))
        else:
            if record is not None:
                group = Group(record.document, record.section, record.fields.year)
                spots = groups.setdefault(group, Spots(array("Q"), array("Q")))
                spots.offsets.append(offset)
                spots.lines.append(number)
                count += 1
        offset += len(line)
    return RecordFile(path, offset, groups, count, errors)


def _read(line: bytes, number: int) -> Record | None:
    """Reads a line; None for a blank one.

    Raises:
        NoRecord: it is no record.
    """
    if number == 1:
        line = line.removeprefix(b"\xef\xbb\xbf")
    return read_record(line) if line.strip() else None


def _note(errors: list[BadRecord], error: BadRecord) -> None:
    """Keeps an error, unless there are many already."""
    if len(errors) < MOST_ERRORS:
        errors.append(error)


class _Taking:
    """Takes the records of a file into the lists they go to.

    Attributes:
        documents: these lists, by name.
        first_id: the id of the first new entry.
        added: how many entries were added.
        known: how many were listed already.
        undated: how many have a year that their list has no place for.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        file: RecordFile,
        stream: BinaryIO,
        document: str | None,
        default_document: str | None,
    ) -> None:
        from diffkb.store.tables import EntryRow

        self._unit = unit
        self._file = file
        self._stream = stream
        self._named = document
        self._default = default_document
        self._rows = RecordRows(unit)
        self.documents: dict[str, int] = {}
        self._there = Reader(unit.connection, unit.path).documents()
        self.first_id = unit.next_id(EntryRow)
        self.added = self.known = self.undated = 0

    def take_all(self) -> None:
        """Takes all records, list by list."""
        by_document: dict[int, list[tuple[Group, Spots]]] = {}
        for group, spots in self._file.groups.items():
            by_document.setdefault(self._document_for(group), []).append((group, spots))
        for document_id, groups in by_document.items():
            self._take(document_id, groups)

    def _document_for(self, group: Group) -> int:
        """Returns the list a record goes to; of an empty base, a new one of the name it names."""
        named = {one.name: one for one in self._there}
        if not self._there:
            return self._make_document(self._named or group.document)
        if self._named is not None:
            found = find_document(self._there, self._named)
        elif group.document in named:
            found = named[group.document]
        else:
            reader = Reader(self._unit.connection, self._unit.path)
            found = choose_document(reader, None, self._default)
        self.documents[found.name] = found.id
        return found.id

    def _make_document(self, name: str | None) -> int:
        """Returns the new list of a name; makes it where it is the first time."""
        from diffkb.services.pages import FIRST_DOCUMENT, Page

        name = storable(" ".join((name or "").split())) or FIRST_DOCUMENT
        if name not in self.documents:
            self.documents[name] = Page.new(self._unit, name).document_id
        return self.documents[name]

    def _take(self, document_id: int, groups: Sequence[tuple[Group, Spots]]) -> None:
        """Takes the records that go to one list."""
        from diffkb.markdown.dialect import Dialect
        from diffkb.services.pages import Page
        from diffkb.services.shelving import Shelf, can_shelve
        from diffkb.store.tables import DocumentRow

        row = self._unit.session.get_one(DocumentRow, document_id)
        self._rows.open(document_id)
        if not can_shelve(Dialect.from_json(row.dialect)):
            self._place(Page.open(self._unit, document_id), [spots for _, spots in groups])
            return
        shelf = Shelf(self._unit, row, self._rows.flush)
        found: dict[Heading, list[Spots]] = {}
        for group, spots in groups:
            found.setdefault(shelf.heading(group.section, group.year), []).append(spots)
        for heading, several in found.items():
            count = sum(len(spots.lines) for spots in several)
            heading.plan(count, partial(self._written, several))
        shelf.fill()

    def _records(self, several: Sequence[Spots]) -> Iterator[tuple[int, Record]]:
        """Yields records with their lines, in the order of the file."""
        for number, offset in merge(*(zip(*spots, strict=True) for spots in several)):
            self._stream.seek(offset)
            record = _read(self._stream.readline(), number)
            if record is not None:
                yield number, record

    def _written(self, several: Sequence[Spots], ctx: Context, form: Form) -> Iterator[Written]:
        """Yields entries as they are to be written under a heading."""
        from diffkb.markdown.placing import write_own
        from diffkb.services.planning import Written

        for number, record in self._records(several):
            work = self._rows.find_work(record)
            if work.is_listed:
                self.known += 1
                continue
            # Labels and marks that this form does not show are kept in the base alone.
            wanted = replace(record.fields, year=ctx.year, links=(), tags=(), read=None)
            try:
                text, read = write_own(wanted, form, ctx)
            except CannotWrite as error:
                _note(self._file.errors, BadRecord(self._file.path, number, error.message))
                continue
            self.undated += record.fields.year is not None and record.fields.year != ctx.year
            self.added += 1

            def settle(
                place: Place, record: Record = record, read: Fields = read, work: Work = work
            ) -> None:
                self._rows.add(record, read, work, place)

            yield Written(text, settle)

    def _place(self, page: Page, several: Sequence[Spots]) -> None:
        """Takes records into a list of any other form, one by one."""
        from diffkb.core.outline import write_path
        from diffkb.services.headings import UNSORTED
        from diffkb.services.placing import add_entry

        for number, record in self._records(several):
            work = self._rows.find_work(record)
            if work.is_listed:
                self.known += 1
                continue
            try:
                with self._unit.attempt():
                    name = write_path(record.section) or UNSORTED
                    loose = not record.section and page.is_flat()
                    section = None if loose else page.section(name, create=True)
                    paper_id = self._rows.add_work(record, work)
                    self._rows.flush()
                    entry = add_entry(
                        page,
                        section,
                        replace(record.fields, read=record.fields.read or None),
                        kind=record.kind or kind_of(record.fields.url),
                        paper_id=paper_id,
                    )
                    entry.citation_key = self._rows.free_key(record.key)
                    entry.extra = extra_of(record, entry.links is not None)
                    self.undated += record.fields.year not in {None, entry.year}
            except CannotWrite as error:
                # With the entry the ids are taken back that its work had.
                self._rows.open(page.document_id)
                _note(self._file.errors, BadRecord(self._file.path, number, error.message))
            else:
                self.added += 1

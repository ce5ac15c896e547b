"""Taking the entries of a file that another program wrote into the base, an entry a record."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.core.text import storable
from diffkb.errors import CannotWrite
from diffkb.services.exporting import choose_document
from diffkb.services.listing import find_document
from diffkb.services.opening import open_unit
from diffkb.services.record_files import RecordFile
from diffkb.services.record_rows import RecordRows, extra_of
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from diffkb.core.models import Fields, Record
    from diffkb.errors import BadRecord
    from diffkb.formats import Format
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.dialect import Form as ListForm
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.services.pages import Page
    from diffkb.services.planning import Heading, Place, Written
    from diffkb.services.record_files import Group, Spots
    from diffkb.services.record_rows import Work
    from diffkb.store.writer import UnitOfWork


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
        keyless: how many came with a citation key that another entry has, and without it.
        errors: the records that could not be taken.
        rejects: the file they were written to, if they were.
    """

    path: str
    size: int
    documents: tuple[str, ...]
    first_id: int | None
    added: int
    known: int
    undated: int
    keyless: int
    errors: list[BadRecord]
    rejects: Path | None = None


def bring_records(
    choice: BaseChoice,
    path: Path,
    form: Format,
    *,
    document: str | None,
    default_document: str | None,
    rejects: Path | None = None,
    dry_run: bool,
    report: Report,
) -> Brought:
    """Imports a file of entries, all in one step.

    Each entry goes last into its section and year, which are made where they are missing, and
    takes the form of the list. A work that the list holds already is left as it is.

    Args:
        choice: the base; one that has to be made for this starts empty.
        path: the file; `-` is standard input.
        form: what it is in.
        document: the list all of them go to; None for the one each names, where there is one of
            that name, else the default one.
        default_document: the name of the one the configuration makes the default.
        rejects: the file that takes what cannot be taken; None for none.
        dry_run: whether the file is only looked through.
        report: takes a sentence about what had to be done.

    Raises:
        UnreadableInput: the file cannot be read.
        AmbiguousDocument, DocumentNotFound: nothing says where the entries go.
        FileNotWritten: what cannot be taken cannot be written either; nothing has changed.
        StorageError: the base cannot be written.
    """
    with RecordFile.opened(path, form) as file:
        if dry_run or not file.total:
            written = None if dry_run else _write_rejected(file, rejects)
            return Brought(
                file.path, file.size, (), None, file.total, 0, 0, 0, file.errors, written
            )
        with open_unit(choice, "import", report, empty=True) as unit:
            taking = _Taking(unit, file, document, default_document)
            taking.take_all()
            entries = "entry" if taking.added == 1 else "entries"
            unit.summary = storable(f"import {path.name}: {taking.added} {entries}")
            written = _write_rejected(file, rejects)
    return Brought(
        file.path,
        file.size,
        tuple(taking.documents),
        taking.first_id,
        taking.added,
        taking.known,
        taking.undated,
        taking.keyless,
        sorted(file.errors, key=lambda error: error.line or 0),
        written,
    )


def _write_rejected(file: RecordFile, rejects: Path | None) -> Path | None:
    """Writes what cannot be taken to a file, if there is any; returns the file."""
    if rejects is None or not file.errors:
        return None
    from diffkb.services.replacing import Replacement

    with Replacement(rejects, file.rejected()) as replacement:
        replacement.publish()
    return rejects


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
        document: str | None,
        default_document: str | None,
    ) -> None:
        from diffkb.store.tables import EntryRow

        self._unit = unit
        self._file = file
        self._named = document
        self._default = default_document
        self._rows = RecordRows(unit, file.form)
        self.documents: dict[str, int] = {}
        self._there = Reader(unit.connection, unit.path).documents()
        self.first_id = unit.next_id(EntryRow)
        self.added = self.known = self.undated = 0

    @property
    def keyless(self) -> int:
        """How many came with a citation key that another entry has, and without it."""
        return self._rows.keyless

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

    def _written(self, several: Sequence[Spots], ctx: Context, form: ListForm) -> Iterator[Written]:
        """Yields entries as they are to be written under a heading."""
        from diffkb.markdown.placing import write_own
        from diffkb.services.planning import Written

        for line, raw, record in self._file.records(several):
            work = self._rows.find_work(record)
            if work.is_listed:
                self.known += 1
                continue
            # Labels and marks that this form does not show are kept in the base alone.
            wanted = replace(record.fields, year=ctx.year, links=(), tags=(), read=None)
            try:
                text, read = write_own(wanted, form, ctx)
            except CannotWrite as error:
                self._file.reject(line, raw, error.message)
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

        for line, raw, record in self._file.records(several):
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
                    entry.extra = extra_of(record, self._file.form, shown=entry.links is not None)
                    self.undated += record.fields.year not in {None, entry.year}
            except CannotWrite as error:
                # With the entry the ids are taken back that its work had.
                self._rows.open(page.document_id)
                self._file.reject(line, raw, error.message)
            else:
                self.added += 1

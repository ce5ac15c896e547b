"""Taking a person's Markdown list into the base, and saying by line what was read."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.identifiers import canonical_url, identifiers_in_url, kind_of
from diffkb.core.models import ARXIV, DOI, OPENREVIEW, URL, Identifier
from diffkb.core.text import storable
from diffkb.errors import AlreadyImported, DiffkbError, StorageError, UnreadableInput
from diffkb.markdown.document import read_document
from diffkb.services.opening import open_unit
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from diffkb.core.models import Fields, Kind
    from diffkb.markdown.document import Block, Reading
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.reader import Document
    from diffkb.store.writer import UnitOfWork

# Room between the positions of neighbours, so that a new block seldom moves an old one.
GAP = 1 << 20

Rows = list[tuple[Any, ...]]


class ListFile(NamedTuple):
    """A Markdown file as it was read.

    Attributes:
        path: the file.
        content: its bytes.
        reading: what the lens made of them.
        not_utf8: where the first byte stands that is not UTF-8, or None.
    """

    path: Path
    content: bytes
    reading: Reading
    not_utf8: int | None

    @property
    def sha256(self) -> str:
        """The digest of the file's bytes."""
        return hashlib.sha256(self.content).hexdigest()


class ListedEntry(NamedTuple):
    """An entry as the list writes it, and where."""

    line: int
    end_line: int
    section: tuple[str, ...]
    fields: Fields
    identifiers: tuple[Identifier, ...]
    kind: Kind


class Imported(NamedTuple):
    """What an import brought, or would bring.

    Attributes:
        name: the document's.
        path: the file's, as the person typed it.
        size: the file's bytes.
        entries: each as JSON holds it, with its lines.
        kept_as_text: (first line, last line, why) of what looks like entries and was not read.
        doubtful: (line, why) of what may be meant otherwise.
        not_utf8: where the first byte stands that is not UTF-8, or None.
    """

    name: str
    path: str
    size: int
    entries: list[dict[str, Any]]
    kept_as_text: list[tuple[int, int, str]]
    doubtful: list[tuple[int, str]]
    not_utf8: int | None


def bring_lists(
    choice: BaseChoice, files: Sequence[Path], *, dry_run: bool, report: Report
) -> Iterator[Imported | DiffkbError]:
    """Imports Markdown lists one by one, each as a step of its own.

    Args:
        choice: the base; one that has to be made for this starts empty.
        files: the lists.
        dry_run: whether nothing is written, and no base needed.
        report: takes a sentence about what had to be done.

    Yields:
        For each file what it brought, or why it could not be taken.
    """
    for path in files:
        try:
            yield _bring_list(choice, path, dry_run=dry_run, report=report)
        except StorageError:
            # The next file would meet the same base.
            raise
        except DiffkbError as error:
            yield error


def _bring_list(choice: BaseChoice, path: Path, *, dry_run: bool, report: Report) -> Imported:
    """Imports one list."""
    file = read_list(path)
    listed = list(listed_entries(file.reading))
    if dry_run:
        name = storable(file.reading.title or path.stem)
        return _imported(file, name, listed, first_id=None)
    with open_unit(choice, "import", report, empty=True) as unit:
        refuse_known(file, Reader(unit.connection, unit.path).documents())
        name, first_id = import_list(unit, file)
    return _imported(file, name, listed, first_id=first_id)


def _imported(
    file: ListFile, name: str, listed: Sequence[ListedEntry], first_id: int | None
) -> Imported:
    """Returns what a list brought."""
    entries = [
        _entry_object(one, None if first_id is None else first_id + place, name)
        for place, one in enumerate(listed)
    ]
    reading = file.reading
    return Imported(
        name,
        str(file.path),
        len(file.content),
        entries,
        reading.kept_as_text,
        reading.doubtful,
        file.not_utf8,
    )


def _entry_object(listed: ListedEntry, entry_id: int | None, document: str) -> dict[str, Any]:
    """Returns an entry as JSON holds it; what only a source could say is null."""
    fields = listed.fields
    by_scheme = {one.scheme: one.value for one in reversed(listed.identifiers)}
    written = [{"family": None, "given": None, "name": fields.authors}] if fields.authors else []
    return {
        "id": entry_id,
        "document": document,
        "line": listed.line,
        "end_line": listed.end_line,
        "kind": listed.kind,
        "title": fields.title,
        "url": fields.url,
        "links": [{"label": link.label, "url": link.url} for link in fields.links],
        "year": fields.year,
        "year_from": fields.year_from,
        "wr": fields.wr,
        "read": fields.read,
        "section": list(listed.section),
        "tags": list(fields.tags),
        "note": fields.note,
        "arxiv_id": by_scheme.get(ARXIV),
        "doi": by_scheme.get(DOI),
        "openreview_id": by_scheme.get(OPENREVIEW),
        "authors": written,
        "venue": fields.venue,
        "published": None,
        "abstract": None,
        "pending": False,
        "key": None,
    }


def read_list(path: Path) -> ListFile:
    """Reads a Markdown list.

    Raises:
        UnreadableInput: the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    text = content.decode("utf-8", "surrogateescape")
    return ListFile(path, content, read_document(text), _first_not_utf8(content))


def refuse_known(file: ListFile, documents: Iterable[Document]) -> None:
    """Refuses a list that is in the base already.

    Raises:
        AlreadyImported: the same path, or the same bytes, were imported before.
    """
    path = str(file.path.resolve())
    for document in documents:
        if document.path == path:
            raise AlreadyImported(str(file.path), document.name, same="path")
        if document.sha256 == file.sha256:
            raise AlreadyImported(str(file.path), document.name, same="bytes")


def listed_entries(reading: Reading) -> Iterator[ListedEntry]:
    """Yields the entries of a list in order."""
    for block in reading.blocks:
        if block.entries:
            section = section_path(reading, block.section)
            for fields in block.entries:
                yield ListedEntry(
                    block.line,
                    block.end_line,
                    section,
                    fields,
                    identify(fields),
                    kind_of(fields.url),
                )


def section_path(reading: Reading, index: int | None) -> tuple[str, ...]:
    """Returns the names of the sections down to the heading of that block."""
    path: list[str] = []
    while index is not None:
        block = reading.blocks[index]
        if block.heading is not None and block.heading.role == "section":
            path.append(block.heading.name)
        index = block.parent
    return tuple(reversed(path))


def identify(fields: Fields) -> tuple[Identifier, ...]:
    """Returns the identifiers of an entry's work: those in its links, else its canonical link."""
    urls = [url for url in (fields.url, *(link.url for link in fields.links)) if url]
    found = {(one.scheme, one.value): one for url in urls for one in identifiers_in_url(url)}
    if found:
        return tuple(found.values())
    return (Identifier(URL, canonical_url(fields.url)),) if fields.url else ()


def import_list(
    unit: UnitOfWork, file: ListFile, name: str | None = None, *, keep_path: bool = True
) -> tuple[str, int]:
    """Writes a list into the base, as a document of its own.

    Args:
        unit: the change it is part of.
        file: the list.
        name: the document's name; by default its title, else the file's name.
        keep_path: whether the document remembers where the file lay.

    Returns:
        The document's name, and the id of its first entry: the others follow it in order.
    """
    from diffkb.store.tables import (
        BlockRow,
        DocumentRow,
        EntryRow,
        IdentifierRow,
        NoteRow,
        PaperRow,
        SectionRow,
        TagRow,
    )

    document = DocumentRow(
        name=_free_name(unit, name or file.reading.title or file.path.stem),
        title=file.reading.title,
        path=str(file.path.resolve()) if keep_path else None,
        sha256=file.sha256,
        dialect=file.reading.dialect.to_json(),
        added=unit.time,
        changed=unit.time,
    )
    unit.session.add(document)
    unit.session.flush()
    rows = _Rows(unit, document.id or 0, file.reading)
    first_entry = rows.first_entry
    rows.fill()
    for row, values in (
        (BlockRow, rows.blocks),
        (SectionRow, rows.sections),
        (PaperRow, rows.papers),
        (IdentifierRow, rows.identifiers),
        (EntryRow, rows.entries),
        (NoteRow, rows.notes),
        (TagRow, rows.tags),
    ):
        unit.insert_rows(row, values)
    unit.summary = f"import {file.path.name}: {len(rows.entries)} entries"
    return document.name, first_entry


class _Rows:
    """The rows of a list, with their ids, as bulk inserts take them."""

    def __init__(self, unit: UnitOfWork, document_id: int, reading: Reading) -> None:
        from diffkb.store.tables import (
            BlockRow,
            EntryRow,
            IdentifierRow,
            NoteRow,
            PaperRow,
            SectionRow,
            TagRow,
        )

        self._unit = unit
        self._document_id = document_id
        self._reading = reading
        self._first_block = unit.next_id(BlockRow)
        self._next_section = unit.next_id(SectionRow)
        self._next_paper = unit.next_id(PaperRow)
        self._next_identifier = unit.next_id(IdentifierRow)
        self.first_entry = unit.next_id(EntryRow)
        self._next_note = unit.next_id(NoteRow)
        self._next_tag = unit.next_id(TagRow)
        self._sections: dict[int, int] = {}
        self._papers: dict[tuple[str, str], int] = {}
        self._empty_before = self._next_identifier == 1
        self.blocks: Rows = []
        self.sections: Rows = []
        self.papers: Rows = []
        self.identifiers: Rows = []
        self.entries: Rows = []
        self.notes: Rows = []
        self.tags: Rows = []

    def fill(self) -> None:
        """Makes the rows of every block."""
        for index, block in enumerate(self._reading.blocks):
            raw = block.raw.encode("utf-8", "surrogateescape")
            block_id = self._first_block + index
            self.blocks.append((block_id, self._document_id, (index + 1) * GAP, block.kind, raw))
            if block.heading is not None:
                self._add_section(index, block, block_id)
            for ordinal, fields in enumerate(block.entries):
                self._add_entry(block, block_id, ordinal, fields)

    def _add_section(self, index: int, block: Block, block_id: int) -> None:
        """Makes the row of a heading."""
        heading = block.heading
        if heading is None:
            return
        section_id = self._next_section + len(self.sections)
        self._sections[index] = section_id
        parent_id = None if block.parent is None else self._sections[block.parent]
        self.sections.append(
            (
                section_id,
                self._document_id,
                block_id,
                parent_id,
                heading.level,
                heading.role,
                storable(heading.name),
                heading.year,
            )
        )

    def _add_entry(self, block: Block, block_id: int, ordinal: int, fields: Fields) -> None:
        """Makes the rows of an entry."""
        entry_id = self.first_entry + len(self.entries)
        section = None if block.section is None else self._sections[block.section]
        group = None if block.parent is None else self._sections[block.parent]
        time = self._unit.time
        self.entries.append(
            (
                entry_id,
                self._document_id,
                block_id,
                ordinal,
                section,
                group,
                self._paper(identify(fields)),
                kind_of(fields.url),
                storable(fields.title),
                False,
                *entry_columns(fields),
                None,
                None,
                None,
                time,
                time,
            )
        )
        if fields.note is not None:
            note_id = self._next_note + len(self.notes)
            self.notes.append((note_id, entry_id, "listed", storable(fields.note)))
        for tag in dict.fromkeys(map(storable, fields.tags)):
            self.tags.append((self._next_tag + len(self.tags), entry_id, tag))

    def _paper(self, identifiers: Sequence[Identifier]) -> int | None:
        """Returns the work with one of those identifiers; a new one where there is none."""
        if not identifiers:
            return None
        names = [(one.scheme, storable(one.value)) for one in identifiers]
        known = {name: paper for name in names if (paper := self._known(name)) is not None}
        paper_id = next(iter(known.values()), None)
        if paper_id is None:
            paper_id = self._next_paper + len(self.papers)
            self.papers.append((paper_id, "unfetched", None, None))
        for name in names:
            if name not in known:
                self._papers[name] = paper_id
                identifier_id = self._next_identifier + len(self.identifiers)
                self.identifiers.append((identifier_id, paper_id, *name))
        return paper_id

    def _known(self, name: tuple[str, str]) -> int | None:
        """Returns the work that has an identifier, in this list or in the base."""
        if name in self._papers:
            return self._papers[name]
        if self._empty_before:
            return None
        found = self._unit.connection.execute(
            "SELECT paper_id FROM identifiers WHERE scheme = ? AND value = ?", name
        ).fetchone()
        return None if found is None else int(found[0])


def entry_columns(fields: Fields) -> tuple[Any, ...]:
    """Returns what the lens read as the columns of an entry hold it, from url to mentioned."""
    links = [[storable(link.label), storable(link.url)] for link in fields.links]
    return (
        _storable(fields.url),
        json.dumps(links) if links else None,
        fields.year,
        fields.year_from,
        fields.wr,
        fields.read,
        _storable(fields.venue),
        _storable(fields.authors),
        json.dumps([storable(url) for url in fields.mentioned]) if fields.mentioned else None,
    )


def _storable(text: str | None) -> str | None:
    """Returns text as a column can hold it that may be empty."""
    return None if text is None else storable(text)


def _free_name(unit: UnitOfWork, wanted: str) -> str:
    """Returns a name that no document has: the wanted one, or that with a number."""
    taken = {name.casefold() for (name,) in unit.connection.execute("SELECT name FROM documents")}
    wanted = " ".join(storable(wanted).split()) or "list"
    name = wanted
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted} ({number})"
    return name


def _first_not_utf8(content: bytes) -> int | None:
    """Returns where the first byte stands that is not UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None

"""Taking a person's Markdown list into the base, and saying by line what was read."""

from __future__ import annotations

import gc
import hashlib
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.core.models import ARXIV, DOI, OPENREVIEW
from diffkb.core.text import storable
from diffkb.errors import (
    AlreadyImported,
    BaseNotFound,
    BaseOlder,
    DiffkbError,
    StorageError,
    UnreadableInput,
)
from diffkb.markdown.document import read_document
from diffkb.markdown.persons import split_authors
from diffkb.paths import storable_path
from diffkb.services.file_kinds import binary_kind
from diffkb.services.list_rows import ListRows, identify, storable_or_none
from diffkb.services.opening import open_unit
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from diffkb.core.models import Fields
    from diffkb.markdown.document import Block, Reading
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.reader import Document
    from diffkb.store.writer import UnitOfWork


_HINTS = {"a PDF": "`diffkb add FILE` adds the paper that a PDF holds"}
_OTHER_HINT = "import takes lists in Markdown"


class ListFile(NamedTuple):
    """A Markdown file as it was read.

    Attributes:
        path: the file.
        size: its bytes.
        sha256: the digest of them.
        reading: what the lens made of them.
        not_utf8: where the first byte stands that is not UTF-8, or None.
    """

    path: Path
    size: int
    sha256: str
    reading: Reading
    not_utf8: int | None


class Imported(NamedTuple):
    """What an import brought, or would bring.

    Attributes:
        name: the document's.
        path: the file's, as the person typed it.
        size: the file's bytes.
        reading: what the lens made of them.
        first_id: the id of the first entry, the others follow in order; None where nothing was
            written.
        not_utf8: where the first byte stands that is not UTF-8, or None.
    """

    name: str
    path: str
    size: int
    reading: Reading
    first_id: int | None
    not_utf8: int | None

    @property
    def entry_count(self) -> int:
        """The number of entries."""
        return sum(len(block.entries) for block in self.reading.blocks)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yields each entry as JSON holds it, with its lines."""
        number = self.first_id
        for block in self.reading.blocks:
            section = list(section_path(self.reading, block.section)) if block.entries else []
            for fields in block.entries:
                yield _entry_object(block, fields, section, number, self.name)
                number = None if number is None else number + 1


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
            with _uncollected():
                imported = _bring_list(choice, path, dry_run=dry_run, report=report)
            yield imported
        except StorageError:
            # The next file would meet the same base.
            raise
        except DiffkbError as error:
            yield error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keeps Python's collector of cycles away while a list is read and stored.

    Both make millions of tuples, none of which is part of a cycle. Looking through them again and
    again takes up to a fifth of the time and frees nothing.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _bring_list(choice: BaseChoice, path: Path, *, dry_run: bool, report: Report) -> Imported:
    """Imports one list."""
    file = read_list(path)
    name, first_id = storable(file.reading.title or path.stem), None
    if dry_run:
        _refuse_known_in(choice, file)
    else:
        with open_unit(choice, "import", report, empty=True) as unit:
            refuse_known(file, Reader(unit.connection, unit.path).documents())
            name, first_id = import_list(unit, file)
    return Imported(name, str(path), file.size, file.reading, first_id, file.not_utf8)


def _refuse_known_in(choice: BaseChoice, file: ListFile) -> None:
    """Refuses a list that is in the base already, where there is a base.

    Raises:
        AlreadyImported: as for `refuse_known`.
    """
    with suppress(BaseNotFound, BaseOlder), Reader.open(choice.target) as reader:
        refuse_known(file, reader.documents())


def _entry_object(
    block: Block, fields: Fields, section: list[str], entry_id: int | None, document: str
) -> dict[str, Any]:
    """Returns an entry as JSON holds it; what only a source could say is null."""
    by_scheme = {one.scheme: one.value for one in reversed(identify(fields))}
    authors = split_authors(fields.authors) if fields.authors else ()
    return {
        "id": entry_id,
        "document": document,
        "line": block.line,
        "end_line": block.end_line,
        "kind": kind_of(fields.url),
        "title": fields.title,
        "url": fields.url,
        "links": [{"label": link.label, "url": link.url} for link in fields.links],
        "year": fields.year,
        "year_from": fields.year_from,
        "wr": fields.wr,
        "read": fields.read,
        "section": section,
        "tags": list(fields.tags),
        "note": fields.note,
        "arxiv_id": by_scheme.get(ARXIV),
        "doi": by_scheme.get(DOI),
        "openreview_id": by_scheme.get(OPENREVIEW),
        "authors": [asdict(author) for author in authors],
        "venue": fields.venue,
        "published": None,
        "abstract": None,
        "pending": False,
        "key": None,
    }


def read_list(path: Path) -> ListFile:
    """Reads a Markdown list.

    Raises:
        UnreadableInput: the file cannot be read, or is no text.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    kind = binary_kind(content)
    if kind is not None:
        raise UnreadableInput(
            str(path), f"it is {kind}, no Markdown list", hint=_HINTS.get(kind, _OTHER_HINT)
        )
    size, sha256, not_utf8 = len(content), hashlib.sha256(content).hexdigest(), None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        not_utf8 = error.start
        text = content.decode("utf-8", "surrogateescape")
    # Large lists need the room while they are read.
    del content
    return ListFile(path, size, sha256, read_document(text), not_utf8)


def refuse_known(file: ListFile, documents: Iterable[Document]) -> None:
    """Refuses a list that is in the base already.

    Raises:
        AlreadyImported: the same path, or the same bytes, were imported before.
    """
    path = storable_path(file.path)
    for document in documents:
        if document.path == path:
            raise AlreadyImported(str(file.path), document.name, same="path")
        if document.sha256 == file.sha256:
            raise AlreadyImported(str(file.path), document.name, same="bytes")


def section_path(reading: Reading, index: int | None) -> tuple[str, ...]:
    """Returns the names of the sections down to the heading of that block."""
    path: list[str] = []
    while index is not None:
        block = reading.blocks[index]
        if block.heading is not None and block.heading.role == "section":
            path.append(block.heading.name)
        index = block.parent
    return tuple(reversed(path))


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
        DocumentRow,
    )

    document = DocumentRow(
        name=_free_name(unit, name or file.reading.title or file.path.stem),
        title=storable_or_none(file.reading.title),
        path=storable_path(file.path) if keep_path else None,
        sha256=file.sha256,
        dialect=file.reading.dialect.to_json(),
        added=unit.time,
        changed=unit.time,
    )
    unit.session.add(document)
    unit.session.flush()
    rows = ListRows(unit, document.id or 0, file.reading)
    first_entry = rows.first_entry
    rows.fill()
    rows.write()
    unit.summary = storable(f"import {file.path.name}: {len(rows.entries)} entries")
    return document.name, first_entry


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

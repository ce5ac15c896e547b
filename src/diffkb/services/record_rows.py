"""The rows of entries that a file of records brings, and of their works, written in bulk."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.core.text import storable
from diffkb.services.list_rows import entry_columns, identify, storable_or_none
from diffkb.store.tables import (
    AuthorRow,
    EntryRow,
    FactRow,
    IdentifierRow,
    NoteRow,
    PaperRow,
    TagRow,
)

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from diffkb.core.models import Fields, Record
    from diffkb.formats import Format
    from diffkb.services.planning import Place
    from diffkb.store.writer import UnitOfWork


class Work(NamedTuple):
    """The work of a record.

    Attributes:
        paper_id: its row, where there is one.
        new_names: its identifiers that no work has yet.
        is_listed: whether the list has it already.
    """

    paper_id: int | None
    new_names: tuple[tuple[str, str], ...]
    is_listed: bool


class RecordRows:
    """The rows of entries that a file brings, and of their works, written many at a time.

    Args:
        unit: the change.
        form: what the file is in, which is who says what it says of a work.

    Attributes:
        keyless: how many entries came with a key that another one has.
    """

    def __init__(self, unit: UnitOfWork, form: Format) -> None:
        self._unit = unit
        self._form = form
        self._paper = _Table(unit, PaperRow)
        self._identifier = _Table(unit, IdentifierRow)
        self._fact = _Table(unit, FactRow)
        self._author = _Table(unit, AuthorRow)
        self._entry = _Table(unit, EntryRow)
        self._note = _Table(unit, NoteRow)
        self._tag = _Table(unit, TagRow)
        # Whatever a row refers to stands before it.
        self._tables = (
            *(self._paper, self._identifier, self._fact, self._author),
            *(self._entry, self._note, self._tag),
        )
        self._first_entry = self._entry.next_id
        self._papers: dict[tuple[str, str], int] = {}
        self._titles: dict[int, set[str]] = {}
        self._keys: set[str] = set()
        self._document_id = 0
        self._unnamed: set[str] = set()
        self.keyless = 0

    def open(self, document_id: int) -> None:
        """Notes which list the entries go to that come now, and begins anew with ids."""
        self._document_id = document_id
        for table in self._tables:
            table.begin()
        found = self._unit.connection.execute(
            "SELECT title FROM entries e WHERE document_id = ? AND NOT EXISTS"
            " (SELECT 1 FROM identifiers i WHERE i.paper_id = e.paper_id)",
            (document_id,),
        )
        self._unnamed = {title for (title,) in found}

    def find_work(self, record: Record) -> Work:
        """Returns the work of a record.

        It is listed where the list had an entry of it before, or has one of the same title now:
        two lines of one file may speak of one work in different words.
        """
        own = {(one.scheme, one.value): one for one in record.identifiers}
        found = identify(record.fields)
        if not own or any(one.scheme != "url" for one in found):
            own |= {(one.scheme, one.value): one for one in found}
        title = storable(record.fields.title)
        if not own:
            return Work(None, (), title in self._unnamed)
        names = [(scheme, storable(value)) for scheme, value in own]
        papers = {name: self._paper_of(name) for name in names}
        paper_id = next(filter(None, papers.values()), None)
        new_names = tuple(name for name in names if papers[name] is None)
        return Work(paper_id, new_names, paper_id is not None and self._is_listed(paper_id, title))

    def add(self, record: Record, read: Fields, work: Work, place: Place) -> None:
        """Adds an entry that was written, and its work."""
        time = self._unit.time
        paper_id = self.add_work(record, work)
        fields = replace(read, read=record.fields.read)
        title = storable(read.title)
        entry_id = self._entry.add(
            self._document_id,
            place.block_id,
            0,
            place.section_id,
            place.group_id,
            paper_id,
            record.kind or kind_of(record.fields.url),
            title,
            False,
            False,
            *entry_columns(fields),
            self.free_key(record.key),
            None,
            extra_of(record, self._form, shown=False),
            time,
            time,
        )
        if paper_id is None or (work.paper_id is None and not work.new_names):
            self._unnamed.add(title)
        else:
            self._titles.setdefault(paper_id, set()).add(title)
        if read.note is not None:
            self._note.add(entry_id, "listed", storable(read.note))
        if record.private is not None:
            self._note.add(entry_id, "private", storable(record.private))
        for tag in dict.fromkeys(map(storable, record.fields.tags)):
            self._tag.add(entry_id, tag)

    def add_work(self, record: Record, work: Work) -> int | None:
        """Adds the work of a record, with what the record says of it, where it is new."""
        paper_id = work.paper_id
        if paper_id is None:
            if not work.new_names and not _tells_of_its_work(record):
                return None
            paper_id = self._paper.add("pending" if record.pending else "unfetched", None, None)
            self._add_facts(record, paper_id)
        for name in work.new_names:
            self._identifier.add(paper_id, *name)
            self._papers[name] = paper_id
        return paper_id

    def free_key(self, key: str | None) -> str | None:
        """Returns a citation key as it is given; None where another entry has it."""
        if key is None:
            return None
        key = storable(key)
        taken = "SELECT 1 FROM entries WHERE citation_key = ?"
        if key in self._keys or self._unit.connection.execute(taken, (key,)).fetchone():
            self.keyless += 1
            return None
        self._keys.add(key)
        return key

    def flush(self) -> None:
        """Writes what has come together."""
        for table in self._tables:
            table.write()
        self._papers.clear()
        self._titles.clear()
        self._keys.clear()

    def _add_facts(self, record: Record, paper_id: int) -> None:
        """Adds what a record says of a new work."""
        known = (
            ("venue", record.venue),
            ("published", record.published),
            ("abstract", record.abstract),
        )
        for name, value in known:
            if value:
                self._add_fact(paper_id, name, value)
        if not record.authors:
            return
        names = "; ".join(author.name for author in record.authors)
        fact_id = self._add_fact(paper_id, "authors", names)
        for position, author in enumerate(record.authors):
            self._author.add(
                fact_id,
                position,
                storable(author.name),
                storable_or_none(author.family),
                storable_or_none(author.given),
            )

    def _add_fact(self, paper_id: int, name: str, value: str) -> int:
        """Adds one fact, and returns its id."""
        return self._fact.add(
            paper_id, name, storable(value), self._form.label, self._unit.time, True
        )

    def _paper_of(self, name: tuple[str, str]) -> int | None:
        """Returns the work that has an identifier, or of which a service states it."""
        if name in self._papers:
            return self._papers[name]
        found = self._unit.connection.execute(
            "SELECT paper_id FROM identifiers WHERE scheme = ?1 AND value = ?2 UNION ALL"
            " SELECT paper_id FROM proposals WHERE scheme = ?1 AND value = ?2 AND stated"
            " AND state <> 'rejected' LIMIT 1",
            name,
        ).fetchone()
        return None if found is None else int(found[0])

    def _is_listed(self, paper_id: int, title: str) -> bool:
        """Says whether the list has an entry of a work from before, or of that title."""
        if title in self._titles.get(paper_id, ()):
            return True
        found = self._unit.connection.execute(
            "SELECT 1 FROM entries WHERE paper_id = ? AND document_id = ?"
            " AND (id < ? OR title = ?)",
            (paper_id, self._document_id, self._first_entry, title),
        )
        return found.fetchone() is not None


def _tells_of_its_work(record: Record) -> bool:
    """Says whether a record tells more of its work than stands in a list."""
    return bool(record.authors or record.venue or record.published or record.abstract)


class _Table:
    """Rows of one table with the ids they are going to have."""

    def __init__(self, unit: UnitOfWork, row: type[SQLModel]) -> None:
        self._unit = unit
        self._row = row
        self._rows: list[tuple[Any, ...]] = []
        self.begin()

    def begin(self) -> None:
        """Begins anew, without rows, and with the next id there is."""
        self._rows.clear()
        self.next_id = self._unit.next_id(self._row)

    def write(self) -> None:
        """Writes the rows that have come together."""
        self._unit.insert_rows(self._row, self._rows)
        self._rows.clear()

    def add(self, *values: Any) -> int:
        """Adds a row, and returns its id."""
        row_id = self.next_id
        self.next_id += 1
        self._rows.append((row_id, *values))
        return row_id


def extra_of(record: Record, form: Format, *, shown: bool) -> str | None:
    """Returns what no column holds, as JSON.

    Args:
        record: the record.
        form: what it was in.
        shown: whether its further links stand in the list.
    """
    extra: dict[str, Any] = {form.name: record.extra} if record.extra else {}
    if record.type is not None:
        extra["type"] = record.type
    if record.fields.links and not shown:
        extra["links"] = [{"label": one.label, "url": one.url} for one in record.fields.links]
    return storable(json.dumps(extra, ensure_ascii=False)) if extra else None

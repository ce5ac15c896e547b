"""The rows of a list that was read, as the base takes them in bulk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from diffkb.core.identifiers import canonical_url, identifiers_in_url, kind_of
from diffkb.core.models import URL, Identifier
from diffkb.core.text import storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.document import Block, Reading
    from diffkb.store.writer import UnitOfWork

# Room between the positions of neighbours, so that a new block seldom moves an old one.
GAP = 1 << 20

Rows = list[tuple[Any, ...]]

# The columns of an entry that `entry_columns` fills, in its order.
READ_COLUMNS = (
    "url",
    "links",
    "year",
    "year_from",
    "wr",
    "read",
    "venue",
    "authors",
    "mentioned",
)


class ListRows:
    """The rows of a list, with their ids, as bulk inserts take them.

    Args:
        unit: the change.
        document_id: the document.
        reading: what was read.
        kept: by the places of blocks that have rows already, the row of each heading's section,
            else None. New rows of others get places of their own later, and until then negative
            ones.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        document_id: int,
        reading: Reading,
        kept: Mapping[int, int | None] | None = None,
    ) -> None:
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
        self._kept = kept
        # Headings of blocks, by their places.
        self.section_ids = {place: one for place, one in (kept or {}).items() if one is not None}
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
        """Makes the rows of every block that has none."""
        for index, block in enumerate(self._reading.blocks):
            if self._kept is not None and index in self._kept:
                continue
            raw = block.raw.encode("utf-8", "surrogateescape")
            block_id = self._first_block + len(self.blocks)
            position = (index + 1) * GAP if self._kept is None else -block_id
            self.blocks.append((block_id, self._document_id, position, block.kind, raw))
            if block.heading is not None:
                self._add_section(index, block, block_id)
            for ordinal, fields in enumerate(block.entries):
                self._add_entry(block, block_id, ordinal, fields)

    def write(self) -> None:
        """Writes the rows; whatever one refers to is there before it."""
        from diffkb.store.tables import (
            BlockRow,
            EntryRow,
            IdentifierRow,
            NoteRow,
            PaperRow,
            SectionRow,
            TagRow,
        )

        for kind, values in (
            (BlockRow, self.blocks),
            (SectionRow, self.sections),
            (PaperRow, self.papers),
            (IdentifierRow, self.identifiers),
            (EntryRow, self.entries),
            (NoteRow, self.notes),
            (TagRow, self.tags),
        ):
            self._unit.insert_rows(kind, values)

    def _add_section(self, index: int, block: Block, block_id: int) -> None:
        """Makes the row of a heading."""
        heading = block.heading
        if heading is None:
            return
        section_id = self._next_section + len(self.sections)
        self.section_ids[index] = section_id
        parent_id = None if block.parent is None else self.section_ids[block.parent]
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
        section = None if block.section is None else self.section_ids[block.section]
        group = None if block.parent is None else self.section_ids[block.parent]
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
                fields.title == fields.url,
                False,
                *entry_columns(fields),
                None,
                block.context.to_json() if block.context else None,
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
        storable_or_none(fields.url),
        json.dumps(links) if links else None,
        fields.year,
        fields.year_from,
        fields.wr,
        fields.read,
        storable_or_none(fields.venue),
        storable_or_none(fields.authors),
        json.dumps([storable(url) for url in fields.mentioned]) if fields.mentioned else None,
    )


def identify(fields: Fields) -> tuple[Identifier, ...]:
    """Returns the identifiers of an entry's work: those in its links, else its canonical link."""
    urls = [url for url in (fields.url, *(link.url for link in fields.links)) if url]
    found = {(one.scheme, one.value): one for url in urls for one in identifiers_in_url(url)}
    if found:
        return tuple(found.values())
    return (Identifier(URL, canonical_url(fields.url)),) if fields.url else ()


def storable_or_none(text: str | None) -> str | None:
    """Returns text as a column can hold it that may be empty."""
    return None if text is None else storable(text)

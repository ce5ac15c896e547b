"""Putting an entry into its document: section, year group, place, form and the bytes around it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.outline import Outline, Span, split_path, write_path
from diffkb.core.text import storable
from diffkb.errors import AmbiguousSection, CannotWrite, SectionNotFound
from diffkb.markdown.blocks import trailing
from diffkb.markdown.dialect import WR_SCALE, Context, Dialect
from diffkb.markdown.document import read_document
from diffkb.markdown.entries import get_fields
from diffkb.markdown.heading_forms import write_heading
from diffkb.markdown.headings import year_position
from diffkb.markdown.placing import write_entry
from diffkb.markdown.writing import put_fields
from diffkb.services.blocks import Blocks, text_of
from diffkb.services.list_rows import entry_columns
from diffkb.store.reader import Reader
from diffkb.store.tables import BlockRow, DocumentRow, EntryRow, NoteRow, SectionRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diffkb.core.models import Fields, Kind
    from diffkb.core.outline import Node, Role
    from diffkb.store.writer import UnitOfWork

# The section that makes itself, for entries nobody gave a place.
UNSORTED = "Unsorted"

# The document that an empty base's first entry makes.
FIRST_DOCUMENT = "Reading list"

# The most neighbours whose form is looked at.
NEIGHBOURS = 40

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


def find_section(outline: Outline, name: str, *, can_create: bool = True) -> Node:
    """Returns the one section that is meant.

    Raises:
        SectionNotFound: there is none; the nearest names are in the hint.
        AmbiguousSection: there are several.
    """
    found = outline.find(name)
    if not found:
        raise SectionNotFound(name, outline.nearest(name), can_create=can_create)
    if len(found) > 1:
        raise AmbiguousSection(name, [write_path(outline.path(node.id)) for node in found])
    return found[0]


class Page:
    """A document that is being written in a unit of work.

    Args:
        unit: the change.
        document: the document's row.
    """

    def __init__(self, unit: UnitOfWork, document: DocumentRow) -> None:
        self._unit = unit
        self._document = document
        self._dialect = Dialect.from_json(document.dialect)
        self._blocks = Blocks(unit, _id(document), self._dialect)

    @classmethod
    def open(cls, unit: UnitOfWork, document_id: int) -> Page:
        """Opens a document of the base."""
        document = unit.session.get(DocumentRow, document_id)
        if document is None:
            raise ValueError(document_id)
        return cls(unit, document)

    @classmethod
    def new(cls, unit: UnitOfWork, name: str = FIRST_DOCUMENT) -> Page:
        """Makes a document that holds nothing but its title."""
        text = f"# {name}\n"
        document = DocumentRow(
            name=name,
            title=name,
            dialect=read_document(text).dialect.to_json(),
            added=unit.time,
            changed=unit.time,
        )
        unit.session.add(document)
        unit.session.flush()
        page = cls(unit, document)
        block = page._blocks.new("heading")
        page._blocks.start(block, text)
        page._add_heading(block, None, 1, role="title", name=name)
        return page

    @property
    def document_id(self) -> int:
        """The document's id."""
        return _id(self._document)

    @property
    def scale(self) -> tuple[int, int]:
        """The lowest and the highest WR; that of diffkb where the list has none yet."""
        return self._dialect.scale or WR_SCALE

    def outline(self) -> Outline:
        """Returns the document's headings as they are now."""
        return Reader(self._unit.connection, self._unit.path).outline(self.document_id)

    def section(self, name: str, *, create: bool) -> Node:
        """Returns the section of a name; makes it where that is asked for, or it is Unsorted.

        Raises:
            SectionNotFound, AmbiguousSection: as for `find_section`.
            CannotWrite: a heading cannot hold the name.
        """
        outline = self.outline()
        if (create or name == UNSORTED) and not outline.find(name):
            return self._make_section(outline, name)
        return find_section(outline, name)

    def is_flat(self) -> bool:
        """Says whether the document has entries and no section: a list without headings."""
        return not self.outline().sections and self._blocks.last_in(kind="entry") is not None

    def add_entry(
        self,
        section: Node | None,
        fields: Fields,
        *,
        kind: Kind,
        paper_id: int | None,
        placeholder: bool = False,
        provisional_year: bool = False,
    ) -> EntryRow:
        """Writes a new entry in the form of its neighbours, last in its year group.

        Args:
            section: where it goes; None for a list without sections.
            fields: what it is to say; `year` names its year group, which is made where the
                section has others and not this one.
            kind: paper or link.
            paper_id: its work.
            placeholder: whether nobody typed its title.
            provisional_year: whether its year was neither typed nor told by a source.

        Returns:
            The entry's row.

        Raises:
            CannotWrite: the list cannot hold a field, or its neighbours would read differently.
        """
        group = self._year_group(section, fields.year)
        ctx = self._context(group)
        if not ctx.dialect.own:
            ctx = ctx._replace(unit="item")
        raw = write_entry(
            replace(fields, year=ctx.year), self._neighbours(group, section, ctx), ctx
        )
        block = self._blocks.new("entry")
        self._blocks.insert(self._last_in(group), block, raw, ctx)
        entry = EntryRow(
            document_id=self.document_id,
            block_id=_id(block),
            section_id=section.id if section else None,
            group_id=group.id if group else None,
            paper_id=paper_id,
            kind=kind,
            title="",
            placeholder=placeholder,
            provisional_year=provisional_year,
            ctx=ctx.to_json(),
            added=self._unit.time,
            changed=self._unit.time,
        )
        self._read_back(entry, block, ctx)
        self._touch()
        return entry

    def change_entry(self, entry: EntryRow, changes: Mapping[str, object]) -> None:
        """Changes fields of an entry where they stand in the Markdown.

        Raises:
            CannotWrite: the list cannot hold a value, or the neighbours would read differently.
        """
        block = self._blocks.get(entry.block_id)
        group = None if entry.group_id is None else self.outline()[entry.group_id]
        ctx = self._context(group).with_json(entry.ctx)
        raw = put_fields(changes, text_of(block), ctx, entry.ordinal)
        self._blocks.rewrite(block, raw)
        self._read_back(entry, block, ctx)
        entry.changed = self._unit.time
        self._touch()

    def replace_placeholder(self, entry: EntryRow, title: str, year: int | None) -> None:
        """Gives an entry the title it could not have before, and the year group that goes with it.

        What a person typed since stays; where the list cannot hold the title, the placeholder
        does.
        """
        with suppress(CannotWrite), self._unit.attempt():
            self.change_entry(entry, {"title": title})
            entry.placeholder = False
            self._blocks.save(entry)
            if year is not None and entry.provisional_year:
                entry.provisional_year = False
                self._move_to_year(entry, year)

    def _move_to_year(self, entry: EntryRow, year: int) -> None:
        """Moves an entry to the end of another year group of its section."""
        section = None if entry.section_id is None else self.outline()[entry.section_id]
        group = self._year_group(section, year)
        if group is None or group.id in {entry.group_id, entry.section_id}:
            return
        left = entry.group_id
        block = self._blocks.get(entry.block_id)
        text = text_of(block)
        self._blocks.take_out(block)
        ctx = self._context(group).with_json(entry.ctx)
        self._blocks.insert(self._last_in(group), block, text[: trailing(text)], ctx)
        entry.group_id = group.id
        self._read_back(entry, block, ctx)
        if left is not None:
            self._drop_empty_group(left)

    def _drop_empty_group(self, section_id: int) -> None:
        """Removes a year group that diffkb made and that holds nothing any more."""
        outline = self.outline()
        node = outline[section_id]
        span = outline.span(node)
        below = Span(span.document_id, node.position + 1, span.high)
        if node.role != "year" or self._blocks.last_in(below) is not None:
            return
        if self._was_imported(section_id):
            return
        block = self._blocks.get(node.block_id)
        self._blocks.take_out(block)
        row = self._unit.session.get(SectionRow, section_id)
        if row is not None:
            self._blocks.delete(row)
        self._blocks.delete(block)

    def _was_imported(self, section_id: int) -> bool:
        """Says whether a heading came with a file, and was not made here."""
        found = self._unit.connection.execute(
            "SELECT s.command FROM journal_inserted j JOIN steps s ON s.id = j.step_id"
            " WHERE j.table_name = 'sections' AND ? BETWEEN j.first_id AND j.last_id",
            (section_id,),
        ).fetchone()
        return found is None or found[0] == "import"

    def _make_section(self, outline: Outline, name: str) -> Node:
        """Makes a section, last among its siblings; of a path those parts that are missing."""
        parts = split_path(name) or (name,)
        parent: Node | None = None
        for depth, part in enumerate(parts, start=1):
            found = outline.find(write_path(parts[:depth])) if depth < len(parts) else []
            if found:
                parent = found[0]
                continue
            parent = self._append_heading(outline, parent, part)
            outline = self.outline()
        if parent is None:
            raise ValueError(name)
        return parent

    def _append_heading(self, outline: Outline, parent: Node | None, name: str) -> Node:
        """Writes a section's heading at the end of its parent, or of the document."""
        above = parent or self._title(outline)
        siblings = [
            node for node in outline.sections if node.parent_id == (above.id if above else None)
        ]
        level = siblings[-1].level if siblings else min(6, above.level + 1 if above else 2)
        last = self._last_block(outline.span(parent) if parent else None)
        ctx = Context(self._dialect)
        raw = write_heading(level, name, self._texts(siblings), ctx)
        block = self._blocks.new("heading")
        self._blocks.insert(last, block, raw, ctx)
        row = self._add_heading(block, above, level, role="section", name=name)
        return self.outline()[_id(row)]

    def _year_group(self, section: Node | None, year: int | None) -> Node | None:
        """Returns the heading an entry of that year goes under: the section's where it has none.

        None is the answer for a list without any heading.
        """
        outline = self.outline()
        home = outline[section.id] if section else self._title(outline)
        groups = [
            node
            for node in outline.nodes
            if node.role == "year" and node.parent_id == (home.id if home else None)
        ]
        for node in groups:
            if node.year == year:
                return node
        if year is None or not groups:
            return home
        return self._make_year_group(outline, home, groups, year)

    @staticmethod
    def _title(outline: Outline) -> Node | None:
        """Returns the heading that is the document's title."""
        return next((node for node in outline.nodes if node.role == "title"), None)

    def _make_year_group(
        self, outline: Outline, section: Node | None, groups: Sequence[Node], year: int
    ) -> Node:
        """Writes a year group's heading in its place among its siblings."""
        years = [node.year or 0 for node in groups]
        place = year_position(years, year, descend=self._dialect.years_descend)
        level = groups[min(place, len(groups) - 1)].level
        if place < len(groups):
            before = self._last_block(Span(self.document_id, 0, groups[place].position))
        else:
            before = self._last_block(outline.span(groups[-1]))
        ctx = Context(self._dialect)
        raw = write_heading(level, str(year), self._texts(groups), ctx)
        block = self._blocks.new("heading")
        self._blocks.insert(before, block, raw, ctx)
        row = self._add_heading(block, section, level, role="year", name=str(year), year=year)
        return self.outline()[_id(row)]

    def _context(self, group: Node | None) -> Context:
        """Returns what the reading of an entry under a heading depends on."""
        above = self.outline().upwards(group.id) if group else ()
        return Context(self._dialect, next((node.year for node in above if node.year), None))

    def _neighbours(
        self, group: Node | None, section: Node | None, ctx: Context
    ) -> list[list[tuple[str, Context]]]:
        """Returns the entries whose form a new one may take, the nearest last."""
        outline = self.outline()
        whole = Span(self.document_id, 0, None)
        spans = [
            outline.own_span(outline[group.id]) if group else whole,
            outline.span(outline[section.id]) if section else whole,
        ]
        return [
            [(raw, ctx) for raw in self._blocks.last_entries(span, NEIGHBOURS)] for span in spans
        ]

    def _last_in(self, group: Node | None) -> BlockRow | None:
        """Returns the block after which a new entry goes: the last entry right under a heading.

        Without an entry there, the last block before the next heading; without a heading, the
        last entry of the document.
        """
        outline = self.outline()
        span = outline.own_span(outline[group.id]) if group else None
        return self._blocks.last_in(span, kind="entry") or self._last_block(span)

    def _last_block(self, span: Span | None) -> BlockRow | None:
        """Returns the last block of a stretch, or of the document; None of an empty one."""
        return self._blocks.last_in(span)

    def _texts(self, nodes: Sequence[Node]) -> list[str]:
        """Returns the text of headings."""
        return [text_of(self._blocks.get(node.block_id)) for node in nodes]

    def _add_heading(
        self,
        block: BlockRow,
        parent: Node | None,
        level: int,
        *,
        role: Role,
        name: str,
        year: int | None = None,
    ) -> SectionRow:
        """Writes the row of a heading."""
        row = SectionRow(
            document_id=self.document_id,
            block_id=_id(block),
            parent_id=parent.id if parent else None,
            level=level,
            role=role,
            name=storable(name),
            year=year,
        )
        self._blocks.save(row)
        return row

    def _read_back(self, entry: EntryRow, block: BlockRow, ctx: Context) -> None:
        """Fills an entry's columns and its note with what its Markdown says."""
        fields = get_fields(text_of(block), ctx)[entry.ordinal]
        entry.title = storable(fields.title)
        for name, value in zip(READ_COLUMNS, entry_columns(fields), strict=True):
            setattr(entry, name, value)
        self._blocks.save(entry)
        note = self._unit.session.exec(
            select(NoteRow).where(NoteRow.entry_id == entry.id, NoteRow.kind == "listed")
        ).first()
        if fields.note is None:
            if note is not None:
                self._unit.session.delete(note)
            return
        row = note or NoteRow(entry_id=_id(entry), kind="listed", text="")
        row.text = storable(fields.note)
        self._blocks.save(row)

    def _touch(self) -> None:
        """Notes when the document was changed."""
        self._document.changed = self._unit.time
        self._blocks.save(self._document)


def _id(row: BlockRow | DocumentRow | EntryRow | SectionRow) -> int:
    """Returns the id of a row that was written."""
    if row.id is None:
        raise ValueError("the row was not written")
    return row.id

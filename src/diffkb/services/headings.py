"""The headings of a document that is being written: found, made, and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.outline import Outline, Span, split_path, write_path
from diffkb.core.text import storable
from diffkb.errors import AmbiguousSection, SectionNotFound
from diffkb.markdown.dialect import Context
from diffkb.markdown.heading_forms import write_heading
from diffkb.markdown.headings import group_year, year_position
from diffkb.services.blocks import Blocks, text_of
from diffkb.store.reader import Reader
from diffkb.store.tables import BlockRow, SectionRow, id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.outline import Node, Role
    from diffkb.store.writer import UnitOfWork

# The section that makes itself, for entries nobody gave a place.
UNSORTED = "Unsorted"


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


class Headings:
    """The headings of one document in a unit of work.

    Args:
        unit: the change.
        document_id: the document.
        blocks: its blocks.
    """

    def __init__(self, unit: UnitOfWork, document_id: int, blocks: Blocks) -> None:
        self._unit = unit
        self.document_id = document_id
        self._blocks = blocks

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

    def context(self, group: Node | None) -> Context:
        """Returns what the reading of an entry under a heading depends on."""
        above = self.outline().upwards(group.id) if group else ()
        year = group_year(above)
        return Context(self._blocks.dialect, year.value, weak=year.weak)

    def year_group(self, section: Node | None, year: int | None) -> Node | None:
        """Returns the heading an entry of that year goes under: the section's where it has none.

        None is the answer for a list without any heading.
        """
        outline = self.outline()
        home = outline[section.id] if section else self.title(outline)
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

    def drop_empty_group(self, section_id: int) -> None:
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
        self._blocks.close(block)
        for row in (self._unit.session.get(SectionRow, section_id), block):
            if row is not None:
                self._blocks.delete(row)

    def own_span_at(self, position: int) -> Span:
        """Returns the stretch from the heading above a place to the next one."""
        low, high = 0, None
        for node in self.outline().nodes:
            if node.position > position:
                high = node.position
                break
            low = node.position
        return Span(self.document_id, low, high)

    def last_block(self, span: Span | None) -> BlockRow | None:
        """Returns the last block of a stretch, or of the document; None of an empty one."""
        return self._blocks.last_in(span)

    @staticmethod
    def title(outline: Outline) -> Node | None:
        """Returns the heading that is the document's title."""
        return next((node for node in outline.nodes if node.role == "title"), None)

    def add(
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
            block_id=id_of(block),
            parent_id=parent.id if parent else None,
            level=level,
            role=role,
            name=storable(name),
            year=year,
        )
        self._blocks.save(row)
        return row

    def append(self, outline: Outline, parent: Node | None, name: str) -> Node:
        """Writes a section's heading at the end of its parent, or of the document.

        Args:
            outline: the document's headings as they are.
            parent: the section it goes into; None for the top.
            name: its name.

        Raises:
            CannotWrite: a heading cannot hold the name, or its neighbours would read differently.
        """
        above = parent or self.title(outline)
        siblings = [
            node for node in outline.sections if node.parent_id == (above.id if above else None)
        ]
        level = siblings[-1].level if siblings else min(6, above.level + 1 if above else 2)
        last = self.last_block(outline.span(parent) if parent else None)
        ctx = Context(self._blocks.dialect)
        alike = siblings or [node for node in outline.sections if node.level == level]
        raw = write_heading(level, name, self._texts(alike or outline.sections), ctx)
        block = self._blocks.new("heading")
        self._blocks.insert(last, block, raw, ctx._replace(unit="heading"))
        row = self.add(block, above, level, role="section", name=name)
        return self.outline()[id_of(row)]

    def _was_imported(self, section_id: int) -> bool:
        """Says whether a heading came with a file, and was not made here."""
        found = self._unit.connection.execute(
            "SELECT s.command FROM journal_inserted j JOIN steps s ON s.id = j.step_id"
            " WHERE j.table_name = 'sections' AND ? BETWEEN j.first_id AND j.last_id"
            # Later ones brought it back by undo or redo.
            " ORDER BY j.id LIMIT 1",
            (section_id,),
        ).fetchone()
        return found is None or found[0] in {"import", "sync"}

    def _make_section(self, outline: Outline, name: str) -> Node:
        """Makes a section, last among its siblings; of a path those parts that are missing."""
        parts = split_path(name) or (name,)
        parent: Node | None = None
        for depth, part in enumerate(parts, start=1):
            found = outline.find(write_path(parts[:depth])) if depth < len(parts) else []
            if found:
                parent = found[0]
                continue
            parent = self.append(outline, parent, part)
            outline = self.outline()
        if parent is None:
            raise ValueError(name)
        return parent

    def _make_year_group(
        self, outline: Outline, section: Node | None, groups: Sequence[Node], year: int
    ) -> Node:
        """Writes a year group's heading in its place among its siblings."""
        years = [node.year or 0 for node in groups]
        place = year_position(years, year, descend=self._blocks.dialect.years_descend)
        level = groups[min(place, len(groups) - 1)].level
        if place < len(groups):
            before = self.last_block(Span(self.document_id, 0, groups[place].position))
        else:
            before = self.last_block(outline.span(groups[-1]))
        ctx = Context(self._blocks.dialect)
        raw = write_heading(level, str(year), self._texts(groups), ctx)
        block = self._blocks.new("heading")
        self._blocks.insert(before, block, raw, ctx)
        row = self.add(block, section, level, role="year", name=str(year), year=year)
        return self.outline()[id_of(row)]

    def _texts(self, nodes: Sequence[Node]) -> list[str]:
        """Returns the text of headings."""
        return [text_of(self._blocks.get(node.block_id)) for node in nodes]

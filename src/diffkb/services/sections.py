"""A document's sections as they are edited: made, renamed, moved with all in them, taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.outline import Span, fold_name, split_path, write_path
from diffkb.core.text import storable
from diffkb.errors import CannotWrite, SectionExists, SectionInside
from diffkb.markdown.blocks import LINE_END, trailing
from diffkb.markdown.document import read_document
from diffkb.markdown.heading_forms import find_heading, move_heading, rename_heading
from diffkb.markdown.headings import group_year
from diffkb.markdown.surveying import anchor_of
from diffkb.services.blocks import bytes_of, high_of, text_of
from diffkb.services.documents import remove_orphans
from diffkb.services.entry_rows import read_back
from diffkb.services.headings import find_section
from diffkb.store.tables import BlockRow, EntryRow, NoteRow, SectionRow, TagRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diffkb.core.outline import Node, Outline
    from diffkb.markdown.document import Block
    from diffkb.markdown.headings import GroupYear
    from diffkb.services.blocks import Blocks, Stored
    from diffkb.services.headings import Headings
    from diffkb.store.tables import DocumentRow
    from diffkb.store.writer import UnitOfWork

SHOWN = 60
_LINK_INSIDE = r"(?:\(|href=[\"']?|\]:[ \t]*)#(?:{anchors})(?=[\s)\"'>]|\Z)"
IN_SPAN = "(SELECT id FROM blocks WHERE document_id = ? AND position >= ? AND position < ?)"


class Contents(NamedTuple):
    """What stands in a section, itself left out.

    Attributes:
        entries: how many entries.
        sections: the names of the sections.
        texts: how many blocks of text.
    """

    entries: int
    sections: tuple[str, ...]
    texts: int


class _Placed(NamedTuple):
    """An entry, where it stands, and its year."""

    id: int
    section_id: int | None
    group_id: int | None
    year: int | None


class Sections:
    """The sections of one document in a unit of work.

    Args:
        unit: the change.
        document: the document's row.
        blocks: its blocks.
        headings: its headings.
    """

    def __init__(
        self, unit: UnitOfWork, document: DocumentRow, blocks: Blocks, headings: Headings
    ) -> None:
        self._unit = unit
        self._document = document
        self._blocks = blocks
        self._headings = headings

    def outline(self) -> Outline:
        """Returns the document's headings as they are now."""
        return self._headings.outline()

    def find(self, name: str) -> Node:
        """Returns the section that is meant.

        Raises:
            SectionNotFound, AmbiguousSection: as for `find_section`.
        """
        return find_section(self.outline(), name, can_create=False)

    def contents(self, section: Node) -> Contents:
        """Returns what stands in a section."""
        outline = self.outline()
        inside = self._inside(outline.span(section))[1:]
        names = [
            node.name
            for node in outline.sections
            if node.id != section.id and _is_within(outline, node, section)
        ]
        kinds = [one.kind for one in inside]
        return Contents(kinds.count("entry"), tuple(names), kinds.count("prose"))

    def add(self, path: str, *, create: bool = False) -> Node:
        """Makes a section, last among its siblings and in their form.

        Args:
            path: its name after that of the section it goes into, between slashes; a name alone
                is one at the top.
            create: whether sections of the path that are missing are made too.

        Returns:
            The section.

        Raises:
            SectionExists: there is one of that name there.
            SectionNotFound, AmbiguousSection: the one it goes into is not there, or not alone.
            CannotWrite: a heading cannot hold the name, or others would read differently.
        """
        *above, name = split_path(path) or (path,)
        with self._unit.attempt():
            outline = self.outline()
            parent = None
            if above:
                within = write_path(above)
                missing = create and not outline.find(within)
                parent = (
                    self.add(within, create=True)
                    if missing
                    else find_section(outline, within, can_create=True)
                )
            self._refuse_twin(parent, name)
            made = self._headings.append(self.outline(), parent, name)
            self._settle()
            return made

    def rename(self, section: Node, name: str) -> bool:
        """Gives a section another name: in its heading nothing else changes.

        Returns:
            Whether it had another one before.

        Raises:
            SectionExists: one beside it has that name.
            CannotWrite: a heading cannot hold the name, or something would read differently.
        """
        if section.name == name:
            return False
        with self._unit.attempt():
            outline = self.outline()
            parent = outline[section.parent_id] if section.parent_id is not None else None
            self._refuse_twin(parent, name, but=section.id)
            block = self._blocks.get(section.block_id)
            own = self._blocks.dialect.own
            raw = rename_heading(text_of(block), name, own=own)
            heading = find_heading(raw, own=own)
            if heading is None or heading.role != section.role:
                raise CannotWrite("section", "a year alone is the heading of a year group")
            row = self._row(section)
            row.name, row.year = storable(heading.name), heading.year
            self._blocks.save(row)
            self._blocks.rewrite(block, raw)
            self._settle()
        return True

    def move(self, section: Node, parent: Node | None) -> bool:
        """Moves a section with all that stands in it to the end of another one.

        Args:
            section: the section.
            parent: where it goes; None for the top of the document.

        Returns:
            Whether it was anywhere else before.

        Raises:
            SectionInside: it would stand inside itself.
            SectionExists: one of that name is there already.
            CannotWrite: its headings would be too deep, or something would read differently.
        """
        outline = self.outline()
        home = parent or self._headings.title(outline)
        if parent is not None and _is_within(outline, parent, section):
            raise SectionInside(*(write_path(outline.path(one.id)) for one in (section, parent)))
        if section.parent_id == (home.id if home else None):
            return False
        self._refuse_twin(home, section.name)
        with self._unit.attempt():
            self._carry(section, home)
            self._change_levels(section, self._level_in(home, section))
            row = self._row(section)
            row.parent_id = home.id if home else None
            self._blocks.save(row)
            self._settle()
        return True

    def remove(self, section: Node) -> None:
        """Takes a section out, with all that stands in it.

        Raises:
            CannotWrite: something would read differently.
        """
        with self._unit.attempt():
            span = self.outline().span(section)
            inside = self._inside(span)
            before = self._blocks.before(span.low)
            if before is not None and span.high is None:
                last = inside[-1].text
                self._end_with(before, last[trailing(last) :])
            self._delete(span)
            self._settle()

    def dead_links(self, names: Iterable[str]) -> list[int]:
        """Returns the lines with links to headings of names that no heading has any more."""
        there = {anchor_of(node.name) for node in self.outline().nodes}
        gone = {anchor_of(name) for name in names} - there - {""}
        if not gone:
            return []
        text = "".join(one.text for one in self._blocks.all())
        choices = "|".join(map(re.escape, sorted(gone)))
        link = re.compile(_LINK_INSIDE.format(anchors=choices), re.IGNORECASE)
        lines = enumerate(LINE_END.split(text), start=1)
        return [number for number, line in lines if "#" in line and link.search(line)]

    def _refuse_twin(self, parent: Node | None, name: str, *, but: int | None = None) -> None:
        """Refuses a name that a section of the same place has already."""
        outline = self.outline()
        home = parent or self._headings.title(outline)
        for node in outline.sections:
            beside = node.parent_id == (home.id if home else None) and node.id != but
            if beside and fold_name(node.name) == fold_name(name):
                raise SectionExists(write_path(outline.path(node.id)))

    def _level_in(self, home: Node | None, section: Node) -> int:
        """Returns the level of the sections right below a heading."""
        parent_id = home.id if home else None
        siblings = [
            node
            for node in self.outline().sections
            if node.parent_id == parent_id and node.id != section.id
        ]
        if siblings:
            return siblings[-1].level
        return home.level + 1 if home else section.level

    def _carry(self, section: Node, home: Node | None) -> None:
        """Takes the blocks of a section to the end of another heading's part.

        What was the document's last block and is it no longer is set off as the section was, and
        what becomes the last one ends as the document ended.
        """
        outline = self.outline()
        span = outline.span(section)
        ids = [one.id for one in self._inside(span)]
        earlier = self._blocks.before(span.low)
        goal = self._blocks.last_in(outline.span(home) if home else None)
        if goal is None or goal.id == ids[-1] or (earlier and goal.id == earlier.id):
            # It stands there already, if at another level.
            return
        last = self._blocks.get(ids[-1])
        apart = _end_of(earlier) if earlier else self._blocks.dialect.newline * 2
        if span.high is None:
            if earlier is not None:
                self._end_with(earlier, _end_of(last))
            self._end_with(last, apart)
        elif goal.id == self._last_id():
            self._end_with(last, _end_of(goal))
            self._end_with(goal, apart)
        self._blocks.move_after(ids, goal)

    def _change_levels(self, section: Node, level: int) -> None:
        """Gives a section's heading a level, and those in it levels as much deeper."""
        outline = self.outline()
        own = self._blocks.dialect.own
        for node in outline.nodes:
            if section.level == level or not _is_within(outline, node, section):
                continue
            block, row = self._blocks.get(node.block_id), self._row(node)
            row.level = node.level + level - section.level
            block.raw = bytes_of(move_heading(text_of(block), row.level, own=own))
            self._blocks.save(block)
            self._blocks.save(row)

    def _inside(self, span: Span) -> list[Stored]:
        """Returns the blocks of a stretch."""
        return self._blocks.all(before=high_of(span), after=span.low - 1)

    def _last_id(self) -> int | None:
        """Returns the document's last block."""
        last = self._blocks.last_in()
        return last.id if last else None

    def _end_with(self, block: BlockRow, white: str) -> None:
        """Gives a block other blank lines at its end."""
        text = text_of(block)
        raw = bytes_of(text[: trailing(text)] + white)
        if raw != block.raw:
            block.raw = raw
            self._blocks.save(block)

    def _row(self, node: Node) -> SectionRow:
        """Returns a heading's row."""
        return self._unit.session.get_one(SectionRow, node.id)

    def _delete(self, span: Span) -> None:
        """Deletes the blocks of a stretch and what they hold."""
        place = (span.document_id, span.low, high_of(span))
        of_entries = f"entry_id IN (SELECT id FROM entries WHERE block_id IN {IN_SPAN})"
        asked = f"SELECT DISTINCT paper_id FROM entries WHERE paper_id AND block_id IN {IN_SPAN}"
        papers = [one for (one,) in self._unit.connection.execute(asked, place)]
        self._unit.delete_rows(NoteRow, of_entries, place)
        self._unit.delete_rows(TagRow, of_entries, place)
        self._unit.delete_rows(EntryRow, f"block_id IN {IN_SPAN}", place)
        self._unit.delete_rows(SectionRow, f"block_id IN {IN_SPAN}", place)
        self._unit.delete_rows(BlockRow, f"id IN {IN_SPAN}", place)
        remove_orphans(self._unit, among=papers)

    def _settle(self) -> None:
        """Makes sure that the document reads as it is stored, with the same tree.

        Years that headings give to entries are taken over.

        Raises:
            CannotWrite: something would read differently.
        """
        outline = self.outline()
        self._blocks.check(lambda one: _year_of(outline, one))
        stored = self._blocks.all()
        text = "".join(one.text for one in stored)
        blocks = read_document(text, self._blocks.dialect).blocks
        ids = [one.id for one in stored]
        nodes = {node.block_id: node for node in outline.nodes}
        heads = {place: nodes[one] for place, one in enumerate(ids) if one in nodes}
        entries = self._entries()
        if len(blocks) != len(stored):
            raise _otherwise(_first_other(stored, blocks))
        for one, block in zip(stored, blocks, strict=True):
            if (one.kind, one.text) != (block.kind, block.raw):
                raise _otherwise(one.text)
            if one.id in nodes:
                _check_heading(nodes[one.id], block, heads)
            if one.id in entries:
                self._check_entry(entries[one.id], block, heads)
        self._touch()

    def _entries(self) -> Mapping[int, _Placed]:
        """Returns the entries by their blocks."""
        found = self._unit.connection.execute(
            "SELECT block_id, id, section_id, group_id, year FROM entries"
            " WHERE document_id = ? AND ordinal = 0",
            (self._document.id,),
        )
        return {block_id: _Placed(*rest) for block_id, *rest in found}

    def _check_entry(self, entry: _Placed, block: Block, heads: Mapping[int, Node]) -> None:
        """Makes sure that an entry stands where it stood, and takes over a year it is given."""
        place = _id_at(heads, block.section), _id_at(heads, block.parent)
        if place != (entry.section_id, entry.group_id):
            raise CannotWrite("section", f"an entry would move: {block.entries[0].title[:SHOWN]}")
        if block.entries[0].year != entry.year:
            row = self._unit.session.get_one(EntryRow, entry.id)
            read_back(self._unit, row, block.entries[0], block.entries[0])
            row.changed = self._unit.time
            self._blocks.save(row)

    def _touch(self) -> None:
        """Notes when the document was changed."""
        self._document.changed = self._unit.time
        self._blocks.save(self._document)


def _is_within(outline: Outline, node: Node, section: Node) -> bool:
    """Says whether a heading is a section's own, or stands somewhere in it."""
    return any(one.id == section.id for one in outline.upwards(node.id))


def _check_heading(node: Node, block: Block, heads: Mapping[int, Node]) -> None:
    """Makes sure that a heading reads as it is stored, under the heading it is stored under."""
    read = block.heading
    if read is None or (read.level, read.role) != (node.level, node.role):
        raise _otherwise(block.raw)
    if (storable(read.name), read.year) != (node.name, node.year):
        raise _otherwise(block.raw)
    if _id_at(heads, block.parent) != node.parent_id:
        raise CannotWrite("section", f'"{node.name[:SHOWN]}" would stand under another heading')


def _id_at(heads: Mapping[int, Node], place: int | None) -> int | None:
    """Returns the heading that is the block of that place."""
    return None if place is None else heads[place].id


def _year_of(outline: Outline, group_id: int | None) -> GroupYear:
    """Returns the year that a heading or one above it gives."""
    return group_year(outline.upwards(group_id) if group_id in outline else ())


def _first_other(stored: Sequence[Stored], blocks: Sequence[Block]) -> str:
    """Returns the first block that is not cut as it is stored."""
    for one, block in zip(stored, blocks, strict=False):
        if one.text != block.raw:
            return one.text
    return stored[-1].text if stored else ""


def _otherwise(raw: str) -> CannotWrite:
    """Returns the refusal of an edit after which a block would read otherwise."""
    shown = raw.strip().split("\n", 1)[0][:SHOWN]
    return CannotWrite("section", f"what stands near it would be read otherwise: {shown}")


def _end_of(block: BlockRow) -> str:
    """Returns the line end and the blank lines at the end of a block."""
    text = text_of(block)
    return text[trailing(text) :]

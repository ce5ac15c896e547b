"""Many new entries for one document in the project's own form, set in at once.

What `placing` does for one entry is done here for any number: each heading gets its entries in one
go, so that the time they take does not grow with those that are there.
"""

from __future__ import annotations

from itertools import chain as iterate
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.outline import Span, fold_name
from diffkb.core.text import storable
from diffkb.markdown.dialect import Context
from diffkb.markdown.entries import form_of, read_item
from diffkb.markdown.forms import common_form
from diffkb.markdown.heading_forms import write_heading
from diffkb.markdown.headings import group_year, year_position
from diffkb.markdown.placing import insert_block, unit_of
from diffkb.services.blocks import Blocks, bytes_of, make_room, text_of
from diffkb.services.headings import UNSORTED
from diffkb.services.list_rows import GAP
from diffkb.store.reader import Reader
from diffkb.store.tables import BlockRow, DocumentRow, SectionRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from diffkb.core.outline import Node, Outline
    from diffkb.markdown.dialect import Dialect, Form
    from diffkb.markdown.document import BlockKind
    from diffkb.store.writer import UnitOfWork

    Source = Callable[[Context, Form], Iterable["Written"]]

# The most neighbours whose form is looked at.
NEIGHBOURS = 40
DEEPEST = 6
NUMBERED = (".", ")")


def can_shelve(dialect: Dialect) -> bool:
    """Says whether entries can be set into a list at once: in the project's form, unnumbered."""
    return dialect.own and dialect.form.marker not in NUMBERED


class Place(NamedTuple):
    """Where an entry goes, as the base holds it.

    Attributes:
        block_id: its block.
        section_id: its section; None where there is none above.
        group_id: the heading right above it.
    """

    block_id: int
    section_id: int | None
    group_id: int | None


class Written(NamedTuple):
    """A new entry: its text without the line end, and what takes note of where it went."""

    text: str
    settle: Callable[[Place], None]


class Heading:
    """A heading of the document, there already or planned, with the entries it is to get.

    Attributes:
        node: what is there; None for a new one.
        parent: the heading above it.
        name: its words.
        role: title, section or year; root for the document itself.
        level: of its marks.
        year: of a year group.
        section_id: of its row, once it has one.
        children: the headings right below it, in order.
        count: how many entries are planned for it, at most.
        sources: what yields them.
    """

    def __init__(self, parent: Heading | None, name: str, role: str, level: int) -> None:
        self.node: Node | None = None
        self.parent = parent
        self.name = name
        self.role = role
        self.level = level
        self.year: int | None = None
        self.section_id: int | None = None
        self.children: list[Heading] = []
        self.count = 0
        self.sources: list[Source] = []

    def plan(self, count: int, source: Source) -> None:
        """Plans entries for it.

        Args:
            count: how many at most.
            source: yields them in the form of their neighbours.
        """
        self.count += count
        self.sources.append(source)

    @property
    def is_new(self) -> bool:
        """Whether it does not stand in the document yet."""
        return self.node is None and self.role != "root"


class Shelf:
    """A document in the project's own form that takes many new entries.

    Args:
        unit: the change.
        document: the document's row.
        flush: writes the rows that the entries put together, now that their blocks are written.
    """

    def __init__(
        self, unit: UnitOfWork, document: DocumentRow, flush: Callable[[], None] = lambda: None
    ) -> None:
        self._unit = unit
        self._document = document
        self._document_id = document.id or 0
        self._blocks = Blocks(unit, document)
        self._outline: Outline = Reader(unit.connection, unit.path).outline(self._document_id)
        self._top = self._read_headings()
        self._rows = _Rows(unit, self._document_id, flush)
        self._takes_loose = self._has_loose()

    def heading(self, path: Sequence[str], year: int | None) -> Heading:
        """Returns the heading for entries of a section and year; plans those that are missing.

        Args:
            path: the section's, from the top; of a list with sections that has no entry above
                them, an empty one means Unsorted.
            year: makes a year group where the section has others, or is new.
        """
        home = self._top
        if not path and not self._takes_loose:
            path = (UNSORTED,)
        for name in path:
            home = self._child(home, name) or self._new_section(home, name)
        groups = [one for one in home.children if one.role == "year"]
        if year is None or not (groups or home.is_new):
            return home
        found = next((one for one in groups if one.year == year), None)
        return found or self._new_year_group(home, groups, year)

    def fill(self) -> None:
        """Writes all that is planned.

        Raises:
            CannotWrite: what stands near it would read differently.
        """
        for anchor, run in self._runs().items():
            self._write_run(None if anchor is None else self._blocks.get(anchor), run)
        if self._rows.any:
            self._document.changed = self._unit.time
            self._blocks.save(self._document)

    def _read_headings(self) -> Heading:
        """Returns the top of the tree of headings that are there: the title, else the document."""
        root = Heading(None, "", "root", 1)
        found: dict[int | None, Heading] = {None: root}
        for node in self._outline.nodes:
            parent = found[node.parent_id]
            heading = Heading(parent, node.name, node.role, node.level)
            heading.node, heading.year, heading.section_id = node, node.year, node.id
            found[node.id] = heading
            parent.children.append(heading)
        titles = [one for one in root.children if one.role == "title"]
        self._root = root
        return titles[0] if titles else root

    def _has_loose(self) -> bool:
        """Says whether entries may stand above all sections: some do, or there are no sections."""
        sections = self._outline.sections
        if not sections:
            return True
        above = Span(self._document_id, 0, sections[0].position)
        return self._blocks.last_in(above, kind="entry") is not None

    def _child(self, home: Heading, name: str) -> Heading | None:
        """Returns the section of a name right below a heading."""
        wanted = fold_name(name)
        sections = (one for one in home.children if one.role == "section")
        return next((one for one in sections if fold_name(one.name) == wanted), None)

    def _new_section(self, home: Heading, name: str) -> Heading:
        """Plans a section, last below a heading."""
        siblings = [one.level for one in home.children if one.role == "section"]
        level = siblings[-1] if siblings else min(DEEPEST, home.level + 1)
        section = Heading(home, name, "section", level)
        home.children.append(section)
        return section

    def _new_year_group(self, home: Heading, groups: Sequence[Heading], year: int) -> Heading:
        """Plans a year group in its place among others."""
        years = [one.year or 0 for one in groups]
        place = year_position(years, year, descend=self._blocks.dialect.years_descend)
        level = groups[0].level if groups else min(DEEPEST, home.level + 1)
        group = Heading(home, str(year), "year", level)
        group.year = year
        if place < len(groups):
            at = home.children.index(groups[place])
        elif groups:
            at = home.children.index(groups[-1]) + 1
        else:
            at = 0
        home.children.insert(at, group)
        return group

    def _runs(self) -> dict[int | None, list[Heading]]:
        """Returns the headings that get entries, in order, by the block these go after."""
        runs: dict[int | None, list[Heading]] = {}
        for heading, anchor in self._walk(self._root):
            runs.setdefault(anchor, []).append(heading)
        return runs

    def _walk(self, heading: Heading) -> Iterator[tuple[Heading, int | None]]:
        """Yields the headings that get entries with the block after which these go."""
        if heading.count:
            place = self._end_before if heading.is_new else self._last_below
            yield heading, place(heading)
        for child in heading.children:
            yield from self._walk(child)

    def _last_below(self, heading: Heading) -> int | None:
        """Returns the block that the first new entry under a heading goes after."""
        span = Span(self._document_id, 0, None)
        if heading.node is not None:
            span = self._outline.own_span(heading.node)
        elif self._outline.nodes:
            span = Span(self._document_id, 0, self._outline.nodes[0].position)
        block = self._blocks.last_in(span, kind="entry") or self._blocks.last_in(span)
        return None if block is None else block.id

    def _end_before(self, heading: Heading) -> int | None:
        """Returns the last block there before the place of a new heading."""
        end = self._next_position(heading)
        block = self._blocks.last_in(Span(self._document_id, 0, end))
        return None if block is None else block.id

    def _next_position(self, heading: Heading) -> int | None:
        """Returns where the first heading stands that comes after a new one; None at the end."""
        parent = heading.parent
        while parent is not None:
            after = parent.children[parent.children.index(heading) + 1 :]
            found = next((one.node.position for one in after if one.node is not None), None)
            if found is not None:
                return found
            if parent.node is not None:
                return self._outline.span(parent.node).high
            heading, parent = parent, parent.parent
        return None

    def _write_run(self, anchor: BlockRow | None, run: Sequence[Heading]) -> None:
        """Writes headings and entries after a block."""
        count = sum(heading.count + heading.level for heading in run)
        chain = _Chain(self._unit, self._blocks, anchor, count, self._rows)
        for heading in run:
            self._write_entries(chain, heading)
        chain.close()
        self._rows.flush()

    def _write_entries(self, chain: _Chain, heading: Heading) -> None:
        """Writes the entries of a heading, and itself before the first of them."""
        ctx, form = self._context(heading), self._form(heading)
        section = _section_of(heading)
        for written in iterate.from_iterable(source(ctx, form) for source in heading.sources):
            self._write_heading(chain, heading)
            block_id = chain.add(written.text, "entry", "item", ctx)
            section_id = section.section_id if section else None
            written.settle(Place(block_id, section_id, heading.section_id))

    def _write_heading(self, chain: _Chain, heading: Heading) -> None:
        """Writes a heading that is not there yet in the form of its siblings, below its parent."""
        if heading.parent is None or heading.section_id is not None:
            return
        self._write_heading(chain, heading.parent)
        nodes = [
            one.node
            for one in heading.parent.children
            if one.node is not None and one.role == heading.role
        ]
        texts = [text_of(self._blocks.get(node.block_id)) for node in nodes[-NEIGHBOURS:]]
        ctx = Context(self._blocks.dialect)
        text = write_heading(heading.level, heading.name, texts, ctx)
        block_id = chain.add(text, "heading", "heading", ctx)
        heading.section_id = self._rows.add_section(heading, block_id)

    def _context(self, heading: Heading) -> Context:
        """Returns what the reading of an entry under a heading depends on."""
        year = group_year(_upwards(heading))
        return Context(self._blocks.dialect, year.value, weak=year.weak)

    def _form(self, heading: Heading) -> Form:
        """Returns the commonest form of the entries under a heading, else the document's."""
        dialect = self._blocks.dialect
        if heading.node is None:
            return dialect.form
        span = self._outline.own_span(heading.node)
        found = self._blocks.last_entries(span, NEIGHBOURS)
        forms = [form_of(one.text, item) for one in found if (item := read_item(one.text))]
        return common_form(iter([forms]), dialect.form)


def _upwards(heading: Heading | None) -> Iterator[Heading]:
    """Yields a heading and those above it, itself first."""
    while heading is not None:
        yield heading
        heading = heading.parent


def _section_of(heading: Heading) -> Heading | None:
    """Returns the section that a heading is, or that it stands in."""
    return next((one for one in _upwards(heading) if one.role == "section"), None)


class _Rows:
    """The rows of new blocks and headings, written many at a time; `any` says if there are."""

    CHUNK = 5_000

    def __init__(self, unit: UnitOfWork, document_id: int, flush: Callable[[], None]) -> None:
        self._unit = unit
        self._document_id = document_id
        self._flush_entries = flush
        self._next_block = unit.next_id(BlockRow)
        self._next_section = unit.next_id(SectionRow)
        self._blocks: list[tuple[Any, ...]] = []
        self._sections: list[tuple[Any, ...]] = []
        self.any = False

    def reserve_block(self) -> int:
        """Returns the id of a new block."""
        self.any = True
        self._next_block += 1
        return self._next_block - 1

    def add_block(self, block_id: int, position: int, kind: BlockKind, text: str) -> None:
        """Adds a block whose text will not change any more."""
        self._blocks.append((block_id, self._document_id, position, kind, bytes_of(text)))
        if len(self._blocks) >= self.CHUNK:
            self.flush()

    def add_section(self, heading: Heading, block_id: int) -> int:
        """Adds the row of a heading, and returns its id."""
        section_id = self._next_section
        self._next_section += 1
        parent_id = heading.parent.section_id if heading.parent else None
        self._sections.append(
            (
                *(section_id, self._document_id, block_id, parent_id, heading.level),
                *(heading.role, storable(heading.name), heading.year),
            )
        )
        return section_id

    def flush(self) -> None:
        """Writes what has come together; whatever a row refers to is there before it."""
        self._unit.insert_rows(BlockRow, self._blocks)
        self._unit.insert_rows(SectionRow, self._sections)
        self._blocks.clear()
        self._sections.clear()
        self._flush_entries()


class _Chain:
    """New blocks that stand in a row after a block that is there.

    A block is written when the next one is known: the blank lines between belong to it.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        blocks: Blocks,
        anchor: BlockRow | None,
        count: int,
        rows: _Rows,
    ) -> None:
        self._blocks = blocks
        self._rows = rows
        self._anchor = anchor
        self._earlier, self._following = blocks.around(anchor) if anchor else ([], [])
        self._after = self._following[0][1] if self._following else None
        self._later = unit_of(self._after)
        self._position, self._step = _positions(unit, anchor, count)
        self._held: tuple[int, BlockKind, str, str] | None = None
        self._last: tuple[BlockKind, str] | None = None

    def add(self, text: str, kind: BlockKind, unit: str, ctx: Context) -> int:
        """Adds a block, and returns its id."""
        block_id = self._rows.reserve_block()
        if self._held is not None:
            _, _, held, held_unit = self._held
            opened, new = insert_block(
                held, text, self._after, ctx, units=(held_unit, unit, self._later)
            )
            self._write_held(opened or "")
        elif self._anchor is not None:
            new = self._open(self._anchor, text, kind, unit, ctx)
        else:
            new = insert_block(None, text, None, ctx)[1]
        self._held = (block_id, kind, new, unit)
        return block_id

    def close(self) -> None:
        """Writes the last block, once it is known to read the same beside what follows it."""
        if self._held is None:
            return
        _, kind, text, _ = self._held
        before = [] if self._last is None else [self._last]
        self._blocks.check_near([*before, (kind, text), *self._following], at_start=False)
        self._write_held(text)
        self._held = None

    def _open(self, anchor: BlockRow, text: str, kind: BlockKind, unit: str, ctx: Context) -> str:
        """Sets the first block after the one that is there, and returns its text."""
        before = text_of(anchor)
        opened, new = insert_block(
            before, text, self._after, ctx, units=(unit_of(before), unit, self._later)
        )
        window = [*self._earlier, (anchor.kind, opened or ""), (kind, new), *self._following]
        self._blocks.check_near(window, at_start=not self._earlier)  # type: ignore[arg-type]
        if opened != before:
            anchor.raw = bytes_of(opened or "")
            self._blocks.save(anchor)
        return new

    def _write_held(self, text: str) -> None:
        """Writes the block before the one that comes now."""
        if self._held is None:
            return
        block_id, kind, _, _ = self._held
        self._position += self._step
        self._last = (kind, text)
        self._rows.add_block(block_id, self._position, kind, text)


def _positions(unit: UnitOfWork, anchor: BlockRow | None, count: int) -> tuple[int, int]:
    """Returns the position after which blocks go, and the distance from one to the next."""
    if anchor is None:
        return 0, GAP
    query = (
        "SELECT position FROM blocks WHERE document_id = ? AND position > ?"
        " ORDER BY position LIMIT 1"
    )
    place = (anchor.document_id, anchor.position)
    following = unit.connection.execute(query, place).fetchone()
    if following is None:
        return anchor.position, GAP
    if following[0] - anchor.position <= count:
        make_room(unit, anchor.document_id, anchor.position, count)
        following = unit.connection.execute(query, place).fetchone()
    return anchor.position, (following[0] - anchor.position) // (count + 1)

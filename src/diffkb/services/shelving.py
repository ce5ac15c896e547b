"""Many new entries for one document in the project's own form, set in at once.

What `placing` does for one entry is done here for any number: each heading gets its entries in one
go, so that the time they take does not grow with those that are there.
"""

from __future__ import annotations

from itertools import chain as iterate
from typing import TYPE_CHECKING

from diffkb.core.outline import Span, fold_name
from diffkb.markdown.dialect import Context
from diffkb.markdown.entries import form_of, read_item
from diffkb.markdown.forms import common_form
from diffkb.markdown.heading_forms import write_heading
from diffkb.markdown.headings import group_year, year_position
from diffkb.services.blocks import Blocks, text_of
from diffkb.services.chaining import Chain, NewRows
from diffkb.services.headings import UNSORTED
from diffkb.services.neighbours import NEIGHBOURS
from diffkb.services.planning import Heading, Place, section_of, upwards
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diffkb.core.outline import Outline
    from diffkb.markdown.dialect import Dialect, Form
    from diffkb.store.tables import BlockRow, DocumentRow
    from diffkb.store.writer import UnitOfWork


DEEPEST = 6
NUMBERED = (".", ")")


def can_shelve(dialect: Dialect) -> bool:
    """Says whether entries can be set into a list at once: in the project's form, unnumbered."""
    return dialect.own and dialect.form.marker not in NUMBERED


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
        self._rows = NewRows(unit, self._document_id, flush)
        self._takes_loose = self._has_loose()
        entries = "SELECT 1 FROM entries WHERE document_id = ? LIMIT 1"
        held = unit.connection.execute(entries, (self._document_id,)).fetchone()
        self._is_bare = held is None and not self._outline.sections

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
        is_new = home.is_new or (home is self._top and self._is_bare)
        if year is None or not (groups or is_new):
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
        chain = Chain(self._unit, self._blocks, anchor, count, self._rows)
        for heading in run:
            self._write_entries(chain, heading)
        chain.close()
        self._rows.flush()

    def _write_entries(self, chain: Chain, heading: Heading) -> None:
        """Writes the entries of a heading, and itself before the first of them."""
        ctx, form = self._context(heading), self._form(heading)
        section = section_of(heading)
        for written in iterate.from_iterable(source(ctx, form) for source in heading.sources):
            self._write_heading(chain, heading)
            block_id = chain.add(written.text, "entry", "item", ctx)
            section_id = section.section_id if section else None
            written.settle(Place(block_id, section_id, heading.section_id))

    def _write_heading(self, chain: Chain, heading: Heading) -> None:
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
        year = group_year(upwards(heading))
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

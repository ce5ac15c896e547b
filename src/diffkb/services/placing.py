"""Putting an entry into its document: section, year group, place, form and the bytes around it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.outline import Span
from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import leading, trailing
from diffkb.markdown.crediting import Facts, credits_like
from diffkb.markdown.dialect import WR_SCALE, Context
from diffkb.markdown.document import read_document
from diffkb.markdown.entries import get_fields
from diffkb.markdown.headings import GroupYear, group_year
from diffkb.markdown.imitating import New
from diffkb.markdown.marks import is_task
from diffkb.markdown.moving import beside, fits_among, is_nested, marked_like
from diffkb.markdown.numbering import number_in
from diffkb.markdown.placing import unit_of, usual_gap, write_new, write_plain
from diffkb.markdown.rewriting import put_curated
from diffkb.markdown.spans import definitions_in, labels_in
from diffkb.markdown.writing import put_fields
from diffkb.services.arranging import deal_numbers, last_below, siblings, stretch_between
from diffkb.services.blocks import Blocks, high_of, text_of
from diffkb.services.counting import count_on, counts_down, number_for
from diffkb.services.entry_rows import belongings, read_back
from diffkb.services.headings import UNSORTED, Headings, find_section
from diffkb.services.ordering import next_of
from diffkb.services.sections import Sections
from diffkb.store.tables import BlockRow, DocumentRow, EntryRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from diffkb.core.models import Author, Fields, Kind
    from diffkb.core.outline import Node, Outline
    from diffkb.store.writer import UnitOfWork

__all__ = ["FIRST_DOCUMENT", "UNSORTED", "Page", "find_section"]

# The document that an empty base's first entry makes.
FIRST_DOCUMENT = "Reading list"

# The most neighbours whose form is looked at.
NEIGHBOURS = 40


class Page:
    """A document that is being written in a unit of work.

    Args:
        unit: the change.
        document: the document's row.
    """

    def __init__(self, unit: UnitOfWork, document: DocumentRow) -> None:
        self._unit = unit
        self._document = document
        self._blocks = Blocks(unit, document)
        self._headings = Headings(unit, _id(document), self._blocks)
        self._defers = False

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
        page._headings.add(block, None, 1, role="title", name=name)
        return page

    @property
    def document_id(self) -> int:
        """The document's id."""
        return _id(self._document)

    @property
    def scale(self) -> tuple[int, int]:
        """The lowest and the highest WR; that of diffkb where the list has none yet."""
        return self._blocks.dialect.scale or WR_SCALE

    @property
    def sections(self) -> Sections:
        """The document's sections, to be edited."""
        return Sections(self._unit, self._document, self._blocks, self._headings)

    def outline(self) -> Outline:
        """Returns the document's headings as they are now."""
        return self._headings.outline()

    def section(self, name: str, *, create: bool) -> Node:
        """Returns the section of a name; makes it where that is asked for, or it is Unsorted.

        Raises:
            SectionNotFound, AmbiguousSection: as for `find_section`.
            CannotWrite: a heading cannot hold the name.
        """
        return self._headings.section(name, create=create)

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
        facts: Facts | None = None,
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
            facts: what sources say of it, shown where the entries near by show such.
            placeholder: whether nobody typed its title.
            provisional_year: whether its year was neither typed nor told by a source.

        Returns:
            The entry's row.

        Raises:
            CannotWrite: the list cannot hold a field, or its neighbours would read differently.
        """

        def put_in(new: New) -> EntryRow:
            entry = EntryRow(
                document_id=self.document_id,
                block_id=0,
                section_id=section.id if section else None,
                group_id=group.id if group else None,
                paper_id=paper_id,
                kind=kind,
                title="",
                placeholder=placeholder,
                provisional_year=provisional_year,
                ctx=new.ctx.to_json(),
                added=self._unit.time,
                changed=self._unit.time,
            )
            with self._unit.attempt():
                place = self._place_for(group, new)
                self._put_in(entry, self._blocks.new("entry"), place, new)
            return entry

        with self._unit.attempt():
            group = self._headings.year_group(section, fields.year)
            return self._first_that_stands(put_in, self._forms(section, group, fields, facts))

    def _first_that_stands(
        self, put_in: Callable[[New], EntryRow], forms: Iterator[New]
    ) -> EntryRow:
        """Puts an entry into the document in the first form in which the others read as before."""
        refused: CannotWrite | None = None
        for new in forms:
            try:
                return put_in(new)
            except CannotWrite as error:
                refused = refused or error
        raise refused or CannotWrite("entry", "no form of this list holds it")

    def _forms(
        self, section: Node | None, group: Node | None, fields: Fields, facts: Facts | None
    ) -> Iterator[New]:
        """Yields a new entry's text and context: as its neighbours are, then in diffkb's form."""
        ctx = self._headings.context(group)
        near = self._neighbours(group, section, ctx)
        year = ctx.year if ctx.dialect.own else ctx.year_for(fields.year)
        fields = replace(fields, year=year)
        new = write_new(fields, near, ctx, facts)
        yield new
        if new.ctx.unit not in {"", "row"}:
            plain = write_plain(fields, near, ctx)
            if plain != new:
                yield plain

    def _place_for(self, group: Node | None, new: New) -> BlockRow | None:
        """Returns the block after which a new entry goes: the last one like it under a heading.

        Where the entries there are sorted by year, or count down, it has its place in that order.
        Without one like it, that is the last entry there; without an entry, the last block before
        the next heading; without a heading, the last entry of the document.
        """
        if new.ctx.unit:
            outline = self.outline()
            span = outline.own_span(outline[group.id]) if group else self._whole
            stored = self._blocks.all(before=high_of(span), after=span.low)
            first = counts_down(self._blocks, new.text, new.ctx.unit)
            later = next_of(new, stored, first=first)
            opening = later and self._blocks.before(later.position)
            if opening is not None:
                return opening
            for one in reversed(stored):
                context = one.context()
                if context and (context.unit, context.columns) == (new.ctx.unit, new.ctx.columns):
                    return self._blocks.get(one.id)
                if new.ctx.unit == "row" and unit_of(one.text, context) == "table":
                    return self._blocks.get(one.id)
        return self._last_in(group)

    def _put_in(
        self,
        entry: EntryRow,
        block: BlockRow,
        before: BlockRow | None,
        new: New,
        said: Fields | None = None,
    ) -> None:
        """Sets an entry after a block, with its number, and lets the others count on.

        Args:
            entry: its row.
            block: its block.
            before: the block it goes after.
            new: its text.
            said: what it said before, of one that stood elsewhere.
        """
        text = new.text
        if new.ctx.unit == "item":
            text = beside(text, self._item_at(before))
        unit = new.ctx.unit or unit_of(text)
        text = number_for(self._blocks, before, text, unit)
        self._blocks.insert(before, block, text, new.ctx, gap=self._gap(before, new.ctx))
        entry.block_id = _id(block)
        self._read_back(entry, block, new.ctx, said)
        count_on(self._blocks, block, 1, number_in(text, unit), unit)
        self._check(block)
        self._touch()

    def _item_at(self, block: BlockRow | None) -> str | None:
        """Returns the text of a block that is an entry in an item, else None."""
        found = None if block is None else self._blocks.at(block)
        context = found.context() if found else None
        return found.text if found and context and context.unit == "item" else None

    def _gap(self, near: BlockRow | None, ctx: Context) -> int | None:
        """Returns the blank lines between entries under a heading; None for the document's habit.

        Where no two stand there, they are those between any two of the document.
        """
        if near is None or ctx.dialect.own:
            return None
        there = self._headings.own_span_at(near.position)
        pairs = [
            one
            for one, two in pairwise(self._blocks.all())
            if one.kind == two.kind == "entry" and one.has_unit(ctx.unit) and two.has_unit(ctx.unit)
        ]
        own = [one.text for one in pairs if there.low <= one.position < high_of(there)]
        texts = own or [one.text for one in pairs]
        return usual_gap(texts[-NEIGHBOURS:], ctx.dialect.gap)

    def remove_entry(self, entry: EntryRow) -> None:
        """Takes an entry out of the document, with its listed note and its tags.

        Numbers that counted on from it follow; a year group that diffkb made and that holds
        nothing any more goes too.

        Raises:
            CannotWrite: other entries stand in it, or its neighbours would read differently.
        """
        with self._unit.attempt():
            block = self._blocks.get(entry.block_id)
            self._refuse_holding(block)
            self._count_down(entry, block)
            left = entry.group_id
            self._blocks.close(block)
            for row in (*belongings(self._unit, entry), entry, block):
                self._blocks.delete(row)
            if left is not None:
                self._headings.drop_empty_group(left)
            self._check_or_defer()
            self._touch()

    def _refuse_holding(self, block: BlockRow) -> None:
        """Refuses to take out an item that other entries are nested in."""
        text = text_of(block)
        following = self._blocks.all(after=block.position)[:1]
        if following and following[0].kind == "entry" and is_nested(following[0].text, text):
            raise CannotWrite(
                "entry",
                "other entries are nested in it",
                hint="move or remove those first; `diffkb rm` takes several at once",
            )
        self._refuse_sharing(_id(block), "other entries share its line")

    def _refuse_sharing(self, block_id: int, why: str) -> None:
        """Refuses a block that holds several entries."""
        count = select(EntryRow.id).where(EntryRow.block_id == block_id)
        if len(self._unit.session.exec(count).all()) > 1:
            raise CannotWrite("entry", why, hint="give each a line of its own in the list first")

    def _count_down(self, entry: EntryRow, block: BlockRow) -> None:
        """Lets the numbers after an entry that is going to be taken out follow."""
        ctx = self.context_of(entry)
        unit = ctx.unit or unit_of(text_of(block))
        count_on(self._blocks, block, -1, number_in(text_of(block), unit), unit)

    def move_entry(self, entry: EntryRow, section: Node | None, year: int | None = None) -> None:
        """Moves an entry to another section or year group, last in it.

        Where entries there are of its kind, its own bytes go along, and only marker, indent and
        number are adapted; else it is written anew in their form.

        Args:
            entry: the entry.
            section: where it goes; None for a list without sections.
            year: names its year group, as for `add_entry`; where the list writes the year into
                the entry, it is changed there.

        Raises:
            CannotWrite: entries are nested in it, the place cannot hold one of its fields, or
                its neighbours would read differently.
        """
        with self._unit.attempt():
            group = self._headings.year_group(section, year if year is not None else entry.year)
            block = self._blocks.get(entry.block_id)
            self._refuse_holding(block)
            fields = self.fields_of(entry)
            elsewhere = (group.id if group else None) != entry.group_id
            if elsewhere:
                self._carry(entry, block, section, group, fields)
            dated = year is not None and entry.year != year and entry.year_from != "heading"
            if dated:
                self._put(entry, {"year": year})
            if elsewhere or dated:
                self._check()
                self._touch()

    def _carry(
        self,
        entry: EntryRow,
        block: BlockRow,
        section: Node | None,
        group: Node | None,
        fields: Fields,
    ) -> None:
        """Takes an entry from its place to the end of another group."""
        old, text = self.context_of(entry), text_of(block)
        self._count_down(entry, block)
        left = entry.group_id
        self._blocks.take_out(block)
        new, before = self._adapted(section, group, New(text[: trailing(text)], old), fields)
        entry.section_id = section.id if section else None
        entry.group_id = group.id if group else None
        entry.ctx = new.ctx.to_json()
        entry.changed = self._unit.time
        self._put_in(entry, block, before, new, fields)
        if left is not None:
            self._headings.drop_empty_group(left)

    def _adapted(
        self, section: Node | None, group: Node | None, own: New, fields: Fields
    ) -> tuple[New, BlockRow | None]:
        """Returns an entry's text as it stands in another group, and the block it goes after."""
        ctx = self._headings.context(group)
        near = self._neighbours(group, section, ctx)
        nearest = next((one for one in near if one), [])
        if fits_among(own, nearest):
            new = New(own.text, own.ctx._replace(year=ctx.year, weak=ctx.weak))
            return marked_like(new, nearest), self._place_for(group, new)
        own_year = None if ctx.year and fields.year_from == "heading" else fields.year
        wanted = replace(fields, year=ctx.year_for(own_year), mentioned=())
        new = write_new(wanted, near, ctx)
        read = get_fields(new.text, new.ctx)[0]
        if read.year is None and wanted.year is not None and fields.year_from != "heading":
            raise CannotWrite("year", "the entries there do not show one")
        return new, self._place_for(group, new)

    def place_entry(self, entry: EntryRow, other: EntryRow, *, after: bool) -> None:
        """Sets an entry right before or after another one, in its section and its year group.

        Its own bytes go along, and only marker, indent and number are adapted; where it would not
        be read as an entry there, it is written anew as the other one is. Where only entries are
        between its old and its new place, their numbers stay and the entries change places.

        Args:
            entry: the entry.
            other: another one of the document.
            after: whether it goes after that, and all that is nested in it.

        Raises:
            CannotWrite: entries are nested in it, the place cannot hold one of its fields, or
                its neighbours would read differently.
        """

        def put_in(new: New) -> EntryRow:
            with self._unit.attempt():
                left = entry.group_id
                self._set_beside(entry, other, new, after=after)
                if left is not None and left != entry.group_id:
                    self._headings.drop_empty_group(left)
                self._check(self._blocks.get(entry.block_id))
            return entry

        with self._unit.attempt():
            self._refuse_holding(self._blocks.get(entry.block_id))
            self._refuse_sharing(other.block_id, "other entries share the line of that one")
            self._first_that_stands(put_in, self._forms_beside(entry, other))
            self._touch()

    def _forms_beside(self, entry: EntryRow, other: EntryRow) -> Iterator[New]:
        """Yields an entry's text and context as it may stand beside another one.

        Raises:
            CannotWrite: a row of a table has no place beside it.
        """
        own = New(self._own_text(entry), self.context_of(entry))
        ctx = self.context_of(other)
        near = [(text_of(self._blocks.get(other.block_id)), ctx)]
        fields = self.fields_of(entry)
        in_table = "row" in {own.ctx.unit, ctx.unit}
        if in_table and not fits_among(own, near):
            raise CannotWrite(
                "entry",
                "a row stands only in a table with the same columns",
                hint="name an entry of such a table",
            )
        if own.ctx.unit == ctx.unit:
            moved = own.ctx._replace(year=ctx.year, weak=ctx.weak)
            yield marked_like(New(own.text, moved), near)
        if not in_table and not ctx.dialect.own:
            wanted = replace(fields, year=ctx.year or fields.year, mentioned=())
            yield write_new(wanted, [near], ctx._replace(defined=()))

    def _own_text(self, entry: EntryRow) -> str:
        """Returns an entry's text without the blank lines after it."""
        text = text_of(self._blocks.get(entry.block_id))
        return text[: trailing(text)]

    def _set_beside(self, entry: EntryRow, other: EntryRow, new: New, *, after: bool) -> None:
        """Takes an entry from its place, and sets it beside another one."""
        block, target = self._blocks.get(entry.block_id), self._blocks.get(other.block_id)
        said, unit = self.fields_of(entry), new.ctx.unit or unit_of(new.text)
        stretch = stretch_between(self._blocks, block, target, unit)
        if stretch is None:
            self._count_down(entry, block)
        self._blocks.take_out(block)
        before = last_below(self._blocks, target) if after else None
        before = before or self._blocks.before(target.position)
        text = beside(new.text, text_of(target)) if new.ctx.unit in {"", "item"} else new.text
        if stretch is None:
            text = number_for(self._blocks, before, text, unit)
        self._blocks.insert(before, block, text, new.ctx, gap=self._gap(target, new.ctx))
        entry.section_id, entry.group_id = other.section_id, other.group_id
        entry.ctx = new.ctx.to_json()
        entry.changed = self._unit.time
        self._read_back(entry, block, new.ctx, said)
        if stretch is None:
            count_on(self._blocks, block, 1, number_in(text, unit), unit)
        else:
            deal_numbers(self._blocks, stretch, block)

    def siblings(self, entry: EntryRow) -> list[EntryRow]:
        """Returns the entries of an entry's year group, or section, that are as it is, in order.

        Only with these it changes places at the top or the bottom; it is one of them.
        """
        outline = self.outline()
        span = self._whole
        if entry.group_id is not None:
            span = outline.own_span(outline[entry.group_id])
        elif outline.nodes:
            span = Span(self.document_id, 0, outline.nodes[0].position)
        stored = self._blocks.all(before=high_of(span), after=span.low)
        ids = [one.id for one in siblings(stored, entry.block_id)]
        asked = select(EntryRow).where(EntryRow.document_id == self.document_id)
        rows = {row.block_id: row for row in self._unit.session.exec(asked) if row.ordinal == 0}
        return [rows[one] for one in ids]

    def fields_of(self, entry: EntryRow) -> Fields:
        """Returns what an entry's Markdown says."""
        text = text_of(self._blocks.get(entry.block_id))
        return get_fields(text, self.context_of(entry))[entry.ordinal]

    def said_near(self, entry: EntryRow, name: str) -> set[object]:
        """Returns what the Markdown of an entry, and of those near it, says in a field.

        What says nothing there is left out.
        """
        near = self._near(entry, self.context_of(entry))
        said = [self.fields_of(entry), *(one for raw, ctx in near for one in get_fields(raw, ctx))]
        return {getattr(one, name) for one in said} - {None, ()}

    def is_task(self, entry: EntryRow) -> bool:
        """Says whether an entry is an item with a box to tick."""
        return is_task(text_of(self._blocks.get(entry.block_id)))

    def change_entry(self, entry: EntryRow, changes: Mapping[str, object]) -> None:
        """Changes fields of an entry where they stand in the Markdown.

        Raises:
            CannotWrite: the list cannot hold a value, or the neighbours would read differently.
        """
        with self._unit.attempt():
            self._put(entry, changes)
            self._check_or_defer()
            self._touch()

    def credits_like(self, entry: EntryRow, authors: Sequence[Author]) -> str:
        """Returns authors as an entry and those near it write theirs."""
        near = [(raw, ctx) for raw, ctx in self._near(entry, self.context_of(entry))]
        shown = [one.authors for raw, ctx in near for one in get_fields(raw, ctx) if one.authors]
        shown += [entry.authors] if entry.authors else []
        written = credits_like(Facts(tuple(authors)), shown, ()).authors
        return written or ", ".join(author.name for author in authors)

    def text_of(self, entry: EntryRow) -> str:
        """Returns an entry's own Markdown, without the blank lines around it."""
        text = text_of(self._blocks.get(entry.block_id))
        return text[leading(text) : trailing(text)]

    def rewrite_entry(self, entry: EntryRow, text: str) -> None:
        """Gives an entry another Markdown, from which its fields are read.

        Args:
            entry: the entry.
            text: its own text, without the blank lines around it.

        Raises:
            CannotWrite: it is not exactly this one entry, or its neighbours would read
                differently.
        """
        with self._unit.attempt():
            self._refuse_sharing(entry.block_id, "other entries share its line")
            block, said = self._blocks.get(entry.block_id), self.fields_of(entry)
            old, ctx = text_of(block), self.context_of(entry)
            if not ctx.dialect.own:
                ctx = ctx._replace(defined=tuple(labels_in(text, self._definitions).items()))
            raw = old[: leading(old)] + text + old[trailing(old) :]
            if not text.strip() or len(get_fields(raw, ctx)) != 1:
                raise CannotWrite("entry", "it would not be read as one")
            self._blocks.rewrite(block, raw)
            self._read_back(entry, block, ctx, said)
            entry.changed = self._unit.time
            self._blocks.save(entry)
            self._check()
            self._touch()

    def _put(self, entry: EntryRow, changes: Mapping[str, object]) -> None:
        """Writes fields into an entry's block."""
        block = self._blocks.get(entry.block_id)
        ctx = self.context_of(entry)
        said = self.fields_of(entry)
        if ctx.unit and not ctx.dialect.own:
            raw = put_curated(changes, text_of(block), ctx, self._near(entry, ctx))
        else:
            raw = put_fields(changes, text_of(block), ctx, entry.ordinal)
        self._blocks.rewrite(block, raw)
        self._read_back(entry, block, ctx, said)
        entry.changed = self._unit.time
        self._blocks.save(entry)

    def _with_labels(self, entry: EntryRow, block: BlockRow, ctx: Context) -> Context:
        """Returns an entry's context with the labels its text has now that the document defines.

        Raises:
            CannotWrite: a label that is defined makes a link of what was meant as words.
        """
        if ctx.dialect.own:
            return ctx
        text = text_of(block)
        labels = labels_in(text, self._definitions) if "[" in text else {}
        now = ctx._replace(defined=tuple(labels.items()))
        if now != ctx and get_fields(text, now) != get_fields(text, ctx):
            raise CannotWrite("change", "a label in it is defined elsewhere in the document")
        entry.ctx = now.to_json()
        return now

    @cached_property
    def _definitions(self) -> Mapping[str, str]:
        """Where the labels lead that the document defines."""
        return definitions_in("".join(one.text for one in self._blocks.all()))

    def _near(self, entry: EntryRow, ctx: Context) -> list[tuple[str, Context]]:
        """Returns the entries whose form a new field of an entry may take, the nearest last."""
        outline = self.outline()
        group = None if entry.group_id is None else outline[entry.group_id]
        section = None if entry.section_id is None else outline[entry.section_id]
        return [pair for one in reversed(self._neighbours(group, section, ctx)) for pair in one]

    def context_of(self, entry: EntryRow) -> Context:
        """Returns what an entry's reading depends on."""
        group = None if entry.group_id is None else self.outline()[entry.group_id]
        return self._headings.context(group).with_json(entry.ctx)

    def defer_checks(self) -> None:
        """Leaves it to `settle` to read the document again after changes and removals.

        Of many this takes the time of one; which of them was one too many is not said then.
        """
        self._defers = True

    def settle(self) -> None:
        """Makes sure that the document reads as it is stored after what was put off.

        Raises:
            CannotWrite: some block would read differently.
        """
        if self._defers:
            self._check()

    def _check_or_defer(self) -> None:
        """Makes sure that the document reads as it is stored, now or later."""
        if not self._defers:
            self._check()

    def _check(self, new: BlockRow | None = None) -> None:
        """Makes sure that the document reads as it is stored; a new block by itself."""
        outline = self.outline()

        def year_of(group_id: int | None) -> GroupYear:
            return group_year(outline.upwards(group_id) if group_id in outline else ())

        self._blocks.check(year_of, new)

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
        group = self._headings.year_group(section, year)
        if group is not None and group.id not in {entry.group_id, entry.section_id}:
            self.move_entry(entry, section, year)

    def _neighbours(
        self, group: Node | None, section: Node | None, ctx: Context
    ) -> list[list[tuple[str, Context]]]:
        """Returns the entries whose form a new one may take, the nearest last."""
        outline = self.outline()
        spans = [
            outline.own_span(outline[group.id]) if group else self._whole,
            outline.span(outline[section.id]) if section else self._whole,
        ]
        if ctx.dialect.own:
            return [self._pairs(span, ctx) for span in spans]
        own, *others = [self._pairs(span, ctx) for span in [*spans, self._whole]]
        # A row stands in its own table alone.
        return [_of_one_table(own), *([one for one in g if one[1].unit != "row"] for g in others)]

    def _pairs(self, span: Span, ctx: Context) -> list[tuple[str, Context]]:
        """Returns the last entries of a stretch with their contexts."""
        outline = self.outline()
        found = self._blocks.last_entries(span, NEIGHBOURS)
        if ctx.dialect.own:
            return [(one.text, ctx) for one in found]
        return [
            (
                one.text,
                self._headings.context(outline[one.group_id] if one.group_id else None).with_json(
                    one.ctx
                ),
            )
            for one in found
        ]

    @property
    def _whole(self) -> Span:
        """The stretch that is the whole document."""
        return Span(self.document_id, 0, None)

    def _last_in(self, group: Node | None) -> BlockRow | None:
        """Returns the block after which a new entry goes: the last entry right under a heading.

        Without an entry there, the last block before the next heading; without a heading, the
        last entry of the document.
        """
        outline = self.outline()
        span = outline.own_span(outline[group.id]) if group else None
        return self._blocks.last_in(span, kind="entry") or self._headings.last_block(span)

    def _read_back(
        self, entry: EntryRow, block: BlockRow, ctx: Context, said: Fields | None
    ) -> None:
        """Fills an entry's rows with what its Markdown says, after what it said before."""
        ctx = self._with_labels(entry, block, ctx)
        read_back(self._unit, entry, get_fields(text_of(block), ctx)[entry.ordinal], said)

    def _touch(self) -> None:
        """Notes when the document was changed."""
        self._document.changed = self._unit.time
        self._blocks.save(self._document)


def _of_one_table(group: Sequence[tuple[str, Context]]) -> list[tuple[str, Context]]:
    """Returns entries without the rows of tables other than the last one."""
    rows = [near.columns for _, near in group if near.unit == "row"]
    return [one for one in group if one[1].unit != "row" or one[1].columns == rows[-1]]


def _id(row: BlockRow | DocumentRow) -> int:
    """Returns the id of a row that was written."""
    if row.id is None:
        raise ValueError("the row was not written")
    return row.id

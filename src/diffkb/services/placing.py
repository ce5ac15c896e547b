"""Putting an entry into its document: year group, place, form and the bytes around it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diffkb.errors import CannotWrite
from diffkb.markdown.moving import beside
from diffkb.markdown.numbering import number_in
from diffkb.markdown.placing import unit_of, write_new, write_plain
from diffkb.services.blocks import high_of
from diffkb.services.changing import fill_rows
from diffkb.services.counting import count_on, counts_down, number_for
from diffkb.services.neighbours import gap_at, neighbours_under
from diffkb.services.ordering import next_of
from diffkb.store.tables import BlockRow, EntryRow, id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diffkb.core.models import Fields, Kind
    from diffkb.core.outline import Node
    from diffkb.markdown.crediting import Facts
    from diffkb.markdown.imitating import New
    from diffkb.services.pages import Page


def add_entry(
    page: Page,
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
        page: its document.
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
            document_id=page.document_id,
            block_id=0,
            section_id=section.id if section else None,
            group_id=group.id if group else None,
            paper_id=paper_id,
            kind=kind,
            title="",
            placeholder=placeholder,
            provisional_year=provisional_year,
            ctx=new.ctx.to_json(),
            added=page.unit.time,
            changed=page.unit.time,
        )
        with page.unit.attempt():
            place = place_for(page, group, new)
            insert_entry(page, entry, page.blocks.new("entry"), place, new)
        return entry

    with page.unit.attempt():
        group = page.headings.year_group(section, fields.year)
        return first_that_stands(put_in, _forms(page, section, group, fields, facts))


def first_that_stands(put_in: Callable[[New], EntryRow], forms: Iterator[New]) -> EntryRow:
    """Puts an entry into a document in the first form in which the others read as before.

    Args:
        put_in: puts it in in a form; raises CannotWrite where others would read differently.
        forms: the forms, the best first.

    Raises:
        CannotWrite: why the first form does not stand, where none does.
    """
    refused: CannotWrite | None = None
    for new in forms:
        try:
            return put_in(new)
        except CannotWrite as error:
            refused = refused or error
    raise refused or CannotWrite("entry", "no form of this list holds it")


def place_for(page: Page, group: Node | None, new: New) -> BlockRow | None:
    """Returns the block after which a new entry goes: the last one like it under a heading.

    Where the entries there are sorted by year, or count down, it has its place in that order.
    Without one like it, that is the last entry there; without an entry, the last block before
    the next heading; without a heading, the last entry of the document.
    """
    if new.ctx.unit:
        outline = page.outline()
        span = outline.own_span(outline[group.id]) if group else page.whole
        stored = page.blocks.all(before=high_of(span), after=span.low)
        first = counts_down(page.blocks, new.text, new.ctx.unit)
        later = next_of(new, stored, first=first)
        opening = later and page.blocks.before(later.position)
        if opening is not None:
            return opening
        for one in reversed(stored):
            context = one.context()
            if context and (context.unit, context.columns) == (new.ctx.unit, new.ctx.columns):
                return page.blocks.get(one.id)
            if new.ctx.unit == "row" and unit_of(one.text, context) == "table":
                return page.blocks.get(one.id)
    return _last_in(page, group)


def insert_entry(
    page: Page,
    entry: EntryRow,
    block: BlockRow,
    before: BlockRow | None,
    new: New,
    *,
    said: Fields | None = None,
) -> None:
    """Sets an entry after a block, with its number, and lets the others count on.

    Args:
        page: its document.
        entry: its row.
        block: its block.
        before: the block it goes after.
        new: its text.
        said: what it said before, of one that stood elsewhere.
    """
    text = new.text
    if new.ctx.unit == "item":
        text = beside(text, _item_at(page, before))
    unit = new.ctx.unit or unit_of(text)
    text = number_for(page.blocks, before, text, unit)
    page.blocks.insert(before, block, text, new.ctx, gap=gap_at(page, before, new.ctx))
    entry.block_id = id_of(block)
    fill_rows(page, entry, block, new.ctx, said)
    count_on(page.blocks, block, 1, number_in(text, unit), unit)
    page.check(block)
    page.touch()


def _forms(
    page: Page, section: Node | None, group: Node | None, fields: Fields, facts: Facts | None
) -> Iterator[New]:
    """Yields a new entry's text and context: as its neighbours are, then in diffkb's form."""
    ctx = page.headings.context(group)
    near = neighbours_under(page, group, section, ctx)
    year = ctx.year if ctx.dialect.own else ctx.year_for(fields.year)
    fields = replace(fields, year=year)
    new = write_new(fields, near, ctx, facts)
    yield new
    if new.ctx.unit not in {"", "row"}:
        plain = write_plain(fields, near, ctx)
        if plain != new:
            yield plain


def _last_in(page: Page, group: Node | None) -> BlockRow | None:
    """Returns the last entry right under a heading.

    Without an entry there, the last block before the next heading; without a heading, the last
    entry of the document.
    """
    outline = page.outline()
    span = outline.own_span(outline[group.id]) if group else None
    return page.blocks.last_in(span, kind="entry") or page.headings.last_block(span)


def _item_at(page: Page, block: BlockRow | None) -> str | None:
    """Returns the text of a block that is an entry in an item, else None."""
    found = None if block is None else page.blocks.at(block)
    context = found.context() if found else None
    return found.text if found and context and context.unit == "item" else None

"""Setting an entry elsewhere in its document: under another heading, or beside another entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.core.outline import Span
from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import trailing
from diffkb.markdown.entries import get_fields
from diffkb.markdown.imitating import New
from diffkb.markdown.moving import beside, fits_among, marked_like
from diffkb.markdown.numbering import number_in
from diffkb.markdown.placing import unit_of, write_new
from diffkb.services.arranging import deal_numbers, last_below, siblings, stretch_between
from diffkb.services.blocks import high_of, text_of
from diffkb.services.changing import fill_rows, write_fields
from diffkb.services.counting import count_on, number_for
from diffkb.services.neighbours import gap_at, neighbours_under
from diffkb.services.placing import first_that_stands, insert_entry, place_for
from diffkb.services.taking_out import count_down, refuse_holding, refuse_sharing
from diffkb.store.tables import BlockRow, EntryRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Fields
    from diffkb.core.outline import Node
    from diffkb.services.pages import Page


def move_entry(page: Page, entry: EntryRow, section: Node | None, year: int | None = None) -> None:
    """Moves an entry to another section or year group, last in it.

    Where entries there are of its kind, its own bytes go along, and only marker, indent and
    number are adapted; else it is written anew in their form.

    Args:
        page: its document.
        entry: the entry.
        section: where it goes; None for a list without sections.
        year: names its year group, as for `add_entry`; where the list writes the year into
            the entry, it is changed there.

    Raises:
        CannotWrite: entries are nested in it, the place cannot hold one of its fields, or
            its neighbours would read differently.
    """
    with page.unit.attempt():
        group = page.headings.year_group(section, year if year is not None else entry.year)
        refuse_holding(page, page.blocks.get(entry.block_id))
        fields = page.fields_of(entry)
        elsewhere = (group.id if group else None) != entry.group_id
        if elsewhere:
            _carry(page, entry, section, group, fields)
        dated = year is not None and entry.year != year and entry.year_from != "heading"
        if dated:
            write_fields(page, entry, {"year": year})
        if elsewhere or dated:
            page.check()
            page.touch()


def place_entry(page: Page, entry: EntryRow, other: EntryRow, *, after: bool) -> None:
    """Sets an entry right before or after another one, in its section and its year group.

    Its own bytes go along, and only marker, indent and number are adapted; where it would not
    be read as an entry there, it is written anew as the other one is. Where only entries are
    between its old and its new place, their numbers stay and the entries change places.

    Args:
        page: its document.
        entry: the entry.
        other: another one of the document.
        after: whether it goes after that, and all that is nested in it.

    Raises:
        CannotWrite: entries are nested in it, the place cannot hold one of its fields, or
            its neighbours would read differently.
    """

    def put_in(new: New) -> EntryRow:
        with page.unit.attempt():
            left = entry.group_id
            _set_beside(page, entry, other, new, after=after)
            if left is not None and left != entry.group_id:
                page.headings.drop_empty_group(left)
            page.check(page.blocks.get(entry.block_id))
        return entry

    with page.unit.attempt():
        refuse_holding(page, page.blocks.get(entry.block_id))
        refuse_sharing(page, other.block_id, "other entries share the line of that one")
        first_that_stands(put_in, _forms_beside(page, entry, other))
        page.touch()


def siblings_of(page: Page, entry: EntryRow) -> list[EntryRow]:
    """Returns the entries of an entry's year group, or section, that are as it is, in order.

    Only with these it changes places at the top or the bottom; it is one of them.
    """
    outline = page.outline()
    span = page.whole
    if entry.group_id is not None:
        span = outline.own_span(outline[entry.group_id])
    elif outline.nodes:
        span = Span(page.document_id, 0, outline.nodes[0].position)
    stored = page.blocks.all(before=high_of(span), after=span.low)
    ids = [one.id for one in siblings(stored, entry.block_id)]
    asked = select(EntryRow).where(EntryRow.document_id == page.document_id)
    rows = {row.block_id: row for row in page.unit.session.exec(asked) if row.ordinal == 0}
    return [rows[one] for one in ids]


def _carry(
    page: Page, entry: EntryRow, section: Node | None, group: Node | None, fields: Fields
) -> None:
    """Takes an entry from its place to the end of another group."""
    block, own = page.blocks.get(entry.block_id), _as_it_stands(page, entry)
    count_down(page, entry, block)
    left = entry.group_id
    page.blocks.take_out(block)
    new, before = _adapted(page, section, group, own, fields)
    entry.section_id = section.id if section else None
    entry.group_id = group.id if group else None
    entry.ctx = new.ctx.to_json()
    entry.changed = page.unit.time
    insert_entry(page, entry, block, before, new, said=fields)
    if left is not None:
        page.headings.drop_empty_group(left)


def _adapted(
    page: Page, section: Node | None, group: Node | None, own: New, fields: Fields
) -> tuple[New, BlockRow | None]:
    """Returns an entry's text as it stands in another group, and the block it goes after."""
    ctx = page.headings.context(group)
    near = neighbours_under(page, group, section, ctx)
    nearest = next((one for one in near if one), [])
    if fits_among(own, nearest):
        new = New(own.text, own.ctx._replace(year=ctx.year, weak=ctx.weak))
        return marked_like(new, nearest), place_for(page, group, new)
    own_year = None if ctx.year and fields.year_from == "heading" else fields.year
    wanted = replace(fields, year=ctx.year_for(own_year), mentioned=())
    new = write_new(wanted, near, ctx)
    read = get_fields(new.text, new.ctx)[0]
    if read.year is None and wanted.year is not None and fields.year_from != "heading":
        raise CannotWrite("year", "the entries there do not show one")
    return new, place_for(page, group, new)


def _as_it_stands(page: Page, entry: EntryRow) -> New:
    """Returns an entry's text, without the blank lines after it, and its context."""
    text = text_of(page.blocks.get(entry.block_id))
    return New(text[: trailing(text)], page.context_of(entry))


def _forms_beside(page: Page, entry: EntryRow, other: EntryRow) -> Iterator[New]:
    """Yields an entry's text and context as it may stand beside another one.

    Raises:
        CannotWrite: a row of a table has no place beside it.
    """
    own = _as_it_stands(page, entry)
    ctx = page.context_of(other)
    near = [(text_of(page.blocks.get(other.block_id)), ctx)]
    fields = page.fields_of(entry)
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


def _set_beside(page: Page, entry: EntryRow, other: EntryRow, new: New, *, after: bool) -> None:
    """Takes an entry from its place, and sets it beside another one."""
    block, target = page.blocks.get(entry.block_id), page.blocks.get(other.block_id)
    said, unit = page.fields_of(entry), new.ctx.unit or unit_of(new.text)
    stretch = stretch_between(page.blocks, block, target, unit)
    if stretch is None:
        count_down(page, entry, block)
    page.blocks.take_out(block)
    before = last_below(page.blocks, target) if after else None
    before = before or page.blocks.before(target.position)
    text = beside(new.text, text_of(target)) if new.ctx.unit in {"", "item"} else new.text
    if stretch is None:
        text = number_for(page.blocks, before, text, unit)
    page.blocks.insert(before, block, text, new.ctx, gap=gap_at(page, target, new.ctx))
    entry.section_id, entry.group_id = other.section_id, other.group_id
    entry.ctx = new.ctx.to_json()
    entry.changed = page.unit.time
    fill_rows(page, entry, block, new.ctx, said)
    if stretch is None:
        count_on(page.blocks, block, 1, number_in(text, unit), unit)
    else:
        deal_numbers(page.blocks, stretch, block)

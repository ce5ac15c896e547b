"""Taking an entry out of its document: what forbids it, and what follows when it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from diffkb.errors import CannotWrite
from diffkb.markdown.moving import is_nested
from diffkb.markdown.numbering import number_in
from diffkb.markdown.placing import unit_of
from diffkb.services.blocks import text_of
from diffkb.services.counting import count_on
from diffkb.services.entry_rows import belongings
from diffkb.store.tables import BlockRow, EntryRow, id_of

if TYPE_CHECKING:
    from diffkb.services.pages import Page


def remove_entry(page: Page, entry: EntryRow) -> None:
    """Takes an entry out of the document, with its listed note and its tags.

    Numbers that counted on from it follow; a year group that diffkb made and that holds
    nothing any more goes too.

    Raises:
        CannotWrite: other entries stand in it, or its neighbours would read differently.
    """
    with page.unit.attempt():
        block = page.blocks.get(entry.block_id)
        refuse_holding(page, block)
        count_down(page, entry, block)
        left = entry.group_id
        page.blocks.close(block)
        for row in (*belongings(page.unit, entry), entry, block):
            page.blocks.delete(row)
        if left is not None:
            page.headings.drop_empty_group(left)
        page.check_or_defer()
        page.touch()


def refuse_holding(page: Page, block: BlockRow) -> None:
    """Refuses to take out an item that other entries are nested in."""
    text = text_of(block)
    following = page.blocks.next(block.position)
    if following and following.kind == "entry" and is_nested(following.text, text):
        raise CannotWrite(
            "entry",
            "other entries are nested in it",
            hint="move or remove those first; `diffkb rm` takes several at once",
        )
    refuse_sharing(page, id_of(block), "other entries share its line")


def refuse_sharing(page: Page, block_id: int, why: str) -> None:
    """Refuses a block that holds several entries."""
    count = select(EntryRow.id).where(EntryRow.block_id == block_id)
    if len(page.unit.session.exec(count).all()) > 1:
        raise CannotWrite("entry", why, hint="give each a line of its own in the list first")


def count_down(page: Page, entry: EntryRow, block: BlockRow) -> None:
    """Lets the numbers after an entry that is going to be taken out follow."""
    ctx = page.context_of(entry)
    unit = ctx.unit or unit_of(text_of(block))
    count_on(page.blocks, block, -1, number_in(text_of(block), unit), unit)

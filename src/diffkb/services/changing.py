"""Changing what an entry says: fields where they stand in its Markdown, or all of its Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import leading, trailing
from diffkb.markdown.entries import get_fields
from diffkb.markdown.rewriting import put_curated
from diffkb.markdown.spans import labels_in
from diffkb.markdown.writing import put_fields
from diffkb.services.blocks import text_of
from diffkb.services.entry_rows import read_back
from diffkb.services.neighbours import entries_near
from diffkb.services.taking_out import refuse_sharing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffkb.core.models import Fields
    from diffkb.markdown.dialect import Context
    from diffkb.services.pages import Page
    from diffkb.store.tables import BlockRow, EntryRow


def change_entry(page: Page, entry: EntryRow, changes: Mapping[str, object]) -> None:
    """Changes fields of an entry where they stand in the Markdown.

    Raises:
        CannotWrite: the list cannot hold a value, or the neighbours would read differently.
    """
    with page.unit.attempt():
        write_fields(page, entry, changes)
        page.check_or_defer()
        page.touch()


def rewrite_entry(page: Page, entry: EntryRow, text: str) -> None:
    """Gives an entry another Markdown, from which its fields are read.

    Args:
        page: its document.
        entry: the entry.
        text: its own text, without the blank lines around it.

    Raises:
        CannotWrite: it is not exactly this one entry, or its neighbours would read
            differently.
    """
    with page.unit.attempt():
        refuse_sharing(page, entry.block_id, "other entries share its line")
        block, said = page.blocks.get(entry.block_id), page.fields_of(entry)
        old, ctx = text_of(block), page.context_of(entry)
        if not ctx.dialect.own:
            ctx = ctx._replace(defined=tuple(labels_in(text, page.definitions).items()))
        raw = old[: leading(old)] + text + old[trailing(old) :]
        if not text.strip() or len(get_fields(raw, ctx)) != 1:
            raise CannotWrite("entry", "it would not be read as one")
        page.blocks.rewrite(block, raw)
        fill_rows(page, entry, block, ctx, said)
        entry.changed = page.unit.time
        page.blocks.save(entry)
        page.check()
        page.touch()


def write_fields(page: Page, entry: EntryRow, changes: Mapping[str, object]) -> None:
    """Writes fields into an entry's block."""
    block = page.blocks.get(entry.block_id)
    ctx = page.context_of(entry)
    said = page.fields_of(entry)
    if ctx.unit and not ctx.dialect.own:
        raw = put_curated(changes, text_of(block), ctx, entries_near(page, entry, ctx))
    else:
        raw = put_fields(changes, text_of(block), ctx, entry.ordinal)
    page.blocks.rewrite(block, raw)
    fill_rows(page, entry, block, ctx, said)
    entry.changed = page.unit.time
    page.blocks.save(entry)


def fill_rows(
    page: Page, entry: EntryRow, block: BlockRow, ctx: Context, said: Fields | None
) -> None:
    """Fills an entry's rows with what its Markdown says, after what it said before."""
    ctx = _with_labels(page, entry, block, ctx)
    read_back(page.unit, entry, get_fields(text_of(block), ctx)[entry.ordinal], said)


def _with_labels(page: Page, entry: EntryRow, block: BlockRow, ctx: Context) -> Context:
    """Returns an entry's context with the labels its text has now that the document defines.

    Raises:
        CannotWrite: a label that is defined makes a link of what was meant as words.
    """
    if ctx.dialect.own:
        return ctx
    text = text_of(block)
    labels = labels_in(text, page.definitions) if "[" in text else {}
    now = ctx._replace(defined=tuple(labels.items()))
    if now != ctx and get_fields(text, now) != get_fields(text, ctx):
        raise CannotWrite("change", "a label in it is defined elsewhere in the document")
    entry.ctx = now.to_json()
    return now

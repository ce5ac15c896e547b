"""What the entries near a place in a document show: their form, what they say, their distance."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from diffkb.markdown.crediting import Facts, credits_like
from diffkb.markdown.entries import get_fields
from diffkb.markdown.placing import usual_gap
from diffkb.services.blocks import high_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.models import Author
    from diffkb.core.outline import Node, Span
    from diffkb.markdown.dialect import Context
    from diffkb.services.pages import Page
    from diffkb.store.tables import BlockRow, EntryRow

# The most neighbours whose form is looked at.
NEIGHBOURS = 40


def neighbours_under(
    page: Page, group: Node | None, section: Node | None, ctx: Context
) -> list[list[tuple[str, Context]]]:
    """Returns the entries whose form a new one may take, the nearest last."""
    outline = page.outline()
    spans = [
        outline.own_span(outline[group.id]) if group else page.whole,
        outline.span(outline[section.id]) if section else page.whole,
    ]
    if ctx.dialect.own:
        return [_pairs(page, span, ctx) for span in spans]
    own, *others = [_pairs(page, span, ctx) for span in [*spans, page.whole]]
    # A row stands in its own table alone.
    return [_of_one_table(own), *([one for one in g if one[1].unit != "row"] for g in others)]


def entries_near(page: Page, entry: EntryRow, ctx: Context) -> list[tuple[str, Context]]:
    """Returns the entries whose form a new field of an entry may take, the nearest last."""
    outline = page.outline()
    group = None if entry.group_id is None else outline[entry.group_id]
    section = None if entry.section_id is None else outline[entry.section_id]
    return [pair for one in reversed(neighbours_under(page, group, section, ctx)) for pair in one]


def said_near(page: Page, entry: EntryRow, name: str) -> set[object]:
    """Returns what the Markdown of an entry, and of those near it, says in a field.

    What says nothing there is left out.
    """
    near = entries_near(page, entry, page.context_of(entry))
    said = [page.fields_of(entry), *(one for raw, ctx in near for one in get_fields(raw, ctx))]
    return {getattr(one, name) for one in said} - {None, ()}


def credits_near(page: Page, entry: EntryRow, authors: Sequence[Author]) -> str:
    """Returns authors as an entry and those near it write theirs."""
    near = entries_near(page, entry, page.context_of(entry))
    shown = [one.authors for raw, ctx in near for one in get_fields(raw, ctx) if one.authors]
    shown += [entry.authors] if entry.authors else []
    written = credits_like(Facts(tuple(authors)), shown, ()).authors
    return written or ", ".join(author.name for author in authors)


def gap_at(page: Page, near: BlockRow | None, ctx: Context) -> int | None:
    """Returns the blank lines between entries under a heading; None for the document's habit.

    Where no two stand there, they are those between any two of the document.
    """
    if near is None or ctx.dialect.own:
        return None
    there = page.headings.own_span_at(near.position)
    pairs = [
        one
        for one, two in pairwise(page.blocks.all())
        if one.kind == two.kind == "entry" and one.has_unit(ctx.unit) and two.has_unit(ctx.unit)
    ]
    own = [one.text for one in pairs if there.low <= one.position < high_of(there)]
    texts = own or [one.text for one in pairs]
    return usual_gap(texts[-NEIGHBOURS:], ctx.dialect.gap)


def _pairs(page: Page, span: Span, ctx: Context) -> list[tuple[str, Context]]:
    """Returns the last entries of a stretch with their contexts."""
    outline = page.outline()
    found = page.blocks.last_entries(span, NEIGHBOURS)
    if ctx.dialect.own:
        return [(one.text, ctx) for one in found]
    return [
        (
            one.text,
            page.headings.context(outline[one.group_id] if one.group_id else None).with_json(
                one.ctx
            ),
        )
        for one in found
    ]


def _of_one_table(group: Sequence[tuple[str, Context]]) -> list[tuple[str, Context]]:
    """Returns entries without the rows of tables other than the last one."""
    rows = [near.columns for _, near in group if near.unit == "row"]
    return [one for one in group if one[1].unit != "row" or one[1].columns == rows[-1]]

"""Writes a new entry in the form of its neighbours: their signs, and no word of theirs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import cut_one
from diffkb.markdown.crediting import Credits, credits_like
from diffkb.markdown.curated import read_unit
from diffkb.markdown.document import read_document
from diffkb.markdown.numbering import with_number
from diffkb.markdown.pens import Pen
from diffkb.markdown.rewriting import put_curated
from diffkb.markdown.rows import row_like
from diffkb.markdown.skeletons import LONGEST, skeleton_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.crediting import Facts
    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.link_labels import Label
    from diffkb.markdown.skeletons import Skeleton

# As the neighbour is, with a linked title in its row, or without the quotes around its title.
_AS_IT_IS, _LINKED, _UNQUOTED = "as it is", "linked", "unquoted"
_STRICT = ("title", "url", "wr", "note", "links", "venue", "authors", "tags")


class New(NamedTuple):
    """A new entry's text, and what its reading depends on beside it."""

    text: str
    ctx: Context


class _Draft(NamedTuple):
    """A new entry in the form of one neighbour.

    Attributes:
        new: it.
        form: what its form is, apart from the words of its link.
        fits: how surely these words say what it leads to.
        fields: what it says.
    """

    new: New
    form: tuple[str, Context]
    fits: int
    fields: Fields


def write_like(
    fields: Fields,
    groups: Sequence[Sequence[tuple[str, Context]]],
    ctx: Context,
    facts: Facts | None = None,
) -> New | None:
    """Writes a new entry in the commonest form near by that holds it.

    Args:
        fields: what it shall say; a year that no form near by shows is left out.
        groups: blocks and contexts of entries near by, those of the nearest group first, in each
            the nearest last.
        ctx: the context it is going to have; unit and columns are those of the form.
        facts: authors and venue, said where the form has a place for them.

    Returns:
        The entry, or None where no form near by holds the fields. Its number, where it has one,
        is 1.
    """
    undated = replace(fields, year=ctx.year)
    ways = [(fields, _AS_IT_IS), (fields, _LINKED), (fields, _UNQUOTED)]
    ways += [(undated, _AS_IT_IS)] if undated != fields else []
    for group in groups:
        known = _credits(facts, group) if facts else Credits()
        less = dict.fromkeys((known, known._replace(venue=None), Credits()))
        for (wanted, way), told in product(ways, less):
            drafts = _by_votes(list(_drafts(wanted, group, ctx, way, told)))
            for draft in _fullest(drafts) if any(told) else drafts:
                full = _completed(draft.new, draft.fields, group)
                if full is not None:
                    return full
    return None


def _credits(facts: Facts, group: Sequence[tuple[str, Context]]) -> Credits:
    """Returns authors and venue in the form of a group's."""
    read = [found.fields for raw, near in group if (found := _read(raw, near))]
    return credits_like(
        facts,
        [one.authors for one in read if one.authors],
        [one.venue for one in read if one.venue],
    )


def _read(raw: str, ctx: Context) -> Found | None:
    """Returns what an entry says whose form others can take."""
    return read_unit(raw, ctx) if len(raw) < LONGEST else None


def _credited(fields: Fields, told: Credits, found: Found, ctx: Context) -> Fields:
    """Returns fields with authors and venue, as far as a neighbour has places for them."""
    if not any(told):
        return fields
    shown = {name: name in found.spans or name in ctx.columns for name in ("authors", "venue")}
    return replace(
        fields,
        authors=fields.authors or (told.authors if shown["authors"] else None),
        venue=fields.venue or (told.venue if shown["venue"] else None),
    )


def _as_placed(credited: Fields, fields: Fields, text: str) -> Fields:
    """Returns fields without the authors and the venue that a draft had no place for."""
    placed = {
        name: value if value and value in text else getattr(fields, name)
        for name in ("authors", "venue")
        for value in (getattr(credited, name),)
    }
    return replace(credited, **placed)


def _drafts(
    fields: Fields,
    group: Sequence[tuple[str, Context]],
    ctx: Context,
    way: str,
    told: Credits,
) -> Iterator[_Draft]:
    """Yields the entry in the form of each neighbour that can be written in this way."""
    for raw, near in group:
        if (way == _LINKED and near.unit != "row") or (way == _UNQUOTED and near.unit == "row"):
            continue
        found = _read(raw, near)
        if found is None:
            continue
        wanted = _credited(fields, told, found, near)
        own = near._replace(dialect=ctx.dialect, year=ctx.year, weak=ctx.weak, defined=())
        made = _draft_like(raw, found, near, wanted, own, way)
        if made is not None:
            text, label = made
            text = with_number(text, near.unit, 1)
            form = text if label is None else text.replace(label.text, label.form, 1)
            fits = 2 if label is None else label.fits
            yield _Draft(New(text, own), (form, own), fits, _as_placed(wanted, fields, text))


def _draft_like(  # noqa: PLR0917 - two entries
    raw: str, found: Found, near: Context, fields: Fields, ctx: Context, way: str
) -> tuple[str, Label | None] | None:
    """Returns an entry's title, link and further fields in the form of another one."""
    if near.unit == "row":
        return row_like(raw, found, near, fields, ctx, linked=way == _LINKED)
    skeleton = skeleton_of(raw, found, near)
    pen = Pen(raw, fields, ctx, quoted=way != _UNQUOTED)
    body = pen.write(skeleton.root)
    return None if body is None else (_head_of(skeleton, found) + body, pen.label)


def _head_of(skeleton: Skeleton, found: Found) -> str:
    """Returns the marker of a new entry: its task is open."""
    head = skeleton.head
    if found.title.checked is not None:
        at = head.rfind("[")
        head = head[: at + 1] + " " + head[at + 2 :]
    return head


def _by_votes(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Returns the drafts in the commonest form first, of equally common ones in the nearest.

    Those come first that show what most of them show. Of those in one form the first is that
    whose link says most surely what it leads to.
    """
    shown = Counter(_shown(draft) for draft in drafts)
    votes: dict[tuple[str, Context], tuple[int, int, int]] = {}
    best: dict[tuple[str, Context], _Draft] = {}
    for place, draft in enumerate(drafts):
        _, count, _ = votes.get(draft.form, (0, 0, 0))
        votes[draft.form] = (shown[_shown(draft)], count + 1, place)
        if draft.form not in best or draft.fits >= best[draft.form].fits:
            best[draft.form] = draft
    return [best[form] for form in sorted(votes, key=lambda form: votes[form], reverse=True)]


def _shown(draft: _Draft) -> tuple[bool, ...]:
    """Returns which fields that a form may leave out stand in a draft."""
    fields = draft.fields
    return tuple(
        value is not None and str(value) in draft.new.text
        for value in (fields.authors, fields.venue, fields.year)
    )


def _fullest(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Returns the drafts that leave out no more than the first one does."""
    return [draft for draft in drafts if sum(_shown(draft)) >= sum(_shown(drafts[0]))]


def _completed(new: New, fields: Fields, group: Sequence[tuple[str, Context]]) -> New | None:
    """Returns a draft with mark and note, if it reads as it should then."""
    read = read_unit(new.text, new.ctx)
    if read is None or read.fields.title != fields.title:
        return None
    rest = {
        name: getattr(fields, name)
        for name in ("url", "venue", "authors", "links", "tags", "wr", "note", "read")
        if getattr(fields, name) and getattr(read.fields, name) != getattr(fields, name)
    }
    if fields.url and "url" in rest and fields.url in new.text:
        # The neighbour's words say there what it leads to; of another entry they do not.
        return None
    try:
        text = put_curated(rest, new.text, new.ctx, group)
    except CannotWrite:
        return None
    again = read_unit(text, new.ctx)
    if again is None or not _says(again.fields, fields) or not _is_entry(text, new.ctx):
        return None
    return New(text, new.ctx)


def _is_entry(text: str, ctx: Context) -> bool:
    """Says whether a text is one block, and taken for an entry as far as it shows that itself."""
    if ctx.unit == "item":
        return cut_one(text.lstrip(" \t")) is not None
    if ctx.unit == "row":
        return True
    blocks = read_document(text, ctx.dialect).blocks
    return (
        len(blocks) == 1 and (blocks[0].context or ctx).unit == ctx.unit and blocks[0].entries != ()
    )


def _says(read: Fields, wanted: Fields) -> bool:
    """Says whether an entry reads as it should; one that was not read says so or nothing."""
    if any(getattr(read, name) != getattr(wanted, name) for name in _STRICT):
        return False
    if read.year_from != "heading" and read.year not in {None, wanted.year}:
        return False
    return bool(read.read) == bool(wanted.read)

"""Writes a field that an entry does not show where, and as, the entries near it show theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.markdown.curated import read_unit
from diffkb.markdown.pens import Pen, sign_between
from diffkb.markdown.rows import fill_cell
from diffkb.markdown.skeletons import LONGEST, Atom, Group, atoms_in, atoms_of, build, skeleton_of
from diffkb.markdown.tables import cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context

_MOST_FORMS = 6
_MOST_NEIGHBOURS = 40
# What may follow a part after which another one is put in.
_ENDS = re.compile(r"\s|\Z|[,.;:|)\]}*_\"”)](?:\W|\Z)|[\[(<]")
_ATOMS = {"url": "link", "links": "further"}


def forms_of(  # noqa: PLR0917 - the parts of an entry that is being changed
    name: str,
    fields: Fields,
    raw: str,
    found: Found,
    ctx: Context,
    neighbours: Sequence[tuple[str, Context]],
) -> Iterator[str]:
    """Yields an entry with one more field, in the forms of its neighbours.

    Args:
        name: the field.
        fields: all that the entry shall say then.
        raw: its block.
        found: what it says now.
        ctx: its context.
        neighbours: blocks and contexts of entries near by, the nearest last.

    Yields:
        Texts, that in the commonest form first, of equally common ones that of the nearest.
    """
    votes: dict[str, int] = {}
    for other, near in list(reversed(neighbours))[:_MOST_NEIGHBOURS]:
        short = max(len(raw), len(other)) < LONGEST
        theirs = read_unit(other, near) if short and near.unit == ctx.unit else None
        if theirs is None or other == raw:
            continue
        pen = _OnlyPen(_ATOMS.get(name, name), other, fields, ctx, cell=ctx.unit == "row")
        for mine, their in _roots(raw, found, ctx, other, theirs, near):
            text = _transplanted(raw, mine, their, pen)
            if text is not None:
                votes[text] = votes.get(text, 0) + 1
    yield from sorted(votes, key=lambda text: -votes[text])[:_MOST_FORMS]


class _OnlyPen(Pen):
    """Writes one field of a skeleton, and nothing else."""

    def __init__(self, name: str, raw: str, fields: Fields, ctx: Context, *, cell: bool) -> None:
        super().__init__(raw, fields, ctx, cell=cell)
        self.name = name

    def _field(self, atom: Atom) -> str | None:
        """Returns the field's text."""
        if atom.name != self.name:
            return None
        shown = self.raw[atom.at : atom.end]
        if atom.name == "tags":
            return self.fields.tags[-1]
        return shown if atom.name == "read" else super()._field(atom)


def _roots(  # noqa: PLR0917 - two entries
    raw: str, found: Found, ctx: Context, other: str, theirs: Found, near: Context
) -> Iterator[tuple[Group, Group]]:
    """Yields the parts of two entries that answer each other: their words, or their cells."""
    if ctx.unit != "row":
        yield skeleton_of(raw, found, ctx).root, skeleton_of(other, theirs, near).root
        return
    mine, their = atoms_of(raw, found, ctx), atoms_of(other, theirs, near)
    for (a, b), (c, d) in zip(cells_of(raw), cells_of(other), strict=False):
        yield build(raw, _within(mine, a, b), a, b), build(other, _within(their, c, d), c, d)


def _within(parts: list[Atom | Group], start: int, end: int) -> list[Atom | Group]:
    """Returns the parts that lie between two places."""
    return [one for one in parts if start <= one.start and one.end <= end]


def _transplanted(raw: str, mine: Group, their: Group, pen: _OnlyPen) -> str | None:
    """Returns the entry with the field put in as the other one has it."""
    place = _place_of(their, {pen.name})
    if place is None:
        return None
    node = their.items[place].node
    if isinstance(node, Group) and _place_of(node, {"title"}) is not None:
        inner = _place_of(mine, {"title"})
        if inner is None or not isinstance(group := mine.items[inner].node, Group):
            return None
        return _transplanted(raw, group, node, pen)
    pen.placed.clear()
    text = pen.write(Group("", "", 0, 0, [their.items[place]]))
    return None if text is None else _put_in(raw, mine, their, place, text)


def _put_in(raw: str, mine: Group, their: Group, place: int, text: str) -> str | None:
    """Returns the entry with a text where the other one has its part; None in midst of words."""
    if not mine.items:
        cells = cells_of(raw)
        place = cells.index((mine.start, mine.end)) if (mine.start, mine.end) in cells else -1
        filled = fill_cell(raw, place, text) if place >= 0 else None
        return filled or raw[: mine.start] + text + raw[mine.end :]
    for before in range(place - 1, -1, -1):
        names = _names(their.items[before].node) - {"words", "image"}
        after = _place_of(mine, names)
        if names and after is not None:
            at = mine.items[after].node.end
            if not _ENDS.match(raw, at):
                return None
            sign = sign_between(their.items[before + 1 : place], their.items[place])
            return raw[:at] + sign + text + raw[at:]
    following = their.items[place + 1].before if place + 1 < len(their.items) else " "
    at = mine.items[0].node.start
    return raw[:at] + text + following + raw[at:]


def _names(node: Atom | Group) -> set[str]:
    """Returns the names of the parts in a node."""
    return {node.name} if isinstance(node, Atom) else {atom.name for atom in atoms_in(node)}


def _place_of(group: Group, names: set[str]) -> int | None:
    """Returns the last of a group's parts that holds one of these names."""
    found = [at for at, item in enumerate(group.items) if _names(item.node) & names]
    return found[-1] if found else None

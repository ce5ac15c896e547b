"""Takes an entry's own text to other neighbours: whether it fits there, and with which marker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.markdown.curated import read_unit
from diffkb.markdown.forms import commonest
from diffkb.markdown.tables import cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.markdown.dialect import Context
    from diffkb.markdown.imitating import New

_MARKER = re.compile(r"([ \t]*+)([-*+]|[0-9]{1,9}[.)])([ \t]++)")


def fits_among(entry: New, neighbours: Sequence[tuple[str, Context]]) -> bool:
    """Says whether an entry's own text can stand among others: they are of its kind.

    Args:
        entry: its text and context.
        neighbours: theirs; without any, only a row, whose table would be missing, does not fit.
    """
    if entry.ctx.dialect.own:
        return True
    if entry.ctx.unit == "row":
        width = len(cells_of(entry.text))
        return any(
            near.columns == entry.ctx.columns and len(cells_of(raw)) == width
            for raw, near in neighbours
            if near.unit == "row"
        )
    if not neighbours:
        return True
    found = read_unit(entry.text, entry.ctx)
    return found is not None and any(
        near.unit == entry.ctx.unit
        and (other := read_unit(raw, near)) is not None
        and other.title.shape == found.title.shape
        for raw, near in neighbours
    )


def marked_like(entry: New, neighbours: Sequence[tuple[str, Context]]) -> New:
    """Returns an entry with the commonest marker of others, and its number 1 where they count."""
    own = _MARKER.match(entry.text)
    markers = [found.group(2, 3) for raw, _ in neighbours if (found := _MARKER.match(raw))]
    if own is None or not markers or entry.ctx.unit not in {"", "item"}:
        return entry
    kinds = [(marker[-1], gap) for marker, gap in markers]
    sign, gap = commonest(kinds, kinds[-1])
    if sign == own[2][-1]:
        return entry
    marker = f"1{sign}" if sign in ".)" else sign
    head = own[1] + marker + gap
    text = head + entry.text[own.end() :]
    return entry._replace(text=_moved(text, len(head) - own.end()))


def beside(text: str, other: str | None) -> str:
    """Returns an item moved to where another one starts, so that it is not nested in it.

    Args:
        text: the item.
        other: the one it is going to follow, or None where it follows none.
    """
    own = _MARKER.match(text)
    theirs = _MARKER.match(other) if other is not None else None
    if own is None or (other is not None and theirs is None):
        return text
    indent = theirs[1] if theirs else ""
    by = len(indent.expandtabs(4)) - len(own[1].expandtabs(4))
    return text if by >= 0 else _moved(indent + text[own.end(1) :], by)


def indent_of(text: str) -> int:
    """Returns how many columns before its marker an item begins; 0 of what is no item."""
    found = _MARKER.match(text)
    return len(found[1].expandtabs(4)) if found else 0


def is_nested(text: str, above: str) -> bool:
    """Says whether an item stands deeper than the one above it."""
    inner, outer = _MARKER.match(text), _MARKER.match(above)
    if inner is None or outer is None:
        return False
    return indent_of(text) > indent_of(above)


def _moved(text: str, by: int) -> str:
    """Returns an item with the lines under it moved; those at the left edge stay there."""
    if by > 0:
        return re.sub(r"(?<=[\r\n])(?=[ \t]++[^\s])", " " * by, text)
    return re.sub(rf"(?<=[\r\n])[ \t]{{1,{-by}}}(?=[ \t]*+[^\s])", "", text) if by else text

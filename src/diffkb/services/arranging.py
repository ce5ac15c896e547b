"""The order of entries that a person arranges: who stands beside whom, with which numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.moving import indent_of, is_nested
from diffkb.services.counting import number_of, renumber

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.services.blocks import Blocks, Stored
    from diffkb.store.tables import BlockRow


class Stretch(NamedTuple):
    """The entries from the old place of one to its new place, which stand without a gap.

    Attributes:
        ids: of their blocks.
        values: their numbers in order, which stay where they are when the entries change places.
        unit: what these are by the block rules.
    """

    ids: frozenset[int]
    values: tuple[int, ...]
    unit: str


def stretch_between(blocks: Blocks, one: BlockRow, other: BlockRow, unit: str) -> Stretch | None:
    """Returns the stretch from an entry to another; None where more than entries is between.

    Args:
        blocks: the document's.
        one: the entry that is going to be moved.
        other: the one it is going to stand beside.
        unit: what it is by the block rules.
    """
    low, high = sorted((one.position, other.position))
    found = blocks.all(after=low - 1, before=high + 1)
    if any(block.kind != "entry" for block in found):
        return None
    ends = [number_of(found[at], unit) for at in (0, -1)]
    if [end and end.form for end in ends] != [ends[0] and ends[0].form] * 2:
        return None
    numbers = [number for block in found if (number := number_of(block, unit))]
    alike = [number.value for number in numbers if ends[0] and number.form == ends[0].form]
    return Stretch(frozenset(block.id for block in found), tuple(alike), unit)


def deal_numbers(blocks: Blocks, stretch: Stretch, moved: BlockRow) -> None:
    """Gives the numbers of a stretch to the entries that stand in it now, in its order."""
    found = [one for one in blocks.all() if one.id in stretch.ids]
    own = next((number_of(one, stretch.unit) for one in found if one.id == moved.id), None)
    if own is None:
        return
    alike = [
        one for one in found if (number := number_of(one, stretch.unit)) and number.form == own.form
    ]
    for one, value in zip(alike, stretch.values, strict=False):
        renumber(blocks, one, value, stretch.unit)


def siblings(stored: Sequence[Stored], block_id: int) -> list[Stored]:
    """Returns the entries that one may change places with: those like it, in its part of a list.

    Args:
        stored: the blocks under a heading, in order.
        block_id: the block of the entry.
    """
    place = next(at for at, one in enumerate(stored) if one.id == block_id)
    own = stored[place]
    before = _until_less_deep(stored[:place][::-1], own)[::-1]
    after = _until_less_deep(stored[place + 1 :], own)
    return [one for one in (*before, own, *after) if _are_alike(one, own)]


def _until_less_deep(stored: Sequence[Stored], own: Stored) -> list[Stored]:
    """Returns the first blocks, up to an entry that stands less deep: what own is nested in."""
    for at, one in enumerate(stored):
        if one.kind == "entry" and is_nested(own.text, one.text):
            return list(stored[:at])
    return list(stored)


def _are_alike(one: Stored, other: Stored) -> bool:
    """Says whether two blocks are entries of a kind, and equally deep."""
    if one.kind != "entry" or indent_of(one.text) != indent_of(other.text):
        return False
    left, right = one.context(), other.context()
    if left is None or right is None:
        return left is right
    return (left.unit, left.columns) == (right.unit, right.columns)


def last_below(blocks: Blocks, block: BlockRow) -> BlockRow:
    """Returns the last block that is nested in an entry, or the entry's own."""
    found = blocks.all(after=block.position - 1)
    last = found[0]
    for one in found[1:]:
        if one.kind != "entry" or not is_nested(one.text, found[0].text):
            break
        last = one
    return blocks.get(last.id)

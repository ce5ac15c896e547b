"""Numbers of entries in a document: which one a new entry takes, and which of the others change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.markdown.blocks import cut_one
from diffkb.markdown.numbering import (
    counting_down,
    new_number,
    number_in,
    shifted,
    with_lines_moved,
    with_number,
)
from diffkb.markdown.placing import unit_of
from diffkb.services.blocks import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.markdown.numbering import Number
    from diffkb.services.blocks import Blocks, Stored
    from diffkb.store.tables import BlockRow


def number_for(blocks: Blocks, before: BlockRow | None, text: str, unit: str) -> str:
    """Returns a new entry with the number it has after a block, if it has one at all."""
    number = number_in(text, unit)
    if number is None:
        return text
    position = 0 if before is None else before.position
    earlier = blocks.all(before=position + 1)
    later = blocks.all(after=position)
    groups = [[number_of(one, unit) for one in group] for group in _by_heading(earlier)]
    following = [[number_of(one, unit) for one in group] for group in _by_heading(later)]
    value = new_number(groups, following, number.form)
    return with_lines_moved(text, with_number(text, unit, value))


def counts_down(blocks: Blocks, text: str, unit: str) -> bool:
    """Says whether the entries that a new one counts with count down to 1: new ones go first."""
    number = number_in(text, unit)
    if number is None:
        return False
    return _goes_down(blocks.all(), number, unit)


def count_on(blocks: Blocks, block: BlockRow, by: int, number: Number | None, unit: str) -> None:
    """Changes the numbers that go on counting after an entry.

    Args:
        blocks: the document's.
        block: the entry that was put in, or that is about to be taken out.
        by: 1 or -1.
        number: its number.
        unit: what it is by the block rules.
    """
    if number is None:
        return
    others = [one for one in blocks.all() if by < 0 or one.id != block.id]
    if _goes_down(others, number, unit):
        _count_on_above(blocks, block, by, number, unit)
        return
    later = blocks.all(after=block.position)
    if by > 0 and number.value == 1:
        # Under the next heading another count begins with the same number.
        later = next(iter(_by_heading(later)))
    first = number.value if by > 0 else number.value + 1
    numbers = [number_of(one, unit) for one in later]
    if _repeats(blocks, block, number, unit):
        return
    for place, value in shifted(numbers, first, by, number.form):
        renumber(blocks, later[place], value, unit)


def _goes_down(stored: Sequence[Stored], number: Number, unit: str) -> bool:
    """Says whether the numbers of a form count down to 1 under each heading."""
    groups = [[number_of(one, unit) for one in group] for group in _by_heading(stored)]
    return counting_down(groups, number.form)


def _count_on_above(blocks: Blocks, block: BlockRow, by: int, number: Number, unit: str) -> None:
    """Changes the numbers above an entry, where they count down to it."""
    above = list(_by_heading(blocks.all(before=block.position)))[-1]
    for one in above:
        found = number_of(one, unit)
        if found is not None and found.form == number.form:
            renumber(blocks, one, found.value + by, unit)


def renumber(blocks: Blocks, stored: Stored, value: int, unit: str) -> None:
    """Gives an entry another number."""
    row = blocks.get(stored.id)
    text = text_of(row)
    changed = with_number(text, unit, value)
    # Digits alone change, unless lines would no longer stand under their item.
    if unit == "item" and _parts(changed) != _parts(text):
        changed = with_lines_moved(text, changed)
    if changed != text:
        blocks.rewrite(row, changed)


def _parts(text: str) -> int | None:
    """Returns how many parts an item has; None for what is no single item."""
    piece = cut_one(text)
    return None if piece is None else len(piece.parts)


def _repeats(blocks: Blocks, block: BlockRow, number: Number, unit: str) -> bool:
    """Says whether the list of an entry does not count: two in it have the same number.

    They are the entry and the one before it, else the two that follow.
    """
    before = list(_by_heading(blocks.all(before=block.position)))[-1]
    after = next(iter(_by_heading(blocks.all(after=block.position))))
    earlier, later = (
        [
            found.value
            for one in side
            if (found := number_of(one, unit)) and found.form == number.form
        ]
        for side in (before, after)
    )
    if earlier:
        return earlier[-1] == number.value
    return len(later) > 1 and later[0] == later[1]


def number_of(block: Stored, unit: str) -> Number | None:
    """Returns a block's number, if it is one like those of such entries."""
    own = unit_of(block.text, block.context()) if block.ctx else unit
    return None if block.kind == "heading" or own != unit else number_in(block.text, unit)


def _by_heading(blocks: Sequence[Stored]) -> Iterable[list[Stored]]:
    """Returns blocks heading by heading."""
    groups: list[list[Stored]] = [[]]
    for one in blocks:
        if one.kind == "heading":
            groups.append([])
        groups[-1].append(one)
    return groups

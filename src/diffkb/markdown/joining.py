"""Puts merged blocks in one order, and the blank lines between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.pairing import longest_rise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    Gaps = Mapping[tuple[int, int | None], str]

_START = -1


class Sequences(NamedTuple):
    """The order of blocks on two sides, by their numbers.

    Attributes:
        base: as the base has them.
        file: as the file has them.
        levels: of each heading, its level.
    """

    base: Sequence[int]
    file: Sequence[int]
    levels: Mapping[int, int]


def merge_order(sequences: Sequences, moves: AbstractSet[int]) -> list[int]:
    """Returns one order of all blocks: the base's, with what the file added and moved.

    What the file placed stands after the block it has before it there. Where both sides placed
    something after the same block, the base's comes first, but for headings: what stands under
    one is not to come under another.

    Args:
        sequences: the two orders.
        moves: blocks of both that stand where the file has them.
    """
    base, file, levels = sequences
    in_file = set(file)
    mine = {number for number in base if number not in in_file}
    following = _Chain(number for number in base if number not in moves)
    known = set(base)
    before, last = _anchors(sequences, moves), _START
    for number in file:
        if number in known and number not in moves:
            last = number if number in before else last
            continue
        last = following.insert(number, _after(last, number, following, mine, levels))
    return list(following)


def _anchors(sequences: Sequences, moves: AbstractSet[int]) -> AbstractSet[int]:
    """Returns the blocks that stand in the same order on both sides: others are no landmarks."""
    base, file, _ = sequences
    places = {number: place for place, number in enumerate(base)}
    shared = [places[number] for number in file if number in places and number not in moves]
    return {base[place] for place in longest_rise(shared)}


def _after(
    last: int,
    number: int,
    following: _Chain,
    mine: AbstractSet[int],
    levels: Mapping[int, int],
) -> int:
    """Returns the block after which one of the file's goes: behind what the base put there."""
    level = levels.get(number)
    while (found := following.after(last)) in mine and found is not None:
        other = levels.get(found)
        if other is not None and (level is None or other < level):
            break
        last = found
    return last


class _Chain:
    """Numbers in an order into which others are set."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._next: dict[int, int | None] = {}
        last = _START
        for number in numbers:
            self._next[last] = number
            last = number
        self._next[last] = None

    def after(self, number: int) -> int | None:
        """Returns what stands after a number."""
        return self._next[number]

    def insert(self, number: int, last: int) -> int:
        """Sets a number after another, and returns it."""
        self._next[number] = self._next[last]
        self._next[last] = number
        return number

    def __iter__(self) -> Iterator[int]:
        """Yields the numbers in order."""
        number = self._next[_START]
        while number is not None:
            yield number
            number = self._next[number]


def join_blocks(
    order: Sequence[int],
    cores: Sequence[str],
    *,
    placed_by_file: AbstractSet[int],
    base: Gaps,
    file: Gaps,
    agreed: Gaps,
    newline: str,
) -> list[str]:
    """Returns the blocks in their order, each with what the sides have between it and the next.

    Args:
        order: the blocks.
        cores: of each, its text without the blank lines after it.
        placed_by_file: the blocks that stand where the file has them.
        base: what the base has between two blocks, and after the last one.
        file: what the file has.
        agreed: what both had.
        newline: the line end where neither side says anything.
    """
    ahead = {
        "base": {after: gap for (_, after), gap in base.items()},
        "file": {after: gap for (_, after), gap in file.items()},
    }
    parts: list[str] = []
    following = [*order, None][1:]
    for pair, core in zip(zip(order, following, strict=True), cores, strict=True):
        gap = _shared_gap(base.get(pair), file.get(pair), agreed.get(pair))
        if gap is None:
            first, second = ("file", "base") if pair[1] in placed_by_file else ("base", "file")
            gap = ahead[first].get(pair[1], ahead[second].get(pair[1], newline))
            if pair[1] is not None and core.strip() and not gap:
                gap = newline
        parts.append(core + gap)
    return parts


def _shared_gap(base: str | None, file: str | None, agreed: str | None) -> str | None:
    """Returns what stands between two blocks; None where they are neighbours on neither side."""
    if base is None or file is None:
        return file if base is None else base
    return file if base == agreed else base

"""Merges two texts of a list that come from a third: by entry and field, prose by block.

What one side alone changed is taken over, bytes and all. Text goes in and text comes out.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.comparing import name_of
from diffkb.markdown.document import read_once
from diffkb.markdown.joining import Sequences, join_blocks, merge_order
from diffkb.markdown.merging_cores import TEXT, body_of, merge_cores, says_the_same
from diffkb.markdown.pairing import longest_rise, pair_added, pair_units, units_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.markdown.dialect import Dialect
    from diffkb.markdown.document import Block, Reading
    from diffkb.markdown.merging_cores import Side

# What a conflict is about beside the fields of an entry: where it stands, and whether it is there.
PLACE, PRESENCE = "place", "presence"


class Conflict(NamedTuple):
    """What both sides changed differently.

    Attributes:
        name: the title of the entry, the heading, or how the text begins.
        field: of an entry the name of its field; else place, presence or text.
        base: what the base has now; None for nothing.
        file: what the file has now.
        base_line: where that stands in the base's text, or None.
        file_line: where that stands in the file.
    """

    name: str
    field: str
    base: object
    file: object
    base_line: int | None
    file_line: int | None


class Merge(NamedTuple):
    """What a merge gives.

    Attributes:
        text: the merged text; of no use where there are conflicts and nobody is preferred.
        conflicts: all of them, those too that a preference settled.
    """

    text: str
    conflicts: list[Conflict]


class _Node(NamedTuple):
    """A block with its places in the three texts, or None where it is not."""

    agreed: int | None
    base: int | None
    file: int | None


def merge_texts(
    agreed: str | None, base: str, file: str, dialect: Dialect, prefer: Side | None = None
) -> Merge:
    """Merges what a base and a file made of a text that both had.

    Args:
        agreed: the text both last had; None where none is known: then what both have is taken
            for agreed.
        base: the base's text now.
        file: the file's text now.
        dialect: what was decided about the document.
        prefer: who wins where both changed the same, or None.

    Returns:
        The merge. Where one side changed nothing its text is the other's, byte for byte.
    """
    if file in {base, agreed}:
        return Merge(base, [])
    if base == agreed:
        return Merge(file, [])
    return merge_blocks(agreed, base, file, dialect, prefer)


def merge_blocks(
    agreed: str | None, base: str, file: str, dialect: Dialect, prefer: Side | None = None
) -> Merge:
    """Merges as `merge_texts` does, block by block whether or not a side changed anything."""
    return _Merging(agreed, base, file, dialect, prefer).merge()


class _Merging:
    """One merge of three texts; blocks go by the numbers of their nodes."""

    def __init__(
        self, agreed: str | None, base: str, file: str, dialect: Dialect, prefer: Side | None
    ) -> None:
        self.dialect = dialect
        self.prefer = prefer
        self.conflicts: list[Conflict] = []
        self.base = read_once(base, dialect)
        self.file = read_once(file, dialect)
        self.agreed = None if agreed is None else read_once(agreed, dialect)
        self.nodes = self._pair()
        self.in_agreed = _places([node.agreed for node in self.nodes])
        self.in_base = _places([node.base for node in self.nodes])
        self.in_file = _places([node.file for node in self.nodes])

    def merge(self) -> Merge:
        """Returns the merge."""
        kept = self._kept()
        moves = self._moves(kept)
        sequences = Sequences(
            _in_order(self.in_base, kept), _in_order(self.in_file, kept), self._levels(kept)
        )
        order = merge_order(sequences, moves)
        cores = [self._core(number) for number in order]
        raws = join_blocks(
            order,
            cores,
            placed_by_file={n for n in order if self.nodes[n].base is None} | moves,
            base=self._gaps(self.base, self.in_base),
            file=self._gaps(self.file, self.in_file),
            agreed=self._gaps(self.agreed, self.in_agreed) if self.agreed else {},
            newline=self.dialect.newline,
        )
        if not self.conflicts or self.prefer is not None:
            self._check(order, raws, moves)
        return Merge("".join(raws), self.conflicts)

    def _pair(self) -> list[_Node]:
        """Returns every block of the three texts once."""
        base, file = units_of(self.base.blocks), units_of(self.file.blocks)
        nodes: list[_Node] = []
        if self.agreed is None:
            # What both have counts as agreed, as far as it is the same.
            pairs = enumerate(pair_units(base, file))
            nodes = [_Node(None, i, j) for i, j in pairs if j is not None]
        else:
            agreed = units_of(self.agreed.blocks)
            mates = zip(pair_units(agreed, base), pair_units(agreed, file), strict=True)
            nodes = [_Node(i, j, k) for i, (j, k) in enumerate(mates)]
        taken_base, taken_file = {one.base for one in nodes}, {one.file for one in nodes}
        new_base = [i for i in range(len(base)) if i not in taken_base]
        new_file = [i for i in range(len(file)) if i not in taken_file]
        found = pair_added([base[i] for i in new_base], [file[i] for i in new_file])
        both = {i: new_file[j] for i, j in zip(new_base, found, strict=True) if j is not None}
        nodes += [_Node(None, i, both.get(i)) for i in new_base]
        shared = set(both.values())
        nodes += [_Node(None, None, i) for i in new_file if i not in shared]
        return nodes

    def _kept(self) -> set[int]:
        """Returns the blocks that stay: what one side removed goes, if the other left it alone."""
        kept = {number for number in range(len(self.nodes)) if self._stays(number)}
        for number in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[number]
            if number in kept or self._block(number).heading is None:
                continue
            # A heading that one side removed, and under which the other put something.
            if node.base is not None and self._is_needed(number, kept, "base"):
                self._clash(number, PRESENCE, self._name(number), None)
                kept.add(number)
            elif node.file is not None and self._is_needed(number, kept, "file"):
                self._clash(number, PRESENCE, None, self._name(number))
                kept.add(number)
        return kept

    def _stays(self, number: int) -> bool:
        """Says whether a block stays; a conflict is noted where one side changed what is gone."""
        node = self.nodes[number]
        if node.agreed is None or (node.base is not None and node.file is not None):
            return True
        if node.base is None and node.file is None:
            return False
        side: Side = "file" if node.base is None else "base"
        if not self._was_touched(number, side):
            return False
        name = self._name(number)
        self._clash(number, PRESENCE, *((None, name) if side == "file" else (name, None)))
        return self.prefer in {side, None}

    def _was_touched(self, number: int, side: Side) -> bool:
        """Says whether a side changed what a block says, or where it stands."""
        before, block = self._on(number, None), self._on(number, side)
        if before is None or block is None or not says_the_same(before, block):
            return True
        return block.kind != "prose" and self._parent(number, side) != self._parent(number, None)

    def _is_needed(self, heading: int, kept: set[int], side: Side) -> bool:
        """Says whether a side has blocks under a heading that the other side has not at all."""
        return any(one in kept for one in self._only_under[side].get(heading, ()))

    @cached_property
    def _only_under(self) -> dict[str, dict[int | None, list[int]]]:
        """By side and heading, the blocks that the side alone has."""
        found: dict[str, dict[int | None, list[int]]] = {"base": {}, "file": {}}
        for number, node in enumerate(self.nodes):
            if node.file is None and node.base is not None:
                found["base"].setdefault(self._parent(number, "base"), []).append(number)
            elif node.base is None and node.file is not None:
                found["file"].setdefault(self._parent(number, "file"), []).append(number)
        return found

    def _moves(self, kept: set[int]) -> set[int]:
        """Returns the blocks that stand where the file has them, and not where the base does."""
        moved_in_base, moved_in_file = self._moved(self.in_base), self._moved(self.in_file)
        before_base, before_file = _before(self.in_base), _before(self.in_file)
        moves = set()
        for number, node in enumerate(self.nodes):
            if node.base is None or node.file is None or number not in kept:
                continue
            mine, others = self._parent(number, "base"), self._parent(number, "file")
            old = self._parent(number, None) if node.agreed is not None else None
            apart = mine != others and (node.agreed is None or old not in {mine, others})
            if not apart and number in moved_in_base and number in moved_in_file:
                apart = mine == others and before_base[number] != before_file[number]
            if apart and self._block(number).kind != "prose":
                self._clash(
                    number,
                    PLACE,
                    self._place(mine, before_base[number]),
                    self._place(others, before_file[number]),
                )
                if self.prefer == "file":
                    moves.add(number)
            elif number in moved_in_file and (number not in moved_in_base or mine == old):
                moves.add(number)
        return moves

    def _moved(self, numbers: Sequence[int]) -> set[int]:
        """Returns the blocks that stand in another order than in the agreed text."""
        old = [number for number in numbers if self.nodes[number].agreed is not None]
        # Nodes of the agreed text are numbered in its order.
        return set(old) - longest_rise(old)

    def _core(self, number: int) -> str:
        """Returns a merged block without the blank lines after it."""
        agreed = self._on(number, None)
        base, file = self._on(number, "base"), self._on(number, "file")
        if base is None or file is None:
            return body_of(self._block(number).raw)
        core = merge_cores(agreed, base, file, self.dialect, self.prefer)
        for clash in core.clashes:
            self._clash(number, *clash)
        return core.text

    def _levels(self, kept: Iterable[int]) -> dict[int, int]:
        """Returns the levels of headings."""
        return {
            number: block.heading.level
            for number in kept
            if (block := self._block(number)).heading is not None
        }

    def _gaps(self, reading: Reading, numbers: Sequence[int]) -> dict[tuple[int, int | None], str]:
        """Returns what stands between each two blocks of a text, and after the last one."""
        following = [*numbers, None][1:]
        return {
            (number, after): block.raw[len(body_of(block.raw)) :]
            for number, after, block in zip(numbers, following, reading.blocks, strict=True)
        }

    def _check(self, order: Sequence[int], raws: Sequence[str], moves: set[int]) -> None:
        """Notes a conflict where the merged text does not read as what was merged."""
        blocks = read_once("".join(raws), self.dialect).blocks
        ends = accumulate(map(len, raws), initial=0)
        starts = dict(zip(ends, order, strict=False))
        found: list[int | None] = []
        at = 0
        for block in blocks:
            number = starts.get(at)
            same = number is not None and self._block(number).kind == block.kind
            found.append(number if same else None)
            at += len(block.raw)
        for block, number in zip(blocks, found, strict=True):
            if number is not None and block.kind != "prose":
                home = None if block.parent is None else found[block.parent]
                self._check_place(number, home, moves)
        for number in sorted(set(order).difference(found)):
            if self._block(number).kind != "prose":
                base, file = self._on(number, "base"), self._on(number, "file")
                self._clash(number, TEXT, base and base.raw, file and file.raw)

    def _check_place(self, number: int, home: int | None, moves: set[int]) -> None:
        """Notes a conflict where a block came to stand under another heading than was meant."""
        node = self.nodes[number]
        mine, others = self._parent(number, "base"), self._parent(number, "file")
        meant = {mine, others}
        if node.base is None or number in moves:
            meant = {others}
        elif node.file is None:
            meant = {mine}
        elif node.agreed is not None and mine != others:
            meant -= {self._parent(number, None)}
        if home not in meant:
            self._clash(number, PLACE, self._place(mine, None), self._place(others, None))

    def _clash(self, number: int, field: str, base: object, file: object) -> None:
        """Notes a conflict."""
        mine, others = self._on(number, "base"), self._on(number, "file")
        self.conflicts.append(
            Conflict(
                self._name(number),
                field,
                base,
                file,
                mine.line if mine else None,
                others.line if others else None,
            )
        )

    def _on(self, number: int, side: Side | None) -> Block | None:
        """Returns a block as a side has it, or with None as the agreed text has it."""
        place, reading = {
            "base": (self.nodes[number].base, self.base),
            "file": (self.nodes[number].file, self.file),
            None: (self.nodes[number].agreed, self.agreed),
        }[side]
        return None if place is None or reading is None else reading.blocks[place]

    def _block(self, number: int) -> Block:
        """Returns a block as any of the three has it."""
        sides: tuple[Side | None, ...] = ("base", "file", None)
        return next(block for side in sides if (block := self._on(number, side)) is not None)

    def _parent(self, number: int, side: Side | None) -> int | None:
        """Returns the heading over a block on a side, or with None in the agreed text."""
        block = self._on(number, side)
        numbers = {"base": self.in_base, "file": self.in_file, None: self.in_agreed}[side]
        return None if block is None or block.parent is None else numbers[block.parent]

    def _name(self, number: int) -> str:
        """Returns what people call a block."""
        return name_of(self._block(number))

    def _place(self, heading: int | None, before: int | None) -> str:
        """Returns where something stands, for people: under what, and after what."""
        parts = [] if heading is None else [f'under "{self._name(heading)}"']
        if before is not None and before != heading:
            parts.append(f'after "{self._name(before)}"')
        return ", ".join(parts) or "at the start"


def _places(values: Sequence[int | None]) -> list[int]:
    """Returns the numbers of nodes in the order of their places in a text."""
    found = [(place, number) for number, place in enumerate(values) if place is not None]
    return [number for _, number in sorted(found)]


def _in_order(numbers: Iterable[int], kept: set[int]) -> list[int]:
    """Returns the numbers that stay."""
    return [number for number in numbers if number in kept]


def _before(numbers: Sequence[int]) -> dict[int, int | None]:
    """Returns what stands before each."""
    return dict(zip(numbers, [None, *numbers], strict=False))

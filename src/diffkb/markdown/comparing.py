"""Tells by meaning what became of a list: entries and sections added, removed, moved, rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb.markdown.merging_cores import NAMES, body_of
from diffkb.markdown.pairing import longest_rise, pair_units, units_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.document import Block, BlockKind, Reading

    Mates = Sequence[int | None]

Kind = Literal["added", "removed", "changed"]

# What is said of an entry's place beside its own fields, and of text.
SECTION, ORDER, TEXT, NAME = "section", "order", "text", "name"


class Difference(NamedTuple):
    """A field, as it was and as it is."""

    field: str
    before: object
    after: object


class Change(NamedTuple):
    """What became of one block.

    Attributes:
        kind: added, removed or changed.
        what: entry, heading or prose.
        name: the title, the heading, or how the text begins; of one that changed, as it was.
        before: its place among the blocks before; None of one that is new.
        after: its place among the blocks now; None of one that is gone.
        line: where it stood.
        new_line: where it stands.
        differences: of one that changed, in what.
    """

    kind: Kind
    what: BlockKind
    name: str
    before: int | None
    after: int | None
    line: int | None
    new_line: int | None
    differences: tuple[Difference, ...] = ()


def compare_readings(before: Reading, after: Reading) -> list[Change]:
    """Returns what became of the blocks of a list, in the order of the later text.

    What is gone comes where it stood. Blank lines count nothing, nor does what only stands
    elsewhere because a heading above it has another name.
    """
    mates = pair_units(units_of(before.blocks), units_of(after.blocks))
    return list(_Comparison(before.blocks, after.blocks, mates).changes())


def name_of(block: Block) -> str:
    """Returns what people call a block: its title, its heading, or how it begins."""
    if block.heading is not None:
        return block.heading.name
    if block.entries:
        return block.entries[0].title
    return " ".join(block.raw.split())[:60]


def section_of(blocks: Sequence[Block], block: Block) -> tuple[str, ...]:
    """Returns the names of the sections a block stands in, the outermost first."""
    path: list[str] = []
    place = block.section
    while place is not None:
        heading = blocks[place].heading
        if heading is not None:
            path.append(heading.name)
        place = blocks[place].section
    return tuple(reversed(path))


class _Comparison:
    """Two lists of blocks, and which are the same."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block], mates: Mates) -> None:
        self.old = old
        self.new = new
        self.mates = mates
        in_order = [mate for mate in mates if mate is not None]
        self.reordered = set(in_order) - longest_rise(in_order)
        self.origins: dict[int, int] = {
            mate: place for place, mate in enumerate(mates) if mate is not None
        }

    def changes(self) -> Iterator[Change]:
        """Yields what became of the blocks."""
        gone = self._gone_before()
        yield from gone.get(-1, ())
        for place, block in enumerate(self.new):
            origin = self.origins.get(place)
            if origin is None:
                if block.raw.strip():
                    yield _change("added", None, block, None, place)
            elif found := tuple(self._differences(origin, place)):
                old = self.old[origin]
                yield _change("changed", old, block, origin, place)._replace(differences=found)
            yield from gone.get(place, ())

    def _gone_before(self) -> dict[int, list[Change]]:
        """Returns the blocks that are gone, by the new place of what stood before them."""
        gone: dict[int, list[Change]] = {}
        last = -1
        for place, block in enumerate(self.old):
            mate = self.mates[place]
            if mate is not None:
                last = mate
            elif block.raw.strip():
                gone.setdefault(last, []).append(_change("removed", block, None, place, None))
        return gone

    def _differences(self, origin: int, place: int) -> Iterator[Difference]:
        """Yields in what two blocks differ that are the same."""
        old, new = self.old[origin], self.new[place]
        if old.kind != "prose":
            yield from self._moved(origin, place)
        if old.heading is not None and new.heading is not None:
            if old.heading.name != new.heading.name:
                yield Difference(NAME, old.heading.name, new.heading.name)
            if old.heading.level != new.heading.level:
                yield Difference("level", old.heading.level, new.heading.level)
        elif len(old.entries) == len(new.entries) == 1:
            yield from _fields(old.entries[0], new.entries[0])
        elif body_of(old.raw) != body_of(new.raw):
            yield Difference(TEXT, body_of(old.raw), body_of(new.raw))

    def _moved(self, origin: int, place: int) -> Iterator[Difference]:
        """Yields where a block stands, if that is under another heading or in another order."""
        old, new = self.old[origin], self.new[place]
        home = None if old.section is None else self.mates[old.section]
        if home != new.section:
            yield Difference(SECTION, section_of(self.old, old), section_of(self.new, new))
            return
        parent = None if old.parent is None else self.mates[old.parent]
        if place in self.reordered and parent == new.parent and not self._went_along(origin, place):
            yield Difference(ORDER, old.line, new.line)

    def _went_along(self, origin: int, place: int) -> bool:
        """Says whether a block only moved together with the one before it, or with its heading."""
        parent = self.new[place].parent
        if parent is not None and parent in self.reordered:
            return True
        before = self.mates[origin - 1] if origin else None
        return before is not None and before == place - 1 and before in self.reordered


def _fields(old: Fields, new: Fields) -> Iterator[Difference]:
    """Yields the fields in which two entries differ."""
    for name in NAMES:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Difference(name, before, after)


def _change(
    kind: Kind, old: Block | None, new: Block | None, before: int | None, after: int | None
) -> Change:
    """Returns a change of one block."""
    block = old or new
    if block is None:
        raise ValueError(kind)
    return Change(
        kind,
        block.kind,
        name_of(block),
        before,
        after,
        old.line if old else None,
        new.line if new else None,
    )

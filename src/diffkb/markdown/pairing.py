"""Tells which blocks of one text are which of another: by their bytes, their works, their places.

What two texts have in common is told from hashes, so that long lists take time by their length
alone; only what is left between two blocks that are known is compared by its words.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.identifiers import canonical_url, identifiers_in_url
from diffkb.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from diffkb.markdown.document import Block, BlockKind

# How much of their words two blocks must share to be one that was rewritten.
LEAST_LIKENESS = {"entry": 0.5, "prose": 0.4, "heading": 0.34}
# The most pairs that are compared by their words between two known blocks.
MOST_COMPARED = 2_500

_WHITE = " \t\r\n"
_WORDS = re.compile(r"\w+")
# What most entries of a list have in common tells nothing.
_COMMON = re.compile(r"https?://[^\s<>()]*|\*\*WR=[0-9]+\*\*")


class Unit(NamedTuple):
    """A block as far as it can be told from others.

    Attributes:
        kind: what it is.
        core: its text without the blank lines after it.
        work: what its entries link to, or None.
        title: the folded titles of its entries, or None.
        path: of a heading, the names down to it.
        parent: the index of the heading it stands under.
    """

    kind: BlockKind
    core: str
    work: Hashable
    title: Hashable
    path: tuple[str, ...] | None
    parent: int | None


def core_of(raw: str) -> str:
    """Returns a block's text without the blank lines after it; one of blanks alone is all core."""
    return raw.rstrip(_WHITE) or raw


def units_of(blocks: Sequence[Block]) -> list[Unit]:
    """Returns the blocks of a reading as they are paired."""
    units: list[Unit] = []
    for block in blocks:
        path = None
        if block.heading is not None:
            above = units[block.parent].path if block.parent is not None else None
            path = (*(above or ()), block.heading.name)
        works = tuple(_work(one.url) for one in block.entries)
        titles = tuple(fold(one.title) for one in block.entries)
        units.append(
            Unit(
                block.kind,
                core_of(block.raw),
                works if any(works) else None,
                titles if any(titles) else None,
                path,
                block.parent,
            )
        )
    return units


def pair_units(old: Sequence[Unit], new: Sequence[Unit]) -> list[int | None]:
    """Returns for each block of one text the place of the same block in another, or None.

    Args:
        old: the blocks of one text.
        new: those of the other. No block of it is given out twice.
    """
    pairing = _Pairing(old, new)
    pairing.pair_ends()
    pairing.pair_known()
    pairing.spread()
    pairing.pair_repeated()
    pairing.pair_headings()
    pairing.pair_rewritten()
    return pairing.mates


def pair_added(some: Sequence[Unit], others: Sequence[Unit]) -> list[int | None]:
    """Returns which of the blocks that two sides added to a text are the same.

    They are where text, work, title or path are: what merely looks alike may be two works.

    Args:
        some: the blocks that one side added.
        others: those of the other.
    """
    pairing = _Pairing(
        [one._replace(parent=None) for one in some], [one._replace(parent=None) for one in others]
    )
    pairing.pair_known()
    pairing.pair_repeated()
    return pairing.mates


def longest_rise(values: Iterable[int]) -> set[int]:
    """Returns the values of a longest run, with gaps, in which each is higher than the last.

    Args:
        values: each of them once.
    """
    from bisect import bisect_left

    tops: list[int] = []
    before: dict[int, int | None] = {}
    for value in values:
        place = bisect_left(tops, value)
        before[value] = tops[place - 1] if place else None
        tops[place : place + 1] = [value]
    rise: set[int] = set()
    value_at = tops[-1] if tops else None
    while value_at is not None:
        rise.add(value_at)
        value_at = before[value_at]
    return rise


def _work(url: str | None) -> Hashable:
    """Returns what a link leads to, whatever its spelling."""
    if not url:
        return None
    found = identifiers_in_url(url)
    return (found[0].scheme, found[0].value) if found else canonical_url(url)


class _Pairing:
    """Pairs that were found so far."""

    def __init__(self, old: Sequence[Unit], new: Sequence[Unit]) -> None:
        self.old = old
        self.new = new
        self.mates: list[int | None] = [None] * len(old)
        self.taken: list[int | None] = [None] * len(new)

    def _pair(self, i: int, j: int) -> None:
        """Notes a pair."""
        self.mates[i], self.taken[j] = j, i

    def _same(self, i: int, j: int) -> bool:
        """Says whether two blocks that are free have the same text."""
        return (
            self.mates[i] is None and self.taken[j] is None and self.old[i][:2] == self.new[j][:2]
        )

    def pair_ends(self) -> None:
        """Pairs what both texts begin with, and what they end with."""
        least = min(len(self.old), len(self.new))
        start = 0
        while start < least and self._same(start, start):
            self._pair(start, start)
            start += 1
        end = 1
        while end <= least - start and self._same(len(self.old) - end, len(self.new) - end):
            self._pair(len(self.old) - end, len(self.new) - end)
            end += 1

    def pair_known(self) -> None:
        """Pairs blocks of the same text, path, work or title, where that is theirs alone."""
        self.pair_unique(lambda one: (one.kind, one.core))
        self.pair_unique(lambda one: one.path)
        self.pair_unique(lambda one: one.work)
        self.pair_unique(lambda one: one.title)

    def pair_unique(self, key: Callable[[Unit], Hashable]) -> None:
        """Pairs blocks by something that one free block has on either side."""
        mine = _unique((i, key(self.old[i])) for i in _free(self.mates))
        others = _unique((j, key(self.new[j])) for j in _free(self.taken))
        for found, i in mine.items():
            j = others.get(found)
            if j is not None and self.old[i].kind == self.new[j].kind:
                self._pair(i, j)

    def spread(self) -> None:
        """Pairs blocks of the same text that stand next to pairs."""
        for i, j in list(enumerate(self.mates)):
            if j is not None:
                self._follow(i, j, 1)
                self._follow(i, j, -1)

    def _follow(self, i: int, j: int, step: int) -> None:
        """Pairs blocks of the same text from a pair on, in one direction."""
        i, j = i + step, j + step
        while 0 <= i < len(self.old) and 0 <= j < len(self.new) and self._same(i, j):
            self._pair(i, j)
            i, j = i + step, j + step

    def pair_repeated(self) -> None:
        """Pairs blocks of a text that stands in both several times, in order."""
        waiting: dict[Hashable, list[int]] = {}
        for j in _free(self.taken):
            waiting.setdefault((self.new[j].kind, self.new[j].core, self._home(j)), []).append(j)
        for i in _free(self.mates):
            parent = self.old[i].parent
            home = None if parent is None else self.mates[parent]
            found = waiting.get((self.old[i].kind, self.old[i].core, home))
            if found:
                self._pair(i, found.pop(0))

    def _home(self, j: int) -> int | None:
        """Returns the heading over a block of the new text, where it is paired."""
        parent = self.new[j].parent
        return parent if parent is not None and self.taken[parent] is not None else None

    def pair_headings(self) -> None:
        """Pairs headings that were rewritten by what stands under them, the deepest first."""
        votes: dict[int, Counter[int]] = {}
        for i in range(len(self.old) - 1, -1, -1):
            if self.old[i].kind == "heading" and self.mates[i] is None and i in votes:
                [(j, _)] = votes[i].most_common(1)
                if self.taken[j] is None:
                    self._pair(i, j)
            mate, parent = self.mates[i], self.old[i].parent
            over = None if mate is None else self.new[mate].parent
            if parent is not None and over is not None:
                votes.setdefault(parent, Counter())[over] += 1

    def pair_rewritten(self) -> None:
        """Pairs blocks that share most of their words, between two that are paired."""
        for i, j, many, others in self._between():
            if many * others <= MOST_COMPARED:
                self._pair_alike(range(i, i + many), range(j, j + others))

    def _pair_alike(self, some: range, others: range) -> None:
        """Pairs the likest blocks of two stretches first."""
        mine = {i: _words(self.old[i].core) for i in some}
        found = {j: _words(self.new[j].core) for j in others}
        scored = [
            (_likeness(mine[i], found[j]), -abs((i - some.start) - (j - others.start)), i, j)
            for i in some
            for j in others
            if self.old[i].kind == self.new[j].kind
        ]
        for likeness, _, i, j in sorted(scored, key=lambda one: (-one[0], -one[1], one[2])):
            if likeness < LEAST_LIKENESS[self.old[i].kind]:
                continue
            if self.mates[i] is None and self.taken[j] is None:
                self._pair(i, j)

    def _between(self) -> Iterator[tuple[int, int, int, int]]:
        """Yields where free blocks start on both sides after the same pair, and their numbers."""
        ends = [(-1, -1), *((i, j) for i, j in enumerate(self.mates) if j is not None)]
        for i, j in ends:
            many = _run(self.mates, i + 1)
            others = _run(self.taken, j + 1)
            if many and others:
                yield i + 1, j + 1, many, others


def _free(mates: Sequence[int | None]) -> list[int]:
    """Returns the places that have no mate."""
    return [place for place, mate in enumerate(mates) if mate is None]


def _run(mates: Sequence[int | None], start: int) -> int:
    """Returns how many free places follow."""
    end = start
    while end < len(mates) and mates[end] is None:
        end += 1
    return end - start


def _unique(pairs: Iterable[tuple[int, Hashable]]) -> dict[Hashable, int]:
    """Returns where the keys stand that stand once; None is no key."""
    known: dict[Hashable, int] = {}
    repeated: set[Hashable] = set()
    for place, key in pairs:
        if key is None:
            continue
        if key in known:
            repeated.add(key)
        known[key] = place
    return {key: place for key, place in known.items() if key not in repeated}


def _words(text: str) -> Counter[str]:
    """Returns the words of a text, with how often they stand there; those of links are none."""
    return Counter(_WORDS.findall(_COMMON.sub(" ", text).casefold()))


def _likeness(some: Counter[str], others: Counter[str]) -> float:
    """Returns the part of their words that two texts share, from 0 to 1."""
    total = some.total() + others.total()
    return 2 * (some & others).total() / total if total else 0.0

"""Merges one block that two sides rewrote: an entry by its fields, anything else as a whole."""

from __future__ import annotations

import re
from dataclasses import fields as fields_of_class
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from diffkb.core.models import Fields
from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import trailing
from diffkb.markdown.dialect import Context
from diffkb.markdown.entries import get_fields
from diffkb.markdown.writing import put_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diffkb.markdown.dialect import Dialect
    from diffkb.markdown.document import Block

Side = Literal["base", "file"]
# What a conflict is about where it is no field of an entry.
TEXT = "text"

# The fields that a person changes; the others follow from them.
NAMES = tuple(
    one.name for one in fields_of_class(Fields) if one.name not in {"year_from", "mentioned"}
)

_TOKENS = re.compile(r"\w+|\s|.", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# A longer block is woven by its lines: words would take too long.
_MOST_TOKENS = 2_000


class Clash(NamedTuple):
    """A field that both sides changed differently, with the value of each."""

    field: str
    base: object
    file: object


class Core(NamedTuple):
    """A merged block without the blank lines after it, and what clashed."""

    text: str
    clashes: list[Clash]


Hunk = tuple[int, int, tuple[str, ...]]


def body_of(raw: str) -> str:
    """Returns a block's text without the last line's end and the blank lines after it.

    A block of blanks alone is all body.
    """
    return raw[: trailing(raw)] if raw.strip(" \t\r\n") else raw


def fields_in(block: Block) -> Fields | None:
    """Returns what a block's only entry says itself; the year of the heading above is no part.

    None is the answer for any other block.
    """
    if len(block.entries) != 1:
        return None
    return _own(block.entries[0])


def says_the_same(one: Block, other: Block) -> bool:
    """Says whether two blocks differ in nothing but how it is written."""
    if body_of(one.raw) == body_of(other.raw):
        return True
    if one.heading is not None and other.heading is not None:
        return one.heading == other.heading
    said = fields_in(one)
    return said is not None and said == fields_in(other)


def merge_cores(
    agreed: Block | None, base: Block, file: Block, dialect: Dialect, prefer: Side | None
) -> Core:
    """Merges a block that is in both texts.

    Args:
        agreed: the block as both last had it, or None.
        base: as the base has it.
        file: as the file has it.
        dialect: what the document decides.
        prefer: who wins where both changed the same.
    """
    mine, others = body_of(base.raw), body_of(file.raw)
    before = None if agreed is None else body_of(agreed.raw)
    if others in {mine, before}:
        return Core(mine, [])
    if mine == before:
        return Core(others, [])
    if fields_in(base) is None or fields_in(file) is None:
        return Core(others if prefer == "file" else mine, [Clash(TEXT, mine, others)])
    return _Entry(agreed, base, file, dialect, prefer).merge()


def weave(agreed: str, base: str, file: str) -> str | None:
    """Returns a text with the changes of both sides; None where they overlap."""
    cut = _TOKENS if max(map(len, (agreed, base, file))) < _MOST_TOKENS else _LINES
    before, mine, others = (cut.findall(one) for one in (agreed, base, file))
    hunks = sorted({*_hunks(before, mine), *_hunks(before, others)})
    woven: list[str] = []
    at = 0
    for place, (start, end, tokens) in enumerate(hunks):
        if start < at or (place and hunks[place - 1][0] == start):
            return None
        woven += [*before[at:start], *tokens]
        at = end
    return "".join((*woven, *before[at:]))


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[Hunk]:
    """Yields what of a text was replaced by what."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, low, high in matcher.get_opcodes():
        if tag != "equal":
            yield start, end, tuple(after[low:high])


def _own(fields: Fields) -> Fields:
    """Returns fields without what the heading above or other fields decide."""
    if fields.year_from == "heading":
        fields = replace(fields, year=None)
    return replace(fields, year_from=None, mentioned=())


class _Entry:
    """An entry that both sides rewrote."""

    def __init__(
        self, agreed: Block | None, base: Block, file: Block, dialect: Dialect, prefer: Side | None
    ) -> None:
        self.agreed = None if agreed is None else body_of(agreed.raw)
        self.base, self.file = body_of(base.raw), body_of(file.raw)
        self.prefer = prefer
        self.contexts = {
            self.base: _context_of(base, dialect),
            self.file: _context_of(file, dialect),
        }
        before = None if agreed is None else fields_in(agreed)
        mine, others = _values(fields_in(base)), _values(fields_in(file))
        known = _values(before)
        self.mine = {name: value for name, value in mine.items() if known.get(name) != value}
        self.others = {name: value for name, value in others.items() if known.get(name) != value}
        if before is None:
            self.mine = {name: mine[name] for name in NAMES if mine[name] != others[name]}
            self.others = {name: others[name] for name in self.mine}
        self.clashes = [
            Clash(name, self.mine[name], self.others[name])
            for name in NAMES
            if name in self.mine and name in self.others and mine[name] != others[name]
        ]
        winner = others if prefer == "file" else mine
        settled = {clash.field: winner[clash.field] for clash in self.clashes}
        self.wanted = {**known, **self.others, **self.mine, **settled}
        if before is None:
            self.wanted = {**mine, **settled}

    def merge(self) -> Core:
        """Returns the merged entry."""
        if self.clashes and self.prefer is None:
            return Core(self.base, self.clashes)
        for text in self._tries():
            if self._reads(text):
                return Core(text, self.clashes)
        text = self.file if self.prefer == "file" else self.base
        return Core(text, [*self.clashes, Clash(TEXT, self.base, self.file)])

    def _tries(self) -> Iterator[str]:
        """Yields texts that may say what is wanted, the closest to what was typed first."""
        if self.agreed is not None and not self.clashes:
            woven = weave(self.agreed, self.base, self.file)
            if woven is not None:
                yield woven
        first, second = (self.base, self.others), (self.file, self.mine)
        if self.prefer == "file":
            first, second = second, first
        for text, changes in (first, second):
            try:
                yield put_fields(
                    {name: self.wanted[name] for name in changes}, text, self.contexts[text]
                )
            except CannotWrite:
                continue

    def _reads(self, text: str) -> bool:
        """Says whether a text says what is wanted."""
        return any(
            len(found) == 1 and _values(_own(found[0])) == self.wanted
            for found in (get_fields(text, context) for context in self.contexts.values())
        )


def _context_of(block: Block, dialect: Dialect) -> Context:
    """Returns what an entry's reading depends on, its year group apart."""
    return (block.context or Context(dialect))._replace(year=None)


def _values(fields: Fields | None) -> Mapping[str, Any]:
    """Returns fields by name; of nothing none."""
    return {} if fields is None else {name: getattr(fields, name) for name in NAMES}

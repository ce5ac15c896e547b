"""Where among its neighbours a new entry goes: last, or where their order has its place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from diffkb.markdown.entries import get_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.markdown.imitating import New
    from diffkb.services.blocks import Stored

# Fewer entries with a year show no order.
_FEWEST_DATED = 3


def next_of(new: New, stored: Sequence[Stored], *, first: bool) -> Stored | None:
    """Returns the entry before which a new one goes, or None where it goes last.

    Args:
        new: the entry.
        stored: the blocks under its heading, in order.
        first: whether new entries are seen to go first there.
    """
    run = list(_last_run(new, stored))[::-1]
    if first and run:
        return run[0]
    year = _year_of(new.text, new)
    dated = [(place, found) for place, one in enumerate(run) if (found := _year_of(one.text, new))]
    if year is None or len(dated) < max(_FEWEST_DATED, len(run) / 2):
        return None
    return _before_later(run, dated, year)


def _before_later(
    run: Sequence[Stored], dated: Sequence[tuple[int, int]], year: int
) -> Stored | None:
    """Returns the first entry after all those that go before a year, where years are sorted."""
    years = [found for _, found in dated]
    steps = {(one < two) - (one > two) for one, two in pairwise(years)} - {0}
    if len(steps) != 1:
        return None
    way = steps.pop()
    place = 1 + max((at for at, found in dated if (year - found) * way >= 0), default=-1)
    return run[place] if place < len(run) else None


def _last_run(new: New, stored: Sequence[Stored]) -> Iterator[Stored]:
    """Yields the last entries in unbroken order that are like a new one, the last one first.

    What is nested in them is passed over.
    """
    indent: int | None = None
    for one in reversed(stored):
        context = one.context()
        alike = context and (context.unit, context.columns) == (new.ctx.unit, new.ctx.columns)
        own = _indent(one.text)
        if indent is None and alike:
            indent = own
        if indent is None:
            continue
        if not alike or own < indent:
            return
        if own == indent:
            yield one


def _indent(text: str) -> int:
    """Returns how many blanks a text begins with."""
    return len(text) - len(text.lstrip(" \t"))


def _year_of(text: str, new: New) -> int | None:
    """Returns the year that an entry like a new one shows; None where it shows none itself."""
    read = get_fields(text, new.ctx)
    return read[0].year if read and read[0].year_from != "heading" else None

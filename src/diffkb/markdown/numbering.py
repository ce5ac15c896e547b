"""Numbers that entries count with: where they stand, and which of them change with an edit."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.tables import cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ITEM = re.compile(r"([ \t]*+)([0-9]{1,9})([.)])(?=[ \t\r\n\[*_]|\Z)")
_BULLET = re.compile(r"[ \t]*+[-*+][ \t]++(?:\[[ xX]\][ \t]++)?+")
_HASHES = re.compile(r"[ \t]{0,3}#{1,6}[ \t]*+")
_LEADING = re.compile(
    r"(?P<open>(?:\*\*|__)?\\?[\[(#]?#?)(?P<digits>[0-9]{1,4})"
    r"(?P<close>\\?[\])]?[.):]?(?:\*\*|__)?[.):]?)(?=[ \t])"
)
_CELL = re.compile(r"(?P<open>\*{0,2}[\[(#]?)(?P<digits>[0-9]{1,5})(?P<close>[\]).]{0,2}\*{0,2})")
_YEARS = range(1900, 2100)


class Number(NamedTuple):
    """A number that counts entries.

    Attributes:
        start: its first digit.
        end: the first character after it.
        value: what it is.
        form: what stands around it; only numbers of one form count together.
        place: its span with the signs that make a number of it.
    """

    start: int
    end: int
    value: int
    form: tuple[str, ...]
    place: tuple[int, int]


def number_in(raw: str, unit: str) -> Number | None:
    """Returns the number that an entry's text begins with, or None without one."""
    item = _ITEM.match(raw) if unit in {"", "item"} else None
    if item:
        return Number(*item.span(2), int(item[2]), ("item", item[1], item[3]), item.span())
    if unit == "row":
        return _number_in_row(raw)
    pattern = _HASHES if unit == "heading" else _BULLET
    opening = pattern.match(raw)
    at = opening.end() if opening else 0
    return _leading(raw, at, unit)


def _number_in_row(raw: str) -> Number | None:
    """Returns the number in a row's first cell."""
    cells = cells_of(raw)
    if not cells:
        return None
    start, end = cells[0]
    whole = _CELL.fullmatch(raw, start, end)
    if whole and int(whole["digits"]) not in _YEARS:
        return Number(
            *whole.span("digits"), int(whole["digits"]), ("cell", whole["open"]), whole.span()
        )
    return None if whole else _leading(raw, start, "row")


def _leading(raw: str, at: int, unit: str) -> Number | None:
    """Returns the number a text begins with, where signs show that it is one."""
    found = _LEADING.match(raw, at)
    # Words of a link or of bold text may begin with a number that counts nothing.
    if found is None or not (found["close"] or found["open"].endswith("#")):
        return None
    value = int(found["digits"])
    if value in _YEARS:
        return None
    return Number(*found.span("digits"), value, (unit, found["open"], found["close"]), found.span())


def with_number(raw: str, unit: str, value: int) -> str:
    """Returns an entry's text with another number, and nothing else changed.

    Lines that stand under an item whose number gets wider or narrower are left where they are.
    """
    number = number_in(raw, unit)
    if number is None or number.value == value:
        return raw
    return f"{raw[: number.start]}{value}{raw[number.end :]}"


def with_lines_moved(before: str, after: str) -> str:
    """Returns an item whose number changed its width with the lines under it moved as far."""
    old, new = number_in(before, "item"), number_in(after, "item")
    if old is None or new is None:
        return after
    width = (new.end - new.start) - (old.end - old.start)
    if width > 0:
        return re.sub(r"(\r\n|\n|\r)(?=[ \t]++[^\s])", lambda end: end[1] + " " * width, after)
    return re.sub(rf"(\r\n|\n|\r) {{{-width}}}(?=[ \t]*+[^\s])", r"\1", after)


def shifted(
    numbers: Sequence[Number | None], first: int, by: int, form: tuple[str, ...]
) -> Iterator[tuple[int, int]]:
    """Says which numbers go on counting, and what they become.

    Args:
        numbers: of the blocks after an edit, in order; None for blocks without one.
        first: the number with which the count goes on, as long as nothing is changed.
        by: 1 after something was put in, -1 after something was taken out.
        form: of the numbers that count together.

    Yields:
        Places in `numbers`, and the new numbers. The first one that does not go on ends it.
    """
    expected = first
    for place, number in enumerate(numbers):
        if number is None or number.form != form:
            continue
        if number.value != expected:
            return
        yield place, number.value + by
        expected += 1


def new_number(
    before: Sequence[Sequence[Number | None]],
    after: Sequence[Sequence[Number | None]],
    form: tuple[str, ...],
) -> int:
    """Returns the number of an entry that is put in.

    Args:
        before: of the blocks before it, heading by heading; the last group is its own.
        after: of the blocks after it, heading by heading; the first group is its own.
        form: of the numbers it counts with.
    """
    groups = _values(before, form)
    following = _values(after, form)
    later = [value for group in following for value in group]
    earlier = [group for group in groups if group]
    own = groups[-1] if groups else []
    below = following[0] if following else []
    if _goes_down([*groups[:-1], [*own, *below], *following[1:]]) and (own or below):
        return below[0] + 1 if below else 1
    if not earlier:
        return 1
    if own and below and own[-1] == below[0]:
        return own[-1]
    if own:
        longest = own if len(own) > 1 else max(earlier, key=len)
        return own[-1] if _repeats(longest) else own[-1] + 1
    last = earlier[-1][-1]
    if later:
        return last + 1 if later[0] == last + 1 else 1
    goes_on = any(second[0] == first[-1] + 1 for first, second in pairwise(earlier))
    return last + 1 if goes_on else 1


def counting_down(groups: Sequence[Sequence[Number | None]], form: tuple[str, ...]) -> bool:
    """Says whether numbers go down to 1 under each heading.

    Args:
        groups: the numbers of a document's blocks, heading by heading.
        form: of the numbers that count together.
    """
    return _goes_down(_values(groups, form))


def _values(groups: Sequence[Sequence[Number | None]], form: tuple[str, ...]) -> list[list[int]]:
    """Returns the values of numbers of one form, heading by heading."""
    return [[one.value for one in group if one and one.form == form] for group in groups]


def _goes_down(groups: Sequence[Sequence[int]]) -> bool:
    """Says whether every group of more than one number goes down to 1 by ones, and there is one."""
    longer = [group for group in groups if len(group) > 1]
    return bool(longer) and all(list(group) == list(range(group[0], 0, -1)) for group in longer)


def _repeats(values: Sequence[int]) -> bool:
    """Says whether a list writes the same number again and again."""
    return len(values) > 1 and values[-1] == values[-2]

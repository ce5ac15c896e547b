"""Headings: their names, which are years or the document's title, and the tree they make."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from diffkb.markdown.labels import MONTHS
from diffkb.markdown.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Role = Literal["title", "section", "year"]

ATX = re.compile(r"( {0,3})(#{1,6})([ \t]*+)")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})[ \t]*+[:.]?+")
# The name of a decade holds no year.
_YEAR_INSIDE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?!['’]?s\b|[0-9])")
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
# A day or a month of a year: of a meeting, or of writing down.
_DAY = re.compile(
    r"(?:19|20)[0-9]{2}([-./])[0-9]{1,2}(?:\1[0-9]{1,2})?(?![0-9])"
    r"|[0-9]{1,2}([-./])[0-9]{1,2}\2(?:19|20)[0-9]{2}(?![0-9])"
    r"|(?:19|20)[0-9]{2} ?[年년] ?[0-9]{1,2} ?[月월]"
    rf"|{_MONTH} (?:[0-9]{{1,2}}(?:st|nd|rd|th)?,? )?(?:19|20)[0-9]{{2}}(?![0-9])"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH},? (?:19|20)[0-9]{{2}}(?![0-9])",
    re.IGNORECASE,
)

# More years than the one that is named.
_AGE = re.compile(
    r"\b(?:before|earlier|older|prior|until|since|after|later|vor|avant|antes)\b|[之以]前|[之以][后後]|以降|이전|이후",
    re.IGNORECASE,
)


class Heading(NamedTuple):
    """A heading's own words, and the part it plays.

    Attributes:
        level: 1 to 6.
        name: its plain text.
        role: the document's title, a section, or a year group.
        year: of a year group, its year; of a section such as "2020 and before", the year it
            names, which makes it a section that never stands for a year group.
    """

    level: int
    name: str
    role: Role
    year: int | None


class GroupYear(NamedTuple):
    """The year that the headings above give an entry.

    Attributes:
        value: the year, or None.
        weak: whether one that the entry itself says beats it.
    """

    value: int | None = None
    weak: bool = False


class _Named(Protocol):
    """What is asked of a heading, read or stored."""

    @property
    def name(self) -> str: ...

    @property
    def year(self) -> int | None: ...


def group_year(above: Iterable[_Named]) -> GroupYear:
    """Returns the year that headings give what stands under them.

    One that opens with a day or a month gives a weak one, as works are older than the meeting that
    reads them; so does one that names an age, as "2020 and before".

    Args:
        above: the headings, the nearest first.
    """
    for heading in above:
        if heading.year is not None:
            weak = _DAY.match(heading.name) or _AGE.search(heading.name)
            return GroupYear(heading.year, weak is not None)
    return GroupYear()


def read_heading(raw: str, level: int, mark: str) -> Heading:
    """Reads a heading by itself; whether it is the document's title is not seen here.

    Args:
        raw: its block.
        level: as the block rules have it.
        mark: `#`, the character it is underlined with, or `<` where tags make it one.

    Returns:
        The heading, as a section or a year group.
    """
    if mark == "<":
        start, end = content_span(raw, mark)
        raw, mark = f"{'#' * level} {plain_text(raw[start:end])}", "#"
    start, end = content_span(raw, mark)
    name = plain_text(raw[start:end])
    whole = _YEAR.fullmatch(name)
    if whole:
        return Heading(level, name, "year", int(whole[1]))
    inside = _YEAR_INSIDE.findall(name)
    return Heading(level, name, "section", int(inside[0]) if len(set(inside)) == 1 else None)


def content_span(raw: str, mark: str) -> tuple[int, int]:
    """Returns where a heading's words start and end, without the marks that make it one."""
    if mark == "<":
        start, end = raw.find(">") + 1, raw.lower().find("</h")
        return start, end if end >= start else len(raw.rstrip())
    body = raw.rstrip(" \t\r\n")
    if mark != "#":
        end = max(body.rfind("\n"), body.rfind("\r"))
        return len(raw) - len(raw.lstrip(" \t")), len(body[:end].rstrip(" \t\r\n"))
    opening = ATX.match(raw)
    start = opening.end() if opening else 0
    without = body.rstrip("#")
    # Closing hashes stand apart; others are part of a word, as in "C#".
    if len(without) <= start:
        return start, start
    closed = without != body and without[-1] in " \t"
    return start, len(without.rstrip(" \t")) if closed else len(body)


def has_title(headings: Sequence[Heading]) -> bool:
    """Says whether the first heading is the document's title: the only one of level 1.

    Years do not count, so a list whose years are of level 1 still has its title.
    """
    if not headings or headings[0].level != 1 or headings[0].role == "year":
        return False
    return sum(h.level == 1 and h.role != "year" for h in headings) == 1


class Tree:
    """The headings that are open at a place of the document.

    Attributes:
        year: of the group one is in, or of the section, where that names one.
    """

    def __init__(self) -> None:
        self._open: list[tuple[Heading, int]] = []
        self.year = GroupYear()

    def enter(self, heading: Heading, index: int) -> int | None:
        """Opens a heading and closes those it ends.

        A year closes years of its level and what is deeper, and never a section of its own level:
        some lists write both alike.

        Args:
            heading: the heading.
            index: its block's index.

        Returns:
            The index of the heading it stands under, or None.
        """
        while self._open and self._ends(self._open[-1][0], heading):
            self._open.pop()
        parent = self.nearest
        self._open.append((heading, index))
        self.year = group_year(above for above, _ in reversed(self._open))
        return parent

    @staticmethod
    def _ends(earlier: Heading, later: Heading) -> bool:
        """Says whether the later heading ends the earlier one's part."""
        if earlier.level != later.level:
            return earlier.level > later.level
        return later.role != "year" or earlier.role == "year"

    @property
    def nearest(self) -> int | None:
        """The index of the last heading, whatever it is."""
        return self._open[-1][1] if self._open else None

    @property
    def section(self) -> int | None:
        """The index of the section one is in; the document's title is none."""
        return next((i for heading, i in reversed(self._open) if heading.role == "section"), None)

    @property
    def around(self) -> int | None:
        """The index of the section around the heading that was entered last."""
        outer = reversed(self._open[:-1])
        return next((i for heading, i in outer if heading.role == "section"), None)


def years_descend(years: Sequence[tuple[int | None, int]]) -> bool | None:
    """Says which way year groups go.

    Args:
        years: of every group in order, the index of the heading it stands under, and its year.

    Returns:
        Whether more neighbours go down than up; None where neither does.
    """
    pairs = [(a[1], b[1]) for a, b in pairwise(years) if a[0] == b[0]]
    down = sum(a > b for a, b in pairs)
    up = sum(a < b for a, b in pairs)
    return None if down == up else down > up


def year_position(years: Sequence[int], new: int, *, descend: bool | None = None) -> int:
    """Says where a new year group goes among its siblings.

    Args:
        years: the siblings' years, in order.
        new: the year of the new one.
        descend: the document's habit, for where the siblings show none.

    Returns:
        The index before which it goes, `len(years)` for the end; newest first without any habit.
    """
    shown = years_descend([(None, year) for year in years])
    habit = shown if shown is not None else descend
    if habit is None or habit:
        return next((i for i, year in enumerate(years) if year < new), len(years))
    return next((i for i, year in enumerate(years) if year > new), len(years))

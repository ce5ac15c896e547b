"""The year of an entry: what it says itself, and what the heading above it gives."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.years import find_dated, find_venue, find_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import YearFrom
    from diffkb.markdown.beside import Said
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.spans import Span

Place = tuple[int, int]

# The addresses of pictures in links.
_PICTURE = re.compile(r"(?<=\])\([^()\s]*+\)(?=\]\()")


class _Around(NamedTuple):
    """What stands around the title and outside addresses, joined, and where its parts lie."""

    text: str
    starts: list[int]
    places: list[int]

    def place(self, start: int, end: int) -> Place:
        """Returns where a span of the joined text lies in the block."""
        part = bisect_right(self.starts, start) - 1
        at = self.places[part] + start - self.starts[part]
        return at, at + end - start


class Year(NamedTuple):
    """A year, where it stands, and the span of its digits."""

    value: int | None
    source: YearFrom | None
    span: Place | None


_NO_YEAR = Year(None, None, None)


def year_of(said: Said, body: int, head_end: int, ctx: Context) -> Year:
    """Returns the year and where it stands."""
    above = Year(ctx.year, "heading", None)
    if ctx.year is not None and not ctx.weak:
        return above
    own = _own_year(said, body, head_end)
    return above if own.value is None and ctx.year is not None else own


def year_of_row(said: Said, ctx: Context, cells: list[Place], at: int) -> Year:
    """Returns the year of a row: of its column, of a short cell, or of any other place."""
    if ctx.year is not None and not ctx.weak:
        return Year(ctx.year, "heading", None)
    raw = said.raw
    for wanted in ("year", "venue"):
        for role, (a, b) in zip(ctx.columns, cells, strict=False):
            if role == wanted and (found := find_year(raw[a:b])):
                return Year(found[0], "table", (a + found[1], a + found[2]))
    for index, (a, b) in enumerate(cells):
        if index != at and b - a < 40 and (year := _year_around(said, a, b)):
            return year._replace(source="table")
    return year_of(said, 0, len(raw.rstrip()), ctx)


def _own_year(said: Said, body: int, head_end: int) -> Year:
    """Returns the year that an entry itself says."""
    raw, title = said.raw, said.title
    if title.shape == "author" and title.primary:
        start, end = title.primary.text
        found = find_year(raw[start:end])
        if found:
            return Year(found[0], "text", (start + found[1], start + found[2]))
    start, end = title.body, title.span[0]
    if 1 < end - start < 200 and (year := _year_around(said, start, end)):
        return year
    for start, end in ((body, head_end), *said.cited):
        if year := _year_around(said, start, end):
            same = said.dated and raw[slice(*said.dated)] == str(year.value)
            return year._replace(span=said.dated) if same else year
    found = find_dated(raw, title.after)
    links = said.links_in(0, found[2]) if found else []
    if found is None or (links and links[-1].target[1] > found[1]):
        return _NO_YEAR
    return Year(found[0], "text", found[1:])


def _year_around(said: Said, start: int, end: int) -> Year | None:
    """Returns the year in a part, outside the title and addresses."""
    around = _outside(said, start, end)
    found = find_year(around.text)
    return Year(found[0], "text", around.place(*found[1:])) if found else None


def venue_by_year(said: Said, start: int, end: int) -> Place | None:
    """Returns where a venue stands that only its year tells, outside authors and notes."""
    around = _outside(said, start, end)
    found = find_venue(around.text)
    if found is None:
        return None
    place = around.place(*found)
    taken = [*said.notes, said.authors] if said.authors else said.notes
    return None if any(a < place[1] and place[0] < b for a, b in taken) else place


def source_of(year: Year, venue: Place | None, dated: Place | None) -> YearFrom | None:
    """Returns where a year stands: in the text, or with the venue."""
    if year.source != "text" or year.span is None or venue is None:
        return year.source
    if year.span == dated:
        return "venue"
    start, end = year.span
    return "venue" if -4 <= start - venue[1] <= 3 or -4 <= venue[0] - end <= 3 else "text"


# Asked for twice in a row: for the year, and for a venue that stands with it.
@lru_cache(maxsize=1)
def _outside(said: Said, start: int, end: int) -> _Around:
    """Returns what stands around the title and outside addresses, within these bounds."""
    raw, span = said.raw, said.title.span
    cuts = [
        (one.text[0], one.target[1]) if _is_address(raw, one) else one.target
        for one in said.links_in(start, end)
    ]
    if span[0] < end and start < span[1]:
        cuts.append(span)
    cuts += _unseen(raw, start, end)
    cuts.sort()
    parts, starts, places = [], [], []
    at, length = start, 0
    for first, last in cuts:
        if last <= at or first >= end:
            continue
        parts.append(raw[at:first])
        starts.append(length)
        places.append(at)
        length += max(0, first - at) + 1
        at = max(at, last)
    parts.append(raw[at:end])
    starts.append(length)
    places.append(at)
    return _Around(" ".join(parts), starts, places)


def _unseen(raw: str, start: int, end: int) -> Iterator[Place]:
    """Yields where comments and the addresses of pictures lie."""
    if raw.find("![", start, end) >= 0:
        yield from (one.span() for one in _PICTURE.finditer(raw, start, end))
    at = raw.find("<!--", start, end)
    while at >= 0:
        close = raw.find("-->", at, end)
        if close < 0:
            return
        yield at, close + 3
        at = raw.find("<!--", close, end)


def _is_address(raw: str, link: Span) -> bool:
    """Says whether a link's words are an identifier or an address: its digits are no year."""
    start, end = link.text
    return end - start > 8 and raw.find("/", start, end) >= 0 and raw.find(" ", start, end) < 0

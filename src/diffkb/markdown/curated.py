"""What an entry of any list says: from the spans of its title and links to its fields."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004, RUF001

from __future__ import annotations

import re
from bisect import bisect_right
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.models import Fields, Link
from diffkb.markdown.inline import urls_in
from diffkb.markdown.labels import is_anchor, is_label
from diffkb.markdown.marks import box, read_in, worth_in
from diffkb.markdown.notes import note_of
from diffkb.markdown.plain import plain_text
from diffkb.markdown.saying import Said, read_before, read_below, read_beside, read_labels, tag_at
from diffkb.markdown.spans import links_of
from diffkb.markdown.tables import cells_of
from diffkb.markdown.titles import Title, find_title, first_paper, text_of
from diffkb.markdown.venues import venue_of
from diffkb.markdown.years import find_dated, find_venue, find_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from diffkb.core.models import YearFrom
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.spans import Span

Place = tuple[int, int]
Places = tuple[Place, ...]

_ARXIV = re.compile(
    r"(?:arXiv\s*+[:,]?\s*+(?:preprint)?\s*+(?:arXiv)?\s*+:?\s*+|\babs/)([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?![0-9])",
    re.IGNORECASE,
)
_DOI = re.compile(r"\bdoi\s*+[:.]?\s*+(10\.[0-9]{4,9}/[^\s\])}>,;\"]++)", re.IGNORECASE)
_LINE = re.compile(r"\r\n|\n|\r")
_HASHES = re.compile(r"[ \t]{0,3}#{1,6}[ \t]*+")
_NAME_AND_YEAR = re.compile(r"(.*?)[\s,]*\(?(?:19|20)[0-9]{2}", re.DOTALL)


class Found(NamedTuple):
    """An entry in its block.

    Attributes:
        title: where its title and links lie.
        fields: all that it says.
        spans: of each field that the block itself shows, the places it was read from.
    """

    title: Title
    fields: Fields
    spans: Mapping[str, Places] = MappingProxyType({})


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

    def index(self, place: int) -> int:
        """Returns where a place of the block lies in the joined text, or the next part's start."""
        part = bisect_right(self.places, place) - 1
        if part < 0:
            return 0
        at = self.starts[part] + place - self.places[part]
        following = self.starts[part + 1] if part + 1 < len(self.starts) else len(self.text)
        return min(at, following)


class _Year(NamedTuple):
    """A year, where it stands, and the span of its digits."""

    value: int | None
    source: YearFrom | None
    span: Place | None


def read_unit(raw: str, ctx: Context, title: Title | None = None) -> Found | None:
    """Reads a block that is an entry.

    Args:
        raw: the block's text.
        ctx: what kind of unit it is, and what its document decides.
        title: what `find_title` found in this very text, where that is known; of a row, in the
            bounds of its title's cell.

    Returns:
        What it says, or None when nothing in it could be a title.
    """
    return _read_row(raw, ctx, title) if ctx.unit == "row" else _read_text(raw, ctx, title)


def _read_text(raw: str, ctx: Context, title: Title | None) -> Found | None:
    """Reads an item, a paragraph, a heading or HTML."""
    if title is None:
        opening = _HASHES.match(raw) if ctx.unit == "heading" else None
        start = opening.end() if opening else 0
        title = find_title(raw, start, first_line=ctx.unit == "heading")
    name = plain_text(raw[slice(*title.span)]) if title else ""
    if title is None or not name:
        return None
    end = len(raw.rstrip())
    said = Said(raw, title)
    read_before(said)
    if said.venue is None:
        read_labels(said)
    line = _LINE.search(raw, title.after, end)
    read_beside(said, line.start() if line else end)
    if line:
        read_below(said, line.end(), end)
    head_end = _head_end(raw, title, end)
    around = _outside(raw, title, title.body, head_end)
    year = _year(raw, title, around, ctx)
    return _found(name, said, around, year, head_end)


def _read_row(raw: str, ctx: Context, known: Title | None) -> Found | None:
    """Reads a row of a table."""
    cells = cells_of(raw)
    roles = ctx.columns
    at = roles.index("title") if "title" in roles else -1
    if not 0 <= at < len(cells):
        return None
    title = known or find_title(raw, *cells[at])
    name = plain_text(raw[slice(*title.span)]) if title else ""
    if title is None or not name:
        return None
    end = len(raw.rstrip())
    title = _with_row(raw, title, cells, at, end)
    said = Said(raw, title)
    read_before(said)
    read_beside(said, cells[at][1])
    for index, cell in enumerate(cells):
        if index != at and cell[0] < cell[1]:
            _read_cell(said, cell, roles[index] if index < len(roles) else "", before=index < at)
    around = _outside(raw, title, 0, end)
    year = _row_year(raw, title, around, ctx, cells, at)
    return _found(name, said, around, year, end)


def _with_row(raw: str, title: Title, cells: list[Place], at: int, end: int) -> Title:
    """Returns a title with the links of the whole row."""
    others = [
        one
        for index, (a, b) in enumerate(cells)
        if index != at and ("](" in raw[a:b] or "http" in raw[a:b] or "href" in raw[a:b])
        for one in links_of(raw, a, b)
        if one.kind != "image"
    ]
    links = sorted([*title.links, *others]) if others else title.links
    primary = title.primary
    if primary is None:
        primary = first_paper(raw, links, len(raw), 0)
    return title._replace(links=links, primary=primary, nested=end)


def _read_cell(said: Said, cell: Place, role: str, *, before: bool) -> None:
    """Reads another cell of a row by what its column holds."""
    raw = said.raw
    text = raw[slice(*cell)]
    if role == "authors":
        said.authors = cell if plain_text(text) else said.authors
    elif role == "venue" or (role == "year" and said.venue is None):
        place = venue_of(text)
        if place and any(one.isalpha() for one in text[slice(*place)]):
            said.venue = (cell[0] + place[0], cell[0] + place[1])
    elif role == "note" and text.strip(" -"):
        said.notes.append(cell)
    elif not role:
        tag = tag_at(raw, *cell) if before else None
        if tag:
            said.tags.append(tag)
        else:
            said.add_tags(*cell)


def _row_year(
    raw: str, title: Title, around: _Around, ctx: Context, cells: list[Place], at: int
) -> _Year:
    """Returns the year of a row: of its column, of a short cell, or of any other place."""
    if ctx.year is not None:
        return _Year(ctx.year, "heading", None)
    named = [
        cell
        for role in ("year", "venue")
        for name, cell in zip(ctx.columns, cells, strict=False)
        if name == role
    ]
    short = [cell for i, cell in enumerate(cells) if i != at and cell[1] - cell[0] < 40]
    for a, b in (*named, *short):
        if raw[a:b].isalpha():
            continue
        inside = _outside(raw, title, a, b) if (a, b) not in named else _Around(raw[a:b], [0], [a])
        found = find_year(inside.text)
        if found:
            return _Year(found[0], "table", inside.place(*found[1:]))
    return _year(raw, title, around, ctx)


def _head_end(raw: str, title: Title, end: int) -> int:
    """Returns where what belongs to the title itself ends: at nested bullets or long notes."""
    end = min(title.nested, end)
    at = title.after
    for _ in range(8):
        line = _LINE.search(raw, at, end)
        if line is None:
            return end
        at = line.end()
        following = _LINE.search(raw, at, end)
        stop = following.start() if following else end
        if not raw[at:stop].strip():
            return end if not raw[at:end].strip() else _paragraph_end(raw, at, end)
        if stop - at > 400 and raw.find("](", at, stop) < 0:
            return at
    return at


def _paragraph_end(raw: str, at: int, end: int) -> int:
    """Returns the end of what is read as one head although a blank line stands in it."""
    for _ in range(8):
        line = _LINE.search(raw, at, end)
        if line is None:
            return end
        stop = line.start()
        if stop - at > 400 and raw.find("](", at, stop) < 0:
            return at
        at = line.end()
    return at


def _outside(raw: str, title: Title, start: int, end: int) -> _Around:
    """Returns what stands around the title and outside addresses, within these bounds."""
    cuts = [one.target for one in title.links if start <= one.start < end]
    cuts.append(title.span)
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


def _found(name: str, said: Said, around: _Around, year: _Year, head_end: int) -> Found:
    """Returns all that an entry says, and where."""
    raw, title = said.raw, said.title
    spans: dict[str, Places] = {"title": (title.span,)}
    if title.primary:
        spans["url"] = (title.primary.target,)
    if year.span:
        spans["year"] = (year.span,)
    read = _read_mark(raw, title, around, spans)
    worth = worth_in(around.text, around.index(title.after))
    if worth:
        spans["wr"] = tuple(around.place(*one) for one in worth.spans)
    authors = _shown("authors", _authors_place(said), raw, spans)
    venue = _shown("venue", _venue_place(said, around), raw, spans)
    note, mentioned = _note(said, spans)
    tags = list(dict.fromkeys(one.text for one in said.tags))
    if tags:
        spans["tags"] = tuple((one.start, one.end) for one in said.tags)
    fields = Fields(
        title=name,
        url=title.primary.url if title.primary else None,
        links=(*_further(raw, title, spans.get("note", ())), *_named(raw, title, head_end)),
        year=year.value,
        year_from=year.source,
        wr=worth.value if worth else None,
        read=read,
        tags=tuple(tags),
        note=note,
        venue=venue,
        authors=authors,
        mentioned=mentioned,
    )
    return Found(title, fields, spans)


def _shown(name: str, place: Place | None, raw: str, spans: dict[str, Places]) -> str | None:
    """Returns the plain text of a field and notes where it stands."""
    text = plain_text(raw[slice(*place)]) if place else ""
    if not text or place is None:
        return None
    spans[name] = (place,)
    return text


def _year(raw: str, title: Title, around: _Around, ctx: Context) -> _Year:
    """Returns the year and where it stands."""
    if ctx.year is not None:
        return _Year(ctx.year, "heading", None)
    if title.shape == "author" and title.primary:
        start, end = title.primary.text
        found = find_year(raw[start:end])
        if found:
            return _Year(found[0], "text", (start + found[1], start + found[2]))
    start, end = title.body, title.span[0]
    if 1 < end - start < 200 and (found := find_year(raw[start:end])):
        lettered = any(one.isalpha() for one in raw[start:end])
        place = (start + found[1], start + found[2])
        return _Year(found[0], "venue" if lettered else "text", place)
    found = find_year(around.text)
    if found:
        source: YearFrom = "venue" if find_venue(around.text) else "text"
        return _Year(found[0], source, around.place(*found[1:]))
    found = find_dated(raw, title.after)
    return _Year(found[0], "text", found[1:]) if found else _Year(None, None, None)


def _venue_place(said: Said, around: _Around) -> Place | None:
    """Returns where the venue stands."""
    if said.venue:
        return said.venue
    found = find_venue(around.text)
    return around.place(*found) if found else None


def _authors_place(said: Said) -> Place | None:
    """Returns where the names of the authors stand."""
    primary = said.title.primary
    if said.title.shape == "author" and primary:
        found = _NAME_AND_YEAR.match(said.raw, *primary.text)
        if found and found[1]:
            return found.span(1)
    return said.authors


def _read_mark(raw: str, title: Title, around: _Around, spans: dict[str, Places]) -> bool | None:
    """Says whether an entry is marked read; None without marks."""
    if title.checked is not None:
        at = raw.rindex(f"[{title.checked}]", 0, title.body) + 1
        spans["read"] = ((at, at + 1),)
        return box(title.checked)
    edges = (around.index(title.span[0]), around.index(title.after))
    mark = read_in(around.text, edges)
    if mark is None:
        return None
    spans["read"] = (around.place(*mark[1]),)
    return mark[0]


def _note(said: Said, spans: dict[str, Places]) -> tuple[str | None, tuple[str, ...]]:
    """Returns the curator's words and the links in them."""
    places = [one for one in said.notes if said.raw[slice(*one)].strip()]
    if not places:
        return None, ()
    spans["note"] = tuple(places)
    note = "\n".join(note_of(said.raw, *one) for one in places)
    return note, urls_in(note)


def _further(raw: str, title: Title, notes: Places) -> tuple[Link, ...]:
    """Returns the labelled links beside the work's own, those in notes left out."""
    found = []
    primary = title.primary
    for one in title.links:
        if one is primary or not one.url or is_anchor(one.url):
            continue
        if primary and one.start == primary.start:
            continue
        if any(start <= one.start < end for start, end in notes):
            continue
        words = _label_of(raw, one)
        if words is None or (one.start < title.span[0] and not is_label(words)):
            continue
        found.append(Link(words, one.url))
    return tuple(found)


def _label_of(raw: str, link: Span) -> str | None:
    """Returns a link's label; None for an address in the midst of words."""
    if link.kind != "bare":
        return text_of(raw, link)
    line = max(raw.rfind("\n", 0, link.start), raw.rfind("\r", 0, link.start)) + 1
    words = raw[line : link.start].strip(" \t-*+:：,，[(")[-40:]
    return words if len(words.split()) <= 3 else None


def _named(raw: str, title: Title, head_end: int) -> Iterator[Link]:
    """Yields the pages of identifiers that stand in the text alone; a link beats them."""
    text = raw[title.body : head_end]
    low = text.lower()
    if "arxiv" in low or "abs/" in low:
        urls = [one.url.lower() for one in title.links]
        arxiv = (
            None
            if any("arxiv" in url or "/papers/" in url for url in urls)
            else _ARXIV.search(text)
        )
        if arxiv:
            yield Link(arxiv[0], f"https://arxiv.org/abs/{arxiv[1]}")
    if "doi" in low and (doi := _DOI.search(text)):
        if not any("doi" in one.url.lower() for one in title.links):
            yield Link(doi[0], "https://doi.org/" + doi[1].rstrip("."))

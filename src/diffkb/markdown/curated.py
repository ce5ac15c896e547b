"""What an entry of any list says: from the spans of its title and links to its fields."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.models import Fields, Link
from diffkb.markdown.authors import read_names
from diffkb.markdown.below import read_below
from diffkb.markdown.beside import Said, read_before, read_beside, read_labels
from diffkb.markdown.dating import Year, source_of, venue_by_year, year_of, year_of_row
from diffkb.markdown.ending_names import names_at_end
from diffkb.markdown.inline import urls_in
from diffkb.markdown.labels import is_anchor, is_label
from diffkb.markdown.marks import box, read_in, worth_in
from diffkb.markdown.notes import note_of
from diffkb.markdown.plain import plain_text
from diffkb.markdown.primaries import first_paper
from diffkb.markdown.spans import links_of
from diffkb.markdown.tables import cells_of
from diffkb.markdown.tags import cell_tags, is_tag, listed_tags
from diffkb.markdown.titles import Title, find_title
from diffkb.markdown.venues import venue_of
from diffkb.markdown.years import find_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from diffkb.markdown.dialect import Context
    from diffkb.markdown.spans import Span

Place = tuple[int, int]
Places = tuple[Place, ...]

_ARXIV = re.compile(
    r"(?:arXiv\s*+[:,]?\s*+(?:preprint)?\s*+(?:arXiv)?\s*+:?\s*+|\babs/)([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?![0-9])",
    re.IGNORECASE,
)
_DOI = re.compile(r"\bdoi(?:\.org/|\s*+[:.]?\s*+)(10\.[0-9]{4,9}/[^\s\])}<>,;\"]++)", re.IGNORECASE)
_NUMBER_CELL = re.compile(r"\|\s*+([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?)\s*+\|")
_LINE = re.compile(r"\r\n|\n|\r")
_LINE_OR_BREAK = re.compile(r"\r\n|\n|\r|<br ?/?>", re.IGNORECASE)
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
        title = find_title(
            raw,
            start,
            first_line=ctx.unit == "heading",
            authors_first=ctx.unit == "item" and ctx.dialect.authors_first,
            defined=dict(ctx.defined),
        )
    name = plain_text(raw[slice(*title.span)]) if title else ""
    if title is None or not name:
        return None
    end = len(raw.rstrip())
    said = Said(raw, title)
    read_before(said)
    if said.venue is None:
        read_labels(said, said.links_in(0, title.nested))
    line = _title_line(raw, title.after, end)
    read_beside(said, line[0])
    if line[1] < end:
        read_below(said, line[1], end)
    head_end = _head_end(raw, title, end)
    return _found(name, said, year_of(said, title.body, head_end, ctx), title.body, head_end)


def _title_line(raw: str, after: int, end: int) -> Place:
    """Returns where the title's line ends, with a parenthesis that goes on, and what follows it."""
    line = _LINE_OR_BREAK.search(raw, after, end)
    if line and raw.count("(", after, line.start()) > raw.count(")", after, line.start()):
        following = _LINE.search(raw, line.end(), end)
        stop = following.start() if following else end
        if raw.find(")", line.end(), stop) >= 0 and raw[line.end() : stop].strip()[:1].isalnum():
            return (stop, following.end()) if following else (end, end)
    return line.span() if line else (end, end)


def _read_row(raw: str, ctx: Context, known: Title | None) -> Found | None:
    """Reads a row of a table."""
    cells = cells_of(raw)
    roles = ctx.columns
    at = roles.index("title") if "title" in roles else -1
    if not 0 <= at < len(cells):
        return None
    defined = dict(ctx.defined)
    title = known or find_title(raw, *cells[at], defined=defined)
    name = plain_text(raw[slice(*title.span)]) if title else ""
    if title is None or not name:
        return None
    end = len(raw.rstrip())
    authors_at = roles.index("authors") if "authors" in roles else -1
    title = _with_row(raw, title, cells, (at, authors_at), defined)
    said = Said(raw, title)
    read_before(said)
    read_beside(said, cells[at][1])
    for index, cell in enumerate(cells):
        if index != at and cell[0] < cell[1]:
            _read_cell(said, cell, roles[index] if index < len(roles) else "", before=index < at)
    return _found(name, said, year_of_row(said, ctx, cells, at), 0, end)


def _with_row(
    raw: str, title: Title, cells: list[Place], columns: Place, defined: Mapping[str, str]
) -> Title:
    """Returns a title with the links of the whole row; those of authors are not the work's own."""
    title_at, authors_at = columns
    others = [
        one
        for index, (a, b) in enumerate(cells)
        if index != title_at and _may_link(raw, a, b)
        for one in links_of(raw, a, b, defined)
        if one.kind != "image"
    ]
    links = sorted([*title.links, *others]) if others else title.links
    primary = title.primary
    if primary is None:
        start, end = cells[authors_at] if 0 <= authors_at < len(cells) else (0, 0)
        works = [one for one in links if not start <= one.start < end]
        primary = first_paper(raw, works, len(raw), 0)
    return title._replace(links=links, primary=primary, nested=len(raw.rstrip()))


def _may_link(raw: str, start: int, end: int) -> bool:
    """Says whether a cell may hold a link."""
    return any(raw.find(one, start, end) >= 0 for one in ("[", "http", "<"))


def _read_cell(said: Said, cell: Place, role: str, *, before: bool) -> None:
    """Reads another cell of a row by what its column holds."""
    raw = said.raw
    text = raw[slice(*cell)]
    if role == "authors":
        year = find_year(text)
        names = text[: year[1]].rstrip(" ([,-") if year else text
        if any(one.isalpha() for one in plain_text(names)):
            said.authors = (cell[0], cell[0] + len(names))
    elif role == "venue" or (role == "year" and said.venue is None):
        links = said.links_in(*cell)
        start, end = links[0].text if links else cell
        place = venue_of(raw[start:end])
        if place and any(one.isalpha() for one in raw[start + place[0] : start + place[1]]):
            said.venue = (start + place[0], start + place[1])
    elif role == "tags":
        said.tags.extend(one for one in listed_tags(raw, *cell) if is_tag(one.text))
    elif role == "note" and text.strip(" -"):
        said.notes.append(cell)
    elif not role:
        tags = cell_tags(raw, *cell) if before and not said.links_in(*cell) else []
        said.tags.extend(tags)
        if not tags:
            said.add_tags(*cell)


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


def _found(name: str, said: Said, year: Year, start: int, end: int) -> Found:
    """Returns all that an entry says, and where.

    Args:
        name: its title.
        said: what was read.
        year: its year.
        start: where its words start.
        end: where what belongs to the title itself ends.
    """
    raw, title = said.raw, said.title
    spans: dict[str, Places] = {"title": (title.span,)}
    if title.primary:
        spans["url"] = (title.primary.target,)
    if year.span:
        spans["year"] = (year.span,)
    if said.venue is None:
        said.venue = venue_by_year(said, start, end)
    read = _read_mark(said, start, end, spans)
    worth = worth_in(said, start, end)
    if worth:
        spans["wr"] = worth.spans
    marks = [place for name in ("year", "read", "wr") for place in spans.get(name, ())]
    tags = said.free_tags(marks) if said.tags else []
    if tags:
        spans["tags"] = tuple((one.start, one.end) for one in tags)
    note, mentioned = _note(said, spans)
    fields = Fields(
        title=name,
        url=(title.primary.url or None) if title.primary else None,
        links=(*_further(said), *_named(raw, title, end)),
        year=year.value,
        year_from=source_of(year, said.venue, said.dated),
        wr=worth.value if worth else None,
        read=read,
        tags=tuple(dict.fromkeys(one.text for one in tags)),
        note=note,
        venue=_shown("venue", said.venue, raw, spans),
        authors=_shown("authors", _authors_place(said), raw, spans),
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


def _authors_place(said: Said) -> Place | None:
    """Returns where the names of the authors stand."""
    primary = said.title.primary
    if said.title.shape == "author" and primary:
        found = _NAME_AND_YEAR.match(said.raw, *primary.text)
        if found and found[1] and read_names(said.raw, *found.span(1)):
            return found.span(1)
    if said.title.shape == "link" and primary:
        start, end = primary.text
        names = names_at_end(said.raw, start, end) if said.title.span[1] < end else None
        return names[1:] if names else said.authors
    return said.authors


def _read_mark(said: Said, start: int, end: int, spans: dict[str, Places]) -> bool | None:
    """Says whether an entry is marked read; None without marks."""
    raw, title = said.raw, said.title
    if title.checked is not None:
        at = raw.rindex(f"[{title.checked}]", 0, title.body) + 1
        spans["read"] = ((at, at + 1),)
        return box(title.checked)
    mark = read_in(said, start, end)
    if mark is None:
        return None
    spans["read"] = (mark[1],)
    return mark[0]


def _note(said: Said, spans: dict[str, Places]) -> tuple[str | None, tuple[str, ...]]:
    """Returns the curator's words and the links in them."""
    places = [one for one in said.notes if said.raw[slice(*one)].strip()]
    if not places:
        return None, ()
    spans["note"] = tuple(places)
    note = "\n".join(note_of(said.raw, *one) for one in places)
    return note, urls_in(note)


def _further(said: Said) -> Iterator[Link]:
    """Yields the labelled links beside the work's own, those of notes and authors left out."""
    raw, title = said.raw, said.title
    primary = title.primary
    taken = [*said.notes, said.authors] if said.authors else said.notes
    for one in title.links:
        if one is primary or not one.url or is_anchor(one.url):
            continue
        if primary and one.start == primary.start:
            continue
        if any(start <= one.start < end for start, end in taken):
            continue
        words = _label_of(raw, one)
        if words is not None and (one.start >= title.span[0] or is_label(words)):
            yield Link(words, one.url)


def _label_of(raw: str, link: Span) -> str | None:
    """Returns a link's label; None for an address in the midst of words."""
    if link.kind != "bare":
        return link.words
    near = max(0, link.start - 80)
    line = max(near, raw.rfind("\n", near, link.start) + 1, raw.rfind("\r", near, link.start) + 1)
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
    elif raw[:1] == "|" and not title.links and (number := _NUMBER_CELL.search(raw)):
        yield Link(number[1], f"https://arxiv.org/abs/{number[1]}")
    doi = _DOI.search(text) if "doi" in low else None
    if doi and not any("doi" in one.url.lower() for one in title.links):
        yield Link(doi[0], "https://doi.org/" + doi[1].rstrip("."))

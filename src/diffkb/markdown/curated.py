"""What an entry of any list says: from the spans of its title and links to its fields."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004, RUF001

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.models import Fields, Link
from diffkb.markdown.inline import urls_in
from diffkb.markdown.labels import is_anchor, is_label, is_venue
from diffkb.markdown.plain import plain_text
from diffkb.markdown.spans import links_of
from diffkb.markdown.tables import cells_of
from diffkb.markdown.titles import (
    AUTHORS_NEXT,
    Title,
    find_title,
    first_paper,
    is_authors,
    is_name_and_year,
    text_of,
)
from diffkb.markdown.years import dated_in, mark_in, stars_in, venue_in, year_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffkb.core.models import YearFrom
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.spans import Span

_ARXIV = re.compile(
    r"(?:arXiv\s*+[:,]?\s*+(?:preprint)?\s*+(?:arXiv)?\s*+:?\s*+|\babs/)([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?![0-9])",
    re.IGNORECASE,
)
_DOI = re.compile(r"\bdoi\s*+[:.]?\s*+(10\.[0-9]{4,9}/[^\s\])}>,;\"]++)", re.IGNORECASE)
_DONE = {"x": True, "X": True, "✓": True, "✔": True, " ": False}
_READ = re.compile(r":white_check_mark:|:heavy_check_mark:|✅|✔|✓|:ballot_box_with_check:|☑")
_UNREAD = re.compile(r":white_medium_square:|⚠|☐|:white_large_square:|❌|:x:(?!\])")
_LINE = re.compile(r"\r\n|\n|\r")
Places = tuple[tuple[int, int], ...]
_SIGNS = " \t\r\n*_[](){}|,.;:-–—•·/\\<>\"'“”&+（）、，。"


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
        start = _hashes(raw) if ctx.unit == "heading" else 0
        title = find_title(raw, start, first_line=ctx.unit == "heading")
    if title is None or not plain_text(raw[slice(*title.span)]):
        return None
    head_end = _head_end(raw, title)
    around = _outside(raw, title, title.body, head_end)
    fields = _fields(raw, title, around, ctx, head_end)
    return Found(title, fields, _spans(raw, title, fields))


def _spans(raw: str, title: Title, fields: Fields) -> Mapping[str, Places]:
    """Returns where the fields lie."""
    spans: dict[str, Places] = {"title": (title.span,)}
    if title.primary:
        spans["url"] = (title.primary.target,)
    if fields.year is not None and fields.year_from != "heading":
        at = raw.find(str(fields.year))
        if at >= 0:
            spans["year"] = ((at, at + 4),)
    mark = mark_in(raw)
    if fields.wr is not None and mark:
        spans["wr"] = (mark[:2],)
    line = _LINE.search(raw, title.after)
    if fields.note is not None and line:
        spans["note"] = ((line.end(), len(raw.rstrip())),)
    return spans


def _read_row(raw: str, ctx: Context, known: Title | None) -> Found | None:  # noqa: C901 - a column each
    """Reads a row of a table."""
    cells = cells_of(raw)
    roles = ctx.columns
    at = roles.index("title") if "title" in roles else -1
    if not 0 <= at < len(cells):
        return None
    found = known or find_title(raw, *cells[at])
    if found is None or not plain_text(raw[slice(*found.span)]):
        return None
    others = [
        one
        for a, b in cells
        for one in _links(raw, a, b)
        if not (cells[at][0] <= one.start < cells[at][1])
    ]
    links = sorted([*found.links, *others])
    primary = found.primary
    if primary is None:
        primary = first_paper(raw, links, len(raw), 0)
    title = found._replace(links=links, primary=primary, nested=len(raw.rstrip()))
    texts = {role: raw[slice(*cells[i])] for i, role in enumerate(roles) if role and i < len(cells)}
    around = _outside(raw, title, 0, len(raw.rstrip()))
    year = year_in(texts.get("year", "")) or year_in(texts.get("venue", ""))
    fields = _fields(raw, title, around, ctx, len(raw.rstrip()))
    if fields.year_from != "heading" and year is None:
        for i, (a, b) in enumerate(cells):
            if i != at and b - a < 40 and (year := year_in(_outside(raw, title, a, b))):
                break
    changes: dict[str, object] = {}
    if fields.year_from != "heading" and year is not None:
        changes |= {"year": year, "year_from": "table"}
    if "authors" in texts and texts["authors"].strip():
        changes["authors"] = plain_text(texts["authors"])
    if "venue" in texts and texts["venue"].strip():
        changes["venue"] = plain_text(texts["venue"]) or None
    if "note" in texts and texts["note"].strip(" -"):
        changes |= {"note": texts["note"], "mentioned": urls_in(texts["note"])}
    fields = replace(fields, **changes)  # type: ignore[arg-type]
    return Found(title, fields, _spans(raw, title, fields))


def _links(raw: str, start: int, end: int) -> list[Span]:
    """Returns the links of a cell, images left out."""
    return [one for one in links_of(raw, start, end) if one.kind != "image"]


def _hashes(raw: str) -> int:
    """Returns where a heading's words start."""
    opening = re.match(r"[ \t]{0,3}#{1,6}[ \t]*+", raw)
    return opening.end() if opening else 0


def _head_end(raw: str, title: Title) -> int:
    """Returns where what belongs to the title itself ends: at nested bullets or long notes."""
    end = title.nested
    at = title.after
    for _ in range(8):
        line = _LINE.search(raw, at, end)
        if line is None:
            return end
        at = line.end()
        if not raw[at:end].strip():
            return end
        following = _LINE.search(raw, at, end)
        stop = following.start() if following else end
        if stop - at > 400 and "](" not in raw[at:stop]:
            return at
    return at


def _outside(raw: str, title: Title, start: int, end: int) -> str:
    """Returns what stands around the title and outside addresses, within these bounds."""
    cuts = [title.span, *(one.target for one in title.links if start <= one.start < end)]
    parts = []
    at = start
    for first, last in sorted(cuts):
        if last <= at or first >= end:
            continue
        parts.append(raw[at:first])
        at = max(at, last)
    parts.append(raw[at:end])
    return " ".join(parts)


def _fields(raw: str, title: Title, around: str, ctx: Context, head_end: int) -> Fields:
    """Returns what an entry says."""
    year, source = _year(raw, title, around, ctx)
    mark = mark_in(around)
    note, mentioned = _note(raw, title)
    links = _further(raw, title)
    primary = title.primary
    authors = _authors(raw, title, head_end)
    return Fields(
        title=plain_text(raw[slice(*title.span)]),
        url=primary.url if primary else None,
        links=(*links, *_named(raw, title, head_end)),
        year=year,
        year_from=source,
        wr=mark[2] if mark else stars_in(around) or None,
        read=_read_mark(title, around),
        note=note,
        venue=_venue(raw, title, around),
        authors=authors,
        mentioned=mentioned,
    )


def _year(raw: str, title: Title, around: str, ctx: Context) -> tuple[int | None, YearFrom | None]:
    """Returns the year and where it stands."""
    if ctx.year is not None:
        return ctx.year, "heading"
    if title.shape == "author" and title.primary:
        year = year_in(text_of(raw, title.primary))
        if year:
            return year, "text"
    before = raw[title.body : title.span[0]]
    tag = year_in(before) if len(before) < 200 else None
    if tag is not None:
        return tag, "venue" if any(one.isalpha() for one in before) else "text"
    year = year_in(around) or dated_in(raw[title.after :])
    if year is None:
        return None, None
    return year, "venue" if venue_in(around) else "text"


def _venue(raw: str, title: Title, around: str) -> str | None:
    """Returns the venue as written."""
    if title.shape == "venue" and title.primary:
        label = text_of(raw, title.primary)
        if is_venue(label):
            return label
    return venue_in(around)


def _read_mark(title: Title, around: str) -> bool | None:
    """Says whether an entry is marked read; None without marks."""
    if title.checked is not None:
        return _DONE.get(title.checked)
    if _READ.search(around):
        return True
    return False if _UNREAD.search(around) else None


def _further(raw: str, title: Title) -> tuple[Link, ...]:
    """Returns the labelled links beside the work's own."""
    found = []
    for one in title.links:
        if one is title.primary or is_anchor(one.url) or not one.url:
            continue
        if title.primary and one.start == title.primary.start:
            continue
        words = text_of(raw, one)
        if one.kind == "bare":
            line = max(raw.rfind("\n", 0, one.start), raw.rfind("\r", 0, one.start)) + 1
            words = raw[line : one.start].strip(" \t-*+:：,，[(")[-40:]
            if len(words.split()) > 3:
                continue
        elif one.start >= title.nested and not is_label(words):
            continue
        if one.start < title.span[0] and not is_label(words):
            continue
        found.append(Link(words, one.url))
    return tuple(found)


def _named(raw: str, title: Title, head_end: int) -> tuple[Link, ...]:
    """Returns the pages of identifiers that stand in the text alone; a link beats them."""
    urls = [one.url.lower() for one in title.links]
    found = []
    text = raw[title.body : head_end]
    if "arxiv" in text.lower() or "abs/" in text:
        arxiv = _ARXIV.search(text)
        known = any("arxiv" in url or "/papers/" in url for url in urls)
        if arxiv and not known:
            found.append(Link(arxiv[0], f"https://arxiv.org/abs/{arxiv[1]}"))
    doi = _DOI.search(text) if "doi" in text.lower() else None
    if doi and not any("doi" in url for url in urls):
        found.append(Link(doi[0], "https://doi.org/" + doi[1].rstrip(".")))
    return tuple(found)


def _authors(raw: str, title: Title, head_end: int) -> str | None:
    """Returns the names of the authors, where they stand right before or after the title."""
    if title.shape == "author" and title.primary:
        words = text_of(raw, title.primary)
        return (
            re.split(r"[\s,]*\(?(?:19|20)[0-9]{2}", words)[0] or None
            if is_name_and_year(words)
            else None
        )
    before = raw[title.body : title.span[0]]
    before = plain_text(re.split(r"[\r\n][ \t]*[-*+][ \t]", before)[-1]).strip(' ,.:;[(<"“*_')
    before = re.sub(r"^\[?[0-9]+[\]).]*\s*", "", before)
    shown = "," in before or " and " in before or "et al" in before or " & " in before
    if shown and "]" not in before and is_authors(before + ","):
        return before
    stop = next((one.start for one in title.links if one.start >= title.after), head_end)
    text = raw[title.after : min(stop, head_end)]
    for line in re.split(r"[\r\n]+|\\(?=[\r\n])|<br/?>", text)[:3]:
        words = plain_text(line).strip(_SIGNS).partition(" | ")[0]
        words = re.sub(r"^by\s+", "", words)
        names = AUTHORS_NEXT.match(words)
        if names and len(words) > 5:
            cut = re.search(r"[.,;(]\s*(?:In |arXiv|Arxiv|[A-Z]{3,}|(?:19|20)[0-9]{2})", words)
            return words[: cut.start()].strip(_SIGNS) if cut else words
    return None


def _note(raw: str, title: Title) -> tuple[str | None, tuple[str, ...]]:
    """Returns the curator's words below the title, and the links in them."""
    end = len(raw.rstrip())
    line = _LINE.search(raw, title.after, end)
    if line is None:
        return None, ()
    text = raw[line.end() : end]
    lines = [one.rstrip(" \t") for one in _LINE.split(text)]
    kept = [one for one in lines if one.strip()]
    if not any(_says(one) for one in kept):
        return None, ()
    margin = min(len(one) - len(one.lstrip(" \t")) for one in kept)
    note = "\n".join(one[margin:] for one in lines).strip("\n ")
    return (note, urls_in(note)) if note else (None, ())


def _says(line: str) -> bool:
    """Says whether a line holds words beside labelled links."""
    return (
        len(
            re.findall(
                r"[^\W\d_]{2,}",
                plain_text(re.sub(r"\[[^\[\]]*\]\([^()]*\)|https?://\S+", " ", line)),
            )
        )
        >= 4
    )

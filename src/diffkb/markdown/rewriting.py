"""Writes fields into entries of any dialect: one span at a time, each read again at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diffkb.errors import CannotWrite, YearInHeading
from diffkb.markdown.blocks import LINE_END
from diffkb.markdown.curated import read_unit
from diffkb.markdown.cutting import before_year, cut, with_signs
from diffkb.markdown.dialect import WR_SCALE
from diffkb.markdown.edited import Entry, read_entry, stands_alone
from diffkb.markdown.further_links import put_links, with_target
from diffkb.markdown.inline import destination, urls_in
from diffkb.markdown.mark_forms import is_stars, mark_like, other_signs
from diffkb.markdown.note_fields import HARD_BREAK, put_note
from diffkb.markdown.pens import title_in
from diffkb.markdown.rows import fill_cell
from diffkb.markdown.tables import cells_of
from diffkb.markdown.tagging import put_tags
from diffkb.markdown.transplanting import forms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.edited import Neighbours
    from diffkb.markdown.spans import Span

    Place = tuple[int, int]

_DERIVED = ("mentioned", "year_from")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_FOUR_DIGITS = 4
_OUT_OF = re.compile(r"[ \t]?/[ \t]?(?:5|10)")
_RATING = re.compile(r"(?:\*\*)?[^\W\d_]{1,12}[:：=][ \t]*+(?:\*\*)?[ \t]*+\Z")


def put_curated(
    changes: Mapping[str, object], raw: str, ctx: Context, neighbours: Neighbours = ()
) -> str:
    """Writes fields of an entry that stands in any dialect but the project's own.

    Args:
        changes: names of `Fields` and the values they shall have.
        raw: the entry's block.
        ctx: what its reading depends on beside that.
        neighbours: blocks and contexts of entries near by, the nearest last: a field that the
            entry does not show is written where and as they show theirs.

    Returns:
        The block as it shall be; it reads as the fields before with the changes.

    Raises:
        CannotWrite: a value cannot be written so that it reads the same.
    """
    for name, value in changes.items():
        entry = Entry(raw, read_entry(raw, ctx), ctx, neighbours)
        if name in _DERIVED or value == getattr(entry.found.fields, name, None):
            continue
        raw = _put(name, value, entry)
    fields = read_entry(raw, ctx).fields
    for name in _DERIVED:
        if changes.get(name, getattr(fields, name)) != getattr(fields, name):
            raise CannotWrite(name, "it follows from what else the entry says")
    return raw


def _put(name: str, value: object, entry: Entry) -> str:
    """Returns the block with one field changed."""
    writer = _WRITERS.get(name)
    if writer is None:
        raise CannotWrite(name, "this list has no place for it that diffkb can write")
    changed: dict[str, Any] = {name: value}
    wanted = replace(entry.found.fields, **changed)
    whole = stands_alone(entry.raw, entry.ctx)
    for attempt in writer(entry, value):
        read = read_unit(attempt, entry.ctx)
        if read is None or not _same(read.fields, wanted, name):
            continue
        if not whole or stands_alone(attempt, entry.ctx):
            return attempt
    raise CannotWrite(name, "the entry would read otherwise")


def _same(read: Fields, wanted: Fields, name: str) -> bool:
    """Says whether an attempt reads as it should."""
    if name == "note":
        wanted = replace(wanted, mentioned=urls_in(wanted.note) if wanted.note else ())
    if name in {"year", "venue"}:
        # Both may stand in the words of a link.
        same = [one.url for one in read.links] == [one.url for one in wanted.links]
        links = read.links if same else wanted.links
        wanted = replace(wanted, year_from=read.year_from, links=links)
    return read == wanted


def _put_title(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with another title."""
    raw, (start, end) = entry.raw, entry.found.title.span
    if not isinstance(value, str) or not value.strip():
        raise CannotWrite("title", "it is blank")
    text = title_in(value, cell=entry.ctx.unit == "row")
    if text is None:
        return
    link = entry.found.title.primary
    if entry.found.title.shape == "bare" and link is not None and (to := destination(link.url)):
        yield f"{raw[: link.start]}[{text}]({to}){raw[link.end :]}"
        return
    yield raw[:start] + text + raw[end:]
    after = raw[end:]
    if text.endswith((".", "?", "!")) and after.startswith("."):
        yield raw[:start] + text + after[1:]


def _put_url(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with another destination, a link, or none."""
    link = entry.found.title.primary
    if value is None:
        if link is not None:
            yield from _without_link(entry, link)
        return
    if not isinstance(value, str):
        raise CannotWrite("url", "it is no text")
    if entry.found.title.shape == "bare":
        raise CannotWrite("url", "it is the title too; give the entry a title first")
    if link is not None:
        yield from with_target(entry.raw, link, value)
        return
    yield from forms_of("url", replace(entry.found.fields, url=value), *entry)
    start, end = entry.found.title.span
    target = destination(value)
    if target:
        raw = entry.raw
        yield f"{raw[:start]}[{raw[start:end]}]({target}){raw[end:]}"


def _without_link(entry: Entry, link: Span) -> Iterator[str]:
    """Yields the block without a link; the title it stood under stays."""
    raw, (start, end) = entry.raw, entry.found.title.span
    if link.text[0] <= start and end <= link.text[1] and link.kind != "bare":
        yield raw[: link.start] + raw[slice(*link.text)] + raw[link.end :]
    else:
        yield from cut(raw, link.start, link.end, entry.found)
    if link.kind == "link" and raw[link.text[1] : link.target[0]] == "](":
        yield raw[: link.target[0]] + raw[link.target[1] :]


def _put_wr(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with another mark, a new one, or none."""
    raw, found, ctx, _ = entry
    spans = found.spans.get("wr", ())
    if value is None:
        yield from _without_mark(raw, found, spans)
        return
    low, high = ctx.dialect.scale or WR_SCALE
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise CannotWrite("wr", f"its scale goes from {low} to {high}")
    if spans:
        first, *others = spans
        mark = mark_like(raw[slice(*first)], value)
        for start, end in reversed(others):
            raw = next(cut(raw, start, end, found), raw)
        if mark is not None:
            yield raw[: first[0]] + mark + raw[first[1] :]
        return
    yield from forms_of("wr", replace(found.fields, wr=value), *entry)
    for at in _places_for_mark(raw, found, ctx):
        yield f"{raw[:at]} **WR={value}**{raw[at:]}"


def _places_for_mark(raw: str, found: Found, ctx: Context) -> Iterator[int]:
    """Yields where a mark may stand: after the link or the title, at the end of line or cell."""
    after = found.title.after
    line = LINE_END.search(raw, after)
    end = len(raw[: line.start() if line else len(raw)].rstrip(HARD_BREAK))
    if ctx.unit == "row":
        end = next((stop for start, stop in cells_of(raw) if start <= after <= stop), end)
    if ctx.unit == "html" and (close := raw.find("</summary", after)) >= 0:
        yield len(raw[:close].rstrip(" \t"))
    if found.title.shape == "link":
        yield after
    yield end
    yield with_signs(raw, *found.title.span)[1]
    if found.title.primary is not None:
        yield with_signs(raw, found.title.primary.start, found.title.primary.end)[1]


def _without_mark(raw: str, found: Found, spans: Sequence[Place]) -> Iterator[str]:
    """Yields the block without its mark, and what names it and its scale."""
    places = list(spans)
    if len(places) == 1 and raw[slice(*places[0])].isdecimal():
        start, end = places[0]
        out_of = _OUT_OF.match(raw, end)
        named = _RATING.search(raw, max(0, start - 30), start)
        places = [(named.start() if named else start, out_of.end() if out_of else end)]
    for start, end in reversed(places):
        if is_stars(raw[start:end]) or raw[start:end].startswith("*"):
            kept = raw[:start].rstrip(" \t")
            raw = (kept if kept.strip() else raw[:start]) + raw[end:]
        else:
            raw = next(cut(raw, start, end, found), raw)
    yield raw


def _put_year(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with another year where the present one stands, or a new one, or none."""
    raw, found, ctx, _ = entry
    if ctx.year is not None and not ctx.weak:
        raise YearInHeading
    spans = found.spans.get("year", ())
    if value is None:
        for start, end in spans[:1]:
            yield from cut(raw, start, end, found)
        return
    if not isinstance(value, int) or not _FIRST_YEAR <= value < _LAST_YEAR:
        raise CannotWrite("year", "it is no year of this age")
    if not spans:
        yield from _in_column(entry, "year", str(value))
        yield from forms_of("year", replace(found.fields, year=value), *entry)
        raise CannotWrite("year", "neither the entry nor those near it show one")
    old = found.fields.year or value
    same_age = old // 100 == value // 100
    for start, end in reversed(spans):
        short = end - start < _FOUR_DIGITS
        if short and not same_age:
            return
        raw = raw[:start] + (f"{value % 100:02d}" if short else str(value)) + raw[end:]
    yield raw


def _in_column(entry: Entry, role: str, text: str) -> Iterator[str]:
    """Yields a row with words in the empty cell of the column that is for them."""
    if entry.ctx.unit == "row":
        for place, one in enumerate(entry.ctx.columns):
            if one == role and (filled := fill_cell(entry.raw, place, text.replace("|", "\\|"))):
                yield filled


def _put_words(name: str) -> Callable[[Entry, object], Iterator[str]]:
    """Returns the writer of a field that is words: venue or authors."""

    def put(entry: Entry, value: object) -> Iterator[str]:
        """Yields the block with other words there, new ones, or none."""
        raw, found, ctx, _ = entry
        spans = found.spans.get(name, ())
        if value is None:
            for start, end in spans[:1]:
                yield from before_year(raw, start, end)
                yield from cut(raw, start, end, found)
            return
        if not isinstance(value, str) or not value.strip() or "\n" in value or "\r" in value:
            raise CannotWrite(name, "it is blank, or more than one line")
        text = value.replace("|", "\\|") if ctx.unit == "row" else value
        if spans:
            start, end = spans[0]
            yield raw[:start] + text + raw[end:]
            return
        yield from _in_column(entry, name, value)
        changed: dict[str, Any] = {name: value}
        yield from forms_of(name, replace(found.fields, **changed), *entry)
        raise CannotWrite(name, "neither the entry nor those near it show one")

    return put


def _put_read(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with another mark of reading, a new one, or none."""
    raw, found, ctx, neighbours = entry
    spans = found.spans.get("read", ())
    if value is None:
        if found.title.checked is not None and spans:
            start, end = spans[0][0] - 1, spans[0][1] + 1
            yield raw[:start] + raw[end:].lstrip(" \t")
        else:
            for start, end in spans[:1]:
                if ctx.unit == "row" and (start, end) in cells_of(raw):
                    # Its cell stays, and is empty.
                    yield raw[:start] + raw[end:]
                yield from cut(raw, start, end, found)
        return
    if not spans:
        yield from forms_of("read", replace(found.fields, read=bool(value)), *entry)
        raise CannotWrite("read", "this list has no mark for it")
    start, end = spans[0]
    for sign in _signs(entry, raw[start:end], neighbours, wanted=bool(value)):
        yield raw[:start] + sign + raw[end:]


def _signs(entry: Entry, shown: str, neighbours: Neighbours, *, wanted: bool) -> Iterator[str]:
    """Yields the signs that may stand for a state of reading: as those near by write it."""
    task = entry.found.title.checked is not None
    for raw, near in reversed(neighbours):
        found = read_unit(raw, near)
        if found and found.fields.read is wanted and (found.title.checked is not None) is task:
            yield raw[slice(*found.spans["read"][0])] if found.spans.get("read") else ""
    if task:
        yield "x" if wanted else " "
    yield from other_signs(shown)


_WRITERS: dict[str, Callable[[Entry, object], Iterator[str]]] = {
    "title": _put_title,
    "url": _put_url,
    "wr": _put_wr,
    "note": put_note,
    "year": _put_year,
    "venue": _put_words("venue"),
    "authors": _put_words("authors"),
    "read": _put_read,
    "tags": put_tags,
    "links": put_links,
}

"""Writes fields into entries of any dialect: one span at a time, each read again at once."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import LINE_END, trailing
from diffkb.markdown.curated import read_unit
from diffkb.markdown.dialect import WR_SCALE
from diffkb.markdown.inline import destination, urls_in
from diffkb.markdown.labels import PAPER, is_label, rank_of
from diffkb.markdown.plain import plain_text, written
from diffkb.markdown.titles import text_of
from diffkb.markdown.years import mark_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context

_DERIVED = ("mentioned", "links", "year_from")


def put_curated(changes: Mapping[str, object], raw: str, ctx: Context) -> str:
    """Writes fields of an entry that stands in any dialect but the project's own.

    Args:
        changes: names of `Fields` and the values they shall have.
        raw: the entry's block.
        ctx: what its reading depends on beside that.

    Returns:
        The block as it shall be; it reads as the fields before with the changes.

    Raises:
        CannotWrite: a value cannot be written so that it reads the same.
    """
    for name, value in changes.items():
        found = _read(raw, ctx)
        if name in _DERIVED or value == getattr(found.fields, name, None):
            continue
        raw = _put(name, value, raw, found, ctx)
    fields = _read(raw, ctx).fields
    for name in _DERIVED:
        if changes.get(name, getattr(fields, name)) != getattr(fields, name):
            raise CannotWrite(name, "it follows from what else the entry says")
    return raw


def write_like(fields: Fields, neighbours: Sequence[str], ctx: Context) -> str | None:
    """Writes a new entry as its neighbours put title and link, without a word of theirs.

    Args:
        fields: what it shall say.
        neighbours: the blocks of entries near by, the nearest last.
        ctx: the context it is going to have.

    Returns:
        Its text, or None where none of them shows a form that holds the fields.
    """
    for raw in reversed(neighbours):
        found = read_unit(raw, ctx)
        text = None if found is None else _like(fields, raw, found)
        if text is not None:
            read = read_unit(text, ctx)
            if read and all(
                getattr(read.fields, name) == getattr(fields, name)
                for name in ("title", "url", "wr", "note", "links", "year")
            ):
                return text
    return None


def _like(fields: Fields, raw: str, found: Found) -> str | None:
    """Returns an entry in the form of another one whose title is no link."""
    title, link = found.title, found.title.primary
    if link is None or title.shape not in {"text", "bold", "italic", "quoted"} or not fields.url:
        return None
    words = text_of(raw, link)
    if link.kind != "link" or not is_label(words) or rank_of(words, link.url) != PAPER:
        return None
    opening, closing = raw[title.body : title.span[0]], raw[title.span[1] :]
    marks = opening.strip(" ")
    if marks.strip('*_"“'):
        return None
    shut = closing[: len(marks)]
    around = raw[link.start - 1] if raw[link.start - 1] in "[(" else ""
    after = {"[": "]", "(": ")"}.get(around, "")
    label = raw[link.start : link.target[0]] + fields.url + raw[link.target[1] : link.end]
    stop = "." if closing[len(marks) :].startswith(".") else ""
    text = f"{raw[: title.body]}{marks}{fields.title}{shut}{stop} {around}{label}{after}"
    if fields.wr is not None or fields.note is not None:
        return None
    return text


def _read(raw: str, ctx: Context) -> Found:
    """Reads what must be an entry."""
    found = read_unit(raw, ctx)
    if found is None:
        raise CannotWrite("entry", "there is no such entry in its block")
    return found


def _put(name: str, value: object, raw: str, found: Found, ctx: Context) -> str:
    """Returns the block with one field changed."""
    writer = _WRITERS.get(name)
    if writer is None:
        raise CannotWrite(name, "this list has no place for it that diffkb can write")
    changed: dict[str, Any] = {name: value}
    wanted = replace(found.fields, **changed)
    for attempt in writer(raw, found, value, ctx):
        read = read_unit(attempt, ctx)
        if read is not None and _same(read.fields, wanted, name):
            return attempt
    raise CannotWrite(name, "the entry would read otherwise")


def _same(read: Fields, wanted: Fields, name: str) -> bool:
    """Says whether an attempt reads as it should."""
    if name == "note":
        mentioned = urls_in(wanted.note) if wanted.note else ()
        wanted = replace(wanted, mentioned=mentioned)
    return read == wanted


def _put_title(raw: str, found: Found, value: object, ctx: Context) -> Iterator[str]:  # noqa: ARG001 - one shape for all fields
    """Yields the block with another title."""
    if not isinstance(value, str) or not value.strip():
        raise CannotWrite("title", "it is blank")
    start, end = found.title.span
    text = written(value, lambda markdown: plain_text(markdown) == value)
    if text is not None and "\n" not in text:
        yield raw[:start] + text + raw[end:]


def _put_url(raw: str, found: Found, value: object, ctx: Context) -> Iterator[str]:  # noqa: ARG001 - as above
    """Yields the block with another destination."""
    link = found.title.primary
    if not isinstance(value, str) or link is None:
        raise CannotWrite("url", "the entry has no link that could lead elsewhere")
    start, end = link.target
    text = value if link.kind == "bare" else destination(value)
    if text:
        yield raw[:start] + text + raw[end:]


def _put_wr(raw: str, found: Found, value: object, ctx: Context) -> Iterator[str]:
    """Yields the block with another mark, a new one, or none."""
    shown = mark_in(raw)
    if value is None:
        if shown:
            yield raw[: shown[0]].rstrip(" ") + raw[shown[1] :]
        return
    low, high = ctx.dialect.scale or WR_SCALE
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise CannotWrite("wr", f"its scale goes from {low} to {high}")
    mark = f"**WR={value}**"
    if shown:
        yield raw[: shown[0]] + mark + raw[shown[1] :]
        return
    if found.fields.wr is not None:
        return
    if found.title.shape == "link":
        yield raw[: found.title.after] + " " + mark + raw[found.title.after :]
    line = LINE_END.search(raw, found.title.after)
    end = len(raw[: line.start() if line else len(raw)].rstrip(" \t\\"))
    if ctx.unit != "row":
        yield raw[:end] + " " + mark + raw[end:]


def _put_note(raw: str, found: Found, value: object, ctx: Context) -> Iterator[str]:
    """Yields the block with a note in place of the one there, or below the entry."""
    if value is not None and (not isinstance(value, str) or "\r" in value or not value.strip()):
        raise CannotWrite("note", "it is blank")
    if ctx.unit == "row":
        raise CannotWrite("note", "a row has no line of its own for it")
    end = trailing(raw)
    newline = (LINE_END.search(raw) or [ctx.dialect.newline])[0]
    line = LINE_END.search(raw, found.title.after, end)
    head = raw[: line.start()] if line and found.fields.note is not None else raw[:end]
    if value is None:
        yield head.rstrip(" \t\\") + raw[end:]
        return
    pad = " " * found.title.body if ctx.unit == "item" else ""
    lines = [pad + one if one else "" for one in str(value).split("\n")]
    yield head + newline + newline.join(lines) + raw[end:]


def _put_year(raw: str, found: Found, value: object, ctx: Context) -> Iterator[str]:
    """Yields the block with another year where the present one stands."""
    if ctx.year is not None:
        raise CannotWrite("year", "it is given by the heading above; move the entry instead")
    old = found.fields.year
    if old is None or not isinstance(value, int) or not 1900 <= value < 2100:
        raise CannotWrite("year", "the entry shows none that could be changed")
    at = raw.find(str(old))
    while at >= 0:
        yield f"{raw[:at]}{value}{raw[at + 4 :]}"
        at = raw.find(str(old), at + 1)


_WRITERS: dict[str, Callable[[str, Found, object, Context], Iterator[str]]] = {
    "title": _put_title,
    "url": _put_url,
    "wr": _put_wr,
    "note": _put_note,
    "year": _put_year,
}

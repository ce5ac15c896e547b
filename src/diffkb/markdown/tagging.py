"""Writes the labels of an entry: those that go are taken out, new ones follow the last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diffkb.errors import CannotWrite
from diffkb.markdown.curated import read_unit
from diffkb.markdown.cutting import cut, with_signs
from diffkb.markdown.edited import Entry, read_entry
from diffkb.markdown.transplanting import forms_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.markdown.dialect import Context


def put_tags(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with other labels: those that go are taken out, new ones follow the last."""
    raw, found, ctx, neighbours = entry
    if not isinstance(value, tuple | list) or not all(isinstance(one, str) for one in value):
        raise CannotWrite("tags", "they are no list of words")
    old = found.fields.tags
    kept = tuple(one for one in old if one in value)
    for one in old:
        if one not in value:
            raw = _without_tag(raw, ctx, one)
    new = [one for one in value if one not in old]
    if (*kept, *new) != tuple(value):
        raise CannotWrite("tags", "new ones stand after those that are there")
    for one in new:
        raw = _with_tag(Entry(raw, read_entry(raw, ctx), ctx, neighbours), one)
    yield raw


def _without_tag(raw: str, ctx: Context, tag: str) -> str:
    """Returns the block without a label."""
    found = read_entry(raw, ctx)
    tags = tuple(one for one in found.fields.tags if one != tag)
    for start, end in found.spans.get("tags", ()):
        for attempt in cut(raw, start, end, found):
            read = read_unit(attempt, ctx)
            if read is not None and read.fields == replace(found.fields, tags=tags):
                return attempt
    raise CannotWrite("tags", f"`{tag}` cannot be taken out alone")


def _with_tag(entry: Entry, tag: str) -> str:
    """Returns the block with one more label."""
    wanted = replace(entry.found.fields, tags=(*entry.found.fields.tags, tag))
    for attempt in _more_tags(entry, tag):
        read = read_unit(attempt, entry.ctx)
        if read is not None and read.fields == wanted:
            return attempt
    raise CannotWrite("tags", "this list has no place for it that diffkb can write")


def _more_tags(entry: Entry, tag: str) -> Iterator[str]:
    """Yields the block with a label after the last one, or where those near by have theirs."""
    raw, spans = entry.raw, entry.found.spans.get("tags", ())
    if not spans:
        yield from forms_of("tags", replace(entry.found.fields, tags=(tag,)), *entry)
        return
    start, end = spans[-1]
    if len(spans) > 1:
        yield raw[:end] + raw[spans[-2][1] : start] + tag + raw[end:]
    low, high = with_signs(raw, start, end)
    before, after = raw[low:start], raw[end:high]
    yield raw[:high] + " " + before + tag + after + raw[high:]
    yield raw[:high] + before + tag + after + raw[high:]
    yield raw[:end] + ", " + tag + raw[end:]

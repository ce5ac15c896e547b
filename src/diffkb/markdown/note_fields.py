"""Writes notes into entries of any dialect: in the place of the one there, or below the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import LINE_END, trailing
from diffkb.markdown.curated import read_unit
from diffkb.markdown.cutting import cut
from diffkb.markdown.rows import fill_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.markdown.edited import Entry, Neighbours

    Place = tuple[int, int]

HARD_BREAK = " \t\\"


def put_note(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with a note in place of the one there, or below the entry."""
    if value is not None and (not isinstance(value, str) or "\r" in value or not value.strip()):
        raise CannotWrite("note", "it is blank")
    spans = entry.found.spans.get("note", ())
    if spans:
        text = entry.raw[spans[0][0] : spans[-1][1]]
        start = spans[0][0] + len(text) - len(text.lstrip())
        yield from _with_note(entry, (start, start + len(text.strip())), value)
    elif value is not None:
        yield from _with_new_note(entry, value)


def _with_note(entry: Entry, place: Place, value: str | None) -> Iterator[str]:
    """Yields the block with another note in the place of the one there."""
    raw, (start, end) = entry.raw, place
    line = max(raw.rfind("\n", 0, start), raw.rfind("\r", 0, start)) + 1
    before = raw[line:start]
    if value is None:
        if entry.ctx.unit == "row":
            yield raw[:start] + raw[end:]
        elif line and not before.strip(" \t>-*+") and not _rest_of_line(raw, end):
            yield raw[: len(raw[:line].rstrip("\r\n" + HARD_BREAK))] + raw[end:]
        yield from cut(raw, start, end, entry.found)
        return
    lines = value.split("\n")
    if entry.ctx.unit == "row":
        lines = [one.replace("|", "\\|") for one in lines]
    pads = [before if not before.strip(" \t") else " " * len(before)]
    if not pads[0] and entry.ctx.unit == "item":
        pads.append(" " * entry.found.title.body)
    for pad in pads:
        newline = _newline(entry)
        yield raw[:start] + newline.join([lines[0], *_moved(lines[1:], pad)]) + raw[end:]


def _rest_of_line(raw: str, at: int) -> str:
    """Returns the words between a place and the end of its line."""
    line = LINE_END.search(raw, at)
    return raw[at : line.start() if line else len(raw)].strip(" \t")


def _moved(lines: Sequence[str], pad: str) -> list[str]:
    """Returns lines moved to the right, blank ones left blank."""
    return [pad + one if one else "" for one in lines]


def _newline(entry: Entry) -> str:
    """Returns the line end of a block."""
    line = LINE_END.search(entry.raw)
    return line[0] if line else entry.ctx.dialect.newline


def _with_new_note(entry: Entry, value: str) -> Iterator[str]:
    """Yields the block with a note where the neighbours have theirs, or below the entry."""
    raw, found, ctx, neighbours = entry
    if ctx.unit == "row":
        if "note" not in ctx.columns:
            raise CannotWrite("note", "a row has no line of its own for it")
        text = value.replace("|", "\\|")
        filled = None if "\n" in value else fill_cell(raw, ctx.columns.index("note"), text)
        if filled is not None:
            yield filled
        return
    end = _note_place(entry)
    line = LINE_END.search(raw, found.title.after)
    newline = _newline(entry)
    lines = value.split("\n")
    pad = " " * len(raw[: found.title.body].expandtabs(4)) if ctx.unit == "item" else ""
    for opening in _openings(neighbours, newline):
        yield raw[:end] + opening + newline.join(_moved(lines, pad)) + raw[end:]
    if line and ctx.unit == "para":
        # Lines of fields that follow a title end at anything else.
        yield raw[: line.start()] + newline + newline.join(lines) + raw[line.start() :]


def _note_place(entry: Entry) -> int:
    """Returns where a note goes: after the last line, within what can be opened."""
    raw = entry.raw
    end = trailing(raw)
    if entry.ctx.unit == "html":
        close = raw.lower().rfind("</details", 0, end)
        end = len(raw[: close if close >= 0 else end].rstrip())
    return end


def _openings(neighbours: Neighbours, newline: str) -> Iterator[str]:
    """Yields what may stand between an entry and the note below it."""
    blank = f"{newline}{newline}"
    for raw, near in reversed(neighbours):
        found = read_unit(raw, near)
        spans = found.spans.get("note", ()) if found else ()
        if spans:
            white = raw[: spans[0][0]].rstrip(" \t")
            if white.endswith(("\n\n", "\r\n\r\n", "\r\r")):
                yield blank
            break
    yield newline
    yield f"  {newline}"
    yield blank

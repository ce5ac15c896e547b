"""The parts of a document that may be entries: items at any depth, rows, paragraphs, headings."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb.markdown.tables import cells_of, is_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.markdown.blocks import Piece

UnitKind = Literal["item", "row", "para", "heading", "html", "other"]

_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_HASHES = re.compile(r"[ \t]{0,3}(#{1,6})(?=[^\s#!])[^\r\n]*+[\s]*+\Z")
_HTML_HEADING = re.compile(r"[ \t]{0,3}<h([1-6])(?:\s[^<>]*+)?>", re.IGNORECASE)
_LIST_ITEM = re.compile(r"(?:(?<=\n)|(?<=\r)|\A)[ \t]*+<li[\s>]", re.IGNORECASE)
_ROW = re.compile(r"(?:(?<=\n)|(?<=\r)|\A)[ \t]*+<tr(?=[\s>])", re.IGNORECASE)
_DETAILS = re.compile(r"(?:(?<=\n)|(?<=\r)|\A)[ \t]*+<details", re.IGNORECASE)
# A line that is a work by itself: it begins with a link, or with a title in bold before one.
_RUN = re.compile(
    r"[ \t]*+(?:\*\*)?(?:\[?[0-9]{1,3}[\].)]++ ?)?(?:\*\*)?\[[^\[\]!]{15,}\]\("
    r"|[ \t]*+\*\*(?!\*)[^*\r\n]{15,}+\*\*[^\r\n]*?\]\("
)


# A line with a title, a label beside it, and a break at its end.
_BROKEN = re.compile(
    r"[ \t]*+(?:[0-9]{1,3}[.)] )?+[^\W\d_][^\[\]:\r\n|]{2,}"
    r"\[(?:\[[^\[\]\r\n]*+\]|[^\[\]\r\n]++)\]\("
    r"[^\r\n]*?(?:</?br ?/?>|  |\\)[ \t]*+(?:\r\n|\n|\r|\Z)"
)


class Unit(NamedTuple):
    """A part of a document.

    Attributes:
        start: its first character.
        end: where the next unit starts.
        kind: what it is by the block rules.
        depth: how deep an item is nested, from 0.
        level: of a heading, else 0.
        mark: of a heading, its mark.
        group: units with the same number come from one table, list or piece.
        piece: the index of the top-level block.
    """

    start: int
    end: int
    kind: UnitKind
    depth: int
    level: int
    mark: str
    group: int
    piece: int


def units_of(text: str, pieces: Iterable[Piece]) -> list[Unit]:
    """Cuts top-level blocks into their units, in order."""
    found: list[Unit] = []
    group = 0
    was_item = False
    for index, piece in enumerate(pieces):
        if not (was_item and piece.kind == "item"):
            group += 1
        was_item = piece.kind == "item"
        found.extend(_units(text, piece, group, index))
    return found


def _units(text: str, piece: Piece, group: int, index: int) -> Iterator[Unit]:
    """Yields the units of a top-level block."""
    start, end = piece.start, piece.end
    if piece.kind == "heading":
        yield Unit(start, end, "heading", 0, piece.level, piece.name, group, index)
    elif piece.kind == "item":
        nested = [(start, 0), *piece.parts]
        ends = [*(at for at, _ in piece.parts), end]
        for (at, depth), stop in zip(nested, ends, strict=True):
            yield Unit(at, stop, "item", depth, 0, "", group, index)
    elif piece.name == "table":
        yield from _rows(piece, group, index)
    elif piece.name == "blockquote":
        starts = [start, *(at for at, _ in piece.parts)]
        for at, stop in pairwise([*starts, end]):
            yield Unit(at, stop, "para", 0, 0, "", group, index)
    elif piece.name == "paragraph":
        yield from _paragraph(text, piece, group, index)
    elif piece.name == "html_block":
        yield from _html(text, piece, group, index)
    else:
        yield Unit(start, end, "other", 0, 0, "", group, index)


def _rows(piece: Piece, group: int, index: int) -> Iterator[Unit]:
    """Yields the head of a table and its rows."""
    starts = [piece.start, *(at for at, _ in piece.parts)]
    ends = [*starts[1:], piece.end]
    for place, (at, stop) in enumerate(zip(starts, ends, strict=True)):
        yield Unit(at, stop, "row" if place else "other", 0, 0, "", group, index)


def _paragraph(text: str, piece: Piece, group: int, index: int) -> Iterator[Unit]:
    """Yields a paragraph, or the rows of what people mean as a table, or as a heading."""
    raw = text[piece.start : piece.end]
    hashes = _HASHES.match(raw) if raw.lstrip(" ").startswith("#") else None
    if hashes:
        yield Unit(piece.start, piece.end, "heading", 0, len(hashes[1]), "#", group, index)
        return
    lines = [line for line in _LINE.finditer(raw) if line[0].strip()]
    piped = [line for line in lines if line[0].count("|") >= 2 or _is_half_row(line[0])]
    kind: UnitKind = "para"
    if "|" in raw and len(piped) == len(lines) and ("](" in raw or "://" in raw or len(lines) > 2):
        kind = "row"
    elif len(lines) < 2 or not _is_run(lines):
        yield Unit(piece.start, piece.end, "para", 0, 0, "", group, index)
        return
    starts = [piece.start + line.start() for line in lines]
    starts[0] = piece.start
    for at, stop in zip(starts, [*starts[1:], piece.end], strict=True):
        rule = kind == "row" and is_rule(text[at:stop])
        yield Unit(at, stop, "other" if rule else kind, 0, 0, "", group, index)


def _is_half_row(line: str) -> bool:
    """Says whether a line is a row of two cells without bars around it."""
    return line.count("|") == 1 and "](" in line and all(b > a for a, b in cells_of(line))


def _is_run(lines: list[re.Match[str]]) -> bool:
    """Says whether each line of a paragraph begins a work of its own."""
    if all(_RUN.match(line[0]) for line in lines):
        return True
    return all(_BROKEN.match(line[0]) for line in lines[:-1]) and _is_broken_too(lines[-1][0])


def _is_broken_too(line: str) -> bool:
    """Says whether the last line is put like those before it, which end in a break."""
    return _BROKEN.match(line.rstrip() + "  ") is not None


def _html(text: str, piece: Piece, group: int, index: int) -> Iterator[Unit]:
    """Yields a heading in HTML, or the parts of a block that can be opened one by one."""
    raw = text[piece.start : piece.end]
    heading = _HTML_HEADING.match(raw)
    if heading and raw.lower().count("<h") == 1:
        yield Unit(piece.start, piece.end, "heading", 0, int(heading[1]), "<", group, index)
        return
    low = raw.lower()
    opening = _DETAILS if "<details" in low else _ROW if "<tr" in low else _LIST_ITEM
    starts = [piece.start + one.start() for one in opening.finditer(raw)]
    if not starts:
        yield Unit(piece.start, piece.end, "other", 0, 0, "", group, index)
        return
    if starts[0] > piece.start:
        yield Unit(piece.start, starts[0], "other", 0, 0, "", group, index)
    for at, stop in zip(starts, [*starts[1:], piece.end], strict=True):
        yield Unit(at, stop, "html", 0, 0, "", group, index)

"""The grammar of an entry: where its fields lie in its block, and what they say."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.models import Fields
from diffkb.markdown.blocks import LINE_END, cut_one, trailing
from diffkb.markdown.dialect import Form
from diffkb.markdown.inline import link_at, urls_in
from diffkb.markdown.plain import plain_text

if TYPE_CHECKING:
    from diffkb.markdown.blocks import Piece
    from diffkb.markdown.dialect import Context

_HEAD = re.compile(r"( {0,3})(?:([-+*])|([0-9]{1,9})([.)]))([ \t]++)(?=\[)")
# What nearly every entry looks like: no character in it means anything but itself.
_PLAIN_LINK = re.compile(r"\[([^\[\]\\`*_<&\r\n]++)\]\(([^\s\x00-\x1f\x7f()<>\\]++)\)")
_TAIL = re.compile(
    r"[ \t]*+(?:([.,:;。，；：])(?=[ \t\r\n]|\*\*WR=|\Z))?+"
    r"[ \t]*+(\*\*WR=(0|[1-9][0-9]{0,8})\*\*)?+"
)
# The mark after a note that is no list and no code.
_CLOSING_MARK = re.compile(r"(?<=[ \t\r\n])\*\*WR=(0|[1-9][0-9]{0,8})\*\*\Z")
_NESTED = re.compile(r"^[ \t]*+(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]|>|```|~~~)", re.MULTILINE)
_LONGEST_MARK = 20
_DELIMITER = re.compile(r"[ \t]*+(?:[-–—:,;|.]++[ \t]++)?+")
_WHITE = " \t\r\n"
TAB_STOP = 4


class Item(NamedTuple):
    """The spans of an entry in its block.

    Attributes:
        indent: blanks before the marker.
        marker: the marker itself.
        gap: what stands between marker and title.
        title: the span between the brackets.
        target: the span of the link's destination, its `<` and `>` included.
        url: the destination as written; "" for an entry without a link, as `[Title]()`.
        punctuated: the end of the link, or of the full stop after it.
        mark: the span of the worth-reading mark, empty where there is none; it stands after the
            link, or after the note.
        wr: its value.
        note: the span of the note, empty where there is none.
        opening: what stands between the link with its mark and the note, or after them.
        margin: the column of the note's first line, or -1 where it stands on the title's line.
        width: the column of the item's content.
        body_end: the end of the last line with text.
    """

    indent: str
    marker: str
    gap: str
    title: tuple[int, int]
    target: tuple[int, int]
    url: str
    punctuated: int
    mark: tuple[int, int]
    wr: int | None
    note: tuple[int, int]
    opening: str
    margin: int
    width: int
    body_end: int

    @property
    def closing(self) -> bool:
        """Whether the mark stands after the note."""
        return self.mark[0] >= self.note[1] > self.note[0]

    @property
    def dedent(self) -> int:
        """The columns that are no part of the note's lines."""
        return max(self.width, self.margin)


class _Place(NamedTuple):
    """Where a link lies: spans of its text and destination, the URL, and its end."""

    title: tuple[int, int]
    target: tuple[int, int]
    url: str
    end: int


def get_fields(raw: str, ctx: Context) -> tuple[Fields, ...]:
    """Reads the entries of a block.

    Args:
        raw: the block's text.
        ctx: what its reading depends on beside that.

    Returns:
        Its entries, one in this grammar; nothing when it is no entry.
    """
    if not ctx.dialect.own and ctx.unit:
        from diffkb.markdown.curated import read_unit

        found = read_unit(raw, ctx)
        return () if found is None else (found.fields,)
    item = read_item(raw)
    return () if item is None else (fields_of(raw, item, ctx),)


# When many are added one by one, each is written like the same neighbours.
@lru_cache(maxsize=128)
def read_item(raw: str) -> Item | None:
    """Reads a block by itself.

    Args:
        raw: its text.

    Returns:
        The spans of the entry, or None when the text is not exactly one entry.
    """
    piece = cut_one(raw)
    return None if piece is None else item_of(raw, piece)


def item_of(text: str, piece: Piece, raw: str | None = None) -> Item | None:
    """Finds the entry in a block of a text.

    Args:
        text: the text that was cut.
        piece: the block.
        raw: its own text, when that is at hand.

    Returns:
        The spans of the entry within the block, or None when it is none.
    """
    if piece.kind != "item" or piece.name != "paragraph":
        return None
    block = text[piece.start : piece.end] if raw is None else raw
    head = _HEAD.match(block)
    if head is None:
        return None
    place = _first_link(block, head.end(), piece.head_end - piece.start)
    if place is None or place.url.startswith("#"):
        return None
    return _with_tail(block, head, place)


def fields_of(raw: str, item: Item, ctx: Context) -> Fields:
    """Returns what an entry's spans say."""
    note = note_of(raw, item)
    return Fields(
        title=plain_text(raw[item.title[0] : item.title[1]]),
        url=item.url or None,
        year=ctx.year,
        year_from=None if ctx.year is None else "heading",
        wr=item.wr,
        note=note,
        mentioned=() if note is None else urls_in(note),
    )


def form_of(raw: str, item: Item) -> Form:
    """Returns the skeleton of an entry; parts that it does not show are None."""
    marked = item.mark[1] > item.mark[0] and not item.closing
    noted = item.note[1] > item.note[0]
    line_end = LINE_END.search(item.opening)
    opening = item.opening
    if line_end:
        opening = opening[: line_end.start()] + "\n"
        opening += "\n" * (len(LINE_END.findall(item.opening)) - 1)
    return Form(
        indent=item.indent,
        marker=item.marker[-1],
        gap=item.gap,
        before_mark=raw[item.punctuated : item.mark[0]] if marked else None,
        opening=opening if noted else None,
        indented=item.margin > 0,
    )


def note_of(raw: str, item: Item) -> str | None:
    r"""Returns the note as Markdown with "\n" between lines, moved to the left edge."""
    start, end = item.note
    if start == end:
        return None
    text = raw[start:end]
    if "\n" not in text and "\r" not in text:
        return text
    first, *others = LINE_END.split(text)
    return "\n".join([first, *(_moved_left(line, item.dedent) for line in others)])


def column_of(blanks: str) -> int:
    """Returns the column after blanks at the start of a line."""
    return len(blanks.expandtabs(TAB_STOP))


def _moved_left(line: str, columns: int) -> str:
    """Returns a line without its indentation up to that column; a blank line is empty."""
    column = position = 0
    while column < columns and position < len(line) and line[position] in " \t":
        column += 1 if line[position] == " " else TAB_STOP - column % TAB_STOP
        position += 1
    return line[position:] if line.strip(" \t") else ""


def _first_link(block: str, position: int, end: int) -> _Place | None:
    """Returns the link an item begins with, if its text says anything."""
    plain = _PLAIN_LINK.match(block, position, end)
    if plain:
        place = _Place(plain.span(1), plain.span(2), plain[2], plain.end())
        return place if plain[1].strip(_WHITE) else None
    link = link_at(block, position, end)
    if link is None or not plain_text(block[link.start : link.end]):
        return None
    target = link.target
    return _Place((link.start, link.end), (target.start, target.end), target.url, target.close)


def _with_tail(block: str, head: re.Match[str], place: _Place) -> Item | None:
    """Reads what follows the link: punctuation, the mark, and the note."""
    tail = _TAIL.match(block, place.end)
    if tail is None:
        return None
    punctuated = tail.end(1) if tail[1] else place.end
    mark = tail.span(2) if tail[2] else (punctuated, punctuated)
    body_end = max(len(block.rstrip(_WHITE)), mark[1])
    note_start = _note_start(block, mark[1], body_end)
    opening = block[mark[1] : note_start if note_start < body_end else trailing(block)]
    value, note_end = tail[3], max(note_start, body_end)
    closing = None if tail[2] else _closing_mark(block, note_start, body_end)
    if closing:
        mark, value = closing.span(), closing[1]
        note_end = len(block[: mark[0]].rstrip(_WHITE))
    return Item(
        indent=head[1],
        marker=head[2] or head[3] + head[4],
        gap=head[5],
        title=place.title,
        target=place.target,
        url=place.url,
        punctuated=punctuated,
        mark=mark,
        wr=int(value) if value else None,
        note=(note_start, note_end),
        opening=opening,
        margin=_margin(opening) if note_start < body_end else -1,
        width=column_of(head[0]),
        body_end=body_end,
    )


def _closing_mark(block: str, note_start: int, body_end: int) -> re.Match[str] | None:
    """Finds the mark after a note."""
    first = max(note_start + 1, body_end - _LONGEST_MARK)
    found = _CLOSING_MARK.search(block, first, body_end)
    if found is None or not block[note_start : found.start()].strip(_WHITE):
        return None
    return None if _NESTED.search(block[note_start:body_end]) else found


def _margin(opening: str) -> int:
    """Returns the column of a note after its opening, or -1 on the line of the title."""
    line = max(opening.rfind("\n"), opening.rfind("\r")) + 1
    return column_of(opening[line:]) if line else -1


def _note_start(block: str, position: int, body_end: int) -> int:
    """Returns where the note after the mark starts; where the text ends, if there is none."""
    line_end = LINE_END.search(block, position)
    end = line_end.start() if line_end else len(block)
    rest = block[position:end]
    delimiter = _DELIMITER.match(rest)
    width = delimiter.end() if delimiter else 0
    if rest[width:].strip(" \t") not in {"", "\\"}:
        return position + width
    if body_end <= end:
        return body_end if rest.strip(" \t") in {"", "\\"} else position + width
    return _skip_white(block, end)


def _skip_white(block: str, position: int) -> int:
    """Returns the first position that holds no white space."""
    return len(block) - len(block[position:].lstrip(_WHITE))

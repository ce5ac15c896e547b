"""Writes new entries in the form of those near them, and sets blocks between others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import BOM, LINE_END, cut, cut_one, trailing
from diffkb.markdown.dialect import Context, Form
from diffkb.markdown.document import blank_lines
from diffkb.markdown.entries import form_of, get_fields, item_of, read_item
from diffkb.markdown.forms import common_form, commonest
from diffkb.markdown.tables import is_rule
from diffkb.markdown.writing import destination_text, mark_text, put_fields, title_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.blocks import Piece
    from diffkb.markdown.crediting import Facts
    from diffkb.markdown.document import BlockKind
    from diffkb.markdown.imitating import New

_NUMBERED = (".", ")")
_HIGHEST_NUMBER = 999_999_999
# A note of one line in which nothing can begin a block that swallows what follows.
_PLAIN_NOTE = re.compile(r"[^`~<\r\n]*+")
_UNWRITABLE = ("links", "read", "tags", "venue", "authors")


def write_entry(
    fields: Fields, neighbours: Sequence[Sequence[tuple[str, Context]]], ctx: Context
) -> str:
    """Writes a new entry.

    Args:
        fields: what it shall say; its year is that of the group it goes to.
        neighbours: blocks and contexts of the year group's entries, of the section's, of the
            document's, each in order and so that the nearest stands last.
        ctx: the context it is going to have.

    Returns:
        Its text without the line end after it. The form is the commonest one near by; where it
        cannot hold the fields, the document's, then the project's own.

    Raises:
        CannotWrite: none of these forms can hold the fields.
    """
    if ctx.unit:
        return write_new(fields, neighbours, ctx).text
    return _in_own_form(fields, neighbours, ctx)


def write_new(
    fields: Fields,
    neighbours: Sequence[Sequence[tuple[str, Context]]],
    ctx: Context,
    facts: Facts | None = None,
) -> New:
    """Writes a new entry of a list in any dialect.

    Args:
        fields: what it shall say; a year that neither the heading above nor the form near by
            shows is left out.
        neighbours: blocks and contexts of the year group's entries, of the section's, of the
            document's, each in order and so that the nearest stands last.
        ctx: the context it is going to have, but for unit and columns: these come with the form.
        facts: authors and venue, said where the form has a place for them.

    Returns:
        The entry and its context. Its form is the commonest one near by that holds the fields,
        else the project's own.

    Raises:
        CannotWrite: none of these forms can hold the fields.
    """
    from diffkb.markdown.imitating import New, write_like

    if ctx.dialect.own:
        return New(_in_own_form(fields, neighbours, ctx), ctx)
    nearest = next((group for group in neighbours if group), ())
    in_table = bool(nearest) and all(near.unit == "row" for _, near in nearest)
    if in_table:
        # Below a table an item of some other section would be a stranger.
        neighbours = [[one for one in group if one[1].unit == "row"] for group in neighbours]
    new = write_like(fields, neighbours, ctx, facts)
    if new is not None:
        return new
    if in_table:
        raise CannotWrite(_too_much(fields, neighbours, ctx), "a row of this table cannot hold it")
    return write_plain(fields, neighbours, ctx)


def write_plain(
    fields: Fields, neighbours: Sequence[Sequence[tuple[str, Context]]], ctx: Context
) -> New:
    """Writes a new entry of a list in any dialect in the project's own form.

    What it does not show is left out: a year that is not that of the group above.

    Raises:
        CannotWrite: that form cannot hold the fields.
    """
    from diffkb.markdown.imitating import New

    ctx = ctx._replace(unit="item", columns=())
    return New(_in_own_form(replace(fields, year=ctx.year), neighbours, ctx), ctx)


def _too_much(
    fields: Fields, neighbours: Sequence[Sequence[tuple[str, Context]]], ctx: Context
) -> str:
    """Returns the first field without which the others could be written."""
    from diffkb.markdown.imitating import write_like

    for name, empty in (("note", None), ("wr", None), ("links", ()), ("tags", ()), ("url", None)):
        fewer: dict[str, Any] = {name: empty}
        if getattr(fields, name) != empty and write_like(replace(fields, **fewer), neighbours, ctx):
            return name
    return "title"


def _in_own_form(
    fields: Fields, neighbours: Sequence[Sequence[tuple[str, Context]]], ctx: Context
) -> str:
    """Returns a new entry as a linked title, with mark and note."""
    _refuse_unwritable(fields, ctx)
    near = common_form(_forms(neighbours), ctx.dialect.form)
    number = _next_number(neighbours) if near.marker in _NUMBERED else 1
    refused = CannotWrite("entry", "no form of this list holds it")
    for form in dict.fromkeys((near, ctx.dialect.form, Form())):
        try:
            return _written_entry(fields, form, number, ctx)[0]
        except CannotWrite as error:
            refused = error
    raise refused


def write_own(fields: Fields, form: Form, ctx: Context) -> tuple[str, Fields]:
    """Writes a new entry in the project's own form, for a list that is written in it.

    Args:
        fields: what it shall say; its year is that of the group it goes to.
        form: that of its neighbours, without a number; where it cannot hold the fields, the
            document's is taken, then the plainest.
        ctx: the context it is going to have.

    Returns:
        Its text without the line end after it, and what it reads as whatever follows it.

    Raises:
        CannotWrite: none of these forms can hold the fields.
    """
    _refuse_unwritable(fields, ctx)
    refused = CannotWrite("entry", "no form of this list holds it")
    for one in dict.fromkeys((form, ctx.dialect.form, Form())):
        try:
            raw, read = _written_entry(fields, one, 1, ctx)
            if fields.note is not None and not _PLAIN_NOTE.fullmatch(fields.note):
                check_window([("entry", f"{raw}\n\n"), ("entry", "- [a](b)\n")], field="note")
                check_window([("entry", f"{raw}\n\n"), ("heading", "# a\n")], field="note")
        except CannotWrite as error:
            refused = error
        else:
            return raw, read
    raise refused


def insert_block(
    before: str | None,
    new: str,
    after: str | None,
    ctx: Context,
    *,
    gap: int | None = None,
    units: tuple[str, str, str] | None = None,
) -> tuple[str | None, str]:
    """Sets a new block between two.

    Args:
        before: the block it goes after, or None at the very start.
        new: its text, without the line end after it.
        after: the block it goes before, or None at the very end.
        ctx: its context.
        gap: the blank lines between two entries; by default as is usual in the document.
        units: what the three are by the block rules, where that is known; by default it is seen.

    Returns:
        The block before as it must be stored now, and the new one. Joined they are the block
        before with something put in: before the blank lines at its end where it is one like the
        new one, else after them. What goes last ends as the document ended.
    """
    gap = ctx.dialect.gap if gap is None else gap
    newline = ctx.dialect.newline
    earlier, own, later = units or (unit_of(before), unit_of(new), unit_of(after))
    gap = {"row": 0, "item": gap}.get(own, max(gap, 1))
    between = gap if own in {"item", "row"} and (after is None or later == own) else max(gap, 1)
    closing = newline * (between + 1)
    if before is None or before == BOM:
        return before, new + (closing if after is not None else newline)
    end = trailing(before)
    white = before[end:]
    if (own == earlier and own != "heading") or (own == "row" and earlier == "table"):
        return before[:end] + _line_ends(white, gap + 1, newline), new + white
    tight = after is not None and earlier in {"heading", "item"} and own == "item"
    opened = before[:end] + white + newline * max(0, (1 if tight else 2) - _count(white))
    return opened, new + (white if after is None else closing)


def unit_of(raw: str | None, ctx: Context | None = None) -> str:
    """Returns what a block is by the block rules.

    Args:
        raw: its text; None for no block.
        ctx: of an entry, its context.

    Returns:
        "item", "row", "para", "heading", "html", "table" for what ends with a table's head, or
        "other".
    """
    if ctx is not None and ctx.unit:
        return ctx.unit
    if raw is None:
        return "other"
    piece = cut_one(raw)
    if piece is None or piece.kind == "prose":
        last = raw.rstrip(" \t\r\n").rpartition("\n")[2]
        return "table" if "|" in last and is_rule(last) else "other"
    return piece.kind


def check_window(
    blocks: Sequence[tuple[BlockKind, str]], *, at_start: bool = False, field: str = "change"
) -> None:
    """Makes sure that blocks which stand together read as they do alone.

    A block's reading depends on nothing before it, so a few blocks around an edit stand for the
    whole document.

    Args:
        blocks: kinds and texts, in order, the last of them one that the edit left alone.
        at_start: whether the first one is the document's first.
        field: what was changed, for the error.

    Raises:
        CannotWrite: the blocks would be cut differently, or one would read otherwise.
    """
    text = "".join(raw for _, raw in blocks)
    position = 0
    pieces = cut(text, at_start=at_start)
    for kind, raw in blocks:
        piece = next(pieces, None)
        same = piece is not None and (piece.start, piece.end) == (position, position + len(raw))
        if piece is None or not same or not _reads_alike(piece, kind, raw, text):
            first = raw.strip().split("\n", 1)[0][:60]
            raise CannotWrite(field, f"what stands near it would be read otherwise: {first}")
        position += len(raw)


def usual_gap(raws: Iterable[str], default: int = 1) -> int:
    """Returns the commonest number of blank lines at the ends of blocks.

    Args:
        raws: the blocks of entries that are followed by another one.
        default: what to return without any.
    """
    return commonest((blank_lines(raw) for raw in raws), default)


def _refuse_unwritable(fields: Fields, ctx: Context) -> None:
    """Refuses fields that this grammar has no place for."""
    if fields.year != ctx.year:
        raise CannotWrite("year", "it is given by the heading above")
    for name in _UNWRITABLE:
        if getattr(fields, name):
            raise CannotWrite(name, "the form of this list has no place for it")


def _written_entry(fields: Fields, form: Form, number: int, ctx: Context) -> tuple[str, Fields]:
    """Returns an entry in one form, and what it reads as.

    Raises:
        CannotWrite: the form cannot hold the fields.
    """
    marker = f"{number}{form.marker}" if form.marker in _NUMBERED else form.marker
    head = f"{form.indent}{marker}{form.gap}"
    raw = f"{head}[{title_text(fields.title)}]({destination_text(fields.url)})"
    if fields.wr is not None:
        before_mark = " " if form.before_mark is None else form.before_mark
        raw += before_mark + mark_text(fields.wr, ctx)
    written_in = Context(ctx.dialect._replace(form=form), ctx.year)
    if fields.note is not None:
        raw = put_fields({"note": fields.note}, raw, written_in)
    read = next(iter(get_fields(raw, ctx)), None)
    for name in ("title", "url", "wr", "note"):
        if read is None or getattr(read, name) != getattr(fields, name):
            raise CannotWrite(name, "it would read otherwise in this list")
    return raw, cast("Fields", read)


def _forms(neighbours: Iterable[Sequence[tuple[str, Context]]]) -> Iterator[list[Form]]:
    """Yields the forms of each group; a far group is read only when it is asked for."""
    for group in neighbours:
        yield [form_of(raw, item) for raw, _ in group if (item := read_item(raw))]


def _next_number(neighbours: Iterable[Sequence[tuple[str, Context]]]) -> int:
    """Returns the number after those of the nearest group: theirs, where all have the same one."""
    for group in neighbours:
        items = [item for raw, _ in group if (item := read_item(raw))]
        numbers = [int(item.marker[:-1]) for item in items if item.marker[-1] in _NUMBERED]
        if len(numbers) > 1 and len(set(numbers)) == 1:
            return numbers[0]
        if numbers:
            return min(numbers[-1] + 1, _HIGHEST_NUMBER)
    return 1


def _count(white: str) -> int:
    """Returns the number of line ends."""
    return len(LINE_END.findall(white))


def _line_ends(white: str, count: int, newline: str) -> str:
    """Returns that many line ends, first those that are there."""
    ends = list(_ends(white))
    if len(ends) >= count:
        return white[: ends[count - 1]]
    return white[: ends[-1] if ends else 0] + newline * (count - len(ends))


def _ends(white: str) -> Iterator[int]:
    """Yields where each line of blanks ends."""
    return (found.end() for found in LINE_END.finditer(white))


def _reads_alike(piece: Piece, kind: BlockKind, raw: str, text: str) -> bool:
    """Says whether a block reads among others as it does alone."""
    if piece.kind == "heading" or kind == "heading":
        alone = cut_one(raw)
        same = alone is not None and (alone.kind, alone.level) == (piece.kind, piece.level)
        return same and piece.kind == kind
    return (kind == "entry") == (item_of(text, piece, raw) is not None)

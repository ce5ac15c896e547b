"""Writes headings: new ones in the form of their siblings, and other names into those there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import cut_one, trailing
from diffkb.markdown.dialect import Context
from diffkb.markdown.forms import commonest
from diffkb.markdown.headings import content_span, read_heading
from diffkb.markdown.plain import plain_text, written

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETEXT = {1: "=", 2: "-"}
_YEAR = re.compile(r"[0-9]{4}")


def write_heading(
    level: int, name: str, neighbours: Sequence[str] = (), ctx: Context | None = None
) -> str:
    """Writes a new heading.

    Args:
        level: 1 to 6.
        name: its plain text; four digits make it a year group.
        neighbours: the blocks of its siblings, the nearest last.
        ctx: the context, for the line end of an underlined one.

    Returns:
        Its text without the line end after it, in the commonest form of its siblings.

    Raises:
        CannotWrite: the name would not read as it was given.
    """
    _refuse_blank(name)
    styles = [style for raw in neighbours if (style := _style_of(raw, level))]
    newline = (ctx or Context()).dialect.newline
    for style in dict.fromkeys((commonest(styles, _Style()), _Style())):
        text = _styled(level, name, style, newline)
        if text is not None:
            return text
    raise CannotWrite("section", "the name is not one line, or reads otherwise as a heading")


def rename_heading(raw: str, name: str) -> str:
    """Writes another name into a heading's block.

    Args:
        raw: the block.
        name: its new plain text.

    Returns:
        The block as it shall be.

    Raises:
        CannotWrite: the name would not read as it was given.
    """
    _refuse_blank(name)
    piece = cut_one(raw)
    if piece is None or piece.kind != "heading":
        raise CannotWrite("section", "there is no heading in its block")
    start, end = content_span(raw, piece.name)
    if plain_text(raw[start:end]) == name:
        return raw
    before = raw[:start] if raw[start - 1 : start] in {" ", "\t"} else raw[:start] + " "
    before = before if piece.name == "#" else raw[:start]

    def reads(text: str) -> bool:
        return _reads(before + text + raw[end:], piece.level, name, piece.name)

    text = written(name, reads)
    if text is None:
        raise CannotWrite("section", "the name is not one line, or reads otherwise as a heading")
    return before + text + raw[end:]


class _Style(NamedTuple):
    """The skeleton of a heading; `before` and `after` stand around a year."""

    indent: str = ""
    gap: str = " "
    closing: str = ""
    underlined: bool = False
    before: str = ""
    after: str = ""


def _refuse_blank(name: str) -> None:
    """Refuses a name without words."""
    if not name.strip():
        raise CannotWrite("section", "its name is blank")


def _style_of(raw: str, level: int) -> _Style | None:
    """Returns the skeleton of a heading, or None for other blocks."""
    piece = cut_one(raw)
    if piece is None or piece.kind != "heading":
        return None
    start, end = content_span(raw, piece.name)
    before, after = _around_year(raw[start:end])
    if piece.name != "#":
        return _Style(raw[:start], underlined=True, before=before, after=after)
    opening = raw[:start]
    hashes = opening.strip(" \t")
    indent, _, gap = opening.partition(hashes)
    closing = raw[end : trailing(raw)]
    ending = closing.rstrip("# \t") if closing.strip(" \t") else ""
    closing = closing[len(ending) :].rstrip(" \t").replace("#" * piece.level, "#" * level)
    return _Style(indent, gap or " ", closing, before=before, after=after)


def _around_year(content: str) -> tuple[str, str]:
    """Returns what stands around the year of a year group."""
    year = _YEAR.search(content)
    return (content[: year.start()], content[year.end() :]) if year else ("", "")


def _styled(level: int, name: str, style: _Style, newline: str) -> str | None:
    """Returns a heading in one form, or None when it would read otherwise."""
    if _YEAR.fullmatch(name):
        text = _shaped(level, f"{style.before}{name}{style.after}", style, newline)
        piece = cut_one(text)
        if piece and piece.kind == "heading" and piece.level == level:
            heading = read_heading(text, level, piece.name)
            if heading.role == "year" and heading.year == int(name):
                return text

    def reads(content: str) -> bool:
        return _reads(_shaped(level, content, style, newline), level, name)

    content = written(name, reads)
    return None if content is None else _shaped(level, content, style, newline)


def _shaped(level: int, content: str, style: _Style, newline: str) -> str:
    """Returns a heading's text."""
    if style.underlined and level in _SETEXT:
        return f"{style.indent}{content}{newline}{_SETEXT[level] * max(3, len(content))}"
    return f"{style.indent}{'#' * level}{style.gap}{content}{style.closing}"


def _reads(raw: str, level: int, name: str, mark: str | None = None) -> bool:
    """Says whether a text is one heading of that level and name."""
    piece = cut_one(raw)
    if piece is None or piece.kind != "heading" or piece.level != level:
        return False
    return mark in {None, piece.name} and read_heading(raw, level, piece.name).name == name

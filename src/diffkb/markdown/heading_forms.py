"""Writes headings: new ones in the form of their siblings, other names and levels into theirs."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import cut_one, trailing
from diffkb.markdown.dialect import Context
from diffkb.markdown.forms import commonest
from diffkb.markdown.headings import Heading, content_span, read_heading
from diffkb.markdown.plain import plain_text, written
from diffkb.markdown.units import units_of
from diffkb.markdown.writing import wrapper_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SETEXT = {1: "=", 2: "-"}
_YEAR = re.compile(r"[0-9]{4}")
_ALIGNED = re.compile(r"\salign=(?:\"\w+\"|'\w+'|\w+)", re.IGNORECASE)
_TAGS = re.compile(r"(?<=<h)[1-6]|(?<=</h)[1-6]", re.IGNORECASE)
_DEEPEST = 6


def write_heading(
    level: int, name: str, neighbours: Sequence[str] = (), ctx: Context | None = None
) -> str:
    """Writes a new heading.

    Args:
        level: 1 to 6.
        name: its plain text; four digits make it a year group.
        neighbours: the blocks of its siblings, the nearest last.
        ctx: the context, for the line end of an underlined one, and for whether tags make one.

    Returns:
        Its text without the line end after it, in the commonest form of its siblings.

    Raises:
        CannotWrite: the name would not read as it was given.
    """
    _refuse_blank(name)
    dialect = (ctx or Context()).dialect
    styles = [style for raw in neighbours if (style := _style_of(raw, level, own=dialect.own))]
    usual = commonest(styles, _Style())
    for style in dict.fromkeys((usual, usual._replace(wrapper=""), _Style())):
        text = _styled(level, name, style, dialect.newline)
        if text is not None:
            return text
    raise CannotWrite("section", "the name is not one line, or reads otherwise as a heading")


def rename_heading(raw: str, name: str, *, own: bool = True) -> str:
    """Writes another name into a heading's block.

    Marks of emphasis, links and pictures around the name stay.

    Args:
        raw: the block.
        name: its new plain text.
        own: whether the list is in the project's own form, in which tags make no heading.

    Returns:
        The block as it shall be.

    Raises:
        CannotWrite: the name would not read as it was given.
    """
    _refuse_blank(name)
    head = _find(raw, own=own)
    if head is None:
        raise CannotWrite("section", "there is no heading in its block")
    if head.heading.name == name:
        return raw
    for before, after in _around_name(raw, head):
        text = _named(name, before, after, head._replace(heading=head.heading._replace(name=name)))
        if text is not None:
            return text
    raise CannotWrite("section", "the name is not one line, or reads otherwise as a heading")


def move_heading(raw: str, level: int, *, own: bool = True) -> str:
    """Gives a heading another level: its marks alone change.

    One that is underlined gets hashes where its new level knows no line under it.

    Args:
        raw: the block.
        level: the new one.
        own: as for `rename_heading`.

    Returns:
        The block as it shall be.

    Raises:
        CannotWrite: there is no such level, or it would read otherwise there.
    """
    head = _find(raw, own=own)
    if head is None:
        raise CannotWrite("section", "there is no heading in its block")
    if level == head.heading.level:
        return raw
    if not 1 <= level <= _DEEPEST:
        raise CannotWrite("section", f"a heading would be of level {level}, and 1 to 6 is all")
    text = _levelled(raw, level, head)
    wanted = head._replace(heading=head.heading._replace(level=level), mark="")
    if not _reads(text, wanted):
        raise CannotWrite("section", f'"{head.heading.name}" would read otherwise at level {level}')
    return text


def find_heading(raw: str, *, own: bool = True) -> Heading | None:
    """Returns what the heading in a block says, or None where there is none."""
    head = _find(raw, own=own)
    return None if head is None else head.heading


class _Head(NamedTuple):
    """A heading in its block: what it says, what makes it one, where its words stand."""

    heading: Heading
    mark: str
    own: bool
    words: tuple[int, int] = (0, 0)


class _Style(NamedTuple):
    """The skeleton of a heading; `before` and `after` stand around a year."""

    indent: str = ""
    gap: str = " "
    closing: str = ""
    underlined: bool = False
    before: str = ""
    after: str = ""
    wrapper: str = ""
    tag: str | None = None


def _refuse_blank(name: str) -> None:
    """Refuses a name without words."""
    if not name.strip():
        raise CannotWrite("section", "its name is blank")


def _find(raw: str, *, own: bool) -> _Head | None:
    """Returns the heading that a block is, or None."""
    piece = cut_one(raw)
    if piece is None:
        return None
    if piece.kind == "heading":
        level, mark = piece.level, piece.name
    else:
        units = [] if own else units_of(raw, [piece])
        if len(units) != 1 or units[0].kind != "heading":
            return None
        level, mark = units[0].level, units[0].mark
    return _Head(read_heading(raw, level, mark), mark, own, content_span(raw, mark))


def _reads(raw: str, wanted: _Head) -> bool:
    """Says whether a text is one heading of that level and name; any mark is that of ""."""
    found = _find(raw, own=wanted.own)
    if found is None or wanted.mark not in {"", found.mark}:
        return False
    return found.heading[:2] == wanted.heading[:2]


def _around_name(raw: str, head: _Head) -> Iterator[tuple[str, str]]:
    """Yields what stays of a heading on each side of its name: as much as can, then its marks."""
    start, end = head.words
    words, name = raw[start:end], head.heading.name
    at = words.find(name) if name else -1
    before, after = words[:at], words[at + len(name) :]
    if at >= 0 and plain_text(f"{before}x{after}") == "x":
        yield raw[:start] + before, after + raw[end:]
    blank = " " if start == end and head.mark == "#" else ""
    yield raw[:start] + blank, raw[end:]


def _named(name: str, before: str, after: str, wanted: _Head) -> str | None:
    """Returns a heading with a name between what stays, or None when it would read otherwise."""

    def reads(text: str) -> bool:
        return _reads(before + text + after, wanted)

    if wanted.mark == "<":
        # Within tags a backslash escapes nothing.
        forms = (html.escape(name, quote=False), name)
        text = next((form for form in forms if reads(form)), None)
    else:
        text = written(name, reads)
    return None if text is None else before + text + after


def _levelled(raw: str, level: int, head: _Head) -> str:
    """Returns a heading with the marks of another level."""
    start, end = head.words
    old = head.heading.level
    if head.mark == "<":
        return _TAGS.sub(str(level), raw)
    if head.mark == "#":
        opening = raw[:start].replace("#" * old, "#" * level, 1)
        closing = raw[end:].replace("#" * old, "#" * level, 1)
        return opening + raw[start:end] + closing
    if level in _SETEXT:
        return raw[:end] + raw[end:].replace(_SETEXT[old], _SETEXT[level])
    words = raw[start:end]
    if "\n" in words or "\r" in words:
        raise CannotWrite("section", f'"{head.heading.name}" takes several lines')
    return f"{raw[:start]}{'#' * level} {words}{raw[trailing(raw) :]}"


def _style_of(raw: str, level: int, *, own: bool) -> _Style | None:
    """Returns the skeleton of a heading, or None for other blocks."""
    head = _find(raw, own=own)
    if head is None:
        return None
    start, end = head.words
    if head.heading.role == "year":
        before, after = _around_year(raw[start:end])
        style = _Style(before=before, after=after)
    else:
        style = _Style(wrapper=wrapper_of(raw[start:end]))
    if head.mark == "<":
        aligned = _ALIGNED.search(raw, 0, raw.find(">"))
        return style._replace(tag=aligned[0] if aligned else "")
    if head.mark != "#":
        return style._replace(indent=raw[:start], underlined=True)
    opening = raw[:start]
    hashes = opening.strip(" \t")
    indent, _, gap = opening.partition(hashes)
    closing = raw[end : trailing(raw)]
    ending = closing.rstrip("# \t") if closing.strip(" \t") else ""
    closing = closing[len(ending) :].rstrip(" \t")
    closing = closing.replace("#" * head.heading.level, "#" * level)
    return style._replace(indent=indent, gap=gap or " ", closing=closing)


def _around_year(content: str) -> tuple[str, str]:
    """Returns what stands around the year of a year group."""
    year = _YEAR.search(content)
    return (content[: year.start()], content[year.end() :]) if year else ("", "")


def _styled(level: int, name: str, style: _Style, newline: str) -> str | None:
    """Returns a heading in one form, or None when it would read otherwise."""
    own = style.tag is None
    if _YEAR.fullmatch(name):
        text = _shaped(level, f"{style.before}{name}{style.after}", style, newline)
        found = _find(text, own=own)
        if found and found.heading.level == level and found.heading.role == "year":
            return text if found.heading.year == int(name) else None
    inside = _shaped(level, f"{style.wrapper}\0{style.wrapper}", style, newline)
    before, _, after = inside.partition("\0")
    mark = "" if own else "<"
    wanted = _Head(Heading(level, name, "section", None), mark, own)
    if style.underlined:
        # The line under it is as long as the name.
        words = written(name, lambda one: _reads(_shaped(level, one, style, newline), wanted))
        return None if words is None else _shaped(level, words, style, newline)
    return _named(name, before, after, wanted)


def _shaped(level: int, content: str, style: _Style, newline: str) -> str:
    """Returns a heading's text."""
    if style.tag is not None:
        return f"<h{level}{style.tag}>{content}</h{level}>"
    if style.underlined and level in _SETEXT:
        return f"{style.indent}{content}{newline}{_SETEXT[level] * max(3, len(content))}"
    return f"{style.indent}{'#' * level}{style.gap}{content}{style.closing}"

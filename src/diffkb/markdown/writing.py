"""Writes an entry's fields back into its block, so that nothing but the field's span changes.

Whatever is written is read again before it is given out: a value that would not come back as it was
given is refused, and the field named.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diffkb.errors import CannotWrite, YearInHeading
from diffkb.markdown.blocks import LINE_END, trailing
from diffkb.markdown.dialect import WR_SCALE
from diffkb.markdown.entries import Item, fields_of, note_of, read_item
from diffkb.markdown.inline import destination, link_at, urls_in
from diffkb.markdown.plain import plain_text, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from diffkb.core.models import Fields
    from diffkb.markdown.dialect import Context

_WRAPPERS = ("**", "__", "*", "_")


def put_fields(changes: Mapping[str, object], raw: str, ctx: Context, index: int = 0) -> str:
    """Writes fields of an entry.

    Args:
        changes: names of `Fields` and the values they shall have; a value that is there already
            changes nothing.
        raw: the entry's block.
        ctx: what its reading depends on beside that.
        index: which entry of the block.

    Returns:
        The block as it shall be; it reads as exactly the fields before with the changes.

    Raises:
        CannotWrite: a value cannot be written so that it reads the same.
    """
    if not ctx.dialect.own and ctx.unit and index == 0:
        from diffkb.markdown.rewriting import put_curated

        return put_curated(changes, raw, ctx)
    item = read_item(raw) if index == 0 else None
    if item is None:
        raise CannotWrite(next(iter(changes), "entry"), "there is no such entry in its block")
    fields = fields_of(raw, item, ctx)
    for name, value in changes.items():
        if name != "mentioned" and value != getattr(fields, name, None):
            raw, fields = _put(name, value, raw, fields, ctx)
    if changes.get("mentioned", fields.mentioned) != fields.mentioned:
        raise CannotWrite("mentioned", "it is what the note links to; change the note")
    return raw


def title_text(value: str, wrapper: str = "") -> str:
    """Returns the Markdown between the brackets of a link that says the title.

    Args:
        value: the title.
        wrapper: the marks of emphasis around the whole of it.

    Raises:
        CannotWrite: the title is blank, or holds white space that reads otherwise.
    """

    def reads(text: str) -> bool:
        inside = f"{wrapper}{text}{wrapper}"
        link = link_at(f"[{inside}](-)", 0, len(inside) + 5)
        return link is not None and link.end == len(inside) + 1 and plain_text(inside) == value

    if not value.strip(" \t\r\n"):
        raise CannotWrite("title", "it is blank")
    text = written(value, reads, always=wrapper and wrapper[0] + "`\\")
    if text is None:
        raise CannotWrite("title", "it is not one line with single blanks between its words")
    return f"{wrapper}{text}{wrapper}"


def destination_text(url: object) -> str:
    """Returns the Markdown between the parentheses of a link; nothing for an entry without one.

    Raises:
        CannotWrite: it is no URL, or one that ends a link or leads into the document.
    """
    if url is None:
        return ""
    if not isinstance(url, str) or not url:
        raise CannotWrite("url", "it is blank")
    if url.startswith("#"):
        raise CannotWrite("url", "links within the list are its table of contents")
    text = destination(url)
    if text is None:
        raise CannotWrite("url", "its angle brackets, backslashes or line ends would end the link")
    return text


def mark_text(wr: object, ctx: Context) -> str:
    """Returns the worth-reading mark.

    Raises:
        CannotWrite: the value is not on the list's scale.
    """
    low, high = ctx.dialect.scale or WR_SCALE
    if not isinstance(wr, int) or isinstance(wr, bool) or not low <= wr <= high:
        raise CannotWrite("wr", f"its scale goes from {low} to {high}")
    return f"**WR={wr}**"


def _put(name: str, value: object, raw: str, fields: Fields, ctx: Context) -> tuple[str, Fields]:
    """Writes one field, and returns the block and what it reads as."""
    if name == "year":
        raise YearInHeading
    writer = _WRITERS.get(name)
    if writer is None:
        raise CannotWrite(name, "its form has no place for it")
    changed: dict[str, Any] = {name: value}
    wanted = replace(fields, **changed)
    if name == "note":
        wanted = replace(wanted, mentioned=urls_in(value) if isinstance(value, str) else ())
    for attempt in writer(raw, _item(raw), value, ctx):
        if _fields(attempt, ctx) == wanted:
            return attempt, wanted
    raise CannotWrite(name, "the entry would end early, or read otherwise")


def _item(raw: str) -> Item:
    """Returns the spans of what is known to be an entry."""
    item = read_item(raw)
    if item is None:
        raise CannotWrite("entry", "there is no such entry in its block")
    return item


def _fields(raw: str, ctx: Context) -> Fields | None:
    """Returns what a block says, or None when it is no entry."""
    item = read_item(raw)
    return None if item is None else fields_of(raw, item, ctx)


def _put_title(raw: str, item: Item, value: object, ctx: Context) -> Iterator[str]:  # noqa: ARG001 - one shape for all fields
    """Yields the block with another title, in the emphasis of the one before."""
    if not isinstance(value, str):
        raise CannotWrite("title", "an entry of this list is a link, and needs words")
    start, end = item.title
    before = raw[start:end]
    start += len(before) - len(before.lstrip(" \t\r\n"))
    end -= len(before) - len(before.rstrip(" \t\r\n"))
    yield raw[:start] + title_text(value, wrapper_of(raw[start:end])) + raw[end:]


def wrapper_of(text: str) -> str:
    """Returns the marks of emphasis around the whole of a title, or nothing."""
    for wrapper in _WRAPPERS:
        inner = text[len(wrapper) : -len(wrapper)]
        if not inner or not (text.startswith(wrapper) and text.endswith(wrapper)):
            continue
        bare = inner.replace("\\\\", "").replace("\\" + wrapper[0], "").replace("\\`", "")
        ragged = inner[0].isspace() or inner[-1].isspace() or bare.endswith("\\")
        if not (ragged or wrapper[0] in bare or "`" in bare):
            return wrapper
    return ""


def _put_url(raw: str, item: Item, value: object, ctx: Context) -> Iterator[str]:  # noqa: ARG001 - as above
    """Yields the block with another destination."""
    start, end = item.target
    yield raw[:start] + destination_text(value) + raw[end:]


def _put_wr(raw: str, item: Item, value: object, ctx: Context) -> Iterator[str]:
    """Yields the block with another mark, a new one, or none."""
    start, end = item.mark
    if value is None:
        yield raw[: item.note[1] if item.closing else item.punctuated] + raw[end:]
        return
    mark = mark_text(value, ctx)
    if item.wr is None:
        mark = (ctx.dialect.form.before_mark or " ") + mark
    yield raw[:start] + mark + raw[end:]


def _put_note(raw: str, item: Item, value: object, ctx: Context) -> Iterator[str]:
    """Yields the block with another note, a new one, or none, in the ways it may be written."""
    if value is None:
        if item.closing:
            mark = (ctx.dialect.form.before_mark or " ") + raw[slice(*item.mark)]
            yield raw[: item.punctuated] + mark + raw[trailing(raw) :]
        else:
            yield raw[: item.mark[1]] + raw[trailing(raw) :]
        return
    if not isinstance(value, str) or not value.strip(" \t\r\n"):
        raise CannotWrite("note", "it is blank")
    if value != value.strip(" \t\n") or "\r" in value:
        raise CannotWrite("note", "it begins or ends with white space, or holds a lone CR")
    lines = value.split("\n")
    place = _NotePlace(raw, item, ctx)
    if place.may_move and not place.lazily(lines):
        raise CannotWrite("note", "it begins like a block of its own")
    yield from place.ways(lines)


class _NotePlace:
    """Where the lines of a note go in an entry."""

    def __init__(self, raw: str, item: Item, ctx: Context) -> None:
        self.raw = raw
        self.item = item
        self.ctx = ctx
        line_end = LINE_END.search(raw)
        self.newline = line_end[0] if line_end else ctx.dialect.newline
        self.moved = " " * item.width
        if item.note[0] < item.note[1]:
            self._where_it_stands()
        else:
            self._where_it_would_stand()

    @property
    def may_move(self) -> bool:
        """Whether this entry moves its notes to the right where its document does not."""
        return self.pad == self.moved and not self.ctx.dialect.form.indented

    def ways(self, lines: list[str]) -> Iterator[str]:
        """Yields the block with these lines as its note, the plainest way first."""
        yield self._with(lines, self.pad, deep=False)
        yield self._with(lines, self.pad, deep=True)
        if self.pad == "" and not self.ctx.dialect.form.indented:
            yield self._with(lines, self.moved, deep=True)

    def lazily(self, lines: list[str]) -> bool:
        """Says whether these lines can be a note that begins at the left edge."""
        note = "\n".join(lines)
        for deep in (False, True):
            fields = _fields(self._with(lines, "", deep=deep), self.ctx)
            if fields and fields.note == note:
                return True
        return False

    def _where_it_stands(self) -> None:
        """Takes over the form of the note that is there.

        A note that stands under the title only because it begins like a block of its own says
        nothing about the form of others.
        """
        start, end = self.item.note
        opening = self.item.opening
        line = max(opening.rfind("\n"), opening.rfind("\r")) + 1
        self.same_line = line == 0
        self.pad = opening[line:] if line else ""
        self.before = self.raw[: start - len(self.pad)]
        self.after = self.raw[end:]
        if not self.same_line and self.may_move:
            note = note_of(self.raw, self.item) or ""
            if not self.lazily(note.split("\n")):
                self.pad = ""

    def _where_it_would_stand(self) -> None:
        """Makes a place in the document's form."""
        form = self.ctx.dialect.form
        opening = form.opening or "  \n"
        shown, line_end, more = opening.partition("\n")
        self.same_line = not line_end
        if line_end:
            kept = self.item.opening or shown
            opening = kept + self.newline * (1 + len(more))
        self.pad = self.moved if form.indented and line_end else ""
        self.before = self.raw[: self.item.mark[1]] + opening
        self.after = self.raw[trailing(self.raw) :]

    def _with(self, lines: list[str], pad: str, *, deep: bool) -> str:
        """Returns the block with these lines; deep ones all stand at least under the title."""
        inside = pad if len(pad) > len(self.moved) else self.moved
        beside = self.moved if self.same_line else pad
        out = [pad + lines[0]]
        after_blank = False
        for line in lines[1:]:
            after_blank = after_blank or not line
            under = deep or after_blank or line[:1] in " \t"
            out.append((inside if under else beside) + line if line else "")
        return self.before + self.newline.join(out) + self.after


_WRITERS: dict[str, Callable[[str, Item, object, Context], Iterator[str]]] = {
    "title": _put_title,
    "url": _put_url,
    "wr": _put_wr,
    "note": _put_note,
}

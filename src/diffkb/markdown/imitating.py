"""Writes a new entry in the form of its neighbours: their signs and labels, and no word of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import CannotWrite
from diffkb.markdown.blocks import LINE_END
from diffkb.markdown.curated import read_unit
from diffkb.markdown.forms import commonest
from diffkb.markdown.inline import destination
from diffkb.markdown.link_labels import label_like, link_like
from diffkb.markdown.numbering import number_in, with_number
from diffkb.markdown.plain import plain_text, written
from diffkb.markdown.skeletons import Atom, Group, skeleton_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.skeletons import Item, Skeleton

_BLANK = frozenset(("", "'", "’"))  # noqa: RUF001 - as people type it
_ENDS = (".", "?", "!")
_DIGITS = 4
_UNREAD = (":white_medium_square:", ":white_large_square:", "☐")
_STRICT = ("title", "url", "wr", "note", "links", "venue", "authors", "tags")


class New(NamedTuple):
    """A new entry's text, and what its reading depends on beside it."""

    text: str
    ctx: Context


def write_like(
    fields: Fields, groups: Sequence[Sequence[tuple[str, Context]]], ctx: Context
) -> New | None:
    """Writes a new entry in the commonest form near by that holds it.

    Args:
        fields: what it shall say; a year that no form near by shows is left out.
        groups: blocks and contexts of entries near by, those of the nearest group first, in each
            the nearest last.
        ctx: the context it is going to have; unit and columns are those of the form.

    Returns:
        The entry, or None where no form near by holds the fields. Its number, where it has one,
        is 1.
    """
    for group in groups:
        for new in _by_votes(_drafts(fields, group, ctx)):
            full = _completed(new, fields, group)
            if full is not None:
                return full
    return None


def _drafts(
    fields: Fields, group: Sequence[tuple[str, Context]], ctx: Context
) -> Iterator[tuple[New, int]]:
    """Yields the entry in the form of each neighbour, and how well the link's words fit."""
    for raw, near in group:
        found = read_unit(raw, near)
        if found is None:
            continue
        own = near._replace(dialect=ctx.dialect, year=ctx.year)
        made = draft_like(raw, found, near, fields, own)
        if made is not None:
            text, fits = made
            yield New(with_number(text, near.unit, 1), own), fits


def draft_like(
    raw: str, found: Found, near: Context, fields: Fields, ctx: Context
) -> tuple[str, int] | None:
    """Returns an entry's title, link and further fields in the form of another one."""
    if near.unit == "row":
        from diffkb.markdown.rows import row_like

        return row_like(raw, found, near, fields, ctx)
    skeleton = skeleton_of(raw, found, near)
    pen = Pen(raw, fields, ctx)
    body = pen.write(skeleton.root)
    if body is None:
        return None
    return _head_of(skeleton, found) + body, pen.fits


def _head_of(skeleton: Skeleton, found: Found) -> str:
    """Returns the marker of a new entry: its task is open."""
    head = skeleton.head
    if found.title.checked is not None:
        at = head.rfind("[")
        head = head[: at + 1] + " " + head[at + 2 :]
    return head


def _by_votes(drafts: Iterator[tuple[New, int]]) -> list[New]:
    """Returns the drafts, the commonest first, of equally common ones the nearest."""
    votes: dict[New, tuple[int, int, int]] = {}
    for place, (new, fits) in enumerate(drafts):
        count, best, _ = votes.get(new, (0, 0, 0))
        votes[new] = (count + 1, max(best, fits), place)
    return sorted(votes, key=lambda new: votes[new], reverse=True)


def _completed(new: New, fields: Fields, group: Sequence[tuple[str, Context]]) -> New | None:
    """Returns a draft with mark and note, if it reads as it should then."""
    from diffkb.markdown.rewriting import put_curated

    read = read_unit(new.text, new.ctx)
    if read is None or not _says(read.fields, fields, ("title", "url", "links", "venue")):
        return None
    rest = {
        name: getattr(fields, name)
        for name in ("authors", "tags", "wr", "note", "read")
        if getattr(fields, name) and getattr(read.fields, name) != getattr(fields, name)
    }
    try:
        text = put_curated(rest, new.text, new.ctx, group)
    except CannotWrite:
        return None
    again = read_unit(text, new.ctx)
    return New(text, new.ctx) if again and _says(again.fields, fields, _STRICT) else None


def _says(read: Fields, wanted: Fields, names: Sequence[str]) -> bool:
    """Says whether an entry reads as it should; one that was not read says so or nothing."""
    if any(getattr(read, name) != getattr(wanted, name) for name in names):
        return False
    if read.year_from != "heading" and read.year not in {None, wanted.year}:
        return False
    return bool(read.read) == bool(wanted.read)


class Pen:
    """Writes a skeleton's parts with the fields of another entry.

    Args:
        raw: the text the skeleton was taken from.
        fields: what to write.
        ctx: the context of the new entry.
        cell: whether it is written into a cell of a table.

    Attributes:
        fits: how well the words of the link fit, as `Label` has it; the least of them.
        placed: the fields that were written.
    """

    def __init__(self, raw: str, fields: Fields, ctx: Context, *, cell: bool = False) -> None:
        self.raw = raw
        self.fields = fields
        self.ctx = ctx
        self.fits = 2
        self.placed: set[str] = set()
        self._cell = cell
        self._newline = ctx.dialect.newline
        self._links = iter(fields.links)

    def write(self, group: Group) -> str | None:
        """Returns a group's parts with what stands between them, or None where none is left."""
        out = ""
        skipped: list[Item] = []
        for item in group.items:
            text = self._part(item.node)
            if text is None:
                skipped.append(item)
                continue
            if out:
                out = self._joined(out, _between(skipped, item)) + text
            else:
                out = text
            skipped = []
        if not out:
            return None
        return self._joined(out, _after(group, skipped)) if group.open or not skipped else out

    def _joined(self, text: str, sign: str) -> str:
        """Returns a text with what stands after it; a title that ends a sentence needs no stop."""
        if text.rstrip("*_`\"”]").endswith(_ENDS) and sign[:1] == ".":
            sign = sign[1:]
        return text + LINE_END.sub(lambda _: self._newline, sign)

    def _part(self, node: Atom | Group) -> str | None:
        """Returns one part, or None where there is nothing to write."""
        if isinstance(node, Group):
            return self._group(node)
        text = self._atom(node)
        return None if text is None else node.prefix + text

    def _group(self, group: Group) -> str | None:
        """Returns a group between its signs."""
        inner = self.write(group)
        if inner is None:
            return None
        if group.link is not None:
            url = self.fields.url
            if url is None or "url" in self.placed:
                return inner
            made = link_like(self.raw, group.link, url, inner)
            self.placed.add("url")
            return made
        return _plain_tag(group.open) + inner + group.close

    def _atom(self, atom: Atom) -> str | None:
        """Returns a field in the form of the neighbour's."""
        if atom.name in self.placed and atom.name != "year":
            return None
        text = self._field(atom)
        if text is not None:
            self.placed.add(atom.name)
        return text

    def _field(self, atom: Atom) -> str | None:
        """Returns a field's text."""
        shown = self.raw[atom.start + len(atom.prefix) : atom.end]
        match atom.name:
            case "title":
                return title_in(self.fields.title, cell=self._cell)
            case "link":
                return self._link(atom)
            case "further":
                return self._further(atom)
            case "year":
                return self._year(shown)
            case "venue" | "authors":
                value = getattr(self.fields, atom.name)
                return value.replace("|", "\\|") if value and self._cell else value
            case "number":
                return "1"
            case "read":
                return shown if shown in _UNREAD else None
            case "wr":
                return self._mark(shown)
        return None

    def _link(self, atom: Atom) -> str | None:
        """Returns the link of the work."""
        if atom.link is None or self.fields.url is None or "url" in self.placed:
            return None
        label = label_like(self.raw, atom.link, self.fields.url)
        self.fits = min(self.fits, label.fits)
        self.placed.add("url")
        return link_like(self.raw, atom.link, self.fields.url, label.text)

    def _further(self, atom: Atom) -> str | None:
        """Returns the next of the further links."""
        following = next(self._links, None)
        if following is None or atom.link is None:
            return None
        words = self.raw[slice(*atom.link.text)]
        brackets = words.startswith("[") and words.endswith("]")
        label = f"[{following.label}]" if brackets else following.label
        return link_like(self.raw, atom.link, following.url, label)

    def _year(self, shown: str) -> str | None:
        """Returns the year, in two digits where the neighbour's is and its venue stands before."""
        year = self.ctx.year or self.fields.year
        if year is None:
            return None
        if len(shown) < _DIGITS and "venue" in self.placed:
            return shown[: -len(shown.lstrip("'’")) or None] + f"{year % 100:02d}"  # noqa: RUF001 - as people type it
        return str(year)

    def _mark(self, shown: str) -> str | None:
        """Returns the worth-reading mark."""
        from diffkb.markdown.marks import mark_like

        return None if self.fields.wr is None else mark_like(shown, self.fields.wr)


def title_in(title: str, *, cell: bool = False) -> str | None:
    """Returns a title as Markdown, or None where it cannot be written."""
    text = written(
        title, lambda markdown: plain_text(markdown) == title, always="|" if cell else ""
    )
    if text is None or "\n" in text or "\r" in text or not title.strip():
        return None
    return text.replace("|", "\\|") if cell else text


def target_in(url: str) -> str | None:
    """Returns a URL as a link's destination."""
    return destination(url)


def _between(skipped: Sequence[Item], item: Item) -> str:
    """Returns what stands between two parts, those between them left out."""
    signs = [one.before for one in skipped] + [item.before]
    broken = [sign for sign in signs if "\n" in sign or "\r" in sign or "<br" in sign]
    if broken:
        return broken[-1]
    own = signs[-1]
    if isinstance(item.node, Atom) and item.node.name == "year":
        # A year that follows a venue stands where the venue would.
        while skipped and own.strip() in _BLANK and len(signs) > 1:
            signs.pop()
            own = signs[-1]
        return own if own.strip("'’") else " "  # noqa: RUF001 - as people type it
    if own or not skipped:
        return own
    return next((sign for sign in reversed(signs) if sign), " ")


def _after(group: Group, skipped: Sequence[Item]) -> str:
    """Returns what stands before the sign that closes a group."""
    if not skipped:
        return group.trail
    signs = [*(one.before for one in skipped), group.trail]
    broken = [sign for sign in signs if "\n" in sign or "\r" in sign]
    return broken[-1] if broken and broken[-1] == group.trail else ""


def _plain_tag(sign: str) -> str:
    """Returns a sign; of a tag its name alone, as attributes are another entry's."""
    if sign.startswith("<") and "=" in sign:
        return sign.split(None, 1)[0] + ">"
    return sign


def commonest_form(texts: Sequence[str]) -> str:
    """Returns the commonest of some texts, the last of equals."""
    return commonest(texts, texts[-1] if texts else "")


def number_of(new: New) -> tuple[str, ...] | None:
    """Returns the form of a new entry's number, or None where it has none."""
    number = number_in(new.text, new.ctx.unit)
    return None if number is None else number.form

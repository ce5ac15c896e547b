"""Writes the parts of a skeleton with the fields of another entry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.markdown.blocks import LINE_END
from diffkb.markdown.link_labels import label_like, link_like
from diffkb.markdown.mark_forms import mark_like
from diffkb.markdown.plain import plain_text, written
from diffkb.markdown.skeletons import Atom, Group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.link_labels import Label
    from diffkb.markdown.skeletons import Item

_BLANK = frozenset(("", "'", "’"))
_QUOTES = ('"', "“")
_ENDS = (".", "?", "!")
_DIGITS = 4
# What leads on to something that is left out.
_LOOSE = re.compile(r"[,;:]([”\"’)\]*_]*)\Z")
_UNREAD = (":white_medium_square:", ":white_large_square:", "☐", "⬜", "🔲")


class Pen:
    """Writes a skeleton's parts with the fields of another entry.

    Args:
        raw: the text the skeleton was taken from.
        fields: what to write.
        ctx: the context of the new entry.
        cell: whether it is written into a cell of a table.
        quoted: whether quotes are written too.

    Attributes:
        label: the words of the link, or None without any.
        placed: the fields that were written.
    """

    def __init__(
        self,
        raw: str,
        fields: Fields,
        ctx: Context,
        *,
        cell: bool = False,
        quoted: bool = True,
    ) -> None:
        self.raw = raw
        self.fields = fields
        self.ctx = ctx
        self.label: Label | None = None
        self.placed: set[str] = set()
        self._cell = cell
        self._quoted = quoted
        self._newline = ctx.dialect.newline
        self._links = iter(fields.links)

    def write(self, group: Group) -> str | None:
        """Returns a group's parts with what stands between them, or None where none is left."""
        out = ""
        skipped: list[Item] = []
        last: Atom | None = None
        for item in group.items:
            text = self._part(item.node)
            if text is None:
                skipped.append(item)
                continue
            numbered = last is not None and last.name == "number"
            sign = skipped[0].before if numbered and skipped else sign_between(skipped, item)
            out = self._joined(out, sign) + text if out else text
            skipped = []
            last = item.node if isinstance(item.node, Atom) else None
        if not out:
            return None
        if not group.open and skipped:
            return _LOOSE.sub(r"\1", out)
        return self._joined(out, _after(group, skipped))

    def _joined(self, text: str, sign: str) -> str:
        """Returns a text with what stands after it; no stop or comma is said twice."""
        ended = text.rstrip('*_`"”]')
        if (sign[:1] == "." and ended.endswith(_ENDS)) or (sign[:1] == "," and ended[-1:] == ","):
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
        if group.open in _QUOTES and not self._quoted:
            return inner
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
        shown = self.raw[atom.at : atom.end]
        name = atom.name
        if name == "title":
            return title_in(self.fields.title, cell=self._cell)
        if name in {"link", "further"}:
            return self._link(atom) if name == "link" else self._further(atom)
        if name in {"year", "wr"}:
            return self._year(shown) if name == "year" else self._mark(shown)
        if name in {"venue", "authors"}:
            value: str | None = getattr(self.fields, name)
            return value.replace("|", "\\|") if value and self._cell else value
        if name == "read" and shown not in _UNREAD:
            return None
        return shown if name in {"number", "read"} else None

    def _link(self, atom: Atom) -> str | None:
        """Returns the link of the work."""
        if atom.link is None or self.fields.url is None or "url" in self.placed:
            return None
        label = label_like(self.raw, atom.link, self.fields.url)
        self.label = label
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
        year = self.ctx.year_for(self.fields.year)
        if year is None:
            return None
        if len(shown) < _DIGITS and "venue" in self.placed:
            return shown[: -len(shown.lstrip("'’")) or None] + f"{year % 100:02d}"
        return str(year)

    def _mark(self, shown: str) -> str | None:
        """Returns the worth-reading mark."""
        return None if self.fields.wr is None else mark_like(shown, self.fields.wr)


def title_in(title: str, *, cell: bool = False) -> str | None:
    """Returns a title as Markdown, or None where it cannot be written."""
    text = written(
        title, lambda markdown: plain_text(markdown) == title, always="|" if cell else ""
    )
    if text is None or "\n" in text or "\r" in text or not title.strip():
        return None
    return text.replace("|", "\\|") if cell else text


def sign_between(skipped: Sequence[Item], item: Item) -> str:
    """Returns what stands between two parts, those between them left out."""
    signs = [one.before for one in skipped] + [item.before]
    broken = [sign for sign in signs if "\n" in sign or "\r" in sign or "<br" in sign]
    if broken:
        return broken[-1]
    own = signs[-1]
    if skipped and isinstance(item.node, Atom) and item.node.name == "year":
        # A year that follows a venue stands where the venue would.
        while own.strip() in _BLANK and len(signs) > 1:
            signs.pop()
            own = signs[-1]
        return own if own.strip("'’") else " "
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

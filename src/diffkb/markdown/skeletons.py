"""The skeleton of an entry: its fields as parts, and the signs around and between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.labels import OTHER, is_label, rank_of
from diffkb.markdown.numbering import number_in
from diffkb.markdown.spans import links_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.spans import Span

_TOKEN = re.compile(
    r"(?P<line>(?:[ \t]*+\\?(?:\r\n|\n|\r)[ \t]*+)++(?:(?:[-*+>]|[0-9]{1,3}[.)])[ \t]++)*+)"
    r"|(?P<comment><!--(?:[^-]|-(?!->)){0,4000}+-->)"
    r"|(?P<break></?br[ ]?/?>)"
    r"|<(?P<slash>/?)(?P<tag>[A-Za-z][A-Za-z0-9]{0,10})(?P<rest>[^<>]{0,300}+)>"
    r"|(?P<marks>\*{1,3}+|_{1,3}+|`{1,3}+|\"|~~)"
    r"|(?P<open>\\?[\[({（【《“「『]|<(?=\[))"
    r"|(?P<close>\\?[\])}）】》”」』]|(?<=\))>)"
    r"|(?P<sign>[ \t\u00a0]++|(?<=[ \t])[Bb]y(?=[ \t]++[*_])|[.,;:|/·•–—&@'’+=~#>!?-]|[：，。、；])"
    r"|(?P<word>[^\s\[\](){}（）【】《》“”「」『』*_`\"<>.,;:|/·•：，。、；\\]++|.)",
    re.DOTALL,
)
_PAIRS = dict(zip("[({（【《“「『<", "])}）】》”」』>", strict=True))
_VOID = frozenset(("img", "hr", "input", "source", "wbr", "link", "meta"))
_FIELD_LABEL = re.compile(
    r"[ \t]*+(?:(?:[-*+>]|[0-9]{1,3}[.)])[ \t]++)*+"
    r"(?P<name>(?:[^\w\s\[\](){}<>*_`|:：]{1,4}[ \t]*+)?(?:\*\*|__|[*_`])?"
    r"(?P<words>[^\s:：*_`\[\]()]{1,16}(?: [^\s:：*_`\[\]()]{1,12})?)"
    r"(?:\*\*|__|[*_`])?[ \t]*+[:：](?:\*\*|__|[*_])?[ \t]*+)"
)
_NAMES = {
    "authors": re.compile(r"authors?|by|作者", re.IGNORECASE),
    "year": re.compile(r"year|date|published|time|日期|时间|年份", re.IGNORECASE),
    "venue": re.compile(r"venue|conference|journal|publisher|publication|会议|期刊", re.IGNORECASE),
}
# In the order in which they claim their places.
_FIELDS = ("wr", "year", "venue", "authors", "read", "tags")
# Longer entries show no form that others could take, and deeper signs belong to no pair.
LONGEST = 8_000
_DEEPEST = 30
_BY = re.compile(r"(?:by|By)[ \t]++\Z")


@dataclass(slots=True)
class Atom:
    """One part of an entry: a field, a link, or words that are the entry's alone.

    Attributes:
        name: "title", "link" (the work's own, beside the title), "further" (another link),
            "image", "number", "words", or the name of the field.
        start: where it starts, its own name included.
        end: where it ends.
        link: of a link, where its parts lie.
        at: where it starts without that.
        prefix: the name of the field that stands before it, as in "Authors: ".
    """

    name: str
    start: int
    end: int
    link: Span | None = None
    at: int = -1
    prefix: str = ""


@dataclass(slots=True)
class Group:
    """Parts between two signs that belong together: brackets, emphasis, tags, a link.

    Attributes:
        open: the first sign.
        close: the last one.
        start: where it starts.
        end: where it ends.
        items: the parts, each with what stands before it.
        trail: what stands after the last one.
        link: of a link whose words are fields, where its parts lie.
    """

    open: str
    close: str
    start: int
    end: int
    items: list[Item] = field(default_factory=list)
    trail: str = ""
    link: Span | None = None


class Item(NamedTuple):
    """A part and what stands before it."""

    before: str
    node: Atom | Group


class Skeleton(NamedTuple):
    """An entry, or a cell of one, taken apart.

    Attributes:
        raw: its text.
        head: its marker, with a task's box.
        root: the rest.
    """

    raw: str
    head: str
    root: Group


def skeleton_of(raw: str, found: Found, ctx: Context) -> Skeleton:
    """Takes an entry apart that is no row of a table."""
    end = len(raw.rstrip(" \t\r\n"))
    start = min(found.title.body, found.title.span[0])
    parts = atoms_of(raw, found, ctx)
    return Skeleton(raw, raw[:start], build(raw, parts, start, end))


def atoms_of(raw: str, found: Found, ctx: Context) -> list[Atom | Group]:
    """Returns the parts of an entry that are more than words, in order.

    A link whose words are fields comes as a group without items.
    """
    claimed = _Claimed()
    title = found.title
    claimed.take("title", *title.span)
    notes = [one for one in found.spans.get("note", ()) if not _holds(one, title.span)]
    primary = title.primary
    if primary is not None:
        notes = [one for one in notes if not _holds(one, (primary.start, primary.end))]
    for one in notes:
        claimed.take("note", *one)
    fields = [(name, at) for name in _FIELDS for at in places_of(raw, found, ctx, name)]
    groups = _take_links(raw, found, ctx, claimed, [at for _, at in fields])
    for name, at in fields:
        claimed.take(name, *at)
    number = number_in(raw, ctx.unit)
    if number is not None and (ctx.unit == "row" or number.start >= title.body):
        claimed.take("number", *number.place)
    for atom in claimed.atoms:
        _name_field(raw, atom)
    return sorted([*claimed.atoms, *groups], key=lambda one: (one.start, -one.end))


def _take_links(
    raw: str, found: Found, ctx: Context, claimed: _Claimed, fields: Sequence[tuple[int, int]]
) -> list[Atom | Group]:
    """Takes the places of links and images; returns the links whose words are fields."""
    title, primary = found.title, found.title.primary
    groups: list[Atom | Group] = []
    for link in links_of(raw, 0, len(raw.rstrip()), dict(ctx.defined)):
        if link.kind == "image":
            claimed.take("image", link.start, link.end)
        elif primary is None or link.start != primary.start:
            claimed.take("further", link.start, link.end, link)
        elif any(_holds(link.text, at) for at in (title.span, *fields)) and link.kind != "bare":
            groups.append(Group("", "", link.start, link.end, link=link))
        else:
            claimed.take("link", link.start, link.end, link)
    return groups


def places_of(raw: str, found: Found, ctx: Context, name: str) -> tuple[tuple[int, int], ...]:
    """Returns where a field stands in an entry; of a year above it, where it stands once more."""
    shown = found.spans.get(name)
    if shown:
        return tuple(shown)
    if name == "year" and ctx.year is not None:
        again = re.search(rf"(?<![\w/.-]){ctx.year}(?![\w/-])", _blanked(raw, found))
        return (again.span(),) if again else ()
    return ()


def _blanked(raw: str, found: Found) -> str:
    """Returns the text with title and addresses made unreadable, of the same length."""
    for start, end in (found.title.span, *(one.target for one in found.title.links)):
        raw = raw[:start] + "\0" * (end - start) + raw[end:]
    return raw


class _Claimed:
    """Parts that do not overlap: who comes first keeps its place."""

    def __init__(self) -> None:
        self.atoms: list[Atom] = []

    def take(self, name: str, start: int, end: int, link: Span | None = None) -> None:
        """Takes a place, unless it is taken or empty."""
        if start < end and all(one.end <= start or end <= one.start for one in self.atoms):
            self.atoms.append(Atom(name, start, end, link, start))


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    """Says whether a stretch holds another."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _name_field(raw: str, atom: Atom) -> None:
    """Takes the name that stands before a field as a part of it."""
    before = raw[max(0, atom.start - 80) : atom.start]
    if atom.name == "authors" and (by := _BY.search(before)):
        atom.prefix = by[0]
        atom.start -= len(by[0])
        return
    line = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
    label = _FIELD_LABEL.match(line)
    if label is None or not _is_name(label["words"], atom):
        return
    rest = line[label.end() :]
    if rest and (atom.name != "year" or "](" in rest):
        return
    atom.prefix = label["name"]
    atom.start -= len(label["name"]) + len(rest)


def _is_name(words: str, atom: Atom) -> bool:
    """Says whether words name the field that follows them."""
    if atom.name == "link":
        return is_label(words) and rank_of(words, atom.link.url if atom.link else "") != OTHER
    pattern = _NAMES.get(atom.name)
    return pattern is not None and pattern.fullmatch(words) is not None


def build(raw: str, parts: list[Atom | Group], start: int, end: int) -> Group:
    """Puts the parts between two places into the signs that stand around them."""
    builder = _Builder(raw, start)
    at = start
    closers: list[tuple[int, int]] = []
    for part in parts:
        if part.start < at or part.end > end:
            continue
        while closers and closers[-1][0] <= part.start:
            stop, after = closers.pop()
            builder.read(at, stop)
            builder.close_link(after)
            at = after
        builder.read(at, part.start)
        if isinstance(part, Atom):
            builder.add(part)
            at = part.end
        elif part.link is not None:
            at = part.link.text[0]
            builder.open_link(part.link)
            closers.append((part.link.text[1], part.end))
    while closers:
        stop, after = closers.pop()
        builder.read(at, stop)
        builder.close_link(after)
        at = after
    builder.read(at, end)
    return builder.finish(end)


class _Builder:
    """Reads signs and parts from left to right into groups."""

    def __init__(self, raw: str, start: int) -> None:
        self.raw = raw
        self.open: list[Group] = [Group("", "", start, start)]
        self.sign = ""

    def add(self, node: Atom | Group) -> None:
        """Adds a part to the group that is open."""
        self.open[-1].items.append(Item(self.sign, node))
        self.sign = ""

    def read(self, start: int, end: int) -> None:
        """Reads what stands between parts."""
        for token in _TOKEN.finditer(self.raw, start, end):
            self._read(token)

    def _read(self, token: re.Match[str]) -> None:
        """Reads one sign or word."""
        kind, text = token.lastgroup, token[0]
        if token["tag"]:
            self._tag(token)
        elif kind in {"line", "break", "sign"}:
            self.sign += text
        elif kind == "marks":
            self._mark(text, token.start(), token.end())
        elif kind == "open":
            self._push(Group(text, _PAIRS[text[-1]], token.start(), token.end()))
        elif kind == "close":
            self._close(text, token.start(), token.end())
        else:
            self._word(token.start(), token.end())

    def _word(self, start: int, end: int) -> None:
        """Adds what is no sign."""
        self.add(Atom("words", start, end))

    def _tag(self, token: re.Match[str]) -> None:
        """Opens or closes a tag of HTML."""
        name = token["tag"].lower()
        if name in _VOID:
            self._word(token.start(), token.end())
        elif token["slash"]:
            self._close(f"</{name}>", token.start(), token.end(), written=token[0])
        else:
            self._push(Group(token[0], f"</{name}>", token.start(), token.end()))

    def _mark(self, text: str, start: int, end: int) -> None:
        """Opens or closes what has the same sign on both sides."""
        if any(group.close == text for group in self.open[1:][-_DEEPEST:]):
            self._close(text, start, end)
        else:
            self._push(Group(text, text, start, end))

    def _push(self, group: Group) -> None:
        """Opens a group."""
        group.trail, self.sign = self.sign, ""
        self.open.append(group)

    def _close(self, text: str, start: int, end: int, *, written: str | None = None) -> None:
        """Closes the last group that such a sign can close; those within it were none."""
        wanted = text.removeprefix("\\") if written is None else text
        place = self._place_of(wanted)
        if place is None:
            self._word(start, end)
            return
        while len(self.open) - 1 > place:
            self._dissolve()
        group = self.open.pop()
        before = group.trail
        group.trail, self.sign = self.sign, before
        group.close = written or text
        group.end = end
        self.add(group)

    def _place_of(self, close: str) -> int | None:
        """Returns which open group a sign closes; a link's words end no group around it."""
        for place in range(len(self.open) - 1, max(0, len(self.open) - _DEEPEST), -1):
            if self.open[place].link is not None:
                return None
            if self.open[place].close == close:
                return place
        return None

    def _dissolve(self) -> None:
        """Takes the last open group as none: its sign is a word, its parts its neighbours'."""
        group = self.open.pop()
        opening = Atom("words", group.start, group.start + len(group.open))
        self.open[-1].items.append(Item(group.trail, opening))
        self.open[-1].items.extend(group.items)

    def open_link(self, link: Span) -> None:
        """Opens a link whose words are fields."""
        self._push(Group("[", "]", link.start, link.end, link=link))

    def close_link(self, end: int) -> None:
        """Closes it."""
        while self.open[-1].link is None and len(self.open) > 1:
            self._dissolve()
        group = self.open.pop()
        before = group.trail
        group.trail, self.sign = self.sign, before
        group.end = end
        self.add(group)

    def finish(self, end: int) -> Group:
        """Returns everything as one group."""
        while len(self.open) > 1:
            self._dissolve()
        root = self.open[0]
        root.trail = self.sign
        root.end = end
        return root


def atoms_in(group: Group) -> Iterator[Atom]:
    """Yields the parts of a group and of those within it, in order."""
    for _, node in group.items:
        if isinstance(node, Atom):
            yield node
        else:
            yield from atoms_in(node)

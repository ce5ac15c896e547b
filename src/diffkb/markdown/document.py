"""Reads a whole document: its blocks, what they say, and what was not understood."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb.markdown.blocks import BOM, cut
from diffkb.markdown.curated import read_unit
from diffkb.markdown.dialect import WR_SCALE, Context, Dialect, Form, Newline
from diffkb.markdown.doubts import doubts, why_kept
from diffkb.markdown.entries import Item, fields_of, form_of, item_of
from diffkb.markdown.forms import common_form, commonest
from diffkb.markdown.headings import Heading, Tree, has_title, read_heading, years_descend
from diffkb.markdown.lists import draft_blocks
from diffkb.markdown.spans import definitions_in, labels_in
from diffkb.markdown.surveying import Habits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.models import Fields
    from diffkb.markdown.blocks import Piece
    from diffkb.markdown.lists import Draft

BlockKind = Literal["heading", "entry", "prose"]

_WHITE = " \t\r\n"
_SHORT_TAIL = 30
_SOME = 4
_SOME_MORE = 2
_OWN_FORM = re.compile(r" {0,3}(?:[-+*]|[0-9]{1,9}[.)])[ \t]++\[(?![ xX]\])")
_FEW_WORDS = 8
_FEW_NAMES = 3
_LONGEST_OPENING = 4000
_LINKS_AND_TAGS = re.compile(r"!?\[[^\[\]]*+\]\([^()\s]*+\)|<[^<>]*+>|https?://\S++")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_MOST_OF_THEM = 0.9
_MARKER = re.compile(r"( *)([-*+]|[0-9]{1,9}[.)])([ \t]+)")


class Block(NamedTuple):
    """A top-level block of a document, the blank lines after it included.

    Attributes:
        kind: what it is.
        raw: its text.
        line: its first line, from 1.
        end_line: its last line that holds text.
        heading: of a heading, what it says.
        entries: of an entry block, its entries.
        parent: of a heading, the index of the heading it stands under in the tree; of any other
            block, that of the heading last before it.
        section: the index of the heading that is the section the block stands in, by the tree;
            of a heading, the one around it.
        context: of an entry block, what its reading depends on beside its text.
    """

    kind: BlockKind
    raw: str
    line: int
    end_line: int
    heading: Heading | None
    entries: tuple[Fields, ...]
    parent: int | None
    section: int | None
    context: Context | None = None


class Reading(NamedTuple):
    """What a document says.

    Attributes:
        blocks: in order; joined, their texts are the document.
        dialect: what the document decides as a whole.
        title: the document's title, or None.
        kept_as_text: (first line, last line, why) of what looks like entries and is not read.
        doubtful: (line, why) of what was read and may be meant otherwise.
    """

    blocks: list[Block]
    dialect: Dialect
    title: str | None
    kept_as_text: list[tuple[int, int, str]]
    doubtful: list[tuple[int, str]]


def read_document(text: str, dialect: Dialect | None = None) -> Reading:
    """Reads a document; there is no text that it cannot read.

    Args:
        text: decoded from UTF-8 with surrogateescape.
        dialect: what was decided when the document was read first; by default that is seen from
            the text.

    Returns:
        The reading. `"".join(block.raw for block in blocks)` is the text.
    """
    pieces = list(cut(text))
    if dialect is not None and not dialect.own:
        return _CuratedReader(text, pieces, dialect).read()
    if dialect is not None:
        return _Reader(text, pieces, dialect).read()
    reader = _CuratedReader(text, pieces, None)
    rated = "**WR=" in text
    own = _Reader(text, pieces, None).read() if rated else None
    if own and _is_rated(own) and reader.count_drafts() < _count(own) + _SOME_MORE:
        return own
    other = reader.read()
    if not rated and _is_foreign(other):
        return other
    own = own or _Reader(text, pieces, None).read()
    return other if _is_other(own, other, reader.shut) else own


@lru_cache(maxsize=4)
def read_once(text: str, dialect: Dialect) -> Reading:
    """Reads a document as `read_document` does; the last ones are kept.

    A merge looks at each of its texts several times, and reading one takes most of the time. What
    is returned is not to be changed.
    """
    return read_document(text, dialect)


def _is_foreign(other: Reading) -> bool:
    """Says whether many entries cannot be read in the project's own form, as is seen at once."""
    entries = [block.raw for block in other.blocks if block.entries]
    foreign = sum(_OWN_FORM.match(raw) is None for raw in entries)
    return foreign > max(_SOME, len(entries) // 4)


def _is_rated(own: Reading) -> bool:
    """Says whether a list that is read in the project's own form has marks of worth."""
    return any(one.wr is not None for block in own.blocks for one in block.entries)


def _count(reading: Reading) -> int:
    """Returns how many entries a list has."""
    return sum(len(block.entries) for block in reading.blocks)


def _finds_more(other: Reading, own: Reading) -> bool:
    """Says whether a list with marks of worth has well more entries in another form.

    Few more are enough where they are links, and none of the others is lost.
    """
    if _count(other) > _count(own) + 2 + _count(own) // 3:
        return True
    lines = {one.line for one in own.blocks if one.entries}
    others = {one.line: one for one in other.blocks if one.entries}
    linked = [line for line in others if line not in lines and others[line].entries[0].url]
    return lines <= set(others) and len(linked) >= _SOME_MORE + _count(own) // 20


def _leads_within(fields: Fields) -> bool:
    """Says whether what looks like an entry leads to a part of the list, or of its other files."""
    path, anchor, _ = (fields.url or "").partition("#")
    if path and ("://" in path or not path.lower().endswith(".md")):
        return False
    return bool(fields.url) and (bool(anchor) or len(fields.title.split()) < _FEW_NAMES)


def _is_other(own: Reading, other: Reading, shut: set[int]) -> bool:
    """Says whether a list is not in the project's own form: that would lose what it says.

    Args:
        own: how it reads in that form.
        other: how it reads in any other.
        shut: the lines of items in parts that hold no entries.
    """
    mine = _count(own)
    fields = [fields for block in other.blocks for fields in block.entries]
    if not mine and len(fields) > 1:
        return True
    if _is_rated(own):
        return _finds_more(other, own)
    if any(one.context and one.context.unit == "row" for one in other.blocks):
        return True
    lines = {one.line for one in own.blocks if one.entries and not _leads_within(one.entries[0])}
    others = {one.line for one in other.blocks if one.entries}
    # Words of a letter or of a label are titles only in the project's own form.
    lost = lines - others - shut
    if len(others - lines) > len(lost) or (not lost and (lines != others or len(lines) < mine)):
        return True
    richer = sum(
        bool(one.links or one.venue or one.read is not None)
        or one.year_from in {"text", "venue", "table"}
        for one in fields
    )
    tails = sum(
        one.note is not None
        and ("![" in one.note or (one.note.startswith("(") and len(one.note) < _SHORT_TAIL))
        for block in own.blocks
        for one in block.entries
    )
    titles = {block.line: block.entries[0].title for block in own.blocks if block.entries}
    cut = sum(
        len(block.entries) == 1
        and len(block.entries[0].title) < len(titles.get(block.line, "")) - _SHORT_TAIL // 4
        for block in other.blocks
    )
    noted = sum(one.note is not None for one in fields)
    notes = sum(one.note is not None for block in own.blocks for one in block.entries)
    richer = max(richer, tails, noted - notes, cut)
    enough = min(0.3 * len(fields), max(_SOME, 0.1 * len(fields)))
    return len(fields) >= _MOST_OF_THEM * len(lines) > 0 and richer > enough


class _Reader:
    """Reads one document in two passes: where its blocks are, then what they say."""

    def __init__(self, text: str, pieces: list[Piece], dialect: Dialect | None) -> None:
        self.text = text
        self.pieces = pieces
        self.given = dialect
        self.line_end = "\n" if "\n" in text or "\r" not in text else "\r"
        self.tree = Tree()
        self.blocks: list[Block] = []
        self.kept: list[tuple[int, int, str]] = []
        self.doubtful: list[tuple[int, str]] = []
        self.at: list[int] = []
        self.items: list[Item] = []

    def read(self) -> Reading:
        """Returns the reading."""
        self._read_blocks()
        first = next((block.heading for block in self.blocks if block.heading), None)
        title = first.name if first and first.role == "title" else None
        dialect = self.given or self._seen_dialect(titled=title is not None)
        return Reading(self.blocks, dialect, title, self.kept, self.doubtful)

    def _read_blocks(self) -> None:
        """Reads every block."""
        headings = self._headings(self.pieces)
        line = 1
        for piece in self.pieces:
            raw = self.text[piece.start : piece.end]
            heading = next(headings) if piece.kind == "heading" else None
            self._add(piece, raw, heading, line)
            line += raw.count(self.line_end)

    def _headings(self, pieces: list[Piece]) -> Iterator[Heading]:
        """Returns what the headings say, the document's title told from sections."""
        headings = [
            read_heading(self.text[piece.start : piece.end], piece.level, piece.name)
            for piece in pieces
            if piece.kind == "heading"
        ]
        return iter(self._with_title(headings))

    def _with_title(self, headings: list[Heading]) -> list[Heading]:
        """Returns the headings, the document's title told from sections."""
        titled = self.given.titled if self.given else self._begins_with_title(headings)
        if titled and headings and headings[0].role == "section":
            headings[0] = headings[0]._replace(role="title", year=None)
        return headings

    def _begins_with_title(self, headings: list[Heading]) -> bool:
        """Says whether the first heading stands at the top: what comes before it says nothing."""
        if not has_title(headings):
            return False
        start = next((one.start for one in self.pieces if one.kind == "heading"), 0)
        return not _says_something(self.text[:start])

    def _add(self, piece: Piece, raw: str, heading: Heading | None, line: int) -> None:
        """Reads a block and adds it."""
        end_line = line + raw.count(self.line_end, 0, len(raw.rstrip(_WHITE)))
        if heading:
            parent = self.tree.enter(heading, len(self.blocks))
            section = self.tree.around
            self.blocks.append(Block("heading", raw, line, end_line, heading, (), parent, section))
            return
        item = item_of(self.text, piece, raw)
        entries = () if item is None else (self._entry(raw, item, line),)
        if item is None and (why := why_kept(piece, raw)):
            self.kept.append((line, end_line, why))
        kind: BlockKind = "entry" if entries else "prose"
        tree = self.tree
        block = Block(kind, raw, line, end_line, None, entries, tree.nearest, tree.section)
        self.blocks.append(block)

    def _entry(self, raw: str, item: Item, line: int) -> Fields:
        """Reads an entry and notes what is doubtful about it."""
        self.at.append(len(self.blocks))
        self.items.append(item)
        context = Context(self.given or Dialect(), self.tree.year.value)
        self.doubtful.extend((line, why) for why in doubts(raw, item))
        return fields_of(raw, item, context)

    def _seen_dialect(self, *, titled: bool) -> Dialect:
        """Returns what the document is seen to decide."""
        pairs = zip(self.at, self.items, strict=True)
        forms = [form_of(self.blocks[index].raw, item) for index, item in pairs]
        rated = any(item.wr is not None for item in self.items)
        years = [
            (block.parent, block.heading.year)
            for block in self.blocks
            if block.heading and block.heading.role == "year" and block.heading.year is not None
        ]
        return Dialect(
            newline=_newline(self.text),
            titled=titled,
            scale=WR_SCALE if rated else None,
            years_descend=years_descend(years),
            form=common_form([forms]),
            gap=commonest(self._gaps(), Dialect().gap),
        )

    def _gaps(self) -> Iterable[int]:
        """Returns the numbers of blank lines between one entry and the next."""
        followed = set(self.at)
        return (blank_lines(self.blocks[i].raw) for i in self.at if i + 1 in followed)


class _CuratedReader(_Reader):
    """Reads a list in any other dialect."""

    drafts: list[Draft] | None = None

    def count_drafts(self) -> int:
        """Returns how many entries there are at most: fewer where some have no title."""
        return sum(draft.entry for draft in self._draft())

    def _draft(self) -> list[Draft]:
        """Returns the blocks before their fields are read."""
        if self.drafts is not None:
            return self.drafts
        given = self.given
        habits = given and Habits(
            frozenset(given.paragraphs),
            frozenset(given.headings),
            given.authors_first,
            given.notes_below,
            frozenset(given.listed),
            frozenset(given.kept),
        )
        self.drafts, self.habits = draft_blocks(self.text, self.pieces, habits)
        return self.drafts

    def _read_blocks(self) -> None:
        """Reads every block."""
        drafts, self.drafts = self._draft(), None
        headings = iter(self._with_title([one.heading for one in drafts if one.heading]))
        self.marks: list[int] = []
        self.shut: set[int] = set()
        self.defined = definitions_in(self.text)
        line = 1
        # Each draft is let go when it is read, as all of them take more memory than the text.
        drafts.reverse()
        while drafts:
            draft = drafts.pop()
            raw = self.text[draft.start : draft.end]
            lead = len(raw) - len(raw.lstrip("\r\n"))
            first = line + raw.count(self.line_end, 0, lead)
            self._add_draft(draft, raw, next(headings) if draft.heading else None, first)
            line += raw.count(self.line_end)

    def _add_draft(self, draft: Draft, raw: str, heading: Heading | None, line: int) -> None:
        """Reads a block and adds it."""
        lead = len(raw) - len(raw.lstrip("\r\n"))
        end_line = line + raw.count(self.line_end, lead, max(lead, len(raw.rstrip(_WHITE))))
        tree = self.tree
        if heading:
            parent = tree.enter(heading, len(self.blocks))
            block = Block("heading", raw, line, end_line, heading, (), parent, tree.around)
            self.blocks.append(block)
            return
        context = None
        entries: tuple[Fields, ...] = ()
        if draft.shut:
            self.shut.add(line)
        if draft.entry:
            dialect = self.given or Dialect(own=False, authors_first=self.habits.authors_first)
            context = Context(
                dialect,
                tree.year.value,
                draft.kind,
                draft.columns,
                tuple(labels_in(raw, self.defined).items()),
                tree.year.weak,
            )
            found = read_unit(raw, context, draft.title)
            entries = () if found is None else (found.fields,)
        if entries:
            self.marks.extend(one.wr for one in entries if one.wr is not None)
            self.at.append(len(self.blocks))
        elif draft.kind == "item" and "](http" in raw:
            self.kept.append((line, end_line, "an item that is not read as an entry"))
        kind: BlockKind = "entry" if entries else "prose"
        self.blocks.append(
            Block(
                kind,
                raw,
                line,
                end_line,
                None,
                entries,
                tree.nearest,
                tree.section,
                context if entries else None,
            )
        )

    def _seen_dialect(self, *, titled: bool) -> Dialect:
        """Returns what the document is seen to decide."""
        years = [
            (block.parent, block.heading.year)
            for block in self.blocks
            if block.heading and block.heading.role == "year" and block.heading.year is not None
        ]
        low, high = WR_SCALE
        dialect = Dialect(
            newline=_newline(self.text),
            titled=titled,
            scale=(low, max(high, *self.marks)) if self.marks else None,
            years_descend=years_descend(years),
            form=common_form([self._forms()]),
            gap=commonest(self._gaps(), Dialect().gap),
            own=False,
            paragraphs=tuple(sorted(self.habits.paragraphs)),
            headings=tuple(sorted(self.habits.headings)),
            authors_first=self.habits.authors_first,
            notes_below=self.habits.notes_below,
        )
        for index in self.at:
            self.blocks[index] = _in_dialect(self.blocks[index], dialect)
        return dialect

    def _forms(self) -> list[Form]:
        """Returns the skeletons of its items."""
        return [
            Form(found[1], found[2][-1], found[3], None, None)
            for index in self.at
            if (found := _MARKER.match(self.blocks[index].raw))
        ]


def _in_dialect(block: Block, dialect: Dialect) -> Block:
    """Returns a block whose context holds what the whole document decides."""
    if block.context is None:
        return block
    # Made by place: `_replace` takes three times as long, and every entry comes by here.
    return Block(*block[:-1], Context(dialect, *block.context[1:]))


def _says_something(text: str) -> bool:
    """Says whether a text has sentences, beside pictures, links and tags."""
    words = _LINKS_AND_TAGS.sub(" ", text[:_LONGEST_OPENING])
    return len(_WORDS.findall(words)) > _FEW_WORDS and not text.lstrip(BOM).startswith("---")


def blank_lines(raw: str) -> int:
    """Returns the number of blank lines at the end of a block."""
    white = raw[len(raw.rstrip(_WHITE)) :]
    ends = white.count("\n") + white.count("\r") - white.count("\r\n")
    return max(0, ends - 1)


def _newline(text: str) -> Newline:
    """Returns the commonest line end of a text."""
    both = text.count("\r\n")
    counts: dict[Newline, int] = {
        "\n": text.count("\n") - both,
        "\r\n": both,
        "\r": text.count("\r") - both,
    }
    return max(counts, key=lambda newline: counts[newline])

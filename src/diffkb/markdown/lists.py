"""Finds the entries of a list in any dialect, and the blocks that hold them."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.markdown.dialect import item_mark
from diffkb.markdown.headings import has_title
from diffkb.markdown.places import names_works
from diffkb.markdown.plain import count_words
from diffkb.markdown.recognising import (
    BARE,
    LINKED,
    NONE,
    STRONG,
    TITLE_FIELD,
    Judged,
    is_tagged,
)
from diffkb.markdown.shapes import shape_of
from diffkb.markdown.surveying import SHORT_TITLE, Habits, Survey
from diffkb.markdown.tables import judge_rows
from diffkb.markdown.titles import find_title
from diffkb.markdown.units import units_of
from diffkb.markdown.years import year_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.markdown.blocks import Piece
    from diffkb.markdown.headings import Heading
    from diffkb.markdown.titles import Title
    from diffkb.markdown.units import UnitKind

_FIELD = re.compile(
    r"[ \t]*+(?:[-*+][ \t]++)?+(?:\*\*)?(?!https?:)[^\s:：\[\]]{1,16}(?: [^\s:：\[\]]{1,12})?"
    r"(?:\*\*)?[ \t]*+[:：]"
)
_BOLD_FIELD = re.compile(r"[ \t\r\n]*+(?:\*\*|__)[^*_:：\r\n]{1,40}[:：](?:\*\*|__)")
_MOST_FIELDS = 8
# So many parts may stand between a heading and a list that it names.
_FARTHEST = 60
_FEW_WORKS = 2
_MOST = 0.6
_MOST_DETAILS = 80


class Draft(NamedTuple):
    """A block before its fields are read.

    Attributes:
        start: its first character.
        end: the first one after it.
        kind: the unit that makes it, of an entry; else "heading" or "other".
        entry: whether it is one.
        heading: of a heading, what it says.
        columns: of a row, what its cells hold.
        title: of an entry, what `find_title` found in this very text, where that is known.
        shut: whether it stands in a part that holds no entries.
    """

    start: int
    end: int
    kind: UnitKind
    entry: bool
    heading: Heading | None
    columns: tuple[str, ...]
    title: Title | None
    shut: bool


def draft_blocks(
    text: str, pieces: Sequence[Piece], habits: Habits | None
) -> tuple[list[Draft], Habits]:
    """Cuts a document into the blocks of its dialect.

    Args:
        text: the document.
        pieces: its top-level blocks.
        habits: what was decided when it was read first, or None.

    Returns:
        The blocks, which joined are the text, and the habits.
    """
    return _Lists(text, units_of(text, pieces), habits).draft()


class _Lists(Survey):
    """Makes entries of what a document repeats."""

    def draft(self) -> tuple[list[Draft], Habits]:
        """Returns the blocks and the habits."""
        self._judge()
        authors_first = self.given.authors_first if self.given else self._begin_with_authors()
        if authors_first:
            self._judge_authored()
        headings = self.given.headings if self.given else self._entry_headings()
        self._take_headings(headings)
        self.places = [index for index in self.heads if not self.entry[index]]
        self.titled = has_title([self.heads[index] for index in self.places])
        closed = self._closed()
        self.shut = {index for index, one in enumerate(closed) if one}
        paragraphs = self.given.paragraphs if self.given else self._paragraph_shapes(closed)
        self._take_fields(closed)
        self._take_paragraphs(paragraphs, closed)
        self._take_rows(closed)
        self._take_items(closed)
        self.notes_below = self.given.notes_below if self.given else self._have_notes_below()
        habits = Habits(paragraphs, headings, authors_first, self.notes_below)
        return list(self._blocks()), habits

    def _take_headings(self, levels: frozenset[int]) -> None:
        """Makes entries of the headings of these levels that have a body like one."""
        if not levels:
            return
        for index, following in self._bodies():
            if self.units[index].level in levels and self._is_work(index, following):
                self.entry[index] = True
                self.ends[index] = self._body_end(index, following)

    def _take_paragraphs(self, shapes: frozenset[str], closed: list[bool]) -> None:
        """Makes entries of the paragraphs of these shapes."""
        for index, judged in self.judged.items():
            unit = self.units[index]
            if unit.kind == "item" or closed[index] or not judged.strength:
                continue
            if shape_of(unit, judged) in shapes or self._stands_alone(index, judged):
                self.entry[index] = True
                if unit.kind == "para" and TITLE_FIELD.match(self.raw(index)):
                    self.ends[index] = self._further_fields_end(index)
                low = self.raw(index).lower() if unit.kind == "html" else ""
                if "<details" in low and "</details" not in low:
                    self.ends[index] = self._details_end(index)

    def _stands_alone(self, index: int, judged: Judged) -> bool:
        """Says whether a paragraph is a work though no other one is put like it."""
        title = judged.title
        if (
            judged.strength < STRONG
            or title is None
            or title.shape not in {"bold", "cited", "link"}
        ):
            return False
        paper = title.primary is not None and kind_of(title.primary.url) == "paper"
        under = sum(at < index for at in self.heads) > 1
        return paper and under and count_words(self._title(index, title)) > SHORT_TITLE

    def _details_end(self, index: int) -> int:
        """Returns where what can be opened is closed again."""
        for at in range(index + 1, min(index + _MOST_DETAILS, len(self.units))):
            if self.units[at].kind in {"html", "heading"}:
                return self.units[at].start
            if "</details" in self.raw(at).lower():
                return self.units[at].end
        return self.units[index].end

    def _take_fields(self, closed: list[bool]) -> None:
        """Makes entries of titles in bold with the lines of fields that follow them."""
        for index, unit in enumerate(self.units):
            if unit.kind != "para" or closed[index] or self.entry[index]:
                continue
            raw = self.raw(index)
            if not raw.lstrip().startswith(("**", "__", "《")):
                continue
            end = self._fields_end(index)
            title = find_title(raw) if end > unit.end else None
            if title is None or title.primary or count_words(raw[slice(*title.span)]) < 2:
                continue
            self.entry[index] = True
            self.ends[index] = end

    def _fields_end(self, index: int) -> int:
        """Returns where the lines of fields after a title end."""
        end = self.units[index].end
        linked = False
        for at in range(index + 1, min(index + 1 + _MOST_FIELDS, len(self.units))):
            raw = self.raw(at)
            if self.units[at].kind not in {"item", "para"} or not _FIELD.match(raw):
                break
            marked = self.units[at].kind == "para" and raw.lstrip().startswith(("*", "_"))
            if marked and not _BOLD_FIELD.match(raw):
                break
            linked = linked or "http" in raw or "](" in raw
            end = self.units[at].end
        return end if linked else self.units[index].end

    def _further_fields_end(self, index: int) -> int:
        """Returns where the paragraphs of further fields end that follow one with the title."""
        at = index + 1
        last = min(at + _MOST_FIELDS, len(self.units))
        while at < last and self.units[at].kind == "para":
            raw = self.raw(at)
            if not _BOLD_FIELD.match(raw) or TITLE_FIELD.match(raw):
                break
            at += 1
        return self.units[at - 1].end

    def _take_rows(self, closed: list[bool]) -> None:
        """Makes entries of the rows of tables that list works."""
        groups: dict[int, list[int]] = {}
        for index, unit in enumerate(self.units):
            if unit.kind == "row" and not closed[index]:
                groups.setdefault(unit.piece, []).append(index)
        for indices in groups.values():
            head = self._head_of(indices[0])
            roles, titles = judge_rows(head, [self.raw(i) for i in indices], self.defined)
            for index, title in zip(indices, titles, strict=True):
                if title is not None:
                    self.entry[index] = True
                    self.columns[index] = roles
                    self.judged[index] = Judged(STRONG, title, len(self.raw(index)))

    def _head_of(self, first: int) -> str | None:
        """Returns the row of names above a table's rows."""
        before = self.units[first - 1] if first else None
        if before is None or before.kind != "other" or before.piece != self.units[first].piece:
            return None
        return self.raw(first - 1).lstrip("\r\n").split("\n", 1)[0]

    def _take_items(self, closed: list[bool]) -> None:
        """Makes entries of the items that are like one, category by category."""
        parents: list[int] = []
        siblings: dict[tuple[int, int], list[int]] = {}
        parent_of = self.parents
        last_piece = -1
        for index, unit in enumerate(self.units):
            if unit.kind != "item":
                continue
            if unit.piece != last_piece:
                parents, last_piece = [], unit.piece
            while parents and self.units[parents[-1]].depth >= unit.depth:
                parents.pop()
            parent = parents[-1] if parents else -1
            parent_of[index] = parent
            siblings.setdefault((unit.group if parent < 0 else -parent - 1, parent), []).append(
                index
            )
            parents.append(index)
        works = self._nested_works(parent_of)
        cited = self._are_cited(parent_of)
        full = self._full_citations(i for i, parent in parent_of.items() if parent < 0)
        outlines = self._outlines(parent_of)
        for indices in siblings.values():
            self._take_named(indices, works)
            bare = self._bare_too(indices, works)
            dated = self._are_full(indices, full)
            contents = self.units[indices[0]].group in outlines or self._are_contents(indices)
            if contents:
                self.shut.update(indices)
            for index in indices:
                decided = self._decided(index)
                if decided is not None:
                    self.entry[index] = decided
                elif not closed[index] and not contents:
                    own = bare and not (dated and year_in(self.raw(index)) is None)
                    own = own or index in full or (cited and self._is_cited(index))
                    self.entry[index] = self._is_item(index, parent_of[index], works, bare=own)

    def _are_full(self, indices: list[int], full: frozenset[int]) -> bool:
        """Says whether most items of a list without links say who wrote a work and when."""
        linked = any(self.judged[index].strength > BARE for index in indices)
        return not linked and sum(index in full for index in indices) >= _MOST * len(indices)

    def _decided(self, index: int) -> bool | None:
        """Returns what the document decided of an item once; None where its list decides."""
        given = self.given
        if given is None or not (given.listed or given.kept):
            return None
        mark = item_mark(self.raw(index))
        if mark in given.kept:
            return False
        return True if mark in given.listed and self.judged[index].title else None

    def _take_named(self, indices: list[int], works: dict[int, int]) -> None:
        """Makes works of plain items, however short, where a heading says that they are."""
        judged = [self.judged[index] for index in indices]
        if self.units[indices[0]].depth or any(
            one.title is None or one.title.links or one.strength > BARE for one in judged
        ):
            return
        if any(works.get(i) or self._is_nested(i) for i in indices):
            return
        at = bisect_left(self.places, indices[0])
        if at <= self.titled or not names_works(self.heads[self.places[at - 1]].name):
            return
        between = range(self.places[at - 1] + 1, indices[0])
        if len(between) > _FARTHEST or any(
            at == 1 or count_words(self.raw(one)) <= SHORT_TITLE for one in between
        ):
            # What the list is about stands between, or the name of a part of its own.
            return
        said = [self.raw(index).strip() for index in indices]
        if sum(one.endswith((".", ":", "：")) for one in said) * 2 > len(said):
            return
        for index, one in zip(indices, judged, strict=True):
            self.judged[index] = one._replace(strength=LINKED)

    def _is_nested(self, index: int) -> bool:
        """Says whether an item holds others."""
        following = self.units[index + 1 : index + 2]
        return any(
            one.piece == self.units[index].piece and one.depth > self.units[index].depth
            for one in following
        )

    def _nested_works(self, parent_of: dict[int, int]) -> dict[int, int]:
        """Returns how many works are nested right in each item."""
        works: dict[int, int] = {}
        for index, parent in parent_of.items():
            judged = self.judged[index]
            if parent >= 0 and judged.strength == STRONG and judged.title is not None:
                title = self._title(index, judged.title)
                works[parent] = works.get(parent, 0) + (count_words(title) >= 3)
        return works

    def _is_item(self, index: int, parent: int, works: dict[int, int], *, bare: bool) -> bool:
        """Says whether an item is an entry."""
        judged = self.judged[index]
        if judged.strength == NONE or judged.title is None:
            return False
        if self._is_category(index, judged.strength, judged.title, works.get(index, 0)):
            return False
        if parent >= 0 and self._inside_entry(parent):
            return self._is_work_below(index, judged.title, self.judged[parent].title)
        if parent >= 0 and judged.strength < STRONG and not works.get(parent):
            cited = judged.title.shape == "cited" and self._is_cited(index)
            return (cited or judged.strength == LINKED) and not self._says_much(parent)
        if judged.strength == BARE:
            return (bare or is_tagged(self.raw(index), judged.title)) and not works.get(index)
        return True

    def _is_category(self, index: int, strength: int, title: Title, works: int) -> bool:
        """Says whether an item names what is nested in it."""
        if strength < STRONG:
            return works >= _FEW_WORKS
        short = count_words(self._title(index, title)) <= SHORT_TITLE
        linked = any(one.start < title.nested for one in title.links)
        return works > _FEW_WORKS and short and linked and title.shape == "text"

    def _is_work_below(self, index: int, title: Title, above: Title | None) -> bool:
        """Says whether what is nested in an entry is a work of its own, put as that one is."""
        if above is None or title.shape != above.shape or title.primary is None:
            return False
        if title.shape == "author":
            return True
        work = title.shape == "link" and kind_of(title.primary.url) == "paper"
        return work and count_words(self._title(index, title)) > SHORT_TITLE

    def _says_much(self, parent: int) -> bool:
        """Says whether an item is a note of its own rather than the name of a category."""
        return count_words(self.raw(parent)) > 12

    def _inside_entry(self, parent: int) -> bool:
        """Says whether that item is an entry, or stands in one."""
        while parent >= 0:
            if self.entry[parent]:
                return True
            parent = self.parents[parent]
        return False

    def _blocks(self) -> Iterator[Draft]:
        """Yields the blocks: entries with all that belongs to them, headings, and the rest."""
        at = 0
        count = len(self.units)
        index = 0
        while index < count:
            unit = self.units[index]
            if unit.start < at:
                index += 1
                continue
            end = self._entry_end(index) if self.entry[index] else self._plain_end(index)
            head = None if self.entry[index] else self.heads.get(index)
            kind = unit.kind
            title = self._found_title(index, end) if self.entry[index] else None
            columns = self.columns.get(index, ())
            shut = index in self.shut
            yield Draft(unit.start, end, kind, self.entry[index], head, columns, title, shut)
            at = end
            index += 1

    def _found_title(self, index: int, end: int) -> Title | None:
        """Returns the title that was found when a unit was judged, if in just this text."""
        judged = self.judged.get(index)
        same = judged is not None and judged.size == end - self.units[index].start
        return judged.title if judged and same else None

    def _entry_end(self, index: int) -> int:
        """Returns where an entry ends: at what is nested in it and an entry itself."""
        unit = self.units[index]
        if unit.kind != "item":
            return self.ends[index]
        at = index + 1
        while at < len(self.units):
            following = self.units[at]
            nested = following.piece == unit.piece and following.depth > unit.depth
            if not nested or self.entry[at]:
                break
            at += 1
        if self.notes_below and unit.depth == 0 and at == self._after_item(index):
            at = self._paragraphs_end(at)
        return self.units[at - 1].end

    def _plain_end(self, index: int) -> int:
        """Returns where a block of text ends: what belongs to one piece stays together."""
        unit = self.units[index]
        at = index + 1
        while at < len(self.units) and self.units[at].piece == unit.piece and not self.entry[at]:
            at += 1
        return self.units[at - 1].end

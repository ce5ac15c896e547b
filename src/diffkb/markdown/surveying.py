"""What a document shows of itself: what each of its parts is like, and what it repeats."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.markdown.headings import read_heading
from diffkb.markdown.labels import PAPER, is_anchor, names_target, rank_of
from diffkb.markdown.notes import field_at
from diffkb.markdown.places import is_contents, is_no_place
from diffkb.markdown.plain import count_words
from diffkb.markdown.recognising import (
    LINKED,
    STRONG,
    TITLE_FIELD,
    Judged,
    is_citation,
    is_full_citation,
    is_sure_citation,
    judge_item,
    judge_paragraph,
)
from diffkb.markdown.shapes import is_cited_row, may_cite, repeated_shapes, shape_of
from diffkb.markdown.spans import definitions_in, links_of
from diffkb.markdown.titles import find_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.markdown.titles import Title
    from diffkb.markdown.units import Unit

# The signs around the name of a book in Chinese.
_BOOK = re.compile(r"《[^《》]+》")
_BOLD_LINE = re.compile(r"\*\*[^*\r\n]++\*\*")
SHORT_TITLE = 3
_SURE = 5
# The names of parts have so many words at most.
_PART = 4
_PAIR = 2
_MANY = 10
_SAYS_LITTLE = 5
_LINKS_ALONE = 5


class Habits(NamedTuple):
    """What the repetition in a document decides.

    Attributes:
        paragraphs: the shapes of paragraphs that are entries there.
        headings: the levels of headings that are entries there.
        authors_first: whether its entries begin with the names of authors.
        notes_below: whether paragraphs after an item are the note on it.
        listed: the marks of items that are entries, whatever stands around them.
        kept: the marks of items that are none.
    """

    paragraphs: frozenset[str] = frozenset()
    headings: frozenset[int] = frozenset()
    authors_first: bool = False
    notes_below: bool = False
    listed: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()


class Survey:
    """One look at a document.

    Args:
        text: the document.
        units: its parts.
        habits: what was decided when it was read first, or None.
    """

    def __init__(self, text: str, units: list[Unit], habits: Habits | None) -> None:
        self.text = text
        self.units = units
        self.given = habits
        count = len(units)
        self.entry = [False] * count
        self.ends = [unit.end for unit in units]
        self.columns: dict[int, tuple[str, ...]] = {}
        self.parents: dict[int, int] = {}
        self.judged: dict[int, Judged] = {}
        self.defined = definitions_in(text)
        self.shut: set[int] = set()
        self.works_here: bool | None = None
        self.heads = {
            i: read_heading(text[u.start : u.end], u.level, u.mark)
            for i, u in enumerate(units)
            if u.kind == "heading"
        }
        self.anchors = {anchor_of(head.name) for head in self.heads.values()}

    def raw(self, index: int) -> str:
        """Returns a unit's own text."""
        return self.text[self.units[index].start : self.units[index].end]

    def _judge(self) -> None:
        """Looks at each item and paragraph by itself."""
        for index, unit in enumerate(self.units):
            if unit.kind == "item":
                own = self.raw(index)
                whole = self.text[unit.start : self._subtree_end(index)]
                self.judged[index] = judge_item(whole, own, defined=self.defined)
            elif unit.kind in {"para", "html"}:
                raw = self.raw(index)
                linked = "](" in raw or "http" in raw or "href" in raw or bool(self.defined)
                read = linked or may_cite(raw)
                judged = judge_paragraph(raw, self.defined) if read else None
                if judged and raw.startswith("<tr") and not is_cited_row(judged):
                    continue
                if judged and (linked or judged.strength):
                    self.judged[index] = judged

    def _begin_with_authors(self) -> bool:
        """Says whether the items of the document begin with the names of authors."""
        shapes = [
            judged.title.shape
            for index, judged in self.judged.items()
            if judged.title and self.units[index].kind == "item"
        ]
        cited = shapes.count("cited")
        return cited >= _SURE and cited > 0.3 * (shapes.count("text") + cited)

    def _judge_authored(self) -> None:
        """Looks again at items whose title may follow a name that is not sure to be one."""
        for index, judged in self.judged.items():
            unit = self.units[index]
            if unit.kind == "item" and judged.title and judged.title.shape == "text":
                whole = self.text[unit.start : self._subtree_end(index)]
                self.judged[index] = judge_item(
                    whole, self.raw(index), authors_first=True, defined=self.defined
                )

    def _have_notes_below(self) -> bool:
        """Says whether the items that are entries are followed by paragraphs about them."""
        followed = lone = 0
        for index, unit in enumerate(self.units):
            if unit.kind == "item" and unit.depth == 0 and self.entry[index]:
                after = self._after_item(index)
                noted = self._paragraphs_end(after) > after
                followed += noted
                lone += not noted
        return followed >= _SURE and followed > 0.4 * (followed + lone)

    def _after_item(self, index: int) -> int:
        """Returns the unit after an item and all that is nested in it."""
        piece = self.units[index].piece
        at = index + 1
        while at < len(self.units) and self.units[at].piece == piece:
            at += 1
        return at

    def _paragraphs_end(self, at: int) -> int:
        """Returns the unit after a run of paragraphs that say something."""
        while at < len(self.units) and self.units[at].kind == "para" and not self.entry[at]:
            raw = self.raw(at).strip()
            if count_words(raw) < _SAYS_LITTLE or _BOLD_LINE.fullmatch(raw):
                break
            at += 1
        return at

    def _subtree_end(self, index: int) -> int:
        """Returns where an item and all that is nested in it end."""
        unit = self.units[index]
        at = index + 1
        while at < len(self.units):
            following = self.units[at]
            if following.piece != unit.piece or following.depth <= unit.depth:
                break
            at += 1
        return self.units[at - 1].end

    def _closed(self) -> list[bool]:
        """Says of each unit whether it stands in a part that holds no entries."""
        closed: list[bool] = []
        level = 0
        first = True
        body = False
        strong = sum(judged.strength == STRONG for judged in self.judged.values())
        for index, _ in enumerate(self.units):
            head = self.heads.get(index)
            if head is not None and not self.entry[index]:
                if level and head.level <= level:
                    level = 0
                body = False
                if not level and not first and is_no_place(head.name):
                    contents = is_contents(head.name)
                    level, body = (0, self._cites_none(index)) if contents else (head.level, False)
                first = False
            closed.append(level > 0 or body)
        works = sum(closed[i] and one.strength == STRONG for i, one in self.judged.items())
        if works > max(20, 0.3 * strong):
            return self._closed_bodies()
        return closed

    def _cites_none(self, index: int) -> bool:
        """Says whether nothing that a heading of contents leads to is a citation."""
        at = index + 1
        while at < len(self.units) and at not in self.heads:
            judged = self.judged.get(at)
            if judged and judged.title and judged.title.shape == "cited":
                return False
            at += 1
        return True

    def _closed_bodies(self) -> list[bool]:
        """Says the same where such parts cannot be all that stands under their headings."""
        closed = []
        inside = False
        for index, _ in enumerate(self.units):
            head = self.heads.get(index)
            if head is not None and not self.entry[index]:
                inside = is_no_place(head.name) and index > next(iter(self.heads))
            closed.append(inside)
        return closed

    def _bodies(self) -> Iterator[tuple[int, int]]:
        """Yields of each heading its index and that of the next one."""
        indices = [*self.heads, len(self.units)]
        yield from pairwise(indices)

    def _entry_headings(self) -> frozenset[int]:
        """Returns the levels whose headings are entries."""
        good: dict[int, int] = {}
        count: dict[int, int] = {}
        for index, following in self._bodies():
            level = self.units[index].level
            count[level] = count.get(level, 0) + 1
            good[level] = good.get(level, 0) + self._is_work(index, following)
        return frozenset(
            level for level, number in good.items() if number >= 3 and number >= 0.5 * count[level]
        )

    def _is_work(self, index: int, following: int) -> bool:
        """Says whether a heading with its body is like an entry."""
        head = self.heads[index]
        if _BOOK.match(head.name):
            return True
        if head.role == "year" or count_words(head.name) < 2:
            return False
        works = sum(self._holds_work(i) for i in range(index + 1, following))
        if works <= _PAIR and self._names_authors(index, following):
            return True
        raw = self.raw(index)
        title = find_title(raw, _words_at(raw))
        told = self._tells_work(index, title, works) if title else None
        if told is not None:
            return told
        body = self.text[self.units[index].end : self._body_end(index, following)]
        if works or len(body) > 8000 or count_words(head.name) < 2:
            return False
        return any(
            rank_of(one.words, one.url) == PAPER and names_target(body, one)
            for one in links_of(body, 0, len(body))
        )

    def _names_authors(self, index: int, following: int) -> bool:
        """Says whether a field right below a heading names authors, and none a title."""
        for at in range(index + 1, min(following, index + 1 + _PAIR)):
            raw = self.raw(at)
            field = field_at(raw, 0, len(raw))
            if field is not None and field[0] == "authors":
                return at == index + 1 or TITLE_FIELD.match(self.raw(at - 1)) is None
        return False

    def _tells_work(self, index: int, title: Title, works: int) -> bool | None:
        """Says whether a heading's own words are a work; None where they do not tell."""
        raw = self.raw(index)
        if title.shape == "link" and title.primary and not is_anchor(title.primary.url):
            cites = kind_of(title.primary.url) == "paper" and works <= _PAIR
            return (cites or not works) and not names_target(raw, title.primary)
        if title.shape in {"italic", "cited", "quoted"} and is_sure_citation(raw, title):
            return works <= (_PAIR if is_full_citation(raw, title) else 0)
        if title.primary and names_target(raw, title.primary):
            rank = rank_of(title.primary.words, title.primary.url)
            if rank == PAPER and count_words(self._title(index, title)) >= SHORT_TITLE:
                return works <= _PAIR
        return None

    def _holds_work(self, index: int) -> bool:
        """Says whether a unit under a heading has a title of its own."""
        judged = self.judged.get(index)
        if judged is None:
            raw = self.raw(index)
            if self.units[index].kind == "row":
                before = self.units[index - 1]
                return before.piece == self.units[index].piece and before.kind == "other"
            return _BOLD_LINE.fullmatch(raw.strip()) is not None and count_words(raw) >= 3
        if judged.title is None or judged.strength < LINKED:
            return False
        return judged.strength == STRONG or count_words(self._title(index, judged.title)) >= 3

    def _title(self, index: int, title: Title) -> str:
        """Returns a title's words in a unit."""
        start = self.units[index].start
        return self.text[start + title.span[0] : start + title.span[1]]

    def _body_end(self, index: int, following: int) -> int:
        """Returns where a heading's body ends."""
        return self.units[following - 1].end if following > index + 1 else self.units[index].end

    def _paragraph_shapes(self, closed: list[bool]) -> frozenset[str]:
        """Returns the shapes of paragraphs that are entries, because they are repeated."""
        return repeated_shapes(
            [
                shape_of(self.units[i], judged)
                for i, judged in self.judged.items()
                if self.units[i].kind != "item" and judged.strength and not closed[i]
            ]
        )

    def _bare_too(self, indices: list[int], works: dict[int, int]) -> bool:
        """Says whether the items of a list are works also where they have no link."""
        own = [i for i in indices if self.judged[i].title is not None and not works.get(i)]
        linked = sum(self.judged[i].strength >= LINKED for i in own)
        if linked >= max(2, 0.4 * len(own)) or (linked and len(own) == _PAIR):
            return True
        cited = sum(self._is_cited(i) for i in own)
        if cited >= max(3, 0.6 * len(own)):
            return True
        titles = [(self.raw(i), title) for i in own if (title := self.judged[i].title)]
        sure = sum(is_sure_citation(raw, title) for raw, title in titles)
        return len(own) == len(indices) and sure >= max(_PAIR, 0.6 * len(own))

    def _are_cited(self, parent_of: dict[int, int]) -> bool:
        """Says whether most items of the document are put like citations."""
        outer = [index for index, parent in parent_of.items() if parent < 0]
        bare = [i for i in outer if (title := self.judged[i].title) and not title.links]
        if len(bare) < max(_SURE, 0.6 * len(outer)):
            return False
        if len(bare) < _MANY:
            titles = [(self.raw(i), title) for i in bare if (title := self.judged[i].title)]
            return sum(is_sure_citation(*one) for one in titles) > 0.8 * len(outer)
        return sum(self._is_cited(index) for index in bare) > 0.6 * len(outer)

    def _full_citations(self, items: Iterable[int]) -> frozenset[int]:
        """Returns the items that say who wrote a work and when; none where they are few."""
        titles = ((index, self.judged[index].title) for index in items)
        full = frozenset(i for i, one in titles if one and is_full_citation(self.raw(i), one))
        return full if len(full) > _PAIR else frozenset()

    def _is_cited(self, index: int) -> bool:
        """Says whether an item is put like a citation."""
        return is_citation(self.raw(index), self.judged[index].title)

    def _outlines(self, items: Iterable[int]) -> set[int]:
        """Returns the lists that are tables of contents with all that is nested in them."""
        lists: dict[int, list[int]] = {}
        for index in items:
            lists.setdefault(self.units[index].group, []).append(index)
        return {group for group, indices in lists.items() if self._are_contents(indices)}

    def _are_contents(self, indices: list[int]) -> bool:
        """Says whether the items of a list are the names of the document's headings."""
        named = files = told = 0
        for index in indices:
            title = self.judged[index].title
            if title is None:
                continue
            told += 1
            url = title.primary.url if title.primary else ""
            if url.partition("#")[0].endswith(".md"):
                files += count_words(self._title(index, title)) <= _PART
            name = self._title(index, title)
            anchor = url.partition("#")[2] or ("" if url else anchor_of(name))
            named += anchor in self.anchors and bool(anchor)
        if files > 1 and files == told and self._leads_on():
            return True
        return named > 0.5 * len(indices) and len(self.anchors) > 1

    def _leads_on(self) -> bool:
        """Says whether links to other files of the list may be its parts: it holds works itself."""
        if self.works_here is None:
            self.works_here = any(unit.kind == "row" for unit in self.units) or any(
                judged.strength == STRONG
                and judged.title is not None
                and judged.title.primary is not None
                and not judged.title.primary.url.endswith(".md")
                for judged in self.judged.values()
            )
        return self.works_here


def anchor_of(name: str) -> str:
    """Returns the anchor that a heading of that name gets.

    https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/node_filter/table_of_contents_filter.rb
    """
    return re.sub(r"[^\w\- ]+", "", name.strip().lower()).replace(" ", "-")


def _words_at(raw: str) -> int:
    """Returns where a heading's words start."""
    opening = re.match(r"[ \t]{0,3}#{0,6}[ \t]*+", raw)
    return opening.end() if opening else 0

"""What a page holds: its documents and sections with their counts, and what can be filtered by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from diffkb.core.text import fold, words
from diffkb.formats.html.prose import clean, set_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup

    from diffkb.core.models import Entry

# WR is drawn as so many dots at most; above that it is written as a number.
MOST_DOTS = 5
FEWEST_DOTS = 3


@dataclass(eq=False, slots=True)
class Part:
    """A document or a section.

    Attributes:
        plain: what it is called.
        name: the same as HTML.
        anchor: what a link to it names. No citation key has a slash, so it is never an entry's.
        depth: how many parts it stands in.
        size: the number of entries in it, those of its sections included.
        parts: its sections.
    """

    plain: str
    name: Markup
    anchor: str
    depth: int = 0
    size: int = 0
    parts: list[Part] = field(default_factory=list)


class Contents:
    """What is counted while entries are set.

    Attributes:
        documents: with their sections.
        size: the number of entries.
        years: of the list, with their numbers of entries, the newest first.
        marks: WR with their numbers of entries.
        tags: with their numbers of entries.
    """

    def __init__(self) -> None:
        self.documents: list[Part] = []
        self.size = 0
        self._years: Counter[int | None] = Counter()
        self._marks: Counter[int | None] = Counter()
        self._tags: Counter[str] = Counter()
        self._open: list[Part] = []
        self._anchors: Counter[str] = Counter()

    def begin_document(self, name: str) -> Part:
        """Begins a document and returns it; what follows stands in it."""
        part = self._part(name, f"/{_slug(name)}")
        self.documents.append(part)
        self._open = [part]
        return part

    def begin_section(self, name: str) -> Part:
        """Begins a section in the one that is open, and returns it."""
        above = self._open[-1]
        stem = above.anchor if len(self._open) > 1 else ""
        part = self._part(name, f"{stem}/{_slug(name)}", len(self._open))
        above.parts.append(part)
        self._open.append(part)
        return part

    def leave(self, depth: int) -> None:
        """Ends the sections that stand in more than so many others."""
        del self._open[depth + 1 :]

    def count(self, entry: Entry) -> None:
        """Counts an entry, in all parts that are open."""
        self.size += 1
        for part in self._open:
            part.size += 1
        self._years[entry.year] += 1
        self._marks[entry.wr] += 1
        self._tags.update(map(clean, entry.tags))

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.documents[0].plain if len(self.documents) == 1 else "Reading list"

    @property
    def parts(self) -> list[Part]:
        """The parts at the top: documents where there are several, else the sections."""
        return self.documents[0].parts if len(self.documents) == 1 else self.documents

    @property
    def sections(self) -> Iterator[tuple[int, Part]]:
        """All parts in order, with the number of parts they stand in."""
        waiting = [(0, part) for part in reversed(self.parts)]
        while waiting:
            depth, part = waiting.pop()
            yield depth, part
            waiting += [(depth + 1, below) for below in reversed(part.parts)]

    @property
    def years(self) -> list[tuple[int, int]]:
        """The list's years with their numbers of entries, the newest first."""
        found = [(year, size) for year, size in self._years.items() if year is not None]
        return sorted(found, reverse=True)

    @property
    def undated(self) -> int:
        """The number of entries that the list gives no year."""
        return self._years[None]

    @property
    def marks(self) -> list[tuple[int, int]]:
        """Each WR with the number of entries that have it or a higher one, the highest first."""
        found = sorted((mark for mark in self._marks if mark is not None), reverse=True)
        sizes = [sum(self._marks[one] for one in found if one >= mark) for mark in found]
        return list(zip(found, sizes, strict=True))

    @property
    def unrated(self) -> int:
        """The number of entries without WR."""
        return self._marks[None]

    @property
    def dots(self) -> int | None:
        """The number of dots that the highest WR has; None where it is a number."""
        marks = [mark for mark in self._marks if mark is not None]
        if not marks or (min(marks) >= 0 and max(marks) <= MOST_DOTS):
            return max([FEWEST_DOTS, *marks])
        return None

    @property
    def tags(self) -> list[tuple[str, int]]:
        """The tags with their numbers of entries, in the order of the alphabet."""
        return sorted(self._tags.items(), key=lambda one: (fold(one[0]), one[0]))

    def _part(self, name: str, anchor: str, depth: int = 0) -> Part:
        """Returns a new part; its anchor is like no other's."""
        self._anchors[anchor] += 1
        number = self._anchors[anchor]
        unique = anchor if number == 1 else f"{anchor}/{number}"
        return Part(clean(name), set_line(name), unique, depth)


def _slug(name: str) -> str:
    """Returns a name as it stands in an anchor."""
    return "-".join(words(name)) or "-"

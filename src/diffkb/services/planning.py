"""What is planned for a document: its headings, there already or new, and the entries they get."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from diffkb.core.outline import Node
    from diffkb.markdown.dialect import Context, Form

    Source = Callable[[Context, Form], Iterable["Written"]]


class Place(NamedTuple):
    """Where an entry goes, as the base holds it.

    Attributes:
        block_id: its block.
        section_id: its section; None where there is none above.
        group_id: the heading right above it.
    """

    block_id: int
    section_id: int | None
    group_id: int | None


class Written(NamedTuple):
    """A new entry: its text without the line end, and what takes note of where it went."""

    text: str
    settle: Callable[[Place], None]


class Heading:
    """A heading of the document, there already or planned, with the entries it is to get.

    Attributes:
        node: what is there; None for a new one.
        parent: the heading above it.
        name: its words.
        role: title, section or year; root for the document itself.
        level: of its marks.
        year: of a year group.
        section_id: of its row, once it has one.
        children: the headings right below it, in order.
        count: how many entries are planned for it, at most.
        sources: what yields them.
    """

    def __init__(self, parent: Heading | None, name: str, role: str, level: int) -> None:
        self.node: Node | None = None
        self.parent = parent
        self.name = name
        self.role = role
        self.level = level
        self.year: int | None = None
        self.section_id: int | None = None
        self.children: list[Heading] = []
        self.count = 0
        self.sources: list[Source] = []

    def plan(self, count: int, source: Source) -> None:
        """Plans entries for it.

        Args:
            count: how many at most.
            source: yields them in the form of their neighbours.
        """
        self.count += count
        self.sources.append(source)

    @property
    def is_new(self) -> bool:
        """Whether it does not stand in the document yet."""
        return self.node is None and self.role != "root"


def upwards(heading: Heading | None) -> Iterator[Heading]:
    """Yields a heading and those above it, itself first."""
    while heading is not None:
        yield heading
        heading = heading.parent


def section_of(heading: Heading) -> Heading | None:
    """Returns the section that a heading is, or that it stands in."""
    return next((one for one in upwards(heading) if one.role == "section"), None)

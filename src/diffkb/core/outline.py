"""The tree of a document's headings: paths, what lies under a heading, and finding one by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Role = Literal["title", "section", "year"]
Path = tuple[str, ...]

NEAREST = 3


class Node(NamedTuple):
    """A heading: `position` is that of its block in the document."""

    id: int
    document_id: int
    parent_id: int | None
    role: Role
    level: int
    name: str
    year: int | None
    block_id: int
    position: int


class Span(NamedTuple):
    """A stretch of a document: positions from `low` up to but not including `high`."""

    document_id: int
    low: int
    high: int | None


class Outline:
    """The headings of one or more documents.

    Args:
        nodes: the headings in the order of the documents and of their positions.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = tuple(nodes)
        self._by_id = {node.id: node for node in self.nodes}
        self._places = {node.id: place for place, node in enumerate(self.nodes)}

    def __getitem__(self, node_id: int) -> Node:
        """Returns the heading of that id."""
        return self._by_id[node_id]

    def __contains__(self, node_id: object) -> bool:
        """Says whether there is a heading of that id."""
        return node_id in self._by_id

    @property
    def sections(self) -> list[Node]:
        """The headings that are sections: neither the document's title nor a year."""
        return [node for node in self.nodes if node.role == "section"]

    def path(self, node_id: int | None) -> Path:
        """Returns the names of the sections down to a heading, its own included if it is one."""
        return tuple(
            node.name for node in reversed([*self.upwards(node_id)]) if node.role == "section"
        )

    def upwards(self, node_id: int | None) -> Iterator[Node]:
        """Yields a heading and those above it, itself first."""
        while node_id is not None:
            node = self._by_id[node_id]
            yield node
            node_id = node.parent_id

    def children(self, node_id: int) -> list[Node]:
        """Returns the headings right below one."""
        return [node for node in self.nodes if node.parent_id == node_id]

    def span(self, node: Node) -> Span:
        """Returns the stretch that a heading and everything below it take."""
        return self._until(node, lambda other: not self._is_below(other, node))

    def own_span(self, node: Node) -> Span:
        """Returns the stretch from a heading to the next one, whatever that is."""
        return self._until(node, lambda _: True)

    def find(self, name: str) -> list[Node]:
        r"""Finds sections by name or path, whatever their case.

        Args:
            name: a name, or the last names of a path between slashes; `\/` is no separator. A
                section whose own name holds a slash is found by it first.

        Returns:
            All that match, in order.
        """
        wanted = fold_name(name.replace("\\/", "/"))
        whole = [node for node in self.sections if fold_name(node.name) == wanted]
        return whole or self._find_path(split_path(name))

    def nearest(self, name: str) -> list[str]:
        """Returns the paths of the sections whose names are most like that one."""
        from difflib import get_close_matches

        parts = split_path(name)
        wanted = fold_name(parts[-1] if parts else name)
        names: dict[str, list[str]] = {}
        for node in self.sections:
            names.setdefault(fold_name(node.name), []).append(write_path(self.path(node.id)))
        near = get_close_matches(wanted, names, n=NEAREST, cutoff=0.5)
        near += [one for one in names if wanted and wanted in one and one not in near]
        return [path for one in near for path in names[one]][:NEAREST]

    def _find_path(self, parts: Path) -> list[Node]:
        """Returns the sections whose path ends with those names."""
        wanted = tuple(map(fold_name, parts))
        if not wanted:
            return []
        return [node for node in self.sections if self._ends_with(node, wanted)]

    def _ends_with(self, node: Node, wanted: Path) -> bool:
        """Says whether a section's path ends with those folded names."""
        return tuple(map(fold_name, self.path(node.id)))[-len(wanted) :] == wanted

    def _is_below(self, node: Node, above: Node) -> bool:
        """Says whether a heading stands somewhere below another."""
        return any(one.id == above.id for one in self.upwards(node.parent_id))

    def _until(self, node: Node, ends: Callable[[Node], bool]) -> Span:
        """Returns the stretch from a heading to the first later one that ends it."""
        for other in self.nodes[self._places[node.id] + 1 :]:
            if other.document_id != node.document_id:
                break
            if ends(other):
                return Span(node.document_id, node.position, other.position)
        return Span(node.document_id, node.position, None)


def split_path(text: str) -> Path:
    r"""Splits a path at its slashes, but for those after a backslash."""
    parts = re.split(r"(?<!\\)/", text)
    return tuple(part.replace("\\/", "/").strip() for part in parts if part.strip())


def write_path(path: Sequence[str]) -> str:
    """Returns a path as `split_path` reads it."""
    return "/".join(name.replace("/", "\\/") for name in path)


def fold_name(name: str) -> str:
    """Returns a section's name so that case and white space make no difference."""
    return " ".join(name.casefold().split())

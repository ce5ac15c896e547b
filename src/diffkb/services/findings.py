"""What a source's answer brought to light about works that are listed, for people to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Candidate
    from diffkb.store.tables import PaperRow
    from diffkb.store.writer import UnitOfWork

Kind = Literal["new-version", "withdrawn", "no-longer-withdrawn", "joined"]


class Finding(NamedTuple):
    """Something that a person should hear of.

    Attributes:
        kind: what it is.
        entry_ids: the entries of the work it is about.
        message: in one sentence.
    """

    kind: Kind
    entry_ids: tuple[int, ...]
    message: str


def find_changes(unit: UnitOfWork, paper: PaperRow, candidate: Candidate) -> list[Finding]:
    """Returns what is new in an answer about a work, before it is taken over.

    Args:
        unit: the change it is part of.
        paper: the work.
        candidate: what the source said.
    """
    known = unit.connection.execute(
        "SELECT name, value, source FROM facts WHERE paper_id = ?"
        " AND name IN ('version', 'withdrawn')",
        (paper.id,),
    ).fetchall()
    versions = [int(value) for name, value, _ in known if name == "version" and value.isdecimal()]
    was_withdrawn = ("withdrawn", candidate.source) in {(name, source) for name, _, source in known}
    ids = entries_of(unit, paper)
    return [
        Finding(kind, ids, f"{named(ids)}: {what}")
        for kind, what in _changes(max(versions, default=None), candidate, was_withdrawn)
    ]


def _changes(
    version: int | None, candidate: Candidate, was_withdrawn: bool
) -> Iterator[tuple[Kind, str]]:
    """Yields what has changed since sources were asked before, in words."""
    if version is not None and (candidate.version or 0) > version:
        yield "new-version", f"version {candidate.version} is out, after {version}"
    if candidate.withdrawn and not was_withdrawn:
        yield "withdrawn", f'withdrawn, says {candidate.source}: "{candidate.withdrawn}"'
    if was_withdrawn and not candidate.withdrawn:
        yield "no-longer-withdrawn", f"not withdrawn any more, says {candidate.source}"


def entries_of(unit: UnitOfWork, paper: PaperRow) -> tuple[int, ...]:
    """Returns the entries that stand for a work, by their ids."""
    found = unit.connection.execute(
        "SELECT id FROM entries WHERE paper_id = ? ORDER BY id", (paper.id,)
    )
    return tuple(entry_id for (entry_id,) in found)


def named(ids: tuple[int, ...]) -> str:
    """Returns "entry 3" or "entries 3, 5 and 7" for the beginning of a sentence."""
    if not ids:
        return "a work without an entry"
    *first, last = map(str, ids)
    return f"entries {', '.join(first)} and {last}" if first else f"entry {last}"

"""Whether a document reads as it is stored, all of it anew: blocks, headings, and what is where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.markdown.document import Reading
    from diffkb.store.writer import UnitOfWork


class Place(NamedTuple):
    """A block, and the number of the block of the heading it stands under."""

    kind: str
    text: str
    under: int | None
    entries: int


def reads_as_stored(unit: UnitOfWork, document_id: int) -> bool:
    """Says whether a document that is read anew has the blocks and entries that are stored.

    A document that is not there reads as nothing, and is stored as nothing.
    """
    stored = list(_stored(unit, document_id))
    dialect = unit.connection.execute(
        "SELECT dialect FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    if dialect is None:
        return not stored
    reading = read_document("".join(one.text for one in stored), Dialect.from_json(dialect[0]))
    return stored == list(_read(reading))


def _stored(unit: UnitOfWork, document_id: int) -> Iterator[Place]:
    """Yields the blocks of a document as the base has them."""
    headings: dict[int, int] = {}
    rows = unit.connection.execute(
        "SELECT b.kind, b.raw, s.id, s.parent_id,"
        " (SELECT group_id FROM entries WHERE block_id = b.id ORDER BY ordinal LIMIT 1),"
        " (SELECT count(*) FROM entries WHERE block_id = b.id)"
        " FROM blocks b LEFT JOIN sections s ON s.block_id = b.id"
        " WHERE b.document_id = ? ORDER BY b.position",
        (document_id,),
    )
    for number, (kind, raw, section, parent, group, entries) in enumerate(rows):
        if section is not None:
            headings[section] = number
        above = group if section is None else parent
        # A heading that stands further down is none to stand under.
        under = None if above is None else headings.get(above, -1)
        yield Place(kind, raw.decode("utf-8", "surrogateescape"), under, entries)


def _read(reading: Reading) -> Iterator[Place]:
    """Yields the blocks of a document as they are read."""
    for block in reading.blocks:
        placed = block.entries or block.heading is not None
        yield Place(block.kind, block.raw, block.parent if placed else None, len(block.entries))

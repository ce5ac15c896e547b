"""New blocks and headings written many at a time, each block beside the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.core.text import storable
from diffkb.markdown.placing import insert_block, unit_of
from diffkb.services.blocks import Blocks, bytes_of, make_room, text_of
from diffkb.services.list_rows import GAP
from diffkb.store.tables import BlockRow, SectionRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.markdown.dialect import Context
    from diffkb.markdown.document import BlockKind
    from diffkb.services.planning import Heading
    from diffkb.store.writer import UnitOfWork


class NewRows:
    """The rows of new blocks and headings, written many at a time; `any` says if there are."""

    CHUNK = 5_000

    def __init__(self, unit: UnitOfWork, document_id: int, flush: Callable[[], None]) -> None:
        self._unit = unit
        self._document_id = document_id
        self._flush_entries = flush
        self._next_block = unit.next_id(BlockRow)
        self._next_section = unit.next_id(SectionRow)
        self._blocks: list[tuple[Any, ...]] = []
        self._sections: list[tuple[Any, ...]] = []
        self.any = False

    def reserve_block(self) -> int:
        """Returns the id of a new block."""
        self.any = True
        self._next_block += 1
        return self._next_block - 1

    def add_block(self, block_id: int, position: int, kind: BlockKind, text: str) -> None:
        """Adds a block whose text will not change any more."""
        self._blocks.append((block_id, self._document_id, position, kind, bytes_of(text)))
        if len(self._blocks) >= self.CHUNK:
            self.flush()

    def add_section(self, heading: Heading, block_id: int) -> int:
        """Adds the row of a heading, and returns its id."""
        section_id = self._next_section
        self._next_section += 1
        parent_id = heading.parent.section_id if heading.parent else None
        self._sections.append(
            (
                *(section_id, self._document_id, block_id, parent_id, heading.level),
                *(heading.role, storable(heading.name), heading.year),
            )
        )
        return section_id

    def flush(self) -> None:
        """Writes what has come together; whatever a row refers to is there before it."""
        self._unit.insert_rows(BlockRow, self._blocks)
        self._unit.insert_rows(SectionRow, self._sections)
        self._blocks.clear()
        self._sections.clear()
        self._flush_entries()


class Chain:
    """New blocks that stand in a row after a block that is there.

    A block is written when the next one is known: the blank lines between belong to it.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        blocks: Blocks,
        anchor: BlockRow | None,
        count: int,
        rows: NewRows,
    ) -> None:
        self._blocks = blocks
        self._rows = rows
        self._anchor = anchor
        self._earlier, self._following = blocks.around(anchor) if anchor else ([], [])
        self._after = self._following[0][1] if self._following else None
        self._later = unit_of(self._after)
        self._position, self._step = _positions(unit, anchor, count)
        self._held: tuple[int, BlockKind, str, str] | None = None
        self._last: tuple[BlockKind, str] | None = None

    def add(self, text: str, kind: BlockKind, unit: str, ctx: Context) -> int:
        """Adds a block, and returns its id."""
        block_id = self._rows.reserve_block()
        if self._held is not None:
            _, _, held, held_unit = self._held
            opened, new = insert_block(
                held, text, self._after, ctx, units=(held_unit, unit, self._later)
            )
            self._write_held(opened or "")
        elif self._anchor is not None:
            new = self._open(self._anchor, text, kind, unit, ctx)
        else:
            new = insert_block(None, text, None, ctx)[1]
        self._held = (block_id, kind, new, unit)
        return block_id

    def close(self) -> None:
        """Writes the last block, once it is known to read the same beside what follows it."""
        if self._held is None:
            return
        _, kind, text, _ = self._held
        before = [] if self._last is None else [self._last]
        self._blocks.check_near([*before, (kind, text), *self._following], at_start=False)
        self._write_held(text)
        self._held = None

    def _open(self, anchor: BlockRow, text: str, kind: BlockKind, unit: str, ctx: Context) -> str:
        """Sets the first block after the one that is there, and returns its text."""
        before = text_of(anchor)
        opened, new = insert_block(
            before, text, self._after, ctx, units=(unit_of(before), unit, self._later)
        )
        window = [*self._earlier, (anchor.kind, opened or ""), (kind, new), *self._following]
        self._blocks.check_near(window, at_start=not self._earlier)  # type: ignore[arg-type]
        if opened != before:
            anchor.raw = bytes_of(opened or "")
            self._blocks.save(anchor)
        return new

    def _write_held(self, text: str) -> None:
        """Writes the block before the one that comes now."""
        if self._held is None:
            return
        block_id, kind, _, _ = self._held
        self._position += self._step
        self._last = (kind, text)
        self._rows.add_block(block_id, self._position, kind, text)


def _positions(unit: UnitOfWork, anchor: BlockRow | None, count: int) -> tuple[int, int]:
    """Returns the position after which blocks go, and the distance from one to the next."""
    if anchor is None:
        return 0, GAP
    query = (
        "SELECT position FROM blocks WHERE document_id = ? AND position > ?"
        " ORDER BY position LIMIT 1"
    )
    place = (anchor.document_id, anchor.position)
    following = unit.connection.execute(query, place).fetchone()
    if following is None:
        return anchor.position, GAP
    if following[0] - anchor.position <= count:
        make_room(unit, anchor.document_id, anchor.position, count)
        following = unit.connection.execute(query, place).fetchone()
    return anchor.position, (following[0] - anchor.position) // (count + 1)

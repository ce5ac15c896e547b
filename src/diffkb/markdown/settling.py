"""Keeps the reading of a document as it is stored while its entries come and go.

Whether an item is an entry may depend on the others of its list. Where an edit would change that,
the document's dialect takes it up: from then on the item is read as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import CannotWrite
from diffkb.markdown.dialect import item_mark
from diffkb.markdown.document import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.markdown.dialect import Context, Dialect
    from diffkb.markdown.document import Block, BlockKind

# Each round may show others that depend on those of the last one.
_ROUNDS = 3
_SHOWN = 60


class Piece(NamedTuple):
    """A block as it is stored.

    Attributes:
        kind: what it is.
        raw: its text.
        context: of an entry, what it is stored with; else None.
    """

    kind: BlockKind
    raw: str
    context: Context | None


def settle_dialect(
    pieces: Sequence[Piece], dialect: Dialect, *, new: int | None = None, field: str = "change"
) -> Dialect:
    """Returns the dialect by which a document's blocks read together as what they are stored as.

    Args:
        pieces: the blocks, in order.
        dialect: what was decided when the document was read first, and since.
        new: the place of a block that is new there: it has to be read by itself.
        field: what was changed, for the error.

    Raises:
        CannotWrite: the document would be cut differently, or a block would read otherwise.
    """
    text = "".join(piece.raw for piece in pieces)
    blocks = read_document(text, dialect).blocks
    rounds = 0
    while (other := _first_other(blocks, pieces)) is not None:
        settled = _settled(blocks, pieces, dialect, new)
        rounds += 1
        if settled == dialect or rounds > _ROUNDS:
            if new is not None and other is pieces[new]:
                raise CannotWrite("entry", "there it would not be read as one")
            shown = other.raw.strip().split("\n", 1)[0][:_SHOWN]
            raise CannotWrite(field, f"what stands near it would be read otherwise: {shown}")
        dialect = settled
        blocks = read_document(text, dialect).blocks
    return dialect


def follow_edit(dialect: Dialect, before: str, after: str) -> Dialect:
    """Returns the dialect after a block was rewritten: what it remembers of it goes along."""
    old, new = item_mark(before), item_mark(after)
    return dialect._replace(
        listed=_renamed(dialect.listed, old, new), kept=_renamed(dialect.kept, old, new)
    )


def _renamed(marks: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """Returns marks with one in another's place."""
    return tuple(sorted({*marks, new} - {old})) if old in marks and old != new else marks


def _first_other(blocks: Sequence[Block], pieces: Sequence[Piece]) -> Piece | None:
    """Returns the first block that reads otherwise than it is stored."""
    for block, piece in zip(blocks, pieces, strict=False):
        if (block.kind, block.raw) != piece[:2]:
            return piece
        if block.context is not None and not _alike(block.context, piece.context):
            return piece
    return None


def _alike(read: Context, stored: Context | None) -> bool:
    """Says whether an entry still depends on the same."""
    return stored is not None and read[1:] == stored[1:]


def _settled(
    blocks: Sequence[Block], pieces: Sequence[Piece], dialect: Dialect, new: int | None
) -> Dialect:
    """Returns the dialect with the items that it has to remember to be read as they are stored."""
    read = dict(_items_read(blocks))
    stored = dict(_items_stored(pieces))
    fresh = sum(len(piece.raw) for piece in pieces[:new]) if new is not None else -1
    kept = [item_mark(raw) for at, raw in read.items() if at not in stored and at != fresh]
    listed = [item_mark(raw) for at, raw in stored.items() if at not in read and at != fresh]
    return dialect._replace(
        listed=_with_marks(dialect.listed, listed, without=kept),
        kept=_with_marks(dialect.kept, kept, without=listed),
    )


def _with_marks(
    marks: Sequence[str], more: Sequence[str], *, without: Sequence[str]
) -> tuple[str, ...]:
    """Returns marks with others, but for those that now say the opposite."""
    return tuple(sorted({*marks, *more} - set(without)))


def _items_read(blocks: Sequence[Block]) -> Iterator[tuple[int, str]]:
    """Yields where the items start that are read as entries, with their texts."""
    at = 0
    for block in blocks:
        if block.context is not None and block.context.unit == "item":
            yield at, block.raw
        at += len(block.raw)


def _items_stored(pieces: Sequence[Piece]) -> Iterator[tuple[int, str]]:
    """Yields where the items start that are stored as entries, with their texts."""
    at = 0
    for piece in pieces:
        if piece.context is not None and piece.context.unit == "item":
            yield at, piece.raw
        at += len(piece.raw)

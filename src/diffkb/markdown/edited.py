"""An entry that is being changed, with those near it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import CannotWrite
from diffkb.markdown.curated import read_unit
from diffkb.markdown.document import read_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context

    Neighbours = Sequence[tuple[str, Context]]


class Entry(NamedTuple):
    """An entry that is being changed.

    Attributes:
        raw: its block.
        found: what that says.
        ctx: what its reading depends on beside that.
        neighbours: blocks and contexts of entries near by, whose form a new part of it takes.
    """

    raw: str
    found: Found
    ctx: Context
    neighbours: Neighbours


def read_entry(raw: str, ctx: Context) -> Found:
    """Reads what must be an entry.

    Raises:
        CannotWrite: it is none.
    """
    found = read_unit(raw, ctx)
    if found is None:
        raise CannotWrite("entry", "there is no such entry in its block")
    return found


def stands_alone(raw: str, ctx: Context) -> bool:
    """Says whether a text is one entry, and nothing else, also where nothing stands around it."""
    blocks = read_document(raw, ctx.dialect).blocks
    return len(blocks) == 1 and blocks[0].entries != () and blocks[0].context is not None

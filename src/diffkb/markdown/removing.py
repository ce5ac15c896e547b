"""Takes a block out from between two, so that putting it in again gives the same text."""

from __future__ import annotations

from diffkb.markdown.blocks import cut_one, trailing


def close_gap(before: str, removed: str, *, last: bool) -> str:
    """Returns the block before one that is taken out, as it must be stored then.

    What is undone is what `insert_block` did: of two items the earlier gets the blank lines after
    the later one, and what becomes the document's last block ends as the document ended.

    Args:
        before: the block before the one that goes.
        removed: the block that goes.
        last: whether it is the document's last one.
    """
    if last or (_is_item(before) and _is_item(removed)):
        return before[: trailing(before)] + removed[trailing(removed) :]
    return before


def _is_item(raw: str) -> bool:
    """Says whether a block is an item of a list."""
    piece = cut_one(raw)
    return piece is not None and piece.kind == "item"

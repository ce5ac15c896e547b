"""Takes a block out from between two, so that putting it in again gives the same text."""

from __future__ import annotations

from diffkb.markdown.blocks import LINE_END, trailing
from diffkb.markdown.placing import unit_of


def close_gap(
    before: str,
    removed: str,
    after: str | None = None,
    *,
    last: bool,
    units: tuple[str, str, str] | None = None,
) -> str:
    """Returns the block before one that is taken out, as it must be stored then.

    What is undone is what `insert_block` did: of two blocks of a kind the earlier gets the blank
    lines after the later one, and what becomes the document's last block ends as the document
    ended. Where the last of a list or table goes, what follows is set off as it was.

    Args:
        before: the block before the one that goes.
        removed: the block that goes.
        after: the block after it.
        last: whether it is the document's last one.
        units: what the three are by the block rules, where that is known; by default it is seen.
    """
    earlier, own, later = units or (unit_of(before), unit_of(removed), unit_of(after))
    white = removed[trailing(removed) :]
    if last or (earlier == own and own != "heading") or (own == "row" and earlier == "table"):
        return before[: trailing(before)] + white
    end = trailing(before)
    if later != own and _count(white) > _count(before[end:]):
        return before[:end] + white
    return before


def _count(white: str) -> int:
    """Returns the number of line ends."""
    return len(LINE_END.findall(white))

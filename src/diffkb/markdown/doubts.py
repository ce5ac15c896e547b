"""What looks like an entry and is none, and what is an entry and may be meant otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.markdown.dialect import WR_SCALE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.markdown.blocks import Piece
    from diffkb.markdown.entries import Item

_LIKE_A_MARK = re.compile(r"\bWR[ \t]*+[=:]")
_LINK_FIRST = re.compile(r"[ \t]*+(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]++)?+(!?+\[!?+)")
_DESTINATION = re.compile(r"\]\([ \t]*+([#)]?)")


def doubts(raw: str, item: Item) -> Iterator[str]:
    """Yields what is doubtful about an entry.

    Args:
        raw: its block.
        item: where its fields lie.
    """
    low, high = WR_SCALE
    if item.wr is not None and not low <= item.wr <= high:
        yield f"WR={item.wr} is out of the scale of {low} to {high}"
    if "WR" in raw and _LIKE_A_MARK.search(raw, item.mark[1]):
        yield "something like a WR mark stands neither right after the link nor after the note"


def why_kept(piece: Piece, raw: str) -> str | None:
    """Says why a block that looks like entries is kept as text.

    Args:
        piece: what the block rules say of it.
        raw: its text.

    Returns:
        The reason, or None for a block that looks like no entry: a table of contents, a badge,
        words without links.
    """
    if piece.kind == "item":
        return _why_no_entry(raw)
    if piece.name == "html_block":
        return "HTML with links" if "href=" in raw else None
    if "](" not in raw:
        return None
    if piece.name == "table":
        return "a table with links"
    return _why_paragraph(raw) if piece.name == "paragraph" else None


def _why_no_entry(raw: str) -> str | None:
    """Says why an item of a list is no entry."""
    destination = _DESTINATION.search(raw)
    if not destination:
        return "an item without a link"
    first = _LINK_FIRST.match(raw)
    if not first:
        return "an item that does not begin with a link"
    if "!" in first[1] or destination[1] == "#":
        return None
    if destination[1]:
        return "an item whose link leads nowhere"
    return "an item that does not begin with a plain link"


def _why_paragraph(raw: str) -> str | None:
    """Says why a paragraph with links may be an entry."""
    first = _LINK_FIRST.match(raw)
    if first:
        return None if "!" in first[1] else "a paragraph that begins with a link"
    return "a paragraph with a bold title and links" if raw.lstrip().startswith("**") else None

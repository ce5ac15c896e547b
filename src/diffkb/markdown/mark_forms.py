"""Writes marks in the form of those there: how much a work is worth, and whether it was read."""

from __future__ import annotations

import re

_STAR = re.compile(r":star2?:|⭐\ufe0f?|🌟|★")
_WR = re.compile(r"(\**WR ?= ?)[0-9]{1,9}(\**)")
# The sign for the other state, as people pair them.
_PAIRS = (
    ("✅", "❌"),
    ("☑", "☐"),
    (":white_check_mark:", ":x:"),
    (":heavy_check_mark:", ":white_medium_square:"),
    (":ballot_box_with_check:", ":white_large_square:"),
    ("✓", "⚠"),
)


def mark_like(shown: str, value: int) -> str | None:
    """Returns a worth-reading mark in the form of another one.

    Args:
        shown: the other mark.
        value: the new value.

    Returns:
        The mark, or None where that form has none for the value.
    """
    worth = _WR.fullmatch(shown)
    if worth:
        return f"{worth[1]}{value}{worth[2]}"
    stars = list(_STAR.finditer(shown))
    if stars:
        gap = shown[stars[0].end() : stars[1].start()] if len(stars) > 1 else ""
        return gap.join([stars[0][0]] * value) if value > 0 else None
    return str(value) if shown.isdecimal() else None


def is_stars(shown: str) -> bool:
    """Says whether a mark is a run of stars."""
    return _STAR.match(shown) is not None


def other_signs(shown: str) -> tuple[str, ...]:
    """Returns the signs that may stand for the other state of reading."""
    return tuple(
        other
        for pair in _PAIRS
        for sign, other in (pair, pair[::-1])
        if shown.strip("\ufe0f") == sign
    )

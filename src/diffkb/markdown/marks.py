"""Marks beside a title: whether it was read, and how much it is worth reading."""

# Signs are what real lists show.
# ruff: noqa: PLR2004, RUF001

from __future__ import annotations

import re
from typing import NamedTuple

from diffkb.markdown.years import mark_in

_DONE = {"x": True, "X": True, "✓": True, "✔": True, " ": False}
_READ = r":white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:|(?:✅|✔|✓|☑)\ufe0f?"
_UNREAD = (
    r":white_(?:medium_|large_)?square(?:_button)?:|:black_square_button:|:x:(?!\])"
    r"|(?:⚠|☐|⬜|🔲|❌)\ufe0f?|:warning:"
)
_SIGN = re.compile(rf"({_READ})|({_UNREAD})")
_ANY_SIGN = re.compile(r"[✅✔✓☑⚠☐⬜🔲❌]|:[whbx]")
_STARS = re.compile(r"(?::star2?:|⭐\ufe0f?|🌟|★)(?:\s?(?::star2?:|⭐\ufe0f?|🌟|★))*+")
_STAR = re.compile(r":star2?:|⭐|🌟|★")
_OUT_OF = re.compile(
    r"(?:(?:\b(?:rating|score|rated|stars?|worth)|评分|推荐度|推荐指数)\s?[:：=]\s?(?:\*\*)?"
    r"|[(\[]|[-–—|]\s|\*\*)([0-9]{1,2})\s?/\s?(?:5|10)(?![0-9/])(?=\s?(?:[)\]|]|\*\*|stars?|\Z|[\r\n]))",
    re.IGNORECASE,
)
_RATED = re.compile(
    r"(?:\b(?:rating|rated|score|worth)|评分|推荐度|推荐指数)\s*[:：=]\s*\**\s*([0-9]{1,2})(?![0-9.%])",
    re.IGNORECASE,
)
_AT_ENDS = " \t\r\n*_()[]|.,;:-–—\\<>`"


class Worth(NamedTuple):
    """How much a list says a work is worth, and where."""

    value: int
    spans: tuple[tuple[int, int], ...]


def worth_in(text: str, start: int) -> Worth | None:
    """Returns how much a work is said to be worth.

    Args:
        text: what stands beside title and addresses.
        start: where what follows the title starts.
    """
    if "WR=" in text and (mark := mark_in(text)):
        return Worth(mark[2], (mark[:2],))
    if ":star" in text or "⭐" in text or "🌟" in text or "★" in text:
        spans = tuple(one.span() for one in _STARS.finditer(text))
        if spans:
            return Worth(sum(len(_STAR.findall(text, *one)) for one in spans), spans)
    if "/" in text and (found := _OUT_OF.search(text, start)):
        return Worth(int(found[1]), (found.span(1),))
    low = text.lower()
    if ("rat" in low or "score" in low or "worth" in low or "推荐" in text or "评分" in text) and (
        found := _RATED.search(text, start)
    ):
        return Worth(int(found[1]), (found.span(1),))
    return None


def box(checked: str) -> bool | None:
    """Says what the character in a task's box means."""
    return _DONE.get(checked)


def read_in(text: str, edges: tuple[int, int]) -> tuple[bool, tuple[int, int]] | None:
    """Returns what a mark says about reading, and its span.

    Args:
        text: what stands beside title and addresses.
        edges: where what stands before the title ends, and what follows it starts. A sign in the
            middle of other words says something about them, not about the reading.
    """
    if _ANY_SIGN.search(text) is None:
        return None
    for found in _SIGN.finditer(text):
        if _at_edge(text, found.start(), found.end(), edges):
            return found[1] is not None, found.span()
    return None


def _at_edge(text: str, start: int, end: int, edges: tuple[int, int]) -> bool:
    """Says whether a sign stands alone at the beginning or the end, or right by the title."""
    before, after = edges
    if end <= before:
        return not any(one.isalpha() for one in text[:start]) or not text[end:before].strip(
            _AT_ENDS
        )
    if not text[after:start].strip(_AT_ENDS):
        return True
    line = text.find("\n", end)
    return not text[end : line if line >= 0 else len(text)].strip(_AT_ENDS)

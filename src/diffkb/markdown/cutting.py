"""Takes a part out of an entry, with the signs that stand around it and part it from others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.markdown.curated import Found

_BEFORE = re.compile(r"(?:[ \t]|[,.;:|/·•–—-](?=[ \t]|\Z))*+\Z")
_AFTER = re.compile(r"[ \t]*+(?:[,.;:|/·•–—-](?![\w\[(]))?+[ \t]*+")
_PAIRS = ("()", "[]", "（）", "【】", "**", "__", "``", "{}", "“”", '""')
_YEAR_NEXT = re.compile(r"[ \t]?(?=(?:19|20)[0-9]{2}(?![0-9]))")
_MOST_SIGNS = 20


def cut(raw: str, start: int, end: int, found: Found) -> Iterator[str]:
    """Yields a text without a stretch and the signs that part it from what stands around it.

    Args:
        raw: the text.
        start: of the stretch.
        end: of the stretch.
        found: the entry that the text is.

    Yields:
        Texts, that which is likeliest what a person would leave first.
    """
    start, end = with_signs(raw, start, end)
    before = _BEFORE.search(raw, max(0, start - _MOST_SIGNS), start)
    low = before.start() if before else start
    after = _AFTER.match(raw, end)
    high = after.end() if after else end
    opens = raw[low - 1 : low] in {*"([（【\n\r|", ""}
    marked = low == start and raw[low - 1 : low] in {"*", "_", "`"}
    if opens or marked or found.title.body >= low:
        yield raw[:start] + raw[high:]
    yield raw[:low] + raw[end:]
    yield raw[:start] + raw[high:]
    yield raw[:start] + raw[end:]


def before_year(raw: str, start: int, end: int) -> Iterator[str]:
    """Yields the text without a venue before its year, which then stands in its place."""
    year = _YEAR_NEXT.match(raw, end)
    if year:
        yield raw[:start] + raw[year.end() :]


def with_signs(raw: str, start: int, end: int) -> tuple[int, int]:
    """Returns a stretch with the pairs of signs right around it alone, or the hash before it."""
    while start > 0 and end < len(raw):
        pair = raw[start - 1] + raw[end]
        if pair not in _PAIRS:
            break
        start, end = start - 1, end + 1
    hashed = raw.startswith("#", start - 1) if start else False
    return start - hashed, end

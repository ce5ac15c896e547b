"""The part of a text in which words were found, with the words marked."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.text import IDEOGRAPHS, fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diffkb.core.query import Phrase

# A word as it is written: a letter, its marks, and so on; ideographs stand alone.
_WRITTEN = re.compile(rf"[{IDEOGRAPHS}]|[^\W_{IDEOGRAPHS}](?:[^\W_{IDEOGRAPHS}]|[\u0300-\u036f])*")
# Of what stands before the first word found, so much is shown.
BEFORE = 30


class Snippet(NamedTuple):
    """A part of a text.

    Attributes:
        text: the part, with `…` where more was left out.
        hits: where in it the words stand that were found: (start, end) pairs in order.
    """

    text: str
    hits: tuple[tuple[int, int], ...]


class _Word(NamedTuple):
    """A folded word, and where in the text it is written."""

    folded: str
    start: int
    end: int


def find_hits(text: str, phrases: Iterable[Phrase]) -> list[tuple[int, int]]:
    """Returns where phrases stand in a text: (start, end) pairs in order, none in another."""
    places = _places_in_ascii if text.isascii() else _places
    found = sorted({hit for phrase in phrases for hit in places(text, phrase)})
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def cut_snippet(text: str, phrases: Sequence[Phrase], width: int) -> Snippet | None:
    """Returns the part of a text around the first place where a phrase stands.

    Args:
        text: where to look.
        phrases: what was sought.
        width: about how many characters to show.

    Returns:
        None where none of the phrases stands in the text.
    """
    hits = find_hits(text, phrases)
    if not hits:
        return None
    start = _start(text, hits[0][0])
    end = _end(text, max(start + width, hits[0][1]))
    before, behind = ("…" if start else ""), ("…" if end < len(text) else "")
    shown = before + re.sub(r"\s", " ", text[start:end]) + behind
    moved = len(before) - start
    return Snippet(shown, tuple((low + moved, high + moved) for low, high in hits if high <= end))


def _start(text: str, hit: int) -> int:
    """Returns where to begin, at a word, so that a hit has something before it."""
    if hit <= BEFORE:
        return 0
    found = re.compile(r"\s\S").search(text, hit - BEFORE, hit)
    return found.start() + 1 if found else hit


def _end(text: str, most: int) -> int:
    """Returns where to end: behind the last whole word, where there is a blank to tell."""
    if most >= len(text):
        return len(text)
    blank = text.rfind(" ", most - BEFORE, most)
    return blank if blank > 0 else most


def _places_in_ascii(text: str, phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Yields where a phrase stands in a text of plain letters, most of which hold none."""
    for found in _pattern(phrase.words, prefix=phrase.prefix).finditer(text):
        yield found.span()


@cache
def _pattern(sought: tuple[str, ...], *, prefix: bool) -> re.Pattern[str]:
    """Returns the pattern by which words stand side by side in plain text."""
    more = "[a-z0-9]*" if prefix else ""
    words_in_a_row = "[^a-z0-9]+".join(map(re.escape, sought))
    return re.compile(f"(?<![a-z0-9]){words_in_a_row}{more}(?![a-z0-9])", re.IGNORECASE | re.ASCII)


def _places(text: str, phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Yields where a phrase stands in any text."""
    if not all(word in fold(text) for word in phrase.words):
        return
    written = list(_written(text))
    length = len(phrase.words)
    for first in range(len(written) - length + 1):
        part = written[first : first + length]
        if _stands(part, phrase):
            yield part[0].start, part[-1].end


def _written(text: str) -> Iterator[_Word]:
    """Yields the words of a text with their places; a ligature may hold several at one."""
    for found in _WRITTEN.finditer(text):
        for folded in words(found[0]):
            yield _Word(folded, found.start(), found.end())


def _stands(part: Sequence[_Word], phrase: Phrase) -> bool:
    """Says whether as many words are those of a phrase."""
    *first, last = (word.folded for word in part)
    *sought, end = phrase.words
    return first == sought and (last.startswith(end) if phrase.prefix else last == end)

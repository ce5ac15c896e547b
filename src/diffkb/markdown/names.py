"""Names of authors before a title: where a run of them ends, and the title begins."""

from __future__ import annotations

import re
from typing import NamedTuple

# What parts one name from the next, or the last one from the title. A full stop after a single
# letter is an initial's.
_PARTING = re.compile(
    r"(?P<comma>,\s++(?:(?:and|&)\s++)?)|(?P<joined>\s++(?:and|&)\s++)|(?P<colon>:\s++)"
    r"|(?P<stop>(?<=[\w)]{2})\.\s++(?=[A-Z\"“]))"
)
_PARTICLES = frozenset(
    "van von der den de da di du dos del della la le bin ibn al el ten ter zu y".split()
)
_OTHERS = frozenset(("et al", "et al.", "at al", "at al.", "et. al", "et. al.", "others", "al."))
# Words of titles, and of no name.
_NEVER = frozenset(
    "The A An On Towards Toward For How Why What Learning Neural Network Networks Model Models"
    " System Systems Language Programming Data Machine Theory Introduction Analysis".split()
)
_DATED = re.compile(r"\s\(?(?:19|20)[0-9]{2}[a-z]?\)?\Z")
_AND_OTHERS = (" et al.", " et al", " at al.", " et. al.")
_INITIAL = re.compile(r"(?<![\w.-])[A-Z](?:\.|(?=\s|\Z))")
_MOST_WORDS = 4
# So many names in a row are no list of nouns in a title.
_CROWD = 3
_MOST_NAMES = 60


class Names(NamedTuple):
    """A run of names.

    Attributes:
        end: where it ends.
        title: where what follows it begins.
        sure: whether it cannot well be anything else; other runs are names in a list where most
            entries begin with them.
    """

    end: int
    title: int
    sure: bool


def names_before(text: str, start: int, end: int) -> Names | None:
    """Finds the names that a text begins with.

    Args:
        text: the text.
        start: where to begin.
        end: where to stop.

    Returns:
        The run of names, or None where it does not begin with one, or nothing follows it.
    """
    at = start
    full = count = 0
    certain = joined = anded = False
    last: tuple[int, int] | None = None
    for _ in range(_MOST_NAMES):
        parting = _PARTING.search(text, at, end)
        stop = parting.start() if parting else end
        words = text[at:stop].strip(" *_")
        dated = _DATED.search(words)
        words = words[: dated.start()] if dated else words
        certain = certain or _is_certain(words)
        closed = parting is not None and parting.lastgroup in {"colon", "stop"}
        if not is_name(words):
            break
        doubtful = parting is not None and parting.lastgroup == "colon" and count and not joined
        if doubtful and not _is_certain(words):
            # In "A B, C D, Title: More" the title's first half looks like one more name.
            break
        if parting is None:
            return None
        joined = "and" in parting[0] or "&" in parting[0]
        anded = anded or joined
        count += 1
        full += " " in words
        last = (stop, parting.end())
        at = parting.end()
        if closed:
            break
    if last is None or last[1] >= end:
        return None
    pair = full > 1 and anded and text[last[0]] == ","
    return Names(*last, sure=certain or full >= _CROWD or pair)


def _is_certain(words: str) -> bool:
    """Says whether words can be nothing but names: they have initials, or stand for others."""
    low = words.lower()
    return low in _OTHERS or low.endswith(_AND_OTHERS) or _INITIAL.search(words) is not None


def is_name(words: str) -> bool:
    """Says whether words may be the name of a person, or stand for more of them."""
    low = words.lower()
    if low in _OTHERS:
        return True
    for others in _AND_OTHERS:
        words = words.removesuffix(others)
    parts = words.split()
    if not 0 < len(parts) <= _MOST_WORDS or not _NEVER.isdisjoint(parts):
        return False
    return all(_is_part(part) for part in parts) and parts[-1] not in _PARTICLES


def _is_part(word: str) -> bool:
    """Says whether a word may be part of a name."""
    if word in _PARTICLES:
        return True
    bare = word.replace("-", "").replace(".", "").replace("'", "").replace("’", "")
    return bare.isalpha() and word[0].isupper() and (len(bare) < 3 or not bare.isupper())

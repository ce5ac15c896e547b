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
# Words that begin a title and never a name.
_NEVER = frozenset("The A An On Towards Toward Learning Neural Network Networks For How Why".split())
_MOST_WORDS = 4
_MOST_NAMES = 60


class Names(NamedTuple):
    """A run of names.

    Attributes:
        end: where it ends.
        title: where what follows it begins.
        sure: whether it cannot well be anything else.
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
    last: tuple[int, int] | None = None
    others = False
    for _ in range(_MOST_NAMES):
        parting = _PARTING.search(text, at, end)
        stop = parting.start() if parting else end
        words = text[at:stop].strip(" *_")
        others = others or words.lower() in _OTHERS or words.lower().endswith((" et al", " et al."))
        if not is_name(words):
            break
        count += 1
        full += len(words.split()) > 1
        last = (stop, parting.end() if parting else end)
        if parting is None:
            return None
        at = parting.end()
        if parting.lastgroup in {"colon", "stop"}:
            return Names(*last, sure=full > 1 or others or (count > 1 and full > 0))
    if last is None or last[1] >= end:
        return None
    return Names(*last, sure=full > 1 or others)


def is_name(words: str) -> bool:
    """Says whether words may be the name of a person, or stand for more of them."""
    low = words.lower()
    if low in _OTHERS:
        return True
    words = words.removesuffix(" et al.").removesuffix(" et al")
    parts = words.split()
    if not 0 < len(parts) <= _MOST_WORDS or parts[0] in _NEVER:
        return False
    return all(_is_part(part) for part in parts) and parts[-1] not in _PARTICLES


def _is_part(word: str) -> bool:
    """Says whether a word may be part of a name."""
    if word in _PARTICLES:
        return True
    bare = word.replace("-", "").replace(".", "").replace("'", "").replace("’", "")
    return bare.isalpha() and word[0].isupper() and (len(bare) < 3 or not bare.isupper())

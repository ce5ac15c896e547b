"""Citation keys such as `ho2020denoising`: family name, year, and the title's first real word."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from diffkb.core.text import fold, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diffkb.core.models import Author

# Words a title may begin with that say nothing.
EMPTY_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "from", "how", "in", "into", "is", "it"}
    | {"its", "of", "on", "or", "the", "to", "toward", "towards", "via", "what", "when", "where"}
    | {"which", "who", "why", "with"}
)
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


def make_key(
    authors: Sequence[Author], year: int | None, title: str, taken: Callable[[str], bool]
) -> str:
    """Returns a citation key that is not taken yet.

    Args:
        authors: in order; the first one gives the name.
        year: of publication.
        title: of the work.
        taken: says whether a key is in use; a clash appends a, b and so on.

    Returns:
        ASCII letters and digits, beginning with a letter.
    """
    name = family_name(authors[0]) if authors else ""
    first = next((word for word in words(title) if word not in EMPTY_WORDS), "")
    parts = [_plain(name), str(year or ""), _plain(first)]
    key = "".join(parts)
    if not key or not key[0].isalpha():
        key = f"anon{key}"
    if not taken(key):
        return key
    return next(other for suffix in _suffixes() if not taken(other := key + suffix))


def family_name(author: Author) -> str:
    """Returns the family name, as given or as the last word of the name."""
    if author.family:
        return author.family
    parts = [part for part in author.name.replace(",", " ").split() if part]
    while len(parts) > 1 and parts[-1].lower().strip(".") in SUFFIXES:
        parts.pop()
    return parts[-1] if parts else ""


def _plain(text: str) -> str:
    """Returns the letters and digits that every program accepts in a key."""
    return NOT_IN_A_KEY.sub("", fold(text))


def _suffixes() -> Iterator[str]:
    """Yields a, b, …, z, aa, ab and so on."""
    for number in count(1):
        suffix = ""
        rest = number
        while rest:
            rest, letter = divmod(rest - 1, 26)
            suffix = chr(ord("a") + letter) + suffix
        yield suffix

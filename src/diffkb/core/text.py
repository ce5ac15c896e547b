"""Text made comparable: one way to fold it, and to cut it into words, for every search."""

from __future__ import annotations

import re
import unicodedata

# What SQLite's TEXT cannot hold: halves of surrogate pairs, which stand for bytes that are not
# UTF-8, and NUL, at which many of its functions stop.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

WORD = re.compile(r"\w+")

# Letters that Unicode does not take apart into a base and a mark.
LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
    }
)


def storable(text: str) -> str:
    """Returns text as a TEXT column can hold it, with U+FFFD for what it cannot."""
    return text if text.isprintable() else UNSTORABLE.sub("\ufffd", text)


def fold(text: str) -> str:
    """Returns text without case and diacritics: `Schrödinger` and `schrodinger` are one."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(LETTERS)


def words(text: str) -> list[str]:
    """Returns the folded words of a text, in order."""
    return WORD.findall(fold(text))

"""Text made comparable: one way to fold it, and to cut it into words, for every search."""

from __future__ import annotations

import re
import unicodedata

# What SQLite's TEXT cannot hold: halves of surrogate pairs, which stand for bytes that are not
# UTF-8, and NUL, at which many of its functions stop.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# Chinese and Japanese do not part words: each of their characters counts as one.
IDEOGRAPHS = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# The low line is no part of a word, for the index of texts takes it for a mark between words.
WORD = re.compile(rf"[{IDEOGRAPHS}]|[^\W_{IDEOGRAPHS}]+")

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
    # Some letters, as those of formulas, show only apart that they are capitals.
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(LETTERS)


def words(text: str) -> list[str]:
    """Returns the folded words of a text, in order."""
    return WORD.findall(fold(text))


def decoded(content: bytes) -> str:
    """Returns a list's bytes as the lens takes them: what is not UTF-8 as lone surrogates."""
    return content.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """Returns text as `decoded` gave it as the bytes it was."""
    return text.encode("utf-8", "surrogateescape")

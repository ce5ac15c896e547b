"""The names of authors at the end of a link's words: "[Title, A. Author and B. Writer](url)"."""

from __future__ import annotations

import re

from diffkb.markdown.authors import read_names
from diffkb.markdown.plain import count_words

# A comma before a name, where an initial, or one more name, makes it one.
_COMMA = re.compile(r",\s++(?=[^\W\d_a-z])")
_TELLS = re.compile(r"\s(?:and|&|et al)\b|\b[A-Z]\.")
_LED = re.compile(
    r"\s(?:by|from|of|with)\s(?:(?:[^\W\d_a-z][\w.'’-]*+|de|van|von|der|la)\s?){2,4}(?:,|\sand\s)"
)
_YEAR = re.compile(r"\s*+\((?:19|20)[0-9]{2}\)")
_PARTED = re.compile(r",\s(?:and\s|&\s)?|\s(?:and|&)\s")
_INITIAL = re.compile(r"\b[A-Z]\.")
# How words of titles end, and few names.
_NOUN = re.compile(
    r"(?:tions?|it(?:y|ies)|ness|ments?|ics?|logy|isms?|[ae]nc(?:e|es|y)|tures?|tems?|ning|ive"
    r"|ical|sis|ysis|works?|ures|rned|iors?|ssons?)\W*\Z"
)
_FEW, _MOST_PARTS = 2, 3
_LONGEST = 500


def names_at_end(raw: str, start: int, end: int) -> tuple[int, int, int] | None:
    """Finds the names that the words of a link end with.

    Args:
        raw: the text.
        start: where the words start.
        end: where they end.

    Returns:
        Where the title ends, and where the names start and end; None where there are none, or
        where they may be part of the title.
    """
    if end - start > _LONGEST or raw.find(", ", start, end) < 0:
        return None
    if _LED.search(raw, start, end):
        # The first name stands before the comma, after a word that belongs to it.
        return None
    for comma in _COMMA.finditer(raw, start, end):
        if _TELLS.search(raw, comma.end(), end) is None:
            return None
        names = read_names(raw, comma.end(), end)
        if names is None or count_words(raw[start : comma.start()]) < _FEW:
            continue
        year = _YEAR.match(raw, names.end, end)
        stop = year.end() if year else names.end
        sure = names.open_end or _are_sure(raw[names.start : names.end])
        if sure and not raw[stop:end].strip(" ."):
            return comma.start(), names.start, names.end
    return None


def _are_sure(text: str) -> bool:
    """Says whether names can hardly be words of a title: first names and family names, or more."""
    names = _PARTED.split(text)
    if any(_NOUN.search(word) for word in text.split()):
        return False
    if not all(1 < len(name.split()) <= _MOST_PARTS for name in names):
        return False
    return len(names) > 1 or _INITIAL.search(text) is not None

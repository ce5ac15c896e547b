"""Names of authors: what they look like, and where a run of them ends before a title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.labels import is_venue

if TYPE_CHECKING:
    from collections.abc import Sequence

# What parts one name from the next, or the last one from the title. A full stop after a single
# letter is an initial's.
_PARTING = re.compile(
    # The set in front passes over most characters at once.
    r"(?=[,:.(\s])(?:"
    r"(?P<dated>\s?\((?:19|20)[0-9]{2}[a-z]?"
    r"(?:,\s[^()\r\n]{1,20}|(?:(?<=[ -][A-Z]\s.{5})|(?<= [A-Z]{2}\s.{5}))(?=\)))\)[.:,]?\s++)"
    r"|(?P<comma>,\s++(?:(?:and|&)\s++)?)|(?P<joined>\s++(?:and|&)\s++)|(?P<colon>:\s++)"
    r"|(?P<stop>(?<=[\w)]{2})\.\s++(?=[A-Z\"“]))"
    r"|(?<=[a-z] [A-Z])\.\s++(?=[A-Z][\w-]+ (?!and\b|et\b|de\b|v[ao]n\b|der\b)[a-z]))"
)
# A title, a full stop, and a venue with its year.
_TITLE_NEXT = re.compile(r"[^.\r\n]{8,300}?\.\s[^\r\n]{0,80}?(?:19|20)[0-9]{2}(?![0-9])")
_PARTICLES = frozenset(
    "van von der den de da di du dos del della la le bin ibn al el ten ter zu y".split()
)
_OTHERS = frozenset(("et al", "et al.", "at al", "at al.", "et. al", "et. al.", "others", "al."))
# Words of titles, and of no name.
_NEVER = frozenset(
    "The A An On Towards Toward For How Why What Learning Neural Network Networks Model Models"
    " System Systems Language Programming Data Machine Theory Introduction Analysis".split()
)
_JOINED = re.compile(r",?\s++(?:and|&)\s++|,\s++")
_DATED = re.compile(r"\s\(?(?:19|20)[0-9]{2}[a-z]?\)?\Z")
AUTHORS_NEXT = re.compile(
    r"(?:[A-Z][\w'’.-]*\.?,?\s+){1,4}(?:et al|and\s|&\s)"
    r"|(?:[A-Z][\w'’-]*\.?\s+){1,3}[A-Z][\w'’-]+,\s+[A-Z]"
    r"|[A-Z]\.\s*(?:[A-Z]\.\s*)?-?[A-Z][\w'’-]+(?:,|\.| and)"
    r"|[A-Z][\w'’-]+,\s+[A-Z]\.|[A-Z]\w+ et al"
)
SURE_AUTHORS = re.compile(
    r"(?:[^\s.,]{1,20},?\s+){1,6}et al|[A-Z]\.\s*[A-Z]|[A-Z][\w'’-]+,\s+[A-Z]\."
)
_AUTHOR_YEAR = re.compile(r"[A-Z][^\d\[\]]{1,60}[(\s,]+(?:19|20)[0-9]{2}[a-z]?\)?[.]?")
# Family names and a year before a title, with a word on what kind of work it is.
_NAMES_AND_DATE = re.compile(
    r"[^\W\d_a-z][\w'’-]+(?:(?:/|, | and | & |,? et al\.?)(?:[^\W\d_a-z][\w'’-]+)?){0,5}"
    r",? \(?(?:1[5-9]|20)[0-9]{2}[a-z]?\)?(?: \([^()\r\n]{1,20}\))?\s?[:,.–—-]*"
)
_AND_OTHERS = (" et al.", " et al", " at al.", " et. al.")
_INITIAL = re.compile(r"(?<![\w.-])[A-Z](?:\.|(?=\s|\Z))")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
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
    run: list[tuple[str, re.Match[str]]] = []
    while len(run) < _MOST_NAMES and (parting := _PARTING.search(text, at, end)):
        words = text[at : parting.start()].strip(" *_")
        dated = _DATED.search(words)
        words = words[: dated.start()] if dated else words
        led = words.endswith(" A") and parting.lastgroup == "colon"
        if led or not is_name(words) or _begins_title(words, parting, run):
            break
        run.append((words, parting))
        at = parting.end()
        if parting.lastgroup in {"colon", "stop", "dated"} or _is_last(run):
            break
    if not run or at >= end:
        return None
    return Names(run[-1][1].start(), at, sure=_are_sure(run))


def _begins_title(
    words: str, parting: re.Match[str], run: Sequence[tuple[str, re.Match[str]]]
) -> bool:
    """Says whether what looks like one more name is a title's first half: "A, B, Title: More"."""
    if parting.lastgroup != "colon" or not run or _is_certain(words):
        return False
    if (
        " " in words
        and all(" " in name for name, _ in run)
        and _TITLE_NEXT.match(parting.string, parting.end())
    ):
        return False
    return not _joins(run[-1][1])


def _is_last(run: Sequence[tuple[str, re.Match[str]]]) -> bool:
    """Says whether a full name after ", and" ends a run: what follows is no name."""
    return (
        len(run) > 1
        and " " in run[-1][0]
        and run[-1][1][0].strip() == ","
        and run[-2][1].lastgroup == "comma"
        and _joins(run[-2][1])
    )


def _are_sure(run: Sequence[tuple[str, re.Match[str]]]) -> bool:
    """Says whether a run of names cannot well be anything else."""
    full = sum(" " in words for words, _ in run)
    pair = full > 1 and run[-1][1].lastgroup == "comma" and any(_joins(one) for _, one in run)
    pair = pair or (
        full == len(run) > 1
        and run[-1][1].lastgroup == "colon"
        and _TITLE_NEXT.match(run[-1][1].string, run[-1][1].end()) is not None
    )
    return full >= _CROWD or pair or any(_is_certain(words) for words, _ in run)


def _joins(parting: re.Match[str]) -> bool:
    """Says whether what parts two names is an "and"."""
    return "and" in parting[0] or "&" in parting[0]


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
    told = parts[:-1] if parts[-1:] == ["A"] else parts
    if not told or len(parts) > _MOST_WORDS or not _NEVER.isdisjoint(told):
        return False
    return all(_is_part(part) for part in parts) and parts[-1] not in _PARTICLES


def _is_part(word: str) -> bool:
    """Says whether a word may be part of a name."""
    if word in _PARTICLES:
        return True
    bare = word.replace("-", "").replace(".", "").replace("'", "").replace("’", "")
    return bare.isalpha() and word[0].isupper() and (len(bare) < 3 or not bare.isupper())


def are_names(text: str) -> bool:
    """Says whether words are the names of authors, and can hardly be anything else."""
    words = text.strip(" .,:;")
    if not words or not words[0].isupper():
        return False
    parts = [one for one in _JOINED.split(words) if one]
    if not parts or not all(is_name(one) or _INITIALS.fullmatch(one) for one in parts):
        return False
    if any(_is_certain(one) for one in parts):
        return True
    return len(parts) > 1 and all(" " in one for one in parts)


def is_authors(text: str) -> bool:
    """Says whether words may be the names of authors before a title."""
    bare = text.strip()
    if not bare or not bare.lstrip("*_[").strip()[:1].isalpha():
        return False
    capitals = re.findall(r"(?<!\w)[^\W\d_][\w'’.-]*", bare)
    if not capitals or len(bare) > 1200:
        return False
    upper = sum(
        word[0].isupper()
        or word in {"and", "et", "al", "al.", "de", "van", "von", "der", "others", "la", "di", "da"}
        for word in capitals
    )
    return upper >= 0.8 * len(capitals) and (
        "," in bare
        or " and " in bare
        or " & " in bare
        or "et al" in bare
        or bare.endswith((".", ":"))
    )


def are_dated_names(text: str) -> bool:
    """Says whether words before a title are family names and a year: "Lark/Finch 1978 (book):"."""
    bare = text.strip()
    return _NAMES_AND_DATE.fullmatch(bare) is not None and not is_venue(bare)


def is_name_and_year(text: str) -> bool:
    """Says whether a link's words are an author and a year."""
    bare = text.strip(" .")
    if _AUTHOR_YEAR.fullmatch(bare) is None:
        return False
    name = bare.partition("(")[0].strip()
    return not is_venue(text) or (name != bare and _is_family_name(name))


def _is_family_name(name: str) -> bool:
    """Says whether words before a year are a family name, and no venue's."""
    words = name.removesuffix(".").removesuffix("et al").split()
    few = all(sum(one.isupper() for one in word) <= 2 and word[0].isupper() for word in words)
    return bool(words) and few and not is_venue(" ".join(words))

"""Where a work was published, as lists write it: what a venue looks like and where it ends."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004, RUF001, E501

from __future__ import annotations

import re
from typing import NamedTuple

from diffkb.markdown.labels import KNOWN_VENUES, MONTHS
from diffkb.markdown.plain import plain_text

_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])|['’‘][0-9]{2}(?![0-9])")
_MONTH = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
DATE = re.compile(
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?(?:\s?[-–]\s?[0-9]{{1,2}})?[\s.,]+)?(?:{_MONTH}[\s,/-]*)+(?:[0-9]{{1,2}}(?:st|nd|rd|th)?(?![0-9]))?[\s,.]*(?:(?:19|20)[0-9]{{2}}(?![0-9]))?"
    r"|(?:19|20)[0-9]{2}(?:[-/.年][0-9]{1,2}(?![0-9])(?:[-/.月][0-9]{1,2}日?(?![0-9]))?)?(?![\w-])"
    r"|[0-9]{1,2}[./][0-9]{1,2}[./](?:19|20)[0-9]{2}(?![\w-])",
    re.IGNORECASE,
)
_DATE_TAIL = re.compile(
    rf"[\s,.(]*(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[\s.,]*(?:[-–]\s?[0-9]{{1,2}})?)?[\s,]*(?:\b{_MONTH}[\s,/–-]*){{1,2}}[0-9]{{0,2}}[\s,.]*\Z",
    re.IGNORECASE,
)
_NUMBERS_TAIL = re.compile(
    r"[\s,:;]*(?:\b(?:vol|volume|no|issue|pp|pages|chapter|part)\b\.?[\s,]*)?[0-9(][0-9()\s.,:;/–-]*\Z",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"[\s*_,.;:|(\[（“\"'-]*+(?:(?:published|presented|appeared|appears|to appear|accepted|in press)\s)?(?:(?:in|at|to|by|In|At|on)(?::|\s)\s*+)?(?:[Tt]he\s(?=[Pp]roc))?[\s*_“\"]*+"
)
_IDENTIFIER = re.compile(
    r"\s*(?:arXiv|abs|doi|CoRR)\s*[:/]\s*\S+|\s*\b[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?", re.IGNORECASE
)
_ITALIC = re.compile(r"(?<![*\w])[*_]([^*_\r\n]{2,120})[*_](?![*\w])")
_PART = re.compile(r"\s*(?:[|()\[\]（）\r\n;“”\"<>]|[,，。]|\.(?=\s|[*_]|\Z)|\s[-–—]\s|:\s)\s*")
_WORDS = re.compile(r"[^\W\d_][\w&'’+.-]*")
_TELLING = frozenset(
    """journal conference conf conf. proceedings proc proc. transactions trans trans. workshop workshops symposium letters
    review reviews magazine preprint press bulletin annals communications commun commun. thesis dissertation report techreport tech.
    book arxiv biorxiv medrxiv openreview blog findings acta advances lecture ieee acm usenix springer elsevier wiley
    mit nature science cell plos university univ. chapter j. ph.d phd msc bsc bachelor master's""".split()
)
_LONGEST = 160
_JOINING = frozenset(
    ("of", "the", "on", "in", "and", "for", "&", "to", "a", "an", "with", "de", "at")
)


class Venue(NamedTuple):
    """A venue: from where to where, and where what follows it starts."""

    start: int
    end: int
    after: int


def read_venue(text: str, at: int, end: int, *, expected: bool) -> Venue | None:
    """Reads a venue that stands at a place.

    Args:
        text: the text.
        at: where it would begin.
        end: where to stop.
        expected: whether what stands before (the title, authors) lets a venue be expected there.

    Returns:
        The venue, or None.
    """
    year = _YEAR.search(text, at, min(end, at + _LONGEST))
    if year:
        found = _narrowed(text, at, year.start())
        if found and _is_venue(text[slice(*found)], dated=True, expected=expected):
            return Venue(*found, year.end())
    part = _PART.search(text, at, min(end, at + _LONGEST))
    stop = part.start() if part else min(end, at + _LONGEST)
    if year and year.end() <= stop:
        return None
    found = _narrowed(text, at, stop)
    if found and _is_venue(text[slice(*found)], dated=False, expected=expected):
        return Venue(*found, max(stop, found[1]))
    return None


def venue_of(text: str) -> tuple[int, int] | None:
    """Returns where the venue lies in a text that is known to hold one: a cell, a field, a tag."""
    year = _YEAR.search(text)
    if year:
        found = _narrowed(text, 0, year.start()) or _narrowed(text, year.end(), len(text))
        return found
    return _narrowed(text, 0, len(text))


def _narrowed(text: str, at: int, stop: int) -> tuple[int, int] | None:
    """Returns where a venue's name lies, without what leads to it and the date after it."""
    lead = _LEADING.match(text, at, stop)
    inner = _ITALIC.search(text, at, stop)
    if inner and (lead is None or inner.start(1) <= lead.end() + 24):
        at, stop = inner.span(1)
    elif lead:
        at = lead.end()
    for pattern in (_IDENTIFIER,):
        found = pattern.search(text, at, stop)
        if found and found.start() > at + 1:
            stop = found.start()
    words = text[at:stop]
    for pattern in (_DATE_TAIL, _NUMBERS_TAIL):
        tail = pattern.search(words)
        if tail and words[: tail.start()].strip(" ,.("):
            words = words[: tail.start()]
        elif tail and pattern is _DATE_TAIL:
            return None
    return _first_part(text, at, at + len(words))


def _first_part(text: str, at: int, stop: int) -> tuple[int, int] | None:
    """Returns the part up to a comma that is a name of its own, without signs around it."""
    comma = text.find(", ", at, stop)
    if comma > 0 and text[at:comma].strip(" *_").lower() not in {"ieee", "acm", "findings"}:
        stop = comma
    while at < stop and text[at] in " \t\r\n*_([{（【,.;:|'\"“@-–\\":
        at += 1
    while stop > at and text[stop - 1] in " \t\r\n*_([{（,.;:|'’‘\"”@-–/\\`":
        stop -= 1
    if text[stop - 1 : stop] in {")", "）", "]"} and "(" not in text[at:stop]:
        stop -= 1
    return (at, stop) if at < stop else None


def _is_venue(text: str, *, dated: bool, expected: bool) -> bool:
    """Says whether words are the name of a venue."""
    words = _WORDS.findall(text)
    if not words or len(words) > 14 or "://" in text or "](" in text:
        return False
    if words[0].lower() in _NO_START:
        return False
    known = any(word.lower().strip(".") in KNOWN_VENUES for word in words if word[0].isupper())
    known = known or words[0].lower() in {"arxiv", "biorxiv", "medrxiv"}
    telling = any(word.lower() in _TELLING for word in words)
    capital = sum(word[0].isupper() for word in words)
    names = sum(word.lower() not in _JOINING for word in words)
    if capital < 0.6 * names and not (words[0].lower() in KNOWN_VENUES and len(words) < 3):
        return False
    if not dated:
        return (known and len(words) <= 3) or (
            telling and len(words) <= 10 and (expected or len(words) <= 3)
        )
    if known or telling:
        return True
    acronym = len(words) <= 3 and sum(one.isupper() for one in words[0]) > 1
    return acronym or (expected and capital > 0)


_NO_START = frozenset(
    (
        "we",
        "this",
        "it",
        "our",
        "they",
        "see",
        "also",
        "part",
        "version",
        "update",
        "updated",
        "added",
        "last",
        "since",
        "year",
        "date",
        *MONTHS,
    )
)


def is_date(text: str) -> bool:
    """Says whether a text is a date and no more."""
    return DATE.fullmatch(plain_text(text).strip(" ()[].,*_")) is not None

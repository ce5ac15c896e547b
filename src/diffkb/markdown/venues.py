"""Where a work was published, as lists write it: what a venue looks like and where it ends."""

# Patterns read better in one piece.
# ruff: noqa: E501

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
    r"[\s,:;]+(?:\b(?:vol|volume|no|issue|pp|pages|chapter|part)\b\.?[\s,]*)?[0-9(][0-9()\s.,:;/–-]*\Z|[-–’'](?:19|20)?[0-9]{2}\Z",
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
_STARTS = re.compile(r"(?:[0-9]{1,4}(?:st|nd|rd|th)?\s)?[0-9]?[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_][\w&'’+.-]*")
_MORE = re.compile(
    r"(?:[\s,:;()*_–-]*(?:\b(?:vol|volume|no|num|issue|pp?|pages?|oral|spotlight|poster|highlight|workshops?|tutorial|findings"
    r"|best(?: student)? paper(?: award)?|award|track|demo|long|short|main|runner-up)\b\.?|[0-9]+(?![\w/])))*",
    re.IGNORECASE,
)
_STRONG = frozenset(
    """journal conference proceedings proc proc. transactions trans trans. workshop workshops symposium preprint press
    thesis dissertation arxiv biorxiv medrxiv ieee acm usenix springer elsevier""".split()
)
_LOWER = _STRONG | {"advances", "annals", "bulletin", "communications", "foundations", "letters"}
_TELLING = frozenset(
    """journal conference conf conf. proceedings proc proc. transactions trans trans. workshop workshops symposium letters
    review reviews magazine preprint press bulletin annals communications commun commun. thesis dissertation report techreport tech.
    book arxiv biorxiv medrxiv openreview blog findings acta advances lecture ieee acm usenix springer elsevier wiley
    mit nature science cell plos university univ. chapter j. ph.d phd msc bsc bachelor master's""".split()
)
_LONGEST = 160
_MARKS = frozenset("*_")
# The volume and pages of a journal.
_VOLUME = re.compile(
    r"[*_]*,?\s++[*_]*[0-9]{1,4}[*_]*(?:\s?\([0-9–-]{1,9}\)|\s?[:,]\s?[0-9]|\s?\.)"
)
# What parts a venue from places, publishers and titles.
_CUT = re.compile(r"[,，]|(?<=[a-z])\.[ \t](?=[*_])")
_DIGIT = re.compile(r"[0-9]")
_NUMBER_ENDS = frozenset(").,;:/–-")
_MONTHS = frozenset(MONTHS)
_ARCHIVES = frozenset(("arxiv", "biorxiv", "medrxiv"))
_HALVES = frozenset(("ieee", "acm", "findings", "proceedings", "proc", "trans"))
_JOINING = frozenset(
    ("of", "the", "on", "in", "and", "for", "&", "to", "a", "an", "with", "de", "at")
)


Place = tuple[int, int]


class Venue(NamedTuple):
    """A venue: from where to where, where what follows it starts, and the digits of its year."""

    start: int
    end: int
    after: int
    year: Place | None


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
    limit = min(end, at + _LONGEST)
    mark = text[at - 1 : at]
    close = text.find(mark, at, limit) if mark in _MARKS and at else -1
    year = _YEAR.search(text, at, limit)
    if year:
        stop = close if at < close < year.start() else year.start()
        found = _narrowed(text, at, stop)
        sure = found is not None and (stop < year.start() or text[found[0] - 1] in _MARKS)
        if found and (sure or _is_venue(text[slice(*found)], dated=True, expected=expected)):
            digits = (year.end() - (4 if year[0][0].isdigit() else 2), year.end())
            return Venue(*found, _after_year(text, year.end(), end), digits)
    if at < close and _VOLUME.match(text, close, end) and (found := _narrowed(text, at, close)):
        return Venue(*found, close + 1, None)
    part = _PART.search(text, at, limit)
    stop = part.start() if part else limit
    if year and year.end() <= stop:
        return None
    found = _narrowed(text, at, stop)
    if found and _is_venue(text[slice(*found)], dated=False, expected=expected):
        return Venue(*found, max(stop, found[1]), None)
    return None


def _after_year(text: str, at: int, end: int) -> int:
    """Returns where reading goes on after a venue's year: behind volume, pages and honours."""
    found = _MORE.match(text, at, end)
    return found.end() if found else at


def venue_of(text: str) -> Place | None:
    """Returns where the venue lies in a text that is known to hold one: a cell, a field, a tag."""
    end = min(len(text), 2 * _LONGEST)
    year = _YEAR.search(text, 0, end)
    if year:
        return _narrowed(text, 0, year.start()) or _narrowed(text, year.end(), end)
    return _narrowed(text, 0, end)


def _narrowed(text: str, at: int, stop: int) -> Place | None:
    """Returns where a venue's name lies, without what leads to it and the date after it."""
    lead = _LEADING.match(text, at, stop)
    inner = None
    if text.find("*", at, stop) >= 0 or text.find("_", at, stop) >= 0:
        inner = _ITALIC.search(text, at, stop)
    if inner and (lead is None or inner.start(1) <= lead.end() + 24):
        at, stop = inner.span(1)
    elif lead:
        at = lead.end()
    identifier = _IDENTIFIER.search(text, at, stop) if _DIGIT.search(text, at, stop) else None
    if identifier and identifier.start() <= at + 1 and _WORDS.search(text, identifier.end(), stop):
        at = identifier.end()
    elif identifier and identifier.start() > at + 1:
        stop = identifier.start()
        if stop - at > 60 and not _telling(text[at:stop]):
            return None
    stop = _without_date(text, at, stop)
    return _best_part(text, at, stop) if stop > at else None


def _without_date(text: str, at: int, stop: int) -> int:
    """Returns where a venue ends before a day, a month, or numbers of volumes and pages."""
    words = text[at:stop]
    last = words.rstrip(" ,.(/-").rpartition(" ")[2]
    if last[:1].isdigit() or last.rstrip(".,").lower() in _MONTHS:
        tail = _DATE_TAIL.search(words)
        if tail:
            words = words[: tail.start()]
            if not words.strip(" ,.("):
                return at
    if last[-1:].isdigit() or last[-1:] in _NUMBER_ENDS:
        tail = _NUMBERS_TAIL.search(words)
        if tail and words[: tail.start()].strip(" ,.("):
            words = words[: tail.start()]
    return at + len(words)


def _best_part(text: str, at: int, stop: int) -> Place | None:
    """Returns the part that is most like a venue: a known one, else the last."""
    best = None
    honour = text.find("@ ", at, stop)
    at = honour + 2 if honour >= 0 else at
    while at < stop:
        cut = _CUT.search(text, at, stop)
        place = _tight(text, at, cut.start() if cut else stop)
        if place:
            best = place
            if _telling(text[slice(*place)]) and text[slice(*place)].lower() not in _HALVES:
                break
        at = cut.end() if cut else stop
    return best


def _tight(text: str, at: int, stop: int) -> Place | None:
    """Returns a span without signs around it."""
    while at < stop and text[at] in " \t\r\n*_([{（【,.;:|'\"“@-–\\":
        at += 1
    while stop > at and text[stop - 1] in " \t\r\n*_([{（,.;:|'’‘\"”@-–/\\`":
        stop -= 1
    if text[stop - 1 : stop] in {")", "）", "]"} and "(" not in text[at:stop]:
        stop -= 1
    return (at, stop) if at < stop else None


def _telling(text: str) -> bool:
    """Says whether a part holds a word that venues have."""
    words = _WORDS.findall(text)
    return any(word.lower() in _TELLING for word in words) or _known(words)


def _known(words: list[str]) -> bool:
    """Says whether the name of a venue is among words."""
    return any(word.lower().strip(".") in KNOWN_VENUES for word in words if word[0].isupper())


def _is_venue(text: str, *, dated: bool, expected: bool) -> bool:
    """Says whether words are the name of a venue.

    Args:
        text: the words.
        dated: whether a year follows them.
        expected: whether a venue is expected there.
    """
    words = _WORDS.findall(text)
    if not words or len(words) > 14 or not _STARTS.match(text) or "://" in text or "](" in text:
        return False
    lower = [word.lower() for word in words]
    known = _known(words) or lower[0] in _ARCHIVES
    if lower[0] in _NO_START or (len(words) > 1 and words[0].islower() and not known):
        return False
    telling = not _TELLING.isdisjoint(lower)
    strong = telling and not _STRONG.isdisjoint(lower)
    names = sum(word not in _JOINING for word in lower)
    if sum(word[0].isupper() for word in words) < 0.6 * names and not (
        (dated and words[0][0].isupper() and not _LOWER.isdisjoint(lower))
        or (lower[0] in KNOWN_VENUES and names < 3)
    ):
        return False
    if not dated:
        return (known or telling) and (names < 3 or (strong and len(words) <= 10 and expected))
    if known or telling:
        return True
    acronym = len(words) <= 3 and sum(one.isupper() for one in words[0]) > 1
    return acronym or expected


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


def is_venue_name(text: str) -> bool:
    """Says whether a label without a year names a venue."""
    return len(text) < 80 and _is_venue(text, dated=False, expected=True)


def is_date(text: str) -> bool:
    """Says whether a text is a date and no more."""
    return DATE.fullmatch(plain_text(text).strip(" ()[].,*_")) is not None

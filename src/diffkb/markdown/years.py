"""The year that a list writes beside a title, and the venue that stands with it."""

# Patterns read better in one piece.
# ruff: noqa: E501

from __future__ import annotations

import re

from diffkb.markdown.labels import KNOWN_VENUES, MONTHS

_PARENTHESIS = re.compile(
    r"[(（\[【](?:[^()（）\[\]]{0,70}?[^\w/.-])?((?:19|20)[0-9]{2})(?![0-9]|\.[0-9]{4})(?:[^()（）\[\]]{0,40})[)）\]】]"
)
_OLD = re.compile(r"\((?:c\.\s?)?(1[0-8][0-9]{2})\)")
_ANY = re.compile(
    r"((?:19|20)[0-9]{2})(?![0-9])(?:(?<![\w./-][0-9]{4})(?![^\W_]|[./-][0-9]{3})|(?<=[A-Za-z][0-9]{4})"
    r"|(?<=[a-z\s]-[0-9]{4})(?!-)|(?<![0-9][0-9]{4})(?=[-/.][01]?[0-9](?:\b|[-/.年])))"
)
# A year since which, or in which, something else took place.
_SINCE = re.compile(r"(?:从|從|自|于|於|截至|以来|since|Since)\s?\Z")
_NEAR = 8
_DIGITS = re.compile(r"[0-9]{2}")
_SHORT = re.compile(
    r"\b([A-Za-z][A-Za-z&+-]{1,14})\s?['’‘]([0-9]{2})(?![0-9])|\b([A-Z]{3,9})(?:[ -]?)([0-9]{2})(?![0-9])"
    r"|(?<![\w-])([0-9]{2})-[A-Z][A-Za-z]{2,11}-"
)
_VENUE = re.compile(
    r"([A-Z](?<![\w/][A-Z])[A-Za-z&+/-]{1,18}(?: (?:Workshops?|Findings|Oral|Journal))?)[ ,'’-]{0,2}(?:(?:19|20)[0-9]{2}|['’]?[0-9]{2})(?![0-9])"
)
_DATED = re.compile(
    r"(?:date|year|published|time|venue|journal|conference|info|日期|时间|年份|会议|期刊"
    r"|年|会議|学会|掲載|학회|저널|출처|연도|année|revue|jahr|zeitschrift|año|revista)[*_`]{0,3}\s{0,2}[:：]"
    r"[^\r\n]{0,80}?(?<![\w.])((?:19|20)[0-9]{2})(?![0-9]|\.[0-9]{4})",
    re.IGNORECASE,
)
_WR = re.compile(r"\*\*WR=(0|[1-9][0-9]{0,8})\*\*")
_NOT_VENUES = frozenset(
    [
        "in",
        "on",
        "at",
        "of",
        "the",
        *MONTHS,
        "spring",
        "summer",
        "fall",
        "autumn",
        "winter",
        "volume",
        "vol",
        "pages",
        "pp",
    ]
)


Dated = tuple[int, int, int]


def year_in(text: str) -> int | None:
    """Returns the year that a text names: in parentheses, else the last one."""
    found = find_year(text)
    return found[0] if found else None


def find_year(text: str) -> Dated | None:
    """Returns the year that a text names and the span of its digits."""
    old = _OLD.search(text) if "(1" in text or ". 1" in text else None
    if old:
        return int(old[1]), *old.span(1)
    if not _DIGITS.search(text):
        return None
    if "19" in text or "20" in text:
        found = _PARENTHESIS.search(text)
        if found is None:
            for one in _ANY.finditer(text):
                if not _is_aside(text, one.start(), found):
                    found = one
        if found:
            return int(found[1]), *found.span(1)
    for short in _SHORT.finditer(text):
        if short[1] or short[5] or short[3].lower() in KNOWN_VENUES:
            group = 2 if short[1] else 5 if short[5] else 4
            number = int(short[group])
            return (2000 if number < 50 else 1900) + number, *short.span(group)
    return None


def _is_aside(text: str, at: int, found: re.Match[str] | None) -> bool:
    """Says whether a year is that of something else: of an age, or of a long remark after one."""
    if _SINCE.search(text, max(0, at - _NEAR), at):
        return True
    return found is not None and text.rfind("(", found.end(), at) > text.rfind(")", 0, at)


def find_dated(text: str, start: int) -> Dated | None:
    """Returns the year in a field that is named a date, and the span of its digits."""
    if text.find("19", start) < 0 and text.find("20", start) < 0:
        return None
    found = _DATED.search(text, start)
    return (int(found[1]), *found.span(1)) if found else None


def find_venue(text: str) -> tuple[int, int] | None:
    """Returns where the venue lies that stands with a year."""
    if _DIGITS.search(text) is None:
        return None
    for found in _VENUE.finditer(text):
        name = found[1]
        capitals = sum(one.isupper() for one in name)
        if name.lower() in KNOWN_VENUES or (
            capitals > 1 and name.lower() not in _NOT_VENUES and " " not in name
        ):
            return found.span(1)
    return None


def mark_in(text: str) -> tuple[int, int, int] | None:
    """Returns the span of a worth-reading mark and its value."""
    found = _WR.search(text)
    return (*found.span(), int(found[1])) if found else None

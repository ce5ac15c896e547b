"""The year, the venue and the marks that a list writes beside a title."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004, RUF001, E501

from __future__ import annotations

import re

from diffkb.markdown.labels import KNOWN_VENUES, MONTHS

_PARENTHESIS = re.compile(
    r"[(（\[【](?:[^()（）\[\]]{0,70}?[^\w/.-])?((?:19|20)[0-9]{2})(?![0-9])(?:[^()（）\[\]]{0,40})[)）\]】]"
)
_ANY = re.compile(
    r"(?<![\w./-])((?:19|20)[0-9]{2})(?![\w]|[./-][0-9]{3})|(?<=[A-Za-z])((?:19|20)[0-9]{2})(?![0-9])|(?<=[a-z\s]-)((?:19|20)[0-9]{2})(?![0-9-])|(?<![0-9])((?:19|20)[0-9]{2})(?=[-/.][01]?[0-9](?:\b|[-/.年]))"
)
_SHORT = re.compile(
    r"\b([A-Za-z][A-Za-z&+-]{1,14})\s?['’‘]([0-9]{2})(?![0-9])|\b([A-Z]{3,9})(?:[ -]?)([0-9]{2})(?![0-9])"
)
_VENUE = re.compile(
    r"(?<![\w/])([A-Z][A-Za-z&+/-]{1,18}(?: (?:Workshops?|Findings|Oral|Journal))?)[ ,'’-]{0,2}(?:(?:19|20)[0-9]{2}|['’]?[0-9]{2})(?![0-9])"
)
_DATED = re.compile(
    r"(?:date|year|published|time|日期|时间|年份)[*_`]{0,3}\s{0,2}[:：][^\r\n]{0,30}?((?:19|20)[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_WR = re.compile(r"\*\*WR=(0|[1-9][0-9]{0,8})\*\*")
_STARS = re.compile(r":star2?:|⭐|🌟|★")
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


def year_in(text: str) -> int | None:
    """Returns the year that a text names: in parentheses, else the last one."""
    found = _PARENTHESIS.search(text)
    if found:
        return int(found[1])
    years = [next(one for one in groups if one) for groups in _ANY.findall(text)]
    if years:
        return int(years[-1])
    for name, digits, bare, more in _SHORT.findall(text):
        word, two = (name, digits) if name else (bare, more)
        if name or word.lower() in KNOWN_VENUES:
            number = int(two)
            return 2000 + number if number < 50 else 1900 + number
    return None


def dated_in(text: str) -> int | None:
    """Returns the year in a field that is named a date."""
    found = _DATED.search(text)
    return int(found[1]) if found else None


def venue_in(text: str) -> str | None:
    """Returns the venue that stands with a year, as written."""
    for found in _VENUE.finditer(text):
        name = found[1]
        capitals = sum(one.isupper() for one in name)
        if name.lower() in KNOWN_VENUES or (
            capitals > 1 and name.lower() not in _NOT_VENUES and " " not in name
        ):
            return name
    return None


def mark_in(text: str) -> tuple[int, int, int] | None:
    """Returns the span of a worth-reading mark and its value."""
    found = _WR.search(text)
    return (*found.span(), int(found[1])) if found else None


def stars_in(text: str) -> int:
    """Returns how many stars are given."""
    return len(_STARS.findall(text))

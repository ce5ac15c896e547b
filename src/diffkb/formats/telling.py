"""What the readers of references have in common: keys, identifiers, links, types and dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.core.identifiers import parse_ref, url_of
from diffkb.core.models import ARXIV, Identifier
from diffkb.errors import MalformedIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.core.references import Type

# An arXiv number behind the archive's name, wherever it stands.
ARXIV_NUMBER = re.compile(r"arxiv[: ]*([a-z-]+/\d{7}|\d{4}\.\d{4,5})", re.IGNORECASE)
# Where pre-prints lie is no place where a work came out.
ARCHIVE = re.compile(r"\barxiv\b|\bcorr\b", re.IGNORECASE)
_KEY = re.compile(r"[^\s,{}()\"'#%~\\=/]+")
_BY_VENUE = frozenset({"article-journal", "paper-conference"})
_MONTHS, _DAYS = 12, 31


def is_key(text: str) -> bool:
    """Says whether an id is a citation key, and no number or address as programs have of theirs."""
    return _KEY.fullmatch(text) is not None and not text.isdecimal()


def find_identifier(text: str) -> Identifier | None:
    """Returns the identifier that a text is, or None."""
    try:
        return parse_ref(text).identifier
    except MalformedIdentifier:
        return None


def link_of(identifiers: Iterable[Identifier]) -> str | None:
    """Returns the page of the first identifier, but of arXiv's only where there is no other."""
    chosen = sorted(identifiers, key=lambda one: one.scheme == ARXIV)
    return url_of(chosen[0]) if chosen else None


def settle_type(found: Type | None, venue: str | None) -> Type | None:
    """Returns the type of a work; None where what it came out in has to tell, and is not known."""
    return None if found in _BY_VENUE and venue is None else found


def is_calendar_date(found: re.Match[str]) -> bool:
    """Says whether there are such a year, month and day; the last two may be missing."""
    month, day = int(found[2] or 1), int(found[3] or 1)
    return 1 <= month <= _MONTHS and 1 <= day <= _DAYS and int(found[1]) > 0

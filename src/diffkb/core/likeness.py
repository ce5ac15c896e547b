"""How alike two works are, by titles, authors and years: a reason to ask a person, never proof."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.keys import family_name
from diffkb.core.text import fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.core.models import Author, Candidate

LEAST_SIMILARITY = 0.90
# A pre-print comes out before its published version, by some years at most; a journal may date
# an issue back.
YEARS_BEFORE = 1
YEARS_AFTER = 6


class Description(NamedTuple):
    """What a work is told by: its title, its authors, and the year it came out, where known."""

    title: str | None
    authors: tuple[Author, ...] = ()
    year: int | None = None


class Likeness(NamedTuple):
    """What two descriptions have in common.

    Attributes:
        similarity: of the titles, from 0 to 1.
        family: a family name that both have, or None.
        years: of both; the first is the pre-print's.
    """

    similarity: float
    family: str | None
    years: tuple[int, int] | None

    @property
    def suffices(self) -> bool:
        """Whether it is worth asking a person if the two are one work."""
        if self.similarity < LEAST_SIMILARITY or self.family is None or self.years is None:
            return False
        before, after = self.years
        return before - YEARS_BEFORE <= after <= before + YEARS_AFTER

    def __str__(self) -> str:
        parts = [f"title similarity {self.similarity:.2f}"]
        if self.family is not None:
            parts.append(f"author {self.family}")
        if self.years is not None:
            parts.append(f"years {self.years[0]} and {self.years[1]}")
        return ", ".join(parts)


def description_of(candidate: Candidate) -> Description:
    """Returns what a source says a work is told by."""
    return Description(candidate.title, candidate.authors, year_of(candidate.published))


def year_of(date: str | None) -> int | None:
    """Returns the year of a date in ISO 8601."""
    year = (date or "")[:4]
    return int(year) if year.isdecimal() else None


def compare(preprint: Description, published: Description) -> Likeness:
    """Compares a pre-print with what may be its published version."""
    years = None
    if preprint.year is not None and published.year is not None:
        years = preprint.year, published.year
    return Likeness(
        title_similarity(preprint.title or "", published.title or ""),
        shared_family(preprint.authors, published.authors),
        years,
    )


def title_similarity(one: str, other: str) -> float:
    """Returns how alike two titles are, from 0 to 1; case, marks and punctuation count nothing."""
    left, right = " ".join(words(one)), " ".join(words(other))
    if not left or not right:
        return 0.0
    # Too many characters that are frequent would be taken for noise.
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def shared_family(some: Sequence[Author], others: Iterable[Author]) -> str | None:
    """Returns the first family name that is among both, as the first spells it, or None."""
    known = {fold(family_name(author)) for author in others}
    names = (family_name(author) for author in some)
    return next((name for name in names if name and fold(name) in known), None)

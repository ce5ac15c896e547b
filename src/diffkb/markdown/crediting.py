"""Authors and venue of a work as sources name them, written as a list writes those of others."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.keys import family_name
from diffkb.markdown.forms import commonest
from diffkb.markdown.persons import and_others, split_authors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from diffkb.core.models import Author

_ARXIV = re.compile(r"arXiv(?: preprint)?", re.IGNORECASE)
_PARTICLES = frozenset(
    ("van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ten")
)
_PAIR = 2
_BETWEEN = (", ", "; ", " and ", ",", "、", "，", " · ")
# The one before the last name; "" for the same as between the others.
_LAST = ("", " and ", ", and ", " & ", ", & ", "; and ")


class Facts(NamedTuple):
    """What sources say of a new entry's work that its list may show.

    Attributes:
        authors: in order.
        venue: where it was published.
        preprint: whether it is known as a paper on arXiv.
    """

    authors: tuple[Author, ...] = ()
    venue: str | None = None
    preprint: bool = False


class Credits(NamedTuple):
    """Authors and venue as a list would write them; None for what is not known."""

    authors: str | None = None
    venue: str | None = None


class _Style(NamedTuple):
    """How a list writes the authors of a work.

    Attributes:
        first: writes the first of them.
        name: writes the others.
        between: what stands between two.
        last: what stands before the last one; "" for the same.
    """

    first: Callable[[Author], str]
    name: Callable[[Author], str]
    between: str
    last: str

    def write(self, authors: Sequence[Author]) -> str:
        """Returns authors in this style."""
        names = [self.first(author) for author in authors[:1]]
        names += [self.name(author) for author in authors[1:]]
        if not self.last or len(names) == 1:
            return self.between.join(names)
        return self.between.join(names[:-1]) + self._before_last(names) + names[-1]

    def _before_last(self, names: Sequence[str]) -> str:
        """Returns what stands before the last name: no comma between two, but in "Lark, A.,"."""
        if len(names) > _PAIR or "," in names[0]:
            return self.last
        return self.last.lstrip(",;")


def credits_like(facts: Facts, authors: Sequence[str], venues: Sequence[str]) -> Credits:
    """Returns authors and venue as others are written.

    Args:
        facts: what is known.
        authors: the authors of entries near by, as they are written there.
        venues: the venues of entries near by.

    Returns:
        What the list shows: of authors the form of the names, what stands between them, and how
        many are named before "et al."; a paper on arXiv that no venue is known of has the one
        that others on arXiv have.
    """
    venue = " ".join(facts.venue.split()) if facts.venue else None
    if venue is None and facts.preprint:
        venue = commonest((one for one in venues if _ARXIV.fullmatch(one)), None)
    return Credits(_authors_like(facts.authors, authors) if authors else None, venue)


def _authors_like(authors: Sequence[Author], shown: Sequence[str]) -> str | None:
    """Returns authors as others are written."""
    if not authors:
        return None
    parted = [and_others(text) for text in shown]
    style = _style_of([names for names, others in parted if not others] or [parted[0][0]])
    cut_off = [(len(split_authors(names)), others) for names, others in parted if others]
    whole = [len(split_authors(names)) for names, others in parted if not others]
    if cut_off:
        most, others = commonest(cut_off, cut_off[0])
        if len(authors) > max(most, *whole, 0):
            return style._replace(last="").write(authors[:most]) + others
    return style.write(authors)


def _style_of(shown: Iterable[str]) -> _Style:
    """Returns the style in which most of these authors are written."""
    votes: Counter[_Style] = Counter()
    for text in shown:
        persons = split_authors(text)
        votes.update(style for style in _STYLES if persons and style.write(persons) == text)
    return max(_STYLES, key=lambda style: votes[style]) if votes else _PLAIN


def _plain(author: Author) -> str:
    """Returns "Ann B. Lark"."""
    return author.name


def _turned(author: Author) -> str:
    """Returns "Lark, Ann B."."""
    given, family = _parted(author)
    return f"{family}, {given}" if given else family


def _shortened(author: Author) -> str:
    """Returns "A. B. Lark"."""
    given, family = _parted(author)
    return f"{_initials(given)} {family}" if given else family


def _shortened_closely(author: Author) -> str:
    """Returns "A.B. Lark"."""
    given, family = _parted(author)
    return f"{_initials(given).replace(' ', '')} {family}" if given else family


def _turned_shortened(author: Author) -> str:
    """Returns "Lark, A. B."."""
    given, family = _parted(author)
    return f"{family}, {_initials(given)}" if given else family


def _brief(author: Author) -> str:
    """Returns "Lark AB"."""
    given, family = _parted(author)
    return f"{family} {re.sub(r'[. -]', '', _initials(given))}" if given else family


def _parted(author: Author) -> tuple[str, str]:
    """Returns given and family name, "" for a given name that is not known."""
    family = family_name(author)
    if author.given or not author.name.endswith(f" {family}"):
        return author.given or "", family if author.given else author.name
    given = author.name[: -len(family)].split()
    while given and given[-1] in _PARTICLES:
        family = f"{given.pop()} {family}"
    return " ".join(given), family


def _initials(given: str) -> str:
    """Returns the first letters of given names with stops, hyphens kept; "AB" are two."""
    letters = re.fullmatch(r"[A-Z]{2,3}", given)
    names = list(given) if letters else given.replace(".", ". ").split()
    return " ".join(
        "-".join(f"{part[0]}." for part in name.split("-") if part) for name in names if name
    )


_PLAIN = _Style(_plain, _plain, ", ", "")
_NAMES = (
    *((name, name) for name in (_shortened, _shortened_closely, _turned_shortened, _brief, _plain)),
    (_turned, _turned),
    (_turned, _plain),
)
# Of equally good ones the first is taken: the one that says most of the names' form.
_STYLES = tuple(
    _Style(*names, between, last) for names, between, last in product(_NAMES, _BETWEEN, _LAST)
)

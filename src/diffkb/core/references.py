"""What a bibliography says of an entry: its type, its date and where it came out."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffkb.core.models import Entry

# Types of the Citation Style Language (https://docs.citationstyles.org/en/stable/specification.html
# #appendix-iii-types); `article` is what is out and not peer-reviewed, as a pre-print is.
Type = Literal[
    "article",
    "article-journal",
    "article-magazine",
    "article-newspaper",
    "book",
    "chapter",
    "dataset",
    "document",
    "entry-encyclopedia",
    "manuscript",
    "paper-conference",
    "patent",
    "post-weblog",
    "report",
    "software",
    "speech",
    "standard",
    "thesis",
    "webpage",
]

MONTHS = 12

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_TRAILING_YEAR = re.compile(r"[\s,(]+(?:1[5-9]|20)\d\d\)?\Z")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*", re.UNICODE)
_CONFERENCE = frozenset(
    "proceedings proc conference conf workshop workshops symposium symp meeting congress"
    " colloquium convention summit".split()
)
_JOURNAL = frozenset(
    "journal transactions trans letters review reviews annals magazine bulletin archive archives"
    " foundations communications acta nature science quarterly annual frontiers proceedings-of"
    " jmlr tmlr tpami pami ijcv pnas plos cell tog tip tit tsp jstsp tacl".split()
)
# What stands in the name of a meeting beside its initials.
_WITH_INITIALS = frozenset("acm ieee cvf isca usenix on of the in at track findings".split())


class Date(NamedTuple):
    """A date of which the month and the day may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """The date as ISO 8601 writes it."""
        parts = (f"{self.year:04}", *(f"{part:02}" for part in self[1:] if part))
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry as a bibliography cites it.

    Attributes:
        entry: as every command shows it.
        key: its citation key.
        category: the primary class of a pre-print on arXiv.
        added: when it came into the list, in ISO 8601.
        changed: when it was changed last.
        private: the note that does not stand in the list, if it is to be told.
        extra: what files it was imported from say and no attribute holds: by the name of the
            format, the values of a record by their names; under `type`, one of Type.
    """

    entry: Entry
    key: str
    category: str | None
    added: str
    changed: str
    private: str | None
    extra: Mapping[str, Any]

    @property
    def type(self) -> Type:
        """The type of the work."""
        return self.extra.get("type") or type_of(self.entry)

    @property
    def date(self) -> Date | None:
        """When the work came out."""
        return date_of(self.entry)

    @property
    def container(self) -> str | None:
        """The journal, proceedings or site it came out in."""
        return container_of(self.entry.venue, self.type)


def type_of(entry: Entry) -> Type:
    """Returns what an entry's work is, as far as its venue and its identifiers tell."""
    if entry.kind == "link":
        return "webpage"
    if entry.venue is not None and not _is_archive(entry.venue):
        return "paper-conference" if is_conference(entry.venue) else "article-journal"
    if entry.arxiv_id is not None or entry.openreview_id is not None:
        return "article"
    return "document"


def is_conference(venue: str) -> bool:
    """Says whether a venue is a meeting, and no journal.

    Meetings say so, or go by their initials and a year, as `NeurIPS 2021` does.
    """
    words = [word.lower() for word in _WORD.findall(venue)]
    if _CONFERENCE.intersection(words):
        # The Proceedings of an academy, or of an institute, are journals.
        return not ({"academy", "royal"}.intersection(words) and "proceedings" in words)
    if _JOURNAL.intersection(words):
        return False
    named = [word for word in _WORD.findall(venue) if word.lower() not in _WITH_INITIALS]
    return bool(named) and all(_is_initials(word) for word in named)


def container_of(venue: str | None, kind: Type) -> str | None:
    """Returns the name of what a work came out in.

    A journal's name goes without the year; of a meeting the year is a part.
    """
    if venue is None or (kind == "article" and _is_archive(venue)):
        return None
    if not kind.startswith("article-"):
        return venue
    return _TRAILING_YEAR.sub("", venue) or venue


def date_of(entry: Entry) -> Date | None:
    """Returns when a work came out: as a source says, else its venue, else the list."""
    found = read_date(entry.published or "")
    if found is not None:
        return found
    years = _YEAR.findall(entry.venue or "")
    if years:
        return Date(int(years[-1]))
    return None if entry.year is None else Date(entry.year)


def read_date(text: str) -> Date | None:
    """Returns the date that a text begins with, as far as there is such a one in the calendar."""
    found = _DATE.match(text)
    if found is None or not int(found[1]):
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    if not 1 <= month <= MONTHS:
        return Date(year)
    return Date(year, month, day if 1 <= day <= monthrange(year, month)[1] else None)


def _is_archive(venue: str) -> bool:
    """Says whether a venue is where pre-prints lie."""
    words = {word.lower() for word in _WORD.findall(venue)}
    return bool(words & {"arxiv", "corr", "biorxiv", "medrxiv", "ssrn"}) or "preprint" in words


def _is_initials(word: str) -> bool:
    """Says whether a word is an abbreviation, as `ICLR` and `NeurIPS` are."""
    return sum(1 for letter in word if letter.isupper()) * 2 > len(word)

"""CSL JSON, in which several agencies give the records of works.

See https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.models import Author, Candidate
from diffkb.sources.markup import line, prose
from diffkb.sources.records import (
    LONGEST_TEXT,
    check_identity,
    checked,
    earliest,
    iso_date,
    whole,
    with_subtitle,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Identifier
    from diffkb.sources.records import Record

DATES = ("published", "published-print", "published-online", "issued")
PROCEEDINGS = frozenset({"proceedings-article", "paper-conference"})
CHAPTERS = frozenset({"book-chapter", "chapter", *PROCEEDINGS})


def read_csl(record: Record, ref: Identifier, source: str) -> Candidate:
    """Reads a record of CSL JSON, in the forms of doi.org and of Crossref.

    Args:
        record: of the work.
        ref: the DOI that was asked for.
        source: the name of the service.

    Raises:
        BadReply: it is about another work, says nothing of it, or is malformed.
    """
    check_identity(record, record.text("DOI"), ref)
    return checked(
        Candidate(
            source=source,
            identifiers=(ref,),
            title=_title(record),
            authors=tuple(_authors(record)),
            abstract=prose(record.text("abstract", LONGEST_TEXT)),
            published=earliest(_date(record, name) for name in DATES) or _date(record, "posted"),
            venue=_venue(record),
        )
    )


def _title(record: Record) -> str | None:
    """Returns the title with its subtitle; both are lists at Crossref."""
    title = next(filter(None, map(line, record.texts("title"))), None)
    return with_subtitle(title, next(filter(None, map(line, record.texts("subtitle"))), None))


def _authors(record: Record) -> Iterator[Author]:
    """Yields the authors in their order."""
    for author in record.records("author"):
        given, family = line(author.text("given")), _family(author)
        names = (given, family, line(author.text("suffix")))
        if family:
            yield Author(" ".join(filter(None, names)), family, given)
        elif name := line(author.text("name")) or line(author.text("literal")) or given:
            yield Author(name)


def _family(author: Record) -> str | None:
    """Returns the family name with its particles."""
    names = ("dropping-particle", "non-dropping-particle", "family")
    family = line(author.text("family"))
    return family and " ".join(filter(None, (line(author.text(name)) for name in names)))


def _date(record: Record, name: str) -> str | None:
    """Returns a date given in parts: `{"date-parts": [[2024, 3]]}`; the first may be null."""
    field = record.record(name)
    ranges = field.raw("date-parts")
    if ranges is None:
        return None
    if not isinstance(ranges, list) or not all(isinstance(one, list) for one in ranges):
        raise record.odd(name, "date")
    parts = ranges[0] if ranges else []
    numbers = [whole(part) for part in parts if part is not None]
    if None in numbers:
        raise record.odd(name, "date")
    return iso_date(*numbers[:3]) if numbers else None


def _venue(record: Record) -> str | None:
    """Returns the conference, or what the work appeared in.

    A chapter has the series first and the book last.
    """
    kind = record.text("type") or ""
    titles = [title for text in record.texts("container-title") if (title := line(text))]
    event = _event(record) if kind in PROCEEDINGS else None
    if event or not titles:
        return event
    return titles[-1] if kind in CHAPTERS else titles[0]


def _event(record: Record) -> str | None:
    """Returns the name of the conference: text in CSL, an object at Crossref."""
    if isinstance(record.raw("event"), str):
        return line(record.text("event"))
    return line(record.record("event").text("name"))

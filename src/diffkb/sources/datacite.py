"""DataCite: works by the DOIs that archives register there, and arXiv's papers by theirs."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from diffkb.core.arxiv_numbers import ARCHIVES
from diffkb.core.identifiers import work
from diffkb.core.models import ARXIV, DOI, Author, Candidate, Identifier, Versions
from diffkb.errors import BadReply, UnknownWork
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.markup import line, prose
from diffkb.sources.records import (
    LIMIT,
    LONGEST_TEXT,
    Record,
    check_identity,
    checked,
    each,
    earliest,
    identifier_of,
    iso_beginning,
    json_of,
    rejected,
    unknown,
    with_subtitle,
)
from diffkb.sources.text import one_line, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.sources.base import Addresses, Outcome, Reply

NAME = "DataCite"
ENDPOINT = "https://api.datacite.org/dois/"
# Each work is a request of its own: for more than so many, waiting for arXiv is the better way.
MOST_WHILE_ARXIV_IS_DOWN = 100
# https://info.arxiv.org/help/doi.html
ARXIV_PREFIX = "10.48550/arxiv."

# The archives that are younger than the old identifiers.
_YOUNG_ARCHIVES = frozenset({"econ", "eess", "q-fin", "stat"})
_CATEGORY = re.compile(r"(?:.{0,200}\()?([a-z-]{2,10}(?:\.[A-Za-z-]{2,20})?)\)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}(?:Z|[+-][0-9]{2}:[0-9]{2})")


class DataCite:
    """The route for DOIs. See https://support.datacite.org/docs/api."""

    name = NAME
    # Other agencies register DOIs too.
    decides = False

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each DOI."""
        return [
            Request(_address(ref.value), (), (ref,), LIMIT)
            for ref in dict.fromkeys(map(work, refs))
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads the record of a work.

        Args:
            reply: with status 200, or one of a request that DataCite rejects.
            refs: the one that was asked for.

        Returns:
            A Candidate; UnknownWork if DataCite did not register the DOI; BadReply if it rejects
            the request, or its record is no good.

        Raises:
            BadReply: this is no answer of DataCite, and asking again may help.
        """
        if without_record := _without_record(reply, refs):
            return without_record
        record = _attributes(reply)
        return each(refs, lambda ref: _candidate(record, ref))


class ArXivAtDataCite:
    """The route for arXiv identifiers while arXiv is down; it knows only the latest versions."""

    name = NAME
    decides = False

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each paper, in whichever versions; of many for the first ones."""
        papers = list(_by_work(refs).items())[:MOST_WHILE_ARXIV_IS_DOWN]
        return [
            Request(_address(ARXIV_PREFIX + key.value), (), tuple(versions), LIMIT)
            for key, versions in papers
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads the record of a paper; of its text arXiv says that it is none of HTML.

        Args:
            reply: with status 200, or one of a request that DataCite rejects.
            refs: the paper in the versions asked for.

        Returns:
            A Candidate; UnknownWork if DataCite does not know the paper, or not in that version;
            BadReply if it rejects the request, or its record is no good.

        Raises:
            BadReply: this is no answer of DataCite, and asking again may help.
        """
        if without_record := _without_record(reply, refs):
            return without_record
        record = _attributes(reply)
        versions = _by_work(refs)
        return each(refs, lambda ref: _paper(record, ref, versions[ref]))


ROUTE = DataCite()
ARXIV_ROUTE = ArXivAtDataCite()


def other_versions(record: Record) -> Versions:
    """Returns the published versions that the record of a pre-print states; else none.

    arXiv's records have the DOIs that the authors gave.
    """
    try:
        if record.record("types").text("resourceTypeGeneral") != "Preprint":
            return Versions()
        related = record.records("relatedIdentifiers")
        stated = [
            identifier_of(one.text("relatedIdentifier"))
            for one in related
            if one.text("relationType") == "IsVersionOf"
        ]
    except BadReply:
        return Versions()
    # A DOI of arXiv is the paper on arXiv, which is what this record is about.
    dois = (one for one in stated if one and one.scheme == DOI)
    return Versions(published=tuple(dict.fromkeys(dois)))


def _address(doi: str) -> str:
    """Returns where the record of a DOI is."""
    return ENDPOINT + quote(doi, safe="")


def _by_work(refs: Sequence[Identifier]) -> dict[Identifier, list[Identifier]]:
    """Puts the versions of each work together."""
    versions: dict[Identifier, list[Identifier]] = {}
    for ref in dict.fromkeys(refs):
        versions.setdefault(work(ref), []).append(ref)
    return versions


def _without_record(reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
    """Says why there is no record; nothing if there may be one.

    Raises:
        BadReply: the work is said to be unknown, but not by DataCite.
    """
    if reply.status == HTTPStatus.NOT_FOUND:
        Record(json_of(reply, NAME), NAME)
        return unknown(NAME, refs)
    return {} if reply.status == HTTPStatus.OK else rejected(NAME, reply, refs)


def _attributes(reply: Reply) -> Record:
    """Returns the record in its envelope.

    Raises:
        BadReply: there is none.
    """
    data = Record(Record(json_of(reply, NAME), NAME).raw("data"), NAME, "data")
    return Record(data.raw("attributes"), NAME, "attributes")


def _candidate(record: Record, ref: Identifier) -> Candidate:
    """Reads the record of a work, whose text may be HTML."""
    check_identity(record, record.text("doi"), ref)
    return checked(
        Candidate(
            source=NAME,
            identifiers=(ref,),
            title=_title(record),
            authors=tuple(_authors(record)),
            abstract=prose(_description(record, "Abstract")),
            published=_issued(record),
            venue=line(record.record("container").text("title")),
            versions=other_versions(record),
        )
    )


def _paper(record: Record, ref: Identifier, asked: Sequence[Identifier]) -> Outcome:
    """Reads the record of a paper on arXiv, if it is of a version that was asked for."""
    doi = Identifier(DOI, ARXIV_PREFIX + ref.value.lower())
    check_identity(record, record.text("doi"), doi)
    times = _times(record)
    version = max(times, default=None)
    if all(one.version not in {None, version} for one in asked):
        return UnknownWork(NAME, str(asked[0]))
    titles = record.records("titles")
    return checked(
        Candidate(
            source=NAME,
            identifiers=(Identifier(ARXIV, ref.value),),
            title=one_line(titles[0].text("title")) if titles else None,
            authors=tuple(_authors(record)),
            abstract=paragraphs(_description(record, "Abstract")),
            published=times.get(1) or _issued(record),
            updated=times.get(version or 0),
            version=version,
            categories=tuple(dict.fromkeys(_categories(record))),
            comment=one_line(_description(record, "Other")),
            versions=other_versions(record),
        )
    )


def _title(record: Record) -> str | None:
    """Returns the title in the work's own language, with its subtitle."""
    titles: dict[str | None, str | None] = {}
    for one in record.records("titles"):
        titles.setdefault(one.text("titleType"), line(one.text("title")))
    return with_subtitle(titles.get(None), titles.get("Subtitle"))


def _authors(record: Record) -> Iterator[Author]:
    """Yields the creators in their order; a person's name may be inverted."""
    for creator in record.records("creators"):
        name, kind = line(creator.text("name")), creator.text("nameType")
        family, given = line(creator.text("familyName")), line(creator.text("givenName"))
        if name and kind == "Personal" and not family and "," in name:
            family, _, rest = name.partition(",")
            family, given = one_line(family), one_line(rest)
        if family and kind != "Organizational":
            yield Author(" ".join(filter(None, (given, family))), family, given)
        elif name := name or given:
            yield Author(name)


def _description(record: Record, kind: str) -> str | None:
    """Returns the first description of a kind."""
    found = [one for one in record.records("descriptions") if one.text("descriptionType") == kind]
    return found[0].text("description", LONGEST_TEXT) if found else None


def _issued(record: Record) -> str | None:
    """Returns when a work was issued, more precisely where it became available that year."""
    issued = earliest(_dates(record, "Issued")) or record.year("publicationYear")
    available = earliest(_dates(record, "Available"))
    if issued and available and available.startswith(issued):
        return available
    return issued or available


def _dates(record: Record, kind: str) -> Iterator[str | None]:
    """Yields the dates of a kind; of a range the beginning."""
    for one in record.records("dates"):
        if one.text("dateType") == kind:
            value = one.raw("date")
            yield iso_beginning(str(value) if isinstance(value, int) else one.text("date"))


def _times(record: Record) -> dict[int, str]:
    """Returns when each of the versions that a record names was submitted."""
    times: dict[int, str] = {}
    for one in record.records("dates"):
        number = re.fullmatch(r"v([0-9]{1,4})", one.text("dateInformation") or "")
        if number and one.text("dateType") in {"Submitted", "Updated"}:
            value = (one.text("date") or "").strip()
            if _TIME.fullmatch(value):
                times.setdefault(int(number[1]), value)
    return times


def _categories(record: Record) -> Iterator[str]:
    """Yields arXiv's categories: "Machine Learning (cs.LG)", or the code alone."""
    for one in record.records("subjects"):
        found = _CATEGORY.fullmatch(one.text("subject") or "")
        if (
            found
            and one.text("subjectScheme") == "arXiv"
            and found[1].partition(".")[0] in ARCHIVES | _YOUNG_ARCHIVES
        ):
            yield found[1]

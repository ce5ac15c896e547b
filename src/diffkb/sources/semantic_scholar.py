"""Semantic Scholar: what else is known of works, such as the venue and the DOI they came out under.

It only adds to what other services say: it joins what it takes for versions of one work.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from diffkb.core.identifiers import work
from diffkb.core.models import ARXIV, DOI, Author, Candidate
from diffkb.errors import BadReply, UnknownWork
from diffkb.sources.base import NO_ADDRESSES, Enriching, Request
from diffkb.sources.markup import line, prose
from diffkb.sources.records import (
    LONGEST_TEXT,
    Record,
    checked,
    each,
    identifier_of,
    iso_beginning,
    json_of,
    rejected,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diffkb.core.models import Identifier
    from diffkb.sources.base import Addresses, Outcome, Reply
    from diffkb.sources.http import Door

NAME = "Semantic Scholar"
ENDPOINT = "https://api.semanticscholar.org/graph/v1/paper/batch"
FIELDS = "externalIds,title,abstract,venue,year,publicationDate,authors.name"
IDS_IN_A_REQUEST = 500
LIMIT = 20_000_000
SCHEMES = {ARXIV: "ARXIV", DOI: "DOI"}
# What it answers, with status 400, if it knows none of the works.
NONE_KNOWN = b"no valid paper ids given"
NO_VENUES = frozenset({"arxiv.org", "arxiv"})


class SemanticScholar(Enriching):
    """The route that asks Semantic Scholar. See https://api.semanticscholar.org/api-docs/graph.

    Args:
        key: of a person registered there, or None to share the allowance of all others.
    """

    name = NAME
    homepage = "https://www.semanticscholar.org/product/api"

    def __init__(self, key: str | None = None) -> None:
        self._key = key

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for every five hundred works on arXiv or with a DOI."""
        works = [ref for ref in dict.fromkeys(map(work, refs)) if ref.scheme in SCHEMES]
        batches = (
            tuple(works[start : start + IDS_IN_A_REQUEST])
            for start in range(0, len(works), IDS_IN_A_REQUEST)
        )
        return [self._request(batch) for batch in batches]

    def _request(self, batch: tuple[Identifier, ...]) -> Request:
        """Makes the request for some works."""
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["x-api-key"] = self._key
        ids = [f"{SCHEMES[ref.scheme]}:{ref.value}" for ref in batch]
        return Request(
            url=ENDPOINT,
            params=(("fields", FIELDS),),
            refs=batch,
            limit=LIMIT,
            headers=headers,
            method="POST",
            content=json.dumps({"ids": ids}).encode(),
        )

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads the list of records; null stands for a work that is not known.

        Args:
            reply: with status 200, or one of a request that the service rejects.
            refs: the works, in the order they were asked for.

        Returns:
            By identifier without version: a Candidate, with the identifiers that the service takes
            for the same work, which is no more than evidence; UnknownWork; or BadReply.

        Raises:
            BadReply: this is no list of as many records, and asking again may help.
        """
        if reply.status == HTTPStatus.BAD_REQUEST and NONE_KNOWN in reply.content.lower():
            return unknown(NAME, refs)
        if reply.status != HTTPStatus.OK:
            return rejected(NAME, reply, refs)
        records = json_of(reply, NAME)
        works = list(dict.fromkeys(map(work, refs)))
        if not isinstance(records, list) or len(records) != len(works):
            raise BadReply(NAME, f"it is no list of {len(works)} records")
        found = dict(zip(works, records, strict=True))
        return each(works, lambda ref: _outcome(found[ref], ref))


def look_up(
    refs: Sequence[Identifier],
    *,
    key: str | None,
    door: Door,
    report: Callable[[str], None],
) -> Iterator[tuple[Identifier, Outcome]]:
    """Asks what Semantic Scholar knows of works.

    Args:
        refs: the works; those without arXiv identifier or DOI are left out.
        key: of a person registered there, or None.
        door: the way to the network.
        report: is told of waits.

    Yields:
        Each identifier without version, with what it says, or why it says nothing.
    """
    from diffkb.sources.fetching import settle

    return settle(SemanticScholar(key), refs, door, report)


def _outcome(value: object, ref: Identifier) -> Outcome:
    """Reads the record of one work.

    Raises:
        BadReply: it is about another work, as happens where works were joined, or malformed.
    """
    if value is None:
        return UnknownWork(NAME, str(ref))
    record = Record(value, NAME, "record")
    identifiers = _identifiers(record.record("externalIds"))
    if ref not in identifiers:
        raise BadReply(NAME, f"it does not say that it is about {ref}")
    venue = line(record.text("venue"))
    return checked(
        Candidate(
            source=NAME,
            identifiers=tuple(dict.fromkeys((ref, *identifiers))),
            title=line(record.text("title")),
            authors=tuple(
                Author(name)
                for author in record.records("authors")
                if (name := line(author.text("name")))
            ),
            abstract=prose(record.text("abstract", LONGEST_TEXT)),
            published=_published(record),
            venue=None if venue and venue.lower() in NO_VENUES else venue,
        )
    )


def _identifiers(external: Record) -> list[Identifier]:
    """Returns the identifiers that the list has a scheme for; DOIs come in capitals."""
    arxiv, doi = external.text("ArXiv"), external.text("DOI")
    found = (identifier_of(f"arXiv:{arxiv}") if arxiv else None, identifier_of(doi))
    return [work(one) for one in found if one and one.scheme in SCHEMES]


def _published(record: Record) -> str | None:
    """Returns the date, or the year."""
    return iso_beginning(record.text("publicationDate")) or record.year("year")

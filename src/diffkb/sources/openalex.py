"""OpenAlex: what else is known of works, such as the venue and the DOI they came out under.

It only adds to what other services say: it joins what it takes for versions of one work.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from diffkb.core.identifiers import work
from diffkb.core.models import ARXIV, DOI, Author, Candidate
from diffkb.errors import BadReply
from diffkb.sources.base import NO_ADDRESSES, Enriching, Request
from diffkb.sources.datacite import ARXIV_PREFIX
from diffkb.sources.markup import line
from diffkb.sources.records import (
    LIMIT,
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

NAME = "OpenAlex"
ENDPOINT = "https://api.openalex.org/works/doi:"
FIELDS = (
    "doi,title,publication_date,publication_year,authorships,primary_location,locations,"
    "abstract_inverted_index"
)
SCHEMES = frozenset({ARXIV, DOI})
MOST_WORDS = 20_000


class OpenAlex(Enriching):
    """The route that asks OpenAlex. See https://developers.openalex.org/api-reference/works.

    Args:
        key: of a person registered there; single records cost nothing with one.
    """

    name = NAME
    homepage = "https://developers.openalex.org/"

    def __init__(self, key: str) -> None:
        self._key = key

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each work on arXiv or with a DOI; lists of them would cost."""
        params = (("select", FIELDS), ("api_key", self._key))
        return [
            Request(ENDPOINT + quote(_doi(ref), safe=""), params, (ref,), LIMIT)
            for ref in dict.fromkeys(map(work, refs))
            if ref.scheme in SCHEMES
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads the record of a work.

        Args:
            reply: with status 200, or one of a request that OpenAlex rejects.
            refs: the one that was asked for.

        Returns:
            A Candidate, with the identifiers that OpenAlex takes for the same work, which is no
            more than evidence; UnknownWork; or BadReply if the record is no good.

        Raises:
            BadReply: this is no answer of OpenAlex, and asking again may help.
        """
        if reply.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            return rejected(NAME, reply, refs)
        record = Record(json_of(reply, NAME), NAME)
        if reply.status == HTTPStatus.NOT_FOUND:
            return unknown(NAME, refs)
        return each(refs, lambda ref: _candidate(record, ref))


def look_up(
    refs: Sequence[Identifier],
    *,
    key: str,
    door: Door,
    report: Callable[[str], None],
) -> Iterator[tuple[Identifier, Outcome]]:
    """Asks what OpenAlex knows of works.

    Args:
        refs: the works; those without arXiv identifier or DOI are left out.
        key: of a person registered there.
        door: the way to the network.
        report: is told of waits.

    Yields:
        Each identifier without version, with what it says, or why it says nothing.
    """
    from diffkb.sources.fetching import settle

    return settle(OpenAlex(key), refs, door, report)


def _doi(ref: Identifier) -> str:
    """Returns the DOI of a work; papers on arXiv have one of arXiv's."""
    return ARXIV_PREFIX + ref.value if ref.scheme == ARXIV else ref.value


def _candidate(record: Record, ref: Identifier) -> Candidate:
    """Reads the record of one work.

    Raises:
        BadReply: it is not said to be about it, or is malformed.
    """
    identifiers = list(_identifiers(record))
    if ref not in identifiers:
        raise BadReply(NAME, f"it does not say that it is about {ref}")
    return checked(
        Candidate(
            source=NAME,
            identifiers=tuple(dict.fromkeys((ref, *identifiers))),
            title=line(record.text("title")),
            authors=tuple(_authors(record)),
            abstract=_abstract(record),
            published=iso_beginning(record.text("publication_date"))
            or record.year("publication_year"),
            venue=_venue(record.record("primary_location").record("source")),
        )
    )


def _identifiers(record: Record) -> Iterator[Identifier]:
    """Yields the DOI, and what the places have where the work is to be read."""
    places = [place.text("landing_page_url") for place in record.records("locations")]
    for text in (record.text("doi"), *places):
        found = identifier_of(text)
        if found and found.scheme in SCHEMES:
            yield work(found)


def _authors(record: Record) -> Iterator[Author]:
    """Yields the authors by the names they publish under."""
    for authorship in record.records("authorships"):
        if name := line(authorship.record("author").text("display_name")):
            yield Author(name)


def _abstract(record: Record) -> str | None:
    """Puts the words of the abstract back in order: it is given as the places of each.

    Raises:
        BadReply: the places are none.
    """
    value = record.raw("abstract_inverted_index")
    if value is None:
        return None
    if not isinstance(value, dict) or not all(
        isinstance(places, list) for places in value.values()
    ):
        raise record.odd("abstract_inverted_index", "index")
    words = [(place, word) for word, places in value.items() for place in places]
    if not all(type(place) is int for place, _ in words) or len(words) > MOST_WORDS:
        raise record.odd("abstract_inverted_index", "index")
    text = " ".join(word for _, word in sorted(words))
    return line(Record({"abstract": text}, NAME).text("abstract", LONGEST_TEXT))


def _venue(source: Record) -> str | None:
    """Returns where a work came out; an archive such as arXiv is no venue."""
    if source.text("type") == "repository":
        return None
    return line(source.text("display_name"))

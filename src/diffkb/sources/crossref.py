"""Crossref: works by the DOIs that most publishers register there."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from diffkb.core.identifiers import work
from diffkb.core.keys import family_name
from diffkb.core.likeness import compare, description_of
from diffkb.core.models import ARXIV, DOI, Versions
from diffkb.errors import BadReply, UnknownWork
from diffkb.sources.base import NO_ADDRESSES, Enriching, Request
from diffkb.sources.csl import read_csl
from diffkb.sources.records import LIMIT, Record, each, identifier_of, json_of, rejected, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from diffkb.core.likeness import Description
    from diffkb.core.models import Candidate, Identifier
    from diffkb.sources.base import Addresses, Outcome, Reply
    from diffkb.sources.http import Door

NAME = "Crossref"
HOMEPAGE = "https://api.crossref.org/swagger-ui/index.html"
ENDPOINT = "https://api.crossref.org/works/"
SEARCH = "https://api.crossref.org/works"
MOST_FOUND = 5
# https://www.crossref.org/documentation/research-nexus/posted-content-includes-preprints/
POSTED = "posted-content"


class Crossref:
    """The route that asks Crossref. See https://api.crossref.org/swagger-ui/index.html."""

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
            Request(ENDPOINT + quote(ref.value, safe=""), (), (ref,), LIMIT)
            for ref in dict.fromkeys(map(work, refs))
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads the record of a work.

        Args:
            reply: with status 200, or one of a request that Crossref rejects.
            refs: the one that was asked for.

        Returns:
            A Candidate; UnknownWork if Crossref did not register the DOI; BadReply if it rejects
            the request, or its record is no good.

        Raises:
            BadReply: this is no answer of Crossref, and asking again may help.
        """
        if reply.status == HTTPStatus.NOT_FOUND and _says_unknown(reply):
            return unknown(NAME, refs)
        if reply.status != HTTPStatus.OK:
            return rejected(NAME, reply, refs)
        message = _message(reply)
        versions = other_versions(message)
        return each(refs, lambda ref: replace(read_csl(message, ref, NAME), versions=versions))


ROUTE = Crossref()


class TitleSearch(Enriching):
    """The source that looks for published works by their titles; what it finds is a guess.

    Args:
        wanted: what is known of each work that is looked for.
    """

    name = NAME
    homepage = HOMEPAGE

    def __init__(self, wanted: Mapping[Identifier, Description]) -> None:
        self._wanted = wanted

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each work whose title and an author are known."""
        return [
            Request(SEARCH, _query(wanted), (ref,), LIMIT)
            for ref in dict.fromkeys(map(work, refs))
            if (wanted := self._wanted.get(ref)) and wanted.title and wanted.authors
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads the list of what was found.

        Args:
            reply: with status 200, or one of a request that Crossref rejects.
            refs: the one that was looked for.

        Returns:
            The Candidate that is most alike, if it is alike enough to ask a person; UnknownWork;
            or BadReply if the request is rejected.

        Raises:
            BadReply: this is no answer of Crossref, and asking again may help.
        """
        if reply.status != HTTPStatus.OK:
            return rejected(NAME, reply, refs)
        found = [one for item in _message(reply).records("items") if (one := _published(item))]
        return each(refs, lambda ref: self._most_alike(found, ref))

    def _most_alike(self, found: Sequence[Candidate], ref: Identifier) -> Outcome:
        """Returns the best of what was found."""
        wanted = self._wanted[ref]
        ranked = [(compare(wanted, description_of(one)), one) for one in found]
        fitting = [(likeness.similarity, one) for likeness, one in ranked if likeness.suffices]
        if not fitting:
            return UnknownWork(NAME, str(ref))
        return max(fitting, key=lambda pair: pair[0])[1]


def search(
    wanted: Mapping[Identifier, Description], *, door: Door, report: Callable[[str], None]
) -> Iterator[tuple[Identifier, Outcome]]:
    """Looks for the published versions of works by title.

    Args:
        wanted: what is known of each.
        door: the way to the network.
        report: is told of waits.

    Yields:
        Each identifier, with what was found, or why nothing was.
    """
    from diffkb.sources.fetching import settle

    return settle(TitleSearch(wanted), list(wanted), door, report)


def other_versions(message: Record) -> Versions:
    """Returns the other versions that a record states by itself; none where it is malformed.

    See https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/relationships/.
    """
    try:
        relation = message.record("relation")
        preprints = [*_related(relation, "has-preprint"), *_on_arxiv(message)]
        published = _related(relation, "is-preprint-of")
        own = identifier_of(message.text("DOI"))
        return Versions(_distinct(preprints, own), _distinct(published, own))
    except BadReply:
        return Versions()


def _query(wanted: Description) -> tuple[tuple[str, str], ...]:
    """Returns the parameters that look for a work."""
    words = f"{wanted.title} {family_name(wanted.authors[0])}"
    return (("query.bibliographic", words), ("rows", str(MOST_FOUND)))


def _published(item: Record) -> Candidate | None:
    """Reads a work that was found; None for a pre-print, and for what is malformed."""
    try:
        doi = identifier_of(item.text("DOI"))
        if doi is None or doi.scheme != DOI or item.text("type") == POSTED:
            return None
        return read_csl(item, doi, NAME)
    except BadReply:
        return None


def _says_unknown(reply: Reply) -> bool:
    """Tells Crossref's word, which is no JSON whatever its type says, from a page of others."""
    return reply.content.strip().lower().startswith(b"resource not found")


def _message(reply: Reply) -> Record:
    """Returns the record in its envelope.

    Raises:
        BadReply: there is none.
    """
    answer = Record(json_of(reply, NAME), NAME)
    return Record(answer.raw("message"), NAME, "message")


def _related(relation: Record, name: str) -> Iterator[Identifier | None]:
    """Yields the works in such a relation that have an identifier."""
    for other in relation.records(name):
        yield identifier_of(other.text("id"))


def _on_arxiv(message: Record) -> Iterator[Identifier | None]:
    """Yields the work on arXiv where its other names or its full text are there."""
    for name in message.texts("alternative-id"):
        if name.strip().lower().startswith("arxiv:"):
            yield identifier_of(name)
    for link in message.records("link"):
        found = identifier_of(link.text("URL"))
        yield found if found and found.scheme == ARXIV else None


def _distinct(found: Iterable[Identifier | None], own: Identifier | None) -> tuple[Identifier, ...]:
    """Returns the works by arXiv identifier or DOI, each once, but not the record's own."""
    works = (work(one) for one in found if one and one.scheme in {ARXIV, DOI})
    return tuple(one for one in dict.fromkeys(works) if one != own)
